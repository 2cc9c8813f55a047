"""Override files: a block laid over another of the same name."""

from __future__ import annotations

from sumptuary.sources.terraform.syntax import Block, Body


def merge(block: Block, over: Block) -> Block:
    """The block with every attribute of ``over``; nested blocks of a type that ``over`` has are replaced as a whole."""
    replaced = {_kind(inner) for inner in over.body.blocks}
    kept = [inner for inner in block.body.blocks if _kind(inner) not in replaced]
    body = Body()
    body.attributes = {**block.body.attributes, **over.body.attributes}
    body.blocks = [*kept, *over.body.blocks]
    return Block(block.type, block.labels, body, block.line, block.end_line)


def _kind(block: Block) -> str:
    """The type that a block or a ``dynamic`` block makes."""
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type
