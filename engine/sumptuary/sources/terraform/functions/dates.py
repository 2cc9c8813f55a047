"""Functions on dates and times."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError

FUNCTIONS = Table()
function = FUNCTIONS.function

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII)
_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")
_STEP = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def _moment(text: str) -> tuple[datetime, Fraction]:
    """A time without its fraction of a second, and that fraction."""
    found = _MOMENT.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        if text.startswith("0000"):
            raise TooLargeError("dates before the year 1 are not evaluated")
        fraction = Fraction(Decimal("0" + found[1])) if found[1] else Fraction(0)
        return datetime.fromisoformat(text.replace(found[1] or "", "", 1) if found[1] else text), fraction
    except ValueError as error:
        raise EvaluationError(f"{text[:40]!r} is not a time as RFC 3339 writes it") from error


def _zone(moment: datetime, colon: str) -> str:
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{colon}{abs(minutes) % 60:02}"


def _parts(moment: datetime) -> dict[str, str]:
    hour, utc = moment.hour % 12 or 12, not moment.utcoffset()
    month, day = _MONTHS[moment.month - 1], _DAYS[moment.weekday()]
    return {
        "YYYY": f"{moment.year:04}",
        "YY": f"{moment.year % 100:02}",
        "MMMM": month,
        "MMM": month[:3],
        "MM": f"{moment.month:02}",
        "M": str(moment.month),
        "DD": f"{moment.day:02}",
        "D": str(moment.day),
        "EEEE": day,
        "EEE": day[:3],
        "hh": f"{moment.hour:02}",
        "h": str(moment.hour),
        "HH": f"{hour:02}",
        "H": str(hour),
        "AA": "AM" if moment.hour < 12 else "PM",
        "aa": "am" if moment.hour < 12 else "pm",
        "mm": f"{moment.minute:02}",
        "m": str(moment.minute),
        "ss": f"{moment.second:02}",
        "s": str(moment.second),
        "ZZZZZ": _zone(moment, ":"),
        "ZZZZ": _zone(moment, ""),
        "ZZZ": "UTC" if utc else _zone(moment, ""),
        "Z": "Z" if utc else _zone(moment, ":"),
    }


@function("string string")
def formatdate(layout: str, text: str) -> object:
    """A time written as the layout says."""
    moment, _ = _moment(text)
    parts, made, position = _parts(moment), list[str](), 0
    while position < len(layout):
        if layout.startswith("''", position):
            made.append("'")
            position += 2
            continue
        found = _TOKEN.match(layout, position)
        if found is None:
            raise EvaluationError("the date format has an unclosed quote")
        if found[1] is not None:
            made.append(found[1].replace("''", "'"))
        elif found[2]:
            if found[0] not in parts:
                raise EvaluationError(f"{found[0][:10]!r} is not part of a date format")
            made.append(parts[found[0]])
        else:
            made.append(found[0])
        position = found.end()
    return "".join(made)


def _span(text: str) -> int:
    """A duration in nanoseconds."""
    steps = text[1:] if text[:1] in ("-", "+") else text
    if steps != "0" and (not steps or _STEP.sub("", steps)):
        raise EvaluationError(f"{text[:20]!r} is not a duration")
    total = sum(
        (Fraction(found[1].rstrip(".")) * _NANOSECONDS[found[2]] for found in _STEP.finditer(steps)), Fraction(0)
    )
    span = int(-total if text.startswith("-") else total)
    if not -(1 << 63) <= span < 1 << 63:
        raise EvaluationError(f"{text[:20]!r} is too long a duration")
    return span


@function("string string")
def timeadd(text: str, duration: str) -> object:
    """A time moved by a duration, without fractions of a second."""
    moment, fraction = _moment(text)
    seconds = (fraction + Fraction(_span(duration), 10**9)) // 1
    try:
        moved = moment + timedelta(seconds=int(seconds))
    except OverflowError as error:
        raise TooLargeError("dates outside the years 1 to 9999 are not evaluated") from error
    return moved.isoformat().replace("+00:00", "Z")


@function("string string")
def timecmp(one: str, other: str) -> object:
    """-1, 0 or 1 as the first time is before, at or after the second."""
    first, second = _moment(one), _moment(other)
    return (first > second) - (first < second)
