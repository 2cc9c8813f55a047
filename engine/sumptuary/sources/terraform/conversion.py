"""Terraform's types: reading a type constraint, and converting a value to it by Terraform's rules."""

from __future__ import annotations

from decimal import Decimal

from sumptuary.sources.terraform import nodes
from sumptuary.sources.terraform.equality import to_set
from sumptuary.sources.terraform.lazy import TerraformList, TerraformMap, TerraformSet, settled
from sumptuary.sources.terraform.primitives import elements, named, to_bool, to_number, to_string
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.sources.terraform.unification import unified
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
    from sumptuary.sources.terraform.cursor import ReadError

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
        from sumptuary.sources.terraform.compiling import compile_node
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


def type_of(value: object) -> Type:
    """The type that a value has; ``any`` where the value does not tell it (null, what is unknown, an empty list)."""
    primitive = STRING if isinstance(value, str) else BOOL if isinstance(value, bool) else None
    if primitive is not None:
        return primitive
    if isinstance(value, (int, Decimal)):
        return NUMBER
    if isinstance(value, (TerraformList, TerraformSet)):
        return Type("set" if isinstance(value, TerraformSet) else "list", shared_type(value))
    if is_list(value):
        found = Type("tuple")
        found.elements = [type_of(item) for item in value]
        return found
    if isinstance(value, PartialMap) or not is_map(value):
        return ANY
    if isinstance(value, TerraformMap):
        return Type("map", shared_type(value.values()))
    found = Type("object")
    found.attributes = {name: type_of(item) for name, item in value.items()}
    return found


def shared_type(values: Iterable[object]) -> Type:
    """The type of the elements of one collection, as the first that tells it has it."""
    return next((kind for value in values if (kind := type_of(value)) is not ANY), ANY)


def _to_sequence(value: object, to: Type) -> object:
    items = elements(value, to.kind)
    element = to.element or ANY
    if element.kind != "any":
        items = [convert(item, element) for item in items]
    if "any" in str(element):
        items = unified(items)
    return to_set(items) if to.kind == "set" else TerraformList(items)


def _to_map(value: object, element: Type) -> dict[str, object]:
    if not is_map(value):
        raise EvaluationError(f"a map is required, not {named(value)}")
    result = {key: convert(item, element) for key, item in value.items()}
    if "any" in str(element):
        result = dict(zip(result, unified(list(result.values())), strict=True))
    return PartialMap(result, value.rest) if isinstance(value, PartialMap) else TerraformMap(result)


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
