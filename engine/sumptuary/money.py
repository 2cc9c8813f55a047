"""Money: exact decimals, as ranges, by the hour and by the month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

HOURS_PER_MONTH = Decimal(730)  # 365 * 24 / 12, AWS Cost Optimization Hub and Infracost
CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(slots=True, frozen=True)
class Range:
    """A figure as low, expected and high; ``low <= expected <= high``. No unit of its own."""

    low: Decimal
    expected: Decimal
    high: Decimal

    @classmethod
    def of(cls, value: Decimal | int | str) -> Range:
        """A range of one exact value."""
        exact = Decimal(value)
        return cls(exact, exact, exact)

    @classmethod
    def between(cls, *values: Decimal) -> Range:
        """Of three values in any order, the smallest, the middle and the largest; of two, the middle is their mean."""
        ordered = sorted(values)
        middle = ordered[1] if len(ordered) == 3 else (ordered[0] + ordered[-1]) / 2
        return cls(ordered[0], middle, ordered[-1])

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.expected + other.expected, self.high + other.high)

    def __mul__(self, factor: Range | Decimal | int) -> Range:
        if isinstance(factor, Range):
            return Range(self.low * factor.low, self.expected * factor.expected, self.high * factor.high)
        return Range(self.low * factor, self.expected * factor, self.high * factor)

    def quantised(self) -> Range:
        """Rounded to cents, for output only."""
        return Range(to_cents(self.low), to_cents(self.expected), to_cents(self.high))

    def points(self) -> tuple[Decimal, Decimal, Decimal]:
        """``(low, expected, high)``."""
        return (self.low, self.expected, self.high)


NOTHING = Range(ZERO, ZERO, ZERO)


def to_cents(amount: Decimal) -> Decimal:
    """The amount rounded half to even at two places."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)
