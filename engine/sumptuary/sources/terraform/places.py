"""Where each attribute of a resource stands, and which other resources its expression names."""

from __future__ import annotations

from sumptuary.model import Place
from sumptuary.sources.terraform.blocks import META
from sumptuary.sources.terraform.overrides import file_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.sources.terraform.expressions import Expression
    from sumptuary.sources.terraform.graph import Instance
    from sumptuary.sources.terraform.instances import ResourceInstance
    from sumptuary.sources.terraform.modules import Declaration
    from sumptuary.sources.terraform.syntax import Body

MOST_RELATED = 20
"""Addresses that one attribute is related to; an attribute that names more names a fleet, not a thing."""
DEEPEST_CHASE = 12
"""Locals, variables and outputs that are followed from an attribute to a resource."""


class Chase:
    """What one attribute is related to, and the names already followed: many names lead to the same few."""

    __slots__ = ("related", "seen")

    def __init__(self) -> None:
        self.related: dict[str, None] = {}
        self.seen: set[tuple[int, tuple[str, ...], str]] = set()


def places_of(declaration: Declaration) -> dict[str, Place]:
    """Attribute path to place, worked out once a block. Repeated blocks are numbered; the first has both names."""
    if declaration.places is None:
        declaration.places = {}
        _find(declaration.body, "", declaration.shown, declaration.places)
    return declaration.places


def _find(body: Body, prefix: str, shown: str, places: dict[str, Place]) -> None:
    """Add the places of a body's attributes and blocks; one that is there stays."""
    for name, attribute in body.attributes.items():
        if (prefix or name not in META) and (path := prefix + name) not in places:
            file = file_of(attribute, shown)
            places[path] = Place(file, attribute.line, attribute.end_line, attribute.expression.column)
    numbers: dict[str, int] = {}
    for block in body.blocks:
        name, inner = block.type, block.body
        if name == "dynamic" and block.labels:
            name = block.labels[0]
            inner = next((each.body for each in block.body.blocks if each.type == "content"), inner)
        if not prefix and name in META:
            continue
        number = numbers.get(name, 0)
        numbers[name] = number + 1
        file = file_of(block, shown)
        for path in (f"{prefix}{name}", f"{prefix}{name}.{number}"):
            places.setdefault(path, Place(file, block.line, block.end_line))
            _find(inner, f"{path}.", file, places)


def relations_of(made: ResourceInstance) -> dict[str, tuple[str, ...]]:
    """Attribute path to the addresses of the resources that its expression names, through locals and modules."""
    declaration, instance = made.node.declaration, made.node.instance
    if declaration.references is None:
        declaration.references = list(_references(declaration.body, ""))
    relations: dict[str, tuple[str, ...]] = {}
    for path, references in declaration.references:
        chase = Chase()
        for reference in references:
            _chase(instance, reference, made.index, chase, DEEPEST_CHASE)
        if chase.related:
            relations[path] = tuple(chase.related)
    return relations


def _references(body: Body, prefix: str) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """The attributes that name anything, each with what it names; tags are left out: they are no relation."""
    for name, attribute in body.attributes.items():
        if (not prefix and name in META) or name in ("tags", "labels"):
            continue
        references = sorted(each for each in attribute.expression.references() if _leads_on(each))
        if references:
            yield prefix + name, references
    for block in body.blocks:
        name, inner = block.type, block.body
        if name == "dynamic" and block.labels:
            name = block.labels[0]
            inner = next((each.body for each in block.body.blocks if each.type == "content"), inner)
        if prefix or name not in META:
            yield from _references(inner, f"{prefix}{name}.")


def _named_by(cache: dict[str, list[tuple[str, ...]]], key: str, expression: Expression) -> list[tuple[str, ...]]:
    """What an expression names and what leads on from there, worked out once."""
    found = cache.get(key)
    if found is None:
        found = cache[key] = sorted(each for each in expression.references() if _leads_on(each))
    return found


def _leads_on(reference: tuple[str, ...]) -> bool:
    return len(reference) > 1 and reference[0] not in ("each", "count", "path", "terraform", "self", "data")


def _chase(instance: Instance, reference: tuple[str, ...], index: str, chase: Chase, left: int) -> None:
    """Add the resources that a reference leads to. ``index`` is that of the asking resource."""
    step = (id(instance), reference, index)
    if left == 0 or len(chase.related) >= MOST_RELATED or step in chase.seen:
        return
    chase.seen.add(step)
    first, name = reference[0], reference[1]
    if first == "local":
        declared = instance.module.locals.get(name)
        if declared is not None:
            for inner in _named_by(instance.module.named, f"local.{name}", declared[0].expression):
                _chase(instance, inner, index, chase, left - 1)
    elif first == "var":
        if instance.call is not None and instance.parent is not None:
            argument = instance.call.expression(name)
            if argument is not None:
                for inner in _named_by(instance.call.named, name, argument):
                    _chase(instance.parent, inner, instance.address, chase, left - 1)
    elif first == "module":
        _into_module(instance, reference, chase, left)
    else:
        _add_resource(instance, f"{first}.{name}", index, chase.related)


def _add_resource(instance: Instance, name: str, index: str, related: dict[str, None]) -> None:
    """Add the instances of a resource: the one with the asking resource's index where there is one, else all."""
    node = instance.resources().node(name)
    if node is None:
        return
    keys = node.expansion.keys
    made = [node.made(key) for key in keys] if len(keys) <= MOST_RELATED else []
    addresses = [each.address for each in made]
    same = [each.address for each in made if index and each.index == index]
    for address in same if len(same) == 1 and len(addresses) > 1 else addresses:
        related[address] = None
    symbolic = node.symbolic()
    if symbolic is not None:
        related[symbolic.address] = None


def _into_module(instance: Instance, reference: tuple[str, ...], chase: Chase, left: int) -> None:
    name = reference[1]
    if name not in instance.module.calls:
        return
    called = instance.called(name)
    if called.missing is not None or len(called.expansion.keys) > MOST_RELATED:
        return
    for inside in called.instances():
        wanted = [reference[2]] if len(reference) > 2 else []
        for output in wanted:
            declaration = inside.module.outputs.get(output)
            value = declaration.expression("value") if declaration is not None else None
            if value is not None:
                for inner in _named_by(inside.module.named, f"output.{output}", value):
                    _chase(inside, inner, "", chase, left - 1)
