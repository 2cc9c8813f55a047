"""Values of a plan or state, with what is unknown or secret marked as such."""

from __future__ import annotations

from sumptuary.values import Unknown, is_list, is_map

DEEPEST = 60


def marked(value: object, unknown: object, sensitive: object, name: str, depth: int = 0) -> object:
    """The value with Unknown wherever ``unknown`` (``after_unknown``) or ``sensitive`` says true.

    Both have the shape of the value, true at the leaves they speak of. ``name`` is the address and path for reasons.
    """
    if unknown is True:
        return Unknown(f"{name} is known after apply", (name,))
    if sensitive is True and value is not None:
        return Unknown(f"{name} is sensitive", (name,))
    if depth > DEEPEST:
        return Unknown(f"{name} is nested too deep")
    if is_map(value) or (value is None and is_map(unknown) and unknown):
        return _object(value if is_map(value) else {}, unknown, sensitive, name, depth)
    if is_list(value) or (value is None and is_list(unknown) and unknown):
        return _list(value if is_list(value) else [], unknown, sensitive, name, depth)
    return value


def _object(value: dict[str, object], unknown: object, sensitive: object, name: str, depth: int) -> object:
    waits = unknown if is_map(unknown) else {}
    secrets = sensitive if is_map(sensitive) else {}
    found: dict[str, object] = {}
    for key in [*value, *(key for key in waits if key not in value)]:
        item = marked(value.get(key), waits.get(key), secrets.get(key), f"{name}.{key}", depth + 1)
        if key in value or item is not None:
            found[str(key)] = item
    return found


def _list(value: list[object], unknown: object, sensitive: object, name: str, depth: int) -> object:
    waits = unknown if is_list(unknown) else []
    secrets = sensitive if is_list(sensitive) else []
    found: list[object] = []
    for position in range(max(len(value), len(waits))):
        item = value[position] if position < len(value) else None
        wait = waits[position] if position < len(waits) else None
        secret = secrets[position] if position < len(secrets) else None
        found.append(marked(item, wait, secret, f"{name}[{position}]", depth + 1))
    return found
