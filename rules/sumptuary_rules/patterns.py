"""Regular expressions that policies give for values nobody vouches for: matched in linear time, whatever they say.

Python's own matcher tries one way after another, and a pattern can be made that has exponentially many. Here all ways
are followed at once: a pattern becomes a short program, and each character of a value moves the set of places where
the program may be. The language is Python's, less what such a program cannot do (referring back, looking around).
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from functools import lru_cache

MAX_PATTERN = 200
MAX_VALUE = 512
MAX_PARTS = 1000
"""Parts of a pattern with its repeats written out; a character of a value costs at most a few times as many steps."""

_COUNT = re.compile(r"\{([0-9]*)(,?)([0-9]*)\}")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_OPEN = re.compile(r"\((?:\?:|\?P<\w+>|(?!\?))")
_FOREVER = -1


@dataclass(slots=True, eq=False, repr=False)
class _Part:
    """Of a pattern: ``one`` character, ``start``, ``end``, ``last``; or ``all``, ``any``, ``repeat`` of parts."""

    kind: str
    parts: list[_Part] = field(default_factory=list["_Part"])
    one: re.Pattern[str] | None = None
    least: int = 1
    most: int = 1


@dataclass(slots=True, eq=False, repr=False)
class _Step:
    """One step of a program: what it does, and where it goes on; ``other`` is the second way of a fork."""

    act: str
    one: re.Pattern[str] | None = None
    to: int = 0
    other: int = 0


@dataclass(slots=True, eq=False)
class Pattern:
    """A pattern, as it was given and as a program."""

    pattern: str
    steps: list[_Step]


def compiled(pattern: str) -> Pattern:
    """The pattern, ready to be matched against a whole value.

    Raises:
        ValueError: it is no regular expression, is too long or repeats too much, refers back or looks around.
    """
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"a pattern has at most {MAX_PATTERN} characters")
    try:
        _python(pattern, 0)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    try:
        return Pattern(pattern, _Writer().program(_Reader(pattern).whole()))
    except ValueError as error:
        raise ValueError(f"{pattern!r} {error}") from error


@lru_cache(maxsize=4096)
def matches(pattern: Pattern, value: str) -> bool:
    """Whether the whole value is as the pattern says; a value too long to be a tag never is."""
    if len(value) > MAX_VALUE:
        return False
    steps, here = pattern.steps, _reach(pattern.steps, [0], 0, value)
    for at, character in enumerate(value):
        moved = [
            steps[index].to for index in here if (one := steps[index].one) is not None and one.fullmatch(character)
        ]
        if not moved:
            return False
        here = _reach(steps, moved, at + 1, value)
    return any(steps[index].act == "done" for index in here)


def _reach(steps: list[_Step], begin: list[int], at: int, value: str) -> set[int]:
    """The places that can be reached from some without reading a character; each is visited once."""
    reached, waiting = set[int](), begin
    while waiting:
        index = waiting.pop()
        if index in reached:
            continue
        reached.add(index)
        step = steps[index]
        if step.act == "fork":
            waiting += (step.to, step.other)
        elif (
            step.act == "jump"
            or (step.act == "start" and at == 0)
            or (step.act == "end" and (at == len(value) or value[at:] == "\n"))
            or (step.act == "last" and at == len(value))
        ):
            waiting.append(step.to)
    return reached


class _Reader:
    """Reads a pattern that Python takes for valid."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at, self.flags = pattern, 0, 0

    def whole(self) -> _Part:
        """The whole pattern."""
        if self.pattern.startswith("(?i)"):
            self.at, self.flags = 4, re.IGNORECASE
        return self._choice()

    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _choice(self) -> _Part:
        """Alternatives, up to the end or a closing parenthesis."""
        ways = [self._sequence()]
        while self._next() == "|":
            self.at += 1
            ways.append(self._sequence())
        return ways[0] if len(ways) == 1 else _Part("any", ways)

    def _sequence(self) -> _Part:
        parts: list[_Part] = []
        while self._next() not in ("", "|", ")"):
            atom = self._atom()
            least, most = self._repeats()
            parts.append(atom if (least, most) == (1, 1) else _Part("repeat", [atom], least=least, most=most))
        return _Part("all", parts)

    def _repeats(self) -> tuple[int, int]:
        """How often the atom before is repeated: least and most."""
        sign = self._next()
        counts = _COUNT.match(self.pattern, self.at)
        if sign and sign in "*+?":
            self.at += 1
            least, most = {"*": (0, _FOREVER), "+": (1, _FOREVER), "?": (0, 1)}[sign]
        elif counts is not None and counts.group() != "{}":
            self.at = counts.end()
            low, comma, high = counts.groups()
            least = int(low or 0)
            most = least if not comma else int(high) if high else _FOREVER
        else:
            return 1, 1
        if self._next() == "?":  # lazy: which way is tried first makes no difference here
            self.at += 1
        elif self._next() == "+":
            raise ValueError("repeats possessively, which is not allowed")
        return least, most

    def _atom(self) -> _Part:
        character = self._next()
        if character == "(":
            return self._group()
        if character == "\\":
            return self._escape()
        if character in ("^", "$"):
            self.at += 1
            return _Part("start" if character == "^" else "end")
        return self._one(_after_set(self.pattern, self.at) if character == "[" else self.at + 1)

    def _group(self) -> _Part:
        opening = _OPEN.match(self.pattern, self.at)
        if opening is None:
            start = self.pattern[self.at : self.at + 4]
            if start.startswith(("(?P=", "(?(")):
                raise ValueError("refers back to a group, which is not allowed")
            raise ValueError(f"has {start[:3]}, which is not allowed: groups are (, (?: or (?P<name>")
        self.at = opening.end()
        inner = self._choice()
        self.at += 1
        return inner

    def _escape(self) -> _Part:
        letter = self.pattern[self.at + 1]
        if letter in "123456789":
            raise ValueError("refers back to a group, which is not allowed")
        if letter in "0bBN":
            raise ValueError(f"has \\{letter}, which is not allowed")
        if letter in "AZ":
            self.at += 2
            return _Part("start" if letter == "A" else "last")
        found = _ESCAPE.match(self.pattern, self.at)
        return self._one(found.end() if found is not None else self.at + 2)

    def _one(self, end: int) -> _Part:
        """One character, as the part of the pattern up to an end says."""
        text = self.pattern[self.at : end]
        self.at = end
        return _Part("one", one=_python(re.escape(text) if len(text) == 1 and text != "." else text, self.flags))


class _Writer:
    """Writes the program of a pattern; what is repeated is written out."""

    def __init__(self) -> None:
        self.steps: list[_Step] = []
        self.parts = 0

    def program(self, whole: _Part) -> list[_Step]:
        """The program.

        Raises:
            ValueError: it would be too large.
        """
        self._part(whole)
        self._write("done")
        return self.steps

    def _write(self, act: str, one: re.Pattern[str] | None = None) -> _Step:
        """A step that goes on to the next."""
        step = _Step(act, one, len(self.steps) + 1)
        self.steps.append(step)
        return step

    def _part(self, item: _Part) -> None:
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise ValueError(f"is too large: written out, it has more than {MAX_PARTS} parts")
        if item.kind == "all":
            for inner in item.parts:
                self._part(inner)
        elif item.kind == "any":
            self._choice(item.parts)
        elif item.kind == "repeat":
            self._repeat(item)
        else:
            self._write(item.kind, item.one)

    def _choice(self, ways: list[_Part]) -> None:
        ends: list[_Step] = []
        for way in ways[:-1]:
            fork = self._write("fork")
            self._part(way)
            ends.append(self._write("jump"))
            fork.other = len(self.steps)
        self._part(ways[-1])
        for end in ends:
            end.to = len(self.steps)

    def _repeat(self, item: _Part) -> None:
        for _ in range(item.least):
            self._part(item.parts[0])
        endless = item.most == _FOREVER
        forks: list[_Step] = []
        for _ in range(1 if endless else item.most - item.least):
            back = len(self.steps)
            forks.append(self._write("fork"))
            self._part(item.parts[0])
            if endless:
                self._write("jump").to = back
        for fork in forks:
            fork.other = len(self.steps)


@lru_cache(maxsize=512)
def _python(text: str, flags: int) -> re.Pattern[str]:
    """The text as Python reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile(text, flags)


def _after_set(pattern: str, at: int) -> int:
    """The position after a set of characters that begins here."""
    at += 1
    if pattern.startswith("^", at):
        at += 1
    if pattern.startswith("]", at):
        at += 1
    while at < len(pattern) and pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at + 1
