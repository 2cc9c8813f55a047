"""Builds resources of the model out of what a policy's inline test says is given."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from sumptuary.kinds import KINDS
from sumptuary.model import (
    Accelerators,
    Compute,
    Cost,
    Lifetime,
    Origin,
    Place,
    Resource,
    Storage,
    Tag,
    Tags,
    Usage,
    Workload,
)
from sumptuary.money import Range
from sumptuary.values import UNKNOWN_KEY, PartialMap, Unknown, from_json, is_list, is_map

FACETS: dict[str, type] = {
    "compute": Compute,
    "workload": Workload,
    "lifetime": Lifetime,
    "usage": Usage,
    "storage": Storage,
}
TEXTS = ("address", "type", "provider", "source", "account", "region", "zone", "environment", "team", "tag_attribute")
TAGS = {"tags": "own", "default_tags": "provider-default", "inherited_tags": "inherited", "labels": "label"}
GROUP_TAGS = "group_tags"
"""What the resource group is tagged with, which counts where a policy says so."""
OTHERS = ("kind", "sku", "accelerators", "attributes", "cost", "taggable", "multiplicity")
KEYS = (*OTHERS, *TEXTS, *TAGS, GROUP_TAGS, *FACETS)
FREE = ("change.set", "commitment", "budget", "billing.charge")
"""Kinds that are known by their attributes: for these, any further key is one."""

REGIONS = {"aws": "us-east-1", "gcp": "us-central1", "azure": "eastus"}
"""Where a resource is when the case does not say, so that it has a price."""


class GivenError(ValueError):
    """What is given makes no resource; ``path`` is where, within the given map."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.path = path


def resource_of(given: dict[str, Any], index: int = 0, place: Place | None = None) -> Resource:
    """The resource that a given map describes; ``{$unknown: why}`` may stand for any value.

    Raises:
        GivenError: a key that there is not, a kind that there is not, a value of the wrong form.
    """
    kind = given.get("kind")
    if kind not in KINDS:
        raise GivenError(f"{kind!r} is not a kind{_nearest(str(kind), KINDS)}", "kind")
    extra = {key: value for key, value in given.items() if key not in KEYS}
    if extra and kind not in FREE:
        key = next(iter(extra))
        raise GivenError(f"unknown key {key!r}{_nearest(key, KEYS)}", key)
    provider = str(given.get("provider", "aws"))
    attributes = _map(given, "attributes")
    resource = Resource(
        id=f"given[{index}]",
        address=str(given.get("address", f"given[{index}]")),
        kind=kind,
        type=str(given.get("type", "")),
        provider=provider,
        source=str(given.get("source", "terraform")),
        region=REGIONS.get(provider),
        tags=_tags(given),
        taggable=bool(given.get("taggable", kind != "change.set")),
        tag_attribute=str(given.get("tag_attribute", "labels" if provider == "gcp" else "tags")),
        attributes={**attributes, **{key: from_json(value) for key, value in extra.items()}},
        origin=Origin(place=place),
    )
    for name in ("account", "region", "zone", "environment", "team"):
        if name in given:
            setattr(resource, name, _text(given[name], name))
    for name, facet in FACETS.items():
        if name in given:
            setattr(resource, name, _facet(facet, _map(given, name), name))
    _shorthands(given, resource)
    return resource


def _shorthands(given: dict[str, Any], resource: Resource) -> None:
    """``sku``, ``accelerators``, ``cost`` and ``multiplicity``."""
    if "sku" in given or "accelerators" in given:
        resource.compute = resource.compute if resource.compute is not None else Compute()
        if "sku" in given:
            resource.compute.sku = _text(given["sku"], "sku")
        if "accelerators" in given:
            resource.compute.accelerators = _accelerators(from_json(given["accelerators"]), "accelerators")
    if "cost" in given:
        resource.cost = _cost(from_json(_map(given, "cost").get("monthly")))
    if "multiplicity" in given:
        unknown = from_json(given["multiplicity"])
        if not isinstance(unknown, Unknown):
            raise GivenError("multiplicity is only ever {$unknown: why}", "multiplicity")
        resource.multiplicity = unknown


def _map(given: dict[str, Any], key: str) -> dict[str, object]:
    value = from_json(given.get(key, {}))
    if not is_map(value):
        raise GivenError(f"{key} must be a map", key)
    return value


def _text(value: object, key: str) -> str | Unknown | None:
    plain = from_json(value)
    if plain is None or isinstance(plain, (str, Unknown)):
        return plain
    raise GivenError(f"{plain!r} must be text: put it in quotes", key)


def _tags(given: dict[str, Any]) -> Tags:
    """The tags of all origins; a tag of the resource's own wins over one it is handed."""
    found = _tags_of(given, dict(reversed(TAGS.items())))
    if GROUP_TAGS in given:
        found.group = _tags_of(given, {GROUP_TAGS: "inherited"})
    return found


def _tags_of(given: dict[str, Any], origins: dict[str, str]) -> Tags:
    entries: dict[str, Tag] = {}
    rest: Unknown | None = None
    for key, origin in origins.items():
        value = from_json(given.get(key, {}))
        if isinstance(value, Unknown):
            rest = value
            continue
        if not is_map(value):
            raise GivenError(f"{key} must be a map", key)
        if isinstance(value, PartialMap):
            rest = value.rest
        for name, item in value.items():
            if isinstance(item, (dict, list)):
                raise GivenError("a tag's value is text", key, name)
            entries[name] = Tag(item if isinstance(item, Unknown) else _scalar(item), origin)
    return Tags(entries, rest)


def _scalar(value: object) -> str:
    """A tag value as providers store it: always text."""
    return ("true" if value else "false") if isinstance(value, bool) else "" if value is None else str(value)


def _facet(facet: type, given: dict[str, object], key: str) -> object:
    """A facet from its fields."""
    if isinstance(given, PartialMap):
        raise GivenError(f"say which field of {key} is unknown", key, UNKNOWN_KEY)
    names = [item.name for item in fields(facet)]
    values: dict[str, object] = {}
    for name, value in given.items():
        if name not in names:
            raise GivenError(f"{key} has no field {name!r}{_nearest(name, names)}", key, name)
        if name == "accelerators":
            value = _accelerators(value, key, name)  # noqa: PLW2901
        elif name == "created" and isinstance(value, str):
            value = _moment(value, key, name)  # noqa: PLW2901
        elif name == "alternatives" and is_list(value):
            value = tuple(str(item) for item in value)  # noqa: PLW2901
        elif isinstance(value, (dict, list)):
            raise GivenError(f"{name} is a single value", key, name)
        values[name] = value
    return facet(**values)


def _accelerators(value: object, *path: str) -> Accelerators | Unknown:
    if isinstance(value, Unknown):
        return value
    names = [item.name for item in fields(Accelerators)]
    required = [item.name for item in fields(Accelerators) if item.default is MISSING]
    entries: dict[str, Any] = value if is_map(value) else {}
    if not set(required) <= entries.keys() <= set(names):
        raise GivenError(f"accelerators are a map of {', '.join(names)}", *path)
    return Accelerators(**entries)


def _moment(text: str, *path: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise GivenError(f"{text!r} is not a date or date-time", *path) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _cost(value: object) -> Cost:
    """A monthly cost given as an amount, or unknown."""
    if isinstance(value, Unknown):
        return Cost(unpriced=value.reason)
    try:
        return Cost(Range.of(Decimal(str(value))))
    except InvalidOperation as error:
        raise GivenError(f"{value!r} is not an amount", "cost", "monthly") from error


def _nearest(word: str, words: Any) -> str:
    close = get_close_matches(word, list(words), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
