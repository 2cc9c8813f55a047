"""Functions on dates and times."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sumptuary.sources.terraform.hcl.lazy import EvaluationError
from sumptuary.sources.terraform.hcl.operators import string

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_SPECIFIER = re.compile(r"'((?:[^']|'')*)'|(Y+|M+|D+|E+|h+|H+|A+|a+|m+|s+|Z+)|([^A-Za-z']+)")
_STEP = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}


def _moment(text: object) -> datetime:
    given = string(text)
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", given):
        raise EvaluationError(f"{given[:40]!r} is not a time as RFC 3339 has it")
    return datetime.fromisoformat(given)


def _zone(moment: datetime, colon: str) -> str:
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}{colon}{abs(minutes) % 60:02}"


def _formatdate(layout: object, text: object) -> object:
    moment, out, position = _moment(text), list[str](), 0
    twelve = moment.hour % 12 or 12
    utc = not moment.utcoffset()
    made = {
        "YYYY": f"{moment.year:04}", "YY": f"{moment.year % 100:02}",
        "MMMM": moment.strftime("%B"), "MMM": moment.strftime("%b"), "MM": f"{moment.month:02}", "M": str(moment.month),
        "DD": f"{moment.day:02}", "D": str(moment.day), "EEEE": moment.strftime("%A"), "EEE": moment.strftime("%a"),
        "hh": f"{moment.hour:02}", "h": str(moment.hour), "HH": f"{twelve:02}", "H": str(twelve),
        "AA": "AM" if moment.hour < 12 else "PM", "aa": "am" if moment.hour < 12 else "pm",
        "mm": f"{moment.minute:02}", "m": str(moment.minute), "ss": f"{moment.second:02}", "s": str(moment.second),
        "ZZZZZ": _zone(moment, ":"), "ZZZZ": _zone(moment, ""), "ZZZ": "UTC" if utc else _zone(moment, ""),
        "Z": "Z" if utc else _zone(moment, ":"),
    }  # fmt: skip
    pattern = string(layout)
    while position < len(pattern):
        match = _SPECIFIER.match(pattern, position)
        if match is None or (match[2] and match[2] not in made):
            raise EvaluationError(f"there is no date format {pattern[position:][:10]!r}")
        out.append(made[match[2]] if match[2] else match[3] or match[1].replace("''", "'"))
        position = match.end()
    return "".join(out)


def _timeadd(text: object, span: object) -> object:
    given = string(span)
    sign = -1 if given.startswith("-") else 1
    steps = given.lstrip("+-")
    if _STEP.sub("", steps) or not steps:
        raise EvaluationError(f"{given[:20]!r} is not a duration")
    seconds = sum(float(match[1]) * _SECONDS[match[2]] for match in _STEP.finditer(steps))
    moved = _moment(text) + timedelta(seconds=sign * seconds)
    return moved.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _timecmp(one: object, other: object) -> object:
    first, second = _moment(one), _moment(other)
    return (first > second) - (first < second)


FUNCTIONS: dict[str, Callable[..., object]] = {"formatdate": _formatdate, "timeadd": _timeadd, "timecmp": _timecmp}
