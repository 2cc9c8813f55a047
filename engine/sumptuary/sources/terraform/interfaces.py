"""Well-known public modules that are not on this machine: what the arguments of a call say that they make.

An interface is a small configuration of our own (``module_interfaces``): the module's variables with their defaults,
and of its resources the attributes that follow from arguments. What an interface does not set stays unknown. Each was
held against the ``variables.tf`` of the versions that it names.
"""

from __future__ import annotations

import os
import re

from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.coverage import Coverage
    from sumptuary.sources.terraform.modules import Module

FOLDER = "module_interfaces"
STANDS_AT = "stands_at"
"""In a resource of an interface: its address in the module itself, where that is another one than here.

``{}`` is the index of the resource here: one of many here may be one of a module that is called many times there. A
finding has the same address then, and so the same fingerprint, before and after ``terraform init``.
"""
_GKE = ((27, 44, "gke_27"),)
_AUTOPILOT = ((27, 44, "gke_autopilot_27"),)
_LABEL = "cloudposse_label "
TABLE: dict[str, tuple[tuple[int, int, str], ...]] = {
    "terraform-aws-modules/eks/aws": ((18, 20, "eks_18"), (21, 21, "eks_21")),
    "terraform-aws-modules/eks/aws//modules/eks-managed-node-group": (
        (18, 20, "eks_managed_node_group_18"),
        (21, 21, "eks_managed_node_group_21"),
    ),
    "terraform-aws-modules/eks/aws//modules/self-managed-node-group": (
        (18, 20, "eks_self_managed_node_group_18"),
        (21, 21, "eks_self_managed_node_group_21"),
    ),
    "terraform-aws-modules/eks/aws//modules/fargate-profile": ((18, 21, "eks_fargate_profile_18"),),
    "terraform-aws-modules/vpc/aws": ((2, 3, "vpc_2"), (4, 4, "vpc_4"), (5, 6, "vpc_5")),
    "terraform-aws-modules/ec2-instance/aws": ((3, 5, "ec2_instance_3"), (6, 6, "ec2_instance_6")),
    "terraform-aws-modules/autoscaling/aws": ((5, 8, "autoscaling_5"), (9, 9, "autoscaling_9")),
    "terraform-aws-modules/rds/aws": ((3, 6, "rds_3"), (7, 7, "rds_7")),
    "terraform-aws-modules/rds-aurora/aws": ((7, 7, "rds_aurora_7"), (8, 9, "rds_aurora_8"), (10, 10, "rds_aurora_10")),
    "terraform-aws-modules/s3-bucket/aws": ((2, 3, "s3_bucket_2"), (4, 4, "s3_bucket_4"), (5, 5, "s3_bucket_5")),
    "terraform-aws-modules/lambda/aws": ((2, 5, "lambda_2"), (6, 7, "lambda_6"), (8, 8, "lambda_8")),
    "terraform-aws-modules/alb/aws": ((5, 8, "alb_5"), (9, 9, "alb_9"), (10, 10, "alb_10")),
    "terraform-aws-modules/elasticache/aws": ((1, 1, "elasticache_1"),),
    "terraform-google-modules/kubernetes-engine/google": _GKE,
    "terraform-google-modules/kubernetes-engine/google//modules/private-cluster": _GKE,
    "terraform-google-modules/kubernetes-engine/google//modules/private-cluster-update-variant": _GKE,
    "terraform-google-modules/kubernetes-engine/google//modules/beta-private-cluster-update-variant": _GKE,
    "terraform-google-modules/kubernetes-engine/google//modules/beta-public-cluster-update-variant": _GKE,
    "terraform-google-modules/kubernetes-engine/google//modules/beta-autopilot-private-cluster": _AUTOPILOT,
    "terraform-google-modules/kubernetes-engine/google//modules/beta-autopilot-public-cluster": _AUTOPILOT,
    "terraform-google-modules/kubernetes-engine/google//modules/beta-private-cluster": _GKE,
    "terraform-google-modules/kubernetes-engine/google//modules/beta-public-cluster": _GKE,
    "terraform-google-modules/vm/google//modules/instance_template": ((9, 15, "google_instance_template_9"),),
    "Azure/aks/azurerm": ((7, 7, "aks_7"), (8, 10, "aks_8"), (11, 11, "aks_11")),
    "cloudposse/label/null": ((0, 0, "cloudposse_label_itself cloudposse_label"),),
    "cloudposse/ec2-autoscale-group/aws": ((0, 0, _LABEL + "cloudposse_ec2_autoscale_group_0"),),
    "cloudposse/ec2-instance/aws": ((0, 2, _LABEL + "cloudposse_ec2_instance_0"),),
    "cloudposse/eks-cluster/aws": ((0, 4, _LABEL + "cloudposse_eks_cluster_0"),),
    "cloudposse/eks-node-group/aws": (
        (0, 2, _LABEL + "cloudposse_eks_node_group_0"),
        (3, 3, _LABEL + "cloudposse_eks_node_group_3"),
    ),
    "cloudposse/elasticache-redis/aws": ((0, 2, _LABEL + "cloudposse_elasticache_redis_0"),),
    "cloudposse/msk-apache-kafka-cluster/aws": ((0, 2, _LABEL + "cloudposse_msk_0"),),
    "cloudposse/rds-cluster/aws": ((0, 2, _LABEL + "cloudposse_rds_cluster_0"),),
    "cloudposse/rds/aws": ((0, 1, _LABEL + "cloudposse_rds_0"),),
    "cloudposse/s3-bucket/aws": ((0, 4, _LABEL + "cloudposse_s3_bucket_0"),),
}
"""Registry address to first major version, last one, and the interface (one file, or two) that holds for them."""
OLDEST = {
    "cloudposse/label/null": 22,
    "cloudposse/ec2-autoscale-group/aws": 29,
    "cloudposse/ec2-instance/aws": 40,
    "cloudposse/eks-cluster/aws": 44,
    "cloudposse/eks-node-group/aws": 25,
    "cloudposse/elasticache-redis/aws": 41,
    "cloudposse/msk-apache-kafka-cluster/aws": 7,
    "cloudposse/rds-cluster/aws": 47,
    "cloudposse/rds/aws": 39,
    "cloudposse/s3-bucket/aws": 43,
}
"""Of modules at version 0: the first minor version that their interface holds for."""

_REGISTRIES = ("registry.terraform.io/", "registry.opentofu.org/")
_REPOSITORY = re.compile(r"github\.com[/:](?P<owner>[\w.-]+)/terraform-(?P<cloud>[a-z]+)-(?P<name>[\w-]+?)(?:\.git)?$")
_CONSTRAINT = re.compile(r"^(=|!=|>=|<=|>|<|~>)?\s*v?(\d+)((?:\.\d+)*)(?:[-+][\w.+-]*)?$")


_GRUNTWORK = re.compile(
    r"github\.com[/:]gruntwork-io/terraform-(?:aws-(?:architecture-catalog|asg|ci|cis-service-catalog|control-tower|"
    r"data-storage|ecs|eks|kafka|lambda|load-balancer|messaging|mongodb|monitoring|openvpn|security|server|"
    r"service-catalog|static-assets|vpc|zookeeper))(?:\.git)?(?:/|\?|$)"
)


def remark(source: str, coverage: Coverage) -> None:
    """Say of a module that is not here why nothing is known of it, where that is the modules' own doing."""
    if _GRUNTWORK.search(source):
        coverage.note(
            "modules of Gruntwork's library are open to its subscribers only: what their arguments make is not known"
            " here; scan where terraform init has run"
        )


class Known:
    """An interface that holds for a call. ``label`` names module and version, with what is not certain of it."""

    __slots__ = ("file", "label")

    def __init__(self, file: str, label: str) -> None:
        self.file = file
        self.label = label


def interface_of(source: str, version: str | None) -> Known | None:
    """The interface of the module that a call names; None where none is known for what it may lead to."""
    address, reference = address_of(source)
    rows = TABLE.get(address)
    if rows is None:
        return None
    wanted = version if version is not None else reference
    allowed = majors(wanted, rows[-1][1] + 1)
    if 0 in allowed and _is_older(wanted, OLDEST.get(address, 0)):
        allowed.discard(0)
    fitting = [row for row in rows if any(row[0] <= major <= row[1] for major in allowed)]
    if not fitting:
        return None
    first, last, file = fitting[-1]
    certain = all(first <= major <= last for major in allowed)
    said = f" {wanted}" if wanted else ""
    doubt = "" if certain else f" (read as version {last}: {'any is allowed' if wanted else 'none is named'})"
    return Known(file, f"{address}{said}{doubt}")


def address_of(source: str) -> tuple[str, str | None]:
    """The registry address (``ns/name/cloud//sub``) that a source amounts to, and the version in its query.

    ``git::https://github.com/ns/terraform-cloud-name`` is where the registry takes ``ns/name/cloud`` from.
    """
    text, _, query = source.partition("?")
    text = text.removeprefix("git::").removeprefix("tfr://").removeprefix("/")
    scheme, separator, rest = text.partition("://")
    text = rest if separator and scheme in ("https", "ssh", "http", "git") else text
    text = text.removeprefix("git@").removeprefix("www.")
    for registry in _REGISTRIES:
        text = text.removeprefix(registry)
    package, separator, inner = text.partition("//")
    found = _REPOSITORY.search(package)
    if found is not None:
        package = f"{found['owner']}/{found['name']}/{found['cloud']}"
    below = inner.strip("/")
    reference = next((part[len(key) :] for part in query.split("&") for key in _KEYS if part.startswith(key)), None)
    return (f"{package}//{below}" if below else package), reference


_KEYS = ("ref=", "version=")


def majors(version: str | None, newest: int) -> set[int]:
    """The major versions up to ``newest`` that a constraint allows; all of them where it cannot be told.

    ``newest`` stands for every later one too.
    """
    everything = set(range(newest + 1))
    if not version:
        return everything
    allowed = everything
    for part in version.split(","):
        found = _CONSTRAINT.match(part.strip())
        if found is None:
            return everything  # a branch or a commit
        allowed = allowed & _within(found[1] or "=", int(found[2]), found[3], everything)
    return allowed


def _is_older(version: str | None, oldest: int) -> bool:
    """Whether a constraint takes some version 0 whose minor version is below ``oldest``."""
    for part in (version or "").split(","):
        found = _CONSTRAINT.match(part.strip())
        exact = found is not None and (found[1] in (None, "=") or (found[1] == "~>" and found[3].count(".") > 1))
        if found is not None and exact and found[2] == "0" and int(found[3].split(".")[1] if found[3] else 0) < oldest:
            return True
    return False


def _within(operator: str, major: int, rest: str, everything: set[int]) -> set[int]:
    if operator == "!=":
        return everything
    if operator in (">=", ">") or (operator == "~>" and not rest):
        return {each for each in everything if each >= major}
    if operator in ("<=", "<"):
        open_below = operator == "<" and not rest.strip(".0")
        return {each for each in everything if each < major or (each == major and not open_below)}
    return everything & {major}


_modules: dict[str, Module] = {}


def module_of(known: Known) -> Module:
    """The interface as a module, whose resources carry what it says and for all else that it is not here."""
    key = f"{known.file} {known.label}"
    if key not in _modules:
        _modules[key] = _read(known)
    return _modules[key]


def _content(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def _read(known: Known) -> Module:
    from sumptuary.sources.terraform.modules import Module, declare
    from sumptuary.sources.terraform.parsing import parse

    directory = os.path.join(os.path.dirname(__file__), FOLDER)
    module = Module(directory, known.label)
    module.inferred = known.label
    why = Unknown(f"the arguments do not say it, and {known.label} is not here", ("terraform init",))
    for name in known.file.split():
        path = os.path.join(directory, f"{name}.tf")
        for block in parse(_content(path), path).body.blocks:
            elsewhere = block.body.attributes.pop(STANDS_AT, None)
            declare(module, block, path, known.label, why if block.type == "resource" else None)
            if elsewhere is not None:
                module.resources[".".join(block.labels)].stands_at = elsewhere.expression
    module.types = frozenset(name.partition(".")[0] for name in module.resources)
    return module
