"""Values of a plan or state, with what is unknown or secret marked as such."""

from __future__ import annotations

from sumptuary.values import Unknown, is_list, is_map

DEEPEST = 60
_COLLECTIONS: tuple[type, ...] = (dict, list)


def marked(value: object, unknown: object, sensitive: object, name: str, depth: int = 0) -> object:
    """The value with Unknown wherever ``unknown`` (``after_unknown``) or ``sensitive`` says true.

    Both have the shape of the value, true at the leaves they speak of. ``name`` is the address and path for reasons.
    What neither speaks of is not copied: it is the document's own.
    """
    if unknown is True:
        return after_apply(name)
    if sensitive is True and value is not None:
        return Unknown(f"{name} is sensitive", (name,))
    waits = says_true(unknown)
    if not waits and not says_true(sensitive):
        return Unknown(f"{name} is nested too deep") if _nests_deeper(value, DEEPEST - depth) else value
    if depth > DEEPEST:
        return Unknown(f"{name} is nested too deep")
    if is_map(value) or (value is None and waits and is_map(unknown)):
        return _object(value if is_map(value) else {}, unknown, sensitive, name, depth)
    if is_list(value) or (value is None and waits and is_list(unknown)):
        return _list(value if is_list(value) else [], unknown, sensitive, name, depth)
    return value


def _nests_deeper(value: object, left: int) -> bool:
    """Whether there are collections in collections beyond so many levels; goes level by level, for it meets all."""
    level: list[object] = [value]
    while level and left >= 0:
        inner = [each.values() if is_map(each) else each for each in level if is_map(each) or is_list(each)]
        level = [item for items in inner for item in items if isinstance(item, _COLLECTIONS)]
        left -= 1
    return bool(level)


def _object(value: dict[str, object], unknown: object, sensitive: object, name: str, depth: int) -> object:
    waits = unknown if is_map(unknown) else {}
    secrets = sensitive if is_map(sensitive) else {}
    found: dict[str, object] = {}
    for key, item in value.items():
        wait, secret = waits.get(key), secrets.get(key)
        if wait or secret or is_map(item) or is_list(item):
            found[key] = marked(item, wait, secret, f"{name}.{key}", depth + 1)
        else:
            found[key] = item
    for key, wait in waits.items():
        if key not in value:
            item = marked(None, wait, secrets.get(key), f"{name}.{key}", depth + 1)
            if item is not None:
                found[key] = item
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


def says_true(mark: object, depth: int = 0) -> bool:
    """Whether a mark says true of anything. One that nests too deep to tell does."""
    if mark is True or depth > DEEPEST:
        return True
    inner = mark.values() if is_map(mark) else mark if is_list(mark) else ()
    return any(says_true(each, depth + 1) for each in inner if each)


def after_apply(name: str) -> Unknown:
    """A value that the provider tells when the plan is applied."""
    return Unknown(f"{name} is known after apply", (name,))
