"""Terraform's types, and the type that a value has."""

from __future__ import annotations

from decimal import Decimal

from sumptuary.sources.terraform.lazy import TerraformList, TerraformMap, TerraformSet
from sumptuary.values import PartialMap, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Type:
    """A type: ``kind`` is string, number, bool, any, list, set, map, tuple or object, or unknown for what is not told.

    ``element`` is what a list, set or map holds; ``elements`` a tuple's types; ``attributes`` an object's, those in
    ``optional`` may be left out and then take the default found there (None when there is none). Two types are equal
    whatever is optional in them.
    """

    __slots__ = ("_hash", "attributes", "element", "elements", "kind", "optional")

    def __init__(self, kind: str, element: Type | None = None) -> None:
        self.kind = kind
        self.element = element
        self.elements: list[Type] = []
        self.attributes: dict[str, Type] = {}
        self.optional: dict[str, object] = {}
        self._hash = 0

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Type) or self.kind != other.kind or hash(self) != hash(other):
            return False
        return self.element == other.element and self.elements == other.elements and self.attributes == other.attributes

    def __hash__(self) -> int:
        if not self._hash:
            attributes = frozenset(self.attributes.items())
            self._hash = hash((self.kind, self.element, tuple(self.elements), attributes)) or 1
        return self._hash

    def __str__(self) -> str:
        if self.kind == "tuple":
            return f"tuple([{', '.join(str(item) for item in self.elements)}])"
        if self.kind == "object":
            return f"object({{{', '.join(f'{name}={self.attributes[name]}' for name in sorted(self.attributes))}}})"
        return f"{self.kind}({self.element})" if self.element is not None else self.kind

    def has_any(self) -> bool:
        """Whether the type leaves a part open with ``any``."""
        if self.element is not None:
            return self.element.has_any()
        parts = self.elements or self.attributes.values()
        return self.kind == "any" or any(part.has_any() for part in parts)


ANY = Type("any")
UNTOLD = Type("unknown")
"""The type of a value that is not known, or of the elements of an empty list of which nothing else is known."""
REFUSED = Unknown("Terraform refuses this part of a side that is not taken")
"""Stands for such a part, of which Terraform sees as little as of a null."""
STRING = Type("string")
NUMBER = Type("number")
BOOL = Type("bool")


def object_type(attributes: dict[str, Type]) -> Type:
    """The type of objects with these attributes."""
    found = Type("object")
    found.attributes = attributes
    return found


def tuple_type(elements: list[Type]) -> Type:
    """The type of tuples of these elements."""
    found = Type("tuple")
    found.elements = elements
    return found


def type_of(value: object, null: Type = ANY) -> Type:
    """The type that a value has: ``any`` for null, ``unknown`` where the value does not tell it.

    ``null`` is what a null attribute of an object counts as: it may have had a type, which the value does not keep.
    """
    if isinstance(value, str):
        return STRING
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, (int, Decimal)):
        return NUMBER
    if value is None or value is REFUSED:
        return ANY
    if isinstance(value, (TerraformList, TerraformSet)):
        return Type("set" if isinstance(value, TerraformSet) else "list", _element_type(value, value, null))
    if is_list(value):
        return tuple_type([type_of(item, null) for item in value])
    if isinstance(value, PartialMap) or not is_map(value):
        return UNTOLD
    if isinstance(value, TerraformMap):
        return Type("map", _element_type(value, value.values(), null))
    return object_type({name: null if item is None else type_of(item, null) for name, item in value.items()})


def _element_type(collection: TerraformList | TerraformMap | TerraformSet, items: Iterable[object], null: Type) -> Type:
    declared: object = getattr(collection, "element", None)
    return declared if isinstance(declared, Type) else shared_type(items, null)


def shared_type(values: Iterable[object], null: Type = ANY) -> Type:
    """The type of the elements of one collection, each part of it as the first element that tells it has it."""
    found = UNTOLD
    for value in values:
        if value is not None:
            found = _completed(found, type_of(value, null))
    return found


def _completed(first: Type, second: Type) -> Type:
    if first is second or (first.kind == second.kind and first.kind in ("string", "number", "bool")):
        return first
    if first.kind in ("any", "unknown"):
        return second if second.kind != "any" else first
    if first.kind != second.kind or first == second:
        return first
    if first.element is not None and second.element is not None:
        return Type(first.kind, _completed(first.element, second.element))
    if first.kind == "tuple" and len(first.elements) == len(second.elements):
        return tuple_type([_completed(*pair) for pair in zip(first.elements, second.elements, strict=True)])
    if first.kind == "object" and first.attributes.keys() == second.attributes.keys():
        return object_type({name: _completed(kind, second.attributes[name]) for name, kind in first.attributes.items()})
    return first


def alike(first: Type, second: Type) -> bool:
    """Whether two types are the same as far as they are told."""
    if first == second or "unknown" in (first.kind, second.kind):
        return True
    if first.kind != second.kind:
        return False
    if first.element is not None and second.element is not None:
        return alike(first.element, second.element)
    if first.kind == "tuple" and len(first.elements) == len(second.elements):
        return all(alike(*pair) for pair in zip(first.elements, second.elements, strict=True))
    if first.kind == "object" and first.attributes.keys() == second.attributes.keys():
        return all(alike(kind, second.attributes[name]) for name, kind in first.attributes.items())
    return False
