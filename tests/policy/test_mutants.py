from __future__ import annotations

import copy
from typing import Any

import pytest

from sumptuary.policy.cel_mutants import conditions
from sumptuary.policy.mutants import mutants, of_template

DOCUMENT: dict[str, Any] = {
    "kind": "Policy",
    "spec": {
        "description": "Why.",
        "select": {
            "kinds": ["compute.instance"],
            "environments": ["!production"],
            "tags": {"team": "*", "spare": None},
            "where": "resource.cost > 5",
        },
        "parameters": {
            "ttl": "24h",
            "limit": {"amount": "100", "currency": "USD"},
            "below": 3,
            "far": 40,
            "share": 0.5,
            "strict": True,
            "names": ["a", "b"],
            "check": "spot",
            "by": {"x": ["y"], "z": ["w"]},
        },
        "profiles": {"tight": {"below": 2}},
        "enforcement": {
            "default": "off",
            "stages": {"ci": "hard-mandatory"},
            "ramp": [{"from": "2027-01-01", "level": "audit"}],
            "on_unknown": "report",
        },
        "tests": [{"name": "t"}],
    },
}


def changes(part: str) -> set[tuple[str, str]]:
    """The mutants below a part of the specification, by the rest of their path."""
    made = mutants(DOCUMENT, {"check": ("spot", "on-demand")})
    prefix = f"spec.{part}."
    return {(one.path.removeprefix(prefix), one.change) for one in made if one.path.startswith(prefix)}


def test_levels_move_a_step_and_dates_a_day() -> None:
    assert changes("enforcement") == {
        ("default", "off -> audit"),
        ("stages.ci", "hard-mandatory -> soft-mandatory"),
        ("stages.ci", "hard-mandatory taken out"),
        ("ramp[0].level", "audit -> off"),
        ("ramp[0].level", "audit -> advisory"),
        ("ramp[0].from", "2027-01-01 -> 2026-12-31"),
        ("ramp[0].from", "2027-01-01 -> 2027-01-02"),
        ("on_unknown", "report -> fail"),
    }


def test_each_parameter_changes_as_its_kind_asks() -> None:
    assert changes("parameters") == {
        ("ttl", "24h -> 12h"),
        ("ttl", "24h -> 48h"),
        ("limit.amount", "100 taken out"),
        ("limit.currency", "USD taken out"),
        ("limit.amount", "100 -> 50.0"),
        ("limit.amount", "100 -> 200"),
        ("below", "3 -> 2"),
        ("below", "3 -> 4"),
        ("far", "40 -> 39"),
        ("far", "40 -> 41"),
        ("far", "40 -> 20"),
        ("far", "40 -> 80"),
        ("share", "0.5 -> 0.45"),
        ("share", "0.5 -> 0.55"),
        ("strict", "true -> false"),
        ("names[0]", "a taken out"),
        ("names[1]", "b taken out"),
        ("check", "spot -> on-demand"),
        ("by.x", '["y"] taken out'),
        ("by.z", '["w"] taken out'),
        ("by.x[0]", "y taken out"),
        ("by.z[0]", "w taken out"),
    }
    assert changes("profiles") == {("tight.below", "2 -> 1"), ("tight.below", "2 -> 3")}


def test_what_is_selected_is_dropped_and_turned_round() -> None:
    assert changes("select") == {
        ("environments[0]", "!production taken out"),
        ("environments[0]", "!production -> production"),
        ("tags.team", "* taken out"),
        ("tags.team", "* -> null"),
        ("tags.spare", "null taken out"),
        ("tags.spare", "null -> *"),
        ("where", "resource.cost > 5 taken out"),
        ("where", "the whole condition denied"),
        ("where", "> -> >= in `resource.cost > 5`"),
        ("where", "> -> <= in `resource.cost > 5`"),
        ("where", "5 -> 4 in `resource.cost > 5`"),
        ("where", "5 -> 6 in `resource.cost > 5`"),
    }, "the only kind stays: without it the policy would be about more"


def test_each_mutant_differs_in_one_place_and_leaves_the_document_alone() -> None:
    before = copy.deepcopy(DOCUMENT)
    made = mutants(DOCUMENT)
    assert before == DOCUMENT
    assert all(one.document != DOCUMENT for one in made)
    assert len({str(one.document) for one in made}) == len(made)
    assert made == mutants(DOCUMENT), "in a steady order"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a == b", ["!(a == b)", "a != b"]),
        ("a && !b", ["!(a && !b)", "a || !b", "a && b"]),
        ("'a == b' != x", ["!('a == b' != x)", "'a == b' == x"]),
        ("x // a == b", ["!(x // a == b)"]),
        ("has(x.y) == true", ["!(has(x.y) == true)", "has(x.y) != true", "has(x.y) == false"]),
        ("n < 0.5", ["!(n < 0.5)", "n <= 0.5", "n >= 0.5"]),
        ("n <= 0", ["!(n <= 0)", "n < 0", "n > 0", "n <= 1"]),
    ],
)
def test_mutants_of_a_condition(text: str, expected: list[str]) -> None:
    assert [mutant for mutant, _ in conditions(text)] == expected


def test_a_templates_condition() -> None:
    document = {"kind": "RuleTemplate", "spec": {"deny": "resource.x > parameters.max"}}
    made = of_template(document)
    assert {one.path for one in made} == {"spec.deny"}
    assert [one.document["spec"]["deny"] for one in made][1:] == [
        "resource.x >= parameters.max",
        "resource.x <= parameters.max",
    ]
