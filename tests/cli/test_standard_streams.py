"""What comes in by a pipe and what goes out: an empty pipe is no clean bill, a full disk no fault of the program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: nginx}]}\n"
TREE = 'provider "aws" {\n  region = "us-east-1"\n}\n'


def run(directory: Path, *arguments: str, given: str = "", streams: str = "") -> subprocess.CompletedProcess[str]:
    """The program in a directory; ``streams`` is what a shell does with them."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(directory / "cache")}
    command = ["sh", "-c", f'exec "$@" {streams}', "sh", sys.executable, "-m", "sumptuary", *arguments]
    return subprocess.run(
        command, cwd=directory, env=environment, input=given, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "stdin: nothing came in: look at the command before the pipe"),
        ("\n \n", "stdin: nothing came in: look at the command before the pipe"),
        ("Error: no chart here\n", "stdin: it holds no Kubernetes object, and no line of an inventory"),
        ("a: 1\n", "stdin: it holds no Kubernetes object, and no line of an inventory"),
        ("kind: Pod\n  a: [\n", "stdin:2: not valid YAML"),
    ],
)
def test_a_pipe_that_brings_nothing_is_incomplete(tmp_path: Path, given: str, said: str) -> None:
    ran = run(tmp_path, "check", "-", given=given)
    assert ran.returncode == 3, ran.stdout
    assert said in ran.stdout
    assert "Not read (1):" in ran.stdout


@pytest.mark.parametrize(
    "given",
    [
        POD.replace("kind: Pod", "kind: Namespace"),
        '{"apiVersion": "v1",\n "items": [],\n "kind": "List"}\n',
        "apiVersion: v1\nitems: []\nkind: List\n",
        "---\n# Source: chart/templates/off.yaml\n---\n",
    ],
)
def test_what_is_empty_on_purpose_passes(tmp_path: Path, given: str) -> None:
    assert run(tmp_path, "check", "-", given=given).returncode == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
@pytest.mark.parametrize("command", [("check", "."), ("check", ".", "--format", "json"), ("policies", "list")])
def test_a_full_disk_is_no_fault_of_the_program(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "main.tf").write_text(TREE)
    ran = run(tmp_path, *command, streams="> /dev/full")
    assert ran.returncode == 2
    assert ran.stderr == "sumptuary: standard output cannot be written: No space left on device\n"


@pytest.mark.skipif(os.name != "posix", reason="streams are closed in this way on POSIX only")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_changes_no_exit_code(tmp_path: Path, closed: str) -> None:
    (tmp_path / "main.tf").write_text(TREE)
    assert run(tmp_path, "check", ".", "--format", "text", "--format", "json=out.json", streams=closed).returncode == 0
    assert json.loads((tmp_path / "out.json").read_text())["schema"] == "sumptuary.report/v1"
