"""Functions on lists, sets and maps; they tell what they can when some elements are unknown."""

from __future__ import annotations

from itertools import product

from sumptuary.sources.terraform.hcl.functions.casts import one_type, to_list, to_map, unique
from sumptuary.sources.terraform.hcl.lazy import EvaluationError, TerraformSet
from sumptuary.sources.terraform.hcl.operators import EXACT, boolean, describe, equal, number, string, tidy
from sumptuary.values import ABSENT, PartialMap, Unknown, first_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MAX_ELEMENTS = 100_000


def _list(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    raise EvaluationError(f"a list is needed, not {describe(value)}")


def _map(value: object) -> dict[str, object]:
    if isinstance(value, dict):
        return value
    raise EvaluationError(f"a map is needed, not {describe(value)}")


def _needs(*positions: int) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Unknown as soon as one of the arguments at these positions is."""

    def wrap(function: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object) -> object:
            for position in positions:
                if position < len(arguments) and isinstance(arguments[position], Unknown):
                    return arguments[position]
            return function(*arguments)

        return run

    return wrap


def _whole_number(value: object) -> int:
    exact = number(value)
    if not isinstance(exact, int):
        raise EvaluationError("a whole number is needed")
    return exact


def _every(values: object, wanted: bool) -> object:
    """``alltrue`` (wanted) or ``anytrue`` (not wanted): decided by one element, else unknown if any is."""
    doubt: Unknown | None = None
    for value in _list(values):
        if isinstance(value, Unknown):
            doubt = value
        elif (value is not None and boolean(value)) is not wanted:
            return not wanted
    return wanted if doubt is None else doubt


def _coalesce(*values: object) -> object:
    for value in values:
        if isinstance(value, Unknown) or (value is not None and value != ""):
            return value
    raise EvaluationError("every argument is null or empty")


def _coalescelist(*values: object) -> object:
    for value in values:
        if isinstance(value, Unknown) or value:
            return value
    raise EvaluationError("every list is empty")


def _compact(values: object) -> object:
    for value in _list(values):
        if isinstance(value, Unknown):
            return value
    return [string(value) for value in _list(values) if value is not None and value != ""]


def _concat(*values: object) -> object:
    joined: list[object] = []
    for value in values:
        if isinstance(value, Unknown):
            return value
        joined.extend(_list(value))
    return joined


def _contains(values: object, wanted: object) -> object:
    doubt: Unknown | None = None
    for value in _list(values):
        same = equal(*_comparable(value, wanted))
        if same is True:
            return True
        if isinstance(same, Unknown):
            doubt = same
    return False if doubt is None else doubt


def _comparable(one: object, other: object) -> tuple[object, object]:
    """Two values as a list of one type would hold them."""
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return one, other
    first, second = one_type([one, other])
    return first, second


def _distinct(values: object) -> object:
    kept: list[object] = []
    for value in _list(values):
        if (unknown := first_unknown(value)) is not None:
            return unknown
        if not any(equal(value, other) is True for other in kept):
            kept.append(value)
    return kept


def _element(values: object, position: object) -> object:
    items = _list(values)
    if not items:
        raise EvaluationError("the list is empty")
    return items[_whole_number(position) % len(items)]


def _flatten(values: object) -> object:
    flat: list[object] = []
    for value in _list(values):
        if isinstance(value, Unknown):
            return value
        if isinstance(value, list):
            inner = _flatten(value)
            if isinstance(inner, Unknown):
                return inner
            flat.extend(_list(inner))
        else:
            flat.append(value)
    return flat


def _index(values: object, wanted: object) -> object:
    for position, value in enumerate(_list(values)):
        same = equal(*_comparable(value, wanted))
        if isinstance(same, Unknown):
            return same
        if same:
            return position
    raise EvaluationError("there is no such element")


def _keys(value: object) -> object:
    if isinstance(value, PartialMap):
        return value.rest
    return sorted(_map(value))


def _values(value: object) -> object:
    if isinstance(value, PartialMap):
        return value.rest
    mapping = _map(value)
    return [mapping[key] for key in sorted(mapping)]


def _length(value: object) -> object:
    if isinstance(value, PartialMap):
        return value.rest
    if isinstance(value, (str, list, dict)):
        return len(value)
    raise EvaluationError(f"{describe(value)} has no length")


def _lookup(mapping: object, key: object, *default: object) -> object:
    found = _map(mapping).get(string(key), ABSENT)
    if found is not ABSENT:
        return found
    if isinstance(mapping, PartialMap):
        return mapping.rest
    if default:
        return default[0]
    raise EvaluationError(f"there is no key {string(key)!r}")


def _merge(*values: object) -> object:
    """Later maps win. A key of an earlier map stays, its value unknown, where an unknown map could replace it."""
    merged: dict[str, object] = {}
    rest: Unknown | None = None
    for value in values:
        if value is None:
            continue
        if isinstance(value, Unknown):
            rest = value
            merged = dict.fromkeys(merged, value)
            continue
        known = _map(value)
        if isinstance(known, PartialMap):
            rest = known.rest
            merged = {key: old if key in known else known.rest for key, old in merged.items()}
        merged.update(known)
    return merged if rest is None else PartialMap(merged, rest)


def _matchkeys(values: object, keys: object, wanted: object) -> object:
    chosen: list[object] = []
    for value, key in zip(_list(values), _list(keys), strict=True):
        found = _contains(wanted, key)
        if isinstance(found, Unknown):
            return found
        if found:
            chosen.append(value)
    return chosen


def _one(values: object) -> object:
    if values is None:
        return None
    items = _list(values)
    if len(items) > 1:
        raise EvaluationError("the list has more than one element")
    return items[0] if items else None


def _range(*limits: object) -> object:
    numbers = [number(limit) for limit in limits]
    start, end = (numbers[0], numbers[1]) if len(numbers) > 1 else (0, numbers[0])
    step = numbers[2] if len(numbers) > 2 else (1 if end >= start else -1)
    if step == 0 or (end - start) / step > MAX_ELEMENTS:
        return Unknown(f"a range of that size is too large to evaluate (limit {MAX_ELEMENTS:,})")
    items: list[object] = []
    current = start
    while (step > 0 and current < end) or (step < 0 and current > end):
        items.append(current)
        current = tidy(EXACT.add(EXACT.create_decimal(current), EXACT.create_decimal(step)))
    return items


def _setproduct(*sets: object) -> object:
    size = 1
    for value in sets:
        if isinstance(value, Unknown):
            return value
        size *= len(_list(value))
        if size > MAX_ELEMENTS:
            return Unknown("the product of these sets is too large to evaluate")
    rows: list[object] = [list(row) for row in product(*(_list(value) for value in sets))]
    return unique(rows) if all(isinstance(value, TerraformSet) for value in sets) else rows


def _setunion(*sets: object) -> object:
    joined = _concat(*sets)
    if (unknown := first_unknown(joined)) is not None:
        return unknown
    return unique(one_type(_list(joined)))


def _setintersection(first: object, *sets: object) -> object:
    return unique([value for value in _list(first) if all(_contains(other, value) for other in sets)])


def _setsubtract(first: object, second: object) -> object:
    return unique([value for value in _list(first) if not _contains(second, value)])


def _slice(values: object, start: object, end: object) -> object:
    items, low, high = _list(values), _whole_number(start), _whole_number(end)
    if not 0 <= low <= high <= len(items):
        raise EvaluationError("the slice lies outside the list")
    return items[low:high]


def _sort(values: object) -> object:
    return sorted(string(value) for value in _list(values))


def _transpose(mapping: object) -> object:
    turned: dict[str, list[str]] = {}
    for key, values in sorted(_map(mapping).items()):
        for value in _list(values):
            turned.setdefault(string(value), []).append(key)
    return {key: sorted(names) for key, names in sorted(turned.items())}


def _zipmap(keys: object, values: object) -> object:
    if isinstance(values, Unknown):
        return PartialMap({string(key): values for key in _list(keys) if not isinstance(key, Unknown)}, values)
    built: dict[str, object] = {}
    rest: Unknown | None = None
    for key, value in zip(_list(keys), _list(values), strict=True):
        if isinstance(key, Unknown):
            rest = key
        else:
            built[string(key)] = value
    return built if rest is None else PartialMap(built, rest)


def _chunklist(values: object, size: object) -> object:
    items, width = _list(values), _whole_number(size)
    if width < 0:
        raise EvaluationError("the size is not negative")
    return [items[start : start + width] for start in range(0, len(items), width)] if width else [items]


def _reverse(values: object) -> object:
    return list(reversed(_list(values)))


def _pairs(*arguments: object) -> object:
    return {string(key): value for key, value in zip(arguments[::2], arguments[1::2], strict=True)}


FUNCTIONS: dict[str, Callable[..., object]] = {
    "alltrue": _needs(0)(lambda values: _every(values, True)),
    "anytrue": _needs(0)(lambda values: _every(values, False)),
    "chunklist": _needs(0, 1)(_chunklist),
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "compact": _needs(0)(_compact),
    "concat": _concat,
    "contains": _needs(0)(_contains),
    "distinct": _needs(0)(_distinct),
    "element": _needs(0, 1)(_element),
    "flatten": _needs(0)(_flatten),
    "index": _needs(0, 1)(_index),
    "keys": _needs(0)(_keys),
    "length": _needs(0)(_length),
    "list": lambda *values: to_list(list(values)),
    "lookup": _needs(0, 1)(_lookup),
    "map": lambda *values: to_map(_pairs(*values)),
    "matchkeys": _needs(0, 1, 2)(_matchkeys),
    "merge": _merge,
    "one": _needs(0)(_one),
    "range": _range,
    "reverse": _needs(0)(_reverse),
    "setintersection": _setintersection,
    "setproduct": _setproduct,
    "setsubtract": _setsubtract,
    "setunion": _setunion,
    "slice": _needs(0, 1, 2)(_slice),
    "sort": _sort,
    "transpose": _transpose,
    "values": _needs(0)(_values),
    "zipmap": _needs(0)(_zipmap),
}
