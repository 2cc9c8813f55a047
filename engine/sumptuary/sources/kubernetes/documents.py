"""YAML documents with the line of every key, built straight from PyYAML's C events: quick, and bounded.

What Kubernetes' own readers take is taken: anchors, aliases and merge keys, the last of two equal keys. An alias shares
its value instead of copying it, and counts in full against the bound. Importing this module does not import yaml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from sumptuary.sources.kubernetes.places import Document
from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_DEPTH = 100
MAX_VALUES = 5_000_000
"""Values in a file, aliases counted in full: a bound against files that unfold without end."""
MAX_UNFOLDED = 50_000_000
"""Characters that aliases stand for in a file: each of them would be joined, compared and printed in full."""
MAX_DIGITS = 40
MAX_PIECES = 100_000
"""Documents that are read one by one where one of them is broken."""

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?\Z")
_SEPARATOR = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NOT_TEXT = frozenset("0123456789+-.~tTfFnN")
"""What a plain scalar that is no text begins with."""


@dataclass(slots=True, frozen=True)
class Problem:
    """Why a document cannot be read, and at which line (from 1). ``templated`` says that a template engine's braces
    stand in it, so that it is no YAML until it is rendered."""

    line: int
    message: str
    templated: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Reading:
    """What a file holds: its documents, and what is wrong with the others."""

    documents: list[Document] = field(default_factory=list[Document])
    problems: list[Problem] = field(default_factory=list[Problem])


def read(source: bytes) -> Reading:
    """The documents of a file. Never raises; a document that cannot be read does not hide those beside it."""
    reading = Reading()
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reading.problems.append(Problem(source.count(b"\n", 0, error.start) + 1, "the file is not UTF-8"))
        return reading
    problem = _read_into(reading, text, 0)
    if problem is None:
        return reading
    pieces = _pieces(text)
    if len(pieces) == 1:
        reading.problems.append(problem)
        return reading
    reading.documents.clear()
    for before, piece in pieces:
        problem = _read_into(reading, piece, before)
        if problem is not None:
            reading.problems.append(problem)
    return reading


def _pieces(text: str) -> list[tuple[int, str]]:
    """The documents of a text, each with the number of lines before it. A separator never stands inside a value."""
    starts = [0, *(found.start() for found in islice(_SEPARATOR.finditer(text), MAX_PIECES) if found.start())]
    pieces: list[tuple[int, str]] = []
    before = 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        pieces.append((before, text[start:end]))
        before += text.count("\n", start, end)
    return pieces


def _read_into(reading: Reading, text: str, before: int) -> Problem | None:
    """Read the documents of a text that stands ``before`` lines down its file; the problem that ended it."""
    import yaml

    loader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        parser = loader(text)
        reading.documents += _Builder(parser.get_event, before).documents()
    except _StopError as stop:
        return Problem(stop.line, stop.message)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = before + (mark.line + 1 if mark else 1)
        said = error.problem or error.context or "it cannot be read"
        return Problem(line, f"not valid YAML: {said}", templated="{{" in text or "{%" in text)
    except yaml.YAMLError as error:
        said = str(error).partition("\n")[0]
        return Problem(before + 1, f"not valid YAML: {said}", templated="{{" in text)
    return None


class _StopError(Exception):
    """The rest cannot be read."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


class _Builder:
    """Turns the event stream into values, recursively: the depth is bounded before Python's own limit."""

    last: Any
    """The event that ended the latest value."""

    def __init__(self, get: Callable[[], Any], before: int) -> None:
        from yaml import events

        self.get = get
        self.before = before + 1
        self.left = MAX_VALUES
        self.unfolded = 0
        self.lines: dict[int, list[int]] = {}
        self.anchors: dict[str, tuple[object, int, int]] = {}
        self.known = dict(_WORDS)
        self.scalar, self.map_start, self.map_end = events.ScalarEvent, events.MappingStartEvent, events.MappingEndEvent
        self.list_start, self.list_end = events.SequenceStartEvent, events.SequenceEndEvent
        self.alias, self.stream_end = events.AliasEvent, events.StreamEndEvent

    def documents(self) -> Iterator[Document]:
        """Every document up to the end of the stream."""
        self.get()
        while type(start := self.get()) is not self.stream_end:
            self.lines, self.anchors = {}, {}
            first = self.get()
            value = self.value(first, 0)
            self.count(1, first)
            end = self.get()
            line = first.start_mark.line + self.before if value is not None else start.start_mark.line + self.before
            yield Document(value, line, max(line, end.start_mark.line + self.before - 1), self.lines)

    def value(self, event: Any, depth: int) -> object:
        """The value that begins with an event."""
        if type(event) is self.alias:
            return self.shared(event)
        before, unfolded = self.left, self.unfolded
        if type(event) is self.scalar:
            self.left -= 1
            self.last = event
            made: object = self.plain(event)
        elif type(event) is self.map_start:
            made = self.mapping(event, depth + 1)
        else:
            made = self.sequence(event, depth + 1)
        if event.anchor is not None:
            start: Any = event.start_mark
            end: Any = self.last.end_mark
            written = end.index - start.index
            self.anchors[event.anchor] = (made, before - self.left, written + self.unfolded - unfolded)
        return made

    def shared(self, event: Any) -> object:
        """The value that an alias stands for: the same object, counted as if it were written out."""
        found = self.anchors.get(event.anchor)
        if found is None:
            line = event.start_mark.line + self.before  # without its name: it may be a password that begins with a star
            raise _StopError(line, "an alias stands for nothing; quote what begins with a star")
        self.count(found[1], event)
        self.unfolded += found[2]
        if self.unfolded > MAX_UNFOLDED:
            line = event.start_mark.line + self.before
            raise _StopError(line, f"the file unfolds to more than {MAX_UNFOLDED:,} characters")
        return found[0]

    def count(self, values: int, event: Any) -> None:
        """Count values against the bound."""
        self.left -= values
        if self.left < 0:
            raise _StopError(
                event.start_mark.line + self.before, f"the file unfolds to more than {MAX_VALUES:,} values"
            )

    def plain(self, event: Any) -> object:
        """A quoted scalar is a string; a plain one a word, a number or a string."""
        text: str = event.value
        if not event.implicit[0] or (text and text[0] not in _NOT_TEXT):
            return text
        known = self.known
        if text in known:
            return known[text]
        made: object = text
        if len(text) <= MAX_DIGITS:
            if _INTEGER.match(text):
                made = int(text)
            elif _FLOAT.match(text):
                made = float(text)
        known[text] = made
        return made

    def mapping(self, start: Any, depth: int) -> dict[str, object]:
        """The entries up to the end of the mapping. Keys that are lists or maps mean nothing here."""
        if depth > MAX_DEPTH:
            raise _StopError(start.start_mark.line + self.before, f"nested deeper than {MAX_DEPTH} levels")
        get, scalar, before, end = self.get, self.scalar, self.before, self.map_end
        entries: dict[str, object] = {}
        lines: list[int] = []
        merged: list[object] = []
        count = 1
        while type(event := get()) is not end:
            key: str = event.value if type(event) is scalar else self.no_key(event, depth)
            found = get()
            count += 1
            if not count & 0xFFFF and count > self.left:
                self.count(count, event)
            made: object
            if type(found) is not scalar or found.anchor is not None:
                made = self.value(found, depth)
            else:  # as ``plain`` does it: most values are text, and a call for each would cost a fifth of it all
                text: str = found.value
                made = text if not found.implicit[0] or (text and text[0] not in _NOT_TEXT) else self.plain(found)
            if key == "<<" and event.implicit[0]:
                merged.append(made)
                continue
            if key not in entries:
                mark: Any = event.start_mark
                lines.append(mark.line + before)
            entries[key] = made
        self.count(count, start)
        for other in merged:
            self.merge(entries, lines, other, start)
        self.lines[id(entries)] = lines
        self.last = event
        return entries

    def no_key(self, event: Any, depth: int) -> str:
        """What stands for a key that is a list or a map, once it is read."""
        self.value(event, depth)
        return "?"

    def merge(self, entries: dict[str, object], lines: list[int], other: object, start: Any) -> None:
        """Take over the entries of a merge key that are not given."""
        for one in other if is_list(other) else [other]:
            if is_map(one):
                self.count(len(one), start)
                for key, value in one.items():
                    if key not in entries:
                        entries[key] = value
                        lines.append(start.start_mark.line + self.before)

    def sequence(self, start: Any, depth: int) -> list[object]:
        """The items up to the end of the sequence."""
        if depth > MAX_DEPTH:
            raise _StopError(start.start_mark.line + self.before, f"nested deeper than {MAX_DEPTH} levels")
        items: list[object] = []
        while type(event := self.get()) is not self.list_end:
            items.append(self.value(event, depth))
            if self.left < 0:
                self.count(0, event)
        self.last = event
        self.count(1, start)
        return items
