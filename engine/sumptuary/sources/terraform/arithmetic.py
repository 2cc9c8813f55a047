"""Arithmetic as Terraform does it: on 512-bit binary floats, imported only where a number is not whole."""

from __future__ import annotations

import math
from decimal import Context, Decimal
from fractions import Fraction

from sumptuary.sources.terraform.numbers import LARGEST_EXPONENT, Infinite, Number, simplest
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

BITS = 512
_EXACT = 1 << BITS
_DIGITS = (150, 153, 154, 155, 156)


class _InfiniteError(Exception):
    """A result is infinite."""

    def __init__(self, negative: bool) -> None:
        super().__init__()
        self.negative = negative


def calculate(operator: str, left: Number, right: Number) -> Number | Infinite:
    """``+ - * / %`` of two numbers. Raises EvaluationError, or TooLargeError for what takes too many digits."""
    try:
        return rounded(_OPERATIONS[operator](exact(left), exact(right)))
    except _InfiniteError as infinite:
        return Infinite(negative=infinite.negative)


def calculate_infinite(operator: str, left: Number | Infinite, right: Number | Infinite) -> Number | Infinite:
    """The same where one number at least is infinite. Raises EvaluationError for what has no value."""
    first, second = sized(left), sized(right)
    if operator in "+-":
        made = first + second if operator == "+" else first - second
    elif operator == "*":
        made = first * second
    elif operator == "/" and not (math.isinf(first) and math.isinf(second)):
        made = first * (-1 if second < 0 else 1) if math.isinf(first) else 0.0
    else:
        made = math.nan
    if math.isnan(made):
        raise EvaluationError("an infinite number leads to no number")
    return Infinite(negative=made < 0) if math.isinf(made) else 0


def sized(value: Number | Infinite) -> float:
    """An infinite number as a float, and -1, 0 or 1 for any other."""
    if isinstance(value, Infinite):
        return -math.inf if value.negative else math.inf
    return float((value > 0) - (value < 0))


def shortest(value: Decimal) -> Number:
    """A number written with more digits than Terraform keeps, as it keeps it."""
    return rounded(Fraction(value))


def as_float(value: Fraction) -> Fraction:
    """The nearest value with a 512-bit mantissa, ties to even."""
    if value == 0:
        return value
    negative, value = value < 0, abs(value)
    shift = value.numerator.bit_length() - value.denominator.bit_length() - BITS
    scaled = value / (Fraction(2) ** shift)
    while scaled >= _EXACT:
        shift += 1
        scaled /= 2
    while scaled < _EXACT // 2:
        shift -= 1
        scaled *= 2
    result = Fraction(round(scaled)) * Fraction(2) ** shift
    return -result if negative else result


def rounded(value: Fraction) -> Number:
    """A result of arithmetic as Terraform keeps it: the shortest decimal that reads back as the same 512-bit float."""
    if value.denominator == 1 and abs(value.numerator) < _EXACT:
        return value.numerator
    if value and abs(value.numerator.bit_length() - value.denominator.bit_length()) > 3 * LARGEST_EXPONENT:
        raise TooLargeError("a number becomes too large to evaluate")
    kept = as_float(value)
    if kept.denominator == 1 and abs(kept.numerator) < _EXACT:
        return kept.numerator
    candidate = Decimal(0)
    for digits in _DIGITS:
        context = Context(prec=digits)
        candidate = context.divide(Decimal(kept.numerator), Decimal(kept.denominator)).normalize(context)
        if as_float(Fraction(candidate)) == kept:
            break
    return simplest(candidate)


def exact(value: Number) -> Fraction:
    """The value of a number as the 512-bit float that Terraform holds."""
    return Fraction(value) if isinstance(value, int) else as_float(Fraction(value))


def _add(left: Fraction, right: Fraction) -> Fraction:
    return left + right


def _subtract(left: Fraction, right: Fraction) -> Fraction:
    return left - right


def _multiply(left: Fraction, right: Fraction) -> Fraction:
    return left * right


def _divide(left: Fraction, right: Fraction) -> Fraction:
    if right == 0:
        if left == 0:
            raise EvaluationError("zero divided by zero is not a number")
        raise _InfiniteError(left < 0)
    return left / right


def _remainder(left: Fraction, right: Fraction) -> Fraction:
    if right == 0:  # as Terraform has it
        return left
    whole = Fraction(int(as_float(left / right)))
    return left - as_float(right * whole)


_OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "%": _remainder,
}
