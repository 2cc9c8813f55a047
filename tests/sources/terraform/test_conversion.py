"""Type constraints are read and values converted as Terraform does it, for known and unknown values."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sumptuary.sources.terraform.conversion import Type, convert, parse_type
from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.lazy import TerraformList, TerraformMap, TerraformSet
from sumptuary.sources.terraform.scope import EvaluationError, Names
from sumptuary.values import PartialMap, Unknown

WHY = Unknown("var.u has no value")
IN_A_SET = Unknown(f"the elements of a set are not all known: {WHY.reason}", WHY.depends_on)


def type_of(text: str) -> Type:
    found = parse_type(Expression(text))
    assert isinstance(found, Type), found
    return found


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("string", "string"),
        ("any", "any"),
        ("list(string)", "list(string)"),
        ("list", "list(any)"),
        ("map(set(number))", "map(set(number))"),
        ('"string"', "string"),
        ('"map"', "map(any)"),
        ("tuple([string, bool])", "tuple([string, bool])"),
        ("object({ b = string, a = list(number) })", "object({a=list(number), b=string})"),
        ("object({\n  a = optional(string)\n  b = optional(number, 3)\n})", "object({a=string, b=number})"),
        (
            "list(object({ a = optional(object({ b = optional(bool, true) }), {}) }))",
            "list(object({a=object({b=bool})}))",
        ),
    ],
)
def test_types_are_read(text: str, written: str) -> None:
    assert str(type_of(text)) == written


@pytest.mark.parametrize(
    "text", ["strin", "list(1)", "1", "object(string)", "foo(string)", "list(", "object({(x) = any})"]
)
def test_what_is_no_type_is_told(text: str) -> None:
    found = parse_type(Expression(text))
    assert isinstance(found, Unknown)
    assert "type constraint cannot be read" in found.reason


NESTED = (
    "object({ name = string, size = optional(number, 3), more = optional(object({ on = optional(bool, true) }), {}) })"
)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("string", "1", "1"),
        ("string", "1.50", "1.5"),
        ("string", "true", "true"),
        ("number", '"1.50"', Decimal("1.5")),
        ("bool", '"true"', True),
        ("any", "[1, 2]", [1, 2]),
        ("list(string)", "[1, true]", TerraformList(["1", "true"])),
        ("list(any)", '[1, "a"]', TerraformList(["1", "a"])),
        ("list(string)", 'toset(["b", "a"])', TerraformList(["a", "b"])),
        ("set(string)", '["b", "a", "b"]', TerraformSet(["a", "b"])),
        ("set(number)", '["10", 9]', TerraformSet([9, 10])),
        ("map(string)", "{a = 1, b = true}", TerraformMap({"a": "1", "b": "true"})),
        ("map(any)", '{a = 1, b = "x"}', TerraformMap({"a": "1", "b": "x"})),
        ("tuple([string, number])", '[1, "2"]', ["1", 2]),
        ("object({a = string})", "{a = 1, extra = 2}", {"a": "1"}),
        ("object({a = optional(string)})", "{}", {"a": None}),
        ("object({a = optional(string, 5)})", "{}", {"a": "5"}),
        ("object({a = optional(string, 5)})", "{a = null}", {"a": "5"}),
        ("object({a = string})", "{a = null}", {"a": None}),
        (NESTED, '{name = "x"}', {"name": "x", "size": 3, "more": {"on": True}}),
        (NESTED, '{name = "x", more = {on = "false"}}', {"name": "x", "size": 3, "more": {"on": False}}),
        (f"map({NESTED})", '{k = {name = "x"}}', TerraformMap({"k": {"name": "x", "size": 3, "more": {"on": True}}})),
        ("list(object({ company = string }))", "[{company = 1}]", TerraformList([{"company": "1"}])),
        ("list(string)", "null", None),
        ("string", "u", WHY),
        ("list(string)", "[u, 1]", TerraformList([WHY, "1"])),
        ("set(string)", "[u, 1]", IN_A_SET),
        ("map(string)", "{a = u, b = 1}", TerraformMap({"a": WHY, "b": "1"})),
        ("object({a = string})", "{a = u}", {"a": WHY}),
    ],
)
def test_values_are_converted(kind: str, value: str, expected: object) -> None:
    found = convert(Expression(value).evaluate(Names({"u": WHY})), type_of(kind))
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", '"a"'),
        ("bool", "5"),
        ("string", "[1]"),
        ("list(string)", '"a"'),
        ("list(number)", '["a"]'),
        ("map(string)", "[1]"),
        ("map(string)", "{a = [1]}"),
        ("object({a = string})", "{}"),
        ("object({a = string})", "[]"),
        ("tuple([string])", '["a", "b"]'),
        ("list(any)", "[1, [2]]"),
    ],
)
def test_what_does_not_fit_is_an_error(kind: str, value: str) -> None:
    with pytest.raises(EvaluationError):
        convert(Expression(value).evaluate(Names({})), type_of(kind))


OPTIONAL = "list(object({ names = optional(list(string)), name = string }))"
NAMES = '[{names = ["x"], name = "a"}, {name = "b"}]'


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true ? empty : [{x = 1}]", None),  # an empty list of strings stays one
        ("true ? empty : [1]", TerraformList()),
        ("false ? empty : [1]", TerraformList(["1"])),
        ("false ? empty : [null]", TerraformList([None])),
        ("true ? given : []", TerraformList([{"names": ["x"], "name": "a"}, {"names": None, "name": "b"}])),
        # a null of a typed attribute has a type, although a value does not keep it
        (
            "tolist([for each in given : merge(each, {more = 1})])",
            TerraformList([{"names": ["x"], "name": "a", "more": 1}, {"names": None, "name": "b", "more": 1}]),
        ),
        ("u ? [1] : tolist([1])", TerraformList([1])),
        ('u ? {a = "x", b = [1]} : {a = "x", b = [2]}', {"a": "x", "b": WHY}),
        ('u ? toset(["a"]) : ["a"]', TerraformSet(["a"])),
        ('u ? toset(["a"]) : ["b"]', WHY),
    ],
)
def test_empty_and_null_parts_keep_the_type_they_were_declared_with(expression: str, expected: object) -> None:
    given = convert(Expression(NAMES).evaluate(Names({})), type_of(OPTIONAL))
    empty = convert([], type_of("list(string)"))
    found = Expression(expression).evaluate(Names({"u": WHY, "given": given, "empty": empty}))
    if expected is None:
        assert isinstance(found, Unknown)
    else:
        assert found == expected
        assert type(found) is type(expected)


def test_a_partly_known_map_stays_so() -> None:
    partial = PartialMap({"a": 1}, WHY)
    as_map = convert(partial, type_of("map(string)"))
    assert isinstance(as_map, PartialMap)
    assert as_map == {"a": "1"}
    # an attribute that is not among the known ones may be there: not absent, not its default
    assert convert(partial, type_of("object({a = number, b = optional(string, 5)})")) == {"a": 1, "b": WHY}
