"""Operators and indexing, with Terraform's conversions, on values that may be unknown."""

from __future__ import annotations

from decimal import Context, Decimal, DecimalException

from sumptuary.sources.terraform.hcl.lazy import EvaluationError, Lazy, TerraformSet, settled
from sumptuary.values import ABSENT, PartialMap, Unknown, first_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Number = int | Decimal

EXACT = Context(prec=154)
"""Terraform's numbers are binary floats of 512 bits: about 154 decimal digits."""
MAX_MAGNITUDE = 500
"""Powers of ten beyond which a number is not worked out: none that big is an amount of anything."""


def tidy(value: Decimal) -> Number:
    """A whole number as an int, another as it is.

    Raises:
        EvaluationError: the number is not finite, or too large to work with.
    """
    if not value.is_finite() or value.adjusted() > MAX_MAGNITUDE:
        raise EvaluationError("the number is too large")
    return int(value) if value == value.to_integral_value() else value


def number(value: object) -> Number:
    """The value as a number; strings that spell one are converted, as Terraform does.

    Raises:
        EvaluationError: it is not a number.
    """
    if isinstance(value, bool) or value is None:
        raise EvaluationError(f"a number is needed, not {describe(value)}")
    if isinstance(value, (int, Decimal)):
        return value
    if isinstance(value, str) and value.strip() == value and not value.lower().startswith(("nan", "inf", "+")):
        try:
            return tidy(Decimal(value))
        except DecimalException:
            pass
    raise EvaluationError(f"a number is needed, not {describe(value)}")


def string(value: object) -> str:
    """The value as Terraform writes it in a string.

    Raises:
        EvaluationError: it is null, or a list or a map.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value.normalize(EXACT), "f")
    raise EvaluationError(f"a string is needed, not {describe(value)}")


def boolean(value: object) -> bool:
    """The value as a bool; the strings "true" and "false" are converted, as Terraform does.

    Raises:
        EvaluationError: it is neither.
    """
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise EvaluationError(f"true or false is needed, not {describe(value)}")


def describe(value: object) -> str:
    """What kind of value it is, in Terraform's words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a bool"
    if isinstance(value, (int, Decimal)):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "a map or object" if isinstance(value, dict) else "a list"


def equal(left: object, right: object) -> bool | Unknown:
    """Whether two values are the same and of the same type; unknown where an unknown part would decide."""
    left, right = settled(left), settled(right)
    if isinstance(left, Unknown):
        return left
    if isinstance(right, Unknown):
        return right
    if isinstance(left, dict) and isinstance(right, dict):
        return _equal_maps(left, right)
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return False
        return _all_equal(list(zip(left, right, strict=True)))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return (type(left) is type(right) and left == right) or (_is_number(left) and _is_number(right) and left == right)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _equal_maps(left: dict[str, object], right: dict[str, object]) -> bool | Unknown:
    partial = [side.rest for side in (left, right) if isinstance(side, PartialMap)]
    shared = [(left[key], right[key]) for key in left if key in right]
    same = _all_equal(shared)
    if same is False or (not partial and left.keys() != right.keys()):
        return False
    return partial[0] if partial else same


def _all_equal(pairs: list[tuple[object, object]]) -> bool | Unknown:
    verdict: bool | Unknown = True
    for one, other in pairs:
        same = equal(one, other)
        if same is False:
            return False
        if isinstance(same, Unknown):
            verdict = same
    return verdict


def _unequal(left: object, right: object) -> bool | Unknown:
    same = equal(left, right)
    return same if isinstance(same, Unknown) else not same


def _arithmetic(operation: Callable[[Decimal, Decimal], Decimal]) -> Callable[[object, object], object]:
    def run(left: object, right: object) -> object:
        if isinstance(left, Unknown):
            return left
        if isinstance(right, Unknown):
            return right
        try:
            return tidy(operation(Decimal(number(left)), Decimal(number(right))))
        except DecimalException as error:
            raise EvaluationError("the numbers cannot be worked out (a division by zero?)") from error

    return run


def _comparison(operation: Callable[[Number, Number], bool]) -> Callable[[object, object], object]:
    def run(left: object, right: object) -> object:
        if isinstance(left, Unknown):
            return left
        if isinstance(right, Unknown):
            return right
        return operation(number(left), number(right))

    return run


def _and(left: object, right: object) -> object:
    sides = [side if isinstance(side, Unknown) else boolean(side) for side in (left, right)]
    if False in [side for side in sides if isinstance(side, bool)]:
        return False
    return next((side for side in sides if isinstance(side, Unknown)), True)


def _or(left: object, right: object) -> object:
    sides = [side if isinstance(side, Unknown) else boolean(side) for side in (left, right)]
    if True in [side for side in sides if isinstance(side, bool)]:
        return True
    return next((side for side in sides if isinstance(side, Unknown)), False)


def _remainder(left: Decimal, right: Decimal) -> Decimal:
    return EXACT.remainder(left, right)


BINARY: dict[str, Callable[[object, object], object]] = {
    "==": equal,
    "!=": _unequal,
    "&&": _and,
    "||": _or,
    "+": _arithmetic(EXACT.add),
    "-": _arithmetic(EXACT.subtract),
    "*": _arithmetic(EXACT.multiply),
    "/": _arithmetic(EXACT.divide),
    "%": _arithmetic(_remainder),
    "<": _comparison(lambda left, right: left < right),
    "<=": _comparison(lambda left, right: left <= right),
    ">": _comparison(lambda left, right: left > right),
    ">=": _comparison(lambda left, right: left >= right),
}


def _not(value: object) -> object:
    return value if isinstance(value, Unknown) else not boolean(value)


def _minus(value: object) -> object:
    return value if isinstance(value, Unknown) else tidy(EXACT.minus(Decimal(number(value))))


UNARY: dict[str, Callable[[object], object]] = {"!": _not, "-": _minus}


def unified(one: object, other: object) -> tuple[object, object]:
    """The arms of a conditional in one type: of a string and a number or bool, both become strings."""
    simple = (str, bool, int, Decimal)
    if isinstance(one, simple) and isinstance(other, simple):
        mixed = isinstance(one, str) != isinstance(other, str) or isinstance(one, bool) != isinstance(other, bool)
        if mixed:
            return string(one), string(other)
    return one, other


def index(value: object, key: object) -> object:
    """``value[key]`` or ``value.key``; Unknown where either is, or where the key is beyond the known part of a map.

    Raises:
        EvaluationError: there is no such element, or the value has none.
    """
    if isinstance(value, Unknown):
        return value
    if isinstance(key, Unknown):
        return key
    if isinstance(value, Lazy):
        return value.attribute(string(key))
    if isinstance(value, dict):
        name = string(key)
        found = value.get(name, ABSENT)
        if found is ABSENT:
            if isinstance(value, PartialMap):
                return value.rest
            raise EvaluationError(f"there is no element {name!r}")
        return found
    if isinstance(value, TerraformSet):
        raise EvaluationError("the elements of a set have no index")
    if isinstance(value, list):
        position = number(key)
        if not isinstance(position, int) or not 0 <= position < len(value):
            raise EvaluationError(f"there is no element {position}")
        return value[position]
    raise EvaluationError(f"{describe(value)} has no elements")


def any_unknown(*values: object) -> Unknown | None:
    """The first unknown anywhere inside these values."""
    for value in values:
        if (found := first_unknown(settled(value))) is not None:
            return found
    return None
