"""A report held against its base: what is new, dearer, standing and resolved, whatever order findings come in."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sumptuary.comparison import compared, narrowed
from sumptuary.coverage import Coverage
from sumptuary.findings import Saving, Violation
from sumptuary.model import Cost, Origin, Place, Resource
from sumptuary.money import Range
from sumptuary.report import CatalogueStamp, Report, Spend, in_order, summarise

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def violation(
    name: str,
    status: str = "fail",
    *,
    cost: str | None = None,
    saving: str | None = None,
    amount: str | None = None,
    attribute: str = "tags",
) -> Violation:
    place = Place("main.tf", 1)
    monthly = Range.of(cost) if cost is not None else None
    resource = Resource(
        id=name, address=name, kind="compute.instance", type="t", provider="aws", cost=Cost(monthly),
        origin=Origin(place, root="."),
    )  # fmt: skip
    saved = Range.of(saving) if saving is not None else None
    return Violation(
        policy="p",
        rule="r",
        status=status,
        severity="high",
        confidence="high",
        enforcement="hard-mandatory",
        resource=resource,
        place=place,
        message="m",
        fingerprint=f"{name}/{attribute}",
        reason="why" if status == "unknown" else "",
        evidence={"amount": Decimal(amount)} if amount is not None else {},
        saving=Saving(saved, saved, "", "high") if saved is not None else None,
        blocking=status == "fail",
    )


def report(violations: list[Violation], spend: Spend | None = None, coverage: Coverage | None = None) -> Report:
    ledger = coverage or Coverage()
    ordered = in_order(violations)
    summary = summarise(ordered, ledger, resources=9, policies=1, spend=spend or Spend())
    return Report(ordered, ledger, summary, CatalogueStamp(), NOW, "ci")


def against(head: Report, base: Report) -> Report:
    return compared(head, base, revision="main", commit="c0ffee")


def told(found: Report) -> list[tuple[str, str, bool]]:
    return [(one.resource.address, one.status, one.blocking) for one in found.violations]


def resolved(found: Report) -> list[str]:
    assert found.comparison is not None
    return [one.resource.address for one in found.comparison.resolved]


def dearer(found: Report) -> frozenset[str]:
    assert found.comparison is not None
    return found.comparison.dearer


def test_what_stood_blocks_nothing_and_what_is_new_does() -> None:
    found = against(report([violation("a"), violation("b")]), report([violation("a"), violation("c")]))
    assert told(found) == [("a", "baselined", False), ("b", "fail", True)]
    assert resolved(found) == ["c"]
    figures = found.summary
    assert (figures.violations, figures.blocking, figures.baselined, figures.exit_code) == (1, 1, 1, 1)


def test_of_findings_that_look_the_same_only_the_surplus_is_new() -> None:
    two, three = [violation("a"), violation("a")], [violation("a"), violation("a"), violation("a")]
    assert [status for _, status, _ in told(against(report(three), report(two)))] == ["baselined", "baselined", "fail"]
    fewer = against(report(two), report(three))
    assert fewer.summary.violations == 0
    assert resolved(fewer) == ["a"]


@pytest.mark.parametrize(
    ("before", "after", "rose"),
    [
        ({"cost": "100"}, {"cost": "102"}, True),
        ({"cost": "100"}, {"cost": "100.90"}, False),
        ({"cost": "1000"}, {"cost": "1009"}, False),
        ({"cost": "10"}, {"cost": "10.90"}, False),
        ({"cost": "0"}, {"cost": "5"}, True),
        ({"cost": "100"}, {"cost": "50"}, False),
        ({"cost": None}, {"cost": "5000"}, False),
        ({"cost": "5000"}, {"cost": None}, False),
        ({"cost": "100", "saving": "40"}, {"cost": "900", "saving": "40"}, False),
        ({"cost": "100", "saving": "40"}, {"cost": "100", "saving": "60"}, True),
        ({"cost": "100"}, {"cost": "200", "saving": "60"}, True),
        ({"amount": "2000"}, {"amount": "3000"}, True),
        ({"amount": "2000"}, {"amount": "2000"}, False),
    ],
)
def test_dearer_is_more_than_a_percent_and_more_than_a_dollar(
    before: dict[str, str | None], after: dict[str, str | None], rose: bool
) -> None:
    found = against(report([violation("a", **after)]), report([violation("a", **before)]))  # type: ignore[arg-type]
    assert dearer(found) == ({"a/tags"} if rose else frozenset())
    assert told(found) == [("a", "fail" if rose else "baselined", rose)]
    assert resolved(found) == []


def test_of_repeated_findings_each_is_paired_with_one_that_stood_for_as_much() -> None:
    base = report([violation("a", cost="50"), violation("a", cost="100")])
    assert dearer(against(report([violation("a", cost="100")]), base)) == frozenset()
    more = against(report([violation("a", cost=cost) for cost in ("100", "900", "50")]), base)
    assert [(one.status, one.resource.cost.monthly) for one in more.violations if one.status == "fail"] == [
        ("fail", Range.of(900))
    ]
    assert dearer(more) == frozenset()


def blocking(one: Violation) -> Violation:
    return replace(one, blocking=True)


@pytest.mark.parametrize("before", ["unknown", "fail"])
def test_an_unknown_that_blocks_is_let_be_where_it_stood(before: str) -> None:
    found = against(report([blocking(violation("a", "unknown"))]), report([violation("a", before)]))
    assert told(found) == [("a", "baselined", False)]
    assert told(against(report([blocking(violation("a", "unknown"))]), report([]))) == [("a", "unknown", True)]


def test_an_unknown_that_blocks_nothing_stays_one() -> None:
    found = against(report([violation("a", "unknown")]), report([violation("a", "unknown")]))
    assert told(found) == [("a", "unknown", False)]


@pytest.mark.parametrize("before", ["unknown", "approved", "waived", "error"])
def test_what_was_no_failure_and_fails_now_is_new(before: str) -> None:
    assert told(against(report([violation("a")]), report([violation("a", before)]))) == [("a", "fail", True)]


@pytest.mark.parametrize("now", ["unknown", "approved", "waived", "error"])
def test_what_is_not_known_or_excused_now_is_not_resolved(now: str) -> None:
    found = against(report([violation("a", now)]), report([violation("a")]))
    assert resolved(found) == []
    assert told(found) == [("a", now, False)]


def test_a_doubt_about_another_attribute_resolves_nothing() -> None:
    found = against(report([violation("a", "unknown", attribute="tags.team")]), report([violation("a")]))
    assert resolved(found) == []


def test_a_file_that_cannot_be_read_resolves_nothing() -> None:
    coverage = Coverage()
    coverage.fail("main.tf", 3, "this cannot be read")
    found = against(report([], coverage=coverage), report([violation("a")]))
    assert resolved(found) == []
    assert found.summary.exit_code == 3
    lenient = compared(
        report([], coverage=coverage), report([]), revision="main", commit="c0ffee", allow_incomplete=True
    )
    assert lenient.summary.exit_code == 0


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (Spend(Range.of(3000), 3), Spend(Range.of(4200), 4), Range.of(1200)),
        (Spend(Range.of(3000), 3), Spend(None, 0, 0), Range.of(-3000)),
        (Spend(None, 0, 0), Spend(Range.of(10), 1), Range.of(10)),
        (Spend(None, 0, 2), Spend(Range.of(10), 1), None),
        (Spend(Range.of(10), 1), Spend(None, 0, 1), None),
        (Spend(), Spend(), Range.of(0)),
    ],
)
def test_the_cost_of_the_change(before: Spend, after: Spend, change: Range | None) -> None:
    comparison = against(report([], after), report([], before)).comparison
    assert comparison is not None
    assert comparison.change == change
    assert comparison.spend is before


def test_a_narrowed_report_counts_what_it_shows() -> None:
    found = against(report([violation("a"), violation("b")]), report([violation("a"), violation("c"), violation("d")]))
    only = narrowed(found, lambda one: one.resource.address in ("a", "c"))
    assert told(only) == [("a", "baselined", False)]
    assert resolved(only) == ["c"]
    assert only.summary.exit_code == 0


VIOLATIONS = some.lists(
    some.builds(
        violation,
        some.sampled_from("abcd"),
        some.sampled_from(["fail", "fail", "unknown", "approved", "error"]),
        cost=some.sampled_from([None, "0", "10", "10.05", "11.50", "4000"]),
        saving=some.sampled_from([None, None, "3", "300"]),
    ),
    max_size=12,
)


@given(VIOLATIONS)
def test_a_report_against_itself_has_nothing_new(violations: list[Violation]) -> None:
    found = against(report(violations), report(violations))
    assert (found.summary.violations, found.summary.blocking) == (0, 0)
    assert (dearer(found), resolved(found)) == (frozenset(), [])


@given(VIOLATIONS, VIOLATIONS)
def test_nothing_is_lost_and_nothing_made_up(head: list[Violation], base: list[Violation]) -> None:
    found = against(report(head), report(base))
    failed = sum(one.status == "fail" for one in head)
    assert found.summary.violations + found.summary.baselined == failed
    stood = sum(one.status == "fail" for one in base)
    assert found.summary.baselined + len(resolved(found)) <= stood
    assert len(found.violations) == len(head)


@given(VIOLATIONS, VIOLATIONS, some.randoms(use_true_random=False))
def test_the_order_of_findings_is_no_matter(
    head: list[Violation], base: list[Violation], chance: random.Random
) -> None:
    def outcome(found: Report) -> object:
        costs = [(*row, one.resource.cost.monthly) for row, one in zip(told(found), found.violations, strict=True)]
        return sorted(costs, key=str), dearer(found), resolved(found)

    first = outcome(against(report(head), report(base)))
    chance.shuffle(head)
    chance.shuffle(base)
    assert outcome(against(report(head), report(base))) == first
