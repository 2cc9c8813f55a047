"""What a plan or state marks as sensitive, and the unmarked copies of it: judged as not known, never printed."""

from __future__ import annotations

from sumptuary.sources.terraform.plan_values import DEEPEST, marked, says_true
from sumptuary.values import Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.sources.terraform.plan_rows import Row

SHORTEST = 6
"""Characters from which on a secret is known again by its value: shorter ones (``prod``, ``true``) are everywhere."""
_COPIES = {"tags": ("tags_all",), "labels": ("terraform_labels", "effective_labels")}
"""Attributes into which providers copy another one. The marks of the original are not on the copy."""
_COPIED = frozenset(name for names in _COPIES.values() for name in names)


def marks_of(change: dict[str, object]) -> object:
    """What is secret on either side of a change: a value that becomes sensitive was the same secret before."""
    marks = joined_marks(change.get("before_sensitive"), change.get("after_sensitive"))
    if is_map(marks):
        for original, copies in _COPIES.items():
            if says_true(marks.get(original)):
                marks = {**marks, **{copy: joined_marks(marks.get(copy), marks[original]) for copy in copies}}
    return marks


def withheld(value: object, unknown: object, hides: object, secrets: frozenset[str], row: Row) -> object:
    """The values of a resource with Unknown for what is unknown, secret, or a copy of a secret.

    A copy is known by its whole value; in the tags that a provider merges, and in plans that mark nothing as
    sensitive, also by containing it.
    """
    values = marked(value, unknown, hides, row.address)
    if not secrets or not is_map(values):
        return values
    return {
        name: _without(item, secrets, f"{row.address}.{name}", inside=name in _COPIED or not row.marks_secrets)
        for name, item in values.items()
    }


def joined_marks(one: object, other: object) -> object:
    """The marks of both: what was secret before stays withheld after, and the other way round."""
    if one is True or other is True:
        return True
    if is_map(one) and is_map(other):
        return {key: joined_marks(one.get(key), other.get(key)) for key in one.keys() | other.keys()}
    if is_list(one) and is_list(other):
        longest = range(max(len(one), len(other)))
        return [
            joined_marks(one[at] if at < len(one) else None, other[at] if at < len(other) else None) for at in longest
        ]
    return one or other


def secrets_in(value: object, sensitive: object, depth: int = 0) -> Iterator[str]:
    """The texts under what is marked sensitive."""
    if sensitive is True or depth > DEEPEST:
        yield from texts_in(value, depth)
    elif is_map(sensitive) and is_map(value):
        for key, mark in sensitive.items():
            if mark:
                yield from secrets_in(value.get(key), mark, depth + 1)
    elif is_list(sensitive) and is_list(value):
        for item, mark in zip(value, sensitive, strict=False):
            yield from secrets_in(item, mark, depth + 1)


def texts_in(value: object, depth: int = 0) -> Iterator[str]:
    """The texts in a value, those long enough to be known again elsewhere."""
    if isinstance(value, str):
        if len(value) >= SHORTEST:
            yield value
    elif depth <= 2 * DEEPEST:
        for item in value.values() if is_map(value) else value if is_list(value) else ():
            yield from texts_in(item, depth + 1)


def _without(value: object, secrets: frozenset[str], name: str, *, inside: bool) -> object:
    if isinstance(value, str):
        secret = any(each in value for each in secrets) if inside else value in secrets
        return Unknown(f"{name} is a copy of a sensitive value", (name,)) if secret else value
    if is_map(value):
        return {key: _without(item, secrets, f"{name}.{key}", inside=inside) for key, item in value.items()}
    if is_list(value):
        return [_without(item, secrets, f"{name}[{at}]", inside=inside) for at, item in enumerate(value)]
    return value
