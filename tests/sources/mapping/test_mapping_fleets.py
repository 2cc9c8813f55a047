"""Groups and pools: what is unknown stays so, and a template counts wherever it stands in the file."""

from __future__ import annotations

import pytest

from sumptuary.model import Compute, Resource
from sumptuary.sources.mapping import apply
from sumptuary.values import Unknown

WAITS = Unknown("var.x has no value", ("var.x",))


def mapped(
    kind: str,
    attributes: dict[str, object],
    peers: dict[str, Resource] | None = None,
    relations: dict[str, tuple[str, ...]] | None = None,
    zone: str | None = None,
) -> Compute:
    provider = kind.partition("_")[0]
    resource = Resource("a", f"{kind}.a", "other", kind, provider, attributes=attributes, zone=zone)
    resource.relations = relations or {}
    apply(resource, peers or {})
    assert resource.compute is not None
    return resource.compute


def mixed(distribution: dict[str, object], overrides: object) -> dict[str, object]:
    policy = {"instances_distribution": [distribution], "launch_template": [{"override": overrides}]}
    return {"mixed_instances_policy": [policy]}


@pytest.mark.parametrize(
    ("group", "path", "template", "attributes", "sku"),
    [
        ("aws_autoscaling_group", "launch_template.id", "aws_launch_template", {"instance_type": "p4d.24xlarge",
          "instance_market_options": [{"market_type": "spot"}]}, "p4d.24xlarge"),
        ("google_compute_instance_group_manager", "version.instance_template", "google_compute_instance_template",
         {"machine_type": "a2-highgpu-1g", "scheduling": [{"provisioning_model": "SPOT"}]}, "a2-highgpu-1g"),
    ],
)  # fmt: skip
def test_a_template_further_down_is_followed(
    group: str, path: str, template: str, attributes: dict[str, object], sku: str
) -> None:
    unmapped = Resource("t", f"{template}.t", "other", template, "x", attributes=attributes)
    block: dict[str, object] = {path.partition(".")[0]: [{}]}
    compute = mapped(group, block, {unmapped.address: unmapped}, {path: (unmapped.address,)})
    assert (compute.sku, compute.purchase_option) == (sku, "spot")


def test_an_unknown_on_demand_base_leaves_the_market_unknown() -> None:
    share: dict[str, object] = {"on_demand_percentage_above_base_capacity": 0, "on_demand_base_capacity": WAITS}
    assert mapped("aws_autoscaling_group", mixed(share, [{"instance_type": "g5.xlarge"}])).purchase_option == WAITS


def test_unknown_overrides_are_not_read_as_the_templates_type() -> None:
    template = Resource("t", "aws_launch_template.t", "other", "aws_launch_template", "aws")
    template.attributes = {"instance_type": "m5.large"}
    relations: dict[str, tuple[str, ...]] = {"mixed_instances_policy.launch_template": (template.address,)}
    assert mapped("aws_autoscaling_group", mixed({}, WAITS), {template.address: template}, relations).sku == WAITS


@pytest.mark.parametrize(
    ("price", "option"), [("1.0", "spot"), (WAITS, WAITS), (None, "on-demand")], ids=["given", "unknown", "absent"]
)
def test_a_launch_configuration_with_a_spot_price_is_spot(price: object, option: object) -> None:
    compute = mapped("aws_launch_configuration", {"instance_type": "p3.2xlarge", "spot_price": price})
    assert compute.purchase_option == option


@pytest.mark.parametrize(
    ("options", "option"),
    [([{"spot_options": [{}]}], "spot"), ([{}], "spot"), ([], "on-demand"), ([{"market_type": WAITS}], WAITS)],
)
def test_an_instances_market_is_spot_unless_it_says_otherwise(options: object, option: object) -> None:
    attributes = {"instance_type": "g5.xlarge", "instance_market_options": options}
    assert mapped("aws_instance", attributes).purchase_option == option


def test_a_variant_of_unknown_type_is_not_counted_as_its_neighbour() -> None:
    variants = [{"instance_type": "ml.p4d.24xlarge"}, {"instance_type": WAITS}]
    assert isinstance(
        mapped("aws_sagemaker_endpoint_configuration", {"production_variants": variants}).desired, Unknown
    )


def test_how_far_batch_may_grow_is_not_known() -> None:
    resources = {"instance_type": ["p4d.24xlarge"], "type": "EC2", "min_vcpus": 0, "max_vcpus": 256}
    compute = mapped("aws_batch_compute_environment", {"compute_resources": [resources]})
    assert compute.minimum == 0
    assert isinstance(compute.maximum, Unknown)


def test_a_spot_fleet_names_its_types_in_several_specifications() -> None:
    specifications = [{"instance_type": "p3.2xlarge"}, {"instance_type": "g5.xlarge"}]
    compute = mapped("aws_spot_fleet_request", {"launch_specification": specifications})
    assert (compute.sku, compute.alternatives) == ("p3.2xlarge", ("g5.xlarge",))


def test_no_accelerators_are_attached_where_the_count_is_zero() -> None:
    attached = [{"type": "nvidia-tesla-t4", "count": 0}]
    compute = mapped("google_compute_instance", {"machine_type": "n1-standard-8", "guest_accelerator": attached})
    assert compute.accelerators is None


SOME = "some"
POOLS: list[tuple[dict[str, object], str | None, tuple[object, object, object]]] = [
    ({"node_count": 3}, "us-central1-a", (None, 3, None)),
    ({"initial_node_count": 2}, "us-central1-a", (None, 2, None)),
    ({"node_count": 3}, None, (None, SOME, None)),
    ({"node_count": 3, "node_locations": ["a", "b"]}, None, (None, 6, None)),
    ({"node_count": 3, "node_locations": WAITS}, "us-central1-a", (None, SOME, None)),
    ({"autoscaling": [{"min_node_count": WAITS, "max_node_count": 3}]}, None, (SOME, None, SOME)),
    ({"autoscaling": [{"min_node_count": 0, "max_node_count": 9}]}, None, (0, None, SOME)),
    ({"autoscaling": [{"total_min_node_count": 2, "total_max_node_count": 4}], "node_locations": ["a", "b", "c"]},
     None, (2, None, 4)),
]  # fmt: skip


@pytest.mark.parametrize(("attributes", "zone", "counts"), POOLS)
def test_node_counts_are_per_zone_and_totals_are_not(
    attributes: dict[str, object], zone: str | None, counts: tuple[object, object, object]
) -> None:
    compute = mapped("google_container_node_pool", attributes, zone=zone)
    found = (compute.minimum, compute.desired, compute.maximum)
    assert tuple(SOME if isinstance(count, Unknown) else count for count in found) == counts
