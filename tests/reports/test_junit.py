"""The JUnit report says in a pipeline's own words what was held, what blocks, and what could not be judged."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reports import change, sample
from sumptuary.coverage import Coverage, FileFailure
from sumptuary.findings import Violation
from sumptuary.model import Place
from sumptuary.report import Report
from sumptuary.reports import Style, render

# The elements, their attributes and the order of their children in the schema that Jenkins publishes for its plugin.
CASES = {"skipped": {"message"}, "error": {"message", "type"}, "failure": {"message", "type"}, "system-out": set[str]()}
CASE = {"classname", "name", "file", "line"}
SUITE = {"name", "tests", "failures", "errors", "skipped"}


def parsed(report: Report) -> ET.Element:
    """The document, held to the structure and to its own counts."""
    root = ET.fromstring(render("junit", report, Style()).encode())  # noqa: S314  # our own document
    assert root.tag == "testsuites"
    assert set(root.attrib) == SUITE
    for suite in root:
        assert (suite.tag, set(suite.attrib)) == ("testsuite", SUITE)
        assert int(suite.attrib["tests"]) == len(suite) > 0
        assert len({case.attrib["name"] for case in suite}) == len(suite)
        for tag, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(suite.attrib[count]) == len(suite.findall(f"testcase/{tag}"))
        for case in suite:
            assert case.tag == "testcase"
            assert {"classname", "name"} <= set(case.attrib) <= CASE
            assert case.attrib["classname"] == suite.attrib["name"]
            assert len(case) <= 1
            assert all(set(outcome.attrib) == CASES[outcome.tag] for outcome in case)
    for count in SUITE - {"name"}:
        assert int(root.attrib[count]) == sum(int(suite.attrib[count]) for suite in root)
    return root


def suite(root: ET.Element, name: str) -> ET.Element:
    (found,) = [one for one in root if one.attrib["name"] == name]
    return found


def outcomes(found: ET.Element) -> list[str]:
    return [case[0].tag if len(case) else "passed" for case in found]


def test_a_policy_is_a_suite_also_when_nothing_breaks_it() -> None:
    root = parsed(change.report())
    assert [one.attrib["name"] for one in root] == [*(note.id for note in change.POLICIES), "coverage"]
    assert [case.attrib["name"] for case in suite(root, "quiet")] == ["nothing breaks it"]
    assert outcomes(suite(root, "quiet")) == ["passed"]


def test_only_what_blocks_is_a_failure() -> None:
    root = parsed(change.report())
    found = suite(root, "oversized-gpu-for-inference")
    failures = found.findall("testcase/failure")
    assert [failure.attrib["type"] for failure in failures] == ["high", "high"]
    assert len(failures) == change.report().summary.blocking
    assert failures[0].attrib["message"] == "aws_instance.chat: 8x A100-SXM4-40GB serve inference"
    assert (failures[0].text or "").split("\n") == [
        "training/main.tf:14 (high, blocks)",
        "aws_instance.chat: 8x A100-SXM4-40GB serve inference.",
        "Mending it saves $15,000 to $16,000 a month.",
        "Set instance_type to g6.xlarge.",
    ]
    tags = suite(root, "required-tags")
    assert outcomes(tags) == ["system-out"]
    assert "web.tf:3 (medium, soft-mandatory: does not block)" in (tags[0][0].text or "")


def test_a_case_has_its_file_and_line() -> None:
    (case,) = suite(parsed(change.report()), "required-tags")
    assert case.attrib["name"] == "aws_instance.web"
    assert (case.attrib["file"], case.attrib["line"]) == ("web.tf", "3")


def test_two_cases_of_a_suite_have_two_names() -> None:
    found = [sample.violation(place=Place("a.tf", line)) for line in (1, 2)]
    (only, _) = parsed(sample.report(found))
    assert [case.attrib["name"] for case in only] == ["aws_instance.chat", "aws_instance.chat #2"]


def test_what_is_live_is_named_by_its_id_and_has_no_file() -> None:
    found = suite(parsed(change.report()), "oversized-gpu-for-inference")
    (live,) = [case for case in found if "arn:" in case.attrib["name"]]
    assert live.attrib["name"] == "i-1 (arn:aws:ec2:us-east-1:123456789012:instance/i-1)"
    assert "file" not in live.attrib


def test_an_unknown_is_skipped_with_its_reason_and_a_fault_is_an_error() -> None:
    found = suite(parsed(change.report()), "oversized-gpu-for-inference")
    assert "var.type has no value" in [one.attrib["message"] for one in found.findall("testcase/skipped")]
    assert "the rule gpu-rightsizing failed here" in found.findall("testcase/error")[0].attrib["message"]


def test_what_is_waived_is_skipped_and_says_who_excused_it_until_when_and_why() -> None:
    found = suite(parsed(change.report()), "oversized-gpu-for-inference")
    (waived,) = [one for one in found.findall("testcase/skipped") if "waived" in (one.text or "")]
    said = "waived by w-7 until 2026-11-30, in 9 days (@finops for @web, FIN-7): A <b>test</b>\\x1b[31m of [links](x)"
    assert waived.attrib["message"] == said
    assert "(high, waived: does not block)" in (waived.text or ""), "and what is wrong stands beside it"
    for status in ("approved", "baselined"):
        assert outcomes(parsed(sample.report([sample.violation(status=status)]))[0]) == ["system-out"]


def test_a_policy_that_judged_nothing_is_not_passed() -> None:
    (case,) = suite(parsed(change.report()), "commitment-coverage")
    assert case[0].tag == "skipped"
    assert case[0].attrib["message"] == "1 resource not judged: no commitments file was given"


def test_what_could_not_be_read_is_an_error_of_the_suite_coverage() -> None:
    ledger = Coverage(files_seen=2, files_read=1)
    ledger.failures = [FileFailure("b.tf", 3, "a block is not closed"), FileFailure("", 0, "no plan")]
    ledger.collectors = [{"provider": "aws", "status": "denied"}, {"provider": "gcp", "status": "ok"}]
    found = suite(parsed(sample.report([], ledger)), "coverage")
    assert [case.attrib["name"] for case in found] == ["input", "b.tf:3", "provider aws, status denied"]
    assert outcomes(found) == ["error"] * 3
    assert (found[1].attrib["file"], found[1].attrib["line"]) == ("b.tf", "3")


def test_a_green_run_has_no_suite_for_coverage() -> None:
    report = replace(sample.report([], Coverage(files_seen=1, files_read=1)), policies=change.POLICIES)
    assert [outcomes(one) for one in parsed(report)] == [["passed"]] * 4


@given(st.text(), st.text())
def test_any_text_is_well_formed(name: str, text: str) -> None:
    about = sample.resource(name, text)
    found: list[Violation] = [
        sample.violation(about, message=text, remediation=name, blocking=True, related=((Place(text, 1), text),)),
        sample.violation(about, message=text, policy=name or "p"),
        sample.violation(about, status="unknown", reason=text),
        sample.violation(about, status="error", message=text),
    ]
    ledger = Coverage()
    ledger.fail(text, 0, name)
    parsed(sample.report(found, ledger))


def test_control_characters_are_shown_as_escapes() -> None:
    found = sample.violation(sample.resource('a["\x1b[31m"]'), message="x\x00\ud800\ufffe<b>&", blocking=True)
    root = parsed(sample.report([found]))
    case = suite(root, "oversized-gpu-for-inference")[0]
    assert case.attrib["name"] == 'a["\\x1b[31m"]'
    assert case[0].attrib["message"] == "x\\x00\\ud800\\ufffe<b>&"
