"""The one type that several types share, and which type can be converted to which."""

from __future__ import annotations

from sumptuary.sources.terraform.value_types import ANY, UNTOLD, Type, object_type, tuple_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_COLLECTIONS = ("map", "list", "set")
_PRIMITIVES = ("string", "number", "bool")
_MOST_TRIED = 100
"""Unlike types of several kinds that are tried against each other; nobody writes as many."""


def common_type(types: Iterable[Type]) -> Type | None:
    """The type that all of them can be converted to, None where there is none. What is not told fits anything."""
    given = list(dict.fromkeys(types))
    told = [kind for kind in given if kind.kind != "unknown"]
    if len(told) < 2:
        return told[0] if told else UNTOLD if given else None
    solid = {kind.kind for kind in told} - {"any"}
    dynamic = ANY in told
    if len(solid) == 1 and not solid & {*_PRIMITIVES}:
        if dynamic:  # what a null becomes among collections is left open
            return ANY
        return _OF_ONE_KIND[next(iter(solid))](told)
    for structure, collection, gathered in (("object", "map", map_type), ("tuple", "list", list_type)):
        if solid == {structure, collection}:
            made = gathered([kind for kind in told if kind.kind == structure])
            found = common_type(made if kind.kind == structure else kind for kind in told) if made else None
            if found is not None and found.kind == collection:
                return found
    if "object" in solid and "tuple" in solid:
        return None
    if len(told) > _MOST_TRIED:
        return None
    return next((wanted for wanted in _preferred(told) if all(possible(kind, wanted) for kind in told)), None)


def _common_collection(types: list[Type]) -> Type | None:
    element = common_type(kind.element or ANY for kind in types)
    return None if element is None else Type(types[0].kind, element)


def _common_object(types: list[Type]) -> Type | None:
    names = types[0].attributes.keys()
    if any(kind.attributes.keys() != names for kind in types):
        return map_type(types)
    attributes: dict[str, Type] = {}
    for name in names:
        found = common_type(kind.attributes[name] for kind in types)
        if found is None:
            return None
        attributes[name] = found
    shared = object_type(attributes)
    return shared if all(possible(kind, shared) for kind in types) else map_type(types)


def _common_tuple(types: list[Type]) -> Type | None:
    if len({len(kind.elements) for kind in types}) > 1:
        return list_type(types)
    elements: list[Type] = []
    for column in zip(*(kind.elements for kind in types), strict=True):
        found = common_type(column)
        if found is None:
            return None
        elements.append(found)
    shared = tuple_type(elements)
    return shared if all(possible(kind, shared) for kind in types) else list_type(types)


_OF_ONE_KIND: dict[str, Callable[[list[Type]], Type | None]] = {
    "object": _common_object,
    "tuple": _common_tuple,
    **dict.fromkeys(_COLLECTIONS, _common_collection),
}


def map_type(objects: list[Type]) -> Type | None:
    """The type of maps that all these types of objects become, None where there is none (as for the empty object)."""
    element = common_type(part for kind in objects for part in kind.attributes.values())
    made = Type("map", element)
    return made if element is not None and all(possible(kind, made) for kind in objects) else None


def list_type(tuples: list[Type]) -> Type | None:
    """The type of lists that all these types of tuples become, None where there is none (as for the empty tuple)."""
    element = common_type(part for kind in tuples for part in kind.elements)
    made = Type("list", element)
    return made if element is not None and all(possible(kind, made) for kind in tuples) else None


def possible(have: Type, want: Type) -> bool:
    """Whether values of one type may be converted to another; a value can still be refused ("a" as a number)."""
    open_ended = ("any", "unknown")
    if have.kind in open_ended or want.kind in open_ended or have == want:
        return True
    pair = (have.kind, want.kind)
    if want.kind in _PRIMITIVES:
        return have.kind in _PRIMITIVES and "string" in pair
    if pair == ("object", "object"):
        names = want.attributes
        return all(name in have.attributes and possible(have.attributes[name], names[name]) for name in names)
    if pair == ("tuple", "tuple"):
        return len(have.elements) == len(want.elements) and all(map(possible, have.elements, want.elements))
    if pair == ("map", "object"):
        return all(possible(have.element or ANY, kind) for kind in want.attributes.values())
    if want.kind not in _COLLECTIONS or (want.kind == "map") != (have.kind in ("map", "object")):
        return False
    if have.kind not in ("object", "tuple"):
        return have.kind in _COLLECTIONS and possible(have.element or ANY, want.element or ANY)
    parts = parts_of(have)
    element = element_for(parts, want)
    return element is not None and all(possible(part, element) for part in parts)


def parts_of(kind: Type) -> list[Type]:
    """The types of the elements of a tuple or the attributes of an object."""
    return [*kind.attributes.values()] if kind.kind == "object" else kind.elements


def element_for(parts: list[Type], want: Type) -> Type | None:
    """What the parts of a tuple or object become in a collection of a type: for ``any`` what they have in common."""
    element = want.element or ANY
    if element.kind != "any" or not parts:
        return element
    found = common_type(parts)
    if want.kind != "map" and found is ANY and any(part.kind not in ("any", "unknown") for part in parts):
        return None
    return found


def _preferred(types: list[Type]) -> list[Type]:
    """The types in the order in which they are tried as the one for all: more general ones first."""
    after: list[list[int]] = [[] for _ in types]
    before = [0] * len(types)
    for left in range(len(types)):
        for right in range(left + 1, len(types)):
            order = _order(types[left], types[right])
            if order:
                first, second = (left, right) if order < 0 else (right, left)
                after[first].append(second)
                before[second] += 1
    waiting = [index for index, count in enumerate(before) if count == 0]
    for index in waiting:
        for other in after[index]:
            before[other] -= 1
            if before[other] == 0:
                waiting.append(other)
    return [types[index] for index in waiting]


_MORE_GENERAL = {("list", "tuple"), ("list", "set"), ("tuple", "set"), ("map", "object")}


def _order(left: Type, right: Type) -> int:
    """Negative where the left type is the more general one, positive for the right one, else 0."""
    pair = (left.kind, right.kind)
    if "any" in pair or (left.kind in _PRIMITIVES and right.kind in _PRIMITIVES):
        weak = "any" if "any" in pair else ""
        general = [kind != weak if weak else kind == "string" for kind in pair]
        return int(general[1]) - int(general[0])
    if left.kind == right.kind and left.element is not None and right.element is not None:
        return _order(left.element, right.element)
    if pair in _MORE_GENERAL:
        return -1
    if pair[::-1] in _MORE_GENERAL:
        return 1
    orders: set[int] = set()
    if pair == ("object", "object") and left.attributes.keys() == right.attributes.keys():
        orders = {_order(kind, right.attributes[name]) for name, kind in left.attributes.items()}
    if pair == ("tuple", "tuple") and len(left.elements) == len(right.elements):
        orders = set(map(_order, left.elements, right.elements))
    return 0 if orders >= {-1, 1} else sum(orders)
