"""Reads one price file and finds one row in it, by bytes: a look-up never parses what it does not need.

A price file holds one provider and region (``data/aws/us-east-1.csv``): comment lines that name its sources, a header,
and rows sorted by SKU. ``# source KEY: NAME | AS_OF | LICENCE | GRADE`` declares a source; a price without a mark comes
from the source ``main``, ``0.29678@observed`` from the source ``observed``. An empty price is not known.
"""

from __future__ import annotations

import os
from decimal import Decimal

DATA = os.path.join(os.path.dirname(__file__), "data")
MAIN = "main"


class Source:
    """Where figures come from: its name, the ISO date they were true, its licence, and how far they may be trusted.

    Written out, as is ``Quote``: making a dataclass costs the hook a millisecond.
    """

    __slots__ = ("as_of", "grade", "licence", "name")

    def __init__(self, name: str, as_of: str, licence: str, grade: str) -> None:
        self.name = name
        self.as_of = as_of
        self.licence = licence
        self.grade = grade

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def _parts(self) -> tuple[str, str, str, str]:
        return (self.name, self.as_of, self.licence, self.grade)


class Quote:
    """One figure of a table, with its source. ``value`` is in the unit of its row."""

    __slots__ = ("source", "value")

    def __init__(self, value: Decimal, source: Source) -> None:
        self.value = value
        self.source = source


class Table:
    """One file of the catalogue, in memory as bytes. Rows are parsed when they are asked for."""

    __slots__ = ("_body", "_folded", "_header", "_sources", "columns", "data", "name")

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data
        start = 0
        while data.startswith(b"#", start):
            start = data.index(b"\n", start) + 1
        self._header = start
        self._body = data.index(b"\n", start)
        self.columns = tuple(data[start : self._body].decode().split(","))
        self._sources: dict[str, Source] | None = None
        self._folded: bytes | None = None

    @property
    def head(self) -> dict[str, str]:
        """What the comment lines at the top say, by key."""
        lines = self.data[: self._header].decode().splitlines()
        pairs = (line.removeprefix("# ").partition(": ") for line in lines)
        return {key: value for key, _, value in pairs}

    @property
    def sources(self) -> dict[str, Source]:
        """The sources that the head of the file declares, by key."""
        if self._sources is None:
            self._sources = {}
            for key, value in self.head.items():
                if key.startswith("source "):
                    name, as_of, licence, grade = value.split(" | ")
                    self._sources[key.removeprefix("source ")] = Source(name, as_of, licence, grade)
        return self._sources

    def row(self, key: str, *, fold_case: bool = False) -> dict[str, str] | None:
        """The row whose first column is ``key``, by column name; None when there is none."""
        if not _is_plain(key):
            return None
        wanted = f"\n{key},".encode()
        start = self.data.find(wanted, self._body)
        if start < 0 and fold_case:
            if self._folded is None:
                self._folded = self.data.lower()
            start = self._folded.find(wanted.lower(), self._body)
        return self._parsed(start + 1) if start >= 0 else None

    def rows_with(self, text: str) -> list[dict[str, str]]:
        """The rows that have ``text`` as a whole column other than the first."""
        found: list[dict[str, str]] = []
        if not _is_plain(text):
            return found
        wanted, start = f",{text},".encode(), self._body
        while (start := self.data.find(wanted, start)) >= 0:
            found.append(self._parsed(self.data.rfind(b"\n", 0, start) + 1))
            start = self.data.index(b"\n", start)
        return found

    def rows(self) -> list[dict[str, str]]:
        """Every row. Parses the whole table: for lists and hints, not for look-ups."""
        lines = self.data[self._body + 1 :].decode().splitlines()
        return [dict(zip(self.columns, line.split(","), strict=True)) for line in lines]

    def quote(self, row: dict[str, str], column: str) -> Quote | None:
        """The figure in a column of a row, with the source it is marked with; None where it is not known."""
        text, _, mark = row.get(column, "").partition("@")
        if not text:
            return None
        return Quote(Decimal(text), self.sources[mark or MAIN])

    def _parsed(self, start: int) -> dict[str, str]:
        end = self.data.index(b"\n", start)
        return dict(zip(self.columns, self.data[start:end].decode().split(","), strict=True))


class Tables:
    """The files of a catalogue directory, each read once, when it is first asked for."""

    def __init__(self, directory: str = DATA) -> None:
        self.directory = directory
        self._read: dict[str, Table | None] = {}

    def table(self, *names: str) -> Table | None:
        """The table at ``names`` under the directory (``("aws", "us-east-1")``); None when there is none."""
        path = "/".join(names)
        if path not in self._read:
            self._read[path] = self._open(names)
        return self._read[path]

    def opened(self) -> tuple[str, ...]:
        """The names of the tables that were read so far, in the order of reading."""
        return tuple(name for name, table in self._read.items() if table is not None)

    def _open(self, names: tuple[str, ...]) -> Table | None:
        if not all(_is_name(name) for name in names):
            return None
        try:
            with open(os.path.join(self.directory, *names) + ".csv", "rb") as file:
                return Table("/".join(names), file.read())
        except OSError:
            return None


def _is_name(text: str) -> bool:
    """A file name that cannot leave its directory: letters, digits and hyphens."""
    return text.replace("-", "").isalnum() and text.isascii()


def _is_plain(text: str) -> bool:
    """Text that cannot match more than one column of one row."""
    return bool(text) and text.isprintable() and "," not in text and not text.startswith("#")
