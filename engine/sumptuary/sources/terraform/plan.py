"""Plans and states in Terraform's JSON: what would stand, what stood, and what the plan does about it."""

from __future__ import annotations

import json
import os
from decimal import Decimal

from sumptuary.model import Origin, Place, Resource
from sumptuary.sources.terraform.facets import fill
from sumptuary.sources.terraform.plan_configuration import PlanConfiguration, without_indexes
from sumptuary.sources.terraform.plan_sources import Sources
from sumptuary.sources.terraform.plan_tags import planned_tags
from sumptuary.sources.terraform.plan_values import marked
from sumptuary.sources.terraform.providers import CLOUDS
from sumptuary.sources.terraform.regions import place_in_cloud
from sumptuary.sources.terraform.tags import tag_attribute
from sumptuary.values import Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.coverage import Coverage

LARGEST_PLAN = 500_000_000
DEEPEST_MODULE = 60
_KNOWN_MAJORS = ("0", "1")


class Planned:
    """What a plan does to one resource. ``actions`` are Terraform's: no-op, create, update, delete, forget ...

    ``before`` is None for what is made anew, ``after`` for what goes. What is forgotten goes on to exist, and to cost:
    its ``after`` is its ``before``.
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
    document = _document(path, shown, coverage)
    if document is None:
        return
    coverage.files_read += 1
    reading = _Reading(path, shown, document, coverage)
    changes = [planned for row in _rows(document) if (planned := reading.planned(row)) is not None]
    for side in ("before", "after"):
        peers = _Peers(resource for each in changes if (resource := getattr(each, side)) is not None)
        for resource in peers.resources.values():
            reading.relate(resource, peers)
        for resource in peers.resources.values():
            before = resource.tag_attribute
            fill(resource, peers, coverage)
            if resource.tag_attribute != before:
                resource.tags = planned_tags(resource, reading.configuration.provider(resource.address))
    yield from changes


class _Peers:
    """The resources of one side of a plan by address."""

    __slots__ = ("indexed", "resources")

    def __init__(self, resources: Iterator[Resource]) -> None:
        self.resources = {resource.address: resource for resource in resources}
        self.indexed: dict[str, list[str]] = {}
        for address in self.resources:
            self.indexed.setdefault(without_indexes(address), []).append(address)

    def get(self, address: str) -> Resource | None:
        """The resource at an address."""
        return self.resources.get(address)


def _document(path: str, shown: str, coverage: Coverage) -> dict[str, object] | None:
    """The plan or state as a JSON object of a known format; None when it is not one, with the reason in the ledger."""
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_PLAN + 1)
    except OSError as error:
        coverage.fail(shown, 0, f"it cannot be read: {error.strerror or error}")
        return None
    if len(content) > LARGEST_PLAN:
        coverage.fail(shown, 0, f"it is larger than {LARGEST_PLAN // 1_000_000} MB")
        return None
    try:
        document: object = json.loads(content, parse_float=Decimal)
    except json.JSONDecodeError as error:
        coverage.fail(shown, error.lineno, f"this plan is not JSON: {error.msg}")
        return None
    except (ValueError, RecursionError) as error:
        coverage.fail(shown, 0, f"this plan cannot be read: {error}")
        return None
    if not is_map(document):
        coverage.fail(shown, 1, "this is not a plan: it holds no JSON object")
        return None
    problem = _unreadable(document)
    if problem:
        coverage.fail(shown, 1, problem)
        return None
    if document.get("errored") is True:
        coverage.fail(shown, 1, "Terraform could not finish this plan (errored): it holds only a part of the changes")
    if document.get("deferred_changes"):
        coverage.fail(shown, 1, "the plan defers changes to a later one: those were not judged")
    return document


def _unreadable(document: dict[str, object]) -> str:
    """Why a JSON object is no plan or state that we know, or nothing."""
    version = document.get("format_version")
    if isinstance(version, str):
        if version.split(".")[0] in _KNOWN_MAJORS:
            return ""
        return f"the plan's format {version[:20]} is not known (0.x and 1.x are); a newer sumptuary may read it"
    if document.keys() & {"planned_values", "resource_changes", "values"}:
        return ""
    if "resources" in document and isinstance(document.get("version"), int):
        number = document["version"]
        return "" if number == 4 else f"the state's version {number} is not known (4 is)"
    return "this JSON is neither a plan nor a state of Terraform"


def _rows(document: dict[str, object]) -> Iterator[dict[str, object]]:
    """One row a managed resource, in the shape of ``resource_changes``; what only the values list is a no-op."""
    seen: set[object] = set()
    changes = document.get("resource_changes")
    for row in changes if is_list(changes) else []:
        if is_map(row) and row.get("mode", "managed") == "managed" and "deposed" not in row:
            seen.add(row.get("address"))
            yield row
    for part in ("planned_values", "values"):
        values = document.get(part)
        module = values.get("root_module") if is_map(values) else None
        for row in _module_rows(module, 0):
            if row.get("mode", "managed") == "managed" and row.get("address") not in seen:
                seen.add(row.get("address"))
                stands = row.get("values")
                secret = row.get("sensitive_values")
                yield {**row, "change": {"actions": ["no-op"], "before": stands, "after": stands,
                                         "before_sensitive": secret, "after_sensitive": secret}}  # fmt: skip
    if "version" in document and "format_version" not in document:
        yield from _state_rows(document)


def _module_rows(module: object, depth: int) -> Iterator[dict[str, object]]:
    if not is_map(module) or depth > DEEPEST_MODULE:
        return
    rows = module.get("resources")
    for row in rows if is_list(rows) else []:
        if is_map(row):
            yield row
    children = module.get("child_modules")
    for child in children if is_list(children) else []:
        yield from _module_rows(child, depth + 1)


def _state_rows(document: dict[str, object]) -> Iterator[dict[str, object]]:
    """The rows of a raw ``terraform.tfstate``."""
    resources = document.get("resources")
    for resource in resources if is_list(resources) else []:
        if not is_map(resource) or resource.get("mode") != "managed":
            continue
        prefix = f"{resource['module']}." if isinstance(resource.get("module"), str) else ""
        instances = resource.get("instances")
        for instance in instances if is_list(instances) else []:
            if not is_map(instance) or "deposed" in instance:
                continue
            key = instance.get("index_key")
            index = "" if key is None else f"[{json.dumps(key, ensure_ascii=False)}]"
            stands, secret = instance.get("attributes"), _secrets(instance.get("sensitive_attributes"))
            yield {
                "address": f"{prefix}{resource.get('type')}.{resource.get('name')}{index}",
                "type": resource.get("type"),
                "change": {"actions": ["no-op"], "before": stands, "after": stands,
                           "before_sensitive": secret, "after_sensitive": secret},
            }  # fmt: skip


def _secrets(paths: object) -> dict[str, object]:
    """The sensitive paths of a raw state by their first step: all of such an attribute is withheld."""
    found: dict[str, object] = {}
    for path in paths if is_list(paths) else []:
        first = path[0] if is_list(path) and path else path
        name = first.get("value") if is_map(first) else None
        if isinstance(name, str):
            found[name] = True
    return found


class _Reading:
    """Turns the rows of one document into resources."""

    def __init__(self, path: str, shown: str, document: dict[str, object], coverage: Coverage) -> None:
        self.shown = shown
        self.coverage = coverage
        self.configuration = PlanConfiguration(document)
        self.sources = Sources(os.path.dirname(os.path.abspath(path)))
        self.kind = "plan" if document.keys() & {"planned_values", "resource_changes"} else "state"

    def planned(self, row: dict[str, object]) -> Planned | None:
        """What happens to one resource; None for a row that is none."""
        address, type_name, change = row.get("address"), row.get("type"), row.get("change")
        if not isinstance(address, str) or not isinstance(type_name, str) or not is_map(change):
            self.coverage.fail(self.shown, 1, f"a resource of the plan cannot be read: {str(address)[:80]}")
            return None
        listed = change.get("actions")
        actions = tuple(str(each) for each in listed) if is_list(listed) else ("no-op",)
        before = after = None
        if is_map(change.get("before")):
            values = marked(change["before"], None, change.get("before_sensitive"), address)
            before = self._resource(address, type_name, values)
        if "forget" in actions and "create" not in actions:
            after = before
        elif is_map(change.get("after")) or change.get("after_unknown") is True:
            values = marked(change.get("after"), change.get("after_unknown"), change.get("after_sensitive"), address)
            after = self._resource(address, type_name, values)
        elif "create" in actions or "update" in actions:
            after = self._resource(address, type_name, {})
        return Planned(before, after, actions)

    def _resource(self, address: str, type_name: str, values: object) -> Resource:
        prefix = type_name.partition("_")[0]
        attributes: dict[str, object] = values if is_map(values) else {}
        resource = Resource(
            id=f"{self.shown}:{address}",
            address=address,
            kind="other",
            type=type_name,
            provider=CLOUDS.get(prefix, prefix),
            source=self.kind,
            attributes=attributes,
            origin=self.sources.origin(address) or Origin(place=Place(self.shown, 1), root=os.path.dirname(self.shown)),
            tag_attribute=tag_attribute(type_name, attributes),
        )
        configuration = self.configuration.provider(address)
        place_in_cloud(resource, configuration, computed=True)
        if isinstance(resource.region, Unknown):
            found = _region_of_arn(resource.attributes.get("arn"))
            resource.region = found if found is not None else resource.region
        resource.tags = planned_tags(resource, configuration)
        return resource

    def relate(self, resource: Resource, peers: _Peers) -> None:
        """Fill the relations from what the configuration part says of references."""
        address = resource.address
        module = ".".join(_module_steps(address))
        index = address[address.rfind("[") :] if address.endswith("]") else ""
        for path, names in self.configuration.references(address).items():
            related: dict[str, None] = {}
            for name in names:
                parts = without_indexes(name).split(".")
                target = ".".join([*([module] if module else []), *parts[:2]])
                found = peers.indexed.get(without_indexes(target), [])
                inside = [each for each in found if not module or each.startswith(f"{module}.")]
                same = [each for each in inside if index and each.endswith(index)]
                for each in (same if len(same) == 1 else inside)[:20]:
                    related[each] = None
            if related:
                resource.relations[path] = tuple(related)


def _module_steps(address: str) -> list[str]:
    """The module part of an address, as steps with their indexes: ``['module', 'a["x"]']``."""
    from sumptuary.sources.terraform.addresses import split

    steps = split(address)
    last = 0
    while last + 1 < len(steps) and steps[last] == "module":
        last += 2
    return steps[:last]


def _region_of_arn(arn: object) -> str | None:
    parts = arn.split(":") if isinstance(arn, str) else []
    return parts[3] or None if len(parts) > 5 else None
