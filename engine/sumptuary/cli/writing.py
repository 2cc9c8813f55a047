"""Where reports go: standard output or files, with colour and width as the terminal has them, and a sign of life."""

from __future__ import annotations

import os
import signal
import sys

from sumptuary.errors import UsageError
from sumptuary.reports import Style

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from types import FrameType, TracebackType
    from typing import TextIO

    from sumptuary.cli.arguments import Output
    from sumptuary.coverage import Coverage

WIDTH = 100
"""Columns where there is no terminal to ask: logs of pipelines."""

PATIENCE = 0.5
"""Seconds before a progress line appears, and between its changes."""


def write(output: Output, text: str) -> None:
    """Write a report. A file gets UTF-8 and the report's own line ends, on every system.

    Raises:
        UsageError: the file cannot be written.
    """
    if not output.path:
        sys.stdout.write(text)
        return
    try:
        with open(output.path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"`{output.path}` cannot be written: {error.strerror or error}") from None


def style_of(arguments: Namespace, output: Output) -> Style:
    """Colour on a terminal only, unless NO_COLOR or --no-color says otherwise; its width, within reason."""
    terminal = not output.path and _is_terminal(sys.stdout)
    colour = terminal and not arguments.no_color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(colour=colour, width=_columns() if terminal else WIDTH, quiet=arguments.quiet)


class Progress:
    """A line on standard error about a run that takes long; only on a terminal, and gone when it ends.

    It rides on a timer signal, so that the rooms that do the work need not know of it. Where there is no such signal
    (Windows), there is no line.
    """

    def __init__(self, coverage: Coverage, *, quiet: bool) -> None:
        self.coverage = coverage
        self.wanted = not quiet and _is_terminal(sys.stderr) and hasattr(signal, "setitimer")
        self.shown = False

    def __enter__(self) -> None:
        if self.wanted:
            signal.signal(signal.SIGALRM, self._show)
            signal.setitimer(signal.ITIMER_REAL, PATIENCE, PATIENCE)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.wanted:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _show(self, number: int, frame: FrameType | None) -> None:
        done = len(self.coverage.collectors)
        said = f"{done:,} collectors done" if done else f"{self.coverage.files_read:,} files read"
        self.shown = True
        os.write(2, f"\r\x1b[Ksumptuary: {said}".encode())


def _columns() -> int:
    """The terminal's width, between what still reads well and what still does."""
    try:
        return min(max(os.get_terminal_size(sys.stdout.fileno()).columns, 70), 140)
    except OSError:
        return WIDTH


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()
