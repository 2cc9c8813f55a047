"""No document, however wrong, makes loading fail in any way but with placed problems."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sumptuary.errors import PolicyError
from sumptuary.policy.load import load

WHOLE: list[dict[str, Any]] = [
    {
        "apiVersion": "sumptuary/v1",
        "kind": "Policy",
        "metadata": {"id": "a", "version": "1.0.0", "title": "T", "severity": "low", "category": "c", "owner": "@x"},
        "spec": {
            "description": "d",
            "select": {"kinds": ["storage.*"], "tags": {"a": "*"}, "where": "resource.kind == 'x'"},
            "rule": "volume-size",
            "parameters": {"max": 1, "band": {"below": 2}, "steps": [{"above": 1}], "limits": {"a": ["b"]}},
            "profiles": {"wide": {"band.below": 3}},
            "message": "{{ reason }}",
            "enforcement": {"stages": {"ci": "off"}, "ramp": [{"from": "2027-01-15", "level": "off"}]},
            "waivers": {"approvers": ["@x"], "max_duration": "1d"},
            "fix": {"safety": "safe", "terraform": [{"op": "set", "attribute": "a", "value": {"b": 1}}]},
            "tests": [
                {"name": "t", "given": {"kind": "budget", "tags": {"a": 1}, "cost": {"monthly": "1"}},
                 "expect": "pass"},
                {"name": "u", "given": [{"kind": "compute.instance", "accelerators": {"model": "x", "count": 1}}],
                 "expect": "fail", "now": "2026-06-10"},
            ],
        },
    },
    {
        "apiVersion": "sumptuary/v1",
        "kind": "Approval",
        "metadata": {"id": "a"},
        "spec": {"scope": {"team": "x"}, "limit": {"amount": "1", "per": "run"}, "approvers": ["@x"], "reason": "r",
                 "expires": "2026-12-05"},
    },
]  # fmt: skip
ODD = st.sampled_from(
    [None, True, 0, -1, 1.5, 10**30, "", "x", "*", "{{", "2026-13-45", "[", [], [[]], {}, {"": {}}, {"$unknown": "y"},
     {"$unknown": []}, {"a.b": 1}, ["x", 1], "a: b", "\u202e", "9" * 50]
).map(copy.deepcopy)  # fmt: skip


def paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += paths(item, (*path, key))
    return found


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A whole document with a few of its values replaced, added or removed."""
    document: Any = copy.deepcopy(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(paths(document)[1:] or [("kind",)]))
        target = document
        for step in way:
            target = target[step]
        action = draw(st.sampled_from(["replace", "remove", "add"]))
        if action == "remove" and isinstance(target, dict):
            target.pop(last, None)
        elif action == "add" and isinstance(target, dict):
            target[draw(st.sampled_from(["x", "kinds", "$unknown", "from", "kind"]))] = draw(ODD)
        else:
            target[last] = draw(ODD)
    return yaml.safe_dump(document, allow_unicode=True)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=broken())
def test_a_broken_document_gives_placed_problems(text: str, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        load([str(path)], start=None, cache=False)
    except PolicyError as error:
        for problem in error.problems:
            assert re.search(r"p\.yaml:\d+:\d+$", problem.place), (problem, text)
            assert problem.message, text
