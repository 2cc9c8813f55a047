"""Functions on lists and on collections of any kind."""

from __future__ import annotations

from sumptuary.sources.terraform import numbers, operators
from sumptuary.sources.terraform.equality import equal, to_set
from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.lazy import TerraformList, TerraformSet
from sumptuary.sources.terraform.primitives import named, to_bool, to_number, to_string
from sumptuary.sources.terraform.scope import LARGEST_COLLECTION, EvaluationError, TooLargeError
from sumptuary.sources.terraform.unification import first_set, unified
from sumptuary.values import PartialMap, Unknown, first_unknown, is_list, is_map

FUNCTIONS = Table()
function = FUNCTIONS.function


def bounded(items: list[object]) -> list[object]:
    """The list, when it is not too long. Raises TooLargeError."""
    if len(items) > LARGEST_COLLECTION:
        raise TooLargeError("a list becomes too large to evaluate")
    return items


def _ordered(value: object) -> list[object]:
    if is_list(value):
        return value
    raise EvaluationError(f"a list is required, not {named(value)}")


def _whole(value: numbers.Number, what: str) -> int:
    if isinstance(value, int):
        return value
    raise EvaluationError(f"the {what} must be a whole number")


def _truths(items: list[object]) -> list[bool | Unknown | None]:
    """The elements as bools; every one must be one that is known."""
    return [item if item is None or isinstance(item, Unknown) else to_bool(item) for item in items]


@function("list", sees="parts")
def alltrue(items: list[object]) -> object:
    """Whether every element is true; one false or null decides it."""
    truths = _truths(items)
    if False in truths or None in truths:
        return False
    return next((item for item in truths if isinstance(item, Unknown)), True)


@function("list", sees="parts")
def anytrue(items: list[object]) -> object:
    """Whether an element is true; one decides it."""
    truths = _truths(items)
    if True in truths:
        return True
    return next((item for item in truths if isinstance(item, Unknown)), False)


@function("list number", sees="parts")
def chunklist(items: list[object], size: numbers.Number) -> object:
    """The list cut into lists of a size; 0 means one list."""
    length = _whole(size, "size")
    if not 0 <= length < 1 << 63:
        raise EvaluationError("the size must be neither negative nor so large")
    if not items:
        return TerraformList()
    alike = unified(items)
    if length == 0:
        return TerraformList([TerraformList(alike)])
    return TerraformList(TerraformList(alike[start : start + length]) for start in range(0, len(items), length))


@function("any! any!*", sees="all")
def coalesce(*values: object) -> object:
    """The first value that is neither null nor an empty string, as the type that all share."""
    return first_set(list(values))


@function("any! any!*", sees="all")
def coalescelist(*values: object) -> object:
    """The first list that is not empty."""
    for value in values:
        if not isinstance(value, Unknown) and (not is_list(value) or isinstance(value, TerraformSet)):
            raise EvaluationError(f"a list is required, not {named(value)}")
    for value in values:
        if isinstance(value, Unknown) or value:
            return value
    raise EvaluationError("no argument is other than null or empty")


@function("list", sees="parts")
def compact(items: list[object]) -> object:
    """The strings that are neither null nor empty."""
    for item in items:
        if isinstance(item, Unknown):
            return item
    return TerraformList(to_string(item) for item in items if item is not None and item != "")


@function("any! any!*", sees="all")
def concat(*lists: object) -> object:
    """All lists one after the other."""
    made: list[object] = []
    for items in lists:
        if isinstance(items, Unknown):
            return items
        if isinstance(items, TerraformSet):
            raise EvaluationError("a list is required, not set")
        made += _ordered(items)
        bounded(made)
    if not all(isinstance(items, TerraformList) for items in lists):
        return made
    try:
        return TerraformList(unified(made))
    except EvaluationError:  # lists of types that do not fit together make a tuple
        return made


@function("any any", sees="parts")
def contains(items: object, wanted: object) -> object:
    """Whether an element equals the value; one that does decides it."""
    unknown: Unknown | None = None
    for item in _ordered(items):
        same = operators.equals(item, wanted)
        if same is True:
            return True
        if isinstance(same, Unknown):
            unknown = same if unknown is None else unknown
    return False if unknown is None else unknown


@function("list", sees="parts")
def distinct(items: list[object]) -> object:
    """The elements without those that came before."""
    found = TerraformList()
    keys: set[object] = set()
    for item in unified(items):
        if (unknown := first_unknown(item)) is not None:
            return unknown
        if isinstance(item, (str, int)):
            key = (type(item), item)
            if key in keys:
                continue
            keys.add(key)
        elif any(equal(item, other) for other in found):
            continue
        found.append(item)
    return found


@function("any number", sees="parts")
def element(items: object, index: numbers.Number) -> object:
    """The element at a place, going round at the end."""
    found = _ordered(items)
    if isinstance(items, TerraformSet):
        raise EvaluationError("a list is required, not set")
    place = _whole(index, "index")
    if not found or abs(place) >= 1 << 63:
        raise EvaluationError("an empty list has no element" if not found else "the index is too large")
    return found[place % len(found)]


@function("any", sees="parts")
def flatten(items: object) -> object:
    """The elements of lists inside lists as one list."""
    made: list[object] = []
    waiting = [_ordered(items)]
    positions = [0]
    while waiting:
        if positions[-1] >= len(waiting[-1]):
            waiting.pop()
            positions.pop()
            continue
        item = waiting[-1][positions[-1]]
        positions[-1] += 1
        if isinstance(item, Unknown):
            return Unknown(item.reason, item.depends_on)  # how many elements, not what they are: never sensitive
        if is_list(item):
            waiting.append(item)
            positions.append(0)
        else:
            made.append(item)
            bounded(made)
    return made


@function("any any", sees="parts")
def index(items: object, wanted: object) -> object:
    """The place of the first element that equals the value."""
    if isinstance(items, TerraformSet):
        raise EvaluationError("a list is required, not set")
    for place, item in enumerate(_ordered(items)):
        same = operators.equals(item, wanted)
        if isinstance(same, Unknown):
            return same
        if same:
            return place
    raise EvaluationError("the list does not have that element")


@function("any", sees="parts")
def length(value: object) -> object:
    """How many elements or characters there are."""
    if isinstance(value, str):
        from sumptuary.sources.terraform.functions.graphemes import graphemes

        return len(graphemes(value))
    if isinstance(value, PartialMap):
        return value.rest
    if is_list(value) or is_map(value):
        return len(value)
    raise EvaluationError(f"a list, map or string is required, not {named(value)}")


@function("list list list")
def matchkeys(values: list[object], keys: list[object], wanted: list[object]) -> object:
    """The values whose keys are among those wanted."""
    if len(values) != len(keys):
        raise EvaluationError("values and keys have different lengths")
    alike = unified([*keys, *wanted])
    keys, wanted = alike[: len(keys)], alike[len(keys) :]
    return TerraformList(
        value
        for value, key in zip(unified(values), keys, strict=True)
        if any(operators.equals(key, other) is True for other in wanted)
    )


@function("any!", sees="parts")
def one(items: object) -> object:
    """The only element, or null when there is none."""
    found = _ordered(items)
    if len(found) > 1:
        raise EvaluationError("there is more than one element")
    return found[0] if found else None


@function("list", sees="parts")
def reverse(items: list[object]) -> object:
    """The list backwards."""
    backwards = list(reversed(items))
    return TerraformList(backwards) if isinstance(items, (TerraformList, TerraformSet)) else backwards


@function("any number number", name="slice", sees="parts")
def _slice(items: object, start: numbers.Number, end: numbers.Number) -> object:
    found, first, last = _ordered(items), _whole(start, "start"), _whole(end, "end")
    if isinstance(items, TerraformSet):
        raise EvaluationError("a list is required, not set")
    if not 0 <= first <= last <= len(found):
        raise EvaluationError(f"there is no slice from {first} to {last} of a list of {len(found)}")
    part = found[first:last]
    return TerraformList(part) if isinstance(items, TerraformList) else part


@function("list", sees="parts")
def sort(items: list[object]) -> object:
    """The strings in the order of their characters; which one stands where is not known when one of them is not."""
    if any(item is None for item in items):
        raise EvaluationError("an element is null")
    unknown = first_unknown(items)
    return TerraformList([unknown] * len(items) if unknown is not None else sorted(map(to_string, items)))


@function("list", name="sum")
def total(items: list[object]) -> object:
    """The numbers added up."""
    if not items:
        raise EvaluationError("an empty list has no sum")
    result: object = 0
    for item in items:
        result = operators.arithmetic("+", result, to_number(item))
    return result


__all__ = ["FUNCTIONS", "bounded", "to_set"]
