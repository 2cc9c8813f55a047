from __future__ import annotations

import pytest

from sumptuary.policy.compiled import WaiverTerms
from sumptuary.policy.wording import difference, partly, shown


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (["a", "b"], ["a", "b", "c, d"], 'adds "c, d"'),
        (["a", "b", "c"], ["c"], 'takes away "a", "b"'),
        (("a", "b"), ("b", "x"), 'adds "x", takes away "a"'),
        (["a", "b"], ["b", "a"], 'the same in the order ["b", "a"]'),
        (["a", "a"], ["a"], 'takes away "a"'),
        (["a"], ["b"], '["a"] to ["b"]'),
        ([], ["b"], '[] to ["b"]'),
        (None, ["b"], 'nothing to ["b"]'),
        ([{"above": 0}, {"above": 5}], [{"above": 0}], 'takes away {"above": 5}'),
        ((("2027-01-15", "audit"),), (), '[["2027-01-15", "audit"]] to []'),
        (["a"], ["a", *"bcdefghijklm"], 'adds "b", "c", "d", "e", "f", "g", "h", "i", "j", "k" and 2 more'),
        ({"a": [1, 2], "b": 1}, {"a": [1], "c": "x"}, 'adds c: "x", takes away b: 1, a: takes away 2'),
        ({"a": 1}, {"a": 2}, "a: 1 to 2"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, 'the same in the order ["b", "a"]'),
        ({"a": 1}, {"b": 1}, '{"a": 1} to {"b": 1}'),
        ("7d", "12h", "7d to 12h"),
        (WaiverTerms(("@a",), "30d"), None, '{"approvers": ["@a"], "max_duration": "30d"} to nothing'),
    ],
)
def test_a_difference_says_what_was_added_and_taken_away(before: object, after: object, said: str) -> None:
    assert difference(before, after) == said


def test_what_keeps_nothing_is_told_whole() -> None:
    assert partly(["a"], ["b"]) == partly("a", "b") == partly({"a": 1}, ["a"]) == ""


def test_a_value_is_not_too_long() -> None:
    assert (len(shown("x" * 100)), shown("x" * 100)[-2:]) == (80, "x…")
