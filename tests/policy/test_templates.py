from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sumptuary.errors import PolicyError
from sumptuary.policy import cel_language
from sumptuary.policy.documents import RuleTemplate
from sumptuary.policy.load import load
from sumptuary.policy.parameter_schema import ParameterSchema, schema_mistakes
from sumptuary.policy.templates import tighten_of

Write = Callable[[str, str], Path]
Complaints = Callable[[Path], list[str]]

TEMPLATE = """\
apiVersion: sumptuary/v1
kind: RuleTemplate
metadata: {id: few, title: there are many, references: [https://example.com/few]}
spec:
  over: {group_by: [team], kinds: ["compute.*"]}
  parameters:
    required: [max]
    properties:
      max: {type: integer, minimum: 1, x-tighten: lower}
      colour: {enum: [red, blue], default: red}
      names: {type: array, items: {type: string, pattern: "^[a-z]+$"}, default: []}
      band:
        type: object
        additionalProperties: false
        properties: {low: {type: number, default: 0.5, x-tighten: higher}, high: {$ref: "#/$defs/limit"}}
        default: {}
    $defs: {limit: {type: number, maximum: 10, x-tighten: lower}}
  deny: size(group.resources) > parameters.max
  message: "{{ group.key }} has {{ group.resources | size }}, more than {{ parameters.max }}"
  remediation: Take {{ parameters.max }}.
  savings: {lever: eliminate, quantity: size(group.resources) - parameters.max}
"""
POLICY = """\
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: few-machines, version: 1.0.0, title: T, severity: high, category: rightsizing, owner: "@x"}
spec:
  description: Why.
  rule: few
"""


def test_a_policy_carries_what_a_run_needs(write: Write, tmp_path: Path, own_cache: Path) -> None:
    write("all/t/template.yaml", TEMPLATE)
    path = write("all/p/policy.yaml", POLICY + "  parameters: {max: 3}\n").parent.parent
    for _ in ("compiled", "from the bundle"):
        laws = load([str(path)], start=None)
        (policy,) = laws.policies
        assert policy.parameters == {"max": 3, "colour": "red", "names": [], "band": {"low": 0.5}}
        assert policy.rule == "few"
        assert policy.message.startswith("{{ group.key }} has")
        assert policy.remediation == "Take {{ parameters.max }}."
        assert policy.kinds[0].startswith("compute.")
        assert policy.template is not None
        assert policy.template["group_by"] == ["team"]
        (template,) = laws.templates
        assert (template.id, template.group_by, template.pack) == ("few", ("team",), policy.pack)
        assert template.condition == "deny: size(group.resources) > parameters.max"
    assert list(own_cache.rglob("*.json"))


WRONG = [
    ("", ["5:3: spec.parameters: 'max' is missing"]),
    ("  parameters: {max: 0}", ["7:21: spec.parameters.max: must be at least 1 (it is 0)"]),
    ("  parameters: {max: '3'}", ["7:21: spec.parameters.max: must be a whole number (it is '3')"]),
    ("  parameters: {max: 3, mx: 4}", ["7:24: spec.parameters.mx: unknown key 'mx'; did you mean 'max'?"]),
    (
        "  parameters:\n    max: 0\n    colour: rad\n    band: {low: x, high: 11, lov: 1}\n    names: [ok, 'No']",
        [
            "8:10: spec.parameters.max: must be at least 1 (it is 0)",
            "9:13: spec.parameters.colour: 'rad' is not known; did you mean 'red'?",
            "10:17: spec.parameters.band.low: must be a number (it is 'x')",
            "10:26: spec.parameters.band.high: must be at most 10 (it is 11)",
            "10:30: spec.parameters.band.lov: unknown key 'lov'; did you mean 'low'?",
            "11:17: spec.parameters.names.1: does not match '^[a-z]+$' (it is 'No')",
        ],
    ),
    (
        "  parameters: {max: 3}\n  profiles:\n    one: {max: none}\n    two: {band.low: 1, band.high: 99}",
        [
            "9:16: spec.profiles.one.max: must be a whole number (it is 'none')",
            "10:35: spec.profiles.two.band.high: must be at most 10 (it is 99)",
        ],
    ),
    ("  parameters: {max: 3}\n  select: {kinds: [network.nat]}", ["8:20: the rule few does not judge 'network.nat'"]),
    (
        "  parameters: {max: 3}\n  message: '{{ group.kei }} {{ parameters.mx }} {{ grup.key }}'",
        [
            "8:12: spec.message: {{ group.kei }} names nothing; did you mean 'key'?",
            "8:12: spec.message: {{ parameters.mx }} names nothing; did you mean 'max'?",
            "8:12: spec.message: {{ grup.key }} names nothing; did you mean 'group'?",
        ],
    ),
    (
        "  parameters: {max: 3}\n  select: {where: parameters.mex > 3}",
        ["8:19: spec.select.where: parameters.mex names nothing"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), WRONG)
def test_what_a_policy_gives_is_checked_in_its_place(
    lines: str, expected: list[str], write: Write, complaints: Complaints
) -> None:
    write("all/template.yaml", TEMPLATE)
    path = write("all/policy.yaml", f"{POLICY}{lines}\n")
    found = complaints(path.parent)
    assert len(found) == len(expected), found
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(start), found


def test_a_rule_that_is_neither_installed_nor_a_template_is_named(write: Write, complaints: Complaints) -> None:
    policy = POLICY.replace("rule: few", "rule: fwe")
    path = write("all/policy.yaml", f"{policy}---\n{TEMPLATE}")
    assert complaints(path) == ["6:9: spec.rule: no rule 'fwe' is installed; did you mean 'few'?"]
    broken = TEMPLATE.replace("title: there are many", "titel: x")
    path.write_text(f"{POLICY}---\n{broken}")
    assert [line.split(" ", 1)[1] for line in complaints(path)] == [
        "metadata: 'title' is missing",
        "metadata.titel: unknown key 'titel'; did you mean 'title'?",
    ]


def test_an_id_stands_once(write: Write, complaints: Complaints) -> None:
    path = write("all/policy.yaml", f"{TEMPLATE}---\n{TEMPLATE}---\n{TEMPLATE.replace('id: few', 'id: crowd')}")
    found = complaints(path)
    assert len(found) == 2, found
    assert found[0].startswith("25:16: the id 'few' is taken already, at")
    assert found[1] == "47:16: the id 'crowd' is taken already, by the rule policy.sample_rules:Crowd"


def test_a_template_nobody_uses_is_fine_and_a_wrong_one_is_not(write: Write, complaints: Complaints) -> None:
    path = write("all/template.yaml", TEMPLATE)
    assert complaints(path) == []
    path.write_text(TEMPLATE.replace("group.resources) > ", "group.resurces) > "))
    assert complaints(path) == [
        "18:14: spec.deny: group.resurces names nothing; did you mean 'resources'? "
        "in 'size(group.resurces) > parameters.max'"
    ]


def test_without_cel_the_way_to_get_it_is_told_once(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cel_language, "_kept", [])
    monkeypatch.setitem(sys.modules, "cel_expr_python.cel", None)
    path = write("template.yaml", TEMPLATE)
    with pytest.raises(PolicyError) as raised:
        load([str(path)], start=None, cache=False)
    (problem,) = raised.value.problems
    assert "CEL is not installed" in problem.message
    assert "sumptuary[cel]" in problem.hint


def test_the_way_a_parameter_tightens() -> None:
    import yaml

    template = RuleTemplate.model_validate_json(json.dumps(yaml.safe_load(TEMPLATE)))
    assert [tighten_of(template, path) for path in ("max", "colour", "band.low", "band.high", "nothing", "max.x")] == [
        "lower", "", "higher", "lower", "", "",
    ]  # fmt: skip


BEYOND = [
    ({"type": "array"}, "type", "type must be object"),
    ({"properties": {"a": {"$ref": "#"}}}, "properties.a.$ref", "is not followed"),
    ({"properties": {"a": {"$ref": "file:///etc/passwd"}}}, "properties.a.$ref", "is not followed"),
    (
        {"$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"items": {"$ref": "#/$defs/a"}}}},
        "$defs.a", "contains itself",
    ),
    ({"$id": "https://example.com/x"}, "$id", "not supported"),
    ({"$schema": "http://json-schema.org/draft-07/schema#"}, "$schema", "only https"),
    ({"patternProperties": {"^a": {}}}, "patternProperties", "propertyNames"),
    ({"properties": {"a": {"format": "date"}}}, "properties.a.format", "would not be checked"),
    ({"properties": {"a": {"pattern": "(?=x)"}}}, "properties.a.pattern", "no regular expression here"),
    ({"properties": {"a": {"enum": [1], "default": 2}}}, "properties.a.default", "the default is not allowed"),
    ({"properties": {"a": {"minimum": "x"}}}, "properties.a.minimum", "must be a number"),
    ({"properties": {f"p{number}": {"type": "string"} for number in range(2001)}}, "", "too large"),
    ({"$defs": {"a0": {}, **{f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n - 1}"}] * 2} for n in range(1, 30)}}},
     "", "large"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "path", "message"), BEYOND)
def test_a_schema_stays_within_bounds(schema: dict[str, object], path: str, message: str) -> None:
    (wrong,) = schema_mistakes(schema)
    assert ".".join(map(str, wrong.path)) == path
    assert message in wrong.message


def test_items_are_found_twice_in_linear_time() -> None:
    schema = ParameterSchema({"properties": {"a": {"uniqueItems": True}}})
    assert schema.mistakes({"a": [{"x": number} for number in range(6000)]}) == []
    for same in ([1, 1.0], [{"a": 1, "b": [2]}, {"b": [2.0], "a": 1}], ["x", "x"], [None, None]):
        assert [wrong.message for wrong in schema.mistakes({"a": same})] == ["an item stands twice"]
    assert schema.mistakes({"a": [1, True, "1", [1], {"1": 1}, 0, False, None, "null"]}) == []


def test_a_pattern_is_searched_in_linear_time() -> None:
    schema = ParameterSchema({"properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}})
    assert schema_mistakes(schema.schema) == []
    (wrong,) = schema.mistakes({"a": "a" * 5000 + "!"})
    assert "does not match" in wrong.message


SNIFFER = """
import sys
from sumptuary.cli import main
sys.argv[1:] = {argv!r}
main()
print("modules:", *sorted(sys.modules), file=sys.stderr)
"""


def test_a_run_on_a_bundle_imports_neither_json_schema_nor_pydantic(write: Write, tmp_path: Path) -> None:
    path = write("all/policy.yaml", f"{TEMPLATE}---\n{POLICY}  parameters: {{max: 1}}\n")
    write("tree/main.tf", 'resource "aws_instance" "a" {\n  count         = 2\n  instance_type = "m5.large"\n}\n')
    script = SNIFFER.format(argv=["check", "main.tf", "--policies", str(path)])
    for first in (True, False):
        ran = subprocess.run(
            [sys.executable, "-c", script], cwd=tmp_path / "tree", capture_output=True, text=True, check=False
        )
        assert "(none) has 2, more than 1" in ran.stdout, ran.stderr
        loaded = ran.stderr.split("modules: ")[1].split()
        for name in ("jsonschema", "pydantic", "yaml", "referencing"):
            assert (name in loaded) is first
        assert "cel_expr_python.cel" in loaded
