"""What is not known about a path that an expression uses, and which paths name nothing at all."""

from __future__ import annotations

from dataclasses import fields

from sumptuary.model import Compute, Lifetime, Storage, Usage, Workload
from sumptuary.policy.activation import CHANGE_FIELDS, EACH, FIELDS, GROUP_FIELDS, KEYS, Shape
from sumptuary.policy.cel_language import SyntaxProblem
from sumptuary.policy.cel_tree import Step, Use
from sumptuary.values import PartialMap, Unknown, first_unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OPTIONAL = ("account", "region", "zone", "environment", "team")
"""Fields of a resource that it may not have."""
FACETS = {"compute": Compute, "workload": Workload, "lifetime": Lifetime, "usage": Usage, "storage": Storage}
FACET_FIELDS = {name: frozenset(item.name for item in fields(facet)) for name, facet in FACETS.items()}


def state(value: object, use: Use) -> tuple[Unknown | None, bool]:
    """What is not known about a use, and whether CEL would not notice (it must be blocked then)."""
    return _walk(value, use.path[1:], use.mode)


def _walk(value: object, steps: tuple[Step, ...], mode: str) -> tuple[Unknown | None, bool]:
    if isinstance(value, Unknown):
        return value, False
    if not steps:
        return _at_end(value, mode)
    step, rest = steps[0], steps[1:]
    if step == EACH:
        items = value if is_list(value) else []
        found = [_walk(item, rest, mode) for item in items]
        unknown = next((reason for reason, _ in found if reason is not None), None)
        return unknown, any(hidden for _, hidden in found)
    if is_list(value) and isinstance(step, int):
        return _walk(value[step], rest, mode) if 0 <= step < len(value) else (None, False)
    if not is_map(value):
        return None, False
    inner = value.get(step) if isinstance(step, str) else None
    tested = mode == "has" and not rest
    if inner is None:
        return (value.rest, tested) if isinstance(value, PartialMap) else (None, False)
    if tested:
        return (inner, True) if isinstance(inner, Unknown) else (None, False)
    return _walk(inner, rest, mode)


def _at_end(value: object, mode: str) -> tuple[Unknown | None, bool]:
    """A value used as a whole, by its items, or by how many there are."""
    if mode == "item" or (mode in ("range", "size") and is_list(value)):
        return None, False
    if mode == "size" and is_map(value) and not isinstance(value, PartialMap):
        unknown = next((item for item in value.values() if isinstance(item, Unknown)), None)
    else:
        unknown = first_unknown(value)
    return unknown, unknown is not None


def shape_of(uses: Iterable[Use], *prefix: Step) -> Shape | None:
    """Which parts of the things at a path are read; None is all of them."""
    whole: Shape | None = {}
    for use in uses:
        if whole is not None and use.path[: len(prefix)] == prefix:
            steps = [EACH if isinstance(step, int) else step for step in use.path[len(prefix) :]]
            whole = _grown(whole, steps, use.mode)
    return whole


Nulls = tuple[tuple[str, ...], ...]
"""Paths of the model's own fields that read as null where they are absent."""


def nulls_of(uses: Sequence[Use], *prefix: Step) -> Nulls:
    """The model's own optional fields that are read below a path: what declares no environment has a null one.

    Not those whose presence is tested too: there, ``has`` tells. What a provider's attributes or tags do not have is
    no field of ours, and reading it stays a mistake.
    """
    tested = {use.path for use in uses if use.mode == "has"}
    found: dict[tuple[str, ...], None] = {}
    for use in uses:
        path, below = use.path, use.path[len(prefix) :]
        if (
            use.mode != "value"
            or path[: len(prefix)] != prefix
            or any(path[:end] in tested for end in range(len(path) + 1))
        ):
            continue
        steps = tuple(str(step) for step in below)
        if (len(steps) == 1 and steps[0] in OPTIONAL) or (
            len(steps) == 2 and steps[1] in FACET_FIELDS.get(steps[0], ())
        ):
            found[steps] = None
    return tuple(found)


def with_nulls(value: dict[str, object], paths: Nulls) -> dict[str, object]:
    """A resource's value with null at each of the paths at which there is nothing."""
    for path in paths:
        target: object = value
        for step in path[:-1]:
            if is_map(target) and target.get(step) is None:
                target[step] = {}
            target = target.get(step) if is_map(target) else None
        if is_map(target) and not isinstance(target, PartialMap):
            target.setdefault(path[-1], None)
    return value


def _grown(shape: Shape, steps: list[str], mode: str) -> Shape | None:
    """A shape with one more path in it."""
    if not steps:
        if mode in ("range", "size"):
            shape[KEYS] = None
        return None if mode == "value" else shape
    inner = shape.setdefault(steps[0], {})
    if inner is not None:
        shape[steps[0]] = _grown(inner, steps[1:], mode)
    return shape


def nameless(text: str, uses: Iterable[Use], known: dict[tuple[str, ...], Sequence[str]]) -> list[SyntaxProblem]:
    """The paths that name nothing. ``known`` maps a path to the words that may follow it."""
    found: dict[str, SyntaxProblem] = {}
    for use in uses:
        steps = tuple(EACH if isinstance(step, int) else step for step in use.path)
        for depth in range(1, min(len(steps), 5)):
            words = known.get(steps[:depth])
            if words is not None and steps[depth] not in words:
                path = [step for step in steps[: depth + 1] if step != EACH]
                found.setdefault(".".join(path), _no_such(text, path, words))
    return list(found.values())


def words_of(
    subject: str, parameters: Sequence[str], grouped: Sequence[str] = ()
) -> dict[tuple[str, ...], Sequence[str]]:
    """What there is to name in an expression about a resource, a change or a group of resources."""
    known: dict[tuple[str, ...], Sequence[str]] = {("parameters",): parameters}
    if subject == "group":
        known[("group",)] = (*GROUP_FIELDS, *grouped)
        known |= _resource_words("group", "resources", EACH)
    else:
        known |= _resource_words("resource")
        known[("change",)] = known[("change", "teams", EACH)] = CHANGE_FIELDS
    return known


def _resource_words(*at: str) -> dict[tuple[str, ...], Sequence[str]]:
    facets = {(*at, name): [item.name for item in fields(facet)] for name, facet in FACETS.items()}
    return {at: FIELDS, (*at, "cost"): ("monthly",), **facets}


def _no_such(text: str, path: list[str], words: Sequence[str]) -> SyntaxProblem:
    """A path whose last step is not one of the words, at the place where it stands, if that can be found."""
    from difflib import get_close_matches

    close = get_close_matches(path[-1], words, n=1)
    at = text.find(".".join(path))
    if at < 0:  # reached through a comprehension's variable
        at = max(text.find(f".{path[-1]}"), 0)
    message = f"{'.'.join(path)} names nothing" + (f"; did you mean {close[0]!r}?" if close else "")
    return SyntaxProblem(message, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
