"""What is said to tighten does: no level falls anywhere, and nothing that failed under a law passes under a tighter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sumptuary.catalogue import Catalogue
from sumptuary.findings import Finding, Passed, Skipped
from sumptuary.model import Estate
from sumptuary.policy.compiled import LEVELS, STAGES, Enforcement, Policy, WaiverTerms
from sumptuary.policy.given import resource_of
from sumptuary.policy.parameters import directions_of
from sumptuary.policy.tightening import CHANGES, LOOSENS, TIGHTENS, Direction, differences
from sumptuary.rule import Context, ResourceRule, load_parameters
from sumptuary_rules.gpu_rightsizing import GpuRightsizing
from sumptuary_rules.required_tags import RequiredTags
from sumptuary_rules.time_to_live import TimeToLive

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = ["2026-05-01", "2026-06-15", "2026-07-01"]

levels = st.sampled_from(LEVELS)
enforcements = st.builds(
    Enforcement,
    default=levels,
    stages=st.dictionaries(st.sampled_from(STAGES), levels),
    environments=st.dictionaries(st.sampled_from(["dev", "production"]), levels),
    ramp=st.lists(st.tuples(st.sampled_from(DAYS), levels), max_size=2).map(lambda steps: tuple(sorted(steps))),
)


def policy(**changes: object) -> Policy:
    plain = Policy("p", "1.0.0", "T", "high", "c", "@x", "Why.", "r", "m:C", {}, ("compute.instance",))
    return replace(plain, **changes)  # type: ignore[arg-type]  # of many types


@given(enforcements, enforcements)
def test_levels_that_tighten_fall_nowhere(before: Enforcement, after: Enforcement) -> None:
    effects = {one.effect for one in differences(policy(enforcement=before), policy(enforcement=after), {})}
    moments = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in ["2026-01-01", *DAYS, "2027-01-01"]]
    falls = any(
        LEVELS.index(after.level(stage, environment, moment)) < LEVELS.index(before.level(stage, environment, moment))
        for stage in STAGES
        for environment in ("", "dev", "production", "staging")
        for moment in moments
    )
    assert falls == (LOOSENS in effects)


VALUES: list[tuple[Direction, object, object, str]] = [
    (Direction("superset"), ["a"], ["a", "b"], TIGHTENS),
    (Direction("superset"), ["a", "b"], ["b"], LOOSENS),
    (Direction("superset"), {"K80": ["L4"]}, {"K80": ["L4"], "V100": ["L4"]}, TIGHTENS),
    (Direction("superset"), {"K80": ["L4"]}, {"V100": ["L4"]}, LOOSENS),
    (Direction("subset"), ["a", "b"], ["b"], TIGHTENS),
    (Direction("subset"), ["a"], [], TIGHTENS),
    (Direction("subset", unlimited_when_empty=True), ["a"], [], LOOSENS),
    (Direction("subset", unlimited_when_empty=True), [], ["a"], TIGHTENS),
    (Direction("subset", unlimited_when_empty=True), {}, {"env": ["dev"]}, TIGHTENS),
    (Direction("subset", unlimited_when_empty=True), {"env": ["dev", "qa"]}, {"env": ["dev"]}, TIGHTENS),
    (Direction("subset", unlimited_when_empty=True), {"env": ["dev"]}, {"env": ["dev", "qa"]}, LOOSENS),
    (Direction("subset", unlimited_when_empty=True), {"env": ["dev"]}, {"team": ["a"]}, LOOSENS),
    (Direction("lower"), "24h", "1d", TIGHTENS),
    (Direction("lower"), "24h", "2d", LOOSENS),
    (Direction("lower"), 40, 39.5, TIGHTENS),
    (Direction("lower"), {"amount": "1000", "currency": "USD"}, {"amount": "999.5", "currency": "USD"}, TIGHTENS),
    (Direction("lower"), {"amount": "9", "currency": "USD"}, {"amount": "10", "currency": "USD"}, LOOSENS),
    (Direction("lower"), {"amount": "9", "currency": "USD"}, {"amount": "8", "currency": "EUR"}, CHANGES),
    (Direction("lower"), None, {"amount": "9", "currency": "USD"}, TIGHTENS),
    (Direction("lower"), {"amount": "9", "currency": "USD"}, None, LOOSENS),
    (Direction("lower"), "soon", "later", CHANGES),
    (Direction("higher"), 60, 70, TIGHTENS),
    (Direction("higher"), False, True, TIGHTENS),
    (Direction(), ["a"], ["a", "b"], CHANGES),
    (Direction(fields={"below": Direction("higher")}), {"below": 70}, {"below": 60}, LOOSENS),
    (Direction(fields={"below": Direction("higher")}), None, {"below": 60}, CHANGES),
]


@pytest.mark.parametrize(("direction", "before", "after", "effect"), VALUES)
def test_a_parameter_moves_as_its_direction_says(
    direction: Direction, before: object, after: object, effect: str
) -> None:
    [found] = differences(policy(parameters={"x": before}), policy(parameters={"x": after}), {"x": direction})
    assert found.effect == effect


def test_terms_of_waivers() -> None:
    terms = WaiverTerms(("@a", "@b"), "30d")
    cases = [
        (terms, None, {"waivers": TIGHTENS}),
        (None, terms, {"waivers": LOOSENS}),
        (terms, WaiverTerms(("@a",), "720h"), {"waivers.approvers": TIGHTENS, "waivers.max_duration": TIGHTENS}),
        (terms, WaiverTerms(("@c", "@b"), "31d"), {"waivers.approvers": LOOSENS, "waivers.max_duration": LOOSENS}),
    ]
    for before, after, effects in cases:
        found = differences(policy(waivers=before), policy(waivers=after), {})
        assert {one.field: one.effect for one in found} == effects


KEYS = ["team", "Team", "service", "cost-center"]
texts = st.sampled_from(["a", "b", "dev", ""])
Shapes = st.SearchStrategy[dict[str, object]]

required: Shapes = st.fixed_dictionaries(
    {
        "tags": st.lists(st.sampled_from(["team", "service", "cost-center"]), min_size=1, max_size=2, unique=True),
        "values": st.dictionaries(st.sampled_from(KEYS), st.lists(texts, min_size=1, unique=True), max_size=1),
        "aliases": st.dictionaries(
            st.just("team"), st.lists(st.sampled_from(["Team", "service"]), min_size=1, unique=True)
        ),
    }
)
lifetimes: Shapes = st.fixed_dictionaries(
    {
        "max_ttl": st.sampled_from(["12h", "24h", "2d", "7d"]),
        "grace": st.sampled_from(["0h", "2h", "12h"]),
        "sources": st.lists(st.sampled_from(["tag:ttl", "tag:expires-at"]), unique=True, min_size=1),
        "presumed_temporary": st.lists(st.sampled_from(["compute.instance", "ml.notebook"]), unique=True),
    }
)
accelerators: Shapes = st.fixed_dictionaries(
    {
        "allowed_accelerators": st.lists(st.sampled_from(["L4", "A100", "A10G", "V100"]), unique=True),
        "previous_generation": st.dictionaries(st.just("V100"), st.just(["A10G"])),
        "utilization": st.none(),
    }
)
RULES: list[tuple[type[ResourceRule], Shapes]] = [
    (RequiredTags, required),
    (TimeToLive, lifetimes),
    (GpuRightsizing, accelerators),
]
resources = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["compute.instance", "ml.notebook"]),
        "sku": st.sampled_from(["p4d.24xlarge", "p3.2xlarge", "g6.xlarge", "m5.large"]),
        "tags": st.fixed_dictionaries(
            {}, optional={**dict.fromkeys(KEYS, texts), "ttl": st.sampled_from(["6h", "24h", "3d"])}
        ),
        "workload": st.just({"purpose": "inference"}),
    },
    optional={
        "environment": st.sampled_from(["dev", "production"]),
    },
)


@pytest.mark.parametrize(("rule", "shapes"), RULES, ids=[rule.id for rule, _ in RULES])
@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_what_failed_passes_under_no_tighter_law(rule: type[ResourceRule], shapes: Shapes, data: st.DataObject) -> None:
    before, other, resource = data.draw(shapes), data.draw(shapes), resource_of(data.draw(resources))
    changed = data.draw(st.sets(st.sampled_from(sorted(before)), min_size=1, max_size=2))
    after: dict[str, object] = {key: (other if key in changed else before)[key] for key in before}
    found = differences(policy(parameters=before), policy(parameters=after), directions_of(rule.Parameters))
    assume(all(one.effect == TIGHTENS for one in found))
    context = Context(NOW, Catalogue(now=NOW), Estate([resource]))
    try:
        first, second = (rule(load_parameters(rule.Parameters, one)) for one in (before, after))
    except ValueError:
        assume(False)  # parameters that the rule refuses
        raise
    if isinstance(first.judge(resource, context), Finding):
        assert not isinstance(second.judge(resource, context), (Passed, Skipped))


def test_amounts_are_compared_exactly() -> None:
    step = str(Decimal(1000) - Decimal("0.000001"))
    amounts = [{"amount": amount, "currency": "USD"} for amount in ("1000", step)]
    found = differences(
        policy(parameters={"x": amounts[0]}), policy(parameters={"x": amounts[1]}), {"x": Direction("lower")}
    )
    assert [one.effect for one in found] == [TIGHTENS]
