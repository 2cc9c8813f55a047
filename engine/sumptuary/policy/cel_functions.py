"""What conditions may call beside CEL's own functions, and the circumstances that some of them ask: clock and prices.

All take text, numbers or a list of numbers: a map would be converted on each call. What cannot be told is an error
value, which ``&&`` and ``||`` absorb; a price that is not known says so in ``Circumstances.unknown``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase

from sumptuary.rule import duration
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sumptuary.model import Estate, Resource
    from sumptuary.rule import Context

MAX_TEXT = 2000
_VERSION = re.compile(r"v?([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?(?:-([0-9A-Za-z.-]{1,100}))?(?:\+.*)?\Z")


@dataclass(slots=True, eq=False, repr=False)
class Circumstances:
    """When conditions are asked and of which estate. ``unknown`` is why the last expression could not be told."""

    now: datetime | None = None
    estate: Estate | None = None
    unknown: Unknown | None = None
    _by_id: dict[str, Resource] = field(default_factory=dict[str, "Resource"])

    def of(self, context: Context) -> None:
        """Take over the clock and the estate of a run."""
        if self.now is context.now and self.estate is context.estate:
            return
        self.now, self.estate, self._by_id = context.now, context.estate, {}

    def resource(self, identity: str) -> Resource | None:
        """A resource of the estate by its id."""
        if not self._by_id and self.estate is not None:
            self._by_id = {resource.id: resource for resource in self.estate.resources}
        return self._by_id.get(identity)


CURRENT = Circumstances()
"""Those of this run: CEL's functions are given once for all expressions."""


def sum_of(items: list[Any]) -> float:
    """The sum of a list of numbers."""
    total = 0.0
    for item in items:
        if isinstance(item, bool) or not isinstance(item, (int, float)):
            raise ValueError(f"sum(): {item!r} is not a number")
        total += item
    return total


def hours(text: str) -> float:
    """The hours of a duration such as ``24h``, ``1h30m`` or ``7d``."""
    span = duration(text) if len(text) <= MAX_TEXT else None
    if span is None:
        raise ValueError(f"{text[:80]!r} is not a duration, such as 24h or 7d")
    return span.total_seconds() / 3600


def days_between(earlier: str, later: str) -> float:
    """The days from one date or date-time to another; negative where the other is the earlier one."""
    return (_moment(later) - _moment(earlier)).total_seconds() / 86400


def days_until(text: str) -> float:
    """The days from now to a date or date-time; negative when it is past."""
    if CURRENT.now is None:
        raise ValueError("days_until() is asked outside a run: there is no clock")
    return (_moment(text) - CURRENT.now).total_seconds() / 86400


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"{text[:80]!r} is not a date or date-time") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def glob(text: str, pattern: str) -> bool:
    """Whether the whole text is as a glob says (``*``, ``?``, ``[ab]``), case counting."""
    if len(text) > MAX_TEXT or len(pattern) > MAX_TEXT:
        raise ValueError(f"glob() takes at most {MAX_TEXT} characters")
    return fnmatchcase(text, pattern)


def semver_compare(one: str, other: str) -> int:
    """-1, 0 or 1 as the first version is lower than, the same as or higher than the other; ``1.29`` is ``1.29.0``."""
    first, second = _version(one), _version(other)
    return (first > second) - (first < second)


def _version(text: str) -> tuple[object, ...]:
    """A version as it orders (semver.org, 11): a pre-release before its release, numbers in it before words."""
    found = _VERSION.match(text.strip()) if len(text) <= MAX_TEXT else None
    if found is None:
        raise ValueError(f"{text[:80]!r} is not a version, such as 1.29.0")
    major, minor, patch, before = found.groups()
    parts = tuple((not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in _parts(before))
    return (int(major), int(minor or 0), int(patch or 0), not before, parts)


def _parts(before: str | None) -> list[str]:
    return before.split(".") if before else []


def money(text: str) -> float:
    """An amount written as text: ``12.5``, ``$1,200``."""
    try:
        amount = Decimal(text.strip().removeprefix("$").replace(",", "")) if len(text) <= 60 else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite():
        raise ValueError(f"{text[:80]!r} is not an amount, such as 12.50")
    return float(amount)


def price(identity: str) -> float:
    """The expected monthly cost of the resource with this id, USD; not known where it has no price."""
    resource = CURRENT.resource(identity)
    if resource is None:
        raise ValueError(f"price(): no resource has the id {identity[:80]!r}")
    if resource.cost.monthly is None:
        CURRENT.unknown = Unknown(resource.cost.unpriced or f"the catalogue has no price for {resource.address}")
        raise ValueError(CURRENT.unknown.reason)
    return float(resource.cost.monthly.expected)


FUNCTIONS: dict[str, tuple[Callable[..., object], str, tuple[str, ...]]] = {
    "sum": (sum_of, "DOUBLE", ("LIST",)),
    "hours": (hours, "DOUBLE", ("STRING",)),
    "days_between": (days_between, "DOUBLE", ("STRING", "STRING")),
    "days_until": (days_until, "DOUBLE", ("STRING",)),
    "glob": (glob, "BOOL", ("STRING", "STRING")),
    "semver_compare": (semver_compare, "INT", ("STRING", "STRING")),
    "money": (money, "DOUBLE", ("STRING",)),
    "price": (price, "DOUBLE", ("STRING",)),
}
"""Each with what it gives and what it takes, in CEL's names."""
