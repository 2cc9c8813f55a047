"""What provider attributes mean: attributes in, kind and facets out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sumptuary.model import Accelerators, Resource, Tag, Tags
from sumptuary.sources.mapping import apply, shape_of
from sumptuary.sources.mapping.shape import whole
from sumptuary.sources.mapping.taggable import tag_attribute_of
from sumptuary.values import Unknown

WAITS = Unknown("var.x has no value", ("var.x",))


def mapped(
    kind: str, attributes: dict[str, object], peers: dict[str, Resource] | None = None, **more: object
) -> Resource:
    resource = Resource(f"{kind}.a", f"{kind}.a", "other", kind, kind.partition("_")[0], attributes=attributes)
    for name, value in more.items():
        setattr(resource, name, value)
    apply(resource, peers or {})
    return resource


CASES: list[tuple[str, dict[str, object], str, dict[str, object]]] = [
    (
        "aws_instance",
        {"instance_type": "g5.xlarge"},
        "compute.instance",
        {"sku": "g5.xlarge", "purchase_option": "on-demand"},
    ),
    ("aws_instance", {"instance_type": WAITS}, "compute.instance", {"sku": WAITS}),
    ("aws_instance", {}, "compute.instance", {"sku": None}),
    (
        "aws_instance",
        {"instance_type": "g5.xlarge", "instance_market_options": [{"market_type": "spot"}]},
        "compute.instance",
        {"purchase_option": "spot"},
    ),
    ("aws_instance", {"instance_market_options": WAITS}, "compute.instance", {"purchase_option": WAITS}),
    ("aws_spot_instance_request", {"instance_type": "p3.2xlarge"}, "compute.instance", {"purchase_option": "spot"}),
    (
        "aws_eks_node_group",
        {
            "instance_types": ["g5.xlarge", "g6.xlarge"],
            "capacity_type": "SPOT",
            "scaling_config": [{"min_size": 1, "desired_size": 2, "max_size": 9}],
        },
        "compute.node_pool",
        {
            "sku": "g5.xlarge",
            "alternatives": ("g6.xlarge",),
            "minimum": 1,
            "desired": 2,
            "maximum": 9,
            "purchase_option": "spot",
        },
    ),
    ("aws_eks_node_group", {}, "compute.node_pool", {"sku": "t3.medium", "purchase_option": "on-demand"}),
    ("aws_eks_node_group", {"capacity_type": WAITS}, "compute.node_pool", {"purchase_option": WAITS}),
    (
        "aws_autoscaling_group",
        {
            "min_size": 0,
            "max_size": 4,
            "mixed_instances_policy": [
                {
                    "instances_distribution": [{"on_demand_percentage_above_base_capacity": 0}],
                    "launch_template": [
                        {"override": [{"instance_type": "p4d.24xlarge"}, {"instance_type": "p5.48xlarge"}]}
                    ],
                }
            ],
        },
        "compute.group",
        {
            "sku": "p4d.24xlarge",
            "alternatives": ("p5.48xlarge",),
            "minimum": 0,
            "maximum": 4,
            "purchase_option": "spot",
        },
    ),
    (
        "aws_sagemaker_endpoint_configuration",
        {"production_variants": [{"instance_type": "ml.p4d.24xlarge", "initial_instance_count": 2}]},
        "ml.endpoint",
        {"sku": "ml.p4d.24xlarge", "desired": 2},
    ),
    (
        "aws_sagemaker_endpoint_configuration",
        {"production_variants": [{"instance_type": "ml.g5.xlarge"}, {"instance_type": "ml.g5.xlarge"}]},
        "ml.endpoint",
        {"sku": "ml.g5.xlarge", "desired": 2},
    ),
    (
        "aws_sagemaker_training_job",
        {
            "resource_config": [{"instance_type": "ml.p4d.24xlarge", "instance_count": 4}],
            "enable_managed_spot_training": True,
            "stopping_condition": [{"max_runtime_in_seconds": 3600}],
        },
        "ml.training_job",
        {"sku": "ml.p4d.24xlarge", "desired": 4, "purchase_option": "spot"},
    ),
    (
        "google_compute_instance",
        {"machine_type": "a2-highgpu-1g", "scheduling": [{"provisioning_model": "SPOT"}]},
        "compute.instance",
        {"sku": "a2-highgpu-1g", "purchase_option": "spot"},
    ),
    (
        "google_compute_instance",
        {"machine_type": "n1-standard-8", "guest_accelerator": [{"type": "nvidia-tesla-v100", "count": 2}]},
        "compute.instance",
        {"accelerators": Accelerators("nvidia-tesla-v100", 2)},
    ),
    (
        "google_container_node_pool",
        {
            "autoscaling": [{"min_node_count": 1, "max_node_count": 3}],
            "node_config": [{"machine_type": "g2-standard-4", "spot": True}],
            "node_locations": ["us-central1-a", "us-central1-b"],
        },
        "compute.node_pool",
        {"sku": "g2-standard-4", "minimum": 2, "maximum": 6, "purchase_option": "spot"},
    ),
    (
        "azurerm_kubernetes_cluster_node_pool",
        {"vm_size": "Standard_NC24ads_A100_v4", "node_count": 2, "priority": "Spot"},
        "compute.node_pool",
        {"sku": "Standard_NC24ads_A100_v4", "desired": 2, "purchase_option": "spot"},
    ),
    (
        "azurerm_machine_learning_compute_cluster",
        {
            "vm_size": "STANDARD_NC6S_V3",
            "vm_priority": "LowPriority",
            "scale_settings": [{"min_node_count": 1, "max_node_count": 4}],
        },
        "ml.cluster",
        {"sku": "STANDARD_NC6S_V3", "minimum": 1, "maximum": 4, "purchase_option": "spot"},
    ),
    (
        "azurerm_linux_virtual_machine",
        {"size": "Standard_D2s_v5"},
        "compute.instance",
        {"sku": "Standard_D2s_v5", "purchase_option": "on-demand"},
    ),
    ("aws_launch_template", {"instance_type": "m5.large"}, "compute.template", {"sku": "m5.large"}),
]


@pytest.mark.parametrize(
    ("kind", "attributes", "ours", "facets"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_compute(kind: str, attributes: dict[str, object], ours: str, facets: dict[str, object]) -> None:
    resource = mapped(kind, attributes)
    assert resource.kind == ours
    assert resource.compute is not None
    assert {name: getattr(resource.compute, name) for name in facets} == facets


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        ("aws_nat_gateway", "network.nat"),
        ("aws_s3_bucket", "storage.bucket"),
        ("aws_db_instance", "database.instance"),
        ("aws_sagemaker_notebook_instance", "ml.notebook"),
        ("aws_budgets_budget", "budget"),
        ("google_vertex_ai_endpoint", "ml.endpoint"),
        ("google_storage_bucket", "storage.bucket"),
        ("google_billing_budget", "budget"),
        ("azurerm_storage_account", "storage.bucket"),
        ("azurerm_cognitive_deployment", "ml.endpoint"),
        ("kubernetes_deployment_v1", "k8s.workload"),
        ("snowflake_warehouse", "database.warehouse"),
        ("aws_iam_role", "other"),
        ("random_password", "other"),
    ],
)
def test_kinds(kind: str, ours: str) -> None:
    assert mapped(kind, {}).kind == ours


def test_an_azure_openai_deployment_is_throughput_when_it_is_provisioned() -> None:
    assert (
        mapped("azurerm_cognitive_deployment", {"sku": [{"name": "ProvisionedManaged"}]}).kind
        == "ml.provisioned_throughput"
    )


def test_storage() -> None:
    volume = mapped("aws_ebs_volume", {"size": 50})
    assert volume.storage is not None
    assert (volume.storage.size_gib, volume.storage.type) == (50, "gp2")
    disk = mapped("google_compute_disk", {"size": 100, "type": "projects/p/zones/z/diskTypes/pd-ssd"})
    assert disk.storage is not None
    assert disk.storage.type == "pd-ssd"
    root = mapped(
        "aws_instance", {"instance_type": "m5.large", "root_block_device": [{"volume_size": 200, "volume_type": "gp3"}]}
    )
    assert root.storage is not None
    assert (root.storage.size_gib, root.storage.type) == (200, "gp3")


@pytest.mark.parametrize(
    ("kind", "attribute"), [("aws_autoscaling_group", "launch_template"), ("aws_eks_node_group", "launch_template")]
)
def test_a_template_beside_it_is_followed(kind: str, attribute: str) -> None:
    template = mapped(
        "aws_launch_template", {"instance_type": "p4d.24xlarge", "instance_market_options": [{"market_type": "spot"}]}
    )
    relations = {f"{attribute}.id": ("aws_launch_template.a",)}
    group = mapped(kind, {attribute: [{"id": WAITS}]}, {"aws_launch_template.a": template}, relations=relations)
    assert group.compute is not None
    assert (group.compute.sku, group.compute.purchase_option) == ("p4d.24xlarge", "spot")


def test_a_template_that_is_not_here_leaves_the_type_unknown() -> None:
    group = mapped("aws_autoscaling_group", {"launch_template": [{"id": "lt-1"}], "max_size": 3})
    assert group.compute is not None
    assert isinstance(group.compute.sku, Unknown)


def test_batch_counts_vcpus() -> None:
    idle = mapped(
        "aws_batch_compute_environment",
        {"compute_resources": [{"instance_type": ["p4d.24xlarge"], "type": "SPOT", "min_vcpus": 0, "max_vcpus": 96}]},
    )
    assert idle.compute is not None
    assert (idle.compute.minimum, idle.compute.purchase_option, idle.workload.purpose) == (0, "spot", "batch")
    busy = mapped(
        "aws_batch_compute_environment", {"compute_resources": [{"instance_type": ["p4d.24xlarge"], "min_vcpus": 96}]}
    )
    assert busy.compute is not None
    assert isinstance(busy.compute.minimum, Unknown)


def test_a_training_job_has_its_deadline_and_checkpoint() -> None:
    job = mapped(
        "aws_sagemaker_training_job",
        {
            "stopping_condition": [{"max_runtime_in_seconds": 86400}],
            "checkpoint_config": [{"s3_uri": "s3://b/c"}],
            "resource_config": [{}],
        },
    )
    assert job.lifetime.deadline_seconds == 86400
    assert job.workload.checkpoint == "s3://b/c"


@pytest.mark.parametrize(
    ("kind", "attribute"),
    [
        ("aws_instance", "tags"),
        ("aws_autoscaling_group", "tag"),
        ("aws_iam_role_policy", ""),
        ("google_brand_new_thing", None),
        ("google_compute_instance", "labels"),
        ("google_container_cluster", "resource_labels"),
        ("google_compute_router_nat", ""),
        ("azurerm_linux_virtual_machine", "tags"),
        ("azurerm_subnet", ""),
        ("github_repository", None),
    ],
)
def test_taggability_is_known_from_the_providers(kind: str, attribute: str | None) -> None:
    assert tag_attribute_of(kind) == attribute
    assert mapped(kind, {}).taggable == (None if attribute is None else bool(attribute))


def test_a_resource_that_carries_tags_takes_them_whatever_the_lists_say() -> None:
    assert mapped("aws_brand_new_thing", {"tags": {"a": "b"}}).taggable is True
    assert mapped("vendor_thing", {}, tags=Tags({"a": Tag("b")})).taggable is True


def test_every_record_names_a_kind_there_is() -> None:
    from sumptuary.kinds import KINDS
    from sumptuary.sources.mapping import aws, azure, google, others

    for table in (aws, azure, google, others):
        for name, shape in table.SHAPES.items():
            assert shape.kind in KINDS, name
            assert shape_of(name) is shape


@pytest.mark.parametrize(
    ("given", "read"),
    [(2, 2), ("3", 3), ("²", None), (Decimal("1.5"), None), (Decimal(4), 4), (True, None), ("x", None), (WAITS, WAITS)],
)
def test_a_count_is_a_whole_number_or_it_is_none(given: object, read: object) -> None:
    assert whole(given) == read


def test_a_spot_pool_of_a_module_that_hands_texts_down_is_spot() -> None:
    found = mapped("google_container_node_pool", {"node_config": [{"spot": "true", "machine_type": "g2-standard-4"}]})
    assert found.compute is not None
    assert found.compute.purchase_option == "spot"
