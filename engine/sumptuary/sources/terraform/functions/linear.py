"""Matches regular expressions in time linear in the text, for patterns on which a backtracking matcher could hang.

The states of the pattern are followed together, best first, as RE2 does; the pattern comes from Python's own parser.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from importlib import import_module

from sumptuary.sources.terraform.scope import TooLargeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Test = Callable[[str], bool]
    Step = tuple[str, Any, Any]

ops: Any = import_module("re._constants")
parser: Any = import_module("re._parser")
"""Python's own parser of patterns and its vocabulary: neither has a public name, or types."""
_LARGEST_PROGRAM = 4_000


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


class Program:
    """A compiled pattern. A step is a character test, a split (first choice first), a save, a place or the end."""

    def __init__(self, source: str) -> None:
        tree = parser.parse(source, re.ASCII)
        self.groups: int = tree.state.groups - 1
        self.steps: list[Step] = []
        self._sequence(tree, tree.state.flags)
        self._add("end")

    def _add(self, kind: str, first: object = None, second: object = None) -> int:
        if len(self.steps) > _LARGEST_PROGRAM:
            raise TooLargeError("the regular expression is too large to evaluate safely")
        self.steps.append((kind, first, second))
        return len(self.steps) - 1

    def _sequence(self, tree: Any, flags: int) -> None:
        for operation, argument in tree:
            self._part(operation, argument, flags)

    def _part(self, operation: Any, argument: Any, flags: int) -> None:
        if operation in (ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN):
            self._add("test", _test(operation, argument, flags))
        elif operation is ops.SUBPATTERN:
            group, on, off, inner = argument
            if group is not None:
                self._add("save", group * 2)
            self._sequence(inner, (flags | on) & ~off)
            if group is not None:
                self._add("save", group * 2 + 1)
        elif operation is ops.BRANCH:
            self._branches(argument[1], flags)
        elif operation in (ops.MAX_REPEAT, ops.MIN_REPEAT):
            self._repeat(argument, flags, greedy=operation is ops.MAX_REPEAT)
        elif operation is ops.AT:
            self._add("place", str(argument), bool(flags & re.MULTILINE))
        else:
            raise TooLargeError("the regular expression cannot be evaluated safely")

    def _branches(self, branches: list[Any], flags: int) -> None:
        jumps: list[int] = []
        for branch in branches[:-1]:
            split = self._add("split")
            self._sequence(branch, flags)
            jumps.append(self._add("jump"))
            self.steps[split] = ("split", split + 1, len(self.steps))
        self._sequence(branches[-1], flags)
        for jump in jumps:
            self.steps[jump] = ("jump", len(self.steps), None)

    def _repeat(self, argument: Any, flags: int, *, greedy: bool) -> None:
        least, most, inner = argument
        if most is ops.MAXREPEAT:
            self._repeat_on(least, inner, flags, greedy=greedy)
            return
        for _ in range(least):
            self._sequence(inner, flags)
        splits: list[int] = []
        for _ in range(most - least):
            splits.append(self._add("split"))
            self._sequence(inner, flags)
        for split in splits:
            self._choose(split, greedy)

    def _repeat_on(self, least: int, inner: Any, flags: int, *, greedy: bool) -> None:
        """A repetition without end. What may be empty is tried once before it is left, as Go does: ``(x+)?``."""
        first: int | None = None
        if least == 0:
            first = self._add("split")
            if inner.getwidth()[0] > 0:
                self._sequence(inner, flags)
                self._add("jump", first)
                self._choose(first, greedy)
                return
        for _ in range(least - 1):
            self._sequence(inner, flags)
        start = len(self.steps)
        self._sequence(inner, flags)
        split = self._add("split")
        inside, past = start, len(self.steps)
        self.steps[split] = ("split", inside, past) if greedy else ("split", past, inside)
        if first is not None:
            self._choose(first, greedy)

    def _choose(self, split: int, greedy: bool) -> None:
        inside, past = split + 1, len(self.steps)
        self.steps[split] = ("split", inside, past) if greedy else ("split", past, inside)

    def find(self, text: str, start: int) -> list[int] | None:
        """The leftmost match from a position on: start and end of the whole and of each group, -1 where none."""
        current: list[tuple[int, list[int]]] = []
        best: list[int] | None = None
        for position in range(start, len(text) + 1):
            seen: set[int] = set()
            following: list[tuple[int, list[int]]] = []
            for at, saved in current:
                self._follow(at, saved, text, position, seen, following)
            if best is None:
                fresh = [-1] * (2 * self.groups + 2)
                fresh[0] = position
                self._follow(0, fresh, text, position, seen, following)
            if not following and best is not None:
                break
            current = []
            for at, saved in following:
                kind, test, _ = self.steps[at]
                if kind == "end":
                    best = [*saved]
                    best[1] = position
                    break
                if position < len(text) and test(text[position]):
                    current.append((at + 1, saved))
            if not current and best is not None:
                break
        return best

    def _follow(
        self, at: int, saved: list[int], text: str, position: int, seen: set[int], found: list[tuple[int, list[int]]]
    ) -> None:
        """Go through the steps that take no character, best way first, to the tests that can be reached."""
        waiting = [(at, saved)]
        while waiting:
            at, saved = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            kind, first, second = self.steps[at]
            if kind == "split":
                waiting.append((int(str(second)), saved))
                waiting.append((int(str(first)), saved))
            elif kind == "jump":
                waiting.append((int(str(first)), saved))
            elif kind == "save":
                copy = saved.copy()
                copy[int(str(first))] = position
                waiting.append((at + 1, copy))
            elif kind == "place":
                if _stands(str(first), bool(second), text, position):
                    waiting.append((at + 1, saved))
            else:
                found.append((at, saved))


def _stands(place: str, multiline: bool, text: str, position: int) -> bool:
    """Whether a position is the place that an anchor asks for."""
    if place in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
        return position == 0 or (multiline and place == "AT_BEGINNING" and text[position - 1] == "\n")
    if place in ("AT_END", "AT_END_STRING"):
        return position == len(text) or (multiline and place == "AT_END" and text[position] == "\n")
    before = position > 0 and _is_word(text[position - 1])
    after = position < len(text) and _is_word(text[position])
    return (before != after) == (place == "AT_BOUNDARY")


def _test(operation: Any, argument: Any, flags: int) -> Test:
    """The test of one character that an operation stands for."""
    if operation is ops.ANY:
        return (lambda char: True) if flags & re.DOTALL else (lambda char: char != "\n")
    if operation is ops.IN:
        return _members(argument)
    return chr(argument).__eq__ if operation is ops.LITERAL else chr(argument).__ne__


def _members(items: Any) -> Test:
    """The test of a class: its ranges are in order and apart."""
    negated = False
    starts: list[str] = []
    ends: list[str] = []
    for operation, argument in items:
        if operation is ops.NEGATE:
            negated = True
            continue
        low, high = argument if operation is ops.RANGE else (argument, argument)
        starts.append(chr(low))
        ends.append(chr(high))

    def holds(char: str) -> bool:
        place = bisect_right(starts, char) - 1
        return (place >= 0 and char <= ends[place]) != negated

    return holds


def matches(program: Program, text: str) -> Iterator[list[int]]:
    """Every match from left to right; an empty one right behind another does not count."""
    position, last_end = 0, -1
    while position <= len(text):
        found = program.find(text, position)
        if found is None:
            return
        if found[1] > found[0] or found[0] != last_end:
            yield found
        last_end = found[1]
        position = found[1] + 1 if found[1] == found[0] else found[1]
