"""Says of two forms of one policy what differs, and whether each difference makes the law stricter.

Layers are held to it (a lower one may only tighten), and ``policies diff`` shows it.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from sumptuary.policy.compiled import LEVELS, SEVERITIES, STAGES, Enforcement, Policy, WaiverTerms
from sumptuary.rule import duration
from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIGHTENS, LOOSENS, CHANGES, REWORDS = "tightens", "loosens", "changes", "rewords"
"""What a difference does; ``changes`` is what cannot be told to be one or the other."""

WORDING = ("title", "description", "message", "remediation", "references", "fix", "owner", "category")
"""Fields that decide nothing."""


@dataclass(slots=True, frozen=True)
class Direction:
    """How a parameter moves when it tightens: ``superset``, ``subset``, ``lower`` or ``higher``; empty for no way.

    ``unlimited_when_empty``: nothing given (an empty list, a key that is not in a map) allows everything. ``fields``
    are the directions inside a record.
    """

    tighten: str = ""
    unlimited_when_empty: bool = False
    fields: dict[str, Direction] | None = None


@dataclass(slots=True, frozen=True)
class Difference:
    """One field that differs. ``field`` is its dotted path below ``spec``, as overrides name it (or ``severity``)."""

    field: str
    before: object
    after: object
    effect: str


def differences(before: Policy, after: Policy, directions: dict[str, Direction]) -> list[Difference]:
    """Everything in which two forms of a policy differ; ``directions`` are those of the rule's parameters."""
    found: list[Difference] = []
    if before.rule != after.rule or before.template != after.template:
        found.append(Difference("rule", before.rule, after.rule, CHANGES))
    if before.severity != after.severity:
        worse = SEVERITIES.index(after.severity) < SEVERITIES.index(before.severity)
        found.append(Difference("severity", before.severity, after.severity, TIGHTENS if worse else LOOSENS))
    found += _selection(before, after)
    found += _parameters(before.parameters, after.parameters, Direction(fields=directions), "parameters")
    found += _enforcement(before.enforcement, after.enforcement)
    found += _waivers(before.waivers, after.waivers)
    for name in WORDING:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            found.append(Difference(name, old, new, REWORDS))
    return found


def _selection(before: Policy, after: Policy) -> Iterator[Difference]:
    """A selection that is wider tightens; without any restriction it is the widest."""
    for name in ("kinds", "types", "providers", "sources", "environments", "purposes", "tags", "where"):
        old, new = getattr(before, name), getattr(after, name)
        if old == new:
            continue
        if name == "kinds":
            effect = TIGHTENS if set(new) >= set(old) else LOOSENS
        else:
            effect = TIGHTENS if not new else LOOSENS if not old else CHANGES
        yield Difference(f"select.{name}", old, new, effect)


def _parameters(before: object, after: object, direction: Direction, field: str) -> Iterator[Difference]:
    """The differences of a parameter, those of a record field by field."""
    if before == after:
        return
    if direction.fields is not None and is_map(before) and is_map(after):
        for name in dict.fromkeys((*before, *after)):
            inner = direction.fields.get(name, Direction())
            yield from _parameters(before.get(name), after.get(name), inner, f"{field}.{name}")
        return
    yield Difference(field, before, after, _effect(before, after, direction))


def _effect(before: object, after: object, direction: Direction) -> str:
    """What a new value does; a demand where there was none tightens."""
    measure = _MEASURES.get(direction.tighten)
    if measure is None:
        return CHANGES
    if before is None or after is None:
        return TIGHTENS if before is None else LOOSENS
    if direction.unlimited_when_empty:
        return _limited(before, after, measure)
    ordered = measure(before, after)
    return CHANGES if ordered is None else TIGHTENS if ordered else LOOSENS


def _limited(before: object, after: object, measure: Callable[[object, object], bool | None]) -> str:
    """The same for what allows everything while it is empty: a list, or each key of a map."""
    if is_map(before) and is_map(after):
        kept = all(key in after and measure(value, after[key]) for key, value in before.items())
        return TIGHTENS if kept else LOOSENS
    if not before or not after:
        return TIGHTENS if not before else LOOSENS
    return TIGHTENS if measure(before, after) else LOOSENS


def _lower(before: object, after: object) -> bool | None:
    if is_map(before) and is_map(after) and before.keys() == after.keys() and "amount" in before:
        same = all(before[key] == after[key] for key in before if key != "amount")
        return _lower(before["amount"], after["amount"]) if same else None
    old, new = _number(before), _number(after)
    return None if old is None or new is None else new <= old


def _higher(before: object, after: object) -> bool | None:
    return _lower(after, before)


def _superset(before: object, after: object) -> bool | None:
    if is_map(before) and is_map(after):
        return all(key in after and _superset_of_values(value, after[key]) for key, value in before.items())
    return all(item in after for item in before) if is_list(before) and is_list(after) else None


def _superset_of_values(before: object, after: object) -> bool:
    return before == after or bool(is_list(before) and is_list(after) and _superset(before, after))


def _subset(before: object, after: object) -> bool | None:
    return _superset(after, before)


_MEASURES: dict[str, Callable[[object, object], bool | None]] = {
    "lower": _lower,
    "higher": _higher,
    "superset": _superset,
    "subset": _subset,
}


def _number(value: object) -> Decimal | None:
    """A number, the seconds of a duration, or an amount."""
    if isinstance(value, (bool, int, float)):
        return Decimal(str(int(value) if isinstance(value, bool) else value))
    if not isinstance(value, str):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        length = duration(value)
        return None if length is None else Decimal(str(length.total_seconds()))
    return amount if amount.is_finite() else None


def _enforcement(before: Enforcement, after: Enforcement) -> Iterator[Difference]:
    """Levels are compared by what they come to, in every stage, environment and time; then field by field."""
    changed = [(name, old, new) for name, old, new in _level_fields(before, after) if old != new]
    whole = _levels(before, after)
    alone = [(name, old, new, _levels(before, _with(before, after, name))) for name, old, new in changed]
    blamed = any(effect == LOOSENS for *_, effect in alone)
    for name, old, new, effect in alone:
        said = whole if whole != LOOSENS or not blamed else effect
        yield Difference(f"enforcement.{name}", old, new, said)
    if before.new_only != after.new_only:
        effect = LOOSENS if after.new_only else TIGHTENS
        yield Difference("enforcement.new_only", before.new_only, after.new_only, effect)
    if before.on_unknown != after.on_unknown:
        effect = TIGHTENS if after.on_unknown == "fail" else LOOSENS
        yield Difference("enforcement.on_unknown", before.on_unknown, after.on_unknown, effect)


def _level_fields(before: Enforcement, after: Enforcement) -> Iterator[tuple[str, object, object]]:
    yield "default", before.default, after.default
    for name in ("stages", "environments"):
        old, new = getattr(before, name), getattr(after, name)
        for key in dict.fromkeys((*old, *new)):
            yield f"{name}.{key}", old.get(key), new.get(key)
    yield "ramp", before.ramp, after.ramp


def _with(before: Enforcement, after: Enforcement, field: str) -> Enforcement:
    """The former enforcement with one field of the later."""
    name, _, key = field.partition(".")
    if not key:
        return replace(before, **{name: getattr(after, name)})
    levels = copy(getattr(before, name))
    levels.pop(key, None)
    if key in getattr(after, name):
        levels[key] = getattr(after, name)[key]
    return replace(before, **{name: levels})


def _levels(before: Enforcement, after: Enforcement) -> str:
    """Whether the later form is anywhere weaker, or else anywhere stricter."""
    days = dict.fromkeys(["0001-01-01", *(day for day, _ in (*before.ramp, *after.ramp))])
    environments = dict.fromkeys(["", *before.environments, *after.environments])
    stricter = False
    for day in days:
        moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
        for stage in STAGES:
            for environment in environments:
                old = LEVELS.index(before.level(stage, environment, moment))
                new = LEVELS.index(after.level(stage, environment, moment))
                if new < old:
                    return LOOSENS
                stricter = stricter or new > old
    return TIGHTENS if stricter else REWORDS


def _waivers(before: WaiverTerms | None, after: WaiverTerms | None) -> Iterator[Difference]:
    """Fewer approvers and shorter terms tighten; no terms at all, by which nobody may waive it, most of all."""
    if before == after:
        return
    if before is None or after is None:
        yield Difference("waivers", before, after, LOOSENS if before is None else TIGHTENS)
        return
    if before.approvers != after.approvers:
        fewer = set(after.approvers) <= set(before.approvers)
        effect = TIGHTENS if fewer else LOOSENS
        yield Difference("waivers.approvers", before.approvers, after.approvers, effect)
    if before.max_duration != after.max_duration:
        shorter = _lower(before.max_duration, after.max_duration)
        effect = TIGHTENS if shorter else LOOSENS
        yield Difference("waivers.max_duration", before.max_duration, after.max_duration, effect)
