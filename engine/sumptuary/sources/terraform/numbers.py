"""Terraform's numbers: exact integers, and fractions as the shortest decimals of the 512-bit floats they stand for."""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation

from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError
from sumptuary.values import Unknown

LARGEST_EXPONENT = 1000
_EVERY_DIGIT = Context(prec=2000)
_WITH_EXPONENT = re.compile(r"[-+]?[0-9]*\.?[0-9]*[eE][-+]?[0-9]+")


Number = int | Decimal


class Infinite(Unknown):
    """A number without end, as ``1 / 0`` gives it. Terraform compares and adds such numbers, but cannot keep them."""

    __slots__ = ("negative",)

    def __init__(self, *, negative: bool) -> None:
        super().__init__("the number is infinite, as after a division by zero, and has no finite value")
        self.negative = negative


class SpeltInt(int):
    """A whole number that Terraform writes in its own way: minus zero, and doubles above their precision."""

    spelt: str

    def __str__(self) -> str:
        return self.spelt


class SpeltDecimal(Decimal):
    """A double: its exact value, and the shorter text that Terraform writes for it."""

    __slots__ = ("spelt",)
    spelt: str


def _minus_zero() -> SpeltInt:
    made = SpeltInt(0)
    made.spelt = "-0"
    return made


MINUS_ZERO = _minus_zero()


def double(value: float) -> Number:
    """A finite float as Terraform keeps it: exactly, and written with the digits that tell it from its neighbours."""
    exact = Decimal(value)
    if not exact:
        return simplest(exact)
    text = _shortest_text(value)
    if exact == Decimal(text):
        return simplest(exact)
    if value.is_integer():
        whole = SpeltInt(value)
        whole.spelt = text
        return whole
    made = SpeltDecimal(value)
    made.spelt = text
    return made


def _shortest_text(value: float) -> str:
    """The fewest digits within half a unit of the last place; above a power of two Python asks for one more."""
    from math import frexp, ulp

    text = repr(value)
    if abs(frexp(value)[0]) == 0.5:
        digits = Decimal(text)
        fewer = digits.normalize(Context(prec=max(len(digits.as_tuple().digits) - 1, 1)))
        if abs(fewer - Decimal(value)) < Decimal(ulp(value)) / 2:
            text = str(fewer)
    return format(Decimal(text), "f")


def number_literal(text: str) -> Number:
    """A number as written in decimal. Raises EvaluationError for text that is none, TooLargeError for absurd ones."""
    if len(text) <= 150 and text.isdecimal():
        return int(text)
    if len(text) > 2000:
        raise TooLargeError("a number is too long to evaluate")
    if "p" in text.lower() and (binary := _with_binary_exponent(text)) is not None:
        return binary
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


def _with_binary_exponent(text: str) -> Number | None:
    """A number such as ``1p4``, which is 16; None for other text."""
    found = re.fullmatch(r"([-+]?[0-9]+\.?[0-9]*|[-+]?\.[0-9]+)[pP]([-+]?[0-9]{1,4})", text)
    if found is None:
        return None
    from fractions import Fraction

    from sumptuary.sources.terraform.arithmetic import rounded

    return rounded(Fraction(found[1]) * Fraction(2) ** int(found[2]))


def simplest(value: Decimal) -> Number:
    """The number as an int when it is whole."""
    if not value and value.is_signed():
        return MINUS_ZERO
    whole = int(value)
    return whole if whole == value else value.normalize(_EVERY_DIGIT)


def text(value: Number) -> str:
    """The number as Terraform writes it in a string."""
    if isinstance(value, int):
        return str(value)
    return value.spelt if isinstance(value, SpeltDecimal) else format(value, "f")


def is_number(value: object) -> bool:
    """Whether a value is a number; a bool is none."""
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
