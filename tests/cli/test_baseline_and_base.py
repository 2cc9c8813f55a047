"""A baseline and a base together: the baseline is the base's, so that no change adopts its own violations."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from checkouts import TEAM_TAG
from sumptuary.cli import program

PROVIDER = 'provider "aws" {\n  region = "us-east-1"\n}\n'
USUAL = Path(".sumptuary/baseline.json")


def instance(name: str, sku: str = "m5.large", more: str = "") -> str:
    return f'resource "aws_instance" "{name}" {{\n  instance_type = "{sku}"\n{more}}}\n'


TAGGED = '  tags = { team = "web" }\n'


def git(*arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "team.yaml").write_text(TEAM_TAG)
    monkeypatch.chdir(tmp_path / "shop")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    git("init", "--quiet")
    Path("main.tf").write_text(PROVIDER + instance("old"))
    commit()


def commit() -> None:
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "--message", "A state of affairs")


def adopt(*options: str) -> None:
    assert program.run(["baseline", "--policies", "../team.yaml", "--now", "2026-11-21", *options]) == 0


def check(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[dict[str, str], int, dict[str, Any]]:
    capsys.readouterr()
    command = ["check", "--policies", "../team.yaml", "--now", "2026-11-21", "--format", "json", "--base", "HEAD"]
    code = program.run([*command, *options])
    said = capsys.readouterr()
    assert said.out, said.err
    found: dict[str, Any] = json.loads(said.out)
    return {row["resource"]["address"]: row["status"] for row in found["violations"]}, code, found


def test_no_change_adopts_its_own_violations(capsys: pytest.CaptureFixture[str]) -> None:
    Path("more.tf").write_text(instance("new"))
    adopt()
    statuses, code, found = check(capsys)
    assert (statuses, code) == ({"aws_instance.old": "baselined", "aws_instance.new": "fail"}, 1)
    pending = "the baseline .sumptuary/baseline.json counts as it is at the base, until the change is merged"
    assert pending in found["coverage"]["notes"]
    assert check(capsys, "--baseline", str(USUAL))[1] == 1
    commit()
    assert check(capsys)[1] == 0


def test_neither_does_one_that_updates_it(capsys: pytest.CaptureFixture[str]) -> None:
    adopt()
    commit()
    Path("more.tf").write_text(instance("new"))
    adopt("--update")
    assert check(capsys)[0]["aws_instance.new"] == "fail"


def test_what_the_baseline_of_the_base_holds_comes_back_without_blocking(capsys: pytest.CaptureFixture[str]) -> None:
    adopt()
    Path("main.tf").write_text(PROVIDER + instance("old", more=TAGGED))
    commit()
    Path("main.tf").write_text(PROVIDER + instance("old"))
    statuses, code, found = check(capsys)
    assert (statuses, code) == ({"aws_instance.old": "baselined"}, 0)
    assert found["baseline"]["standing"] == 1
    assert check(capsys, "--no-baseline")[1] == 1


def test_what_is_dearer_than_both_blocks(capsys: pytest.CaptureFixture[str]) -> None:
    Path("main.tf").write_text(PROVIDER + instance("old") + instance("big", "m5.4xlarge"))
    adopt()
    commit()
    Path("main.tf").write_text(PROVIDER + instance("old", "m5.4xlarge") + instance("big", "m5.large"))
    statuses, code, found = check(capsys)
    assert (statuses, code) == ({"aws_instance.old": "fail", "aws_instance.big": "baselined"}, 1)
    (dearer,) = (row["fingerprint"] for row in found["violations"] if row["status"] == "fail")
    assert found["comparison"]["dearer"] == found["baseline"]["dearer"] == [dearer]


def test_a_baseline_outside_of_the_checkout_is_not_the_changes_own(capsys: pytest.CaptureFixture[str]) -> None:
    Path("more.tf").write_text(instance("new"))
    adopt("--output", "../known.json")
    assert check(capsys, "--baseline", "../known.json")[1] == 0


def test_a_baseline_that_is_gone_holds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    adopt()
    commit()
    shutil.rmtree(".sumptuary")
    statuses, code, found = check(capsys)
    assert (statuses, code) == ({"aws_instance.old": "baselined"}, 0)
    assert "baseline" not in found
