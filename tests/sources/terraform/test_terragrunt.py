"""Cases of cases/terragrunt.yaml, and the command on a single terragrunt.hcl as a commit hook calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sources.terraform.estate_cases import check, load, run
from sumptuary.cli.program import run as command

CASES = load("terragrunt")


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_case(case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check(case, tmp_path)


def test_a_place_names_the_line_of_the_unit_that_gave_the_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    resources, _ = run(CASES[0], tmp_path)
    machine = resources["live/prod/app:aws_instance.a"]
    tag = machine.origin.place_of("tags.Owner")
    assert tag is not None
    assert (tag.path, tag.line) == ("live/prod/app/terragrunt.hcl", 9)
    written = machine.origin.written_at("instance_type")
    assert next((place.path, place.line) for place in written) == ("live/prod/app/terragrunt.hcl", 6)


def test_the_command_takes_one_unit_and_judges_its_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run(CASES[0], tmp_path)
    code = command(["check", "live/prod/app/terragrunt.hcl", "--format", "json", "--no-cache"])
    report = json.loads(capsys.readouterr().out)
    assert code == 1
    assert report["summary"]["resources"] == 2
    found = [each for each in report["violations"] if each["resource"]["address"] == "aws_instance.a"]
    assert found
    assert all(
        any(place["path"] == "live/prod/app/terragrunt.hcl" for place in each["related_locations"]) for each in found
    )
