"""The code quality report holds what GitLab asks: a path, a line, a severity it knows, a fingerprint of its own."""

from __future__ import annotations

import json

import jsonschema

from reports import change, sample
from sumptuary.model import Place
from sumptuary.report import Report
from sumptuary.reports import Style, render

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./)."},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "additionalProperties": False,
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def issues(report: Report) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(render("gitlab", report, Style()))
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert len({one["fingerprint"] for one in found}) == len(found)
    return found


def test_failures_with_a_file_are_issues_and_nothing_else() -> None:
    found = issues(change.report())
    assert [(one["fingerprint"], one["severity"]) for one in found] == [
        ("f1", "blocker"),
        ("f9", "blocker"),
        ("f3", "info"),
        ("f2", "minor"),
    ]


def test_an_issue_says_what_where_and_what_to_do() -> None:
    assert issues(change.report())[0] == {
        "description": "aws_instance.chat: 8x A100-SXM4-40GB serve inference. "
        "Mending it saves $15,000 to $16,000 a month. Set instance_type to g6.xlarge.",
        "check_name": "oversized-gpu-for-inference",
        "fingerprint": "f1",
        "severity": "blocker",
        "location": {"path": "training/main.tf", "lines": {"begin": 14}},
    }


def test_fingerprints_are_unique_and_stay_the_same() -> None:
    same = [sample.violation(place=Place("./a.tf", line)) for line in (1, 2, 0)]
    found = issues(sample.report(same))
    assert found[0]["fingerprint"] == "0123456789abcdef"
    assert [one["fingerprint"] for one in issues(sample.report(same[:2]))] == [one["fingerprint"] for one in found[:2]]


def test_every_severity_has_its_word() -> None:
    words = {"critical": "critical", "high": "major", "medium": "minor", "low": "info", "info": "info"}
    for severity, word in words.items():
        assert issues(sample.report([sample.violation(severity=severity)]))[0]["severity"] == word


def test_nothing_found_is_an_empty_list() -> None:
    assert render("gitlab", sample.report([]), Style()) == "[]\n"
