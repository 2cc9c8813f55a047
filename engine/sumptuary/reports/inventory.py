"""The common model itself, a JSON object a line: what was read, before any law judges it."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import cast

from sumptuary.model import Origin
from sumptuary.money import to_cents
from sumptuary.reports.withholding import without_secrets
from sumptuary.values import PartialMap, Unknown, is_collection, is_list, is_map, to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sumptuary.model import Cost, Place, Resource, Tags
    from sumptuary.reports.withholding import Json

TAG_DEPTH = 3
"""Steps to a tag or label: ``metadata.labels.team``."""
_MAY_BE_UNKNOWN = (
    "account",
    "region",
    "zone",
    "environment",
    "team",
    "multiplicity",
    "compute",
    "workload",
    "lifetime",
    "usage",
    "storage",
)


def render(resources: Iterable[Resource]) -> Iterator[str]:
    """A line for each resource, by root, file, line and address, so that two runs give the same bytes."""
    for resource in sorted(resources, key=_position):
        yield json.dumps(row(resource), allow_nan=False) + "\n"


def row(resource: Resource) -> dict[str, object]:
    """One resource in JSON types: what ``sources.inventory`` needs to judge it anew, at the same places.

    A place under ``places`` and ``tag_places`` is ``[line, end line, column]``, with the path as a fourth where it is
    not that of ``location``. ``depends_on`` maps the reason of an unknown to what would settle it.
    """
    entries = resource.tags.entries
    origin = resource.origin
    path = origin.place.path if origin.place is not None else ""
    found: dict[str, object] = {
        "address": resource.address,
        "kind": resource.kind,
        "type": resource.type,
        "provider": resource.provider,
        "account": to_json(resource.account),
        "region": to_json(resource.region),
        "tags": to_json(resource.tags.values()),
        "tag_origins": {key: tag.origin for key, tag in entries.items()},
        "environment": to_json(resource.environment),
        "attributes": without_secrets(cast("Json", to_json(resource.attributes))),
        "location": _location(resource),
        "facets": _facets(resource),
        "id": resource.id,
        "source": resource.source,
        "host_provider": resource.host_provider,
        "zone": to_json(resource.zone),
        "team": to_json(resource.team),
        "taggable": resource.taggable,
        "tag_attribute": resource.tag_attribute,
        "root": origin.root,
        "uri": origin.uri,
        "relations": {name: list(others) for name, others in resource.relations.items()},
        "calls": [{"address": call.address, **_lines(call.place)} for call in origin.calls],
        "places": {name: _spot(place, path) for name, place in _places(resource).items()},
        "written": _written(resource, path),
        "tag_places": _tag_places(resource.tags, path),
        "depends_on": {reason: list(names) for reason, names in _waits(resource).items()},
    }
    if (group := resource.tags.group) is not None:
        found["group_tags"] = to_json(group.values())
        found["group_tag_places"] = _tag_places(group, path)
    if resource.inferred:
        found["inferred"] = resource.inferred
    return found


def _tag_places(tags: Tags, path: str) -> dict[str, object]:
    return {key: _spot(tag.place, path) for key, tag in tags.entries.items() if tag.place is not None}


def _location(resource: Resource) -> dict[str, object]:
    place = resource.origin.place
    if place is not None and place.path:
        return _lines(place)
    return {"uri": resource.origin.uri or resource.id}


def _lines(place: Place) -> dict[str, object]:
    lines: dict[str, object] = {"path": place.path, "line": place.line, "end_line": max(place.line, place.end_line)}
    return {**lines, "column": place.column} if place.column else lines


def _spot(place: Place, path: str) -> list[int | str]:
    spot: list[int | str] = [place.line, max(place.line, place.end_line), place.column]
    return spot if place.path == path else [*spot, place.path]


def _places(resource: Resource) -> dict[str, Place]:
    """The lines of attributes: those that the origin keeps, and those that it can tell when it is asked."""
    origin = resource.origin
    if type(origin) is Origin:
        return origin.places
    kept = Origin(place=origin.place, places=dict(origin.places))
    for name in _attributes(resource):
        place = origin.place_of(name)
        if place is not None and place != kept.place_of(name):
            kept.places[name] = place
    return kept.places


def _attributes(resource: Resource) -> Iterator[str]:
    """The paths of all attributes, those around others first. Of what only tag policies judge, no deeper than a tag."""
    deepest = TAG_DEPTH if resource.kind == "other" else None
    left: list[tuple[str, object, int]] = [("", resource.attributes, 1)]
    for path, value, depth in left:
        inner = value.items() if is_map(value) else enumerate(value) if is_list(value) else ()
        for step, item in inner:
            name = f"{path}.{step}" if path else str(step)
            if deepest is None or depth < deepest:
                left.append((name, item, depth + 1))
            yield name


def _written(resource: Resource, path: str) -> dict[str, list[list[int | str]]]:
    """Where the values of attributes were written, of those that were handed to the resource by name."""
    origin = resource.origin
    if type(origin) is Origin:
        return {}
    told = {name: origin.written_at(name) for name in dict.fromkeys((*origin.places, *_attributes(resource)))}
    return {name: [_spot(place, path) for place in places] for name, places in told.items() if places}


def _waits(resource: Resource) -> dict[str, tuple[str, ...]]:
    """What each unknown of a resource waits for, by its reason."""
    waits: dict[str, tuple[str, ...]] = {}
    left: list[object] = [getattr(resource, name) for name in _MAY_BE_UNKNOWN]
    left += [resource.tags.values(), resource.attributes]
    left += [resource.tags.group.values()] if resource.tags.group is not None else []
    while left:
        value = left.pop()
        if isinstance(value, Unknown):
            if value.depends_on:
                known = waits.get(value.reason, ())
                waits[value.reason] = known + tuple(name for name in value.depends_on if name not in known)
        elif is_map(value):
            left += value.values()
            if isinstance(value, PartialMap):
                left.append(value.rest)
        elif is_collection(value):
            left += value
        elif is_dataclass(value) and not isinstance(value, type):
            left += [getattr(value, item.name) for item in fields(value)]
    return dict(sorted(waits.items()))


def _facets(resource: Resource) -> dict[str, object]:
    """The facets that the resource has. ``multiplicity`` says why nobody knows how many of it there are."""
    facets: dict[str, object] = {}
    for name in ("compute", "workload", "lifetime", "usage", "storage"):
        facet = getattr(resource, name)
        if facet is not None:
            facets[name] = _plain(facet)
    facets["cost"] = _cost(resource.cost)
    if resource.multiplicity is not None:
        facets["multiplicity"] = to_json(resource.multiplicity)
    return facets


def _plain(value: object) -> object:
    """A facet as a map of its fields; other values in JSON types."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    return to_json(value)


def _cost(cost: Cost) -> dict[str, object]:
    monthly = None
    if cost.monthly is not None:
        monthly = {name: str(to_cents(getattr(cost.monthly, name))) for name in ("low", "expected", "high")}
    return {"monthly": monthly, "currency": "USD", "unpriced": cost.unpriced or None}


def _position(resource: Resource) -> tuple[str, str, int, str]:
    place = resource.origin.place
    path, line = (place.path, place.line) if place is not None else ("", 0)
    return (resource.origin.root, path, line, resource.address)
