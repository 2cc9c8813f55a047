"""Mutants of a policy: its document with one thing changed that a good test should mind.

Every number, duration, amount, word and list that the document gives is changed, in a steady order. What is only told
(titles, descriptions, remedies, fixes, owners) is left alone: no test is to mind it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sumptuary.policy.cel_mutants import conditions
from sumptuary.policy.compiled import LEVELS, STAGES
from sumptuary.rule import duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Path = tuple[str | int, ...]

MOST = 400
"""Mutants of one policy; further ones are not made."""

FAR = 10
"""Whole numbers from which on they are also halved and doubled: a test near the edge minds one step, others more."""

_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
_DURATION = re.compile(r"([0-9]+)([a-z]+)\Z")


@dataclass(slots=True, frozen=True)
class Mutant:
    """A changed document, where it was changed (``spec.parameters.max_ttl``), and how (``24h -> 48h``)."""

    document: dict[str, Any]
    path: str
    change: str


@dataclass(slots=True, frozen=True)
class _Change:
    path: Path
    value: object
    text: str


_GONE = object()
"""The value of what a mutant leaves out."""


def mutants(document: dict[str, Any], choices: Mapping[str, Sequence[str]] | None = None) -> list[Mutant]:
    """The mutants of a policy's document, not yet validated.

    ``choices`` are the words that a parameter may take, by its name.
    """
    spec: dict[str, Any] = document["spec"]
    changes = [
        *_of_enforcement(spec.get("enforcement", {})),
        *_of_parameters(spec.get("parameters", {}), ("spec", "parameters"), choices or {}),
        *_of_profiles(spec.get("profiles", {}), choices or {}),
        *_of_selection(spec.get("select", {})),
    ]
    return [_made(document, change) for change in changes[:MOST]]


def of_template(document: dict[str, Any]) -> list[Mutant]:
    """The mutants of a rule template's document: its condition, changed in every way."""
    spec: dict[str, Any] = document["spec"]
    given = [(name, str(spec[name])) for name in ("deny", "require") if spec.get(name)]
    changes = [
        _Change(("spec", name), text, change) for name, condition in given for text, change in conditions(condition)
    ]
    return [_made(document, change) for change in changes[:MOST]]


def _made(document: dict[str, Any], change: _Change) -> Mutant:
    copy: dict[str, Any] = json.loads(json.dumps(document))
    target: Any = copy
    *way, last = change.path
    for step in way:
        target = target[step]
    if change.value is _GONE:
        del target[last]
    else:
        target[last] = change.value
    return Mutant(copy, dotted(change.path), change.text)


def dotted(path: Path) -> str:
    """A path as people write it: ``spec.select.kinds[2]``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _changed(path: Path, value: object, new: object) -> _Change:
    return _Change(path, new, f"{_brief(value)} -> {_brief(new)}")


def _dropped(path: Path, value: object) -> _Change:
    return _Change(path, _GONE, f"{_brief(value)} taken out")


def _brief(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _of_enforcement(given: dict[str, Any]) -> Iterator[_Change]:
    """Each level a step looser and a step stricter; dates a day earlier and later; ``on_unknown`` the other way."""
    here: Path = ("spec", "enforcement")
    if "default" in given and set(given.get("stages", {})) != set(STAGES):
        yield from _of_level((*here, "default"), given["default"])
    for part in ("stages", "environments"):
        for name, level in given.get(part, {}).items():
            yield from _of_level((*here, part, name), level)
            yield _dropped((*here, part, name), level)
    for index, step in enumerate(given.get("ramp", [])):
        yield from _of_level((*here, "ramp", index, "level"), step["level"])
        for days in (-1, 1):
            moved = (date.fromisoformat(str(step["from"])[:10]) + timedelta(days=days)).isoformat()
            yield _changed((*here, "ramp", index, "from"), step["from"], moved)
    if "on_unknown" in given:
        other = "report" if given["on_unknown"] == "fail" else "fail"
        yield _changed((*here, "on_unknown"), given["on_unknown"], other)


def _of_level(path: Path, level: str) -> Iterator[_Change]:
    index = LEVELS.index(level)
    for other in (index - 1, index + 1):
        if 0 <= other < len(LEVELS):
            yield _changed(path, level, LEVELS[other])


def _of_parameters(given: object, path: Path, choices: Mapping[str, Sequence[str]]) -> Iterator[_Change]:
    """Every value below a parameter, changed as its kind asks; list entries and map entries taken out."""
    if isinstance(given, dict):
        entries: dict[str, object] = given  # pyright: ignore[reportUnknownVariableType]  # JSON
        for key, value in entries.items():
            if len(path) > 2 and len(entries) > 1:
                yield _dropped((*path, key), value)
            yield from _of_parameters(value, (*path, key), choices)
    elif isinstance(given, list):
        items: list[object] = given  # pyright: ignore[reportUnknownVariableType]  # JSON
        for index, item in enumerate(items):
            yield _dropped((*path, index), item)
            if not isinstance(item, str):
                yield from _of_parameters(item, (*path, index), choices)
    else:
        yield from _of_scalar(given, path, choices)


def _of_scalar(given: object, path: Path, choices: Mapping[str, Sequence[str]]) -> Iterator[_Change]:
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    if isinstance(given, bool):
        yield _changed(path, given, not given)
    elif isinstance(given, int):
        far = (given // 2, given * 2) if given >= FAR else ()
        yield from (_changed(path, given, other) for other in (given - 1, given + 1, *far))
    elif isinstance(given, float):
        yield from (_changed(path, given, round(given * factor, 6)) for factor in (0.9, 1.1))
    elif isinstance(given, str) and name in choices:
        yield from (_changed(path, given, word) for word in choices[name] if word != given)
    elif isinstance(given, str) and name != "currency":
        yield from _of_text(given, path)


def _of_text(given: str, path: Path) -> Iterator[_Change]:
    """An amount, a duration and a date up and down; a glob negated; any other text to one that nothing matches."""
    whole = _DURATION.match(given)
    if _AMOUNT.match(given):
        amount = Decimal(given)
        yield from (_changed(path, given, f"{amount * factor:f}") for factor in (Decimal("0.5"), 2) if amount)
        if not amount:
            yield _changed(path, given, "1")
    elif whole is not None and duration(given) is not None:
        count = int(whole[1])
        yield from (
            _changed(path, given, f"{other}{whole[2]}") for other in (max(1, count // 2), count * 2) if other != count
        )
    elif given:
        yield _changed(path, given, f"{given}-not")


def _of_profiles(given: dict[str, Any], choices: Mapping[str, Sequence[str]]) -> Iterator[_Change]:
    for name, values in given.items():
        yield from _of_parameters(values, ("spec", "profiles", name), choices)


def _of_selection(given: dict[str, Any]) -> Iterator[_Change]:
    """List entries taken out, exclusions turned round, tags the other way, the condition mutated."""
    here: Path = ("spec", "select")
    for name in ("kinds", "types", "providers", "sources", "environments", "purposes"):
        patterns: list[str] = given.get(name, [])
        for index, pattern in enumerate(patterns):
            if len(patterns) > 1 or name != "kinds":
                yield _dropped((*here, name, index), pattern)
            if name in ("environments", "purposes"):
                turned = pattern[1:] if pattern.startswith("!") else f"!{pattern}"
                yield _changed((*here, name, index), pattern, turned)
    for key, glob in given.get("tags", {}).items():
        yield _dropped((*here, "tags", key), glob)
        yield _changed((*here, "tags", key), glob, "*" if glob is None else None)
    if where := given.get("where"):
        yield _dropped((*here, "where"), where)
        for text, change in conditions(where):
            yield _Change((*here, "where"), text, change)
