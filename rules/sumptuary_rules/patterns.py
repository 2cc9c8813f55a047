"""Regular expressions that policies give for values nobody vouches for: checked so that matching stays cheap."""

from __future__ import annotations

import re

MAX_PATTERN = 200
MAX_VALUE = 512
_UNBOUNDED = re.compile(r"[*+]|\{\d*,\}")
_BRACES = re.compile(r"\{\d*,?\d*\}")


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, ready to be matched against a whole value.

    Raises:
        ValueError: it is no regular expression, too long, refers back, or repeats a group that repeats or chooses
            inside: such a pattern can take exponential time on a value made for it.
    """
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"a pattern has at most {MAX_PATTERN} characters")
    try:
        made = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    if problem := _costly(pattern):
        raise ValueError(f"{pattern!r} {problem}")
    return made


def matches(pattern: re.Pattern[str], value: str) -> bool:
    """Whether the whole value is as the pattern says; a value too long to be a tag never is."""
    return len(value) <= MAX_VALUE and pattern.fullmatch(value) is not None


def _costly(pattern: str) -> str:
    """Why matching could take exponential time, or nothing."""
    restless = [False]  # for each open group: whether something in it repeats or is a choice
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            if pattern[at + 1 : at + 2].isdigit():
                return "refers back to a group, which is not allowed"
            at += 2
            continue
        if character == "[":
            at = _after_set(pattern, at)
            continue
        if character == "(":
            if pattern.startswith("(?P=", at) or pattern.startswith("(?(", at):
                return "refers back to a group, which is not allowed"
            restless.append(False)
            at += 2 if pattern.startswith("(?", at) else 1
            continue
        if character == ")":
            inner = restless.pop()
            if inner and _UNBOUNDED.match(pattern, at + 1):
                return "repeats a group that repeats or chooses inside: that can take exponential time"
            restless[-1] = restless[-1] or inner
        elif character == "|" or character in "*+?" or _BRACES.match(pattern, at):
            restless[-1] = True
        at += 1
    return ""


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
