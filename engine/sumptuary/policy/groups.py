"""Resources that agree in some fields, as ``group`` in a condition; what may belong to a group is kept beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, islice

from sumptuary.money import ZERO
from sumptuary.policy.activation import GROUP_FIELDS, Shape, resource_value
from sumptuary.values import ABSENT, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from sumptuary.model import Resource

NONE = "(none)"
"""How a key shows what is not there."""
PLAIN = ("account", "region", "zone", "environment", "team", "provider", "source", "kind", "type", "module")
FACETS = ("compute", "workload", "lifetime", "usage", "storage")
MAPS = ("tags", "attributes")
RESERVED = ("key", "resources", "count", "monthly_cost", "share")
AGREED = ("environment", "account", "region", "team")
"""Fields that a group has where all its resources agree in them."""
MAX_DOUBTFUL = 4
"""Resources that may or may not belong to a group, up to which every way of it is tried (2^n)."""

Key = tuple[object, ...]


@dataclass(slots=True, eq=False, repr=False)
class Group:
    """Resources that agree: ``certain`` belong to it; of ``doubtful`` it is not known, each with the reason.

    Of the doubtful no more are kept than tell that there are too many to try. A value of ``key`` that is not known
    makes a group that may be there.
    """

    key: Key
    certain: list[Resource] = field(default_factory=list["Resource"])
    doubtful: list[tuple[Resource, Unknown]] = field(default_factory=list["tuple[Resource, Unknown]"])

    @property
    def name(self) -> str:
        """The key in words."""
        return ", ".join(shown(value) for value in self.key)

    def unknown(self) -> Unknown | None:
        """Why the key is not known, if it is not."""
        return next((value for value in self.key if isinstance(value, Unknown)), None)

    def ways(self) -> Iterator[list[Resource]] | None:
        """Every set of resources that it may turn out to be; None where they are too many to try, or not countable."""
        doubtful = [resource for resource, _ in self.doubtful]
        if len(doubtful) > MAX_DOUBTFUL or any(one.multiplicity is not None for one in (*self.certain, *doubtful)):
            return None
        sizes = range(len(doubtful) + 1)
        return ([*self.certain, *chosen] for size in sizes for chosen in combinations(doubtful, size))

    def uncountable(self) -> Unknown:
        """Why it is not known what belongs to the group."""
        for resource, why in self.doubtful:
            return Unknown(f"{resource.address} may belong to it: {why.reason}", why.depends_on)
        for resource in self.certain:
            if (count := resource.multiplicity) is not None:
                return Unknown(
                    f"how many of {resource.address} there are is not known: {count.reason}", count.depends_on
                )
        return Unknown("what belongs to it is not known")


def shown(value: object) -> str:
    """A value of a key as a message shows it."""
    if isinstance(value, Unknown):
        return "unknown"
    return NONE if value is ABSENT or value is None else str(value)


def name_of(path: str) -> str:
    """What ``group`` calls a field that is grouped by: its last name."""
    return path.partition(".")[2] if path.startswith("tags.") else path.rpartition(".")[2]


def value_of(resource: Resource, path: str) -> object:
    """The value of a field that is grouped by: text, a number, ``Unknown`` or ``ABSENT``."""
    root, _, rest = path.partition(".")
    if path == "module":
        value: object = resource.origin.calls[-1].address if resource.origin.calls else None
    elif root == "tags":
        value = resource.tags.look_up(rest)
    elif root == "attributes":
        value = resource.attribute(rest)
    elif root in FACETS:
        value = getattr(getattr(resource, root), rest, None)
    else:
        value = getattr(resource, root)
    if isinstance(value, (Unknown, str, bool, int, float)):
        return value if value != "" else ABSENT
    return ABSENT if value is None or value is ABSENT else str(value)


def grouped(
    certain: Iterable[Resource], doubtful: Iterable[tuple[Resource, Unknown]], paths: Sequence[str]
) -> tuple[list[Group], list[Group]]:
    """The groups that there are, and for each resource whose key is not known a group that there may be.

    ``doubtful`` are resources of which it is not known whether they count at all, with the reason.
    """
    groups: dict[Key, Group] = {}
    floating: list[tuple[Resource, Key, Unknown]] = []
    uncertain: list[tuple[Resource, Unknown | None]] = list(doubtful)
    placed: list[tuple[Key, Resource, Unknown]] = []
    for resource, why in (*((one, None) for one in certain), *uncertain):
        key = tuple(value_of(resource, path) for path in paths)
        unknown = next((value for value in key if isinstance(value, Unknown)), None)
        if unknown is not None:
            floating.append((resource, key, why or unknown))
        elif why is not None:
            placed.append((key, resource, why))
        else:
            groups.setdefault(key, Group(key)).certain.append(resource)
    for key, resource, why in placed:
        if key in groups:
            groups[key].doubtful.append((resource, why))
    for group in groups.values():
        room = max(MAX_DOUBTFUL + 1 - len(group.doubtful), 0)
        group.doubtful += islice(((one, why) for one, key, why in floating if _may_agree(key, group.key)), room)
    possible: list[Group] = []
    counted = {id(resource) for resource, _ in uncertain}
    for resource, key, _ in floating:
        if id(resource) in counted:  # its own verdict says already that it may not count
            continue
        others = ((one, why) for one, theirs, why in floating if one is not resource and _may_agree(theirs, key))
        settled = ((one, why) for theirs, one, why in placed if _may_agree(theirs, key))
        possible.append(Group(key, [resource], list(islice(chain(others, settled), MAX_DOUBTFUL + 1))))
    return list(groups.values()), possible


def _may_agree(one: Key, other: Key) -> bool:
    return all(a == b or isinstance(a, Unknown) or isinstance(b, Unknown) for a, b in zip(one, other, strict=True))


def group_value(
    group: Group,
    members: Sequence[Resource] | None,
    paths: Sequence[str],
    read: Shape | None,
    spend: Decimal,
    nulls: frozenset[str] = frozenset(),
) -> dict[str, object]:
    """A group as conditions see it. ``members`` is one way it may be, None where that is not known.

    ``read`` is what is read of each resource, ``spend`` is the monthly cost of the whole estate's priced part.
    ``nulls`` are the fields that read as null where nobody declares them.
    """
    unknown = group.unknown()
    found: dict[str, object] = {"key": group.name if unknown is None else unknown}
    if members is None:
        open_end = group.uncountable()
        found |= dict.fromkeys(("resources", "count", "monthly_cost", "share", *AGREED), open_end)
    else:
        found |= {"resources": [resource_value(one, read) for one in members], "count": len(members)}
        for name in AGREED:
            agreed = _agreed(members, name)
            if agreed is not ABSENT and (agreed is not None or name in nulls):
                found[name] = agreed
        cost = monthly_cost(members)
        found["monthly_cost"] = cost if isinstance(cost, Unknown) else float(cost)
        found["share"] = cost if isinstance(cost, Unknown) else _share(cost, spend)
    for path, value in zip(paths, group.key, strict=True):
        found.pop(name_of(path), None)
        if value is not ABSENT or name_of(path) in nulls:
            found[name_of(path)] = None if value is ABSENT else value
    return found


def _share(cost: Decimal, spend: Decimal) -> object:
    return float(cost / spend) if spend > 0 else Unknown("nothing in the estate has a price")


def _agreed(members: Sequence[Resource], name: str) -> object:
    """The value in which all agree: None where none has one, ABSENT where they do not, unknown where that is open."""
    values = [getattr(one, name) for one in members]
    known = {value or None for value in values if not isinstance(value, Unknown)}
    if len(known) > 1:
        return ABSENT
    unknown = next((value for value in values if isinstance(value, Unknown)), None)
    return unknown if unknown is not None else next(iter(known), None)


def monthly_cost(members: Iterable[Resource]) -> Decimal | Unknown:
    """What resources cost a month together, expected, USD; not known where one of them has no price."""
    total = ZERO
    for resource in members:
        if resource.cost.monthly is not None:
            total += resource.cost.monthly.expected
        elif resource.cost.unpriced:
            return Unknown(f"{resource.address} has no price: {resource.cost.unpriced}")
    return total


def path_mistake(path: str) -> str:
    """What is wrong with a field to group by, or empty."""
    from sumptuary.policy.problems import nearest

    root, _, rest = path.partition(".")
    if root in MAPS:
        return "" if rest else f"{path!r} groups by a whole map; name a key of it, such as {root}.team"
    if root in FACETS:
        from sumptuary.policy.cel_paths import words_of

        words = list(words_of("resource", ())[("resource", root)])
        return "" if rest in words else f"{path!r} names nothing{nearest(rest, words)}"
    if path not in PLAIN:
        return f"{path!r} names nothing{nearest(path, (*PLAIN, *(f'{name}.' for name in (*MAPS, *FACETS))))}"
    return ""


def name_mistakes(paths: Sequence[str]) -> list[tuple[int, str]]:
    """Fields to group by whose names in ``group`` collide, by their index."""
    found: list[tuple[int, str]] = []
    seen: dict[str, str] = {}
    for index, path in enumerate(paths):
        name = name_of(path)
        if name in RESERVED or (name in GROUP_FIELDS and name != path and not path.startswith("tags.")):
            found.append((index, f"group.{name} is something else already; {path!r} cannot be grouped by"))
        elif name in seen:
            found.append((index, f"{path!r} and {seen[name]!r} would both be group.{name}"))
        seen.setdefault(name, path)
    return found
