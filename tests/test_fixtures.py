"""The fixture folders do as their comments say, by the command that judges anyone's; the demo shows every policy."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path

import pytest

from sumptuary.cli import program
from sumptuary.cli.check import configure, judged
from sumptuary.coverage import Coverage
from sumptuary.policy.fixtures import Folder
from sumptuary.policy.fixtures import folders as read_folders
from sumptuary.report import Report

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
POLICIES = {path.stem: path for path in (ROOT / "policies").glob("*/*.yaml")}
CASES = sorted(path for name in POLICIES for path in (FIXTURES / name).glob("*/"))
NOW = "2026-11-21T12:00:00+00:00"


def report(case: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Report:
    """What ``sumptuary check`` says in a directory."""
    monkeypatch.chdir(case)
    parser = ArgumentParser()
    configure(parser)
    return judged(parser.parse_args([".", "--now", NOW, *arguments]), Coverage())


def test_every_policy_does_what_its_cases_and_its_fixture_folders_say(capsys: pytest.CaptureFixture[str]) -> None:
    code = program.run(["policies", "test", str(ROOT / "policies"), "--fixtures", str(FIXTURES), "--format", "json"])
    said = json.loads(capsys.readouterr().out)
    wrong = [line for policy in said["policies"] for test in policy["tests"] for line in test["wrong"]]
    assert not wrong, "\n".join(wrong)
    assert code == 0
    assert {policy["id"] for policy in said["policies"]} == set(POLICIES)
    kinds = [test["kind"] for policy in said["policies"] for test in policy["tests"]]
    assert kinds.count("folder") == len(CASES) == 3 * len(POLICIES)


def test_every_policy_has_a_bad_and_a_mended_case() -> None:
    for policy in POLICIES:
        cases = {folder.name: {one.status for one in folder.expectations} for folder in folders_of(policy)}
        assert "fail" in cases["bad"], policy
        assert cases["mended"] <= {"pass", "approved", "skipped"}, policy
        assert {"pass", "approved"} & cases["mended"], policy
        assert "unknown" in cases["unknown"], policy


def folders_of(policy: str) -> list[Folder]:
    return read_folders(str(FIXTURES), list(POLICIES))[policy]


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
