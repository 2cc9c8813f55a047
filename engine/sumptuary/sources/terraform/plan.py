"""Plans and states in Terraform's JSON: what would stand, what stood, and what the plan does about it."""

from __future__ import annotations

import os

from sumptuary.model import Origin, Place, Resource
from sumptuary.sources.terraform.facets import fill
from sumptuary.sources.terraform.plan_configuration import PlanConfiguration
from sumptuary.sources.terraform.plan_document import read_document, remark
from sumptuary.sources.terraform.plan_relations import Peers, relate
from sumptuary.sources.terraform.plan_rows import rows
from sumptuary.sources.terraform.plan_secrets import marks_of, secrets_in, withheld
from sumptuary.sources.terraform.plan_sources import Sources
from sumptuary.sources.terraform.plan_tags import planned_tags
from sumptuary.sources.terraform.plan_values import after_apply, says_true
from sumptuary.sources.terraform.providers import CLOUDS
from sumptuary.sources.terraform.regions import place_in_cloud
from sumptuary.sources.terraform.tags import tag_attribute
from sumptuary.values import PartialMap, Unknown, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from sumptuary.coverage import Coverage
    from sumptuary.sources.terraform.plan_rows import Row


class Planned:
    """What a plan does to one resource. ``actions`` are Terraform's: no-op, create, update, delete, forget ...

    ``before`` is None for what is made anew, ``after`` for what goes. What stays as it is has one resource as both:
    so has what is forgotten, which goes on to exist and to cost, and what exists while its change is deferred.
    """

    __slots__ = ("actions", "after", "before")

    def __init__(self, before: Resource | None, after: Resource | None, actions: tuple[str, ...]) -> None:
        self.before = before
        self.after = after
        self.actions = actions


def read_plan(path: str, coverage: Coverage) -> Iterator[Resource]:
    """The resources that stand after a plan is applied, or those of a state. Failures go into the ledger."""
    for planned in read_changes(path, coverage):
        if planned.after is not None:
            yield planned.after


def read_changes(path: str, coverage: Coverage) -> Iterator[Planned]:
    """Every managed resource of a plan or state, with what happens to it; a state's are all ``no-op``."""
    shown = os.path.relpath(path).replace(os.sep, "/")
    coverage.files_seen += 1
    document = read_document(path, shown, coverage)
    if document is None:
        return
    coverage.files_read += 1
    remark(document, shown, coverage)
    reading = _Reading(path, shown, document)
    changes = [planned for row in rows(document, shown, coverage) for planned in reading.planned(row)]
    del document
    _tell_forgotten(changes, shown, coverage)
    after = [each.after for each in changes if each.after is not None]
    reading.complete(after, coverage)
    before = [each.before for each in changes if each.before is not None]
    reading.complete(before, coverage, {id(resource) for resource in after})
    yield from changes


def _tell_forgotten(changes: Iterable[Planned], shown: str, coverage: Coverage) -> None:
    stay = [each.after for each in changes if "forget" in each.actions and each.after is each.before]
    names = [resource.address for resource in stay if resource is not None]
    if names:
        named = ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
        told = f"{len(names)} resources are" if len(names) > 1 else "1 resource is"
        coverage.note(f"{shown}: {told} forgotten, not destroyed: what is forgotten stays billed: {named}")


class _Reading:
    """Turns the rows of one document into resources."""

    def __init__(self, path: str, shown: str, document: dict[str, object]) -> None:
        self.shown = shown
        self.configuration = PlanConfiguration(document)
        self.sources = Sources(os.path.dirname(os.path.abspath(path)))
        self.configuration.locate(self.sources.tags_place)
        self.kind = "plan" if document.keys() & {"planned_values", "resource_changes"} else "state"

    def planned(self, row: Row) -> Iterator[Planned]:
        """What happens to one resource. One that is replaced and forgotten becomes two: the old one stays as well."""
        change, actions = row.change, row.actions
        hides = marks_of(change)
        secrets = frozenset(
            (
                *self.configuration.secrets,
                *secrets_in(change.get("before"), hides),
                *secrets_in(change.get("after"), hides),
            )
        )
        before = after = None
        same = actions == ("no-op",) and change.get("before") == change.get("after")
        stays = same and not says_true(change.get("after_unknown"))
        if is_map(change.get("before")):
            before = self._resource(row, withheld(change["before"], None, hides, secrets, row))
        if before is not None and (stays or row.deferred or actions == ("forget",)):
            after = before
        elif is_map(change.get("after")) or change.get("after_unknown") is True or {"create", "update"} & {*actions}:
            waiting = self.configuration.waiting(
                row.address, change.get("after_unknown"), self.sources.dynamic_blocks(row.address)
            )
            values = withheld(change.get("after"), waiting, hides, secrets, row)
            after = self._resource(row, self._with_what_waits(row, values))
            if row.deferred:
                after.multiplicity = Unknown(f"{row.address} waits for a later plan: {row.deferred}", (row.address,))
        if before is not None and "forget" in actions and "create" in actions:
            before.id, before.address = f"{before.id} (forgotten)", f"{before.address} (forgotten)"
            yield Planned(before, before, ("forget",))
            before = None
        yield Planned(before, after, actions)

    def _with_what_waits(self, row: Row, values: object) -> object:
        """Of a plan's values alone, what an expression gives but the values lack is what is not known yet."""
        if not row.listed or not is_map(values):
            return values
        names = [name for name in self.configuration.computed(row.address) if name not in values]
        return {**values, **{name: after_apply(f"{row.address}.{name}") for name in names}} if names else values

    def _resource(self, row: Row, values: object) -> Resource:
        address, prefix = row.address, row.type.partition("_")[0]
        attributes: dict[str, object] = values if is_map(values) else PartialMap({}, _why(values, address))
        resource = Resource(
            id=f"{self.shown}:{address}",
            address=address,
            kind="other",
            type=row.type,
            provider=CLOUDS.get(prefix, prefix),
            source=self.kind,
            attributes=attributes,
            origin=self.sources.origin(address) or Origin(place=Place(self.shown, 1), root=os.path.dirname(self.shown)),
            tag_attribute=tag_attribute(row.type, attributes),
        )
        configuration = self.configuration.provider(address)
        place_in_cloud(resource, configuration, computed=True)
        if isinstance(resource.region, Unknown):
            found = _region_of_arn(resource.attributes.get("arn"))
            resource.region = found if found is not None else resource.region
        resource.tags = planned_tags(resource, configuration)
        return resource

    def complete(self, side: Sequence[Resource], coverage: Coverage, done: Container[int] = ()) -> None:
        """Fill the relations and facets of the resources of one side; ``done`` are the ids of those that have them."""
        peers = Peers(side)
        open_ones = [resource for resource in side if id(resource) not in done]
        for resource in open_ones:
            relate(resource, self.configuration, peers)
        for resource in open_ones:
            before = resource.tag_attribute
            fill(resource, peers, coverage)
            if resource.tag_attribute != before:
                resource.tags = planned_tags(resource, self.configuration.provider(resource.address))


def _why(values: object, address: str) -> Unknown:
    return values if isinstance(values, Unknown) else Unknown(f"what {address} holds is not in this file", (address,))


def _region_of_arn(arn: object) -> str | None:
    parts = arn.split(":") if isinstance(arn, str) else []
    return parts[3] or None if len(parts) > 5 else None
