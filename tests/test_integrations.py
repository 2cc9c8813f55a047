"""What people copy works: every file is YAML, and every command in it is one that the command line takes."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

INTEGRATIONS = Path(__file__).parents[1] / "integrations"
FILES = sorted(path for path in INTEGRATIONS.rglob("*") if path.suffix in (".yml", ".yaml"))


def commands(value: object) -> list[str]:
    """Every line of a document that runs sumptuary."""
    if isinstance(value, dict):
        return [line for item in value.values() for line in commands(item)]
    if isinstance(value, list):
        return [line for item in value for line in commands(item)]
    return re.findall(r"^\s*(sumptuary .*)$", value, re.MULTILINE) if isinstance(value, str) else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(INTEGRATIONS)))
def test_the_commands_are_taken(path: Path, tmp_path: Path) -> None:
    document = yaml.safe_load(path.read_text())
    assert isinstance(document, dict)
    (tmp_path / "main.tf").write_text('resource "random_id" "a" {\n  byte_length = 4\n}\n')
    for line in commands(document):
        done = subprocess.run(
            [sys.executable, "-m", *shlex.split(line)], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (line, done.stderr)


def test_the_hooks_are_those_that_are_offered() -> None:
    offered = yaml.safe_load((INTEGRATIONS.parent / ".pre-commit-hooks.yaml").read_text())
    config = yaml.safe_load((INTEGRATIONS / "pre-commit" / ".pre-commit-config.yaml").read_text())
    ids = {hook["id"] for repository in config["repos"] for hook in repository["hooks"]}
    assert ids
    assert ids <= {hook["id"] for hook in offered}


def test_every_integration_is_named_in_the_readme() -> None:
    text = (INTEGRATIONS / "README.md").read_text()
    for path in FILES:
        assert str(path.relative_to(INTEGRATIONS)) in text
    assert any(commands(yaml.safe_load(path.read_text())) for path in FILES)
