"""Regular expressions in the language of Go (RE2), matched so that no pattern can take forever."""

from __future__ import annotations

import re
from functools import lru_cache

from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.lazy import TerraformList
from sumptuary.sources.terraform.scope import LARGEST_STRING, EvaluationError, TooLargeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.sources.terraform.functions.go_patterns import Translation
    from sumptuary.sources.terraform.functions.linear import Program

FUNCTIONS = Table()
function = FUNCTIONS.function
_LONGEST_PATTERN = 2_000
_FAST_WORK = 200_000
_MOST_WORK = 3_000_000
_REPLACEMENT = re.compile(r"\$(\$|\w+|\{\w+\})")

Spans = list[int]
"""A match: start and end of the whole, then of each group, -1 for a group that took no part."""


class _Pattern:
    """A pattern, matched by Python where that is certain to be quick and in linear time where it is not."""

    __slots__ = ("_exponent", "_matcher", "_program", "_source", "groups", "names")

    def __init__(self, translation: Translation) -> None:
        from sumptuary.sources.terraform.functions.go_patterns import growth

        source = translation.source
        self._source = source
        self._matcher = re.compile(source, re.ASCII)
        self._exponent = growth(source)
        self._program: Program | None = None
        self.groups = self._matcher.groups
        self.names = translation.names

    def found(self, text: str) -> Iterator[Spans]:
        """Every match from left to right. Raises TooLargeError when they would take too long to find."""
        if self._exponent is not None and (len(text) + 1) ** self._exponent <= _FAST_WORK:
            return self._found_fast(text)
        from sumptuary.sources.terraform.functions.linear import Program, matches

        if self._program is None:
            self._program = Program(self._source)
        if len(text) * len(self._program.steps) > _MOST_WORK:
            raise TooLargeError("the regular expression cannot be evaluated safely on so long a text")
        return matches(self._program, text)

    def _found_fast(self, text: str) -> Iterator[Spans]:
        last_end = -1
        for match in self._matcher.finditer(text):
            if match.end() > match.start() or match.start() != last_end:
                yield [place for group in range(self.groups + 1) for place in match.span(group)]
            last_end = match.end()


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> _Pattern:
    from sumptuary.sources.terraform.functions.go_patterns import translated

    if len(pattern) > _LONGEST_PATTERN:
        raise TooLargeError("the regular expression is too long to evaluate safely")
    try:
        return _Pattern(translated(pattern))
    except (re.error, OverflowError, RecursionError) as error:
        raise EvaluationError(f"{pattern[:60]!r} is not a regular expression") from error


def _taken(text: str, spans: Spans, group: int) -> str | None:
    start, end = spans[2 * group], spans[2 * group + 1]
    return None if start < 0 or end < 0 else text[start:end]


def _captured(pattern: _Pattern, text: str, spans: Spans) -> object:
    if any(pattern.names):
        if not all(pattern.names):
            raise EvaluationError("a regular expression has either named or unnamed groups")
        return {name: _taken(text, spans, group) for group, name in enumerate(pattern.names, 1)}
    if pattern.groups:
        return [_taken(text, spans, group) for group in range(1, pattern.groups + 1)]
    return _taken(text, spans, 0)


@function("string string")
def regex(pattern: str, text: str) -> object:
    """The first match: text, or its groups as a list or a map."""
    compiled = _compiled(pattern)
    for spans in compiled.found(text):
        return _captured(compiled, text, spans)
    raise EvaluationError("the regular expression does not match the text")


@function("string string")
def regexall(pattern: str, text: str) -> object:
    """Every match, each as ``regex`` gives it."""
    compiled = _compiled(pattern)
    return TerraformList(_captured(compiled, text, spans) for spans in compiled.found(text))


def substitute(pattern: str, replacement: str, text: str) -> str:
    """The text with every match replaced; ``$1`` and ``${name}`` stand for groups."""
    compiled = _compiled(pattern)
    made: list[str] = []
    position = size = 0
    for spans in compiled.found(text):
        new = _filled(compiled, replacement, text, spans)
        made += (text[position : spans[0]], new)
        size += len(new)
        if size > LARGEST_STRING:
            raise TooLargeError("a string becomes too large to evaluate")
        position = spans[1]
    return "".join(made) + text[position:]


def _filled(pattern: _Pattern, replacement: str, text: str, spans: Spans) -> str:
    """The replacement with its references to groups filled in; one that does not exist is empty."""

    def group(found: re.Match[str]) -> str:
        name = found[1].strip("{}")
        if name == "$":
            return "$"
        if name.isascii() and name.isdecimal() and (name == "0" or name[0] != "0"):
            return _taken(text, spans, int(name)) or "" if len(name) < 5 and int(name) <= pattern.groups else ""
        groups = (group for group, other in enumerate(pattern.names, 1) if other == name)
        return next((taken for group in groups if (taken := _taken(text, spans, group)) is not None), "")

    return _REPLACEMENT.sub(group, replacement)
