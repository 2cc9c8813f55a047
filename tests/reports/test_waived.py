"""What is waived is never silent: every output says by which waiver, until when, who granted it and why."""

from __future__ import annotations

import json

import jsonschema
import pytest

from reports import change, sample
from reports.test_json_report import SCHEMA, closed
from sumptuary.reports import Style, render

SAID = "waived by w-7 until 2026-11-30, in 9 days (@finops for @web, FIN-7)"


def test_the_text_lists_what_is_waived_by_waiver() -> None:
    many = [sample.violation(sample.resource(f"a{n}"), status="waived", waiver=change.excuse()) for n in range(7)]
    lines = render("text", sample.report(many), Style(width=140)).splitlines()
    start = lines.index("Waived (7): wrong, and excused for a while")
    assert lines[start + 1] == f"  {SAID}: A <b>test</b>\\x1b[31m of [links](x)"
    assert lines[start + 2].split()[1:] == ["a0", "oversized-gpu-for-inference"]
    assert lines[start + 7] == "      and 2 more"


def test_the_json_keeps_to_its_schema() -> None:
    document = json.loads(render("json", change.report(), Style()))
    jsonschema.Draft202012Validator(closed(SCHEMA)).validate(document)  # type: ignore[arg-type]
    waivers = [one["waiver"] for one in document["violations"] if "waiver" in one]
    assert [(one["id"], one["approver"], one["expires"], one["ticket"]) for one in waivers] == [
        ("w-7", "@finops", "2026-11-30", "FIN-7")
    ]


@pytest.mark.parametrize("name", ["text", "markdown", "sarif", "junit", "gitlab", "json"])
def test_a_hostile_reason_moves_no_cursor(name: str) -> None:
    assert "\x1b" not in render(name, change.report(), Style())


def test_the_comment_names_nobody_and_links_nowhere() -> None:
    comment = render("markdown", change.report(), Style())
    (item,) = [line for line in comment.splitlines() if "w-7" in line]
    assert item.endswith("It is waived by `w-7` until 2026-11-30, in 9 days (`@finops` for `@web, FIN-7`).")
