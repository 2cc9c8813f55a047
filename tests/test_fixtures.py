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
