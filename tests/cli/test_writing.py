"""Where reports go, in which colours, and the line that says that something is going on."""

from __future__ import annotations

import io
import os
import signal
import sys
import time
from argparse import Namespace
from pathlib import Path

import pytest

from sumptuary.cli import writing
from sumptuary.cli.arguments import Output
from sumptuary.coverage import Coverage
from sumptuary.errors import UsageError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1


@pytest.mark.parametrize(
    ("environment", "no_color", "path", "colour"),
    [
        ({}, False, "", True),
        ({"NO_COLOR": "1"}, False, "", False),
        ({"NO_COLOR": ""}, False, "", True),
        ({"TERM": "dumb"}, False, "", False),
        ({}, True, "", False),
        ({}, False, "a.txt", False),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    environment: dict[str, str], no_color: bool, path: str, colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Terminal())
    arguments = Namespace(no_color=no_color, quiet=False)
    assert writing.style_of(arguments, Output("text", path)).colour is colour


def test_without_a_terminal_there_is_no_colour_and_a_fixed_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    style = writing.style_of(Namespace(no_color=False, quiet=True), Output("text"))
    assert (style.colour, style.width, style.quiet) == (False, 100, True)


@pytest.mark.parametrize(("columns", "width"), [(40, 70), (90, 90), (300, 140)])
def test_the_width_is_the_terminals_within_reason(columns: int, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((columns, 24)))
    assert writing.style_of(Namespace(no_color=False, quiet=False), Output("text")).width == width


def test_a_file_is_utf8_whatever_it_holds(tmp_path: Path) -> None:
    target = tmp_path / "out"
    writing.write(Output("text", str(target)), "größe \udcff\n")
    assert target.read_bytes() == "größe \\udcff\n".encode()


def test_a_file_that_cannot_be_written_is_a_mistake_in_the_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        writing.write(Output("text", str(tmp_path)), "x")


def drawn(
    monkeypatch: pytest.MonkeyPatch, seconds: float, stderr: io.StringIO, *, quiet: bool = False, collectors: int = 0
) -> list[bytes]:
    """What the progress line writes during a run of some length. (Patched here: capture resets what fixtures patch.)"""
    lines: list[bytes] = []
    with monkeypatch.context() as patch:
        patch.setattr(writing, "PATIENCE", 0.05)
        patch.setattr(os, "write", lambda _, data: lines.append(data))
        patch.setattr(sys, "stderr", stderr)
        with writing.Progress(Coverage(files_read=1234, collectors=[{}] * collectors), quiet=quiet):
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                time.sleep(0.005)
    return lines


def test_a_long_run_shows_a_line_and_takes_it_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    lines = drawn(monkeypatch, 0.2, terminal)
    assert b"1,234 files read" in lines[0]
    assert terminal.getvalue() == "\r\x1b[K"
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_a_scan_tells_its_collectors(monkeypatch: pytest.MonkeyPatch) -> None:
    assert b"12 collectors done" in drawn(monkeypatch, 0.2, Terminal(), collectors=12)[0]


def test_a_short_run_a_quiet_one_and_one_without_a_terminal_show_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, 0, Terminal()) == []
    assert drawn(monkeypatch, 0.1, Terminal(), quiet=True) == []
    assert drawn(monkeypatch, 0.1, io.StringIO()) == []
