"""Regular expressions in the language of Go (RE2), matched so that no pattern can take forever."""

from __future__ import annotations

import re
from functools import lru_cache

from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.scope import LARGEST_STRING, EvaluationError, TooLargeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS = Table()
function = FUNCTIONS.function
_LONGEST_PATTERN = 2_000
_MOST_WORK = 20_000_000
_REPLACEMENT = re.compile(r"\$(\$|\w+|\{\w+\})")


class _Pattern:
    """A pattern and how the work of matching grows with the text: its exponent."""

    __slots__ = ("exponent", "groups", "matcher", "named")

    def __init__(self, matcher: re.Pattern[str], exponent: int) -> None:
        self.matcher = matcher
        self.exponent = exponent
        self.groups = matcher.groups
        self.named = bool(matcher.groupindex)

    def found(self, text: str) -> Iterator[re.Match[str]]:
        """Every match, when the text is short enough for the pattern. Raises TooLargeError."""
        if len(text) ** self.exponent > _MOST_WORK:
            raise TooLargeError("the regular expression cannot be evaluated safely on so long a text")
        return self.matcher.finditer(text)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> _Pattern:
    from sumptuary.sources.terraform.functions.go_patterns import growth, translated

    if len(pattern) > _LONGEST_PATTERN:
        raise TooLargeError("the regular expression is too long to evaluate safely")
    source = translated(pattern)
    try:
        matcher = re.compile(source, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise EvaluationError(f"{pattern[:60]!r} is not a regular expression") from error
    return _Pattern(matcher, growth(source))


def _captured(pattern: _Pattern, match: re.Match[str]) -> object:
    if pattern.named:
        if len(match.groupdict()) != pattern.groups:
            raise EvaluationError("a regular expression has either named or unnamed groups")
        return dict(sorted(match.groupdict().items()))
    return list(match.groups()) if pattern.groups else match[0]


@function("string string")
def regex(pattern: str, text: str) -> object:
    """The first match: text, or its groups as a list or a map."""
    compiled = _compiled(pattern)
    for match in compiled.found(text):
        return _captured(compiled, match)
    raise EvaluationError("the regular expression does not match the text")


@function("string string")
def regexall(pattern: str, text: str) -> object:
    """Every match, each as ``regex`` gives it."""
    compiled = _compiled(pattern)
    return [_captured(compiled, match) for match in compiled.found(text)]


def substitute(pattern: str, replacement: str, text: str) -> str:
    """The text with every match replaced; ``$1`` and ``${name}`` stand for groups."""
    compiled = _compiled(pattern)
    made: list[str] = []
    position = size = 0
    for match in compiled.found(text):
        new = _REPLACEMENT.sub(lambda found, match=match: _group(match, found[1]), replacement)  # type: ignore[misc]
        made += (text[position : match.start()], new)
        size += len(new)
        if size > LARGEST_STRING:
            raise TooLargeError("a string becomes too large to evaluate")
        position = match.end()
    return "".join(made) + text[position:]


def _group(match: re.Match[str], name: str) -> str:
    if name == "$":
        return "$"
    name = name.strip("{}")
    try:
        return match[int(name) if name.isdigit() else name] or ""
    except (IndexError, ValueError):
        return ""
