"""A report adopted and held against itself and others: counts, costs, and what stood already, in any order."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from sumptuary.adoption import View, adopted, entries_of, updated
from sumptuary.comparison import compared
from sumptuary.decisions.baselines import Baseline, Entry
from sumptuary.findings import Violation
from sumptuary.model import Cost, Origin, Place, Resource
from sumptuary.money import Range
from sumptuary.report import CatalogueStamp, Report, Spend, in_order, summarise
from test_comparison import NOW, Coverage

VIEW = View(".", frozenset({"p"}), lambda root: True)


def violation(name: str, status: str = "fail", *, cost: str | None = None, amount: str | None = None) -> Violation:
    monthly = Range.of(cost) if cost is not None else None
    resource = Resource(
        id=name, address=name, kind="compute.instance", type="t", provider="aws", cost=Cost(monthly),
        origin=Origin(Place("main.tf", 1), root="."),
    )  # fmt: skip
    return Violation(
        policy="p", rule="r", status=status, severity="high", confidence="high", enforcement="hard-mandatory",
        resource=resource, place=Place("main.tf", 1), message="m", fingerprint=name, reason="",
        evidence={"amount": Decimal(amount)} if amount is not None else {}, blocking=status in ("fail", "unknown"),
    )  # fmt: skip


def report(violations: list[Violation]) -> Report:
    ordered = in_order(violations)
    summary = summarise(ordered, Coverage(), resources=9, policies=1, spend=Spend())
    return Report(ordered, Coverage(), summary, CatalogueStamp(), NOW, "ci")


def baseline(violations: list[Violation]) -> Baseline:
    return Baseline("b.json", "2026-11-21", entries_of(violations, "."))


def held(now: list[Violation], before: list[Violation], **options: frozenset[str]) -> Report:
    return adopted(report(now), baseline(before), VIEW, **options)


def costs(found: Report, status: str) -> list[str]:
    amounts = (one.resource.cost.monthly for one in found.violations if one.status == status)
    return sorted(str(amount.expected) if amount is not None else "" for amount in amounts)


def test_those_of_one_fingerprint_share_what_they_cost() -> None:
    two = [violation("a", cost="50"), violation("a", cost="100")]
    assert [(one.count, one.monthly_cost) for one in baseline(two).entries] == [(2, Decimal("150.00"))]
    assert costs(held(two, two), "fail") == []
    assert costs(held([violation("a", cost="140"), violation("a", cost="10")], two), "fail") == []
    dearer = held([violation("a", cost="120"), violation("a", cost="100")], two)
    assert (costs(dearer, "fail"), dearer.dearer) == (["100"], {"a"})
    more = held([*two, violation("a", cost="1")], two)
    assert (costs(more, "baselined"), costs(more, "fail"), more.dearer) == (["100", "50"], ["1"], frozenset())


def test_an_entry_is_only_for_the_policy_that_it_names() -> None:
    """By hand, a fingerprint can be put under the name of a policy that nobody minds."""
    adoptions = baseline([violation("a")])
    adoptions.entries = [replace(adoptions.entries[0], policy="harmless")]
    found = adopted(report([violation("a")]), adoptions, VIEW)
    assert [one.status for one in found.violations] == ["fail"]
    assert "names 1 finding under another policy than the one that found it" in found.coverage.notes[0]


def test_what_has_no_figure_is_never_dearer() -> None:
    assert baseline([violation("a"), violation("a", cost="5")]).entries[0].monthly_cost is None
    assert costs(held([violation("a", cost="5000")], [violation("a")]), "fail") == []
    assert costs(held([violation("a")], [violation("a", cost="1")]), "fail") == []


def test_an_amount_that_is_named_counts_before_the_cost() -> None:
    before = [violation("a", amount="2000", cost="1")]
    assert baseline(before).entries[0].monthly_cost == Decimal("2000.00")
    assert held([violation("a", amount="2000", cost="900")], before).dearer == frozenset()
    assert held([violation("a", amount="3000", cost="1")], before).dearer == {"a"}


def test_of_policies_that_mind_only_what_is_new_the_dearer_are_let_be_by_a_base_too() -> None:
    before, now = [violation("a", cost="50")], [violation("a", cost="90"), violation("a", cost="80")]
    found = held(now, before, new_only=frozenset({"p"}))
    assert (costs(found, "baselined"), costs(found, "fail"), found.dearer) == (["80"], ["90"], frozenset())
    base = compared(report(now), report(before), revision="main", commit="c0ffee", new_only={"p"})
    assert (costs(base, "baselined"), costs(base, "fail"), base.dearer) == (["80"], ["90"], frozenset())
    (let_be,) = (one for one in base.violations if one.status == "baselined")
    assert str(let_be.evidence["stood"]).startswith("dearer than it was")
    assert base.coverage.notes == ["p blocks only what is new (new_only): of what stood before, 1 is dearer now"]


def test_what_stood_at_the_base_takes_its_place_in_the_baseline() -> None:
    once, twice = [violation("a")], [violation("a"), violation("a")]
    compared_first = compared(report(twice), report(once), revision="main", commit="c0ffee")
    found = adopted(compared_first, baseline(once), VIEW)
    assert (found.summary.baselined, found.summary.violations) == (1, 1)
    assert adopted(compared_first, baseline(twice), VIEW).summary.violations == 0


def test_what_is_excused_is_neither_mended_nor_forgotten() -> None:
    before = baseline([violation("a"), violation("b")])
    now = report([violation("a", "waived"), violation("b", "error")])
    assert adopted(now, before, VIEW).baseline.mended == 0  # type: ignore[union-attr]  # it was just set
    assert updated(before, now, VIEW).entries == before.entries


def test_of_a_policy_that_is_not_in_force_nothing_is_mended() -> None:
    before = baseline([violation("a")])
    nobody = replace(VIEW, policies=frozenset())
    assert adopted(report([]), before, VIEW).baseline.mended == 1  # type: ignore[union-attr]
    assert adopted(report([]), before, nobody).baseline.mended == 0  # type: ignore[union-attr]
    assert updated(before, report([]), nobody).entries == before.entries


def test_what_was_passed_over_is_not_mended_and_what_is_weighed_together_not_at_all() -> None:
    before = baseline([violation("a"), violation("b")])
    now = report([])
    now.coverage.skip("p", "it is not said how it is bought", "a")
    assert [one.address for one in updated(before, now, VIEW).entries] == ["a"]
    now = report([])
    now.coverage.skip("p", "no commitments were given")
    assert updated(before, now, VIEW).entries == before.entries


VIOLATIONS = some.lists(
    some.builds(
        violation,
        some.sampled_from("abcd"),
        some.sampled_from(["fail", "fail", "unknown", "approved"]),
        cost=some.sampled_from([None, "0", "0.004", "10", "11.50", "4000"]),
    ),
    max_size=12,
)


@given(VIOLATIONS)
def test_what_was_just_adopted_does_not_fail(violations: list[Violation]) -> None:
    found = held(violations, violations)
    assert (found.summary.violations, found.summary.blocking, found.dearer) == (0, 0, frozenset())
    assert found.baseline is not None
    assert found.baseline.mended == 0
    same = updated(baseline(violations), report(violations), VIEW)
    assert (same.added, same.mended, same.dearer) == (0, 0, 0)
    assert sorted(same.entries, key=order) == baseline(violations).entries


def order(entry: Entry) -> tuple[str, ...]:
    return entry.order


@given(VIOLATIONS, VIOLATIONS)
def test_nothing_is_lost_and_no_more_let_be_than_was_adopted(now: list[Violation], before: list[Violation]) -> None:
    found = held(now, before)
    assert len(found.violations) == len(now)
    assert found.summary.baselined <= baseline(before).count
    afterwards = updated(baseline(before), report(now), VIEW)
    assert adopted(report(now), Baseline("b", "", afterwards.entries), VIEW).summary.violations == 0


@given(VIOLATIONS, VIOLATIONS, some.randoms(use_true_random=False))
def test_the_order_is_no_matter(now: list[Violation], before: list[Violation], chance: random.Random) -> None:
    first = held(now, before)
    told = (costs(first, "fail"), costs(first, "baselined"), first.dearer, baseline(before).entries)
    chance.shuffle(now)
    chance.shuffle(before)
    again = held(now, before)
    assert (costs(again, "fail"), costs(again, "baselined"), again.dearer, baseline(before).entries) == told
