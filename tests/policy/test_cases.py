from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from sumptuary.model import Accelerators, Resource
from sumptuary.policy.cases import Case, Said, run
from sumptuary.policy.compiled import Policy
from sumptuary.policy.given import GivenError, resource_of
from sumptuary.policy.load import load_with_tests
from sumptuary.values import PartialMap, Unknown

Write = Callable[[str, str], Path]
PolicyText = Callable[..., str]
LATER = Unknown("var.x", ("var.x",))


def test_a_resource_out_of_what_is_given() -> None:
    resource = resource_of(
        {
            "kind": "compute.node_pool",
            "sku": "p4d.24xlarge",
            "environment": "dev",
            "tags": {"team": "a", "count": 1, "on": True},
            "inherited_tags": {"team": "b", "owner": "c"},
            "compute": {"purchase_option": "on-demand", "desired": 2},
            "accelerators": {"model": "A100", "count": 8},
            "workload": {"purpose": "training", "checkpoint": {"$unknown": "var.x"}},
            "usage": {"hours": 720},
            "lifetime": {"created": "2026-06-01"},
            "cost": {"monthly": "12.50"},
            "attributes": {"a": {"b": {"$unknown": "var.x"}}},
        }
    )
    assert {key: (tag.value, tag.origin) for key, tag in resource.tags.entries.items()} == {
        "team": ("a", "own"),
        "count": ("1", "own"),
        "on": ("true", "own"),
        "owner": ("c", "inherited"),
    }
    assert resource.compute is not None
    assert (resource.compute.sku, resource.compute.desired) == ("p4d.24xlarge", 2)
    assert resource.compute.accelerators == Accelerators("A100", 8)
    assert resource.workload.checkpoint == LATER
    assert resource.lifetime.created == datetime(2026, 6, 1, tzinfo=UTC)
    assert resource.cost.monthly is not None
    assert resource.cost.monthly.expected == Decimal("12.50")
    assert resource.attribute("a.b") == LATER
    assert (resource.provider, resource.region, resource.taggable) == ("aws", "us-east-1", True)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"tags": {"$unknown": "var.x"}}, lambda resource: resource.tags.rest),
        ({"tags": {"a": "b", "$unknown": "var.x"}}, lambda resource: resource.tags.look_up("c")),
        ({"tags": {"a": {"$unknown": "var.x"}}}, lambda resource: resource.tags.look_up("a")),
        ({"sku": {"$unknown": "var.x"}}, lambda resource: resource.compute.sku),
        ({"environment": {"$unknown": "var.x"}}, lambda resource: resource.environment),
        ({"accelerators": {"$unknown": "var.x"}}, lambda resource: resource.compute.accelerators),
        ({"multiplicity": {"$unknown": "var.x"}}, lambda resource: resource.multiplicity),
    ],
)
def test_any_value_may_be_unknown(given: dict[str, object], read: Callable[[Resource], object]) -> None:
    assert read(resource_of({"kind": "compute.instance", **given})) == LATER


def test_an_unknown_cost_is_not_zero() -> None:
    resource = resource_of({"kind": "compute.instance", "cost": {"monthly": {"$unknown": "price"}}})
    assert resource.cost.monthly is None
    assert resource.cost.unpriced == "price"


def test_a_change_set_takes_any_field_as_an_attribute() -> None:
    resource = resource_of(
        {"kind": "change.set", "monthly_increase": "120", "team": "ml", "x": {"a": 1, "$unknown": "p"}}
    )
    assert resource.attributes["monthly_increase"] == "120"
    assert isinstance(resource.attributes["x"], PartialMap)
    assert (resource.team, resource.taggable) == ("ml", False)


@pytest.mark.parametrize(
    ("given", "path", "said"),
    [
        ({}, ("kind",), "None is not a kind"),
        ({"kind": "compute.instance", "tag": {}}, ("tag",), "did you mean 'tags'?"),
        ({"kind": "compute.instance", "compute": {"skuu": 1}}, ("compute", "skuu"), "did you mean 'sku'?"),
        ({"kind": "compute.instance", "compute": {"sku": []}}, ("compute", "sku"), "single value"),
        ({"kind": "compute.instance", "environment": 3}, ("environment",), "quotes"),
        ({"kind": "compute.instance", "accelerators": {"count": 8}}, ("accelerators",), "are a map of model, count"),
        ({"kind": "compute.instance", "lifetime": {"created": "soon"}}, ("lifetime", "created"), "not a date"),
        ({"kind": "compute.instance", "cost": {"monthly": "x"}}, ("cost", "monthly"), "not an amount"),
        ({"kind": "compute.instance", "multiplicity": 3}, ("multiplicity",), "$unknown"),
        ({"kind": "compute.instance", "tags": {"a": []}}, ("tags", "a"), "text"),
        (
            {"kind": "compute.instance", "usage": {"p50": 1, "$unknown": "y"}},
            ("usage", "$unknown"),
            "which",
        ),
    ],
)
def test_what_makes_no_resource_is_said(given: dict[str, object], path: tuple[str, ...], said: str) -> None:
    with pytest.raises(GivenError) as caught:
        resource_of(given)
    assert caught.value.path == path
    assert said in str(caught.value)


def test_cases_run_through_a_judge(write: Write, policy_text: PolicyText) -> None:
    text = policy_text(
        "tests:",
        "  - {name: small, given: {kind: storage.volume, storage: {size_gib: 5}}, expect: pass}",
        "  - {name: both, given: [{kind: storage.volume}, {kind: budget}], expect: fail, message: large, inputs: []}",
        "  - {name: none, now: 2026-06-10, given: {kind: storage.volume}, expect: skipped}",
    )
    path = write("p.yaml", text)
    ((policy, cases),) = load_with_tests([str(path)], start=None)
    assert [case.name for case in cases] == ["small", "both", "none"]
    assert [case.place.line for case in cases] == [9, 10, 11]
    assert cases[1].inputs == frozenset()
    assert cases[2].now == datetime(2026, 6, 10, tzinfo=UTC)
    answers = {
        "small": [Said("pass", "")],
        "both": [Said("pass", "", "advisory"), Said("fail", "too large", "advisory"), Said("fail", "", "audit")],
        "none": [],
    }

    def judge(judged: Policy, case: Case) -> list[Said]:
        assert judged is policy
        return answers[case.name]

    results = run(policy, cases, judge)
    assert [(result.got, result.said, result.ok) for result in results] == [
        ("pass", "", True),
        ("fail", "too large", True),
        ("skipped", "", True),
    ]
    assert [result.enforcement for result in results] == ["", "advisory", ""], "the strictest of those that decide"
    answers["both"] = [Said("fail", "too small")]
    assert [result.ok for result in run(policy, cases, judge)] == [True, False, True]


def test_sign_offs_given_with_a_change_stand_for_it(write: Write) -> None:
    head = 'metadata: {id: b, version: 1.0.0, title: T, severity: low, category: c, owner: "@x"}'
    given = 'given: {kind: change.set, team: ml, approvals: ["@ml-leads"]}'
    text = f"""\
apiVersion: sumptuary/v1
kind: Policy
{head}
spec:
  description: d
  rule: crowd
  tests: [{{name: t, {given}, expect: pass}}]
"""
    ((_, (case,)),) = load_with_tests([str(write("p.yaml", text))], start=None)
    assert [(fact.scope, fact.approvers) for fact in case.approvals] == [({"team": "ml"}, ("@ml-leads",))]
