"""One row of an inventory as a resource: the reverse of what ``sumptuary resources`` writes of one."""

from __future__ import annotations

from sumptuary.kinds import KINDS
from sumptuary.model import Call, Origin, Place, Resource, Tag, Tags
from sumptuary.sources.inventory import facets
from sumptuary.sources.inventory.fields import MOST, Fields, WrongRowError
from sumptuary.values import UNKNOWN_KEY, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import TypeIs

MADE_HERE = "change.set"
"""A kind that every run makes for itself: what a change adds is counted, and taken from nobody."""
_READ = frozenset(KINDS) - {MADE_HERE}
UNNAMED = "inventory"
"""The source of a row that names none."""


def resource_of(row: dict[str, object], here: Place) -> Resource:
    """The resource of a row. ``here`` is the row's own line, which stands in for a place where the row has none.

    What it cost is left out: prices are looked up afresh. Keys that the model does not have are passed over.

    Raises:
        WrongRowError: a field that is needed is missing, or one is of the wrong type.
    """
    given = Fields("", row, _lists(Fields("", row, {}), "depends_on"))
    address, kind = given.needed("address"), given.needed("kind")
    if kind not in _READ:
        raise WrongRowError(f"there is no kind {kind[:80]!r}: an inventory holds {', '.join(KINDS[:3])} ...")
    described = given.inner("facets") or Fields("facets", {}, given.waits)
    origin = _origin(given, here)
    attributes = given.revived("attributes")
    return Resource(
        id=given.text("id") or origin.uri or f"{origin.root}:{address}",
        address=address,
        kind=kind,
        type=given.text("type"),
        provider=given.text("provider"),
        source=given.text("source") or UNNAMED,
        host_provider=given.text("host_provider"),
        account=given.maybe_text("account"),
        region=given.maybe_text("region"),
        zone=given.maybe_text("zone"),
        tags=_tags(given, here if origin.place is None else origin.place),
        taggable=given.flag("taggable"),
        tag_attribute=given.text("tag_attribute"),
        environment=given.maybe_text("environment"),
        team=given.maybe_text("team"),
        inferred=_inferred(given),
        attributes=_map(given, attributes),
        origin=origin,
        relations=_lists(given, "relations"),
        multiplicity=facets.only_unknown(described, "multiplicity"),
        compute=facets.compute(described.inner("compute")),
        workload=facets.workload(described.inner("workload")),
        lifetime=facets.lifetime(described.inner("lifetime")),
        usage=facets.usage(described.inner("usage")),
        storage=facets.storage(described.inner("storage")),
    )


class RecordedOrigin(Origin):
    """Where a row says that its resource comes from."""

    __slots__ = ("written",)

    def __init__(self, place: Place | None, uri: str, root: str, calls: tuple[Call, ...]) -> None:
        super().__init__(place, uri, root, calls)
        self.written: dict[str, tuple[Place, ...]] = {}

    def written_at(self, attribute: str) -> tuple[Place, ...]:
        """Where the value of an attribute was written, when that is elsewhere: the innermost place first."""
        return self.written.get(attribute, ())


def _map(given: Fields, attributes: object) -> dict[str, object]:
    if attributes is None:
        return {}
    if not is_map(attributes):
        raise given.wrong("attributes", "an object")
    return attributes


def _inferred(given: Fields) -> dict[str, str] | None:
    told = given.inner("inferred")
    return {fact: told.text(fact) for fact in told.values} if told is not None else None


def _lists(given: Fields, field: str) -> dict[str, tuple[str, ...]]:
    """A map of lists of texts."""
    lists = given.inner(field)
    return {} if lists is None else {name: lists.texts(name) for name in lists.values}


def _tags(given: Fields, own: Place) -> Tags:
    values = given.inner("tags")
    if values is None:
        return Tags()
    origins, places = given.inner("tag_origins"), given.inner("tag_places")
    entries: dict[str, Tag] = {}
    for key in values.values:
        if key == UNKNOWN_KEY:
            continue
        value = values.maybe_text(key)
        if value is None:
            raise values.wrong(key, "a text")
        origin = origins.text(key) if origins is not None else ""
        place = _spot(places, key, own.path) if places is not None and key in places.values else None
        entries[key] = Tag(value, origin or "own", place)
    found = Tags(entries, _rest(values))
    found.group = _group_tags(given, own)
    return found


def _group_tags(given: Fields, own: Place) -> Tags | None:
    values, places = given.inner("group_tags"), given.inner("group_tag_places")
    if values is None:
        return None
    entries: dict[str, Tag] = {}
    for key in values.values:
        value = values.maybe_text(key) if key != UNKNOWN_KEY else None
        place = _spot(places, key, own.path) if places is not None and key in places.values else None
        if value is not None:
            entries[key] = Tag(value, "inherited", place)
    return Tags(entries, _rest(values))


def _rest(values: Fields) -> Unknown | None:
    return values.because(values.values[UNKNOWN_KEY], "rest") if UNKNOWN_KEY in values.values else None


def _origin(given: Fields, here: Place) -> Origin:
    location = given.inner("location")
    place, uri = (None, "") if location is None else (_place(location), location.text("uri"))
    if place is None and not uri:
        place = here
    if "uri" in given.values:
        uri = given.text("uri")
    spots = given.inner("places")
    own = place.path if place is not None else ""
    origin = RecordedOrigin(place, uri, given.text("root"), _calls(given))
    origin.places = {} if spots is None else {name: _spot(spots, name, own) for name in spots.values}
    origin.written = _written(given, own)
    return origin


def _written(given: Fields, path: str) -> dict[str, tuple[Place, ...]]:
    """Where values were written that a resource takes by name."""
    written = given.inner("written")
    found: dict[str, tuple[Place, ...]] = {}
    for name, spots in () if written is None else written.values.items():
        if not is_list(spots):
            raise given.wrong(f"written.{name}", "a list of places")
        each = Fields(f"written.{name}", {str(index): spot for index, spot in enumerate(spots)}, {})
        found[name] = tuple(_spot(each, index, path) for index in each.values)
    return found


def _place(given: Fields) -> Place | None:
    path = given.text("path")
    return Place(path, given.line("line"), given.line("end_line"), given.line("column")) if path else None


def _calls(given: Fields) -> tuple[Call, ...]:
    calls: list[Call] = []
    listed = given.values.get("calls")
    if listed is None:
        return ()
    if not is_list(listed):
        raise given.wrong("calls", "a list")
    for index, item in enumerate(listed):
        if not is_map(item):
            raise given.wrong(f"calls.{index}", "an object")
        call = Fields(f"calls.{index}", item, given.waits)
        place = _place(call)
        if place is None:
            raise call.wrong("path", "a text")
        calls.append(Call(call.text("address"), place))
    return tuple(calls)


def _spot(given: Fields, name: str, path: str) -> Place:
    """A place as ``[line, end line, column]``, perhaps with a path of its own as a fourth."""
    value = given.values[name]
    if is_list(value) and len(value) in (3, 4):
        line, end, column = value[:3]
        own = value[3] if len(value) == 4 else path
        if _is_count(line) and _is_count(end) and _is_count(column) and isinstance(own, str):
            return Place(own, line, end, column)
    raise given.wrong(name, "a place: [line, end line, column], perhaps with a path")


def _is_count(value: object) -> TypeIs[int]:
    return type(value) is int and 0 <= value <= MOST
