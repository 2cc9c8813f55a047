"""The content of a block as values: attributes evaluated, nested and ``dynamic`` blocks as lists of dicts."""

from __future__ import annotations

from sumptuary.sources.terraform.lazy import TerraformSet, settled
from sumptuary.sources.terraform.scope import Inner
from sumptuary.values import ABSENT, PartialMap, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.sources.terraform.scope import Scope
    from sumptuary.sources.terraform.syntax import Block, Body

META = frozenset({"count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection", "timeouts"})
"""What a resource block says to Terraform itself; none of it is an attribute of the resource."""
LARGEST_EXPANSION = 10_000
"""Elements that a count, a for_each or a dynamic block is written out for."""


class OpenBlocks(Unknown):
    """A list of nested blocks of which some are not known: ``known`` are those that are there whatever the rest."""

    __slots__ = ("known",)

    def __init__(self, reason: Unknown, known: list[dict[str, object]]) -> None:
        super().__init__(reason.reason, reason.depends_on)
        self.known = known


def whole(body: Body, scope: Scope) -> dict[str, object]:
    """Everything in a body, attributes and nested blocks."""
    content: dict[str, object] = {}
    for name, attribute in body.attributes.items():
        content[name] = attribute.expression.evaluate(scope)
    for name, blocks in grouped(body).items():
        content[name] = nested(name, blocks, scope)
    return content


def argument(body: Body, groups: dict[str, list[Block]], name: str, scope: Scope) -> object:
    """One attribute, or the nested blocks of one type; ABSENT when the body has neither."""
    attribute = body.attributes.get(name)
    if attribute is not None:
        return attribute.expression.evaluate(scope)
    blocks = groups.get(name)
    return nested(name, blocks, scope) if blocks is not None else ABSENT


def grouped(body: Body) -> dict[str, list[Block]]:
    """The nested blocks by the type they make, ``dynamic`` ones under their label."""
    groups: dict[str, list[Block]] = {}
    for block in body.blocks:
        name = block.labels[0] if block.type == "dynamic" and block.labels else block.type
        groups.setdefault(name, []).append(block)
    return groups


def nested(name: str, blocks: list[Block], scope: Scope) -> object:
    """A list of dicts, one a block; ``OpenBlocks`` where a ``dynamic`` block's number is not known."""
    made: list[dict[str, object]] = []
    doubt: Unknown | None = None
    for block in blocks:
        if block.type != "dynamic" or not block.labels:
            made.append(whole(block.body, scope))
            continue
        elements, rest = _dynamic(block, scope)
        made.extend(elements)
        if rest is not None:
            why = Unknown(f"the number of {name} blocks is not known: {rest.reason}", rest.depends_on)
            doubt = why if doubt is None else doubt.joined(why)
    return made if doubt is None else OpenBlocks(doubt, made)


def _dynamic(block: Block, scope: Scope) -> tuple[list[dict[str, object]], Unknown | None]:
    """The blocks that a ``dynamic`` block makes, and why there may be more."""
    content = next((inner for inner in block.body.blocks if inner.type == "content"), None)
    over = block.body.attributes.get("for_each")
    if content is None or over is None:
        return [], None
    iterator = block.labels[0]
    named = block.body.attributes.get("iterator")
    if named is not None:
        names = [reference[0] for reference in named.expression.references()]
        iterator = names[0] if names else iterator
    collection = settled(over.expression.evaluate(scope))
    made: list[dict[str, object]] = []
    if isinstance(collection, Unknown):
        return made, collection
    number = len(collection) if is_map(collection) or is_list(collection) else 0
    if number > LARGEST_EXPANSION:
        return made, Unknown(f"{number} blocks are too many to write out (limit {LARGEST_EXPANSION})")
    rest = collection.rest if isinstance(collection, PartialMap) else None
    for key, value in elements(collection):
        inner = Inner(scope, {iterator: {"key": key, "value": value}})
        made.append(whole(content.body, inner))
    return made, rest


def elements(collection: object) -> Iterator[tuple[object, object]]:
    """Key and value of every element: of a map in the order of its keys, of a set each element as both."""
    if is_map(collection):
        for key in sorted(collection):
            yield key, collection[key]
    elif isinstance(collection, TerraformSet):
        for item in collection:
            yield item, item
    elif is_list(collection):
        yield from enumerate(collection)
