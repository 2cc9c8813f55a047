"""What Terraform itself plans is what we read: addresses and values, on configurations that need no provider."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sumptuary.coverage import Coverage
from sumptuary.sources.terraform import Options, read
from sumptuary.values import ABSENT, Unknown, to_json

CASES = Path(__file__).parent / "oracle"
TERRAFORM = shutil.which("terraform")
DEVIATIONS: dict[str, str] = {}
"""Where we are known to be wrong; strict, so that mending one asks for its line here to be removed."""
AFTER_APPLY = "(known after apply)"


def run_terraform(directory: Path, *words: str) -> str:
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(directory), "CHECKPOINT_DISABLE": "1"}
    assert TERRAFORM is not None
    done = subprocess.run(
        [TERRAFORM, *words], cwd=directory, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def planned(directory: Path) -> dict[str, object]:
    """Address to input, as Terraform plans it."""
    run_terraform(directory, "init", "-backend=false", "-input=false", "-no-color")
    run_terraform(directory, "plan", "-input=false", "-no-color", "-out=plan.bin")
    document = json.loads(run_terraform(directory, "show", "-json", "plan.bin"))
    found: dict[str, object] = {}
    for row in document["resource_changes"]:
        unknown = row["change"]["after_unknown"].get("input") is True
        found[row["address"]] = AFTER_APPLY if unknown else row["change"]["after"].get("input")
    return found


def told(directory: Path, coverage: Coverage) -> dict[str, object]:
    """Address to input, as we read it."""
    found: dict[str, object] = {}
    for resource in read([str(directory)], Options(), coverage):
        value = resource.attributes.get("input", ABSENT)
        unknown = isinstance(value, Unknown) and value.reason.endswith("is known after apply")
        found[resource.address] = AFTER_APPLY if unknown else to_json(value)
    return found


@pytest.mark.skipif(TERRAFORM is None, reason="there is no terraform on the PATH to compare with")
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(name, marks=pytest.mark.xfail(reason=DEVIATIONS[name], strict=True, raises=AssertionError))
        if name in DEVIATIONS
        else name
        for name in sorted(each.name for each in CASES.iterdir())
    ],
)
def test_terraform_plans_what_we_read(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / case
    shutil.copytree(CASES / case, directory)
    monkeypatch.chdir(directory)
    coverage = Coverage()
    ours = told(directory, coverage)
    theirs = planned(directory)
    assert coverage.failures == []
    assert sorted(ours) == sorted(theirs)
    assert {address: (ours[address], value) for address, value in theirs.items() if ours[address] != value} == {}
