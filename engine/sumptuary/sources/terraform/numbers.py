"""Terraform's numbers: exact integers, and fractions as 512-bit binary floats, held as their shortest decimal text."""

from __future__ import annotations

from decimal import Context, Decimal, InvalidOperation
from fractions import Fraction

from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError

BITS = 512
_EXACT = 1 << BITS
_LARGEST_EXPONENT = 1000
_EVERY_DIGIT = Context(prec=2000)
_DIGITS = (150, 153, 154, 155, 156)

Number = int | Decimal


def number_literal(text: str) -> Number:
    """A number as written in decimal. Raises EvaluationError for text that is none, TooLargeError for absurd ones."""
    if len(text) <= 150 and text.isdigit():
        return int(text)
    if len(text) > 2000:
        raise TooLargeError("a number is too long to evaluate")
    if len(text.lower().partition("e")[2].lstrip("+-0")) > 4 and text[0] in "+-.0123456789":
        raise TooLargeError(f"the number {text[:20]} is too large to evaluate")
    try:
        value = _EVERY_DIGIT.create_decimal(text)
    except InvalidOperation as error:
        raise EvaluationError(f"{text!r} is not a number") from error
    if not value.is_finite():
        raise EvaluationError(f"{text!r} is not a number")
    if value and abs(value.adjusted()) > _LARGEST_EXPONENT:
        raise TooLargeError(f"the number {text[:20]} is too large to evaluate")
    return rounded(Fraction(value)) if len(text) > 150 else simplest(value)


def simplest(value: Decimal) -> Number:
    """The number as an int when it is whole."""
    whole = int(value)
    return whole if whole == value else value.normalize(_EVERY_DIGIT)


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
    if value and abs(value.numerator.bit_length() - value.denominator.bit_length()) > 3 * _LARGEST_EXPONENT:
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


def text(value: Number) -> str:
    """The number as Terraform writes it in a string."""
    return str(value) if isinstance(value, int) else format(value, "f")


def is_number(value: object) -> bool:
    """Whether a value is a number; a bool is none."""
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
