"""The files, commands and answers of docs/decisions.md, run one after the other."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sumptuary.cli import program

DOCS = Path(__file__).parent.parent / "docs" / "decisions.md"
BLOCK = re.compile(r"^```(\w+)(?: (file|written)=(\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_page_is_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    ran = 0
    for language, what, name, text in BLOCK.findall(DOCS.read_text(encoding="utf-8")):
        if what == "file":
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        elif what == "written":
            assert (tmp_path / name).read_text() == text
        elif language == "console":
            for command, answer in re.findall(r"^\$ sumptuary (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
                program.run(shlex.split(command))
                said = capsys.readouterr()
                assert said.out + said.err == answer, command
                ran += 1
    assert ran >= 6
