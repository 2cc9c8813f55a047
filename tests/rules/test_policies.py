"""What every built-in rule and policy must have: a page, documented parameters, a remedy, tests of all verdicts."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from sumptuary.cli.judging import judged
from sumptuary.policy.cases import run
from sumptuary.policy.load import load_with_tests
from sumptuary.policy.parameters import model_of
from sumptuary.rule import EstateRule, ResourceRule
from sumptuary_rules import RULES

ROOT = Path(__file__).resolve().parents[2]
HEADINGS = ["What it flags", "Why it costs", "Bad", "Good", "How the saving is estimated"]
TIGHTEN = {"", "superset", "subset", "lower", "higher"}
SUITES = load_with_tests(start=None)
NAMES = [policy.id for policy, _ in SUITES]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
class TestRule:
    def test_its_docstring_is_its_page(self, rule: Any) -> None:
        page = rule.__doc__ or ""
        assert re.findall(r"^ *## (.+)$", page, re.MULTILINE) == HEADINGS
        sections = re.split(r"^ *## .+$", page, flags=re.MULTILINE)
        assert all(section.strip() for section in sections)

    def test_its_parameters_are_documented_and_say_how_they_tighten(self, rule: Any) -> None:
        for item in fields(rule.Parameters):
            assert str(item.metadata["doc"]).endswith("."), item.name
            assert item.metadata["tighten"] in TIGHTEN, item.name
        assert model_of(rule).model_json_schema()["type"] == "object"

    def test_it_is_of_one_of_the_two_kinds_and_has_a_policy(self, rule: Any) -> None:
        assert issubclass(rule, (ResourceRule, EstateRule))
        assert rule.title
        assert rule.id in {policy.rule for policy, _ in SUITES}


@pytest.mark.parametrize(("policy", "cases"), SUITES, ids=NAMES)
class TestPolicy:
    def test_it_does_what_its_tests_say(self, policy: Any, cases: Any) -> None:
        wrong = [
            f"{result.case.name}: {result.got} ({result.said})"
            for result in run(policy, [case for case in cases if not case.profile], judged)
            if not result.ok
        ]
        assert not wrong

    def test_it_is_tested_for_every_verdict(self, policy: Any, cases: Any) -> None:
        assert {"pass", "fail", "unknown"} <= {case.expect for case in cases}
        assert len({case.name for case in cases}) == len(cases)

    def test_it_says_why_it_costs_and_how_to_mend_it(self, policy: Any, cases: Any) -> None:
        assert policy.description.rstrip().endswith(".")
        assert policy.remediation.endswith(".")
        assert policy.references
        assert all(reference.startswith("https://") for reference in policy.references)

    def test_it_has_a_fixture_of_what_breaks_and_what_mends_it(self, policy: Any, cases: Any) -> None:
        folder = ROOT / "fixtures" / policy.id
        for part, status in (("bad", "fail"), ("mended", "pass|approved")):
            files = list((folder / part).rglob("*.tf"))
            assert any(re.search(f"# expect: {policy.id} ({status})", file.read_text("utf-8")) for file in files), part

    def test_it_needs_no_optional_package(self, policy: Any, cases: Any) -> None:
        assert not policy.where, "a built-in policy selects without a CEL condition"


def test_ids_are_unique_and_policies_stand_under_their_theme() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 8
    assert len({rule.id for rule in RULES}) == len(RULES) == 6
    for policy, _ in SUITES:
        assert Path(policy.place.path).parent.name == policy.category
