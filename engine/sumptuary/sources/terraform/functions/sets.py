"""Functions on sets."""

from __future__ import annotations

from sumptuary.sources.terraform.equality import equal, set_key, to_set
from sumptuary.sources.terraform.functions.collections import bounded
from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.lazy import TerraformList, TerraformSet
from sumptuary.sources.terraform.scope import LARGEST_COLLECTION, TooLargeError
from sumptuary.sources.terraform.unification import unified
from sumptuary.values import first_unknown

FUNCTIONS = Table()
function = FUNCTIONS.function


def _alike(given: tuple[list[object], ...]) -> list[list[object]]:
    """The lists with their elements in the type that all of them share."""
    flat = unified([item for items in given for item in items])
    made: list[list[object]] = []
    start = 0
    for items in given:
        made.append(flat[start : start + len(items)])
        start += len(items)
    return made


def _keys(items: list[object]) -> set[str]:
    return {repr(set_key(item)) for item in items}


@function("list list*")
def setintersection(*given: list[object]) -> object:
    """What is in every set."""
    first, *others = _alike(given)
    others_keys = [_keys(items) for items in others]
    return to_set(item for item in first if all(repr(set_key(item)) in keys for keys in others_keys))


@function("list list*", sees="parts")
def setunion(*given: list[object]) -> object:
    """What is in any set."""
    return to_set(item for items in _alike(given) for item in items)


@function("list list")
def setsubtract(*given: list[object]) -> object:
    """What is in the first set and not in the second."""
    first, second = _alike(given)
    gone = _keys(second)
    return to_set(item for item in first if repr(set_key(item)) not in gone)


@function("list list list*", sees="parts")
def setproduct(*given: list[object]) -> object:
    """Every combination of one element from each."""
    size = 1
    for items in given:
        size *= len(items)
        if size > LARGEST_COLLECTION:
            raise TooLargeError("a product of sets becomes too large to evaluate")
    columns = [unified(items) for items in given]
    rows: list[list[object]] = [[]]
    for items in columns:
        rows = [[*row, item] for row in rows for item in items]
    if any(isinstance(items, TerraformSet) for items in given) and first_unknown(rows) is None:
        return to_set(rows)
    return TerraformList(bounded(list(rows)))


__all__ = ["FUNCTIONS", "equal"]
