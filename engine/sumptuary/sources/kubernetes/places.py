"""Where the keys of a document stand: a value beside the line of each of its keys."""

from __future__ import annotations

from dataclasses import dataclass

from sumptuary.values import is_list, is_map


@dataclass(slots=True, eq=False, repr=False)
class Document:
    """One document, from ``line`` to ``end_line`` (from 1). ``lines`` holds the line of each key of a map, in the
    order of its keys, under the map's ``id``: the maps live as long as the document."""

    value: object
    line: int
    end_line: int
    lines: dict[int, list[int]]

    def line_of(self, path: str) -> int:
        """The line of a dotted attribute path, or of the nearest thing around it; see ``line_within``."""
        return line_within(self.value, path, self.lines, self.line)


def line_within(value: object, path: str, lines: dict[int, list[int]], line: int) -> int:
    """The line of a path below a value that begins at ``line``. Lists are entered as ``Resource.attribute`` does."""
    steps = path.split(".") if path else []
    for index, step in enumerate(steps):
        if is_list(value):
            if step.isdecimal():
                if int(step) >= len(value):
                    return line
                value = value[int(step)]
                line = _first_line(value, lines, line)
                continue
            if len(value) != 1:
                return line
            value = value[0]
            line = _first_line(value, lines, line)
        if not is_map(value):
            return line
        key = step if step in value else ".".join(steps[index:])
        if key not in value:
            return line
        marks = lines.get(id(value), ())
        place = list(value).index(key)
        line = marks[place] if place < len(marks) else line
        if key != step:
            return line
        value = value[key]
    return line


def _first_line(value: object, lines: dict[int, list[int]], line: int) -> int:
    marks = lines.get(id(value), ())
    return marks[0] if marks else line
