"""Baselines: the violations that stood when a project began to use the tool, as a file keeps them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from decimal import Decimal

from sumptuary.errors import ConfigurationError
from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

SCHEMA = "sumptuary.baseline/v1"
LARGEST = 100_000_000
STATUSES = ("fail", "unknown")
_AGAIN = "write it anew: remove it and run `sumptuary baseline`"


@dataclass(slots=True, frozen=True)
class Entry:
    """Violations of one fingerprint that were adopted: how many, and what they cost a month together, USD.

    ``path`` is the file relative to the checkout, None for what is live; ``root`` the root directory, or the ARN of
    what is live. ``monthly_cost`` is None where nobody could tell. ``status`` is ``fail``, or ``unknown`` of what
    blocked because it could not be judged.
    """

    fingerprint: str
    policy: str
    address: str
    path: str | None
    root: str
    count: int
    monthly_cost: Decimal | None
    status: str = "fail"

    @property
    def key(self) -> tuple[str, str]:
        """What there is only one of in a baseline."""
        return (self.fingerprint, self.status)

    @property
    def order(self) -> tuple[str, ...]:
        """Where it stands among others."""
        return (self.path or "", self.root, self.address, self.policy, self.fingerprint, self.status)


@dataclass(slots=True, eq=False, repr=False)
class Baseline:
    """A file of adopted violations. ``created`` is the moment of the run that wrote it, ISO 8601."""

    file: str
    created: str
    entries: list[Entry] = field(default_factory=list[Entry])

    @property
    def count(self) -> int:
        """The violations in it, of which an entry may hold several."""
        return sum(entry.count for entry in self.entries)


def as_text(created: str, entries: Iterable[Entry]) -> str:
    """A baseline as its file holds it: sorted, so that the same violations give the same bytes."""
    import json

    from sumptuary import __version__

    document = {
        "schema": SCHEMA,
        "created": created,
        "sumptuary": __version__,
        "findings": [_row(entry) for entry in sorted(entries, key=lambda one: one.order)],
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _row(entry: Entry) -> dict[str, object]:
    return {
        "fingerprint": entry.fingerprint,
        "policy": entry.policy,
        "address": entry.address,
        "path": entry.path,
        "root": entry.root,
        "status": entry.status,
        "count": entry.count,
        "monthly_cost": str(entry.monthly_cost) if entry.monthly_cost is not None else None,
    }


def read_baseline(path: str, shown: str = "") -> Baseline:
    """The baseline in a file; ``shown`` is how messages name it.

    Raises:
        ConfigurationError: it cannot be read, or is no baseline.
    """
    name = shown or path
    document = _document(path, name)
    if not is_map(document):
        raise ConfigurationError("this is no baseline: it holds no object", place=name, hint=_AGAIN)
    said = document
    if said.get("schema") != SCHEMA:
        what = f"its schema is {said.get('schema')!r}, not {SCHEMA!r}"[:200]
        raise ConfigurationError(f"this is no baseline that is known here: {what}", place=name, hint=_AGAIN)
    created, rows = said.get("created"), said.get("findings")
    if not isinstance(created, str) or not is_list(rows):
        raise ConfigurationError("`created` or the list `findings` is missing", place=name, hint=_AGAIN)
    found: dict[tuple[str, str], Entry] = {}
    for number, row in enumerate(rows, 1):
        entry = _entry(row, number, name)
        if entry.key in found:
            text = f"finding {number} ({entry.policy}, {entry.address}) stands in it twice"
            raise ConfigurationError(text, place=name, hint="keep one of the two")
        found[entry.key] = entry
    return Baseline(name, created, list(found.values()))


def _document(path: str, name: str) -> object:
    import json

    if os.path.islink(path) or not os.path.isfile(path):
        raise ConfigurationError("the baseline is no file, or is a link", place=name)
    try:
        with open(path, "rb") as file:
            source = file.read(LARGEST + 1)
        if len(source) > LARGEST:
            raise ConfigurationError(f"the baseline is larger than {LARGEST // 1_000_000} MB", place=name)
        return json.loads(source)
    except OSError as error:
        raise ConfigurationError(f"the baseline cannot be read: {error.strerror}", place=name) from None
    except (ValueError, RecursionError) as error:
        where = f"{name}:{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else name
        raise ConfigurationError("the baseline is no JSON", place=where, hint=_AGAIN) from None


def _entry(row: object, number: int, name: str) -> Entry:
    """One row, checked by hand: a hook has no time for a schema."""
    said: dict[str, Any] = dict(row) if is_map(row) else {}
    what = _wrong(said) if said else "is no object"
    if what:
        raise ConfigurationError(f"finding {number} {what}", place=name, hint=_AGAIN)
    cost = said.get("monthly_cost")
    return Entry(
        fingerprint=said["fingerprint"],
        policy=said["policy"],
        address=said["address"],
        path=said.get("path"),
        root=said.get("root", ""),
        count=said["count"],
        monthly_cost=Decimal(cost) if cost is not None else None,
        status=said.get("status", "fail"),
    )


def _wrong(said: dict[str, Any]) -> str:
    """What is wrong with a row, empty when nothing is."""
    import re

    for key in ("fingerprint", "policy", "address"):
        if not isinstance(said.get(key), str) or not said[key]:
            return f"has no text under `{key}`"
    if not isinstance(said.get("path"), (str, type(None))) or not isinstance(said.get("root", ""), str):
        return "has a path or a root that is no text"
    if said.get("status", "fail") not in STATUSES:
        return f"has a status that is none of {', '.join(STATUSES)}"
    count, cost = said.get("count"), said.get("monthly_cost")
    if not isinstance(count, int) or isinstance(count, bool) or not 0 < count < 10**9:
        return "has no whole number above 0 under `count`"
    if cost is not None and not (isinstance(cost, str) and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", cost)):
        return 'has a `monthly_cost` that is neither a decimal such as "12.50" nor null'
    return ""
