"""The rule reservation-coverage: which hours are steady, what covers them, and what lies idle."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from rules.estate import context, resources
from sumptuary.rule import Finding, Outcome, Passed, Resource, Skipped, Undecided, load_parameters
from sumptuary_rules.commitments import family
from sumptuary_rules.reservation_coverage import ReservationCoverage, ReservationCoverageParameters

PRODUCTION = {
    "kind": "compute.node_pool",
    "sku": "m5.xlarge",
    "environment": "production",
    "compute": {"purchase_option": "on-demand"},
}
YEAR = {"start": "2026-01-01", "end": "2026-12-31"}


def pool(count: int, **more: Any) -> dict[str, Any]:
    return PRODUCTION | {"compute": {"purchase_option": "on-demand", "minimum": count}} | more


def commitment(**more: Any) -> dict[str, Any]:
    return {"kind": "commitment", "address": "ri", **YEAR, **more}


def judge(*given: dict[str, Any], **parameters: Any) -> list[tuple[Resource, Outcome]]:
    found = resources(*given)
    rule = ReservationCoverage(load_parameters(ReservationCoverageParameters, parameters))
    selected = [resource for resource in found if resource.kind != "commitment"]
    return list(rule.judge_estate(selected, context(found)))


def findings(*given: dict[str, Any], **parameters: Any) -> dict[str, Finding]:
    return {
        str(outcome.facts["group"]["key"]): outcome
        for _, outcome in judge(*given, **parameters)
        if isinstance(outcome, Finding)
    }


@pytest.mark.parametrize(
    ("counts", "percent"),
    [({"count": 1}, 25), ({"count": 2}, 50), ({"hourly_commitment": 0.24, "discount_percent": 0}, 31)],
)
def test_coverage_is_the_covered_part_of_the_steady_cost(counts: dict[str, Any], percent: int) -> None:
    (finding,) = findings(pool(4), commitment(instance_family="m5", **counts)).values()
    assert finding.facts["coverage_percent"] == percent
    ((resource, (lever,)),) = finding.members
    assert resource.address == "given[0]"
    assert (lever.stage, lever.target) == ("rate", "commit-1y")
    assert round(lever.share * 100) == 100 - percent


def test_a_discount_makes_a_dollar_commitment_reach_further() -> None:
    plan = commitment(hourly_commitment=0.24, discount_percent=50)
    (finding,) = findings(pool(4), plan, min_coverage_percent=70).values()
    assert finding.facts["coverage_percent"] == 62


def test_groups_stand_apart() -> None:
    found = findings(pool(2), pool(2, sku="r5.xlarge"), commitment(instance_family="m5", count=2))
    assert list(found) == ["us-east-1 r5"]
    assert found["us-east-1 r5"].facts["uncovered_monthly"] == pytest.approx(Decimal(2 * 730) * Decimal("0.252"))


def test_instances_are_covered_before_dollars_and_the_particular_before_the_general() -> None:
    found = findings(
        pool(1),
        commitment(address="general", count=1),
        commitment(address="particular", sku="m5.xlarge", count=1),
    )
    assert list(found) == ["general"]
    assert found["general"].facts["utilization_percent"] == 0
    assert found["general"].confidence == "low"


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"region": "eu-west-1"},
        {"provider": "gcp"},
        {"sku": "m5.large"},
        {"instance_family": "c5"},
        {"end": "2026-11-20"},
        {"start": "2026-11-22"},
    ],
    ids=str,
)
def test_a_commitment_covers_only_what_it_is_for_while_it_runs(elsewhere: dict[str, Any]) -> None:
    (finding,) = findings(pool(1), commitment(count=9, **elsewhere)).values()
    assert finding.facts["coverage_percent"] == 0


def test_a_commitment_that_nothing_here_could_use_may_be_somebody_elses() -> None:
    outcomes = [outcome for resource, outcome in judge(pool(1), commitment(count=1, sku="p5.48xlarge"))]
    assert Skipped("nothing that was read could use the commitment") in outcomes


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"environment": "dev"}, Skipped),
        ({"environment": None}, Skipped),
        ({"environment": {"$unknown": "var.env"}}, Undecided),
        ({"sku": {"$unknown": "var.type"}}, Undecided),
        ({"region": {"$unknown": "var.region"}}, Undecided),
        ({"multiplicity": {"$unknown": "var.count"}}, Undecided),
        ({"lifetime": {"ttl": "24h"}}, Skipped),
        ({"lifetime": {"schedule": "office hours"}}, Skipped),
        ({"lifetime": {"deadline_seconds": 60}}, Skipped),
        ({"lifetime": {"expires_at": {"$unknown": "x"}}}, Undecided),
        ({"compute": {"purchase_option": "spot"}}, Skipped),
        ({"compute": {"purchase_option": {"$unknown": "x"}}}, Undecided),
        ({"compute": {"purchase_option": "on-demand", "minimum": 0}}, Skipped),
        ({"compute": {"purchase_option": "reserved"}}, Passed),
        ({"compute": {"purchase_option": "on-demand", "desired": 2}}, Finding),
    ],
    ids=str,
)
def test_steady_is_what_is_certain_to_run_all_month(change: dict[str, Any], expected: type) -> None:
    ((_, outcome),) = judge(PRODUCTION | change)
    assert isinstance(outcome, expected), outcome


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"hours": 720, "committed_hours": 432}, Passed),
        ({"hours": 720, "committed_hours": 431}, Finding),
        ({"hours": 431, "committed_hours": 0}, Skipped),
        ({"hours": 168, "committed_hours": 0, "window": "7d"}, Finding),
        ({"hours": 0, "committed_hours": 0}, Skipped),
        ({"hours": 720, "committed_hours": {"$unknown": "billing"}}, Undecided),
    ],
    ids=str,
)
def test_measured_hours_are_held_against_their_window(usage: dict[str, Any], expected: type) -> None:
    ((_, outcome),) = judge({"kind": "compute.instance", "usage": usage})
    assert isinstance(outcome, expected), outcome


def test_measured_hours_without_their_coverage_are_covered_by_the_commitments_given() -> None:
    measured = {"kind": "compute.instance", "sku": "m5.xlarge", "usage": {"hours": 720}}
    outcomes = [outcome for _, outcome in judge(measured, commitment(count=1))]
    assert all(isinstance(outcome, Passed) for outcome in outcomes)


@pytest.mark.parametrize(
    ("sku", "name"),
    [
        ("p4d.24xlarge", "p4d"),
        ("ml.g5.xlarge", "ml.g5"),
        ("db.r6g.2xlarge", "db.r6g"),
        ("a2-highgpu-1g", "a2"),
        ("Standard_NC24ads_A100_v4", "Standard_NCads_A100_v4"),
        ("Standard_D4s_v5", "Standard_Ds_v5"),
    ],
)
def test_families(sku: str, name: str) -> None:
    assert family(sku) == name


@pytest.mark.parametrize(
    "parameters", [{"window": "0d"}, {"window": "soon"}, {"min_coverage_percent": 101}, {"steady_percent": -1}]
)
def test_parameters_that_cannot_be_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="|".join(parameters)):
        load_parameters(ReservationCoverageParameters, parameters)
