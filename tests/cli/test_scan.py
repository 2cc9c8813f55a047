"""The ``scan`` command before anything is sent: what it takes, and what it says when it cannot begin."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sumptuary.cli import program
from sumptuary.cli.arguments import Parser
from sumptuary.cli.scan import configure


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's credentials, and nobody to ask."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([], "scan needs to know what to read\n  hint: `sumptuary scan aws`"),
        (["asw"], "did you mean `aws`?"),
        (["gcp"], "`scan gcp` is not there yet\n  hint: `sumptuary scan aws` is"),
        (["aws", "--external-id", "x"], "name it with --role-arn"),
        (["aws", "--deadline", "0"], "--deadline takes seconds"),
        (["aws", "--deadline", "soon"], "--deadline takes seconds"),
        (["aws", "--regio", "x"], "did you mean `--region`?"),
        (["aws", "--profile", "nobody"], "there is no AWS profile `nobody`"),
        (["aws"], "there are no AWS credentials\n  hint: name a profile with --profile"),
    ],
)
def test_what_cannot_begin_is_a_mistake_in_the_call(
    argv: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.run(["scan", *argv]) == 2
    written = capsys.readouterr()
    assert said in written.err
    assert written.out == ""


def test_a_profile_of_the_environment_is_named_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    assert program.run(["scan", "aws"]) == 2
    assert "there is no AWS profile `somebody`" in capsys.readouterr().err


def test_an_account_that_cannot_be_reached_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    assert program.run(["scan", "aws", "--region", "us-east-1"]) == 2
    assert "AWS could not be reached (EndpointConnectionError)" in capsys.readouterr().err


def test_a_scan_is_of_the_scheduled_stage_unless_told_otherwise() -> None:
    parser = Parser(prog="sumptuary scan", description="")
    configure(parser)
    assert parser.arguments(["aws"]).stage == "scheduled"
    assert parser.arguments(["aws", "--stage", "ci"]).stage == "ci"


def test_without_the_sdk_it_says_what_to_install(tmp_path: Path) -> None:
    """A process in which boto3 and botocore cannot be imported."""
    script = """
import sys
sys.modules["boto3"] = sys.modules["botocore"] = None
from sumptuary.cli.program import run
sys.exit(run(["scan", "aws"]))
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 2
    assert ran.stderr == "sumptuary: scan aws needs boto3\n  hint: pip install 'sumptuary[aws]'\n"


def test_the_help_loads_no_sdk(tmp_path: Path) -> None:
    script = """
import sys
from sumptuary.cli.program import run
run(["scan", "--help"])
sys.exit(any(name in sys.modules for name in ("boto3", "botocore")))
"""
    assert (
        subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, cwd=tmp_path).returncode == 0
    )
