"""On which node type a pod is placed, which part of it it takes, and what that costs, by figures worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumptuary.catalogue import Catalogue
from sumptuary.coverage import Coverage
from sumptuary.facts import FactNames, declare
from sumptuary.findings import Finding
from sumptuary.model import NO_ACCELERATORS, Accelerators, Compute, Estate, Requests, Resource
from sumptuary.placement import Cluster, doubts, place, share_of
from sumptuary.pricing import price_resource
from sumptuary.rule import Context, Lever, Range, load_parameters
from sumptuary.savings import Claim, combine
from sumptuary.sources.kubernetes import read_text
from sumptuary.values import Unknown
from sumptuary_rules.gpu_rightsizing import GpuRightsizing, GpuRightsizingParameters

NOW = datetime(2026, 11, 21, tzinfo=UTC)
CATALOGUE = Catalogue(now=NOW)
TYPES = ("m6i.2xlarge", "g6.xlarge", "p4d.24xlarge")
CLUSTER = Cluster("aws", "us-east-1", TYPES)

A100 = "nvidia.com/gpu.product: NVIDIA-A100-SXM4-40GB"
OWN = "node.kubernetes.io/instance-type: "

POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: d}}
spec:
  replicas: {replicas}
  template:
    spec:
      nodeSelector: {{{selector}}}
      containers: [{{name: a, image: x, resources: {{requests: {{{requests}}}, limits: {{{limits}}}}}}}]
"""


def placed(
    requests: str = "", limits: str = "", selector: str = "", replicas: object = 1, cluster: Cluster = CLUSTER
) -> Resource:
    text = POD.format(requests=requests, limits=limits, selector=selector, replicas=replicas)
    (resource,) = read_text(text.encode(), "given.yaml", Coverage())
    declare(resource, FactNames(), CATALOGUE)
    place(resource, cluster, CATALOGUE)
    return resource


def compute_of(resource: Resource) -> Compute:
    assert resource.compute is not None
    return resource.compute


def monthly(resource: Resource) -> Decimal | None:
    cost, _ = price_resource(resource, CATALOGUE)
    return cost.monthly.expected if cost.monthly is not None else None


# m6i.2xlarge: 8 vCPU, 32 GiB, $0.384; g6.xlarge: 4 vCPU, 16 GiB, 1 L4, $0.8048; p4d.24xlarge: 96 vCPU, 1152 GiB,
# 8 A100 of 40 GiB, $21.957642 an hour in us-east-1. A month has 730 hours.
PLACED: list[tuple[str, dict[str, object], str, str, str]] = [
    ("by vCPU", {"requests": "cpu: 2, memory: 1Gi"}, "m6i.2xlarge", "0.25", "70.08"),
    ("by memory", {"requests": "cpu: 1, memory: 16Gi"}, "m6i.2xlarge", "0.5", "140.16"),
    ("three of them", {"requests": "cpu: 2", "replicas": 3}, "m6i.2xlarge", "0.25", "210.24"),
    ("none of them", {"requests": "cpu: 2", "replicas": 0}, "m6i.2xlarge", "0.25", "0"),
    ("limits where nothing is requested", {"limits": "cpu: 4"}, "m6i.2xlarge", "0.5", "140.16"),
    ("requests before limits", {"requests": "cpu: 2", "limits": "cpu: 8"}, "m6i.2xlarge", "0.25", "70.08"),
    ("all of a node", {"requests": "cpu: 8, memory: 32Gi"}, "m6i.2xlarge", "1", "280.32"),
    ("by accelerator", {"limits": "nvidia.com/gpu: 1", "selector": "nvidia.com/gpu.product: NVIDIA-L4"},
     "g6.xlarge", "1", "587.504"),
    ("two of eight", {"limits": "nvidia.com/gpu: 2", "selector": A100},
     "p4d.24xlarge", "0.25", "4007.269665"),
    ("more vCPU than accelerators",
     {"requests": "cpu: 48", "limits": "nvidia.com/gpu: 1", "selector": A100},
     "p4d.24xlarge", "0.5", "8014.53933"),
    ("its own type before the cluster's", {"requests": "cpu: 24", "selector": OWN + "p4d.24xlarge"},
     "p4d.24xlarge", "0.25", "4007.269665"),
    ("a slice of seven of one of eight", {"limits": "nvidia.com/mig-1g.5gb: 1", "selector": A100},
     "p4d.24xlarge", "0.017857", "286.232"),
    ("hardly anything", {"requests": "cpu: 1n"}, "m6i.2xlarge", "0.000001", "0.00028032"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "sku", "share", "cost"), [case[1:] for case in PLACED], ids=[c[0] for c in PLACED])
def test_a_pod_costs_its_part_of_a_node(given: dict[str, Any], sku: str, share: str, cost: str) -> None:
    resource = placed(**given)
    compute = compute_of(resource)
    assert (compute.sku, compute.share) == (sku, Decimal(share))
    found = monthly(resource)
    assert found is not None
    assert abs(found - Decimal(cost)) < Decimal("0.001")


NOT_KNOWN: list[tuple[str, dict[str, object], str]] = [
    ("nothing asked for", {}, "requests neither CPU nor memory"),
    ("more than any has", {"requests": "cpu: 200"}, "none of the cluster's node types can run it"),
    ("a request that a template fills in", {"requests": "cpu: '{{ cpu }}', memory: 1Gi"}, "filled in by a template"),
    ("a request that is none", {"requests": "cpu: lots, memory: 1Gi"}, "is no quantity"),
    ("several models", {"limits": "nvidia.com/gpu: 1"}, "the cluster has several"),
    ("a model that it does not have", {"limits": "nvidia.com/gpu: 1", "selector": "nvidia.com/gpu.product: Tesla-T4"},
     "none of the cluster's node types can run it"),
    ("a size that it does not have",
     {"limits": "nvidia.com/gpu: 1", "selector": "nvidia.com/gpu.product: NVIDIA-A100-SXM4-80GB"},
     "none of the cluster's node types can run it"),
    ("part of a device", {"limits": "nvidia.com/gpu.shared: 1, cpu: 1"}, "part of a device"),
    ("more than its own type has", {"requests": "cpu: 9", "selector": OWN + "m6i.2xlarge"},
     "more than m6i.2xlarge has"),
    ("accelerators that its own type has not",
     {"limits": "nvidia.com/gpu: 1", "selector": OWN + "m6i.2xlarge"}, "has no accelerators"),
    ("a type that nobody knows", {"requests": "cpu: 1", "selector": OWN + "x9.large"},
     "hardware of x9.large is not known"),
    ("a number of them that a template fills in",
     {"requests": "cpu: 1", "replicas": "'{{ n }}'"}, "count is not known"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), [case[1:] for case in NOT_KNOWN], ids=[case[0] for case in NOT_KNOWN])
def test_what_is_not_known_has_no_price(given: dict[str, Any], said: str) -> None:
    cost, _ = price_resource(placed(**given), CATALOGUE)
    assert cost.monthly is None
    assert said in cost.unpriced


def test_without_a_region_there_is_no_price_and_it_is_said_what_to_do() -> None:
    cost, _ = price_resource(placed("cpu: 1", cluster=Cluster("aws", "", ("m6i.2xlarge",))), CATALOGUE)
    assert cost.unpriced == "its region is not given: say it in sumptuary.yaml (context.kubernetes.region)"


def test_without_node_types_there_is_no_price_and_it_is_said_what_to_do() -> None:
    resource = placed("cpu: 1", cluster=Cluster("aws", "us-east-1"))
    sku = compute_of(resource).sku
    assert isinstance(sku, Unknown)
    assert sku.depends_on == ("context.kubernetes.node_types",)
    assert monthly(resource) is None


def test_node_types_that_nobody_knows_are_not_said_to_be_too_small() -> None:
    sku = compute_of(placed("cpu: 1", cluster=Cluster("aws", "us-east-1", ("x9.large",)))).sku
    assert sku == Unknown(
        "which node it runs on is not known: the hardware of the cluster's node types is not (x9.large)"
    )


def test_the_first_that_fits_is_taken() -> None:
    types = ("m6i.2xlarge", "m6i.4xlarge", "m6i.xlarge")
    assert compute_of(placed("cpu: 1", cluster=Cluster("aws", "us-east-1", types))).sku == "m6i.2xlarge"
    assert compute_of(placed("cpu: 12", cluster=Cluster("aws", "us-east-1", types))).sku == "m6i.4xlarge"


def test_nodes_with_accelerators_take_other_pods_only_where_there_are_no_others() -> None:
    types = ("g6.xlarge", "m6i.2xlarge")
    assert compute_of(placed("cpu: 1", cluster=Cluster("aws", "us-east-1", types))).sku == "m6i.2xlarge"
    only = placed("cpu: 1", cluster=Cluster("aws", "us-east-1", ("g6.xlarge",)))
    assert (compute_of(only).sku, compute_of(only).share) == ("g6.xlarge", Decimal("0.25"))
    assert compute_of(only).accelerators == NO_ACCELERATORS


def test_the_only_model_of_a_cluster_is_that_of_its_pods() -> None:
    types = ("m6i.2xlarge", "g6.xlarge", "g6.12xlarge")
    compute = compute_of(placed(limits="nvidia.com/gpu: 4", cluster=Cluster("aws", "us-east-1", types)))
    assert (compute.sku, compute.accelerators) == ("g6.12xlarge", Accelerators("L4", 4, 24.0))


def test_of_a_model_with_several_sizes_the_size_counts() -> None:
    cluster = Cluster("aws", "us-east-1", ("p4d.24xlarge", "p4de.24xlarge"))
    for product, sku in (("NVIDIA-A100-SXM4-80GB", "p4de.24xlarge"), ("NVIDIA-A100-SXM4-40GB", "p4d.24xlarge")):
        selector = f"nvidia.com/gpu.product: {product}"
        assert compute_of(placed(limits="nvidia.com/gpu: 1", selector=selector, cluster=cluster)).sku == sku


def test_a_slice_asks_for_its_own_memory_and_not_for_that_of_the_device() -> None:
    selector = "nvidia.com/gpu.product: NVIDIA-A100-SXM4-40GB"
    accelerators = compute_of(placed(limits="nvidia.com/mig-3g.20gb: 1", selector=selector)).accelerators
    assert accelerators == Accelerators("A100", 1, 20.0, 3 / 7)


def test_types_with_several_models_leave_the_model_open() -> None:
    text = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [
    {key: node.kubernetes.io/instance-type, operator: In, values: [%s]}]}]}}}
  containers: [{name: a, image: x, resources: {limits: {nvidia.com/gpu: 1}}}]
"""
    for values, expected in (
        ("g5.xlarge, g6.xlarge", Unknown("it runs on any of A10G, L4")),
        ("g6.xlarge, g6.2xlarge", Accelerators("L4", 1, 24.0)),
    ):
        (resource,) = read_text((text % values).encode(), "given.yaml", Coverage())
        declare(resource, FactNames(), CATALOGUE)
        place(resource, CLUSTER, CATALOGUE)
        assert compute_of(resource).accelerators == expected


def test_the_cloud_is_told_from_the_instance_type_where_only_one_has_it() -> None:
    here = Cluster(region="us-east-1")
    resource = placed("cpu: 2", selector="node.kubernetes.io/instance-type: m6i.2xlarge", cluster=here)
    assert resource.host_provider == "aws"
    assert monthly(resource) == Decimal("70.08")
    assert placed("cpu: 2", cluster=here).host_provider == ""


def test_a_capacity_of_a_node_type_is_the_rate_of_its_pods_unless_they_say_another() -> None:
    cluster = Cluster("aws", "us-east-1", ("g6.xlarge",), {"g6.xlarge": "spot"})
    assert compute_of(placed("cpu: 1", cluster=cluster)).purchase_option == "spot"
    said = placed("cpu: 1", selector="karpenter.sh/capacity-type: on-demand", cluster=cluster)
    assert compute_of(said).purchase_option == "on-demand"
    filled = placed("cpu: 1", selector="karpenter.sh/capacity-type: '{{ rate }}'", cluster=cluster)
    assert isinstance(compute_of(filled).purchase_option, Unknown)
    assert monthly(filled) is None


def test_what_is_no_pod_is_left_alone() -> None:
    machine = Resource("i", "i", "compute.instance", "aws_instance", "aws", compute=Compute())
    place(machine, CLUSTER, CATALOGUE)
    assert (machine.host_provider, machine.region, compute_of(machine).sku) == ("", None, None)


def suggestion(resource: Resource) -> Finding:
    rule = GpuRightsizing(load_parameters(GpuRightsizingParameters, {"allowed_accelerators": ["L4", "T4"]}))
    outcome = rule.judge(resource, Context(NOW, CATALOGUE, Estate([resource]), (), frozenset()))
    assert isinstance(outcome, Finding)
    return outcome


def test_another_accelerator_is_suggested_by_the_part_that_the_pod_takes() -> None:
    resource = placed("cpu: 2, memory: 8Gi", "nvidia.com/gpu: 1", A100)
    finding = suggestion(resource)
    (lever,) = finding.levers
    hardware, price = CATALOGUE.hardware("aws", lever.target), CATALOGUE.price("aws", lever.target, "us-east-1")
    assert hardware is not None
    assert price is not None
    assert hardware.accelerators is not None
    assert hardware.accelerators.model in ("L4", "T4")
    share = share_of(Requests(Decimal(2), Decimal(8), Decimal(1)), hardware)
    assert isinstance(share, Decimal)
    (verdict,) = combine(resource, [Claim("k", finding.levers)], CATALOGUE)
    assert verdict.saving is not None
    expected = Decimal("21.957642") * 730 / 8 - price.unit_price.expected * 730 * share
    assert abs(verdict.saving.attributed.expected - expected) <= Decimal("0.02")


def test_what_asks_for_nobody_knows_how_much_is_told_no_type_that_would_do() -> None:
    resource = placed("cpu: '{{ cpu }}'", "nvidia.com/gpu: 1", A100)
    assert suggestion(resource).levers == ()


AMOUNTS = st.one_of(st.just(Decimal(0)), st.decimals("0.000000001", "5000", places=9))
SKUS = st.sampled_from([*TYPES, "g5.12xlarge", "m5.large"])


@given(vcpus=AMOUNTS, memory=AMOUNTS, devices=st.sampled_from([0, 1, 3, 8, 9]), sku=SKUS, count=st.integers(0, 50))
@settings(max_examples=200, deadline=None)
def test_a_pod_never_costs_more_than_its_node(
    vcpus: Decimal, memory: Decimal, devices: int, sku: str, count: int
) -> None:
    compute = Compute(desired=count, requests=Requests(vcpus, memory, Decimal(devices)))
    compute.accelerators = Accelerators("A100", devices) if devices else NO_ACCELERATORS
    resource = Resource("p", "p", "k8s.workload", "Pod", "kubernetes", compute=compute)
    place(resource, Cluster("aws", "us-east-1", (sku,)), CATALOGUE)
    cost, _ = price_resource(resource, CATALOGUE)
    price = CATALOGUE.price("aws", sku, "us-east-1")
    assert price is not None
    if isinstance(compute.sku, str):
        assert compute.share is not None
        assert 0 < compute.share <= 1
        assert cost.monthly is not None
        assert 0 <= cost.monthly.expected <= price.unit_price.expected * 730 * count
        claims = [Claim("a", _levers("g6.xlarge", compute.share)), Claim("b", _levers("m5.large", compute.share))]
        for verdict in combine(resource, claims, CATALOGUE):
            assert verdict.saving is not None
            assert 0 <= verdict.saving.standalone.low <= verdict.saving.standalone.high
            assert verdict.saving.standalone.expected <= cost.monthly.expected + Decimal("0.01")
    else:
        assert cost.monthly is None


def _levers(sku: str, share: Decimal) -> tuple[Lever, ...]:
    return (Lever("sku", target=sku, amount=Range.of(Decimal("0.5") / share)),)


@given(which=st.sampled_from(["vcpus", "memory_gib", "accelerators"]), sku=SKUS, own=st.booleans())
def test_a_request_that_is_not_known_never_gives_a_price(which: str, sku: str, own: bool) -> None:
    requests = Requests(Decimal(1), Decimal(1), Decimal(0))
    setattr(requests, which, Unknown("a template"))
    compute = Compute(sku=sku if own else None, desired=1, requests=requests, accelerators=NO_ACCELERATORS)
    resource = Resource("p", "p", "k8s.workload", "Pod", "kubernetes", compute=compute)
    place(resource, Cluster("aws", "us-east-1", (sku,)), CATALOGUE)
    assert price_resource(resource, CATALOGUE)[0].monthly is None


PRODUCTS = [
    ("NVIDIA-A100-SXM4-40GB", "A100", 40), ("NVIDIA-A100-SXM4-80GB", "A100", 80),
    ("NVIDIA-A100-PCIE-40GB", "A100", 40), ("NVIDIA-A100-80GB-PCIe", "A100", 80),
    ("NVIDIA-H100-80GB-HBM3", "H100", 80), ("NVIDIA-H100-PCIe", "H100", 80), ("NVIDIA-H100-NVL", "H100", 94),
    ("NVIDIA-L40S", "L40S", 48), ("NVIDIA-L4", "L4", 24), ("Tesla-T4", "T4", 16),
    ("Tesla-V100-SXM2-16GB", "V100", 16), ("Tesla-V100-SXM2-32GB", "V100", 32), ("NVIDIA-A10G", "A10G", 24),
    ("NVIDIA-A10", "A10", 24), ("NVIDIA-H200", "H200", 141), ("NVIDIA-B200", "B200", 180),
    ("NVIDIA-GH200-480GB", "GH200", 96), ("Tesla-K80", "K80", 12), ("Tesla-P100-PCIE-16GB", "P100", 16),
    ("NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition", "RTX-PRO-6000", 96),
    ("AMD_Instinct_MI300X_OAM", "MI300X", 192),
    ("A100_NVLINK_80GB", "A100", 80), ("nvidia-tesla-t4", "T4", 16), ("nvidia-h100-mega-80gb", "H100", 80),
    ("tpu-v5-lite-podslice", "TPU-v5e", 16),
]  # fmt: skip


@pytest.mark.parametrize(("product", "model", "memory"), PRODUCTS)
def test_names_of_device_plugins_are_models_of_the_catalogue(product: str, model: str, memory: int) -> None:
    assert CATALOGUE.accelerator_name(product) == model
    assert CATALOGUE.accelerator_memory_gib(product) == memory


def test_a_node_type_that_nobody_knows_is_named() -> None:
    catalogue = Catalogue()
    assert doubts(Cluster("aws", "us-east-1", ("m5.xlarge",)), catalogue) == []
    (doubt,) = doubts(Cluster("aws", "us-east-1", ("m5.xlarge", "g6.xlarg")), catalogue)
    assert "g6.xlarg is not known" in doubt
    (doubt,) = doubts(Cluster("", "us-east-1", ("m5.xlarge",)), catalogue)
    assert "no provider" in doubt
