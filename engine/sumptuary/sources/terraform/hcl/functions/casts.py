"""Conversions between types, and marks that change no value."""

from __future__ import annotations

from sumptuary.sources.terraform.hcl.lazy import EvaluationError, TerraformSet
from sumptuary.sources.terraform.hcl.operators import boolean, describe, equal, number, string
from sumptuary.values import PartialMap, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def _optional(cast: Callable[[object], object]) -> Callable[[object], object]:
    return lambda value: None if value is None else cast(value)


def to_list(value: object) -> object:
    """A list of the elements of a list, tuple or set."""
    if value is None or isinstance(value, Unknown):
        return value
    if not isinstance(value, list):
        raise EvaluationError(f"a list is needed, not {describe(value)}")
    return list(one_type(value))


def to_set(value: object) -> object:
    """A set: unique elements, strings and numbers in order; unknown as soon as one element is."""
    if value is None or isinstance(value, Unknown):
        return value
    if not isinstance(value, list):
        raise EvaluationError(f"a list is needed, not {describe(value)}")
    for item in value:
        if isinstance(item, Unknown):
            return item
    return unique(one_type(value))


def unique(values: list[object]) -> TerraformSet:
    """The values once each, in the order in which Terraform walks a set."""
    if all(isinstance(value, str) for value in values):
        return TerraformSet(sorted({value for value in values if isinstance(value, str)}))
    kept: list[object] = []
    for value in values:
        if not any(equal(value, other) is True for other in kept):
            kept.append(value)
    if all(isinstance(value, (int, float)) or hasattr(value, "is_finite") for value in kept):
        kept.sort(key=lambda value: number(value) if not isinstance(value, bool) else int(value))
    return TerraformSet(kept)


def one_type(values: list[object]) -> list[object]:
    """Elements in one type, as a list needs: where strings and numbers or bools mix, all become strings."""
    kinds = {type(value) for value in values if value is not None and not isinstance(value, Unknown)}
    if str in kinds and len(kinds) > 1 and not kinds & {list, dict, TerraformSet, PartialMap}:
        return [value if value is None or isinstance(value, Unknown) else string(value) for value in values]
    return values


def to_map(value: object) -> object:
    """A map of an object or map, its elements in one type."""
    if value is None or isinstance(value, Unknown):
        return value
    if not isinstance(value, dict):
        raise EvaluationError(f"a map is needed, not {describe(value)}")
    made = dict(zip(value, one_type(list(value.values())), strict=True))
    return PartialMap(made, value.rest) if isinstance(value, PartialMap) else made


def _same(value: object) -> object:
    return value


FUNCTIONS: dict[str, Callable[..., object]] = {
    "ephemeralasnull": _same,
    "issensitive": lambda value: Unknown("whether a value is sensitive is not tracked"),
    "nonsensitive": _same,
    "sensitive": _same,
    "tobool": _optional(boolean),
    "tolist": to_list,
    "tomap": to_map,
    "tonumber": _optional(number),
    "toset": to_set,
    "tostring": _optional(string),
}
