"""Snapshots: the whole report on a fixture folder, kept beside it, and how a run differs from it."""

from __future__ import annotations

import difflib
import json
import os

from sumptuary.reports.json import document
from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sumptuary.report import Report

MOST = 60
"""Lines of a difference that are shown."""

PROVENANCE = frozenset({"source", "as_of"})
"""Of a price: where it was read, and when. Its figure is kept; a new catalogue changes it, and that is to be seen."""


def taken(report: Report, unstable: Sequence[str] = ()) -> str:
    """A report as a snapshot holds it: without what the prices' date alone would change.

    ``unstable`` are notes of the run that tell of the catalogue's age.
    """
    found = document(report)
    del found["catalogue"]
    coverage = found["coverage"]
    if is_map(coverage) and is_list(coverage["notes"]):
        coverage["notes"] = [note for note in coverage["notes"] if note not in unstable]
    return json.dumps(_without_provenance(found), indent=2, allow_nan=False) + "\n"


def _without_provenance(value: object) -> object:
    """The same with every price without its source and date."""
    if is_map(value):
        priced = "unit_price" in value
        return {key: _without_provenance(item) for key, item in value.items() if not (priced and key in PROVENANCE)}
    return [_without_provenance(item) for item in value] if is_list(value) else value


def difference(path: str, text: str, shown: str) -> list[str]:
    """How a snapshot differs from a report, as lines of a unified diff; empty where it does not.

    A snapshot that is not there differs by nothing: it is not asked for.
    """
    if not os.path.isfile(path):
        return []
    with open(path, encoding="utf-8") as file:
        former = file.read()
    return compared(former, text, shown)


def compared(former: str, text: str, shown: str) -> list[str]:
    """Two snapshots as lines of a unified diff, not too many."""
    lines = difflib.unified_diff(former.splitlines(), text.splitlines(), shown, "this run", n=2, lineterm="")
    found = list(lines)
    if len(found) > MOST:
        return [*found[:MOST], f"... and {len(found) - MOST} further lines"]
    return found


def update(path: str, text: str, shown: str) -> list[str]:
    """Write a snapshot, and tell what changed; nothing is written, nor told, where it is the same."""
    former = ""
    if os.path.isfile(path):
        with open(path, encoding="utf-8") as file:
            former = file.read()
    if former == text:
        return []
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    if not former:
        return [f"{shown}: written"]
    return [f"{shown}: written anew", *compared(former, text, shown)]
