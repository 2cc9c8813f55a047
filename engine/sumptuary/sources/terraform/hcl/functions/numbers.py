"""Functions on numbers."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import log

from sumptuary.sources.terraform.hcl.lazy import EvaluationError
from sumptuary.sources.terraform.hcl.operators import EXACT, number, string, tidy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sumptuary.sources.terraform.hcl.operators import Number


def _power(base: object, exponent: object) -> Number:
    power = number(exponent)
    if abs(power) > 1000:
        raise EvaluationError("the exponent is too large")
    return tidy(EXACT.power(Decimal(number(base)), Decimal(power)))


def _parseint(text: object, base: object) -> int:
    radix, digits = number(base), string(text)
    if not isinstance(radix, int) or not 2 <= radix <= 62:
        raise EvaluationError("the base is between 2 and 62")
    if radix <= 36:
        return int(digits.replace("_", "?"), radix)
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    value = 0
    for digit in digits.removeprefix("-"):
        value = value * radix + alphabet.index(digit)
    return -value if digits.startswith("-") else value


def _sum(values: object) -> Number:
    if not isinstance(values, list) or not values:
        raise EvaluationError("a list with at least one number is needed")
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, Decimal(number(value)))
    return tidy(total)


def _signum(value: object) -> int:
    exact = number(value)
    return 0 if exact == 0 else 1 if exact > 0 else -1


def _whole(value: object, rounding: str) -> Number:
    return tidy(Decimal(number(value)).to_integral_value(rounding))


def _logarithm(value: object, base: object) -> Number:
    return tidy(Decimal(repr(log(number(value), number(base)))))


FUNCTIONS: dict[str, Callable[..., object]] = {
    "abs": lambda value: abs(number(value)),
    "ceil": lambda value: _whole(value, ROUND_CEILING),
    "floor": lambda value: _whole(value, ROUND_FLOOR),
    "log": _logarithm,
    "max": lambda first, *more: max(number(first), *(number(value) for value in more), number(first)),
    "min": lambda first, *more: min(number(first), *(number(value) for value in more), number(first)),
    "parseint": _parseint,
    "pow": _power,
    "signum": _signum,
    "sum": _sum,
}
