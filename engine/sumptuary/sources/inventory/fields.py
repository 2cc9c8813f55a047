"""The values of a JSON object in the types that the model has for them; what is of another type is refused by name."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sumptuary.values import UNKNOWN_KEY, Unknown, from_json, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 10**12
"""Above every count, size and number of seconds that a resource has: what is more is a mistake, or malice."""


class WrongRowError(Exception):
    """A row, or a field of it, is not what the model has there; the text says which and why."""


class Fields:
    """A JSON object read field by field. ``name`` leads to it (``facets.compute``); ``waits``: what unknowns wait for.

    A field that is null or not there is absent: None, or empty where the model has no None.
    """

    __slots__ = ("name", "values", "waits")

    def __init__(self, name: str, values: dict[str, object], waits: Mapping[str, tuple[str, ...]]) -> None:
        self.name = name
        self.values = values
        self.waits = waits

    def wrong(self, field: str, wanted: str) -> WrongRowError:
        """The error that says what should stand in a field."""
        return WrongRowError(f"{self.name}.{field} is not {wanted}" if self.name else f"{field} is not {wanted}")

    def inner(self, field: str) -> Fields | None:
        """The object in a field."""
        value = self.values.get(field)
        if value is None:
            return None
        if not is_map(value):
            raise self.wrong(field, "an object")
        return Fields(f"{self.name}.{field}" if self.name else field, value, self.waits)

    def unknown(self, field: str) -> Unknown | None:
        """The unknown in a field; None where something else, or nothing, stands there."""
        value = self.values.get(field)
        if not is_map(value) or UNKNOWN_KEY not in value:
            return None
        return self.because(value[UNKNOWN_KEY], field)

    def because(self, reason: object, field: str) -> Unknown:
        """An unknown of this reason, with what it waits for."""
        if not isinstance(reason, str):
            raise self.wrong(field, f"an unknown with a reason ({UNKNOWN_KEY} holds a text)")
        return Unknown(reason, self.waits.get(reason, ()))

    def revived(self, field: str) -> object:
        """A value of any type, with the unknowns in it."""
        return from_json(self.values.get(field), self._because)

    def _because(self, reason: object) -> Unknown:
        return Unknown(str(reason), self.waits.get(str(reason), ()))

    def text(self, field: str) -> str:
        """A text; empty where there is none."""
        value = self.values.get(field)
        if value is not None and not isinstance(value, str):
            raise self.wrong(field, "a text")
        return value or ""

    def needed(self, field: str) -> str:
        """A text that must be there."""
        if not (value := self.text(field)):
            raise WrongRowError(f"{field} is missing: not a row of `sumptuary resources`")
        return value

    def maybe_text(self, field: str) -> str | Unknown | None:
        """A text, unknown or absent."""
        value = self.values.get(field)
        if value is None or isinstance(value, str):
            return value
        if (unknown := self.unknown(field)) is None:
            raise self.wrong(field, "a text")
        return unknown

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.values.get(field)
        if value is None:
            return ()
        if not is_list(value):
            raise self.wrong(field, "a list of texts")
        found = tuple(item for item in value if isinstance(item, str))
        if len(found) != len(value):
            raise self.wrong(field, "a list of texts")
        return found

    def flag(self, field: str) -> bool | None:
        """True, false or absent."""
        value = self.values.get(field)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(field, "true or false")
        return value

    def maybe_flag(self, field: str) -> bool | Unknown | None:
        """True, false, unknown or absent."""
        unknown = self.unknown(field)
        return self.flag(field) if unknown is None else unknown

    def whole(self, field: str) -> int | Unknown | None:
        """A whole number of 0 or more, unknown or absent."""
        given = self.values.get(field)
        if given is None or (type(given) is int and 0 <= given <= MOST):
            return given
        value = self.exact(field)
        if isinstance(value, Decimal):
            if value != value.to_integral_value():
                raise self.wrong(field, "a whole number")
            return int(value)
        return value

    def line(self, field: str) -> int:
        """A number of a line or column; 0 where there is none."""
        value = self.whole(field)
        if isinstance(value, Unknown):
            raise self.wrong(field, "a whole number")
        return value or 0

    def number(self, field: str) -> int | float | Unknown | None:
        """A number of 0 or more, unknown or absent; a whole one stays whole."""
        value = self.values.get(field)
        exact = self.exact(field)
        if not isinstance(exact, Decimal):
            return exact
        return value if isinstance(value, int) else float(exact)

    def exact(self, field: str) -> Decimal | Unknown | None:
        """A number of 0 or more as a decimal, unknown or absent."""
        value = self.values.get(field)
        if value is None:
            return None
        if (unknown := self.unknown(field)) is not None:
            return unknown
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            raise self.wrong(field, "a number")
        exact = Decimal(str(value))
        if not exact.is_finite() or not 0 <= exact <= MOST:
            raise self.wrong(field, f"a number from 0 to {MOST}")
        return exact

    def part(self, field: str) -> Decimal | None:
        """A part of a whole: above 0, up to 1."""
        value = self.exact(field)
        if value is not None and (isinstance(value, Unknown) or not 0 < value <= 1):
            raise self.wrong(field, "a part above 0 and up to 1")
        return value

    def moment(self, field: str) -> datetime | Unknown | None:
        """A date and time, in UTC where it names no zone."""
        value = self.maybe_text(field)
        if not isinstance(value, str):
            return value
        try:
            when = datetime.fromisoformat(value)
        except ValueError:
            raise self.wrong(field, "a date and time") from None
        return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
