"""A resource as conditions see it: JSON types, absent things left out, unknown ones still marked.

Only what an expression reads is converted: a resource has a hundred values, and a condition reads two.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal

from sumptuary.money import Range
from sumptuary.values import Absent, PartialMap, Unknown, is_collection, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.model import Resource

FIELDS = (
    "id", "address", "kind", "type", "provider", "source", "account", "region", "zone", "environment", "team", "tags",
    "attributes", "compute", "workload", "lifetime", "usage", "storage", "cost",
)  # fmt: skip
"""What ``resource`` has in a condition."""

GROUP_FIELDS = ("key", "resources", "count", "monthly_cost", "share", "environment", "account", "region", "team")
"""What ``group`` has in every condition over groups, beside the fields that are grouped by."""

CHANGE_FIELDS = (
    "monthly_total", "monthly_before", "monthly_increase", "low", "high", "percent_increase", "unpriced",
    "unpriced_added", "teams", "runs", "live", "team",
)  # fmt: skip
"""What ``change`` has in a condition on a ``change.set``."""
INCREASE = ("monthly_before", "monthly_increase", "low", "high", "percent_increase", "unpriced_added")
"""Those of them that need to know what was there before."""

MAX_INTEGER = 2**63 - 1

Shape = dict[str, "Shape | None"]
"""Which parts of a value are read, by key; None is all that is there. A list's items are under ``EACH``."""
EACH = "[*]"
"""The step from a list to each of its items."""
KEYS = "[keys]"
"""In a shape: if this is a map, which keys it has is asked, so that all of it is needed."""


def resource_value(resource: Resource, shape: Shape | None = None) -> dict[str, object]:
    """A resource as maps, lists and scalars, as far as it is read; ``Unknown`` and ``PartialMap`` stand where they do.

    ``tags`` maps key to value; ``cost`` holds ``monthly``, the expected cost in USD. What is absent has no key.
    """
    if shape is None or KEYS in shape:
        shape = dict.fromkeys(FIELDS)
    found: dict[str, object] = {}
    for name, inner in shape.items():
        if name == "tags":
            value: object = resource.tags.values()
        elif name == "cost":
            monthly = resource.cost.monthly
            value = {"monthly": float(monthly.expected)} if monthly is not None else _unpriced(resource)
        elif name in FIELDS:
            value = getattr(resource, name)
        else:
            continue
        plain = projected(value, inner)
        if plain is not None:
            found[name] = plain
    return found


def projected(value: object, shape: Shape | None) -> object:
    """A value as ``normalised`` has it, with no more than the parts that are read."""
    if shape is None or isinstance(value, (str, bool, int, float, Unknown)):
        return normalised(value)
    if is_map(value):
        if KEYS in shape:
            return normalised(value)
        pairs = ((key, projected(value[key], inner)) for key, inner in shape.items() if key in value)
        kept = {key: plain for key, plain in pairs if plain is not None}
        return PartialMap(kept, value.rest) if isinstance(value, PartialMap) else kept
    if is_collection(value):
        inner = shape.get(EACH, _NOTHING)
        items = [projected(item, inner) for item in value]
        unknown = next((item for item in items if isinstance(item, Unknown)), None)
        return unknown if unknown is not None else items
    if is_dataclass(value) and not isinstance(value, Range) and KEYS not in shape:
        parts = ((name, projected(getattr(value, name, None), inner)) for name, inner in shape.items())
        return {name: plain for name, plain in parts if plain not in (None, "", [])}
    return normalised(value)


_NOTHING: Shape = {}


def _unpriced(resource: Resource) -> dict[str, object]:
    """No price is not a cost of zero, nor no cost: it is unknown."""
    return {"monthly": Unknown(resource.cost.unpriced)} if resource.cost.unpriced else {}


def change_value(change: Resource) -> dict[str, object]:
    """A change set as ``change``: amounts in USD as numbers, not known where a resource has no price.

    ``monthly_increase`` is the expected one, between ``low`` and ``high``; ``teams`` lists the same for each team.
    """
    attributes = change.attributes
    found = _figures(attributes)
    teams, runs = attributes.get("teams"), attributes.get("runs")
    if is_map(teams):
        found["teams"] = [{"team": name, **_figures(item)} for name, item in teams.items() if is_map(item)]
    if is_list(runs):
        found["runs"] = [normalised({**run, "cost": _amount(run.get("cost"))}) for run in runs if is_map(run)]
    if "live" in attributes:
        found["live"] = attributes["live"]
    if change.team is not None:
        found["team"] = change.team
    return found


def _figures(attributes: dict[str, object]) -> dict[str, object]:
    """The amounts of one scope of a change."""
    figures: dict[str, object] = {name: _amount(attributes.get(name)) for name in (*INCREASE[:2], "monthly_total")}
    increase, percent = attributes.get("monthly_increase"), attributes.get("percent_increase")
    if is_map(increase):
        figures |= {"low": _amount(increase.get("low")), "high": _amount(increase.get("high"))}
    before, rise = figures["monthly_before"], figures["monthly_increase"]
    if percent is not None:
        figures["percent_increase"] = _amount(percent)
    elif isinstance(before, float) and before > 0 and isinstance(rise, float):
        figures["percent_increase"] = rise / before * 100
    for count, waiting in (("unpriced", ("monthly_total",)), ("unpriced_added", INCREASE[1:5])):
        figures[count] = normalised(attributes.get(count))
        if not isinstance(missing := figures[count], int) or not missing:
            continue
        some = "one resource has no price" if missing == 1 else f"{missing} resources have no price"
        figures |= {name: Unknown(some) for name in waiting if figures.get(name) is not None}
    return {name: value for name, value in figures.items() if value is not None}


def _amount(value: object) -> object:
    """An amount as a number: of a range the expected one, and what is written as text read."""
    if is_map(value):
        value = value.get("expected")
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    plain = normalised(value)
    return float(plain) if isinstance(plain, int) and not isinstance(plain, bool) else plain


def normalised(value: object) -> object:
    """A value in JSON types with absent things left out; a list of which an item is unknown is unknown as a whole."""
    if value is None or isinstance(value, Absent):
        return None
    if isinstance(value, (str, bool, Unknown)):
        return value
    if isinstance(value, int):
        return value if abs(value) <= MAX_INTEGER else float(value)
    if isinstance(value, (float, Decimal)):
        return float(value)
    if is_map(value):
        kept = {str(key): plain for key, item in value.items() if (plain := normalised(item)) is not None}
        return PartialMap(kept, value.rest) if isinstance(value, PartialMap) else kept
    if is_collection(value):
        items = [normalised(item) for item in value]
        unknown = next((item for item in items if isinstance(item, Unknown)), None)
        return unknown if unknown is not None else items
    if isinstance(value, Range):
        return float(value.expected)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if is_dataclass(value):
        pairs = ((item.name, normalised(getattr(value, item.name))) for item in fields(value))
        return {name: plain for name, plain in pairs if plain not in (None, "", [])}
    return str(value)


def known_part(value: object) -> object:
    """A normalised value without what is unknown: what CEL is given."""
    if is_map(value):
        return {key: known_part(item) for key, item in value.items() if not isinstance(item, Unknown)}
    if is_list(value):
        return [known_part(item) for item in value]
    return value
