"""What could not be read: which policies say unknown of it, and what they no longer claim of the rest."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sumptuary.catalogue import Catalogue
from sumptuary.coverage import Coverage, Gap
from sumptuary.evaluate import Setting, evaluate
from sumptuary.model import Compute, Resource
from sumptuary.policy.compiled import Enforcement, Policy
from sumptuary.report import Report

NOW = datetime(2026, 11, 21, tzinfo=UTC)
REASON = "ec2.instances in eu-west-1 was denied: nobody knows what runs there"
GAP = Gap("ec2.instances", "aws", "123456789012", "eu-west-1", (("aws_instance", "compute.instance"),), REASON)
ROW = {"provider": "aws", "region": "eu-west-1", "collector": "ec2.instances", "status": "denied"}
PLEDGES = Gap("ec2.reserved-instances", "aws", "123456789012", "eu-west-1", (), REASON, inputs=("commitments",))


def law(**fields: object) -> Policy:
    given: dict[str, object] = {
        "id": "team", "version": "1.0.0", "title": "t", "severity": "high", "category": "allocation", "owner": "o",
        "description": "d", "rule": "required-tags", "rule_class": "sumptuary_rules.required_tags:RequiredTags",
        "parameters": {"tags": ["team"]}, "kinds": ("compute.instance",), "enforcement": Enforcement("soft-mandatory"),
    } | fields  # fmt: skip
    return Policy(**given)  # type: ignore[arg-type]  # a dictionary of its own fields


COVERAGE = law(
    id="covered", rule="reservation-coverage", rule_class="sumptuary_rules.reservation_coverage:ReservationCoverage",
    parameters={}, message="{{ reason }}",
)  # fmt: skip


def instance(**fields: object) -> Resource:
    made = Resource("i-1", "aws_instance.i-1", "compute.instance", "aws_instance", "aws", region="us-east-1")
    made.compute, made.environment, made.taggable = Compute("m5.large"), "production", True
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def run(policy: Policy, *resources: Resource, gaps: tuple[Gap, ...] = (GAP,), given: str = "commitments") -> Report:
    coverage = Coverage(collectors=[ROW], gaps=list(gaps))
    inputs = frozenset({given}) if given else frozenset[str]()
    return evaluate(resources, [policy], Setting(NOW, Catalogue([], now=NOW), inputs=inputs), coverage)


def test_what_could_not_be_read_is_unknown_and_counts_as_no_resource() -> None:
    report = run(law())
    (violation,) = report.violations
    assert (violation.status, violation.reason, violation.blocking) == ("unknown", REASON, False)
    assert violation.resource.address == "aws:eu-west-1:ec2.instances"
    assert (violation.resource.account, violation.resource.region) == ("123456789012", "eu-west-1")
    assert (report.summary.resources, report.summary.unknown, report.summary.exit_code) == (0, 1, 3)
    assert report.coverage.evaluated == 0
    assert (report.summary.spend.priced, report.summary.spend.unpriced) == (0, 0)


def test_each_gap_has_an_identity_of_its_own() -> None:
    other = Gap("ec2.instances", "aws", "123456789012", "us-east-1", GAP.finds, REASON)
    report = run(law(), gaps=(GAP, other))
    assert len({one.fingerprint for one in report.violations}) == 2
    assert {one.fingerprint for one in run(law()).violations} <= {one.fingerprint for one in report.violations}


@pytest.mark.parametrize(
    "narrowed",
    [
        {"kinds": ("database.instance",)},
        {"types": ("aws_db_*",)},
        {"providers": ("google",)},
        {"sources": ("terraform",)},
        {"enforcement": Enforcement("off")},
    ],
    ids=str,
)
def test_a_policy_that_cannot_be_about_it_says_nothing(narrowed: dict[str, object]) -> None:
    assert not run(law(**narrowed)).violations


@pytest.mark.parametrize(
    "narrowed",
    [
        {"types": ("aws_instance",)},
        {"sources": ("live",)},
        {"environments": ("production",)},
        {"purposes": ("training",)},
        {"tags": {"team": None}},
        {"where": 'resource.attributes.instance_type == "p5.48xlarge"'},
        {"where": "resource.compute.accelerators.count > 1"},
    ],
    ids=str,
)
def test_a_policy_that_may_be_about_it_does(narrowed: dict[str, object]) -> None:
    (violation,) = run(law(**narrowed)).violations
    assert violation.status == "unknown"


def test_where_unknown_fails_it_blocks() -> None:
    (violation,) = run(law(enforcement=Enforcement("hard-mandatory", on_unknown="fail"))).violations
    assert violation.blocking


def test_what_was_read_is_judged_all_the_same() -> None:
    statuses = {(one.resource.address, one.status) for one in run(law(), instance()).violations}
    assert statuses == {("aws_instance.i-1", "fail"), ("aws:eu-west-1:ec2.instances", "unknown")}


def test_shares_are_claimed_only_of_what_is_whole() -> None:
    whole = run(COVERAGE, instance(), gaps=())
    assert [one.status for one in whole.violations] == ["fail"]
    partial = run(COVERAGE, instance())
    assert [one.status for one in partial.violations] == ["unknown", "unknown"]
    told = {one.resource.address: one.reason for one in partial.violations}
    assert told["aws_instance.i-1"] == f"what was read is not all there is: {REASON}"


def test_an_input_that_is_partly_known_is_a_gap_of_the_rules_that_weigh_it() -> None:
    (violation,) = run(COVERAGE, instance(), gaps=(PLEDGES,), given="").violations
    assert (violation.status, violation.resource.address) == ("unknown", "aws:eu-west-1:ec2.reserved-instances")
    assert not [one for one in run(law(), instance(), gaps=(PLEDGES,)).violations if one.status == "unknown"]
