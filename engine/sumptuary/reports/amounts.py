"""Money as people read it: thousands parted, cents where they matter, a range where there is one."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from sumptuary.money import Range

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


def amount(value: Decimal, currency: str = "USD") -> str:
    """``$1,234`` from a hundred upwards, ``$12.34`` below."""
    places = Decimal(1) if abs(value) >= 100 else Decimal("0.01")
    rounded = value.quantize(places, rounding=ROUND_HALF_EVEN)
    sign = "-" if rounded < 0 else ""
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    return f"{sign}{symbol}{abs(rounded):,}"


def span(figure: Range, currency: str = "USD") -> str:
    """One amount, or ``$1,000 to $1,500`` where low and high read differently."""
    low, high = amount(figure.low, currency), amount(figure.high, currency)
    return low if low == high else f"{low} to {high}"
