"""The JSON Schemas that editors use: as checked in, taking every right document, refusing the mistakes they can see."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from policy.sample_rules import RULES as SAMPLES
from sumptuary.cli import program
from sumptuary.cli.policies.schemas import as_text
from sumptuary.policy import registry
from sumptuary.policy.schema import schema_of, schemas
from sumptuary.rule import Rule
from sumptuary.yaml_lines import read
from sumptuary_rules import RULES

TOP = Path(__file__).parents[2]
PUBLISHED = TOP / "docs" / "schemas" / "v1"
MISTAKES = sorted((Path(__file__).parent / "mistakes").glob("*.yaml"))
BUILT_IN: tuple[type[Rule], ...] = RULES  # type: ignore[assignment]  # the rules' own package says only that they are types
UNSEEN = {
    "empty": "there is no document",
    "kind-beyond-rule": "which kinds a rule judges",
    "misspelt-kinds": "globs over kinds may be anything",
    "misspelt-rule": "a rule may be a template of another file",
    "rule-refuses": "the rule itself refuses the value",
    "waiver-backwards": "no schema compares two dates",
    "wrong-given": "what a resource of a test may hold",
    "wrong-message": "what placeholders name",
}


def documents(path: Path) -> list[dict[str, Any]]:
    return [document.value for document in read(path.read_bytes()).documents]  # type: ignore[misc]  # maps, all of them


def own_documents() -> Iterator[Path]:
    """Every file of documents in the repository that is meant to be right."""
    for path in sorted(TOP.glob("policies/**/*.yaml")) + sorted(TOP.glob("fixtures/**/*.yaml")):
        if re.search(r"^apiVersion: sumptuary/v1$", path.read_text(), re.MULTILINE):
            yield path


def test_those_checked_in_are_those_of_the_code() -> None:
    made = {f"{name}.json": as_text(schema) for name, schema in schemas(BUILT_IN).items()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in PUBLISHED.glob("*")}
    assert kept == made, "run `sumptuary policies schema --output docs/schemas/v1` where only the built-in rules are"


@pytest.mark.parametrize("name", sorted(schemas(())))
def test_each_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(schemas(BUILT_IN)[name])


@pytest.mark.parametrize("path", list(own_documents()), ids=lambda path: str(path.relative_to(TOP)))
def test_a_right_document_is_taken(path: Path) -> None:
    for document in documents(path):
        for name in (document["kind"], "document"):
            errors = Draft202012Validator(schemas(BUILT_IN)[name]).iter_errors(document)
            assert [error.message for error in errors] == []


PAGES = [path for path in sorted(TOP.glob("docs/**/*.md")) if "apiVersion: sumptuary/v1" in path.read_text()]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TOP)))
def test_the_documents_on_pages_are_taken(path: Path) -> None:
    validator = Draft202012Validator(schema_of(None, BUILT_IN))
    for block in re.findall(r"^```yaml\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL):
        for found in read(block.encode()).documents if "apiVersion: sumptuary/v1" in block else ():
            assert [error.message for error in validator.iter_errors(found.value)] == [], block


@pytest.mark.parametrize("path", MISTAKES, ids=[path.stem for path in MISTAKES])
def test_a_mistake_that_can_be_seen_is_refused(path: Path) -> None:
    validator = Draft202012Validator(schema_of(None, SAMPLES))
    wrong = not all(validator.is_valid(document) for document in documents(path))
    assert wrong is (path.stem not in UNSEEN)


POLICY = {
    "apiVersion": "sumptuary/v1",
    "kind": "Policy",
    "metadata": {"id": "a", "version": "1.0.0", "title": "T", "severity": "low", "category": "c", "owner": "@x"},
}


@pytest.mark.parametrize(
    ("rule", "parameters", "right"),
    [
        ("required-tags", {"tags": ["team"]}, True),
        ("required-tags", {"tags": "team"}, False),
        ("required-tags", None, False),
        ("time-to-live", {"max_ttl": "24h"}, True),
        ("time-to-live", {"max_tll": "24h"}, False),
        ("time-to-live", None, True),
        ("gpu-rightsizing", {"utilization": {"below": 70}}, True),
        ("gpu-rightsizing", {"utilization": {"belw": 70}}, False),
        ("budget-approval", {"monthly_increase": {"amount": "1000", "currency": "USD"}}, True),
        ("budget-approval", {"monthly_increase": {"amount": "1000", "currency": "EUR"}}, False),
        ("somebody-elses", {"anything": {"at": "all"}}, True),
    ],
)
def test_the_parameters_of_a_rule_are_known(rule: str, parameters: object, right: bool) -> None:
    spec = {"description": "d", "rule": rule, **({"parameters": parameters} if parameters is not None else {})}
    for kind in ("Policy", None):
        validator = Draft202012Validator(schema_of(kind, BUILT_IN))
        assert validator.is_valid({**POLICY, "spec": spec}) is right


def test_a_template_has_one_condition() -> None:
    template: dict[str, Any] = {
        "apiVersion": "sumptuary/v1", "kind": "RuleTemplate", "metadata": {"id": "a", "title": "T"}
    }  # fmt: skip
    validator = Draft202012Validator(schema_of("RuleTemplate"))
    for conditions, right in (({"deny": "true"}, True), ({}, False), ({"deny": "true", "require": "true"}, False)):
        assert validator.is_valid({**template, "spec": conditions}) is right


def test_the_command_writes_them_for_the_rules_that_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(registry, "installed", lambda: ({rule.id: rule for rule in SAMPLES}, []))
    target = tmp_path / "deep" / "schemas"
    assert program.run(["policies", "schema", "--output", str(target)]) == 0
    assert {path.stem for path in target.iterdir()} == {*schemas(()), "document"}
    assert "volume-size.parameters" in json.loads((target / "Policy.json").read_text())["$defs"]
    assert program.run(["policies", "schema", "Policy", "--output", str(target)]) == 2
    assert "name none of them" in capsys.readouterr().err
