"""Numbers such as ``1e3``, which Terraform reads and the grammar does not: the text is mended and read again."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MOST_ROUNDS = 20
"""Times that a file is mended: behind what was mended, more may come to light."""
_EXPONENT = re.compile(rb"(?<![\w.])(\d+)(?=[eE][+-]?\d+(?!\w))")


def with_exponents(parser: Parser, root: Node, source: bytes) -> tuple[Node, bytes] | None:
    """The tree and source with ``1e3`` as ``1.0e3``: the grammar reads an exponent only after a decimal point.

    Where the grammar lost its way it is tried, and stands if a number comes of it: text is not to be changed. None
    when there is nothing to mend; behind what was mended, more may come to light.
    """
    wanted: list[int] = []
    for match in _EXPONENT.finditer(source):
        node = root.descendant_for_byte_range(match.start(), match.start())
        if node is not None and (node.type == "numeric_lit" or node.is_error):
            wanted.append(match.end(1))
    while wanted:
        mended = b".0".join(source[start:end] for start, end in zip([0, *wanted], [*wanted, None], strict=True))
        tree = parser.parse(mended).root_node
        numbers = [end for index, end in enumerate(wanted) if _is_number(tree, end + 2 * index)]
        if len(numbers) == len(wanted):
            return tree, mended
        wanted = numbers
    return None


def _is_number(root: Node, offset: int) -> bool:
    node = root.descendant_for_byte_range(offset, offset)
    return node is not None and node.type == "numeric_lit"
