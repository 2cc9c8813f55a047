"""Points in time as people write them in tags: dates and times of day, read as UTC."""

from __future__ import annotations

from sumptuary.rule import datetime, timedelta

UTC = datetime.fromisoformat("2000-01-01T00:00:00+00:00").tzinfo


def moment(text: str) -> datetime | None:
    """The moment that an ISO 8601 date or date-time names; a bare date is the end of that day, UTC. None for others."""
    given = text.strip()
    if len(given) < 8 or not given[:4].isdecimal():
        return None
    try:
        found = datetime.fromisoformat(given.replace("z", "Z"))
    except ValueError:
        return None
    if len(given) <= 10 and found.date() < datetime.max.date():
        found += timedelta(days=1)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
