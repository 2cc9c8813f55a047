"""A temporary place laid out as the checkout is, so that its base is read from the same paths as the head."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from sumptuary.cli.revision import copy_tree, ignored, link, tracked, write
from sumptuary.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

CONFIGURATION = (".tf", ".tofu", ".tf.json", ".tofu.json")
VARIABLES = ("*.tfvars", "*.tfvars.json")
MODULES = ":(glob)**/.terraform/modules/**"
LARGEST_FILE = 5_000_000
LARGEST_MODULES = 500_000_000
"""Bytes of downloaded modules that are copied in all."""
_FATAL = ("SIGTERM", "SIGHUP")


class Mirror:
    """The checkout at ``top`` as it was at a commit. Paths keep their places relative to the working directory."""

    def __init__(self, top: str, common: str, directory: str) -> None:
        self.top = top
        self._common = common
        self._directory = directory
        self.tree = self.of(top)
        self.notes: list[str] = []

    def of(self, path: str) -> str:
        """Where a path lies in the mirror. Only paths under the checkout hold anything there."""
        return os.path.normpath(os.path.join(self._directory, os.path.relpath(os.path.abspath(path), self._common)))

    def working(self) -> str:
        """The working directory in the mirror, made where the commit does not have it.

        Raises:
            UsageError: the commit has something else there.
        """
        here = self.of(os.getcwd())
        try:
            os.makedirs(here, mode=0o700, exist_ok=True)
        except OSError:
            message = "the working directory is no directory at the base"
            raise UsageError(message, place=os.getcwd(), hint=f"start from {self.top}") from None
        return here

    def fill(self, commit: str) -> None:
        """Write the commit's files, then what git does not keep but both sides stand on: modules and variables."""
        self.notes = copy_tree(self.top, commit, self.tree)
        made: set[str] = set()
        for name in ignored(self.top, VARIABLES):
            self._copy(name, made)
        if self._copy_modules(made) > LARGEST_MODULES:
            self.notes.append("the downloaded modules are too large to compare: what they hold may count as new")

    def _copy_modules(self, made: set[str]) -> int:
        """Copy ``.terraform/modules`` of each directory that holds configuration; the bytes copied, up to the bound."""
        total, own = 0, frozenset(tracked(self.top, [MODULES]))  # what is committed is part of the change
        for directory, _, files in list(os.walk(self.tree)):
            if not any(name.endswith(CONFIGURATION) for name in files):
                continue
            inside = os.path.join(os.path.relpath(directory, self.tree), ".terraform")
            source = os.path.join(self.top, inside)
            if os.path.islink(source) or os.path.islink(os.path.join(source, "modules")):
                continue
            for name in _files(self.top, os.path.normpath(os.path.join(inside, "modules"))):
                total += self._copy(name, made) if name.replace(os.sep, "/") not in own else 0
                if total > LARGEST_MODULES:
                    return total
        return total

    def _copy(self, name: str, made: set[str]) -> int:
        """Copy one file or link of the work tree, named relative to it, unless it is there; the bytes copied."""
        source, path = os.path.join(self.top, name), os.fsencode(name.replace(os.sep, "/"))
        try:
            if os.path.islink(source):
                link(self.tree, path, os.fsencode(os.readlink(source)))
                return 0
            with open(source, "rb") as file:
                content = file.read(LARGEST_FILE + 1)
        except OSError:
            return 0
        if len(content) <= LARGEST_FILE:
            write(self.tree, path, content, made)
        return len(content)


def _files(top: str, inside: str) -> Iterator[str]:
    """The regular files and links under a directory of the work tree, relative to ``top``, but for git's own."""
    for directory, names, files in os.walk(os.path.join(top, inside)):
        linked = [name for name in names if os.path.islink(os.path.join(directory, name))]
        names[:] = sorted(name for name in names if name != ".git" and name not in linked)
        for name in sorted([*files, *linked]):
            path = os.path.join(directory, name)
            if os.path.isfile(path) or os.path.islink(path):
                yield os.path.relpath(path, top)


@contextmanager
def mirrored(top: str, commit: str, beside: Iterable[str]) -> Generator[Mirror]:
    """A mirror that holds the commit, gone when the block ends, by whatever way but a kill without appeal.

    ``beside`` are further directories (the working one, the scan root) whose places relative to ``top`` are kept.

    Raises:
        UsageError: there is no place for it, or the commit cannot be read.
    """
    common = os.path.commonpath([top, *beside])
    place = os.path.realpath(tempfile.gettempdir())
    if f"{place}{os.sep}".startswith(f"{os.path.realpath(top)}{os.sep}"):
        message = "--base needs a directory for temporary files outside of the checkout"
        raise UsageError(message, place=place, hint="set TMPDIR to one")
    with _orderly_end(), tempfile.TemporaryDirectory(prefix="sumptuary-base-", dir=place) as directory:
        mirror = Mirror(top, common, os.path.realpath(directory))
        os.makedirs(os.path.join(mirror.tree, ".git"), mode=0o700)  # an empty one: the tree ends here
        mirror.fill(commit)
        yield mirror


@contextmanager
def _orderly_end() -> Generator[None]:
    """While it lasts, a request to end is an exception, so that what is temporary is removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _FATAL if hasattr(signal, name)]
    former = {number: signal.signal(number, _leave) for number in numbers if signal.getsignal(number) == signal.SIG_DFL}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _leave(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # asked twice, it still tidies up once
    raise SystemExit(128 + number)
