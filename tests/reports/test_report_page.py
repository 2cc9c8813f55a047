"""What docs/report.md says of the formats is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reports import change, sample
from sumptuary.model import Place
from sumptuary.report import SEVERITY_ORDER
from sumptuary.reports import FORMATS, Style, render

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "report.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_on_the_page(name: str) -> None:
    assert f"`--format {name}`" in PAGE or f"## {name.title()}\n" in PAGE


def test_the_markdown_shown_is_the_sample() -> None:
    shown = re.search(r"```\n(.*?)```", section("Markdown"), re.DOTALL)
    assert shown is not None
    assert shown[1] in render("markdown", sample.report(), Style())


def test_the_table_of_sarif_is_what_is_written() -> None:
    rows = re.findall(r"^\| (.+?) \| a (result|notification).*? \| `(\w+)` \|$", section("SARIF"), re.MULTILINE)
    run = json.loads(render("sarif", change.report(), Style()))["runs"][0]
    results = {one["partialFingerprints"]["sumptuary/v1"]: one["level"] for one in run["results"]}
    notifications = {
        (one["message"]["text"].split(".")[0].split(":")[0], one["level"])
        for one in run["invocations"][0]["toolExecutionNotifications"]
        if "associatedRule" in one
    }
    examples = {
        "blocks, an unknown included": ["f1", "f9"],
        "does not block, of medium severity or above": ["f2"],
        "is of low severity or `info`, or of a policy at `audit`": ["f3"],
        "is waived, approved or baselined": ["f4", "f5", "f6"],
        "is an unknown that does not block": ["aws_instance"],
        "is in a live account, so has no file": ["i-1"],
        "is the fault of a rule": ["aws_instance"],
    }
    assert [row[0] for row in rows] == list(examples)
    for about, kind, level in rows:
        for example in examples[about]:
            assert results[example] == level if kind == "result" else (example, level) in notifications


def test_the_severities_of_gitlab_are_what_is_written() -> None:
    for severity in SEVERITY_ORDER:
        found = sample.violation(severity=severity, place=Place("a.tf", 1))
        (issue,) = json.loads(render("gitlab", sample.report([found]), Style()))
        pattern = rf"`{severity}`(?: and `info`)?\s+(?:stays|is|are)\s+`{issue['severity']}`"
        assert re.search(pattern, section("GitLab code quality"))
