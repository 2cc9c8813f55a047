"""The terraform on this machine: which release it is, and how to be as old as it where it is an older one than ours."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from sumptuary.sources.terraform import compiling


@pytest.fixture(scope="session")
def terraform_release(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, int]:
    """The minor release of the terraform on the PATH; (0, 0) where there is none."""
    program = shutil.which("terraform")
    if program is None:
        return 0, 0
    home = tmp_path_factory.mktemp("home")
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "CHECKPOINT_DISABLE": "1"}
    told = subprocess.run([program, "version", "-json"], env=environment, capture_output=True, text=True, check=True)
    found = re.match(r"(\d+)\.(\d+)", json.loads(told.stdout)["terraform_version"])
    assert found is not None
    return int(found[1]), int(found[2])


@pytest.fixture
def as_old_as_terraform(terraform_release: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 1.12, an error on either side of ``&&`` and ``||`` was an error, whatever the other side said."""
    if terraform_release < (1, 12):
        monkeypatch.setattr(compiling, "_value_or_error", lambda operand, scope: operand(scope))


def rows_since(path: Path) -> list[tuple[tuple[int, int], str, str | None]]:
    """The expressions of a data file by the release that brought them: release, expression, value as JSON."""
    found: list[tuple[tuple[int, int], str, str | None]] = []
    for release, rows in json.loads(path.read_text(encoding="utf-8")).items():
        major, minor = (int(number) for number in release.split("."))
        found += [((major, minor), expression, expected) for expression, expected in rows]
    return found
