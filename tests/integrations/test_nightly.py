"""The scheduled scans, run on an account: the script of the workflow and the arguments of the job in the cluster."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from integrations.commands import INTEGRATIONS
from integrations.test_github import steps
from integrations.test_kubernetes import CONTAINER
from sources.aws.account import Account


@pytest.fixture
def night(account: Account, tmp_path: Path) -> dict[str, str]:
    """The environment of a scan of an account in which an instance runs."""
    account.instances("p3.2xlarge", team="research")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sumptuary").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sumptuary "$@"\n')
    (tmp_path / "bin" / "sumptuary").chmod(0o755)
    environment = account.environment()
    return {**environment, "PATH": f"{tmp_path / 'bin'}:{environment['PATH']}"}


def report(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text())
    assert isinstance(found, dict)
    return found


def test_the_workflow_scans_and_remembers(night: dict[str, str], tmp_path: Path) -> None:
    scripts = [step["run"] for step in steps("nightly-scan.yml") if step.get("run", "").startswith("sumptuary ")]
    assert len(scripts) == 2
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for script in scripts * 2:  # two nights
        command = ["bash", "-e", "-c", script]
        ran = subprocess.run(command, cwd=checkout, env=night, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    violations = report(checkout / "report.json")["violations"]
    assert {one["resource"]["type"] for one in violations} == {"aws_instance"}
    upload = next(step for step in steps("nightly-scan.yml") if "upload-artifact" in step.get("uses", ""))
    assert sorted(upload["with"]["path"].split()) == ["history.json", "report.json"]
    remembered = report(checkout / "history.json")
    assert len(remembered["runs"]) == 2
    assert remembered["findings"]


def test_the_job_in_the_cluster_scans_and_remembers(night: dict[str, str], tmp_path: Path) -> None:
    volume, laws = tmp_path / "volume", tmp_path / "laws"
    volume.mkdir()
    laws.mkdir()
    arguments = [one.replace("/var/lib/sumptuary", str(volume)) for one in CONTAINER["args"]]
    home = {variable["name"]: str(tmp_path / "temporary") for variable in CONTAINER["env"]}
    for _ in range(2):
        ran = subprocess.run(
            ["sumptuary", *arguments],
            cwd=laws,
            env={**night, **home, "XDG_CACHE_HOME": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert report(volume / "report.json")["violations"]
    assert ran.stdout
    assert list(laws.iterdir()) == []
    assert {path.name for path in volume.iterdir()} == {"history.sqlite", "report.json"}


def test_the_role_is_asked_for_through_the_workflow() -> None:
    workflow = yaml.safe_load((INTEGRATIONS / "github" / "nightly-scan.yml").read_text(encoding="utf-8"))
    names = [step.get("uses", "").partition("@")[0] for job in workflow["jobs"].values() for step in job["steps"]]
    assert "aws-actions/configure-aws-credentials" in names
    assert "secrets." not in json.dumps(workflow, default=str)
