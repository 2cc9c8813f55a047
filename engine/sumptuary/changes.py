"""What a change adds and removes, as one resource of kind ``change.set`` that budget policies judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from sumptuary.model import Origin, Resource
from sumptuary.money import NOTHING, Range
from sumptuary.values import Unknown, is_map

LIVE = "live"
"""The source of what was read from an account."""
NO_TEAM = "(no team)"
PART_OF = "part-of"
"""The relation of a set of pods to the object that it belongs to, by id."""
RUN_PURPOSES = frozenset({"training", "fine-tuning", "batch"})


def change_set(after: Sequence[Resource], before: Sequence[Resource] | None) -> Resource | None:
    """The spend of an estate and, where its former state is known, what the change adds; None for an empty estate.

    ``attributes`` hold ``monthly_total``, and with a former state ``monthly_before`` and ``monthly_increase`` (ranges
    as ``{low, expected, high}``, USD), ``unpriced`` (a count), the same for each team under ``teams``, and ``runs``:
    what each bounded run costs at most. ``live`` is true of what runs already, which no change brought. It stands at
    the place of the resource that adds most where a former state is known, and else of the one that costs most.
    """
    billed = [resource for resource in after if resource.cost.monthly is not None or resource.cost.unpriced]
    if not billed and not before:
        return None
    attributes = _figures(after, before)
    teams = sorted({_team(resource) for resource in [*after, *(before or ())]})
    attributes["teams"] = {
        team: _figures(_of_team(after, team), None if before is None else _of_team(before, team)) for team in teams
    }
    attributes["runs"] = _runs(after)
    if any(resource.source == LIVE for resource in after):
        attributes["live"] = True
    dearest = _dearest(billed, before)
    return Resource(
        id="change.set",
        address="change.set",
        kind="change.set",
        type="change.set",
        provider="",
        source=dearest.source if dearest else "",
        attributes=attributes,
        origin=Origin(place=dearest.origin.place, calls=dearest.origin.calls) if dearest else Origin(),
    )


def _dearest(billed: Sequence[Resource], before: Sequence[Resource] | None) -> Resource | None:
    """The resource that adds most to what it cost before, or costs most where there is no before."""
    former = {resource.id: max(_expected(resource), Decimal(0)) for resource in before or ()}
    return max(billed, key=lambda one: _expected(one) - former.get(one.id, Decimal(0)), default=None)


def _figures(after: Sequence[Resource], before: Sequence[Resource] | None) -> dict[str, object]:
    total, unpriced = _sum(after)
    figures: dict[str, object] = {"monthly_total": _as_map(total), "unpriced": unpriced}
    if before is not None:
        former, unpriced_before = _sum(before)
        increase = Range.between(
            total.low - former.low, total.expected - former.expected, total.high - former.high
        )  # both sides at the same catalogue, so that a price refresh is not a change
        figures |= {"monthly_before": former.expected, "monthly_increase": _as_map(increase)}
        figures["unpriced"] = max(unpriced, unpriced_before)
        known_before = {resource.id for resource in before if resource.cost.unpriced}
        figures["unpriced_added"] = sum(
            1 for resource in after if resource.cost.unpriced and resource.id not in known_before
        )
    return figures


def _sum(resources: Iterable[Resource]) -> tuple[Range, int]:
    total, unpriced = NOTHING, 0
    for resource in resources:
        if resource.cost.monthly is not None:
            total += resource.cost.monthly
        elif resource.cost.unpriced:
            unpriced += 1
    return total, unpriced


def _as_map(figure: Range) -> dict[str, object]:
    return {"low": figure.low, "expected": figure.expected, "high": figure.high}


def _team(resource: Resource) -> str:
    return resource.team if isinstance(resource.team, str) and resource.team else NO_TEAM


def _of_team(resources: Iterable[Resource], team: str) -> list[Resource]:
    return [resource for resource in resources if _team(resource) == team]


def _expected(resource: Resource) -> Decimal:
    return resource.cost.monthly.expected if resource.cost.monthly is not None else Decimal(-1)


def _is_run(resource: Resource) -> bool:
    """Whether it is a run with an end: a training job, or interruptible work with a declared lifetime."""
    if resource.kind == "ml.training_job":
        return True
    lifetime = resource.lifetime
    bounded = isinstance(lifetime.ttl, str) or isinstance(lifetime.deadline_seconds, int)
    return bounded and isinstance(resource.workload.purpose, str) and resource.workload.purpose in RUN_PURPOSES


def _runs(resources: Iterable[Resource]) -> list[dict[str, object]]:
    """Each run with an end; the sets of machines of one job are one run, and cost what they cost together."""
    runs: dict[str, dict[str, object]] = {}
    for resource in resources:
        if not _is_run(resource):
            continue
        whole = resource.relations.get(PART_OF, (resource.id,))[0]
        if whole not in runs:
            runs[whole] = _run(resource)
        else:
            runs[whole]["cost"] = _together(runs[whole]["cost"], _run(resource)["cost"])
    return list(runs.values())


def _together(one: object, other: object) -> object:
    """Two costs as one; not known where one of them is not."""
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return one if isinstance(one, Unknown) else other
    if not is_map(one) or not is_map(other):
        return one
    return {name: Decimal(str(value)) + Decimal(str(other[name])) for name, value in one.items()}


def _run(resource: Resource) -> dict[str, object]:
    cost, lifetime = resource.cost, resource.lifetime
    bounded = isinstance(lifetime.ttl, str) or isinstance(lifetime.deadline_seconds, int)
    run: dict[str, object] = {"id": resource.id, "address": resource.address, "team": _team(resource)}
    if not bounded:
        run["cost"] = Unknown("the run has no deadline, so its cost has no bound")
    elif cost.monthly is None:
        run["cost"] = Unknown(cost.unpriced or "the catalogue has no price for it")
    else:
        run["cost"] = _as_map(cost.monthly)
    if isinstance(lifetime.deadline_seconds, int):
        run["deadline_hours"] = Decimal(lifetime.deadline_seconds) / 3600
    budget = resource.tags.fact(("budget",))
    if isinstance(budget, str) and (amount := _amount(budget)) is not None:
        run["budget"] = amount
    return run


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.strip().removeprefix("$").replace(",", ""))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
