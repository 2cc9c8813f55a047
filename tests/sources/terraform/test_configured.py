"""What is worked out when it is asked for reads as the dict that it would have been, and asks for nothing twice."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable

import pytest

from sumptuary.sources.terraform.configured import Configured, Deferred
from sumptuary.values import ABSENT, Unknown, is_map, look_up

PLAIN: dict[str, object] = {"b": 1, "a": Unknown("later"), "c": {"d": [ABSENT]}}


@pytest.fixture
def asked() -> Counter[str]:
    return Counter()


@pytest.fixture(params=["configured", "deferred"])
def lazy(request: pytest.FixtureRequest, asked: Counter[str]) -> dict[str, object]:
    def one(name: str) -> object:
        asked[name] += 1
        return PLAIN[name]

    if request.param == "configured":
        return Configured(PLAIN, one)
    return Deferred(lambda: {name: one(name) for name in PLAIN})


READINGS: list[Callable[[dict[str, object]], object]] = [
    dict,
    len,
    list,
    bool,
    repr,
    copy.copy,
    lambda one: one.copy(),
    lambda one: list(one.items()),
    lambda one: list(one.values()),
    lambda one: list(one.keys()),
    lambda one: list(reversed(list(one))),
    lambda one: {**one},
    lambda one: {"z": 0} | dict(one),
    lambda one: one == PLAIN,
    lambda one: one != PLAIN,
    lambda one: one == PLAIN,
    lambda one: one["c"],
    lambda one: one.get("a"),
    lambda one: one.get("none"),
    lambda one: one.get("none", 5),
    lambda one: "a" in one,
    lambda one: "none" in one,
    lambda one: look_up(one, "b"),
    lambda one: json.dumps({name: str(value) for name, value in one.items()}),
    is_map,
]


@pytest.mark.parametrize("reading", READINGS)
def test_it_reads_as_a_dict(lazy: dict[str, object], asked: Counter[str], reading: object) -> None:
    assert callable(reading)
    assert reading(lazy) == reading(dict(PLAIN))
    assert reading(lazy) == reading(dict(PLAIN)), "and so it does again"
    assert dict(lazy) == PLAIN
    assert list(lazy) == list(PLAIN), "in the same order, whatever was looked up first"
    assert set(asked.values()) <= {1}


def test_what_is_not_there_is_no_key(lazy: dict[str, object]) -> None:
    for _ in range(2):
        with pytest.raises(KeyError):
            lazy["none"]
        assert len(lazy) == 3


def test_looking_one_name_up_works_out_no_other(asked: Counter[str]) -> None:
    def one(name: str) -> object:
        asked[name] += 1
        return name

    found = Configured(["a", "b"], one)
    assert "b" in found
    assert (len(found), found.get("c"), asked) == (2, None, Counter())
    assert found["b"] == "b"
    assert asked == Counter(b=1)
    assert dict(found) == {"a": "a", "b": "b"}
    assert asked == Counter(a=1, b=1)
