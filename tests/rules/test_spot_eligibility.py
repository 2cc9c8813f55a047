"""The rule spot-eligibility: its lever, its confidence and its limits."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from rules.estate import context, resources
from sumptuary.coverage import Coverage
from sumptuary.evaluate import price_estate
from sumptuary.rule import Finding, Passed, Skipped, Undecided, load_parameters
from sumptuary.savings import Claim, combine
from sumptuary_rules.spot_eligibility import REWORK, SpotEligibility, SpotEligibilityParameters, rework

TRAINING = {"purpose": "training", "checkpoint": "gs://runs/checkpoints"}
A2 = {
    "kind": "compute.instance",
    "provider": "gcp",
    "sku": "a2-highgpu-1g",
    "compute": {"purchase_option": "on-demand"},
    "workload": TRAINING,
}


IN_TIME = datetime(2026, 6, 1, tzinfo=UTC)
"""When the interruption bands of AWS were less than a year old."""


def judge(given: dict[str, Any], **parameters: Any) -> Any:
    found = resources(given)
    rule = SpotEligibility(load_parameters(SpotEligibilityParameters, parameters))
    return rule.judge(found[0], context(found, now=IN_TIME))


def test_rework_is_what_the_arithmetic_of_the_savings_says() -> None:
    assert rework("0.05", "0.5", "0.25") == Decimal("0.025")
    assert REWORK.low < REWORK.expected == Decimal("0.025") < REWORK.high < Decimal("0.2")


def test_the_saving_is_the_discount_less_the_work_done_again() -> None:
    (resource,) = resources(A2)
    catalogue = context().catalogue
    price_estate([resource], catalogue, Coverage())
    outcome = judge(A2)
    assert isinstance(outcome, Finding)
    (verdict,) = combine(resource, [Claim("spot", outcome.levers, outcome.confidence)], catalogue)
    assert verdict.saving is not None
    cost = resource.cost.monthly
    spot = catalogue.price("gcp", "a2-highgpu-1g", "us-central1", "spot")
    assert cost is not None
    assert spot is not None
    expected = cost.expected - spot.unit_price.expected * 730 * Decimal("1.025")
    assert abs(verdict.saving.standalone.expected - expected) < Decimal("0.01")
    assert verdict.saving.standalone.low < verdict.saving.standalone.expected < verdict.saving.standalone.high


def test_work_that_would_be_lost_gets_advice_but_no_figure() -> None:
    outcome = judge(A2 | {"workload": {"purpose": "training"}})
    assert isinstance(outcome, Finding)
    assert outcome.levers == ()
    assert outcome.confidence == "medium"
    assert "save checkpoints first" in outcome.reason


def test_interruptible_work_needs_no_checkpoint() -> None:
    outcome = judge(A2 | {"workload": {"purpose": "batch", "interruptible": True}})
    assert isinstance(outcome, Finding)
    assert outcome.levers
    assert "can be interrupted" in outcome.reason


@pytest.mark.parametrize(("least", "expected"), [(40, Finding), (60, Passed)])
def test_a_small_discount_is_not_worth_it(least: int, expected: type) -> None:
    assert isinstance(judge(A2, min_savings_percent=least), expected)


@pytest.mark.parametrize(("most", "expected"), [(4, Finding), (0, Passed)])
def test_types_that_are_often_reclaimed_pass(most: int, expected: type) -> None:
    p4d = {"kind": "compute.instance", "sku": "p4d.24xlarge", "compute": A2["compute"], "workload": TRAINING}
    assert isinstance(judge(p4d, max_interruption_band=most), expected)


def test_several_nodes_that_work_together_lower_the_confidence() -> None:
    m5 = {"kind": "compute.instance", "sku": "m5.xlarge", "workload": TRAINING}
    one = judge(m5 | {"compute": {"purchase_option": "on-demand"}}, max_interruption_band=4)
    many = judge(m5 | {"compute": {"purchase_option": "on-demand", "maximum": 4}}, max_interruption_band=4)
    assert (one.confidence, many.confidence) == ("high", "medium")


@pytest.mark.parametrize("option", ["reserved", "capacity-block", "spot"])
def test_what_is_paid_for_otherwise_passes(option: str) -> None:
    assert isinstance(judge(A2 | {"compute": {"purchase_option": option}}), Passed)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"workload": {"purpose": {"$unknown": "x"}}}, Undecided),
        ({"workload": {"purpose": "training", "checkpoint": {"$unknown": "x"}}}, Undecided),
        ({"workload": {}}, Skipped),
        ({"compute": {}}, Skipped),
    ],
)
def test_what_is_not_known_or_not_said_is_neither_pass_nor_failure(given: dict[str, Any], expected: type) -> None:
    assert isinstance(judge(A2 | given), expected)


@pytest.mark.parametrize(
    "parameters", [{"max_interruption_band": 5}, {"max_interruption_band": -1}, {"min_savings_percent": 100}]
)
def test_parameters_that_cannot_be_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="|".join(parameters)):
        load_parameters(SpotEligibilityParameters, parameters)
