"""Patterns that policies give: the costly ones are refused, the others match whole values in time."""

from __future__ import annotations

import time

import pytest

from sumptuary_rules.patterns import MAX_PATTERN, MAX_VALUE, compiled, matches

COSTLY = [
    "(a+)+",
    "(a*)*b",
    "(a|a)*",
    "(a|ab)+c",
    "((ab)?c)*",
    "(a{1,9})+",
    "(?:x+x+)+y",
    "((a+))*",
    r"(\d+)*-",
    "([a-z]+)*",
    "(a+){2,}",
    "(?P<n>a+)*",
    "(a?){,}",
]
REFERRING = [r"(a)\1", "(?P<n>a)(?P=n)", "(a)?(?(1)b|c)"]
HARMLESS = [
    ("[0-9]{4}", "4711", "47"),
    (r"CC-\d+", "CC-1", "CC-"),
    ("(dev|prod)-[a-z]+", "dev-search", "test-search"),
    ("(ab)+", "abab", "aba"),
    ("[(+*]+", "(+*", "a"),
    (r"\(a\)+", "(a))", "a"),
    ("(a|b)?c", "bc", "abc"),
    ("[]+*)]+", "]+", "a"),
]


@pytest.mark.parametrize("pattern", COSTLY)
def test_a_repeated_group_that_repeats_or_chooses_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="exponential"):
        compiled(pattern)


@pytest.mark.parametrize("pattern", REFERRING)
def test_a_pattern_that_refers_back_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="refers back"):
        compiled(pattern)


@pytest.mark.parametrize(("pattern", "good", "bad"), HARMLESS)
def test_other_patterns_match_whole_values(pattern: str, good: str, bad: str) -> None:
    made = compiled(pattern)
    assert matches(made, good)
    assert not matches(made, bad)


@pytest.mark.parametrize(("pattern", "why"), [("(", "not a regular expression"), ("a" * (MAX_PATTERN + 1), "at most")])
def test_what_is_no_pattern_is_refused_with_its_reason(pattern: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        compiled(pattern)


def test_a_value_longer_than_any_tag_matches_nothing() -> None:
    assert matches(compiled("a*"), "a" * MAX_VALUE)
    assert not matches(compiled("a*"), "a" * (MAX_VALUE + 1))


def test_a_value_made_to_take_long_does_not() -> None:
    started = time.monotonic()
    assert not matches(compiled("[a-z]+[a-z0-9]+-[a-z]+"), "a" * MAX_VALUE)
    assert time.monotonic() - started < 1
