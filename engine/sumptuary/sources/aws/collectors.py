"""The table of collectors: what each is called in the ledger, which service it asks, and what it may find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sumptuary.sources.aws import autoscaling, commitments, ec2, eks, rds, sagemaker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.model import Resource
    from sumptuary.sources.aws.client import Api
    from sumptuary.sources.aws.live import Where

GLOBAL = "global"
"""The region of what an account has as a whole."""


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Collector:
    """One line of the ledger a region. ``finds`` are the types that it may find, ``inputs`` what rules know it as.

    ``services`` are those whose clients it needs, its own first. ``regional`` is false for what is asked once.
    """

    name: str
    services: tuple[str, ...]
    collect: Callable[[Api, Where], Iterator[Resource]]
    finds: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    regional: bool = True


COLLECTORS = (
    Collector("ec2.instances", ("ec2",), ec2.collect_instances, ("aws_instance",)),
    Collector("ec2.volumes", ("ec2",), ec2.collect_volumes, ("aws_ebs_volume",)),
    Collector("ec2.launch-templates", ("ec2",), ec2.collect_templates, ("aws_launch_template",)),
    Collector("autoscaling.groups", ("autoscaling", "ec2"), autoscaling.collect_groups, ("aws_autoscaling_group",)),
    Collector("eks.clusters", ("eks", "ec2"), eks.collect_clusters, ("aws_eks_cluster", "aws_eks_node_group")),
    Collector(
        "sagemaker.endpoints",
        ("sagemaker",),
        sagemaker.collect_endpoints,
        ("aws_sagemaker_endpoint_configuration", "aws_sagemaker_endpoint"),
    ),
    Collector(
        "sagemaker.notebook-instances",
        ("sagemaker",),
        sagemaker.collect_notebooks,
        ("aws_sagemaker_notebook_instance",),
    ),
    Collector(
        "sagemaker.training-jobs", ("sagemaker",), sagemaker.collect_training_jobs, ("aws_sagemaker_training_job",)
    ),
    Collector("rds.instances", ("rds",), rds.collect_instances, ("aws_db_instance", "aws_rds_cluster_instance")),
    Collector("rds.clusters", ("rds",), rds.collect_clusters, ("aws_rds_cluster",)),
    Collector("ec2.reserved-instances", ("ec2",), commitments.collect_reservations, inputs=("commitments",)),
    Collector(
        "savingsplans.plans",
        ("savingsplans",),
        commitments.collect_savings_plans,
        inputs=("commitments",),
        regional=False,
    ),
)
"""In the order in which the ledger shows them."""
