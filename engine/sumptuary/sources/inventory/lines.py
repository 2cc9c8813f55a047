"""Lines of a stream, one at a time and each within bounds, however long the stream or a line of it is."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    class Lines(Protocol):
        """Bytes that can be read by lines, such as an open file or standard input."""

        def readline(self, size: int, /) -> bytes:
            """The rest of the line, of it ``size`` bytes at most; empty at the end."""
            ...


LONGEST_LINE = 5_000_000
"""Bytes of the longest line that is read: a resource with large documents among its attributes has some 100 kB."""
MARK = b"\xef\xbb\xbf"
BLANK = b" \t\r\n"


class Rest:
    """A stream of which the beginning was read already: gives that back, then goes on."""

    __slots__ = ("_head", "_stream")

    def __init__(self, head: bytes, stream: Lines) -> None:
        self._head = head
        self._stream = stream

    def readline(self, size: int, /) -> bytes:
        """The next bytes up to the end of the line, ``size`` at most."""
        if not self._head:
            return self._stream.readline(size)
        end = self._head.find(b"\n", 0, size) + 1
        line, self._head = self._head[: end or size], self._head[end or size :]
        if end or len(line) >= size or self._head:
            return line
        return line + self._stream.readline(size - len(line))


def lines(stream: Lines) -> Iterator[tuple[int, bytes | None]]:
    """Every line with its number, counted from 1; None for one that is too long. Blank lines are left out."""
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            while (more := stream.readline(LONGEST_LINE)) and not more.endswith(b"\n"):
                pass
            yield number, None
            continue
        if number == 1:
            line = line.removeprefix(MARK)
        if line := line.strip(BLANK):
            yield number, line


def first_line(stream: Lines) -> bytes:
    """All bytes of a stream up to the end of its first line that is not blank, within bounds."""
    head: list[bytes] = []
    left = LONGEST_LINE + 1
    while left > 0 and (line := stream.readline(left)):
        head.append(line)
        left -= len(line)
        if line.removeprefix(MARK).strip(BLANK):
            break
    return b"".join(head)


def begins_as_row(head: bytes) -> bool:
    """Whether a first line is one of an inventory: an object with ``address``, ``kind`` and ``facets``."""
    line = head.removeprefix(MARK).strip(BLANK)
    names = (b'"address"', b'"kind"', b'"facets"')
    if not line.startswith(b"{") or len(line) > LONGEST_LINE or not all(name in line for name in names):
        return False
    import json

    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and {"address", "kind", "facets"} <= row.keys()
