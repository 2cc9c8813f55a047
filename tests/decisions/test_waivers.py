"""Waivers: which hold, what they cover, and that none ever covers more than it says."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sumptuary.decisions import waivers as room
from sumptuary.decisions.targets import is_like, matches
from sumptuary.decisions.waivers import cost_of, excused, may_waive_hard
from sumptuary.findings import Violation
from sumptuary.model import Call, Cost, Origin, Place, Resource
from sumptuary.money import Range
from sumptuary.policy import compiled
from sumptuary.policy.compiled import Policy, Waiver, WaiverTerms
from sumptuary.values import Unknown

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def resource(address: str = "aws_instance.a", cost: str | None = "100", path: str = "infra/main.tf") -> Resource:
    return Resource(
        id=f"{path}:{address}",
        address=address,
        kind="compute.instance",
        type="aws_instance",
        provider="aws",
        account="1234",
        region="us-east-1",
        environment="dev",
        team="ml",
        cost=Cost(Range.of(cost)) if cost is not None else Cost(unpriced="no price"),
        origin=Origin(place=Place(path, 3, 9)),
    )


def violation(about: Resource | None = None, policy: str = "team-tag", **more: object) -> Violation:
    found = about if about is not None else resource()
    fields: dict[str, object] = {
        "policy": policy,
        "rule": "required-tags",
        "status": "fail",
        "severity": "high",
        "confidence": "high",
        "enforcement": "soft-mandatory",
        "resource": found,
        "place": found.origin.place,
        "message": f"{found.address}: team is missing",
        "fingerprint": found.id,
        "blocking": True,
    }
    return Violation(**{**fields, **more})  # type: ignore[arg-type]  # the fields are the test's to get right


def policy(name: str = "team-tag", **more: object) -> Policy:
    fields: dict[str, object] = {
        "id": name,
        "version": "1.0.0",
        "title": "T",
        "severity": "high",
        "category": "allocation",
        "owner": "@f",
        "description": "D",
        "rule": "required-tags",
        "rule_class": "a:B",
        "parameters": {},
        "kinds": ("compute.instance",),
        "waivers": WaiverTerms(("@finops", "@leads"), "30d"),
    }
    return Policy(**{**fields, **more})  # type: ignore[arg-type]  # as above


def waiver(**more: object) -> Waiver:
    fields: dict[str, object] = {
        "id": "w",
        "policies": ("team-tag",),
        "target": {"address": "aws_instance.a"},
        "reason": "An experiment.",
        "owner": "@ml",
        "approver": "@finops",
        "ticket": "FIN-1",
        "granted": "2026-11-01",
        "expires": "2026-11-30",
        "place": Place(".sumptuary/w.yaml", 1),
    }
    return Waiver(**{**fields, **more})  # type: ignore[arg-type]  # as above


def outcome(
    given: Waiver, found: list[Violation] | None = None, law: Policy | None = None, now: datetime = NOW
) -> tuple[list[str], list[str]]:
    """The statuses, and what is said of the waiver without its name."""
    said = excused([violation()] if found is None else found, [law or policy()], [given], now, ".")
    prefix = "the waiver w (.sumptuary/w.yaml:1) "
    assert all(note.startswith(prefix) for note in said.notes)
    return [one.status for one in said.violations], [note.removeprefix(prefix) for note in said.notes]


def test_what_is_covered_is_waived_blocks_nothing_and_names_the_waiver() -> None:
    (one,) = excused(
        [violation()], [policy()], [waiver(expires="2026-12-20", granted="2026-11-21")], NOW, "."
    ).violations
    assert (one.status, one.blocking) == ("waived", False)
    assert one.waiver is not None
    assert (one.waiver.id, one.waiver.approver, one.waiver.ends) == ("w", "@finops", "2026-12-20")


@pytest.mark.parametrize(
    ("now", "status", "note"),
    [
        ("2026-10-31T23:59:59", "fail", ["is granted from 2026-11-01 on and covers nothing yet"]),
        ("2026-11-01T00:00:00", "waived", []),
        ("2026-11-16T23:59:59", "waived", []),
        ("2026-11-17T00:00:00", "waived", ["expires on 2026-11-30, in 13 days"]),
        ("2026-11-29T23:59:59", "waived", ["expires on 2026-11-30, in 1 day"]),
        ("2026-11-30T23:59:59", "waived", ["expires on 2026-11-30, today"]),
        ("2026-12-01T00:00:00", "fail", ["expired on 2026-11-30 and covers nothing"]),
    ],
)
def test_a_waiver_holds_to_the_day(now: str, status: str, note: list[str]) -> None:
    assert outcome(waiver(), now=datetime.fromisoformat(now).replace(tzinfo=UTC)) == ([status], note)


@pytest.mark.parametrize(
    ("given", "note"),
    [
        (waiver(owner="@FinOps"), "was approved by its own owner, @finops, and covers nothing"),
        (waiver(owner="finops "), "was approved by its own owner, @finops, and covers nothing"),
        (waiver(approver="@someone"), "does not cover team-tag: @someone may not waive it; @finops or @leads may"),
        (waiver(expires="2026-12-01"), "does not cover team-tag: it runs for 31 days, and may for 30d"),
        (
            waiver(policies=("team-tga",)),
            "is for 'team-tga', and no policy of that id holds here; did you mean 'team-tag'?",
        ),
    ],
)
def test_what_does_not_hold_covers_nothing_and_says_why(given: Waiver, note: str) -> None:
    assert outcome(given) == (["fail"], [note])


@pytest.mark.parametrize(
    "owner",
    [
        "@finops ",
        "@FinOps",
        "finops",
        "@@finops",
        "@ finops",
        "@fin\u200bops",
        "\uff20\uff46\uff49\uff4e\uff4f\uff50\uff53",
        "@finops\u2060",
    ],
)
def test_nobody_is_two_by_spelling(owner: str) -> None:
    asked = waiver(owner=owner, approver="@finops")
    said = excused([violation()], [policy()], [asked], NOW, ".")
    assert said.violations[0].status == "fail"
    assert any("approved by its own owner" in note for note in said.notes)


@pytest.mark.parametrize(
    "ends",
    ["9999-12-31", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "0001-01-01", "9999-12-31T23:00:00"],
)
def test_no_date_is_too_far_off(ends: str) -> None:
    for granted in ("0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-11-01"):
        said = excused([violation()], [policy()], [waiver(granted=granted, expires=ends)], NOW, ".")
        assert said.violations[0].status == "fail", "none of these is for 30 days"


def test_a_waiver_for_an_id_that_a_policy_had_before_is_for_that_policy() -> None:
    given = waiver(policies=("team-label",))
    assert outcome(given, law=policy(aliases=("team-label",)))[0] == ["waived"]
    (note,) = outcome(given, law=policy(aliases=("team-label",), waivers=None))[1]
    assert "nobody may waive it" in note


def test_a_policy_without_terms_cannot_be_waived() -> None:
    statuses, (note,) = outcome(waiver(), law=policy(waivers=None))
    assert statuses == ["fail"]
    assert note == "does not cover team-tag: nobody may waive it, since it names no approvers (spec.waivers)"


def test_a_pattern_over_policies_speaks_only_of_those_that_it_would_cover() -> None:
    laws = [policy(), policy("other", waivers=None)]
    said = excused([violation()], laws, [waiver(policies=("*",), expires="2026-11-30")], NOW, ".")
    assert [one.status for one in said.violations] == ["waived"]
    assert [note for note in said.notes if "other" in note] == []


@pytest.mark.parametrize(
    ("layer", "policy_layer", "owner", "holds"),
    [
        ("repository", "repository", "repository", True),
        ("repository", "built-in", "repository", True),
        ("repository", "organization", "organization", False),
        ("repository", "built-in", "organization", False),
        ("team", "organization", "organization", False),
        ("organization", "organization", "organization", True),
        ("organization", "repository", "team", True),
    ],
)
def test_hard_mandatory_is_waived_by_the_layer_that_owns_the_policy(
    layer: str, policy_layer: str, owner: str, holds: bool
) -> None:
    law = policy(layer=policy_layer, owner_layer=owner, place=Place("org/p.yaml", 1))
    found = [violation(enforcement="hard-mandatory"), violation(resource("aws_instance.soft"))]
    given = waiver(layer=layer, target={"address": "aws_instance.*"})
    assert may_waive_hard(law, given, os.getcwd()) is holds
    statuses, notes = outcome(given, found, law)
    assert statuses == ["waived" if holds else "fail", "waived"]
    assert any("hard-mandatory" in note for note in notes) is not holds


@pytest.mark.parametrize(
    ("owner", "policy_at", "waiver_at", "holds"),
    [
        ("organization", "/org/p.yaml", "/org/w.yaml", True),
        ("organization", "/org/p.yaml", "/repo/fake/w.yaml", False),
        ("organization", "/repo/org/p.yaml", "/repo/org/w.yaml", True),
        ("repository", "/package/p.yaml", "/repo/.sumptuary/w.yaml", True),
        ("team", "/team/p.yaml", "/repository/w.yaml", True),
    ],
)
def test_no_repository_makes_itself_the_organization(owner: str, policy_at: str, waiver_at: str, holds: bool) -> None:
    law = policy(owner_layer=owner, place=Place(policy_at, 1))
    assert may_waive_hard(law, waiver(layer=owner, place=Place(waiver_at, 1)), "/repo") is holds


def test_a_way_through_a_link_is_no_way_out_of_the_checkout(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "link").symlink_to("repo")
    law = policy(owner_layer="organization", place=Place("/org/p.yaml", 1))
    for seen, root in (("link", "repo"), ("repo", "link")):
        fake = waiver(layer="organization", place=Place(f"{tmp_path}/{seen}/fake/w.yaml", 1))
        assert not may_waive_hard(law, fake, f"{tmp_path}/{root}")


def test_a_file_lies_where_it_lies_however_it_is_called() -> None:
    law = policy(owner_layer="organization", place=Place("acme@1.0.0: p.yaml", 1, file="/cache/p.yaml"))
    fake = waiver(layer="organization", place=Place("fake/w.yaml", 1))
    assert not may_waive_hard(law, fake, os.getcwd()), "the name of the policy's file is no path in the repository"
    assert may_waive_hard(law, waiver(layer="organization", place=law.place), os.getcwd())


def test_the_layers_are_those_of_policies() -> None:
    assert room.LAYERS == compiled.LAYERS


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("aws_instance.b[0]", "aws_instance.b[0]"),
        ('module.x["a"].y*', 'module.x["a"].y["z"]'),
        ("module.eval.*[?]", "module.eval.aws_instance.h100[3]"),
        ("*", "aws_instance.b[0]"),
    ],
)
def test_a_bracket_in_an_address_is_a_bracket(pattern: str, address: str) -> None:
    assert is_like(address, pattern)
    assert matches({"address": pattern}, violation(resource(address)), ".")


@pytest.mark.parametrize(
    ("pattern", "address"), [("aws_instance.b[0]", "aws_instance.b0"), ("a[ab]", "aa"), ("A", "a")]
)
def test_a_bracket_is_no_class_and_case_counts(pattern: str, address: str) -> None:
    assert not is_like(address, pattern)


@pytest.mark.parametrize(
    ("prefix", "pattern", "holds"),
    [
        (".", "infra", True),
        (".", "./infra/", True),
        (".", "infra/main.tf", True),
        (".", "infra/*.tf", True),
        (".", "inf*", True),
        (".", "**/main.tf", True),
        (".", ".", True),
        (".", "infr", False),
        (".", "main.tf", False),
        (".", "../infra", False),
        ("teams/a", "infra", False),
        ("teams/a", "teams/a/infra", True),
        ("infra", "infra/infra", True),
    ],
)
def test_a_path_is_relative_to_the_checkout(prefix: str, pattern: str, holds: bool) -> None:
    assert matches({"path": pattern}, violation(), prefix) is holds


def test_a_path_may_be_that_of_the_call_of_a_module() -> None:
    about = resource(path="modules/vm/main.tf")
    about.origin.calls = (Call("module.vm", Place("infra/eval/main.tf", 2, 5)),)
    assert matches({"path": "infra/eval"}, violation(about), ".")


def test_all_of_a_target_must_match_and_what_is_not_known_matches_nothing() -> None:
    target = {"address": "aws_*", "account": "12*", "region": "us-*", "environment": "DEV", "team": "ml"}
    assert matches(target, violation(), ".")
    for name in ("account", "region", "environment", "team"):
        for value in (None, Unknown("var.x has no value"), "other"):
            about = resource()
            setattr(about, name, value)
            assert not matches(target, violation(about), ".")


def test_beyond_a_cap_nothing_is_covered_and_the_figures_are_told() -> None:
    found = [violation(resource("aws_instance.a")), violation(resource("aws_instance.b"))]
    wide = {"address": "aws_instance.*"}
    assert outcome(waiver(target=wide, max_matches=1), found) == (
        ["fail", "fail"],
        ["covers nothing: it matches 2 violations, and may 1 (max_matches)"],
    )
    assert outcome(waiver(target=wide, max_monthly_cost="199.99"), found) == (
        ["fail", "fail"],
        ["covers nothing: what it matches may cost $200.00 a month, and it allows $199.99"],
    )
    assert outcome(waiver(target=wide, max_monthly_cost="200", max_matches=2), found)[0] == ["waived", "waived"]


def test_two_violations_of_one_resource_cost_it_once() -> None:
    found = [violation(), violation(policy="other")]
    given = waiver(policies=("team-tag", "other"), max_monthly_cost="100")
    said = excused(found, [policy(), policy("other")], [given], NOW, ".")
    assert [one.status for one in said.violations] == ["waived", "waived"]


@pytest.mark.parametrize("caps", [{"max_monthly_cost": "1000000"}, {"max_matches": 5}])
def test_what_is_not_known_is_not_below_a_cap(caps: dict[str, object]) -> None:
    many = resource()
    many.multiplicity = Unknown("var.count has no value")
    assert outcome(waiver(**caps), [violation(many)])[0] == ["fail"]
    assert outcome(waiver(), [violation(many)])[0] == ["waived"]


def test_a_cost_that_is_not_known_is_below_no_cap() -> None:
    statuses, (note,) = outcome(waiver(max_monthly_cost="1000000"), [violation(resource(cost=None))])
    assert (statuses, "not known" in note) == (["fail"], True)


def test_what_scales_costs_the_most_that_it_may_and_a_group_all_of_its_members() -> None:
    scaling = resource()
    scaling.cost = Cost(Range(Decimal(1), Decimal(2), Decimal(300)))
    group = violation(scaling, members=(scaling, resource("aws_instance.b")))
    assert cost_of([group]) == 400
    change = resource("change")
    change.kind = "change.set"
    assert cost_of([violation(change, evidence={"amount": Decimal(7)})]) == 7
    assert cost_of([violation(change)]) is None


def test_only_failures_are_covered() -> None:
    for status in ("unknown", "approved", "baselined", "error"):
        found = violation(status=status, blocking=status == "unknown")
        (kept,) = excused([found], [policy()], [waiver()], NOW, ".").violations
        assert kept is found


def test_a_waiver_that_is_about_nothing_is_idle_and_one_that_would_not_hold_is_not() -> None:
    elsewhere = [violation(resource("aws_instance.z"))]
    assert [one.id for one in excused(elsewhere, [policy()], [waiver()], NOW, ".").idle] == ["w"]
    assert excused([violation(status="unknown")], [policy()], [waiver()], NOW, ".").idle == []
    for lapsed in (waiver(owner="@finops"), waiver(expires="2026-11-02"), waiver(approver="@x")):
        assert excused(elsewhere, [policy()], [lapsed], NOW, ".").idle == []


def test_of_two_waivers_the_one_that_lasts_longer_is_named_whatever_their_order() -> None:
    short, long = waiver(id="a"), waiver(id="z", granted="2026-11-20", expires="2026-12-15")
    for order in ([short, long], [long, short]):
        (one,) = excused([violation()], [policy()], order, NOW, ".").violations
        assert one.waiver is not None
        assert one.waiver.id == "z"


ADDRESSES = ("aws_instance.a", "aws_instance.b[0]", "aws_instance.b[1]", 'module.x["a"].aws_instance.c')
resources = some.builds(
    resource,
    some.sampled_from(ADDRESSES),
    some.sampled_from([None, "0", "10", "99.99"]),
    some.sampled_from(["infra/m.tf", "a.tf"]),
)
violations = some.lists(
    some.builds(
        violation,
        resources,
        some.sampled_from(["team-tag", "other", "none"]),
        enforcement=some.sampled_from(["advisory", "soft-mandatory", "hard-mandatory"]),
        status=some.sampled_from(["fail", "fail", "fail", "unknown", "approved"]),
    ),
    max_size=8,
)
granted = some.builds(
    waiver,
    id=some.sampled_from(["a", "b", "c"]),
    policies=some.sampled_from([("team-tag",), ("*",), ("other", "team-*")]),
    target=some.sampled_from([{"address": "*"}, {"address": "aws_instance.b[0]"}, {"path": "infra"}, {"team": "ml"}]),
    owner=some.sampled_from(["@ml", "@finops"]),
    approver=some.sampled_from(["@finops", "@leads", "@x"]),
    expires=some.sampled_from(["2026-11-20", "2026-11-21", "2026-11-30", "2027-11-30"]),
    layer=some.sampled_from(["repository", "organization"]),
    max_monthly_cost=some.sampled_from(["", "0", "50", "120"]),
    max_matches=some.sampled_from([None, 1, 2]),
)
LAWS = [
    policy(),
    policy("other", layer="organization", owner_layer="organization", place=Place("p.yaml", 1)),
    policy("none", waivers=None),
]


@given(violations, granted)
def test_no_waiver_covers_more_than_it_says(found: list[Violation], given: Waiver) -> None:
    said = excused(found, LAWS, [given], NOW, ".")
    covered = [was for was, now in zip(found, said.violations, strict=True) if now.status == "waived"]
    for was, now in zip(found, said.violations, strict=True):
        assert now is was or (was.status == "fail" and now.waiver is not None and not now.blocking)
    for one in covered:
        assert one.policy in ("team-tag", "other")
        assert matches(given.target, one, ".")
        assert one.enforcement != "hard-mandatory" or one.policy == "team-tag" or given.layer == "organization"
    if covered:
        assert given.owner != given.approver
        assert given.approver != "@x"
        assert given.expires in ("2026-11-21", "2026-11-30")
        assert given.max_matches is None or len(covered) <= given.max_matches
        total = cost_of(covered)
        assert not given.max_monthly_cost or (total is not None and total <= Decimal(given.max_monthly_cost))


@given(violations, some.lists(granted, max_size=3, unique_by=lambda one: one.id), granted)
def test_one_more_waiver_takes_nothing_away_and_excuses_only_what_it_matches(
    found: list[Violation], given: list[Waiver], further: Waiver
) -> None:
    another = replace(further, id="z")
    before = excused(found, LAWS, given, NOW, ".").violations
    after = excused(found, LAWS, [another, *given], NOW, ".").violations
    for one, was, now in zip(found, before, after, strict=True):
        if was.status != now.status:
            assert (was.status, now.status) == ("fail", "waived")
            assert matches(another.target, one, ".")
