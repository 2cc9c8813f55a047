"""Reads a Terraform file into blocks and attributes with their places; expressions stay text until they are used."""

from __future__ import annotations

import re

import tree_sitter_hcl
from tree_sitter import Language, Parser

from sumptuary.sources.terraform.expressions import Expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

_LANGUAGE = Language(tree_sitter_hcl.language())
_PARSER = Parser(_LANGUAGE)
_EXPONENT = re.compile(rb"(?<![\w.])(\d+)(?=[eE][+-]?\d+(?![\w.]))")
DEEPEST = 100
"""Blocks inside blocks that can be read."""
LARGEST = 20_000_000
"""Bytes of a file that is read; people write none of a hundredth of this."""
MOST_PROBLEMS = 20

_KIND = {
    name: _LANGUAGE.id_for_node_kind(name, True)
    for name in ("attribute", "block", "body", "identifier", "string_lit", "template_literal", "expression")
}
_ATTRIBUTE, _BLOCK, _BODY = _KIND["attribute"], _KIND["block"], _KIND["body"]
_IDENTIFIER, _STRING = _KIND["identifier"], _KIND["string_lit"]


class Problem:
    """A place in a file that is not Terraform. Lines and columns count from 1."""

    __slots__ = ("column", "line", "message")

    def __init__(self, line: int, column: int, message: str) -> None:
        self.line = line
        self.column = column
        self.message = message

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


def parse(source: bytes, path: str) -> File:
    """Read the source of a ``.tf``, ``.tofu`` or ``.tfvars`` file. Never raises; see ``File.problems``."""
    file = File(path)
    if len(source) > LARGEST:
        file.problems.append(Problem(1, 1, f"the file is too large to read ({len(source):,} bytes)"))
        return file
    if b"\0" in source:
        line = source[: source.index(b"\0")].count(b"\n") + 1
        file.problems.append(Problem(line, 1, "the file is not text: it holds NUL bytes"))
        return file
    if source.startswith(b"\xef\xbb\xbf"):
        source = source[3:]
    try:
        source.decode("utf-8")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        file.problems.append(Problem(line, 1, "the file is not UTF-8 text"))
        return file
    root = _PARSER.parse(source).root_node
    if root.has_error:
        root, source = _with_exponents(root, source)
    reader = _FileReader(source, file)
    reader.read(root)
    file.problems.sort(key=lambda problem: (problem.line, problem.column))
    return file


def _with_exponents(root: Node, source: bytes) -> tuple[Node, bytes]:
    """The tree and source with ``1e3`` as ``1.0e3``: the grammar reads an exponent only after a decimal point."""
    pieces: list[bytes] = []
    end = 0
    for match in _EXPONENT.finditer(source):
        node = root.descendant_for_byte_range(match.start(), match.start())
        if node is not None and node.type == "numeric_lit":
            pieces.append(source[end : match.start()] + match[1] + b".0")
            end = match.end(1)
    if not pieces:
        return root, source
    mended = b"".join(pieces) + source[end:]
    return _PARSER.parse(mended).root_node, mended


class _FileReader:
    """Lowers one syntax tree into a File."""

    def __init__(self, source: bytes, file: File) -> None:
        self.source = source
        self.file = file

    def read(self, root: Node) -> None:
        """Fill the file from the tree's root."""
        if root.has_error:
            self.find_errors(root)
        for child in root.children:
            if child.kind_id == _BODY:
                self.fill(child, self.file.body, 0)
        if root.has_error and not self.file.problems:
            self.problem(root, "the file cannot be read as Terraform")

    def problem(self, node: Node, message: str) -> None:
        """Note a problem at a node, not more of them than anyone reads."""
        if len(self.file.problems) < MOST_PROBLEMS:
            point = node.start_point
            self.file.problems.append(Problem(point.row + 1, point.column + 1, message))

    def find_errors(self, root: Node) -> None:
        """Turn the tree's error nodes into problems."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node.is_missing:
                self.problem(node, f"{node.type} is missing")
            elif node.is_error:
                self.problem(node, self.describe(node))
            else:
                waiting += [child for child in node.children if child.has_error or child.is_error or child.is_missing]

    def describe(self, node: Node) -> str:
        """What is wrong at an error node, in words."""
        text = self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")
        first = text.strip().split("\n")[0].strip()
        if first.endswith("{") and "{" in first:
            return f"the block {first[:-1].strip()[:60]} is not closed"
        return f"unexpected {first[:40]}" if first else "unexpected end of the file"

    def fill(self, node: Node, body: Body, depth: int) -> None:
        """Read the attributes and blocks of a body node."""
        if depth > DEEPEST:
            self.problem(node, "blocks are nested too deeply")
            return
        for child in node.children:
            kind = child.kind_id
            if kind == _ATTRIBUTE:
                self.attribute(child, body)
            elif kind == _BLOCK:
                self.block(child, body, depth)

    def attribute(self, node: Node, body: Body) -> None:
        """Read one attribute."""
        parts = node.children
        name_node, value = parts[0], parts[-1]
        name = self.source[name_node.start_byte : name_node.end_byte].decode()
        start, end = value.start_point, node.end_point
        problem = "the file has a syntax error here" if node.has_error else ""
        text = self.source[value.start_byte : value.end_byte]
        expression = Expression(text, start.row + 1, start.column + 1, problem)
        if name in body.attributes:
            self.problem(node, f'"{name}" is set twice (first on line {body.attributes[name].line})')
            return
        body.attributes[name] = Attribute(name, name_node.start_point.row + 1, end.row + 1, expression)

    def block(self, node: Node, body: Body, depth: int) -> None:
        """Read one block and what is inside it."""
        kind = ""
        labels: list[str] = []
        inner = Body()
        for child in node.children:
            part = child.kind_id
            if part == _IDENTIFIER:
                text = self.source[child.start_byte : child.end_byte].decode()
                if kind:
                    labels.append(text)
                else:
                    kind = text
            elif part == _STRING:
                labels.append(self.source[child.start_byte + 1 : child.end_byte - 1].decode())
            elif part == _BODY:
                self.fill(child, inner, depth + 1)
        body.blocks.append(Block(kind, tuple(labels), inner, node.start_point.row + 1, node.end_point.row + 1))
