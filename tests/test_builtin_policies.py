"""The shipped policies do what their own tests say, judged by the machine that judges estates."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from sumptuary.cli import program
from sumptuary.policy.load import load_with_tests

ROOT = Path(__file__).resolve().parent.parent


def test_every_shipped_policy_is_tested_both_ways_and_stands_in_a_file_of_its_name() -> None:
    suites = load_with_tests(start=None)
    assert suites
    for policy, cases in suites:
        assert {"pass", "fail"} <= {case.expect for case in cases}, policy.id
        assert os.path.basename(policy.place.path) == f"{policy.id}.yaml"


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """The exit code and the JSON of ``policies test`` on the shipped policies."""
    call = ["policies", "test", str(ROOT / "policies"), "--fixtures", str(ROOT / "fixtures"), "--format", "json"]
    code = program.run([*call, *arguments])
    return code, json.loads(capsys.readouterr().out)


def test_the_tests_leave_nothing_open(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = command(capsys, "--coverage")
    open_points = [
        (policy["id"], point) for policy in said["policies"] for point in policy["coverage"] if not point["covered"]
    ]
    assert not open_points
    assert code == 0
    assert said["summary"]["policies"] >= 8


def test_the_tests_of_one_policy_mind_every_mutant(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = command(capsys, "--only", "spot-without-checkpoint", "--mutate", "--min-score", "100")
    assert code == 0
    assert said["summary"]["mutants"]["tried"] >= 8


@pytest.mark.long
def test_the_tests_mind_nearly_every_mutant(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = command(capsys, "--mutate", "--min-score", "85")
    assert code == 0, [(policy["id"], policy["mutants"]["survivors"]) for policy in said["policies"]]
    assert said["summary"]["mutants"]["tried"] > 150
