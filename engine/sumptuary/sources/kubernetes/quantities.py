"""Quantities as Kubernetes writes them: ``500m`` of a core, ``64Gi`` of memory."""

from __future__ import annotations

import re
from decimal import Decimal

from sumptuary.sources.kubernetes.objects import settled
from sumptuary.values import Unknown

_SUFFIXES = {
    "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "": Decimal(1),
    "k": Decimal(10) ** 3, "M": Decimal(10) ** 6, "G": Decimal(10) ** 9, "T": Decimal(10) ** 12,
    "P": Decimal(10) ** 15, "E": Decimal(10) ** 18,
    "Ki": Decimal(2) ** 10, "Mi": Decimal(2) ** 20, "Gi": Decimal(2) ** 30, "Ti": Decimal(2) ** 40,
    "Pi": Decimal(2) ** 50, "Ei": Decimal(2) ** 60,
}  # fmt: skip
_NUMBER = re.compile(r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,6})?\Z")
GIB = Decimal(2) ** 30
LARGEST = Decimal(2**63 - 1)
"""What Kubernetes caps quantities at."""
_LONGEST = 40


def quantity(value: object) -> Decimal | Unknown | None:
    """A quantity in its base unit (cores, bytes, pieces); None where none is given.

    What is no quantity, or is below zero, is not known: taken for nothing, it would make a price out of what is left.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return Unknown("it is no quantity")
    written = str(value)
    if written not in _read:
        made = _amount(written)
        if len(_read) >= MOST_KEPT:
            return made
        _read[written] = made
    return _read[written]


MOST_KEPT = 10_000
_read: dict[str, Decimal | Unknown] = {}
"""Quantities that were read before: an estate repeats a few of them."""


def _amount(written: str) -> Decimal | Unknown:
    given = settled(written)
    if isinstance(given, Unknown):
        return given
    text = written.strip()
    number = text.rstrip("numkMGTPEKi")
    scale = _SUFFIXES.get(text[len(number) :])
    if scale is None or len(text) > _LONGEST or _NUMBER.match(number) is None:
        return Unknown(f"{text[:_LONGEST]!r} is no quantity")
    amount = Decimal(number)
    return LARGEST if amount > LARGEST else min(amount * scale, LARGEST)


def whole(value: object) -> int | Unknown | None:
    """A whole number, as counts are written; None where none is given, unknown for anything else."""
    amount = quantity(value)
    if isinstance(amount, Unknown) or amount is None:
        return amount
    return int(amount) if amount == amount.to_integral_value() and amount < 10**9 else Unknown(f"{value} is no count")
