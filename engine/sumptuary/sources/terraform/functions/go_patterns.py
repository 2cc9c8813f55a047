"""Turns a regular expression of Go into one of Python, and tells how costly it can become."""

from __future__ import annotations

import re

from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError

_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7F",
    "blank": "\\t ",
    "cntrl": "\\x00-\\x1F\\x7F",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-\\/:-@\\[-`{-~",
    "space": "\\t\\n\\v\\f\\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_FLAGS = re.compile(r"\(\?([imsU]*)(?:-([imsU]*))?([:)])")
_CLASS = re.compile(r"\[:(\^?)(\w+):\]")
_QUANTIFIER = re.compile(r"[*+?]|\{\d+(?:,\d*)?\}")
_HEX = re.compile(r"\\x\{([0-9a-fA-F]{1,6})\}")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def translated(pattern: str) -> str:
    """The same pattern for Python's ``re``. Raises EvaluationError for what Go refuses."""
    return _Translator(pattern).run()


class _Translator:
    """Walks over the pattern once. ``multiline`` is the flag as it stands in each open group."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.position = 0
        self.made: list[str] = []
        self.multiline = [False]
        self.extra = [0]
        self.opened: list[list[str]] = [[]]

    def run(self) -> str:
        """The whole translation."""
        while self.position < len(self.pattern):
            self.step()
        return "".join(self.made) + ")" * self.extra[0]

    def take(self, length: int, text: str) -> None:
        """Pass some of the pattern and write its translation."""
        self.position += length
        self.made.append(text)

    def step(self) -> None:
        """Translate what stands here."""
        char = self.pattern[self.position]
        if char == "\\":
            self.escape()
        elif char == "[":
            self.bracket()
        elif char == "(":
            self.group()
        elif char == ")":
            closing = ")" * (self.extra.pop() + 1) if len(self.extra) > 1 else ")"
            if len(self.multiline) > 1:
                self.multiline.pop()
                self.opened.pop()
            self.take(1, closing)
        elif char == "$":
            self.take(1, "(?m:$)" if self.multiline[-1] else "\\Z")
        elif char == "|" and self.extra[-1]:
            self.take(1, ")" * self.extra[-1] + "|" + "".join(self.opened[-1]))
        elif char in "*+?{":
            self.quantifier()
        else:
            self.take(1, char)

    def quantifier(self) -> None:
        """A repetition; Python's possessive form does not exist in Go."""
        found = _QUANTIFIER.match(self.pattern, self.position)
        if found is None:
            self.take(1, "\\{")
            return
        end = found.end()
        self.take(len(found[0]), found[0])
        if self.pattern[end : end + 1] == "?":
            self.take(1, "?")
            end += 1
        if _QUANTIFIER.match(self.pattern, end):
            raise EvaluationError("the regular expression repeats a repetition")

    def group(self) -> None:
        """The opening of a group."""
        pattern, position = self.pattern, self.position
        flags = _FLAGS.match(pattern, position)
        if flags is not None and (flags[1] or flags[2] or flags[3] == ":"):
            self.flags(flags)
            return
        named = re.compile(r"\(\?P?<(\w+)>").match(pattern, position)
        if named is not None:
            self.take(len(named[0]), f"(?P<{named[1]}>")
        elif pattern.startswith("(?", position):
            raise EvaluationError("the regular expression uses a kind of group that Go does not have")
        else:
            self.take(1, "(")
        self.multiline.append(self.multiline[-1])
        self.extra.append(0)
        self.opened.append([])

    def flags(self, found: re.Match[str]) -> None:
        """``(?i)``, which holds to the end of its group, and ``(?i:…)``."""
        on, off = found[1], found[2] or ""
        if "U" in on + off:
            raise TooLargeError("a regular expression with the flag U cannot be evaluated safely")
        multiline = ("m" in on or self.multiline[-1]) and "m" not in off
        written = f"(?{on}{'-' + off if off else ''}:" if on or off else "(?:"
        self.take(len(found[0]), written)
        if found[3] == ":":
            self.multiline.append(multiline)
            self.extra.append(0)
            self.opened.append([])
        else:
            self.multiline[-1] = multiline
            self.extra[-1] += 1
            self.opened[-1].append(written)

    def escape(self) -> None:
        """A backslash outside brackets."""
        pattern, position = self.pattern, self.position
        letter = pattern[position + 1 : position + 2]
        wide = _HEX.match(pattern, position)
        if wide is not None and int(wide[1], 16) < 0x110000:
            self.take(len(wide[0]), re.escape(chr(int(wide[1], 16))))
        elif letter == "Q":
            end = pattern.find("\\E", position)
            end = len(pattern) if end < 0 else end
            text = pattern[position + 2 : end]
            self.take(min(end + 2, len(pattern)) - position, re.escape(text))
        elif letter == "z":
            self.take(2, "\\Z")
        elif letter == "s":
            self.take(2, "[\\t\\n\\f\\r ]")
        elif letter == "S":
            self.take(2, "[^\\t\\n\\f\\r ]")
        elif letter in "pPC":
            raise TooLargeError("a regular expression with Unicode classes cannot be evaluated safely")
        elif not letter or letter in "Zkgu123456789" or (letter.isalpha() and letter not in "dDwWbBAafnrtvx"):
            raise EvaluationError(f"\\{letter} is not part of a regular expression in Go")
        else:
            self.take(2, "\\" + letter)

    def bracket(self) -> None:
        """A class of characters."""
        pattern = self.pattern
        position = self.position + 1
        made = ["["]
        if pattern.startswith("^", position):
            made.append("^")
            position += 1
        first = True
        while position < len(pattern) and (first or pattern[position] != "]"):
            named = _CLASS.match(pattern, position)
            char = pattern[position]
            if named is not None:
                if named[2] not in _CLASSES:
                    raise EvaluationError("the regular expression has an unknown class of characters")
                made.append(_others(_CLASSES[named[2]]) if named[1] else _CLASSES[named[2]])
                position = named.end()
            elif char == "\\":
                letter = pattern[position + 1 : position + 2]
                if letter in "pPSQ" or not letter:
                    raise TooLargeError("a regular expression with such a class cannot be evaluated safely")
                made.append("\\t\\n\\f\\r " if letter == "s" else "\\" + letter)
                position += 2
            else:
                made.append("\\" + char if char in "[]&~|" else char)
                position += 1
            first = False
        if position >= len(pattern):
            raise EvaluationError("the regular expression has an unclosed bracket")
        self.made.append("".join(made) + "]")
        self.position = position + 1


def _others(members: str) -> str:
    """Every character that is not in a class, as the inside of another class."""
    inside = re.compile(f"[{members}]", re.ASCII)
    return "".join(f"\\x{code:02x}" for code in range(128) if not inside.match(chr(code))) + "\\x80-\U0010ffff"


def growth(source: str) -> int | None:
    """The exponent of the worst growth of a backtracking match with the text's length, None for an exponential one."""
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
            if many and inside:
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
