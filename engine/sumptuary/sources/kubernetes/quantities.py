"""Quantities as Kubernetes writes them: ``500m`` of a core, ``64Gi`` of memory."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from sumptuary.sources.kubernetes.objects import settled
from sumptuary.values import Unknown

_SUFFIXES = {
    "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "": Decimal(1),
    "k": Decimal(10) ** 3, "M": Decimal(10) ** 6, "G": Decimal(10) ** 9, "T": Decimal(10) ** 12,
    "P": Decimal(10) ** 15, "E": Decimal(10) ** 18,
    "Ki": Decimal(2) ** 10, "Mi": Decimal(2) ** 20, "Gi": Decimal(2) ** 30, "Ti": Decimal(2) ** 40,
    "Pi": Decimal(2) ** 50, "Ei": Decimal(2) ** 60,
}  # fmt: skip
GIB = Decimal(2) ** 30
_LONGEST = 40


def quantity(value: object) -> Decimal | Unknown | None:
    """A quantity in its base unit (cores, bytes, pieces); None for what is none, or for one below zero."""
    if isinstance(value, bool) or value is None:
        return None
    written = str(value)
    if written not in _read:
        made = _amount(written)
        if len(_read) >= MOST_KEPT:
            return made
        _read[written] = made
    return _read[written]


MOST_KEPT = 10_000
_read: dict[str, Decimal | Unknown | None] = {}
"""Quantities that were read before: an estate repeats a few of them."""


def _amount(written: str) -> Decimal | Unknown | None:
    given = settled(written)
    if isinstance(given, Unknown):
        return given
    text = written.strip()
    number = text.rstrip("numkMGTPEKi")
    scale = _SUFFIXES.get(text[len(number) :])
    if scale is None or len(text) > _LONGEST:
        return None
    try:
        amount = Decimal(number) * scale
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def whole(value: object) -> int | Unknown | None:
    """A whole number, as counts are written; None for anything else."""
    amount = quantity(value)
    if isinstance(amount, Unknown) or amount is None:
        return amount
    return int(amount) if amount == amount.to_integral_value() and amount < 10**9 else None
