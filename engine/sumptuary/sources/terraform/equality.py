"""When two values are equal, and in which order a set keeps its elements."""

from __future__ import annotations

from decimal import Decimal

from sumptuary.sources.terraform import numbers
from sumptuary.sources.terraform.lazy import TerraformList, TerraformMap, TerraformSet
from sumptuary.values import Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_KINDS = (TerraformSet, TerraformList, TerraformMap)


def equal(left: object, right: object) -> bool:
    """Whether two known values are equal in Terraform's sense: ``1`` is not ``true``, a list is no tuple."""
    if isinstance(left, bool) or isinstance(right, bool):
        return isinstance(left, bool) and isinstance(right, bool) and left == right
    if is_list(left) and is_list(right):
        if not same_kind(left, right) or len(left) != len(right):
            return False
        return all(equal(a, b) for a, b in zip(left, right, strict=True))
    if is_map(left) and is_map(right):
        if not same_kind(left, right):
            return False
        return left.keys() == right.keys() and all(equal(item, right[key]) for key, item in left.items())
    return type_rank(left) == type_rank(right) and left == right


def same_kind(left: object, right: object) -> bool:
    """Whether two lists or maps are of one kind: a list is no tuple and no set, a map is no object."""
    return all(isinstance(left, kind) == isinstance(right, kind) for kind in _KINDS)


def alike(left: object, right: object) -> bool | None:
    """Whether empty collections at the same places of two equal values are of one type; None where that is not kept.

    An empty set of strings is not equal to ``toset([])``, though nothing else can be seen of either.
    """
    if is_map(left) and is_map(right):
        pairs = [(item, right[key]) for key, item in left.items()]
    elif is_list(left) and is_list(right):
        pairs = list(zip(left, right, strict=True))
    else:
        return True
    if isinstance(left, _KINDS) and not pairs:
        one, other = getattr(left, "element", None), getattr(right, "element", None)
        return None if one is None or other is None else one == other
    answers = {alike(one, other) for one, other in pairs}
    return False if False in answers else None if None in answers else True


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
        first, last = "[]" if isinstance(value, (TerraformList, TerraformSet)) else "<>"
        return first + "".join(hash_text(item) + ";" for item in value) + last
    if isinstance(value, TerraformMap):
        return "{" + "".join(f"{hash_text(key)}:{hash_text(value[key])};" for key in sorted(value)) + "}"
    if is_map(value):
        return "<" + "".join(hash_text(value[key]) + ";" for key in sorted(value)) + ">"
    return "?"


def to_set(items: Iterable[object]) -> TerraformSet | Unknown:
    """A set of the elements, unique and in Terraform's order.

    Unknown when one of several elements is: it might equal another.
    """
    from sumptuary.values import first_unknown

    ordered = list(items)
    for item in ordered if len(ordered) > 1 else ():
        if (unknown := first_unknown(item)) is not None:
            return Unknown(f"the elements of a set are not all known: {unknown.reason}", unknown.depends_on)
    ordered.sort(key=set_key)
    result = TerraformSet()
    for item in ordered:
        if not result or not equal(result[-1], item):
            result.append(item)
    return result
