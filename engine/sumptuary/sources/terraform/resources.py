"""From the blocks of a root module and all modules it calls to resources of the common model."""

from __future__ import annotations

from sumptuary.model import Origin, Resource
from sumptuary.sources.terraform.configured import Deferred
from sumptuary.sources.terraform.places import places_of, relations_of
from sumptuary.sources.terraform.provenance import TracedOrigin
from sumptuary.sources.terraform.providers import CLOUDS, Configuration, configuration_of
from sumptuary.sources.terraform.regions import place_in_cloud
from sumptuary.sources.terraform.tags import read_tags, tag_attribute
from sumptuary.values import CALLER, PartialMap, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.sources.terraform.graph import Instance
    from sumptuary.sources.terraform.instances import Node, ResourceInstance
    from sumptuary.sources.terraform.modules import Declaration


class Estate:
    """The resources of one root module by address; what the facet mapping asks for related ones.

    ``instances`` are the module instances that hold them.
    """

    __slots__ = ("instances", "resources")

    def __init__(self) -> None:
        self.instances: list[Instance] = []
        self.resources: dict[str, Resource] = {}

    def get(self, address: str) -> Resource | None:
        """The resource at an address as Terraform prints it."""
        return self.resources.get(address)


def read_estate(root: Instance) -> tuple[Estate, dict[str, Configuration | Unknown | None]]:
    """Every managed resource under a root module, without facets; and the provider of each by address."""
    estate = Estate()
    configurations: dict[str, Configuration | Unknown | None] = {}
    for instance in _instances(root):
        estate.instances.append(instance)
        for name in instance.module.resources:
            node = instance.resources().node(name)
            if node is None:
                continue
            try:
                for made, multiplicity in _made(node):
                    configuration = configuration_of(instance, node.declaration, made.scope)
                    resource = _resource(made, multiplicity, configuration)
                    estate.resources[resource.address] = resource
                    configurations[resource.address] = configuration
            except Exception as fault:
                message = f"{node.address} could not be evaluated ({type(fault).__name__}: {fault}); please report it"
                root.run.library.tree.fail(node.declaration.path, node.declaration.block.line, message)
    return estate, configurations


def _instances(root: Instance) -> Iterator[Instance]:
    """A module instance and everything it calls, callers first, in the order of the files."""
    pending = [root]
    while pending:
        instance = pending.pop()
        yield instance
        below: list[Instance] = []
        for name in instance.module.calls:
            called = instance.called(name)
            if not called.is_known():
                continue
            _note_too_many(called.address, called.expansion.rest, instance)
            if instance.run.left <= 0:
                _too_many(instance, called.declaration)
                return
            below.extend(called.instances())
        pending.extend(reversed(below))


def _made(node: Node) -> Iterator[tuple[ResourceInstance, Unknown | None]]:
    """The instances of a resource, each with why its number is not known."""
    run, inherited = node.instance.run, node.instance.doubt
    expansion = node.expansion
    _note_too_many(node.address, expansion.rest, node.instance)
    for key in expansion.keys:
        if run.left <= 0:
            _too_many(node.instance, node.declaration)
            return
        run.left -= 1
        yield node.made(key), inherited
    symbolic = node.symbolic()
    if symbolic is not None:
        yield symbolic, expansion.rest


def _too_many(instance: Instance, declaration: Declaration) -> None:
    message = "the root module has too many resources to write out; the rest was not judged"
    instance.run.library.tree.fail(declaration.path, declaration.block.line, message)


def _note_too_many(address: str, rest: Unknown | None, instance: Instance) -> None:
    if rest is not None and "too " in rest.reason and "to expand (limit" in rest.reason:
        instance.run.library.tree.coverage.note(f"{address}: {rest.reason}; one instance stands for all")


def _resource(
    made: ResourceInstance, multiplicity: Unknown | None, configuration: Configuration | Unknown | None
) -> Resource:
    declaration, instance = made.node.declaration, made.node.instance
    type_name = declaration.block.labels[0]
    run = instance.run
    root = run.library.tree.shown(run.directory if run.unit is None else run.unit.directory)
    prefix = type_name.partition("_")[0]
    attributes = made.configured()
    origin: Origin = TracedOrigin(made, root, places_of(declaration))
    if instance.module.inferred:
        from sumptuary.sources.terraform.inferred import ELSEWHERE, InferredOrigin

        attributes = attributes if isinstance(attributes, PartialMap) else attributes.copy()
        attributes.update({**ELSEWHERE, "inferred_from": instance.module.inferred})
        origin = InferredOrigin(made, root)
    resource = Resource(
        id=f"{root}:{made.address}",
        address=made.address,
        kind="other",
        type=type_name,
        provider=CLOUDS.get(prefix, prefix),
        source="terraform",
        attributes=attributes,
        origin=origin,
        relations=Deferred(lambda: relations_of(made)),
        multiplicity=multiplicity,
        tag_attribute=tag_attribute(type_name, attributes),
    )
    place_in_cloud(resource, configuration)
    resource.tags = read_tags(resource, configuration)
    _leave_to_callers(resource, made)
    return resource


def _leave_to_callers(resource: Resource, made: ResourceInstance) -> None:
    """In a directory that is written to be called, tags that come from its variables are its callers' to give."""
    instance = made.node.instance
    if not instance.run.reusable or instance.call is not None or resource.tags.rest is not None:
        return
    attribute = made.node.declaration.body.attributes.get(resource.tag_attribute)
    if attribute is None:
        return
    names = sorted(".".join(each[:2]) for each in attribute.expression.references() if each[0] in ("var", "local"))
    if names:
        resource.tags.rest = Unknown(f"callers of this module may give tags through {names[0]}", (CALLER, *names))
