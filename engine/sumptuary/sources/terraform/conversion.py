"""Terraform's types: reading a type constraint, and converting a value to it by Terraform's rules."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

from sumptuary.sources.terraform import nodes, numbers
from sumptuary.sources.terraform.lazy import TerraformSet, settled
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.values import PartialMap, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sumptuary.sources.terraform.expressions import Expression


class Type:
    """A type: ``kind`` is string, number, bool, any, list, set, map, tuple or object.

    ``element`` is what a list, set or map holds; ``elements`` a tuple's types; ``attributes`` an object's, those in
    ``optional`` may be left out and then take the default found there (None when there is none).
    """

    __slots__ = ("attributes", "element", "elements", "kind", "optional")

    def __init__(self, kind: str, element: Type | None = None) -> None:
        self.kind = kind
        self.element = element
        self.elements: list[Type] = []
        self.attributes: dict[str, Type] = {}
        self.optional: dict[str, object] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Type) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __str__(self) -> str:
        if self.kind == "tuple":
            return f"tuple([{', '.join(str(item) for item in self.elements)}])"
        if self.kind == "object":
            return f"object({{{', '.join(f'{name}={self.attributes[name]}' for name in sorted(self.attributes))}}})"
        return f"{self.kind}({self.element})" if self.element is not None else self.kind


ANY = Type("any")
STRING = Type("string")
NUMBER = Type("number")
BOOL = Type("bool")
_PRIMITIVES = {"any": ANY, "string": STRING, "number": NUMBER, "bool": BOOL}
_LEGACY = {"list": Type("list", ANY), "map": Type("map", ANY), "set": Type("set", ANY)}


def parse_type(expression: Expression) -> Type | Unknown:
    """The type that a ``type`` argument names, Unknown with the reason when it names none."""
    from sumptuary.sources.terraform.grammar import ReadError

    try:
        return type_of_node(expression.node())
    except (EvaluationError, ReadError) as error:
        return Unknown(f"the type constraint cannot be read: {error}")


def type_of_node(node: nodes.Node) -> Type:
    """The type that a part of an expression names. Raises EvaluationError."""
    if isinstance(node, nodes.Parentheses):
        return type_of_node(node.inner)
    if isinstance(node, nodes.Literal) and isinstance(node.value, str):  # Terraform 0.11 wrote types in quotes
        node = nodes.Variable(node.value)
    if isinstance(node, nodes.Variable):
        if node.name in _PRIMITIVES:
            return _PRIMITIVES[node.name]
        if node.name in _LEGACY:
            return _LEGACY[node.name]
        raise EvaluationError(f"{node.name} is not a type")
    if isinstance(node, nodes.Call) and len(node.arguments) == 1:
        return _constructed(node.name, node.arguments[0])
    raise EvaluationError("this is not a type")


def _constructed(name: str, argument: nodes.Node) -> Type:
    if name in ("list", "set", "map"):
        return Type(name, type_of_node(argument))
    result = Type(name)
    if name == "tuple" and isinstance(argument, nodes.Tuple):
        result.elements = [type_of_node(item) for item in argument.items]
        return result
    if name == "object" and isinstance(argument, nodes.Object):
        for key, value in argument.pairs:
            if not (isinstance(key, nodes.Literal) and isinstance(key.value, str)):
                raise EvaluationError("an attribute of an object type needs a plain name")
            result.attributes[key.value] = _attribute(key.value, value, result)
        return result
    raise EvaluationError(f"{name}() is not a type here")


def _attribute(name: str, node: nodes.Node, owner: Type) -> Type:
    if not (isinstance(node, nodes.Call) and node.name == "optional"):
        return type_of_node(node)
    if len(node.arguments) not in (1, 2):
        raise EvaluationError("optional() takes a type and perhaps a default")
    kind = type_of_node(node.arguments[0])
    owner.optional[name] = None
    if len(node.arguments) == 2:
        from sumptuary.sources.terraform.expressions import compile_node
        from sumptuary.sources.terraform.scope import Names

        owner.optional[name] = convert(compile_node(node.arguments[1])(Names({})), kind)
    return kind


def convert(value: object, to: Type) -> object:
    """The value as the type asks for. Unknown and null pass. Raises EvaluationError where Terraform refuses."""
    value = settled(value)
    if value is None or isinstance(value, Unknown):
        return value
    converters = {"string": to_string, "number": to_number, "bool": to_bool}
    if to.kind in converters:
        return converters[to.kind](value)
    if to.kind in ("list", "set"):
        return _to_sequence(value, to)
    if to.kind == "map":
        return _to_map(value, to.element or ANY)
    if to.kind == "object":
        return _to_object(value, to)
    if to.kind == "tuple":
        items = elements(value, "tuple")
        if len(items) != len(to.elements):
            raise EvaluationError(f"a tuple of {len(to.elements)} elements is required, not of {len(items)}")
        return [convert(item, kind) for item, kind in zip(items, to.elements, strict=True)]
    return value


def _to_sequence(value: object, to: Type) -> object:
    items = elements(value, to.kind)
    element = to.element or ANY
    items = unified(items) if element.kind == "any" else [convert(item, element) for item in items]
    return to_set(items) if to.kind == "set" else items


def _to_map(value: object, element: Type) -> dict[str, object]:
    if not is_map(value):
        raise EvaluationError(f"a map is required, not {named(value)}")
    if element.kind == "any":
        result = dict(zip(value, unified(list(value.values())), strict=True))
    else:
        result = {key: convert(item, element) for key, item in value.items()}
    return PartialMap(result, value.rest) if isinstance(value, PartialMap) else result


def _to_object(value: object, to: Type) -> dict[str, object]:
    if not is_map(value):
        raise EvaluationError(f"an object is required, not {named(value)}")
    result: dict[str, object] = {}
    for name in sorted(to.attributes):
        kind = to.attributes[name]
        if name in value:
            given = value[name]
            if given is None and to.optional.get(name) is not None:
                given = to.optional[name]
            result[name] = convert(given, kind)
        elif isinstance(value, PartialMap):
            result[name] = value.rest
        elif name in to.optional:
            result[name] = to.optional[name]
        else:
            raise EvaluationError(f'the attribute "{name}" is required')
    return result


def elements(value: object, wanted: str) -> list[object]:
    """The elements of a list, tuple or set. Raises EvaluationError for anything else."""
    if is_list(value):
        return value
    raise EvaluationError(f"a {wanted} is required, not {named(value)}")


def to_string(value: object) -> str:
    """A string, number or bool as text. Raises EvaluationError for the rest."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return numbers.text(value)
    raise EvaluationError(f"a string is required, not {named(value)}")


def to_number(value: object) -> int | Decimal:
    """A number, or text that is one. Raises EvaluationError for the rest."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value and value.strip() == value and value.isascii() and "_" not in value:
        return numbers.number_literal(value)
    raise EvaluationError(f"a number is required, not {named(value)}")


def to_bool(value: object) -> bool:
    """A bool, or the text of one. Raises EvaluationError for the rest."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("true", "1"):
        return True
    if isinstance(value, str) and value in ("false", "0"):
        return False
    raise EvaluationError(f"a bool is required, not {named(value)}")


def named(value: object) -> str:
    """What kind of value this is, in words for a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, (int, Decimal)):
        return "number"
    if isinstance(value, TerraformSet):
        return "set"
    if is_list(value):
        return "list"
    return "object"


def normalised(text: str) -> str:
    """A string in Unicode's composed form, as Terraform keeps all of them."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def equal(left: object, right: object) -> bool:
    """Whether two known values are equal in Terraform's sense: ``1`` is not ``true``, a list is not a set."""
    if isinstance(left, bool) or isinstance(right, bool):
        return isinstance(left, bool) and isinstance(right, bool) and left == right
    if is_list(left) and is_list(right):
        if isinstance(left, TerraformSet) != isinstance(right, TerraformSet) or len(left) != len(right):
            return False
        return all(equal(a, b) for a, b in zip(left, right, strict=True))
    if is_map(left) and is_map(right):
        return left.keys() == right.keys() and all(equal(item, right[key]) for key, item in left.items())
    return type_rank(left) == type_rank(right) and left == right


def type_rank(value: object) -> int:
    """A number that tells strings, bools, numbers, lists, maps and null apart."""
    if value is None:
        return 9
    if isinstance(value, bool):
        return 1
    if isinstance(value, (int, Decimal)):
        return 2
    if isinstance(value, str):
        return 3
    return 4 if is_list(value) else 5


def set_key(value: object) -> tuple[int, object]:
    """What orders an element among those of a set: numbers and text by value, null last, the rest by its hash text."""
    rank = type_rank(value)
    if rank in (4, 5):
        return rank, hash_text(value).encode()
    return rank, 0 if value is None else value


def hash_text(value: object) -> str:
    """The text by which Terraform orders collections inside a set."""
    if value is None:
        return "~"
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, str):
        from sumptuary.sources.terraform.functions.formatting import quoted

        return quoted(value)
    if isinstance(value, (int, Decimal)):
        return f"{numbers.text(value)}"
    if is_list(value):
        return "<" + "".join(hash_text(item) + ";" for item in value) + ">"
    if is_map(value):
        return "<" + "".join(hash_text(value[key]) + ";" for key in sorted(value)) + ">"
    return "?"


def to_set(items: Iterable[object]) -> TerraformSet | Unknown:
    """A set of the elements, unique and in Terraform's order. Unknown when an element is: it might equal another."""
    from sumptuary.values import first_unknown

    ordered: list[object] = []
    for item in items:
        if (unknown := first_unknown(item)) is not None:
            return unknown
        ordered.append(item)
    ordered.sort(key=set_key)
    result = TerraformSet()
    for item in ordered:
        if not result or not equal(result[-1], item):
            result.append(item)
    return result


def unified(values: list[object]) -> list[object]:
    """The values converted to the one type that fits all of them. Raises EvaluationError where there is none."""
    if len(values) < 2:
        return values
    ranks = {type_rank(value) for value in values if value is not None and not isinstance(value, Unknown)}
    if len(ranks) < 2 and not ranks & {4, 5}:
        return values
    if ranks <= {1, 3} or ranks <= {2, 3}:
        return [value if value is None or isinstance(value, Unknown) else to_string(value) for value in values]
    if ranks <= {1, 2, 3} and 3 in ranks:
        return [value if value is None or isinstance(value, Unknown) else to_string(value) for value in values]
    if ranks == {4}:
        return _unified_lists(values)
    if ranks == {5}:
        return _unified_maps(values)
    raise EvaluationError("the elements have types that do not fit together")


def _unified_lists(values: list[object]) -> list[object]:
    lists = [value for value in values if is_list(value)]
    if any(isinstance(value, TerraformSet) for value in lists) and not all(
        isinstance(value, TerraformSet) for value in lists
    ):
        return values
    if len({len(value) for value in lists}) == 1:
        columns = [unified([value[index] for value in lists]) for index in range(len(lists[0]))]
        rows: list[list[object]] = [[column[index] for column in columns] for index in range(len(lists))]
    else:
        flat = unified([item for value in lists for item in value])
        rows, start = [], 0
        for value in lists:
            rows.append(flat[start : start + len(value)])
            start += len(value)
    remade = iter(
        TerraformSet(row) if isinstance(value, TerraformSet) else row for row, value in zip(rows, lists, strict=True)
    )
    return [next(remade) if is_list(value) else value for value in values]


def _unified_maps(values: list[object]) -> list[object]:
    maps = [value for value in values if is_map(value)]
    if len({frozenset(value) for value in maps}) == 1:
        columns = {key: iter(unified([value[key] for value in maps])) for key in maps[0]}
        rows = [{key: next(columns[key]) for key in value} for value in maps]
    else:
        flat = iter(unified([item for value in maps for item in value.values()]))
        rows = [{key: next(flat) for key in value} for value in maps]
    remade = iter(
        PartialMap(row, value.rest) if isinstance(value, PartialMap) else row
        for row, value in zip(rows, maps, strict=True)
    )
    return [next(remade) if is_map(value) else value for value in values]
