"""Terraform's numbers: exact integers, and fractions as the shortest decimals of the 512-bit floats they stand for."""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation

from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError

LARGEST_EXPONENT = 1000
_EVERY_DIGIT = Context(prec=2000)
_WITH_EXPONENT = re.compile(r"[-+]?[0-9]*\.?[0-9]*[eE][-+]?[0-9]+")

Number = int | Decimal


def number_literal(text: str) -> Number:
    """A number as written in decimal. Raises EvaluationError for text that is none, TooLargeError for absurd ones."""
    if len(text) <= 150 and text.isdecimal():
        return int(text)
    if len(text) > 2000:
        raise TooLargeError("a number is too long to evaluate")
    if len(text.lower().partition("e")[2].lstrip("+-0")) > 4 and _WITH_EXPONENT.fullmatch(text) is not None:
        raise TooLargeError(f"the number {text[:20]} is too large to evaluate")
    try:
        value = _EVERY_DIGIT.create_decimal(text)
    except InvalidOperation as error:
        raise EvaluationError(f"{text!r} is not a number") from error
    if not value.is_finite():
        raise EvaluationError(f"{text!r} is not a number")
    if value and abs(value.adjusted()) > LARGEST_EXPONENT:
        raise TooLargeError(f"the number {text[:20]} is too large to evaluate")
    if len(text) > 150:
        from sumptuary.sources.terraform.arithmetic import shortest

        return shortest(value)
    return simplest(value)


def simplest(value: Decimal) -> Number:
    """The number as an int when it is whole."""
    whole = int(value)
    return whole if whole == value else value.normalize(_EVERY_DIGIT)


def text(value: Number) -> str:
    """The number as Terraform writes it in a string."""
    return str(value) if isinstance(value, int) else format(value, "f")


def is_number(value: object) -> bool:
    """Whether a value is a number; a bool is none."""
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
