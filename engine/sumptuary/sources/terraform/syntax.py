"""What a Terraform file is made of: blocks and attributes with their places; expressions are text until used."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.terraform.expressions import Expression

DEEPEST = 100
"""Blocks inside blocks that can be read."""


class Problem:
    """A place in a file that is not Terraform. Lines and columns count from 1.

    ``hides`` says that more than the attribute it stands in may be missing because of it.
    """

    __slots__ = ("column", "hides", "line", "message")

    def __init__(self, line: int, column: int, message: str, *, hides: bool = True) -> None:
        self.line = line
        self.column = column
        self.message = message
        self.hides = hides

    def __repr__(self) -> str:
        return f"{self.line}:{self.column}: {self.message}"


class Attribute:
    """``name = expression``."""

    __slots__ = ("end_line", "expression", "line", "name")

    def __init__(self, name: str, line: int, end_line: int, expression: Expression) -> None:
        self.name = name
        self.line = line
        self.end_line = end_line
        self.expression = expression


class Body:
    """What stands in a file or between the braces of a block. A repeated attribute keeps its first value."""

    __slots__ = ("attributes", "blocks")

    def __init__(self) -> None:
        self.attributes: dict[str, Attribute] = {}
        self.blocks: list[Block] = []


class Block:
    """``type "label" … { body }``."""

    __slots__ = ("body", "end_line", "labels", "line", "type")

    def __init__(self, kind: str, labels: tuple[str, ...], body: Body, line: int, end_line: int) -> None:
        self.type = kind
        self.labels = labels
        self.body = body
        self.line = line
        self.end_line = end_line


class File:
    """A file as read: what could be understood, and every problem met on the way."""

    __slots__ = ("body", "path", "problems")

    def __init__(self, path: str) -> None:
        self.path = path
        self.body = Body()
        self.problems: list[Problem] = []
