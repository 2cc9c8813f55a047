"""Comments that point to a waiver (``# sumptuary:waiver ID``), in HCL and YAML: they grant nothing."""

from __future__ import annotations

import re

from sumptuary.coverage import Pointer
from sumptuary.sources.tree import POINTER

MOST = 10_000
"""Pointers of one file that are looked at."""
LONGEST = 80
"""Characters of a waiver's id; what is longer is none."""

_POINTER = re.compile(rb"(?:#|//|/\*)[ \t]*sumptuary:waiver(?:[ \t]+([^\s*]+))?")
_NO_CODE = re.compile(rb"[ \t]*(?:(?:#|//|\*|---).*|/\*(?:[^*]|\*(?!/))*(?:\*/[ \t]*)?)?\r?")
"""A line without code: empty, a comment, or what divides documents."""


def pointers(content: bytes, path: str) -> list[Pointer]:
    """The pointers of a file; each is about the code on its line or the next line that has any: 0 where none has."""
    lines = content.split(b"\n")
    found: list[Pointer] = []
    code = 0
    for number in range(len(lines), 0, -1):
        line = lines[number - 1]
        if not _NO_CODE.fullmatch(line):
            code = number
        if POINTER in line and (match := _POINTER.search(line)) is not None:
            name = (match[1] or b"").decode("utf-8", "replace")
            name = name if len(name) <= LONGEST else f"{name[:LONGEST]}..."
            found.append(Pointer(path, number, code, name))
    return found[: -MOST - 1 : -1]
