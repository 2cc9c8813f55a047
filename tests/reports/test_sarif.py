"""The SARIF log keeps to what SARIF 2.1.0 and GitHub's code scanning take, and nothing that was found goes unsaid."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import change, sample
from sumptuary.coverage import Coverage
from sumptuary.findings import Violation
from sumptuary.model import Place
from sumptuary.report import PolicyNote, Report
from sumptuary.reports import Style, render, sarif

SCHEMA = json.loads((Path(__file__).parent / "code-scanning.schema.json").read_text(encoding="utf-8"))
VALID = jsonschema.Draft202012Validator(SCHEMA)


def run_of(report: Report) -> dict[str, Any]:
    log = json.loads(render("sarif", report, Style()))
    VALID.validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def results(report: Report) -> dict[str, dict[str, Any]]:
    found = {one["partialFingerprints"]["sumptuary/v1"]: one for one in run_of(report)["results"]}
    assert len(found) == len(run_of(report)["results"])
    return found


def said(run: dict[str, Any], level: str) -> list[str]:
    return [
        one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"] if one["level"] == level
    ]


def at(place: Place, **changes: object) -> Violation:
    return sample.violation(place=place, **changes)


def located(place: Place) -> dict[str, Any]:
    (one,) = run_of(sample.report([at(place)]))["results"]
    where: dict[str, Any] = one["locations"][0]["physicalLocation"]
    return where


def test_the_schema_is_a_schema_and_refuses_what_code_scanning_would() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    log = json.loads(render("sarif", change.report(), Style()))
    assert VALID.is_valid(log)
    del log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert not VALID.is_valid(log)


@pytest.mark.parametrize(
    "report", [sample.report(), sample.report([], Coverage()), change.report(), change.report(compared=False)]
)
def test_every_report_is_valid(report: Report) -> None:
    run_of(report)


def test_rules_are_the_policies_that_held_and_results_point_at_theirs() -> None:
    run = run_of(change.report())
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [note.id for note in change.POLICIES]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    gpu = rules[0]
    assert gpu["name"] == "OversizedGpuForInference"
    assert gpu["helpUri"] == "https://www.finops.org/framework/"
    assert "<https://www.finops.org/framework/>" in gpu["help"]["markdown"]
    assert "- `handbook, page 12`" in gpu["help"]["markdown"]
    assert gpu["properties"]["tags"] == ["finops", "rightsizing"]
    assert [rule["properties"]["problem.severity"] for rule in rules] == [
        "error",
        "warning",
        "recommendation",
        "recommendation",
    ]


def test_long_descriptions_are_cut_to_what_github_takes() -> None:
    long = PolicyNote("long", "t" * 2000, "d" * 2000, "low", "", "r")
    rule = run_of(replace(sample.report([]), policies=(long,)))["tool"]["driver"]["rules"][0]
    assert rule["fullDescription"]["text"] == "d" * 1023 + "…"
    assert rule["properties"]["tags"] == ["finops"]


def test_levels_follow_what_a_violation_does() -> None:
    assert {name: one["level"] for name, one in results(change.report()).items()} == {
        "f1": "error",
        "f2": "warning",
        "f3": "note",
        "f4": "note",
        "f5": "note",
        "f6": "note",
        "f9": "error",
    }


def test_what_was_accepted_is_suppressed_and_says_by_what() -> None:
    found = results(change.report())
    reasons = {name: one["suppressions"][0]["justification"] for name, one in found.items() if "suppressions" in one}
    assert reasons == {
        "f4": "waived by w-7 until 2026-11-30, in 9 days (@finops for @web, FIN-7). "
        "A <b>test</b>\\x1b[31m of [links](x)",
        "f5": "approved: q3-training",
        "f6": "baselined: it was there before",
    }


def test_states_are_on_every_result_of_a_change_and_on_none_else() -> None:
    states = {name: one["baselineState"] for name, one in results(change.report()).items()}
    assert (states["f1"], states["f2"], states["f6"], states["f9"]) == ("new", "updated", "unchanged", "new")
    alone = [one for one in sample.everything() if one.status == "fail"]
    assert all("baselineState" not in one for one in run_of(sample.report(alone))["results"])


def test_what_is_no_result_is_a_notification() -> None:
    run = run_of(change.report())
    assert run["invocations"][0]["executionSuccessful"] is False
    assert run["invocations"][0]["exitCode"] == 1
    assert said(run, "error") == [
        "a block is not closed",
        "aws_instance.web: the rule gpu-rightsizing failed here. Set instance_type to g6.xlarge.",
    ]
    modules, live = said(run, "warning")
    assert modules == "module not read: module.eks (terraform-aws-modules/eks/aws)"
    assert live.startswith("i-1: ")
    assert said(run, "note") == [
        "aws_instance.web: 8x A100-SXM4-40GB serve inference. Give it a value.",
        "commitment-coverage skipped 1 resource: no commitments file was given",
        "3 files under vendor/ are excluded by sumptuary.yaml",
    ]
    gone = next(one for one in run["invocations"][0]["toolExecutionNotifications"] if one["message"]["text"] == live)
    name = gone["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
    assert name == "arn:aws:ec2:us-east-1:123456789012:instance/i-1"


def test_a_whole_run_was_successful_also_when_it_blocks() -> None:
    ledger = Coverage(files_seen=1, files_read=1)
    assert run_of(sample.report([at(Place("a.tf", 1), blocking=True)], ledger))["invocations"] == [
        {"executionSuccessful": True, "exitCode": 1, "toolExecutionNotifications": []}
    ]


def test_a_result_says_the_money_and_the_cure() -> None:
    one = results(change.report())["f1"]
    assert one["message"]["text"] == (
        "aws_instance.chat: 8x A100-SXM4-40GB serve inference. Mending it saves $15,000 to $16,000 a month. "
        "Set instance_type to g6.xlarge."
    )
    assert one["properties"]["savings"]["attributed"] == {"low": "15000.00", "expected": "15440.55", "high": "16000.00"}
    assert one["properties"]["status"] == "fail"


@pytest.mark.parametrize(
    ("path", "uri", "below"),
    [
        ("training/main.tf", "training/main.tf", True),
        ("a b/c#d%.tf", "a%20b/c%23d%25.tf", True),
        ("c:d.tf", "c%3Ad.tf", True),
        ("größe.tf", "gr%C3%B6%C3%9Fe.tf", True),
        ("../shared/main.tf", "../shared/main.tf", False),
        ("/srv/main.tf", "file:///srv/main.tf", False),
        ("\udcff.tf", "%ED%B3%BF.tf", True),
    ],
)
def test_paths_are_relative_uris(path: str, uri: str, below: bool) -> None:
    artifact = located(Place(path, 3))["artifactLocation"]
    assert artifact == {"uri": uri, **({"uriBaseId": "%SRCROOT%"} if below else {})}


def test_an_alert_stands_on_one_line_with_its_block_around() -> None:
    where = located(Place("a.tf", 3, 9))
    assert where["region"] == {"startLine": 3, "endLine": 3}
    assert where["contextRegion"] == {"startLine": 3, "endLine": 9}
    assert "contextRegion" not in located(Place("a.tf", 3))
    assert located(Place("a.tf", 0))["region"]["startLine"] == 1


def test_related_places_have_numbers_and_no_more_than_are_shown() -> None:
    places = tuple((Place("m.tf", line), "called here") for line in range(1, 150))
    (one,) = run_of(sample.report([at(Place("a.tf", 1), related=places)]))["results"]
    assert [related["id"] for related in one["relatedLocations"]] == list(range(1, 100))


def test_too_many_results_lose_the_least_important_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "RESULTS", 2)
    found = [
        at(Place("a.tf", 1), severity="critical", fingerprint="grave"),
        at(Place("b.tf", 1), severity="low", fingerprint="dear", saving=sample.saving("10", "10", "10")),
        at(Place("c.tf", 1), severity="low", fingerprint="blocks", blocking=True),
        at(Place("d.tf", 1), severity="low", fingerprint="least"),
    ]
    run = run_of(sample.report(found))
    assert [one["partialFingerprints"]["sumptuary/v1"] for one in run["results"]] == ["dear", "blocks"]
    assert "2 results of least weight left out: see the JSON report" in said(run, "warning")


def test_unknowns_beyond_the_first_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "UNKNOWNS", 1)
    found = [at(Place("a.tf", line), status="unknown", reason="r") for line in (1, 2, 3)]
    run = run_of(sample.report(found, Coverage()))
    assert said(run, "note")[1:] == ["2 further unknowns: see the JSON report"]


HOSTILE = st.text(alphabet=st.sampled_from("[](){}1\\ \n\x1b\u202e\udc80<@#aé")) | st.text()


@given(HOSTILE, HOSTILE, HOSTILE)
def test_hostile_text_stays_text(address: str, message: str, path: str) -> None:
    resource = sample.resource(address or "a")
    place = Place(path, 1)
    found = sample.violation(resource, place=place, message=message, remediation=message, related=((place, message),))
    text = render("sarif", sample.report([found, replace(found, status="error")]), Style())
    assert text.isascii()
    assert "\x1b" not in text
    log = json.loads(text)
    VALID.validate(log)
    assert not any("](" in one["message"]["text"] for one in log["runs"][0]["results"])


def test_order_does_not_depend_on_the_order_found() -> None:
    forwards = render("sarif", change.report(), Style())
    assert render("sarif", change.report(change.statuses()[::-1]), Style()) == forwards
