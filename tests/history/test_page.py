"""The example on the documentation page is what the program says."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from sumptuary.cli import program

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "history.md"


def test_the_page_shows_a_history_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two runs over the demo's research tree, of which a file goes. Run with UPDATE_DOCS=1 to renew the page."""
    for name in ("research", "modules"):
        shutil.copytree(ROOT / "fixtures" / "demo" / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    check = [
        "check",
        "research",
        "--history",
        "sumptuary.sqlite",
        "--root",
        ".",
        "--history-scope",
        "research",
        "--now",
    ]
    program.run([*check, "2026-11-21T08:00Z"])
    Path("research/google.tf").unlink()
    program.run([*check, "2026-11-24T08:00Z"])
    capsys.readouterr()
    command = "sumptuary history --history sumptuary.sqlite --now 2026-11-28T08:00Z"
    assert program.run(command.split()[1:]) == 0
    wanted = f"\n```\n$ {command}\n{capsys.readouterr().out}```\n"
    text = PAGE.read_text(encoding="utf-8")
    begin, shown, end = re.split(r"(?<=keeps it true\) -->)(.*?)(?=<!-- history: end -->)", text, flags=re.DOTALL)
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(begin + wanted + end, encoding="utf-8")
        return
    assert shown == wanted
