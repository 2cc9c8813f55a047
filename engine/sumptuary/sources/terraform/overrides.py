"""Override files: a block laid over another of the same name."""

from __future__ import annotations

from sumptuary.sources.terraform.syntax import Attribute, Block, Body


class OverridingAttribute(Attribute):
    """An attribute that stands in another file than its block."""

    __slots__ = ("shown",)
    shown: str


class OverridingBlock(Block):
    """A nested block that stands in another file than the one around it."""

    __slots__ = ("shown",)
    shown: str


def file_of(part: Attribute | Block, shown: str) -> str:
    """The file that an attribute or nested block of a block in the file ``shown`` stands in."""
    return part.shown if isinstance(part, (OverridingAttribute, OverridingBlock)) else shown


def merge(block: Block, over: Block, shown: str) -> Block:
    """The block with every attribute of ``over``; nested blocks of a type that ``over`` has are replaced as a whole.

    ``shown`` is the file that ``over`` stands in.
    """
    laid = _placed(over.body, shown)
    replaced = {_kind(inner) for inner in laid.blocks}
    kept = [inner for inner in block.body.blocks if _kind(inner) not in replaced]
    body = Body()
    body.attributes = {**block.body.attributes, **laid.attributes}
    body.blocks = [*kept, *laid.blocks]
    return Block(block.type, block.labels, body, block.line, block.end_line)


def _placed(body: Body, shown: str) -> Body:
    """The body with all that is in it marked as standing in a file of its own."""
    made = Body()
    for name, attribute in body.attributes.items():
        placed = OverridingAttribute(name, attribute.line, attribute.end_line, attribute.expression)
        placed.shown = shown
        made.attributes[name] = placed
    for block in body.blocks:
        inner = OverridingBlock(block.type, block.labels, _placed(block.body, shown), block.line, block.end_line)
        inner.shown = shown
        made.blocks.append(inner)
    return made


def _kind(block: Block) -> str:
    """The type that a block or a ``dynamic`` block makes."""
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type
