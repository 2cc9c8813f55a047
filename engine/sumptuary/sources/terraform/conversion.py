"""Terraform's types: reading a type constraint, and converting a value to it by Terraform's rules."""

from __future__ import annotations

from sumptuary.sources.terraform import nodes
from sumptuary.sources.terraform.equality import to_set
from sumptuary.sources.terraform.lazy import TerraformList, TerraformMap, TerraformSet, settled
from sumptuary.sources.terraform.primitives import elements, named, to_bool, to_number, to_string
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.sources.terraform.unification import unified
from sumptuary.sources.terraform.value_types import ANY, BOOL, NUMBER, STRING, Type
from sumptuary.values import PartialMap, Unknown, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.terraform.expressions import Expression


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


def _to_sequence(value: object, to: Type) -> object:
    items = elements(value, to.kind)
    element = to.element or ANY
    if element.kind != "any":
        items = [convert(item, element) for item in items]
    if element.has_any() and not _has_one_type(value):
        items = unified(items, to.kind)
    made = to_set(items) if to.kind == "set" else TerraformList(items)
    if isinstance(made, (TerraformList, TerraformSet)):
        _keep_type(made, value, element)
    return made


def _to_map(value: object, element: Type) -> dict[str, object]:
    if not is_map(value):
        raise EvaluationError(f"a map is required, not {named(value)}")
    result = {key: convert(item, element) for key, item in value.items()}
    if element.has_any() and not _has_one_type(value):
        result = dict(zip(result, unified(list(result.values()), "map"), strict=True))
    if isinstance(value, PartialMap):
        return PartialMap(result, value.rest)
    made = TerraformMap(result)
    _keep_type(made, value, element)
    return made


def _has_one_type(value: object) -> bool:
    return isinstance(value, (TerraformList, TerraformMap, TerraformSet))


def _keep_type(made: TerraformList | TerraformMap | TerraformSet, value: object, element: Type) -> None:
    """Note the type of the elements where the elements themselves may not tell it."""
    untold = not _has_one_type(value) and all(item is None for item in (made.values() if is_map(made) else made))
    if untold or not element.has_any():
        made.element = element
    elif (known := getattr(value, "element", None)) is not None and element.kind == "any":
        made.element = known


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
