"""The examples of docs/testing-policies.md are files that are tested, and say what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sumptuary.cli import program

PAGE = (Path(__file__).parent.parent / "docs" / "testing-policies.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
FILES = {text.partition("\n")[0][2:]: text for _, text in BLOCKS if text.startswith("# acme/")}
SESSIONS = [text for language, text in BLOCKS if language == "console"]
FOLDERS = Path("acme/tests/notebooks-end")


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack of the page, with the one folder that it shows before its first session."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for path, text in FILES.items():
        if not path.startswith("acme/tests") or path.endswith("team/main.tf"):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(text, encoding="utf-8")


def further_folders() -> None:
    """The sidecar and the options of the page, with files for the latter to be about."""
    for name in ("sidecar/expect.yaml", "given/case.yaml"):
        (FOLDERS / name).parent.mkdir()
        (FOLDERS / name).write_text(FILES[f"{FOLDERS.as_posix()}/{name}"], encoding="utf-8")
    (sidecar,) = [text for language, text in BLOCKS if language == "json"]
    (FOLDERS / "sidecar" / "main.tf.json").write_text(sidecar)
    notebook = (
        'provider "aws" { region = "us-east-1" }\nvariable "lifetime" {}\n'
        'resource "aws_sagemaker_notebook_instance" "one" {\n  instance_type = "ml.t3.medium"\n'
        '  tags = { ttl = var.lifetime } # expect: notebooks-end STATUS "longer than 12h"\n}\n'
    )
    for folder, status in (("before", "fail"), ("after", "baselined")):
        (FOLDERS / "given" / folder).mkdir()
        (FOLDERS / "given" / folder / "main.tf").write_text(notebook.replace("STATUS", status))


def test_each_session_says_what_is_shown(pack: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(SESSIONS) == 3
    for number, session in enumerate(SESSIONS):
        if number == 1:
            further_folders()
            program.run(["policies", "test", "acme"])
            told = capsys.readouterr().out
            assert told == "7 tests of 1 policy: 0 failed\n"
        command, _, shown = session.partition("\n")
        words = shlex.split(command.removeprefix("$ "))
        assert words[0] == "sumptuary"
        code = program.run(words[1:])
        assert capsys.readouterr() == (shown, "")
        assert code == 0


def test_every_option_of_the_command_is_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    program.run(["policies", "test", "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help", "--debug"}
    assert options == {option for option in options if f"{option}" in PAGE}
    assert len(options) == 8
