"""Values converted to the one type that fits several of them, as conditionals and collections need it."""

from __future__ import annotations

from sumptuary.sources.terraform.common_types import common_type, element_for, list_type, map_type, possible
from sumptuary.sources.terraform.equality import to_set, type_rank
from sumptuary.sources.terraform.lazy import TerraformList, TerraformMap, TerraformSet
from sumptuary.sources.terraform.primitives import to_bool, to_number, to_string
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.sources.terraform.value_types import ANY, UNTOLD, Type, alike, object_type, tuple_type, type_of
from sumptuary.values import PartialMap, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    Typed = tuple[object, Type]
    Part = tuple[object, Type, Type]

_NO_FIT = "the elements have types that do not fit together"
_PRIMITIVES = {"string": to_string, "number": to_number, "bool": to_bool}


def unified(values: list[object], collection: str = "list") -> list[object]:
    """The values as elements of one list, set or map. Raises EvaluationError where no type fits them all."""
    if len(values) < 2:
        return values
    ranks = {type_rank(value) for value in values if value is not None and not isinstance(value, Unknown)}
    if not ranks & {4, 5}:
        if len(ranks) < 2:
            return values
        if 3 in ranks:
            return [value if value is None or isinstance(value, Unknown) else to_string(value) for value in values]
        raise EvaluationError(_NO_FIT)
    try:
        return _gathered(values, [type_of(value) for value in values], collection)
    except EvaluationError:  # a null in an object may have had a type, which a value does not keep
        return _gathered(values, [type_of(value, UNTOLD) for value in values], collection)


def _gathered(values: list[object], types: list[Type], collection: str) -> list[object]:
    element = element_for(types, Type(collection, ANY))
    if element is None or not all(possible(kind, element) for kind in types):
        raise EvaluationError(_NO_FIT)
    return _converted_parts(list(zip(values, types, types, strict=True)), element, _again(collection, element))[0]


def agreed(chosen: object, other: object) -> object:
    """The first value in the type that both have in common. Raises EvaluationError where they have none."""
    try:
        return _agreed(chosen, type_of(chosen), type_of(other))
    except EvaluationError:
        return _agreed(chosen, type_of(chosen, UNTOLD), type_of(other, UNTOLD))


def _agreed(chosen: object, kind: Type, other: Type) -> object:
    wanted = common_type([kind, other])
    if wanted is None:
        raise EvaluationError("there is no type that fits both")
    have = kind
    if (kind.kind, other.kind) in (("tuple", "list"), ("object", "map")):
        # Terraform makes a list of the tuple on the way, and then reads the tuple as that list
        gathered = list_type([kind]) if kind.kind == "tuple" else map_type([kind])
        both = common_type([gathered, other]) if gathered is not None else None
        if gathered is not None and both is not None and both.kind == other.kind:
            have, wanted = gathered if gathered != both else kind, both
    return _fitted(chosen, kind, have, wanted)[0]


def first_set(values: list[object]) -> object:
    """The first value other than null and "" in the type that all have in common, or Unknown where one comes first.

    Raises EvaluationError where they have no such type, or none is left.
    """
    types = [type_of(value) for value in values]
    wanted = common_type(types)
    if wanted is None:
        raise EvaluationError("all arguments must have the same type")
    for value, kind in zip(values, types, strict=True):
        if isinstance(value, Unknown):
            return value
        try:
            made = _fitted(value, kind, kind, wanted)[0]
        except EvaluationError:  # Terraform passes over what cannot be converted
            continue
        if made is not None and made != "":
            return made
    raise EvaluationError("no argument is other than null or empty")


def _fitted(value: object, actual: Type, have: Type, want: Type) -> Typed:
    """A value converted from the type it is taken to have, with the type it has then.

    ``actual`` is the type it has, which differs from ``have`` where Terraform converts twice. Raises EvaluationError.
    """
    if have == want or want.kind in ("any", "unknown"):
        return value, actual
    if value is None or isinstance(value, (Unknown, PartialMap)):
        return value, want
    if have.kind in ("any", "unknown"):
        if not possible(actual, want):
            raise EvaluationError(_NO_FIT)
        have = actual
        if have == want or have.kind in ("any", "unknown"):
            return value, want
    if want.kind in _PRIMITIVES:
        return _PRIMITIVES[want.kind](value), want
    if want.kind == "object" and is_map(value):
        return _object(value, actual, have, want)
    if is_list(value):
        parts: list[Part] = list(zip(value, _types(actual, value), _types(have, value), strict=True))
        if want.kind == "tuple":
            made = [_fitted(*part, kind) for part, kind in zip(parts, want.elements, strict=True)]
            return [item for item, _ in made], tuple_type([kind for _, kind in made])
        return _sequence(parts, actual, have, want)
    if is_map(value) and want.kind == "map":
        return _map(value, actual, have, want)
    raise EvaluationError(_NO_FIT)


def _types(kind: Type, value: list[object]) -> list[Type]:
    return kind.elements if kind.kind == "tuple" else [kind.element or UNTOLD] * len(value)


def _attribute(kind: Type, name: str) -> Type:
    return kind.attributes.get(name, UNTOLD) if kind.kind == "object" else kind.element or UNTOLD


def _object(value: dict[str, object], actual: Type, have: Type, want: Type) -> Typed:
    made: dict[str, object] = {}
    types: dict[str, Type] = {}
    for name, kind in want.attributes.items():
        if name not in value:
            raise EvaluationError(f'the attribute "{name}" is required')
        made[name], types[name] = _fitted(value[name], _attribute(actual, name), _attribute(have, name), kind)
    return made, object_type(types)


def _sequence(parts: list[Part], actual: Type, have: Type, want: Type) -> Typed:
    element = element_for(have.elements, want) if have.kind == "tuple" else want.element
    if element is None:
        raise EvaluationError(_NO_FIT)
    again = have.kind == "tuple" and want.kind == "list"
    items, found = _converted_parts(parts, element, again=again)
    if not items:
        found = _of_none(actual, have, element)
    if want.kind == "set":
        unique = to_set(items)
        if isinstance(unique, TerraformSet):
            unique.element = found
        return unique, Type("set", found)
    made = TerraformList(items)
    made.element = found
    return made, Type("list", found)


def _map(value: dict[str, object], actual: Type, have: Type, want: Type) -> Typed:
    element = element_for(list(have.attributes.values()), want) if have.kind == "object" else want.element
    if element is None:
        raise EvaluationError(_NO_FIT)
    parts = [(item, _attribute(actual, name), _attribute(have, name)) for name, item in value.items()]
    items, found = _converted_parts(parts, element, again=_again("map", element))
    if not items:
        found = _of_none(actual, have, element)
    made = TerraformMap(zip(value, items, strict=True))
    made.element = found
    return made, Type("map", found)


def _of_none(actual: Type, have: Type, element: Type) -> Type:
    """The type of the elements of an empty collection."""
    if element.kind != "any" or have.element is None:
        return element
    if actual.element is None:
        raise EvaluationError(_NO_FIT)
    return actual.element


def _again(kind: str, element: Type) -> bool:
    """Whether the converted elements are brought to one type once more, as the first time may leave parts open."""
    return kind == "list" or (kind == "map" and element.kind in ("list", "set", "map", "object"))


def _converted_parts(parts: list[Part], element: Type, again: bool) -> tuple[list[object], Type]:
    """The elements of one collection, and the type they then all have. Raises EvaluationError."""
    made = [_fitted(*part, element) for part in parts]
    if again and made:
        shared = common_type([kind for _, kind in made])
        if shared is None or not all(possible(kind, shared) for _, kind in made):
            raise EvaluationError(_NO_FIT)
        made = [_fitted(item, kind, kind, shared) for item, kind in made]
    found = UNTOLD if made else element
    for _, kind in made:
        if found.kind in ("any", "unknown"):
            found = kind
        elif kind.kind != "any" and not alike(found, kind):
            raise EvaluationError(_NO_FIT)
    return [item for item, _ in made], found
