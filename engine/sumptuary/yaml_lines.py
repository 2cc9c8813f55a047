"""Strict YAML with a line and a column for every key and value, built from PyYAML's events.

Stricter than YAML: duplicate keys, tags, anchors and aliases, and documents that are too deep or too large are
problems. Plain scalars are read as YAML 1.2's core schema does, so that ``off`` stays a word and a date a string.
Lives on the ground floor because every reader of YAML documents needs it. Importing this module does not import yaml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import isfinite

from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Protocol

    Path = tuple[str | int, ...]

    class Mark(Protocol):
        """A position of PyYAML's, counted from 0."""

        line: int
        column: int

    class Event(Protocol):
        """What is used of PyYAML's events; the last three are there on scalars only."""

        start_mark: Mark
        value: str
        implicit: tuple[bool, bool]
        style: str | None


MAX_BYTES = 1_000_000
MAX_NODES = 20_000
TAB = "a tab stands where only spaces indent"
MAX_DEPTH = 40
MAX_DIGITS = 40

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?\Z")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(slots=True, frozen=True)
class Problem:
    """What is wrong with a document, and where; line and column count from 1."""

    line: int
    column: int
    message: str


@dataclass(slots=True)
class Document:
    """One document: its value in JSON types, and the places of its keys and values by path (``("spec", "rule")``).

    ``styles`` holds how a scalar is written where it is not plain: ``'``, ``"``, ``|`` or ``>``.
    """

    value: object = None
    line: int = 1
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict[tuple[str | int, ...], tuple[int, int]])
    values: dict[Path, tuple[int, int]] = field(default_factory=dict[tuple[str | int, ...], tuple[int, int]])
    styles: dict[Path, str] = field(default_factory=dict[tuple[str | int, ...], str])

    def place(self, path: Path, *, key: bool = False) -> tuple[int, int]:
        """Line and column of the value (or the key) at a path, or of the nearest thing around it."""
        if key and path in self.keys:
            return self.keys[path]
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, (self.line, 1))

    def place_within(self, path: Path, line: int, column: int) -> tuple[int, int]:
        """The place of a line and column (from 1) within a text, as near as the way it is written allows."""
        first_line, first_column = self.place(path)
        style = self.styles.get(path, "")
        if style in ("|", ">"):
            return first_line + line, column
        return (first_line, first_column + bool(style) + column - 1) if line == 1 else (first_line + line - 1, column)

    def value_at(self, path: Path) -> object:
        """The value at a path, or None where there is none."""
        value = self.value
        for step in path:
            if is_map(value) and isinstance(step, str):
                value = value.get(step)
            elif is_list(value) and isinstance(step, int):
                value = value[step] if 0 <= step < len(value) else None
            else:
                return None
        return value


@dataclass(slots=True)
class Reading:
    """What a file holds: its documents and everything wrong with it. A document may be there beside problems."""

    documents: list[Document] = field(default_factory=list[Document])
    problems: list[Problem] = field(default_factory=list[Problem])


class _StopError(Exception):
    """The rest of the file cannot be read."""


def read(source: bytes, *, max_bytes: int = MAX_BYTES, max_nodes: int = MAX_NODES) -> Reading:
    """All documents of a file. Never raises: what is wrong stands in ``problems``, each with its place."""
    reading = Reading()
    if len(source) > max_bytes:
        reading.problems.append(Problem(1, 1, f"the file is too large: {len(source):,} bytes, at most {max_bytes:,}"))
        return reading
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        column = error.start - source.rfind(b"\n", 0, error.start)
        reading.problems.append(Problem(line, column, "the file is not UTF-8"))
        return reading
    import yaml

    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    builder = _Builder(reading, max_nodes)
    try:
        parse: Any = getattr(yaml, "parse")  # noqa: B009  # its stubs give events no fields
        builder.documents(parse(text, Loader=loader))
    except _StopError:
        return reading
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        context = f" ({error.context})" if error.context else ""
        line, column = _position(mark) if mark else (1, 1)
        said = TAB if _is_tab(text, line, column) else f"{error.problem or error.context}{context}"
        reading.problems.append(Problem(line, column, f"not valid YAML: {said}"))
    except yaml.YAMLError as error:
        line, column = _first_bad_character(text)
        first_line = str(error).partition("\n")[0]
        reading.problems.append(Problem(line, column, f"not valid YAML: {first_line}"))
    return reading


class _Builder:
    """Turns the event stream into values, recursively: the depth is bounded before Python's own limit."""

    def __init__(self, reading: Reading, max_nodes: int) -> None:
        self.reading = reading
        self.left = max_nodes
        self.document = Document()

    def documents(self, events: Iterator[Event]) -> None:
        """Read every document of the stream into the reading."""
        self.events = events
        for event in events:
            if type(event).__name__ == "DocumentStartEvent":
                self.document = Document(line=event.start_mark.line + 1)
                self.document.value = self.node(next(events), ())
                self.document.line = self.document.values[()][0]
                self.reading.documents.append(self.document)

    def problem(self, mark: Mark, message: str) -> None:
        """Record a problem at a mark."""
        line, column = _position(mark)
        self.reading.problems.append(Problem(line, column, message))

    def node(self, event: Event, path: Path) -> object:
        """The value that starts with this event."""
        self.left -= 1
        if self.left < 0:
            self.problem(event.start_mark, "the file holds too many values")
            raise _StopError
        name = type(event).__name__
        self.document.values[path] = _position(event.start_mark)
        self.refuse_marks(event, name)
        if name == "ScalarEvent":
            if event.style:
                self.document.styles[path] = event.style
            return self.scalar(event)
        if name == "AliasEvent":
            return None
        if len(path) >= MAX_DEPTH:
            self.problem(event.start_mark, f"nested too deep: more than {MAX_DEPTH} levels")
            raise _StopError
        return self.sequence(path) if name == "SequenceStartEvent" else self.mapping(path)

    def refuse_marks(self, event: Event, name: str) -> None:
        """Anchors, aliases and tags are problems, but reading goes on."""
        anchor: str | None = getattr(event, "anchor", None)
        tag: str | None = getattr(event, "tag", None)
        if name == "AliasEvent":
            self.problem(event.start_mark, f"aliases are not read (*{anchor}): write the value out")
        elif anchor is not None:
            self.problem(event.start_mark, f"anchors are not read (&{anchor}): write the value out where it is used")
        if tag is not None:
            self.problem(event.start_mark, f"tags are not read ({tag})")

    def scalar(self, event: Event) -> object:
        """A quoted scalar is a string; a plain one a word, a number or a string."""
        text = event.value
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.match(text):
            if len(text) > MAX_DIGITS:
                self.problem(event.start_mark, f"the number has {len(text)} digits; quote it if it is text")
                return 0
            return int(text)
        if len(text) > MAX_DIGITS or not _FLOAT.match(text):
            return text
        number = float(text)
        return number if isfinite(number) else text  # beyond what a number holds, such as the commit 1e400

    def sequence(self, path: Path) -> list[object]:
        """The items up to the end of the sequence."""
        items: list[object] = []
        for event in self.events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            items.append(self.node(event, (*path, len(items))))
        return items

    def mapping(self, path: Path) -> dict[str, object]:
        """The entries up to the end of the mapping; of a duplicate key the first value stays."""
        entries: dict[str, object] = {}
        for event in self.events:
            name = type(event).__name__
            if name == "MappingEndEvent":
                break
            if name != "ScalarEvent":
                self.problem(event.start_mark, "a key must be plain text")
                if name != "AliasEvent":
                    self.node(event, (*path, "?"))
                self.node(next(self.events), (*path, "?"))
                continue
            self.refuse_marks(event, name)
            key = event.value
            if key == "<<":
                self.problem(event.start_mark, "merge keys (<<) are not read: write the entries out")
            if key in entries:
                first = self.document.keys[(*path, key)][0]
                self.problem(event.start_mark, f"duplicate key {key!r}; it stands in line {first} already")
                self.node(next(self.events), (*path, f"{key} (duplicate)"))
                continue
            self.document.keys[(*path, key)] = _position(event.start_mark)
            entries[key] = self.node(next(self.events), (*path, key))
        return entries


def _position(mark: Mark) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1)


def _is_tab(text: str, line: int, column: int) -> bool:
    return "".join(text.split("\n")[line - 1 : line])[column - 1 : column] == "\t"


def _first_bad_character(text: str) -> tuple[int, int]:
    """Where the first character stands that YAML does not allow (a control character)."""
    for index, character in enumerate(text):
        if not (character.isprintable() or character in "\t\n\r\x85"):
            return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
    return 1, 1
