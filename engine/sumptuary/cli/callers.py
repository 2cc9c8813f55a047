"""Finds the root modules that a changed module is called from: a module means something only through its callers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

SOURCE = re.compile(rb'^\s*"?source"?\s*[=:]\s*"(\.\.?/[^"$]*|\.\.?)"', re.MULTILINE)
"""A module call's local source, in HCL or JSON. Backends and providers have no such relative source."""

SUFFIXES = (".tf", ".tofu", ".tf.json", ".tofu.json")
MAX_FILES = 20_000
MAX_BYTES = 4_000_000


def roots_of(directories: Iterable[str], checkout: str) -> list[str]:
    """The root modules that lead to these directories: a directory that nothing in the checkout calls is its own.

    Only the text of the checkout's Terraform files is looked at. Where it has too many files to look through, every
    directory is taken to be a root.
    """
    wanted = [os.path.realpath(directory) for directory in directories]
    callers = _callers(os.path.realpath(checkout))
    roots: dict[str, None] = {}
    for directory in wanted:
        for root in _climb(directory, callers):
            roots[root] = None
    return sorted(os.path.relpath(root) for root in roots)


def configuration(directory: str) -> str | None:
    """A Terraform file of a directory, standing for the module it is; None where there is none."""
    try:
        names = sorted(name for name in os.listdir(directory) if name.endswith(SUFFIXES))
    except OSError:
        return None
    return os.path.normpath(os.path.join(directory, names[0])) if names else None


def _climb(start: str, callers: dict[str, set[str]]) -> list[str]:
    """The directories without callers above a directory; the directory itself where calls only go round."""
    seen, ahead, tops = {start}, [start], list[str]()
    while ahead:
        here = ahead.pop()
        above = callers.get(here, set()) - {here}
        if not above:
            tops.append(here)
        ahead.extend(above - seen)
        seen |= above
    return tops or [start]


def _callers(checkout: str) -> dict[str, set[str]]:
    """From each directory that is called as a module to the directories that call it."""
    callers: dict[str, set[str]] = {}
    for count, path in enumerate(_files(checkout)):
        if count >= MAX_FILES:
            return {}
        directory = os.path.dirname(path)
        for source in SOURCE.findall(_text(path)):
            called = os.path.normpath(os.path.join(directory, os.fsdecode(source)))
            callers.setdefault(called, set()).add(directory)
    return callers


def _files(checkout: str) -> Iterator[str]:
    for directory, names, files in os.walk(checkout):
        names[:] = [name for name in names if not name.startswith(".") and name != "node_modules"]
        for name in files:
            if name.endswith(SUFFIXES):
                yield os.path.join(directory, name)


def _text(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES)
    except OSError:
        return b""
