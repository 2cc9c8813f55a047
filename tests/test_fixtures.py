"""The fixture folders: what each policy says of files that people would write, and at which line.

``fixtures/<policy>/<case>/`` is judged by that policy alone, as ``sumptuary check`` does it. A comment beside a line
says what is expected there: ``# expect: <policy> fail|pass|unknown|approved "text of the message"``. What nobody
expected fails the test, and so does an expectation that nothing met.
"""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from sumptuary.cli.check import configure, judged
from sumptuary.coverage import Coverage
from sumptuary.report import Report

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
POLICIES = {path.stem: path for path in (ROOT / "policies").glob("*/*.yaml")}
CASES = sorted(path for name in POLICIES for path in (FIXTURES / name).glob("*/"))
COMMENT = re.compile(r'# expect: (?P<policy>[a-z-]+) (?P<status>fail|pass|unknown|approved)(?: "(?P<said>[^"]*)")?$')
NOW = "2026-11-21T12:00:00+00:00"


@dataclass(frozen=True)
class Expected:
    path: str
    line: int
    status: str
    said: str

    @property
    def where(self) -> tuple[str, int]:
        return (self.path, self.line)


def expectations(case: Path) -> Iterator[Expected]:
    """What the comments of a case's files say, all of them about the policy that the folder is named after."""
    for path in sorted(file for file in case.rglob("*") if file.suffix in (".tf", ".yaml")):
        for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if "expect:" not in text:
                continue
            found = COMMENT.search(text)
            assert found, f"{path}:{line}: not an expectation: {text.strip()}"
            assert found["policy"] == case.parent.name, f"{path}:{line}: another policy's"
            yield Expected(path.relative_to(case).as_posix(), line, found["status"], found["said"] or "")


def report(case: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Report:
    """What ``sumptuary check`` says in a directory."""
    monkeypatch.chdir(case)
    parser = ArgumentParser()
    configure(parser)
    return judged(parser.parse_args([".", "--now", NOW, *arguments]), Coverage())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_policy_says_what_is_expected_and_nothing_else(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = list(expectations(case))
    assert expected, "a case expects something"
    said = report(case, monkeypatch, "--policies", str(POLICIES[case.parent.name]), "--root", str(case))
    assert not said.coverage.failures
    found: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for violation in said.violations:
        assert violation.place is not None, violation.message
        where = (os.path.normpath(violation.place.path).replace(os.sep, "/"), violation.place.line)
        found.setdefault(where, []).append((violation.status, f"{violation.message} {violation.reason}"))
    for item in expected:
        verdicts = found.pop(item.where, [])
        if item.status == "pass":
            assert not verdicts, f"{item.path}:{item.line}: {verdicts}"
            continue
        assert verdicts, f"{item.path}:{item.line}: nothing said; elsewhere: {found}"
        for status, message in verdicts:
            assert status == item.status, f"{item.path}:{item.line}: {message}"
            assert item.said in message, f"{item.path}:{item.line}"
    assert not found, "nobody expected this"


def test_every_policy_has_a_bad_and_a_mended_case() -> None:
    cases = {(case.parent.name, case.name) for case in CASES}
    assert {(name, case) for name in POLICIES for case in ("bad", "mended")} <= cases
    statuses = {(case.parent.name, case.name): {item.status for item in expectations(case)} for case in CASES}
    for (policy, case), found in statuses.items():
        if case == "bad":
            assert "fail" in found, policy
        if case == "mended":
            assert found <= {"pass", "approved"}, policy


def test_no_fixture_folder_is_left_without_its_policy() -> None:
    folders = {path.name for path in FIXTURES.iterdir() if path.is_dir()}
    assert folders - set(POLICIES) == {"demo"}


def test_the_demo_shows_every_policy_with_real_money(monkeypatch: pytest.MonkeyPatch) -> None:
    said = report(FIXTURES / "demo", monkeypatch)
    shown = {violation.policy for violation in said.violations if violation.status == "fail"}
    assert shown == {*POLICIES, "team-budget"}
    assert {violation.status for violation in said.violations} == {"fail", "unknown", "approved"}
    assert said.summary.exit_code == 1
    assert not said.coverage.failures
    saved = {
        (violation.policy, violation.resource.address): violation.saving.standalone.expected
        for violation in said.violations
        if violation.saving is not None
    }
    # By hand, from the list prices an hour in us-east-1: p4d.24xlarge 21.957642, g6.48xlarge 13.3504, ml.p4d.24xlarge
    # 25.2512883, ml.g6.xlarge 1.1267, ml.g5.xlarge 1.408, p3.2xlarge 3.06, g6.xlarge 0.8048.
    month = Decimal(730)
    for policy, address, hourly in (
        ("oversized-gpu-for-inference", 'module.pool["embeddings"].aws_eks_node_group.this', "8.607242"),
        ("oversized-gpu-for-inference", "aws_sagemaker_endpoint_configuration.chat", "24.1245883"),
        ("missing-ttl", "aws_sagemaker_notebook_instance.fair", "1.408"),
        ("previous-generation-accelerator", "aws_instance.fraud", "2.2552"),
    ):
        assert abs(saved[policy, address] - Decimal(hourly) * month) < Decimal("0.01"), (policy, address)


def test_the_demo_saves_no_more_than_it_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finding about a group of resources is told at one of them, so these count only in the total."""
    said = report(FIXTURES / "demo", monkeypatch)
    attributed: dict[str, Decimal] = {}
    costs: dict[str, Decimal] = {}
    total = Decimal(0)
    for violation in said.violations:
        resource = violation.resource
        if violation.saving is None or resource.cost.monthly is None:
            continue
        total += violation.saving.attributed.expected
        if violation.policy != "commitment-coverage":
            costs[resource.address] = resource.cost.monthly.high
            attributed[resource.address] = (
                attributed.get(resource.address, Decimal(0)) + violation.saving.attributed.high
            )
    assert len(attributed) > 5
    for address, saved in attributed.items():
        assert 0 <= saved <= costs[address] + Decimal("0.01"), address
    spend = said.summary.spend.monthly
    assert spend is not None
    assert 0 < total < spend.expected
