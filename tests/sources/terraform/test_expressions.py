"""Expressions and functions have the values that Terraform gives them; what is unknown stays so, and only that."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from sources.terraform.conftest import rows_since
from sumptuary.sources.terraform.equality import to_set
from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.functions.documents import json_text
from sumptuary.sources.terraform.lazy import Lazy
from sumptuary.sources.terraform.operators import EMPTY_ALIKE
from sumptuary.sources.terraform.scope import Budget, Names
from sumptuary.values import ABSENT, PartialMap, Unknown, first_unknown

DATA = Path(__file__).with_name("expressions.json")
CASES: list[tuple[str, str | None]] = [
    (expression, expected)
    for rows in json.loads(DATA.read_text(encoding="utf-8")).values()
    for expression, expected in rows
]
CASES += [row[1:] for row in rows_since(DATA.with_name("expressions_since.json"))]
CASES += [
    (expression, expected)
    for rows in json.loads(DATA.with_name("expressions_opentofu.json").read_text(encoding="utf-8")).values()
    for expression, expected in rows
]
WHY = Unknown("var.u has no value", ("var.u",))
IN_A_SET = Unknown(f"the elements of a set are not all known: {WHY.reason}", WHY.depends_on)
LATER = Unknown("aws_vpc.main.id is known after apply", ("aws_vpc.main.id",))


def same_numbers(text: str) -> object:
    """JSON with each number as the text that it is, so that 1 and 1.0 and lost digits are told apart."""
    return json.loads(text, parse_int=lambda digits: ("number", digits), parse_float=lambda digits: ("number", digits))


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_value_is_terraforms(expression: str, expected: str | None) -> None:
    value = Expression(expression).evaluate(Names({}))
    unknown = first_unknown(value)
    if expected is None:
        assert unknown is not None, f"Terraform refuses this, we say {value!r}"
    else:
        assert unknown is None, unknown
        assert same_numbers(json_text(value)) == same_numbers(expected)


def value_of(expression: str, **names: object) -> object:
    return Expression(expression).evaluate(Names({"u": WHY, "v": LATER, **names}))


PARTIAL = PartialMap({"a": 1, "b": 2}, WHY)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("false && u", False),
        ("u && false", False),
        ("true && u", WHY),
        ("true || u", True),
        ("u || true", True),
        ("u || false", WHY),
        ("toset(sort([])) == toset([])", EMPTY_ALIKE),
        ("compact([]) != tolist([])", EMPTY_ALIKE),
        ("[toset(sort([])), 1] == [toset([]), 1]", EMPTY_ALIKE),
        ("[tomap({}), 1] == [tomap({}), 2]", False),
        ("toset([]) == toset([1])", False),
        ("{} == {}", True),
        ("[] == []", True),
        ("!u", WHY),
        ("-u", WHY),
        ("u + 1", WHY),
        ("1 < u", WHY),
        ("u == 1", WHY),
        ("[u, 1] == [2, 1, 3]", False),
        ("{a = u, b = 1} == {a = 1, b = 2}", False),
        ("{a = u, b = 1} == {a = 1, b = 1}", WHY),
        ("{a = u} != {b = 1}", True),
        ("u ? 1 : 1", 1),
        ("u ? 1 : 2", WHY),
        ("u ? {a = 1, b = 2} : {a = 1, b = 3}", {"a": 1, "b": WHY}),
        ("true ? 1 : u", 1),
        ("false ? u : 2", 2),
        ("true ? u : 2", WHY),
        ('"a${u}b"', WHY),
        ('"${u}"', WHY),
        ("u.a.b[0]", WHY),
        ("u[*].id", WHY),
        ("[1, u][0]", 1),
        ("[1, u][1]", WHY),
        ("[1, 2][u]", WHY),
        ("[1, u]", [1, WHY]),
        ("{a = u, b = 1}", {"a": WHY, "b": 1}),
        ("{(u) = 1, b = 2}", PartialMap({"b": 2}, WHY)),
        ("[for x in u : x]", WHY),
        ("[for x in [1, u] : x]", [1, WHY]),
        ("[for x in [1, 2] : x if u]", WHY),
        ("{for k, v in {a = 1} : k => v if u}", PartialMap({}, WHY)),
        ("{for x in [1, u] : x => x}", PartialMap({"1": 1}, WHY)),
        ("{for k, v in p : k => v + 1}", PartialMap({"a": 2, "b": 3}, WHY)),
        ("[for k, v in p : v]", WHY),
        ('p["a"]', 1),
        ('p["z"]', WHY),
        ("p.z", WHY),
        ('lookup(p, "a", 9)', 1),
        ('lookup(p, "z", 9)', WHY),
        ("length(p)", WHY),
        ("length([u, u])", 2),
        ("length(u)", WHY),
        ("keys(p)", WHY),
        ("keys({a = u})", ["a"]),
        ("values({a = u})", [WHY]),
        ("merge({a = 1}, {b = u})", {"a": 1, "b": WHY}),
        ("merge({a = 1}, u)", PartialMap({"a": WHY}, WHY)),
        ("merge(u, {a = 1})", PartialMap({"a": 1}, WHY)),
        ("merge({c = 1}, p)", PartialMap({"c": WHY, "a": 1, "b": 2}, WHY)),
        ("merge(u, v)", WHY.joined(LATER)),
        ("contains([u, 1], 1)", True),
        ("contains([u, 1], 2)", WHY),
        ("contains([1], u)", WHY),
        ("coalesce(u, 1)", WHY),
        ("coalesce(1, u)", 1),
        ('coalesce("", u)', WHY),
        ("try(u, 1)", WHY),
        ("try({}.a, u)", WHY),
        ("try({}.a, 5, u)", 5),
        ("can(u)", WHY),
        ("alltrue([false, u])", False),
        ("alltrue([true, u])", WHY),
        ("anytrue([true, u])", True),
        ("anytrue([false, u])", WHY),
        ("concat([1], [u])", [1, WHY]),
        ("concat([1], u)", WHY),
        ("flatten([[1], [u]])", WHY),
        ("flatten([[1], {a = u}])", [1, {"a": WHY}]),
        ("element([1, u], 0)", 1),
        ('zipmap(["a", "b"], [1, u])', {"a": 1, "b": WHY}),
        ("toset([1, u])", IN_A_SET),
        ("tolist([1, u])", [1, WHY]),
        ('tomap({a = u, b = "x"})', {"a": WHY, "b": "x"}),
        ("jsonencode({a = u})", WHY),
        ('format("%s", u)', WHY),
        ('formatlist("%s-x", ["a", u])', ["a-x", WHY]),
        ('join(",", ["a", u])', WHY),
        ("one([u])", WHY),
        ("compact([u])", WHY),
        ("max([1, u]...)", WHY),
        ("f(u)", Unknown("the function f() is not known", ("f",))),
        ("range(u)", WHY),
        ("setproduct([1], [u])", [[1, WHY]]),
        ("distinct([1, u])", WHY),
        ("slice([u, 1], 1, 2)", [1]),
        ("reverse([1, u])", [WHY, 1]),
        ("chunklist([1, u], 1)", [[1], [WHY]]),
    ],
)
def test_what_is_unknown_stays_so_and_only_that(expression: str, expected: object) -> None:
    found = value_of(expression, p=PARTIAL)
    assert found == expected
    assert isinstance(found, type(expected))
    if isinstance(expected, PartialMap):
        assert isinstance(found, PartialMap)
        assert found.rest == expected.rest


@pytest.mark.parametrize("expression", ["timestamp()", "uuid()", 'bcrypt("x")', "plantimestamp()", 'base64gzip("x")'])
def test_what_only_a_run_can_tell_is_unknown(expression: str) -> None:
    assert isinstance(value_of(expression), Unknown)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("var.nothing", 'there is no attribute "nothing"'),
        ("[1][5]", "there is no element 5 in a list of 1"),
        ("nosuch(1)", "the function nosuch() is not known"),
        ("provider::aws::arn_parse(1)", "is a function of a provider"),
        ("upper()", "upper(): 0 arguments are given, not 1"),
        ("[for x in 1 : x]", "a number cannot be iterated over"),
        ('"${[1]}" == "x" || "a${[1]}"', "a string is required, not list"),
        ("range(1000000000)", "1024"),
        ("1 +", "cannot be read: the expression ends too early"),
        ("1 2", "cannot be read: unexpected '2'"),
        ('"abc', "cannot be read: the string is not closed"),
        ("(1", "cannot be read: the expression ends too early"),
        ("a\n+ b", "cannot be read: unexpected end of line"),
        ("[1,", "cannot be read"),
        ('"%{ if true }x"', "cannot be read: %{ endif } is missing"),
        ('"%{ endif }x"', "cannot be read: unexpected %{ endif }"),
        ("(" * 10_000 + "1" + ")" * 10_000, "nested too deeply"),
        ("[" * 10_000, "nested too deeply"),
        ("-" * 10_000 + "1", "nested too deeply"),
        ("1" + " + 1" * 100_000, "nested too deeply"),
        ("1e999999999", "too large"),
        ("1" * 100_000, "too long"),
        ("pow(10, 100000)", "the number is infinite"),
        ('join("x", [for i in range(1000) : join("y", [for j in range(1000) : "abcdefghij"])])', "too large"),
        ("setproduct(range(1000), range(1000))", "too large"),
        ('replace("aaaa", "a", format("%9999s", "x"))', ""),
        ('format("%99999999s", "x")', "too wide"),
        ('indent(999999999, "a\\nb")', "too large"),
        ('indent(100000000000, "a")', "too large"),
        ('formatlist("%9999s", [for pair in setproduct(range(300), range(300)) : pair[0]])', "too large"),
        ('file("/etc/passwd")', "outside the scanned tree"),
        ('regex("(", "a")', "is not a regular expression"),
        ('regex("\\\\p{Greek}", "a")', "which characters the script Greek has is not known"),
        ('try(regex("[\\\\p{Han}]", "a"), "none")', "the script Han"),
    ],
)
def test_mistakes_and_excesses_are_told(expression: str, reason: str) -> None:
    found = value_of(expression, var={})
    if reason:
        assert isinstance(found, Unknown)
        assert reason in found.reason


def test_evaluation_is_bounded() -> None:
    scope = Names({})
    scope.budget = Budget(10_000)
    found = Expression("[for a in range(1000) : [for b in range(1000) : a * b]]").evaluate(scope)
    assert isinstance(found, Unknown)
    assert "too many steps" in found.reason
    # the budget is shared: what comes later does not start anew, and try() does not hide it
    assert isinstance(Expression("try([for a in range(1000) : a], 1)").evaluate(scope), Unknown)


DOUBLED = "".join(f"[for x{n + 1} in [[x{n}, x{n}]] : " for n in range(40)) + "x40" + "]" * 40


@pytest.mark.parametrize("form", ["@", "jsonencode(@)", "@ == @", "{ a = @ }", "flatten(@)", "tolist(@)", "[@][*]"])
def test_a_value_that_doubles_at_each_step_is_cut_off(form: str) -> None:
    unknown = first_unknown(value_of(form.replace("@", DOUBLED), x0=["x"]))
    assert unknown is not None
    assert "too large" in unknown.reason


class Counted(Lazy):
    def __init__(self) -> None:
        self.asked: list[str] = []

    def attribute(self, name: str) -> object:
        self.asked.append(name)
        return {"id": "i-1", "tags": {"a": "b"}}.get(name, WHY)

    def whole(self) -> object:
        self.asked.append("*")
        return PartialMap({"id": "i-1"}, WHY)


@pytest.mark.parametrize(
    ("expression", "expected", "asked"),
    [
        ("r.id", "i-1", ["id"]),
        ('r["id"]', "i-1", ["id"]),
        ("r.tags.a", "b", ["tags"]),
        ("l[*].id", ["i-1"], ["id"]),
        ("l[0].id", "i-1", ["id"]),
        ('m["k"].id', "i-1", ["id"]),
        ("[for x in l : x.id]", ["i-1"], ["id"]),
        ("{for k, x in m : k => x.id}", {"k": "i-1"}, ["id"]),
        ("r", PartialMap({"id": "i-1"}, WHY), ["*"]),
        ("l", [PartialMap({"id": "i-1"}, WHY)], ["*"]),
        ("m", {"k": PartialMap({"id": "i-1"}, WHY)}, ["*"]),
        ("length(l)", 1, None),
        ("keys(m)", ["k"], None),
        ("try(r.nothing, 1)", WHY, ["nothing"]),
    ],
)
def test_only_the_attributes_asked_for_are_computed(expression: str, expected: object, asked: list[str] | None) -> None:
    lazy = Counted()
    assert value_of(expression, r=lazy, l=[lazy], m={"k": lazy}) == expected
    if asked is not None:
        assert lazy.asked == asked


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("var.x", {("var", "x")}),
        ("aws_instance.a[0].id + local.y.z", {("aws_instance", "a"), ("local", "y", "z")}),
        ("[for k, v in var.m : k + v.x + local.z]", {("var", "m"), ("local", "z")}),
        ('"${var.a}-%{ for x in local.l }${x}${var.b}%{ endfor }"', {("var", "a"), ("local", "l"), ("var", "b")}),
        ("{ a = var.x, (var.k) = 1 }", {("var", "x"), ("var", "k")}),
        ("f(module.m.out...)", {("module", "m", "out")}),
        ("aws_instance.a[*].id", {("aws_instance", "a")}),
        ("var.x ? each.value : self.y", {("var", "x"), ("each", "value"), ("self", "y")}),
        ("1", set()),
        ("1 +", set()),
    ],
)
def test_references(expression: str, expected: set[tuple[str, ...]]) -> None:
    assert Expression(expression).references() == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1", 1),
        ("1.5", Decimal("1.5")),
        ('"a"', "a"),
        ("true", True),
        ("null", None),
        ("var.x", ABSENT),
        ("[1]", ABSENT),
    ],
)
def test_literals(expression: str, expected: object) -> None:
    assert Expression(expression).literal() == expected


def test_static_parts_of_meta_arguments() -> None:
    assert Expression("aws.west").traversal() == ("aws", "west")
    assert Expression("aws[0]").traversal() is None
    pairs = Expression("{ aws = aws.west, aws.eu = aws.b }").pairs()
    assert [(name, value.traversal()) for name, value in pairs] == [("aws", ("aws", "west")), ("aws.eu", ("aws", "b"))]
    assert [item.traversal() for item in Expression("[aws_a.b, tags]").elements()] == [("aws_a", "b"), ("tags",)]
    assert Expression("1").pairs() == []


def test_an_expression_is_compiled_once() -> None:
    expression = Expression("x + 1")
    assert [expression.evaluate(Names({"x": number})) for number in (1, 2)] == [2, 3]
    first = expression.node()
    assert expression.node() is first


def test_elements_of_a_set_keep_terraforms_order() -> None:
    assert to_set(["b", "a", "B", "a"]) == ["B", "a", "b"]
    assert to_set([10, 9, Decimal("9.5")]) == [9, Decimal("9.5"), 10]
