from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sumptuary.errors import SumptuaryError
from sumptuary.model import Compute, Cost, Resource
from sumptuary.money import Range
from sumptuary.policy import cel_language
from sumptuary.policy.activation import normalised, resource_value
from sumptuary.policy.conditions import Condition, ConditionError, mistakes
from sumptuary.values import ABSENT, PartialMap, Unknown

U = Unknown("var.u has no value", ("var.u",))
PARTLY = PartialMap({"a": "1"}, U)
ERROR = "error"

# the condition, what it is asked of, and the answer (U: not known)
ANSWERS = [
    ("resource.team == 'a'", {"team": U}, U),
    ("resource.team == 'a'", {"team": "a"}, True),
    ("resource.team == 'a'", {}, ERROR),
    ("!(resource.team == 'a')", {"team": U}, U),
    ("resource.kind == 'x' && resource.team == 'a'", {"kind": "y", "team": U}, False),
    ("resource.team == 'a' && resource.kind == 'x'", {"kind": "y", "team": U}, False),
    ("resource.team == 'a' || resource.kind == 'x'", {"kind": "x", "team": U}, True),
    ("resource.team == 'a' && resource.kind == 'x'", {"kind": "x", "team": U}, U),
    ("resource.kind == 'x' ? resource.team == 'a' : false", {"kind": "y", "team": U}, False),
    ("resource.kind == 'x' ? resource.team == 'a' : false", {"kind": "x", "team": U}, U),
    ("resource.team.startsWith('p')", {"team": U}, U),
    ("resource.team in ['a', 'b']", {"team": U}, U),
    ("has(resource.team)", {}, False),
    ("has(resource.team)", {"team": U}, U),
    ("!has(resource.team)", {"team": U}, U),
    ("has(resource.team) || resource.kind == 'x'", {"kind": "x", "team": U}, True),
    ("has(resource.tags.a)", {"tags": PARTLY}, True),
    ("has(resource.tags.b)", {"tags": PARTLY}, U),
    ("has(resource.tags.b)", {"tags": U}, U),
    ("has(resource.tags.b) && resource.tags.b == '1'", {"tags": {"a": "1"}}, False),
    ("resource.tags.a == '1'", {"tags": PARTLY}, True),
    ("resource.tags['b'] == '1'", {"tags": PARTLY}, U),
    ("'a' in resource.tags", {"tags": PARTLY}, True),
    ("'b' in resource.tags", {"tags": PARTLY}, U),
    ("!('b' in resource.tags)", {"tags": {"a": U}}, True),
    ("'a' in resource.tags", {"tags": {"a": U}}, U),
    ("size(resource.tags) > 0", {"tags": PARTLY}, U),
    ("resource.tags == {'a': '1'}", {"tags": PARTLY}, U),
    ("resource.tags == {'a': '1'}", {"tags": {"a": "1"}}, True),
    ("resource.tags.all(k, k != 'b')", {"tags": PARTLY}, U),
    ("resource.tags.all(k, resource.tags[k] == '1')", {"tags": {"a": "1", "b": U}}, U),
    ("resource.tags.all(k, k == 'b') && resource.kind == 'x'", {"tags": PARTLY, "kind": "y"}, False),
    ("resource.attributes.l.all(r, r.x == 1)", {"attributes": {"l": [{"x": 2}, {"x": U}]}}, False),
    ("resource.attributes.l.all(r, r.x == 1)", {"attributes": {"l": [{"x": 1}, {"x": U}]}}, U),
    ("resource.attributes.l.exists(r, r.x == 1)", {"attributes": {"l": [{"x": 1}, {"x": U}]}}, True),
    ("resource.attributes.l.exists(r, has(r.x))", {"attributes": {"l": [{"x": U}]}}, U),
    ("resource.attributes.l.exists(r, r.x == 1)", {"attributes": {"l": [U, {"x": 1}]}}, U),
    ("size(resource.attributes.l) == 2", {"attributes": {"l": [{"x": 1}, {"x": 2}]}}, True),
    ("size(resource.attributes.l) == 2", {"attributes": {"l": U}}, U),
    ("resource.attributes.l[0].x == 1", {"attributes": {"l": [{"x": U}]}}, U),
    ("resource.attributes.l[0].x == 1", {"attributes": {"l": [{"x": 1}]}}, True),
    ("resource.attributes.l[3].x == 1", {"attributes": {"l": [{"x": 1}]}}, ERROR),
    ("size([resource.tags]) == 1", {"tags": PARTLY}, U),
    ("size({'t': resource.tags}) == 1", {"tags": PARTLY}, U),
    ("resource.attributes.n > 2 || resource.kind == 'x'", {"attributes": {"n": "three"}, "kind": "y"}, ERROR),
    ("resource.attributes.n > 2", {"attributes": {"n": 2.5}}, True),
    ("size(resource) == 1", {"kind": "x", "team": U}, U),
    ("size(parameters.list) == 2", {}, True),
    ("stage == 'ci'", {}, True),
]


@pytest.mark.parametrize(("text", "value", "expected"), ANSWERS)
def test_three_values(text: str, value: dict[str, object], expected: object) -> None:
    condition = Condition(text, {"list": [1, 2]})
    if expected == ERROR:
        with pytest.raises(ConditionError):
            condition.decide_value(value)
    else:
        assert condition.decide_value(value) == expected


def test_a_value_that_json_does_not_know_cannot_poison_the_rest() -> None:
    resource = Resource("i", "a.b", "compute.instance", "t", "aws", environment="dev")
    resource.compute = Compute(sku="m5.large", minimum=2, maximum=U)
    resource.cost = Cost(Range.of("12.5"))
    resource.attributes = {"big": 10**30, "none": None, "nested": {"set": {"x"}, "absent": ABSENT}}
    value = resource_value(resource)
    assert value["compute"] == {"sku": "m5.large", "minimum": 2, "maximum": U}
    assert value["attributes"] == {"big": 1e30, "nested": {"set": ["x"]}}
    assert Condition("resource.cost.monthly > 12.0 && resource.compute.minimum == 2", {}).decide(resource) is True
    assert Condition("resource.compute.maximum > 2", {}).decide(resource) == U
    resource.cost = Cost(unpriced="no price for m5.large")
    assert Condition("resource.cost.monthly > 12.0", {}).decide(resource) == Unknown("no price for m5.large")


MISTAKES = [
    ("resource.region ==", [(1, 19, "Syntax error")]),
    ("resouce.region == 'x' || stage > 3", [(1, 8, "undeclared reference"), (1, 32, "no matching overload")]),
    ("resource.kind == 'x' &&\n  foo()", [(2, 6, "undeclared reference to 'foo'")]),
    ("resource.enviroment == 'x'", [(1, 1, "did you mean 'environment'?")]),
    ("has(resource.compute.skuu)", [(1, 5, "did you mean 'sku'?")]),
    ("parameters.lst == 1", [(1, 1, "did you mean 'list'?")]),
    ("1 + 1", [(1, 1, "true or false")]),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_mistakes_have_their_place(text: str, expected: list[tuple[int, int, str]]) -> None:
    found = mistakes(text, ["list"])
    assert [(problem.line, problem.column) for problem in found] == [(line, column) for line, column, _ in expected]
    for problem, (_, _, message) in zip(found, expected, strict=True):
        assert message in problem.message


def test_mistakes_stand_at_their_line_in_the_document(
    write: Callable[[str, str], Path], policy_text: Callable[..., str], complaints: Callable[[Path], list[str]]
) -> None:
    text = policy_text("select:", "  where: |", "    resource.kind == 'x'", "      && resource.regoin == 'y'")
    assert complaints(write("p.yaml", text)) == [
        "11:6: spec.select.where: resource.regoin names nothing; did you mean 'region'? "
        "in \"resource.kind == 'x'\\n  && resource.regoin == 'y'\""
    ]


def test_without_the_extra_the_way_to_get_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[[str, str], Path],
    policy_text: Callable[..., str],
    complaints: Callable[[Path], list[str]],
) -> None:
    monkeypatch.setattr(cel_language, "_kept", [])
    monkeypatch.setitem(sys.modules, "cel_expr_python.cel", None)
    with pytest.raises(SumptuaryError, match=r"pip install 'sumptuary\[cel\]'"):
        Condition("resource.kind == 'x'", {})
    found = complaints(write("p.yaml", policy_text("select: {where: resource.kind == 'x'}")))
    assert found == ["8:19: spec.select.where: a policy has a condition (where), and CEL is not installed"]


# The oracle: a condition is decided only if every completion of the unknown values gives that same answer.

NAMES = ("a", "b")
DOMAIN: tuple[object, ...] = (ABSENT, "x", 1, True, {"a": "x"}, {"a": 1, "b": {"a": 1}}, [], [{"a": 1}, {"b": "x"}])
LEAVES = st.sampled_from(["x", 1, True, U, U])
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=2)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=1).map(lambda known: PartialMap(known, U))
        | st.lists(inner, max_size=2)
    ),
    max_leaves=4,
)
PATHS = st.lists(st.sampled_from([".a", ".b", "['a']", "[0]"]), min_size=1, max_size=3).map(
    lambda steps: "resource.attributes" + "".join(steps)
)
SELECTED = PATHS.filter(lambda path: not path.endswith("]"))
ATOMS = st.one_of(
    st.builds("{} == {}".format, PATHS, st.sampled_from(["'x'", "1", "true", "{'a': 'x'}", "[]"])),
    st.builds("has({})".format, SELECTED),
    st.builds("'a' in {}".format, PATHS),
    st.builds("size({}) > {}".format, PATHS, st.sampled_from([0, 1])),
    st.builds("{} == {}".format, PATHS, PATHS),
    st.builds("{} in [1, 'x']".format, PATHS),
    st.builds("{}.{}(r, {})".format, PATHS, st.sampled_from(["all", "exists", "exists_one"]),
              st.sampled_from(["r == 1", "r.a == 1", "has(r.a)", "r == 'a'", "size(r) > 1"])),
    st.builds("size({}.filter(r, {})) == 1".format, PATHS, st.sampled_from(["r.a == 1", "has(r.b)", "r == 'a'"])),
    st.builds("size({}.map(r, {})) == 1".format, PATHS, st.sampled_from(["r.a", "r", "[r]"])),
    st.builds("size([{}]) == 1".format, PATHS),
    st.builds("{}.filter(r, {}).exists(q, {})".format, PATHS, st.sampled_from(["r.a == 1", "has(r.b)", "true"]),
              st.sampled_from(["q.a == 1", "has(q.a)", "q == 'a'"])),
    st.builds("{}.map(r, r.a).exists(q, {})".format, PATHS, st.sampled_from(["q == 1", "has(q.a)"])),
    st.builds("size({}.map(r, r.a).filter(q, q == 1)) > 0".format, PATHS),
    st.builds("sum({}.map(r, r.a)) > 1.0".format, PATHS),
    st.builds("sum({}) > 1.0".format, PATHS),
)  # fmt: skip
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: (
        st.builds("({} && {})".format, inner, inner)
        | st.builds("({} || {})".format, inner, inner)
        | st.builds("!({})".format, inner)
        | st.builds("({} ? {} : {})".format, inner, inner, inner)
    ),
    max_leaves=3,
)


def completions(value: object) -> Iterator[object]:
    """Every value that it may turn out to be, over a small domain."""
    if isinstance(value, Unknown):
        yield from DOMAIN
    elif isinstance(value, list):
        for items in itertools.product(*(completions(item) for item in value)):
            yield [item for item in items if item is not ABSENT]
    elif isinstance(value, dict):
        known = dict(value)
        if isinstance(value, PartialMap):
            known |= {name: U for name in NAMES if name not in value}
        for items in itertools.product(*(completions(item) for item in known.values())):
            yield {key: item for key, item in zip(known, items, strict=True) if item is not ABSENT}
    else:
        yield value


@settings(max_examples=400, deadline=None)
@given(EXPRESSIONS, st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=2))
def test_what_is_decided_holds_for_every_completion(text: str, attributes: dict[str, object]) -> None:
    try:
        condition = Condition(text, {})
    except SumptuaryError:  # the type checker knows better: not a condition
        assume(False)
    try:
        decided: object = condition.decide_value({"attributes": normalised(attributes)})
    except ConditionError:
        decided = ERROR
    resource = Resource("i", "a.b", "compute.instance", "t", "aws", attributes=attributes)
    try:
        of_what_is_read: object = condition.decide(resource)
    except ConditionError:
        of_what_is_read = ERROR
    assert of_what_is_read == decided, "what is not read must not matter"
    if isinstance(decided, Unknown):
        return
    for whole in itertools.islice(completions(attributes), 600):
        try:
            answer: object = condition.decide_value({"attributes": normalised(whole)})
        except ConditionError:
            answer = ERROR
        assert answer == decided, (text, attributes, whole)


@pytest.mark.parametrize("step", ["a + a", "[a, a]", "{'x': a, 'y': a}", "[a] + [a]", "a + 'b' + a"])
def test_nothing_is_made_many_times_as_large(step: str) -> None:
    """Without a bound, each of these takes all memory, or compares for ever."""
    text = "['x']" + f".map(a, {step})" * 18 + ".exists(a, a == a)"
    (found,) = mistakes(text, [])
    assert "more than 10,000 times as large" in found.message


def test_what_adds_up_within_reason_is_let_be() -> None:
    sums = " + ".join(["r.cost.monthly"] * 20)
    text = f"sum(group.resources.filter(r, r.kind in ['a', 'b', 'c', 'd']).map(r, {sums})) > 1.0 && 'x' + 'y' == 'xy'"
    assert mistakes(text, [], subject="group") == []
    assert mistakes(" + ".join(["resource.kind"] * 25) + " == 'x'", []) == []
