"""The example of docs/terraform.md is a tree that is checked, and says what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sumptuary.cli import program

PAGE = (Path(__file__).parent.parent / "docs" / "terraform.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
FILES = {text.partition("\n")[0][2:]: text for _, text in BLOCKS if text.startswith("# ")}
SESSIONS = [text for language, text in BLOCKS if language == "console"]


def test_the_example_says_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for path, text in FILES.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
    (session,) = SESSIONS
    command, _, shown = session.partition("\n")
    words = shlex.split(command.removeprefix("$ "))
    assert words[0] == "sumptuary"
    assert program.run(words[1:]) == 1
    assert capsys.readouterr() == (shown, "")
