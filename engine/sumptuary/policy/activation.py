"""A resource as conditions see it: JSON types, absent things left out, unknown ones still marked."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal

from sumptuary.money import Range
from sumptuary.values import Absent, PartialMap, Unknown, is_collection, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sumptuary.model import Resource

FIELDS = (
    "address", "kind", "type", "provider", "source", "account", "region", "zone", "environment", "team", "tags",
    "attributes", "compute", "workload", "lifetime", "usage", "storage", "cost",
)  # fmt: skip
"""What ``resource`` has in a condition."""

MAX_INTEGER = 2**63 - 1


def resource_value(resource: Resource, names: Iterable[str] = FIELDS) -> dict[str, object]:
    """The named fields of a resource as maps, lists and scalars; ``Unknown`` and ``PartialMap`` stand where they do.

    ``tags`` maps key to value; ``cost`` holds ``monthly``, the expected cost in USD. What is absent has no key.
    """
    found: dict[str, object] = {}
    for name in names:
        if name == "tags":
            value: object = resource.tags.values()
        elif name == "cost":
            monthly = resource.cost.monthly
            value = {"monthly": float(monthly.expected)} if monthly is not None else _unpriced(resource)
        elif name in FIELDS:
            value = getattr(resource, name)
        else:
            continue
        plain = normalised(value)
        if plain is not None:
            found[name] = plain
    return found


def _unpriced(resource: Resource) -> dict[str, object]:
    """No price is not a cost of zero, nor no cost: it is unknown."""
    return {"monthly": Unknown(resource.cost.unpriced)} if resource.cost.unpriced else {}


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
