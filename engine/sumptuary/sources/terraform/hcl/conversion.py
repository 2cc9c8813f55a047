"""Type constraints of variables, and values converted to them as Terraform does."""

from __future__ import annotations

from dataclasses import dataclass, field

from sumptuary.sources.terraform.hcl.expressions import compile_node, parts, text
from sumptuary.sources.terraform.hcl.functions.casts import one_type, to_map, unique
from sumptuary.sources.terraform.hcl.lazy import EvaluationError
from sumptuary.sources.terraform.hcl.operators import boolean, describe, number, string
from sumptuary.sources.terraform.hcl.scope import Budget, Scope
from sumptuary.values import PartialMap, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from sumptuary.sources.terraform.hcl.syntax import Expression

_SIMPLE = {"string": string, "number": number, "bool": boolean}
_MAX_DEPTH = 60


@dataclass(slots=True, frozen=True)
class Type:
    """A type constraint. ``name`` is string, number, bool, any, list, set, map, tuple or object; ``elements`` its
    element types; ``attributes`` an object's, with the default of each optional one."""

    name: str
    elements: tuple[Type, ...] = ()
    attributes: dict[str, tuple[Type, object, bool]] = field(default_factory=dict)


ANY = Type("any")


def parse_type(expression: Expression) -> Type:
    """The constraint that ``type = ...`` spells; ``any`` where it cannot be understood."""
    try:
        return _type(expression.node, expression.source, 0)
    except (EvaluationError, ValueError, IndexError):
        return ANY


def _type(node: Node, source: bytes, depth: int) -> Type:
    if depth > _MAX_DEPTH:
        raise EvaluationError("the type is nested too deep")
    inner = parts(node)[0] if node.type in ("expression", "collection_value") else node
    if inner.type == "variable_expr":
        return Type(text(inner, source))
    if inner.type in ("literal_value", "template_expr", "string_lit"):
        return Type(text(inner, source).strip('"'))
    if inner.type != "function_call":
        return ANY
    name = text(inner.children[0], source)
    arguments = next((child for child in inner.children if child.type == "function_arguments"), None)
    nodes = [child for child in parts(arguments) if child.type == "expression"] if arguments is not None else []
    if name == "object":
        return Type("object", (), _attributes(nodes[0], source, depth))
    if name == "tuple":
        items = parts(parts(parts(nodes[0])[0])[0])
        return Type("tuple", tuple(_type(item, source, depth + 1) for item in items if item.type == "expression"))
    return Type(name, tuple(_type(item, source, depth + 1) for item in nodes[:1]))


def _attributes(node: Node, source: bytes, depth: int) -> dict[str, tuple[Type, object, bool]]:
    made: dict[str, tuple[Type, object, bool]] = {}
    for element in parts(parts(parts(node)[0])[0]):
        if element.type != "object_elem":
            continue
        key, value = [child for child in parts(element) if child.type == "expression"]
        name = text(key, source).strip('"')
        call = parts(value)[0]
        if call.type == "function_call" and text(call.children[0], source) == "optional":
            arguments = next(child for child in call.children if child.type == "function_arguments")
            nodes = [child for child in parts(arguments) if child.type == "expression"]
            default = compile_node(nodes[1], source)(Scope(Budget())) if len(nodes) > 1 else None
            made[name] = (_type(nodes[0], source, depth + 1), default, True)
        else:
            made[name] = (_type(value, source, depth + 1), None, False)
    return made


def convert(value: object, wanted: Type) -> object:
    """The value in a type; unknown parts stay unknown.

    Raises:
        EvaluationError: it cannot be converted.
    """
    if value is None or isinstance(value, Unknown) or wanted.name == "any":
        return value
    if wanted.name in _SIMPLE:
        return _SIMPLE[wanted.name](value)
    if wanted.name in ("list", "set", "tuple"):
        return _sequence(value, wanted)
    if wanted.name == "map":
        return _map(value, wanted)
    if wanted.name == "object":
        return _object(value, wanted)
    return value


def _sequence(value: object, wanted: Type) -> object:
    if not isinstance(value, list):
        raise EvaluationError(f"a list is needed, not {describe(value)}")
    if wanted.name == "tuple" and wanted.elements:
        if len(wanted.elements) != len(value):
            raise EvaluationError(f"{len(wanted.elements)} elements are needed, not {len(value)}")
        return [convert(item, kind) for item, kind in zip(value, wanted.elements, strict=True)]
    element = wanted.elements[0] if wanted.elements else ANY
    items = [convert(item, element) for item in value]
    if element.name == "any":
        items = one_type(items)
    if wanted.name == "set":
        unknown = next((item for item in items if isinstance(item, Unknown)), None)
        return unique(items) if unknown is None else unknown
    return items


def _map(value: object, wanted: Type) -> object:
    if not isinstance(value, dict):
        raise EvaluationError(f"a map is needed, not {describe(value)}")
    if not wanted.elements or wanted.elements[0].name == "any":
        return to_map(value)
    made = {key: convert(item, wanted.elements[0]) for key, item in value.items()}
    return PartialMap(made, value.rest) if isinstance(value, PartialMap) else made


def _object(value: object, wanted: Type) -> object:
    if not isinstance(value, dict):
        raise EvaluationError(f"an object is needed, not {describe(value)}")
    made: dict[str, object] = {}
    for name, (kind, default, optional) in wanted.attributes.items():
        if value.get(name) is not None:
            made[name] = convert(value[name], kind)
        elif isinstance(value, PartialMap) and name not in value:
            made[name] = value.rest
        elif optional:
            made[name] = convert(default, kind) if default is not None else None
        elif name in value:
            made[name] = None
        else:
            raise EvaluationError(f"the attribute {name!r} is required")
    return made
