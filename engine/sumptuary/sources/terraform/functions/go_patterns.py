"""Turns a regular expression of Go into one of Python, and tells how costly it can become."""

from __future__ import annotations

import re

from sumptuary.sources.terraform.functions import characters
from sumptuary.sources.terraform.scope import EvaluationError

_FLAGS = re.compile(r"\(\?([imsU]*)(?:-([imsU]+))?([:)])")
_NAMED = re.compile(r"\(\?P?<([^>]*)>")
_NAME = re.compile(r"\w+", re.ASCII)
_CLASS = re.compile(r"\[:(\^?)(\w+):\]")
_QUANTIFIER = re.compile(r"[*+?]|\{\d+(?:,\d*)?\}", re.ASCII)
_HEX = re.compile(r"\\x(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2}))")
_OCTAL = re.compile(r"\\(0[0-7]{0,2}|[1-7][0-7]{1,2})")
_UNICODE = re.compile(r"\\[pP](?:\{(\^?)([^}]*)\}|([^{]))")
_CONTROL = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_PLACES = {"A": "(?:\\A)", "z": "(?:\\Z)", "b": "(?:\\b)", "B": "(?:\\B)"}
_MOST_TIMES = 1000

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Ranges = characters.Ranges


class Translation:
    """A pattern for Python's ``re``: ``names`` has the name of each group in order, "" for one without."""

    __slots__ = ("names", "source")

    def __init__(self, source: str, names: list[str]) -> None:
        self.source = source
        self.names = names


def translated(pattern: str) -> Translation:
    """The same pattern for Python's ``re``, in which no flag is needed. Raises EvaluationError for what Go refuses."""
    translator = _Translator(pattern)
    while translator.position < len(pattern):
        translator.step()
    return Translation("".join(translator.made), translator.names)


class _Translator:
    """Walks over the pattern once. ``flags`` are those that hold in each open group."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.position = 0
        self.made: list[str] = []
        self.names: list[str] = []
        self.flags = [frozenset[str]()]

    def take(self, length: int, text: str) -> None:
        """Pass some of the pattern and write its translation."""
        self.position += length
        self.made.append(text)

    def step(self) -> None:
        """Translate what stands here."""
        char, flags = self.pattern[self.position], self.flags[-1]
        if char == "\\":
            self.escape()
        elif char == "[":
            self.bracket()
        elif char == "(":
            self.group()
        elif char == ")":
            if len(self.flags) == 1:
                raise EvaluationError("the regular expression closes a group that is not open")
            self.flags.pop()
            self.take(1, ")")
        elif char == "^":
            self.take(1, "(?m:^)" if "m" in flags else "(?:\\A)")
        elif char == "$":
            self.take(1, "(?m:$)" if "m" in flags else "(?:\\Z)")
        elif char == ".":
            self.take(1, "(?s:.)" if "s" in flags else ".")
        elif char == "|":
            self.take(1, "|")
        elif char in "*+?{":
            self.quantifier()
        else:
            self.literal(1, ord(char))

    def literal(self, length: int, code: int) -> None:
        """One character, in either case where case does not count."""
        if "i" in self.flags[-1]:
            ranges = characters.in_any_case([(code, code)])
            if ranges != [(code, code)]:
                self.take(length, characters.written(ranges))
                return
        self.take(length, re.escape(chr(code)))

    def quantifier(self) -> None:
        """A repetition; Python's possessive form does not exist in Go."""
        found = _QUANTIFIER.match(self.pattern, self.position)
        if found is None:
            self.take(1, "\\{")
            return
        if any(int(number) > _MOST_TIMES for number in re.findall(r"\d+", found[0])):
            raise EvaluationError("the regular expression repeats something too often")
        end = found.end()
        lazy = self.pattern[end : end + 1] == "?"
        if _QUANTIFIER.match(self.pattern, end + lazy):
            raise EvaluationError("the regular expression repeats a repetition")
        self.take(len(found[0]) + lazy, found[0] + ("?" if lazy != ("U" in self.flags[-1]) else ""))

    def group(self) -> None:
        """The opening of a group, or flags for the rest of the group around."""
        pattern, position = self.pattern, self.position
        flags = _FLAGS.match(pattern, position)
        if flags is not None:
            held = (self.flags[-1] | set(flags[1])) - set(flags[2] or "")
            if flags[3] == ":":
                self.flags.append(held)
                self.take(len(flags[0]), "(?:")
            else:
                self.flags[-1] = held
                self.take(len(flags[0]), "")
            return
        named = _NAMED.match(pattern, position)
        if named is not None and _NAME.fullmatch(named[1]) is None:
            raise EvaluationError("the regular expression has a group with an invalid name")
        if named is None and pattern.startswith("(?", position):
            raise EvaluationError("the regular expression uses a kind of group that Go does not have")
        self.names.append(named[1] if named is not None else "")
        self.flags.append(self.flags[-1])
        self.take(len(named[0]) if named is not None else 1, "(")

    def escape(self) -> None:
        """A backslash outside brackets."""
        pattern, position = self.pattern, self.position
        letter = pattern[position + 1 : position + 2]
        if letter == "Q":
            end = pattern.find("\\E", position)
            text = pattern[position + 2 :] if end < 0 else pattern[position + 2 : end]
            self.position += 2
            for char in text:
                self.literal(1, ord(char))
            self.position = min(self.position + 2, len(pattern))
        elif letter in _PLACES:
            self.take(2, _PLACES[letter])
        else:
            ranges, end = self.escaped(position)
            if isinstance(ranges, int):
                self.literal(end - position, ranges)
            else:
                self.take(end - position, characters.written(ranges))

    def escaped(self, position: int) -> tuple[Ranges | int, int]:
        """The class or the character that a backslash stands for, and where it ends."""
        pattern = self.pattern
        letter = pattern[position + 1 : position + 2]
        if letter and letter in "dDsSwW":
            ranges = characters.PERL[letter.lower()]
            ranges = characters.in_any_case(ranges) if "i" in self.flags[-1] else ranges
            return (ranges if letter.islower() else characters.others(ranges)), position + 2
        if letter and letter in "pP":
            found = _UNICODE.match(pattern, position)
            if found is None:
                raise EvaluationError("the regular expression has an unclosed class of characters")
            ranges = characters.of_unicode(found[3] or found[2])
            ranges = characters.in_any_case(ranges) if "i" in self.flags[-1] else ranges
            return (characters.others(ranges) if (letter == "P") != bool(found[1]) else ranges), found.end()
        if letter in _CONTROL:
            return _CONTROL[letter], position + 2
        wide, octal = _HEX.match(pattern, position), _OCTAL.match(pattern, position)
        if wide is not None and int(wide[1] or wide[2], 16) <= characters.LAST:
            return int(wide[1] or wide[2], 16), wide.end()
        if octal is not None:
            return int(octal[1], 8), octal.end()
        if not letter or letter.isalnum() or not letter.isascii():
            raise EvaluationError(f"\\{letter} is not part of a regular expression in Go")
        return ord(letter), position + 2

    def bracket(self) -> None:
        """A class of characters."""
        pattern = self.pattern
        negated = pattern.startswith("^", self.position + 1)
        position = start = self.position + 1 + negated
        members: Ranges = []
        while position == start or not pattern.startswith("]", position):
            if position >= len(pattern):
                raise EvaluationError("the regular expression has an unclosed bracket")
            named = _CLASS.match(pattern, position)
            if named is not None:
                ranges = characters.NAMED.get(named[2])
                if ranges is None:
                    raise EvaluationError("the regular expression has an unknown class of characters")
                position = named.end()
            else:
                ranges, position = self.spanned(position)
            if "i" in self.flags[-1]:
                ranges = characters.in_any_case(ranges)
            members += characters.others(ranges) if named is not None and named[1] else ranges
        ranges = characters.merged(members)
        self.take(position + 1 - self.position, characters.written(characters.others(ranges) if negated else ranges))

    def spanned(self, position: int) -> tuple[Ranges, int]:
        """A character, a range of them or a class with a backslash, and where it ends."""
        first, position = self.member(position)
        if not isinstance(first, int):
            return first, position
        if not self.pattern.startswith("-", position) or self.pattern[position + 1 : position + 2] in ("", "]"):
            return [(first, first)], position
        last, position = self.member(position + 1)
        if not isinstance(last, int) or last < first:
            raise EvaluationError("the regular expression has an invalid range of characters")
        return [(first, last)], position

    def member(self, position: int) -> tuple[Ranges | int, int]:
        """One character of a class, or a class inside it, and where it ends."""
        if self.pattern.startswith("\\", position):
            return self.escaped(position)
        if position >= len(self.pattern):
            raise EvaluationError("the regular expression has an unclosed bracket")
        return ord(self.pattern[position]), position + 1


def growth(source: str) -> int | None:
    """The exponent of the worst growth of a backtracking match with the text's length, None for an exponential one.

    None also for a repetition of what may be empty: there Go and Python differ in what the groups hold.
    """
    from importlib import import_module

    parser: Any = import_module("re._parser")  # it has no public name
    count = _repeats(parser.parse(source, re.ASCII), 0)
    return None if count is None else 1 + count


def _repeats(tree: Any, inside: int) -> int | None:
    """How many open-ended repetitions follow one another, None when one is inside another."""
    count = 0
    for operation, argument in tree:
        name = str(operation)
        more: int | None = 0
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            many = int(argument[1]) > 10
            if (many and inside) or argument[2].getwidth()[0] == 0:
                return None
            more = _repeats(argument[2], inside + many)
            more = None if more is None else more + many
        elif name == "SUBPATTERN":
            more = _repeats(argument[3], inside)
        elif name == "BRANCH":
            each = [_repeats(branch, inside) for branch in argument[1]]
            more = None if None in each or inside else max(found or 0 for found in each)
        if more is None:
            return None
        count += more
    return count
