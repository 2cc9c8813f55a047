"""Patterns that policies give: they mean what Python's mean, and take no long time whatever they and the value are."""

from __future__ import annotations

import random
import re
import time

import pytest

from sumptuary_rules.patterns import MAX_PARTS, MAX_PATTERN, MAX_VALUE, compiled, matches

LONG = "a" * MAX_VALUE
COSTLY = [
    ("(a+)+b", LONG),
    ("(a*)*b", LONG),
    ("(a|a)*b", LONG),
    ("(?:a+a+)+b", LONG),
    ("(a?){40}b", "a" * 40),
    ("(a{0,9}){0,40}b", "a" * 60),
    ("(?:(?:a?)){40}b", "a" * 40),
    ("a*" * 10 + "b", LONG),
    (".*.*.*.*=x", LONG),
    ("(" * 66 + "a" + "*)" * 66, LONG + "b"),
    (".*" * 99, LONG[:-1] + "\n"),
]
"""Python takes seconds to centuries for these."""
REFUSED = [
    (r"(a)\1", "refers back"),
    ("(?P<n>a)(?P=n)", "refers back"),
    ("(a)?(?(1)b|c)", "refers back"),
    ("a(?=b)", "not allowed"),
    ("(?<!a)b", "not allowed"),
    ("(?i:a)", "not allowed"),
    ("(?s)a", "not allowed"),
    (r"a\b", "not allowed"),
    ("a++", "not allowed"),
    ("(", "not a regular expression"),
    ("a{2}{3}", "not a regular expression"),
    ("a" * (MAX_PATTERN + 1), "at most"),
    ("(.?){600}", f"more than {MAX_PARTS} parts"),
    ("(?:" * 28 + "a" + "{9})" * 28, f"more than {MAX_PARTS} parts"),
    ("(?:" * 15 + "{65535})" * 15, "not a regular expression"),
    ("(?:(?:){65535}){65535}", f"more than {MAX_PARTS} parts"),
]
MATCHED = [
    ("[0-9]{4}", "4711", "47"),
    (r"CC-\d+", "CC-1", "CC-"),
    ("(dev|prod)-[a-z]+", "dev-search", "test-search"),
    ("(?i)(dev|prod)", "DEV", "test"),
    ("[(+*]+", "(+*", "a"),
    (r"\(a\)+", "(a))", "a"),
    ("(a|b)?c", "bc", "abc"),
    ("(?:|a)b", "b", "aab"),
    ("[]+*)]+", "]+", "a"),
    ("a{,2}", "aa", "aaa"),
    ("a{}", "a{}", "a"),
    ("a{٢}", "a{٢}", "aa"),
    (r"^a$|\Ab\Z", "b", "ab"),
    ("$^", "", "\n"),
    (r"\x61\u0062.", "ab\t", "ab\n"),
    ("ü|[^ü]b", "ü", "üb"),
]


@pytest.mark.parametrize(("pattern", "value"), COSTLY)
def test_what_is_made_to_take_long_does_not(pattern: str, value: str) -> None:
    started = time.process_time()
    matches(compiled(pattern), value)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(("pattern", "why"), REFUSED)
def test_what_cannot_be_matched_so_is_refused_with_its_reason(pattern: str, why: str) -> None:
    started = time.process_time()
    with pytest.raises(ValueError, match=why):
        compiled(pattern)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(("pattern", "good", "bad"), MATCHED)
def test_whole_values_are_matched_as_python_does(pattern: str, good: str, bad: str) -> None:
    made = compiled(pattern)
    assert made.pattern == pattern
    assert matches(made, good)
    assert re.fullmatch(pattern, good), "Python agrees"
    assert not matches(made, bad)
    assert not re.fullmatch(pattern, bad), "Python agrees"


def test_a_value_longer_than_any_tag_matches_nothing() -> None:
    assert matches(compiled("a*"), LONG)
    assert not matches(compiled("a*"), LONG + "a")


ATOMS = ["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", r"\.", "^", "$", "-", "", " ", r"\x61", "{", "[]a]", r"\Z"]
REPEATS = ["*", "+", "?", "{2}", "{1,3}", "{2,}", "{,2}", "*?", "{0,1}?"]


def made_up(dice: random.Random, depth: int) -> str:
    """A pattern, as likely as not a valid one."""
    chance = dice.random()
    if depth == 0 or chance < 0.35:
        return dice.choice(ATOMS)
    if chance < 0.55:
        return made_up(dice, depth - 1) + made_up(dice, depth - 1)
    if chance < 0.7:
        return f"({dice.choice(['', '?:'])}{made_up(dice, depth - 1)}|{made_up(dice, depth - 1)})"
    return f"({made_up(dice, depth - 1)}){dice.choice(REPEATS)}"


def test_made_up_patterns_mean_what_they_mean_in_python() -> None:
    dice = random.Random(2026)  # noqa: S311  # the same patterns each time
    compared = matched = 0
    while compared < 3000:
        pattern = dice.choice(["", "", "(?i)"]) + made_up(dice, 3)
        try:
            oracle = re.compile(pattern)
        except re.error:
            continue
        made = compiled(pattern)
        for _ in range(3):
            value = "".join(dice.choice("abA1.- \n{") for _ in range(dice.randint(0, 6)))
            wanted = oracle.fullmatch(value) is not None
            assert matches(made, value) == wanted, (pattern, value)
            compared, matched = compared + 1, matched + wanted
    assert matched > 300, "some of them match"
