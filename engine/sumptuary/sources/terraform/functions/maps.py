"""Functions on maps and objects."""

from __future__ import annotations

from sumptuary.sources.terraform.conversion import convert
from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.lazy import TerraformList, TerraformMap, TerraformSet
from sumptuary.sources.terraform.primitives import named, to_string
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.sources.terraform.value_types import shared_type, type_of
from sumptuary.values import ABSENT, PartialMap, Unknown, is_list, is_map

FUNCTIONS = Table()
function = FUNCTIONS.function


@function("map", sees="parts")
def keys(mapping: dict[str, object]) -> object:
    """The keys in order; unknown while some are."""
    if isinstance(mapping, PartialMap):
        return mapping.rest
    return TerraformList(sorted(mapping)) if isinstance(mapping, TerraformMap) else [*sorted(mapping)]


@function("map", sees="parts")
def values(mapping: dict[str, object]) -> object:
    """The values in the order of their keys."""
    if isinstance(mapping, PartialMap):
        return mapping.rest
    found = [mapping[key] for key in sorted(mapping)]
    return TerraformList(found) if isinstance(mapping, TerraformMap) else found


@function("map string any!?", sees="parts")
def lookup(mapping: dict[str, object], key: str, default: object = ABSENT) -> object:
    """The value of a key, or the default where there is none."""
    if isinstance(mapping, TerraformMap) and default is not ABSENT:
        default = convert(default, shared_type(mapping.values()))
    if key in mapping:
        return mapping[key]
    if isinstance(mapping, PartialMap):
        return mapping.rest
    if default is ABSENT:
        raise EvaluationError(f'the map has no key "{key}"')
    return default


@function("any!*", sees="all")
def merge(*maps: object) -> object:
    """One map of all entries, later ones over earlier. What an unknown map may override is there, but not known."""
    made: dict[str, object] = {}
    rest: Unknown | None = None
    for mapping in maps:
        if mapping is None:
            continue
        if isinstance(mapping, Unknown):
            made = dict.fromkeys(made, mapping)
            rest = mapping if rest is None else rest.joined(mapping)
        elif is_map(mapping):
            if isinstance(mapping, PartialMap):
                made = dict.fromkeys(made, mapping.rest)
                rest = mapping.rest if rest is None else rest.joined(mapping.rest)
            made.update(mapping)
        else:
            raise EvaluationError(f"a map is required, not {named(mapping)}")
    if not maps:
        return {}
    if rest is not None:
        return PartialMap(made, rest) if made else rest
    kinds = {str(kind) for value in made.values() if (kind := type_of(value)).kind not in ("any", "unknown")}
    return TerraformMap(made) if all(isinstance(mapping, TerraformMap) for mapping in maps) and len(kinds) < 2 else made


@function("map")
def transpose(mapping: dict[str, object]) -> object:
    """A map of lists of strings with keys and elements exchanged."""
    made: dict[str, list[object]] = {}
    for key in sorted(mapping):
        items = mapping[key]
        if not is_list(items):
            raise EvaluationError(f"a list is required, not {named(items)}")
        for item in items:
            made.setdefault(to_string(item), []).append(key)
    return TerraformMap((key, TerraformList(sorted(made[key], key=str))) for key in sorted(made))


@function("list list", sees="parts")
def zipmap(names: list[object], items: list[object]) -> object:
    """A map of keys and their values."""
    if isinstance(items, TerraformSet):
        raise EvaluationError("a list is required, not set")
    if len(names) != len(items):
        raise EvaluationError("keys and values have different lengths")
    made: dict[str, object] = {}
    rest: Unknown | None = None
    for name, item in zip(names, items, strict=True):
        if isinstance(name, Unknown):
            rest = name
        else:
            made[to_string(name)] = item
    if rest is not None:
        return PartialMap(dict.fromkeys(made, rest), rest)
    return TerraformMap(made) if isinstance(items, TerraformList) else made
