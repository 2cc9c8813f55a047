"""Reads fields out of API answers, field by named field: what is not named here reaches nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from sumptuary.values import is_list, is_map

Answer = Mapping[str, object]


def rows(answer: Answer, *path: str) -> Iterator[Answer]:
    """The maps of a list in an answer; several names go through lists of lists (``Reservations``, ``Instances``)."""
    found = answer.get(path[0])
    for item in found if is_list(found) else ():
        if is_map(item):
            if len(path) > 1:
                yield from rows(item, *path[1:])
            else:
                yield item


def row(answer: Answer, name: str) -> Answer:
    """A map within an answer; an empty one where there is none."""
    found = answer.get(name)
    return found if is_map(found) else {}


def text(answer: Answer, name: str) -> str:
    """A text; empty where there is none."""
    found = answer.get(name)
    return found if isinstance(found, str) else ""


def texts(answer: Answer, name: str) -> list[str]:
    """A list of texts."""
    found = answer.get(name)
    return [item for item in found if isinstance(item, str)] if is_list(found) else []


def number(answer: Answer, name: str) -> int | None:
    """A whole number; None where there is none."""
    found = answer.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def moment(answer: Answer, name: str) -> datetime | None:
    """A date and time, with its zone (UTC where none is said), also where the API gives it as text."""
    found = answer.get(name)
    if isinstance(found, str):
        try:
            found = datetime.fromisoformat(found)
        except ValueError:
            return None
    if not isinstance(found, datetime):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def pick(answer: Answer, **names: str) -> dict[str, object]:
    """The plain fields of an answer under other names (``instance_type="InstanceType"``); what is absent is left out.

    Only text, numbers and yes or no are taken, and lists of text: nothing nested can slip through.
    """
    found: dict[str, object] = {}
    for name, theirs in names.items():
        value = answer.get(theirs)
        if isinstance(value, (str, bool, int, float)) and value != "":
            found[name] = value
        elif is_list(value) and value and all(isinstance(item, str) for item in value):
            found[name] = list(value)
    return found


def tags(answer: Answer, name: str = "Tags") -> dict[str, str]:
    """Tags as a map, from a list of ``Key`` and ``Value`` or from a map."""
    found = answer.get(name)
    if is_map(found):
        return {key: value for key, value in found.items() if isinstance(value, str)}
    named: dict[str, str] = {}
    for tag in rows(answer, name):
        key = text(tag, "Key") or text(tag, "key")
        if key:
            named[key] = text(tag, "Value") or text(tag, "value")
    return named
