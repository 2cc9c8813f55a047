"""Puts values of policies and their differences into words: of two lists, what was added and what taken away."""

from __future__ import annotations

import json

from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeGuard

LONGEST = 80
"""Characters of a value that are shown."""
NAMED = 10
"""How many items are named one by one."""


def shown(value: object) -> str:
    """A value as people write it, not too long."""
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, default=record, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def difference(before: object, after: object) -> str:
    """``A to B``; of lists and maps that keep something, what was added and taken away."""
    return partly(before, after) or f"{shown(before)} to {shown(after)}"


def partly(before: object, after: object) -> str:
    """What was added to a list or map and taken away; empty where nothing was kept, or they are no such things."""
    if _is_sequence(before) and _is_sequence(after):
        return _items(before, after)
    return _keys(before, after) if is_map(before) and is_map(after) else ""


def _is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, tuple) or is_list(value)


def _items(before: Sequence[object], after: Sequence[object]) -> str:
    added, gone = _without(after, before), _without(before, after)
    if len(gone) == len(before):
        return ""
    said = [f"adds {_listed(added)}"] if added else []
    said += [f"takes away {_listed(gone)}"] if gone else []
    return ", ".join(said) or f"the same in the order {shown(after)}"


def _keys(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Key by key; a key that stays is told with what changed below it."""
    if not before.keys() & after.keys():
        return ""
    said = [f"adds {_entry(key, after[key])}" for key in after if key not in before]
    said += [f"takes away {_entry(key, before[key])}" for key in before if key not in after]
    said += [
        f"{key}: {difference(before[key], after[key])}" for key in before if key in after and before[key] != after[key]
    ]
    more = f", and {len(said) - NAMED} more" if len(said) > NAMED else ""
    return ", ".join(said[:NAMED]) + more or f"the same in the order {shown(list(after))}"


def _without(items: Sequence[object], others: Sequence[object]) -> list[object]:
    """The items that are not among the others, each as often as it is more of them."""
    left = list(others)
    found: list[object] = []
    for item in items:
        if item in left:
            left.remove(item)
        else:
            found.append(item)
    return found


def _listed(items: Sequence[object]) -> str:
    more = f" and {len(items) - NAMED} more" if len(items) > NAMED else ""
    return ", ".join(_item(item) for item in items[:NAMED]) + more


def _item(item: object) -> str:
    """One item, words in quotes: they may hold commas."""
    return shown(json.dumps(item, default=record, ensure_ascii=False))


def _entry(key: object, value: object) -> str:
    return f"{key}: {_item(value)}"


def record(value: object) -> dict[str, object]:
    """A compiled record as the map that its document would hold."""
    return {name: getattr(value, name) for name in getattr(value, "__slots__", ())}
