"""The rule gpu-rightsizing: what would do instead, at which price, and when nothing would."""

from __future__ import annotations

from typing import Any

import pytest

from rules.estate import context, resources
from sumptuary.rule import Accelerators, Finding, Passed, Undecided, Unknown, load_parameters
from sumptuary_rules.gpu_rightsizing import GpuRightsizing, GpuRightsizingParameters
from sumptuary_rules.suggestions import is_model, memory_needed_gib, toolchain

INFERENCE = {"allowed_accelerators": ["T4", "L4", "A10G", "L40S", "Inferentia2"]}


def judge(given: dict[str, Any], **parameters: Any) -> Any:
    found = resources({"kind": "compute.instance", **given})
    rule = GpuRightsizing(load_parameters(GpuRightsizingParameters, parameters or INFERENCE))
    return rule.judge(found[0], context(found))


SUGGESTED = [
    ("as many, when no size is declared", {"sku": "p4d.24xlarge"}, "g6.48xlarge", "medium"),
    ("what holds the model", {"sku": "p4d.24xlarge", "workload": {"parameters_billion": 7}}, "g6.xlarge", "high"),
    ("a small model", {"sku": "p5.48xlarge", "workload": {"parameters_billion": 1.5}}, "g4dn.xlarge", "high"),
    ("a model over several", {"sku": "p4d.24xlarge", "workload": {"parameters_billion": 34}}, "g6.12xlarge", "high"),
    ("Google's", {"provider": "gcp", "sku": "a2-highgpu-2g"}, "g2-standard-24", "medium"),
    (
        "where the region is not known, the smallest",
        {"sku": "p5.4xlarge", "region": {"$unknown": "x"}},
        "g4dn.xlarge",
        "medium",
    ),
]


@pytest.mark.parametrize(
    ("given", "sku", "confidence"), [case[1:] for case in SUGGESTED], ids=[c[0] for c in SUGGESTED]
)
def test_the_cheapest_that_would_do_is_suggested(given: dict[str, Any], sku: str, confidence: str) -> None:
    outcome = judge(given)
    assert isinstance(outcome, Finding)
    assert outcome.facts["suggestion"] == {"sku": sku}
    assert [(lever.stage, lever.target) for lever in outcome.levers] == [("sku", sku)]
    assert outcome.confidence == confidence


def test_a_managed_endpoint_is_offered_only_managed_types_that_have_a_price() -> None:
    outcome = judge({"kind": "ml.endpoint", "sku": "ml.p4d.24xlarge", "workload": {"parameters_billion": 7}})
    assert isinstance(outcome, Finding)
    (lever,) = outcome.levers
    assert lever.target.startswith("ml.")
    assert context().catalogue.price("aws", lever.target, "us-east-1") is not None


def test_nothing_is_suggested_that_costs_as_much() -> None:
    outcome = judge({"sku": "p3.2xlarge"}, previous_generation={"V100": ["H100"]})
    assert isinstance(outcome, Finding)
    assert outcome.levers == ()
    assert outcome.facts["suggestion"] == {"sku": "no cheaper type is known"}


def test_accelerators_beside_the_machine_type_get_no_suggestion_for_the_type() -> None:
    attached = {"model": "A100", "count": 1, "memory_gib": 40}
    outcome = judge({"provider": "gcp", "sku": "n1-standard-8", "accelerators": attached})
    assert isinstance(outcome, Finding)
    assert outcome.levers == ()


def test_how_many_there_are_need_not_be_known_to_see_that_they_are_too_large() -> None:
    outcome = judge({"provider": "kubernetes", "accelerators": {"model": "H100", "count": {"$unknown": "values.yaml"}}})
    assert isinstance(outcome, Finding)
    assert outcome.levers == ()


@pytest.mark.parametrize("model", ["Inferentia2", "T4g", "MI300X"])
def test_a_model_made_for_another_toolchain_is_never_suggested(model: str) -> None:
    outcome = judge({"sku": "p4d.24xlarge"}, allowed_accelerators=[model])
    assert isinstance(outcome, Finding)
    assert outcome.levers == ()


def test_what_runs_on_inferentia_may_move_within_it() -> None:
    assert toolchain("Inferentia") == toolchain("Trainium2") == "neuron"
    assert toolchain("V100") == toolchain("L4") == "cuda"
    assert toolchain("v5e") == "tpu"


def test_a_model_too_large_for_all_that_is_allowed_passes() -> None:
    large = {"sku": "p5.48xlarge", "workload": {"parameters_billion": 405}}
    assert isinstance(judge(large), Passed)
    assert isinstance(judge(large | {"workload": {"parameters_billion": 70}}), Finding)


def test_a_size_that_is_not_known_is_not_taken_for_none() -> None:
    outcome = judge({"sku": "p4d.24xlarge", "workload": {"parameters_billion": {"$unknown": "var.size"}}})
    assert isinstance(outcome, Finding)
    assert outcome.confidence == "medium"


@pytest.mark.parametrize("size", [0, -7, 1e9, float("inf"), float("nan")])
def test_a_size_that_no_model_has_exempts_nothing(size: float) -> None:
    outcome = judge({"sku": "p4d.24xlarge", "workload": {"parameters_billion": size}})
    assert isinstance(outcome, Finding)
    assert outcome.confidence == "medium"


def test_accelerators_that_are_not_known_are_not_judged() -> None:
    assert isinstance(judge({"accelerators": {"$unknown": "var.gpu"}}), Undecided)


@pytest.mark.parametrize(
    ("p95", "expected"), [(70, Passed), (69.9, Finding), ({"$unknown": "the metric"}, Undecided)], ids=str
)
def test_measured_use_decides_where_there_is_any(p95: object, expected: type) -> None:
    limits = {**INFERENCE, "utilization": {"below": 70, "min_samples": 1}}
    outcome = judge({"sku": "p4d.24xlarge", "usage": {"p95": p95, "samples": 500}}, **limits)
    assert isinstance(outcome, expected)


def test_a_policy_without_a_limit_does_not_look_at_measured_use() -> None:
    assert isinstance(judge({"sku": "p4d.24xlarge", "usage": {"p95": 99}}), Finding)


@pytest.mark.parametrize(
    ("name", "model", "memory", "same"),
    [
        ("A100", "A100", 40.0, True),
        ("a100", "A100", 80.0, True),
        ("A100-80GB", "A100", 80.0, True),
        ("A100-80GB", "A100", 40.0, False),
        ("A100-80GB", "A100", None, False),
        ("A10", "A100", 40.0, False),
        ("A100", "A100-80GB", 80.0, True),
        ("L4", "L40S", 48.0, False),
    ],
)
def test_models_are_named_with_or_without_their_memory(name: str, model: str, memory: float | None, same: bool) -> None:
    assert is_model(name, Accelerators(model, 1, memory)) is same


def test_memory_needed_is_two_bytes_a_parameter_and_a_fifth() -> None:
    assert memory_needed_gib(7) == pytest.approx(16.8)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, "allowed_accelerators or previous_generation"),
        ({**INFERENCE, "utilization": {"below": 0}}, "percentage"),
        ({**INFERENCE, "utilization": {"window": "fortnight"}}, "window"),
    ],
)
def test_parameters_that_cannot_be_are_refused(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        load_parameters(GpuRightsizingParameters, parameters)


def test_an_unknown_type_says_where_it_would_stand() -> None:
    (resource,) = resources({"kind": "compute.node_pool", "sku": {"$unknown": "var.type"}})
    assert resource.compute is not None
    resource.compute.sku_attribute = "instance_types"
    outcome = GpuRightsizing(load_parameters(GpuRightsizingParameters, INFERENCE)).judge(resource, context())
    assert outcome == Undecided.on(Unknown("var.type", ("var.type",)), "instance_types")
