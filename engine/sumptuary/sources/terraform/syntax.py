"""Reads a Terraform file into blocks and attributes with their places; expressions stay text until they are used."""

from __future__ import annotations

import re

import tree_sitter_hcl
from tree_sitter import Language, Parser

from sumptuary.sources.terraform.cursor import ReadError
from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

_LANGUAGE = Language(tree_sitter_hcl.language())
_PARSER = Parser(_LANGUAGE)
_TAME = re.compile(rb"(?:[^\n%{:0f]+|(?<=\$)\{(?!\s*\})|%(?!\{)|:(?!:)|0(?!x)|f(?!or\b))*+")
"""Expressions in which the grammar overlooks nothing: on one line, no objects, directives, loops, ``::`` or ``0x``."""
_TEXT = rb'"[^"\\$%\n]*+"'
_HEREDOC = rb"<<-?([A-Za-z_]\w*)\r?\n(?:(?![ \t]*+\1\r?\n)(?:[^\n$%]++|[$%](?!\{))*+\n)*+[ \t]*+\1"
_NAMES = rb"[A-Za-z_]\w*+(?:\.[A-Za-z_]\w*+)*+"
_PAIR = (
    rb"[ \t\r\n]*\n[ \t]*[A-Za-z_]\w*+[ \t]*=[ \t]*(?:"
    + _TEXT
    + rb"|"
    + _NAMES
    + rb"|\d{1,9}|\[\]|\{\})[ \t]*,?[ \t]*(?=\n)"
)
_PLAIN = re.compile(_TEXT + rb"|" + _HEREDOC + rb"|\{(?:" + _PAIR + rb")*+\s*\}", re.ASCII)
"""As little can be wrong with these: a string or a heredoc without a template, an object of a plain pair a line."""
_MAY_MEND = re.compile(rb"\d[eE][+-]?\d")
DEEPEST = 100
"""Blocks inside blocks that can be read."""
LARGEST = 20_000_000
"""Bytes of a file that is read; people write none of a hundredth of this."""
MOST_PROBLEMS = 20

_WANTED = ("attribute", "block", "body", "identifier", "string_lit", "block_start")
_KIND = {name: _LANGUAGE.id_for_node_kind(name, True) for name in _WANTED}
_ATTRIBUTE, _BLOCK, _BODY = _KIND["attribute"], _KIND["block"], _KIND["body"]
_IDENTIFIER, _STRING, _OPENING = _KIND["identifier"], _KIND["string_lit"], _KIND["block_start"]

_OPEN = {"}": "this {", "]": "this [", ")": "this (", "quoted_template_end": "this string"}
_ENDS = {"block_end", "object_end", "tuple_end"}
_WORDS = {"identifier": "a name", "heredoc_identifier": "the end of a heredoc", "template_interpolation_end": "}"}


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
    _FileReader(source, file).read(root)
    if file.problems and _MAY_MEND.search(source) is not None:
        file = _mended(root, source, file)
    file.problems.sort(key=lambda problem: (problem.line, problem.column))
    return file


def _mended(root: Node, source: bytes, file: File) -> File:
    """The file read anew with its exponents spelt as the grammar knows them, as long as that brings it further."""
    from sumptuary.sources.terraform.exponents import MOST_ROUNDS, with_exponents

    for _ in range(MOST_ROUNDS):
        mended = with_exponents(_PARSER, root, source)
        if mended is None or not file.problems:
            break
        root, source = mended
        file = File(file.path)
        _FileReader(source, file).read(root)
    return file


class _FileReader:
    """Lowers one syntax tree into a File."""

    def __init__(self, source: bytes, file: File) -> None:
        self.source = source
        self.file = file
        self.damaged: set[int] = set()

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
        """Turn the tree's error nodes into problems, and remember the rows they begin on."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node.is_missing:
                self.damaged.add(node.start_point.row)
                self.missing(node)
            elif node.is_error:
                self.damaged.add(node.start_point.row)
                self.problem(node, self.describe(node))
            else:
                waiting += [child for child in node.children if child.has_error or child.is_error or child.is_missing]

    def missing(self, node: Node) -> None:
        """Note what the grammar had to add to go on: what stays open is told where it begins."""
        opened = node.parent
        while opened is not None and opened.type in _ENDS:
            opened = opened.parent
        if node.type == "identifier" and opened is not None and opened.type == "variable_expr":
            self.problem(_attribute_of(opened), "a value is missing")
        elif opened is None or node.type not in _OPEN:
            self.problem(node, "unexpected }" if node.type == "{" else f"{_WORDS.get(node.type, node.type)} is missing")
        elif opened.kind_id == _BLOCK:
            header = self.source[opened.start_byte : opened.end_byte].decode().partition("{")[0].strip()
            self.problem(opened, f"the block {header[:60]} is not closed")
        else:
            self.problem(opened, f"{_OPEN[node.type]} is not closed")

    def describe(self, node: Node) -> str:
        """What is wrong at an error node, in words."""
        text = self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")
        first = text.strip().split("\n")[0].strip()
        if first.endswith("{") and first[:1].isalpha():
            return f"the block {first[:-1].strip()[:60]} is not closed"
        return f"unexpected {first[:40]}" if first else "unexpected end of the file"

    def fill(self, node: Node, body: Body, depth: int) -> None:
        """Read the attributes and blocks of a body node."""
        if depth > DEEPEST:
            self.problem(node, "blocks are nested too deeply")
            return
        before = -1  # the row on which the item before ended: the grammar does not ask for a line each
        for child in node.children:
            kind = child.kind_id
            if kind == _ATTRIBUTE:
                row, end = self.attribute(child, body)
            elif kind == _BLOCK:
                row, end = self.block(child, body, depth)
            else:
                continue
            if row == before and not self.damaged:
                self.problem(child, "a new line is missing before this")
            before = end

    def attribute(self, node: Node, body: Body) -> tuple[int, int]:
        """Read one attribute; gives its first and last row."""
        parts = node.children
        name_node, value = parts[0], parts[-1]
        name = self.source[name_node.start_byte : name_node.end_byte].decode()
        row, start, end = name_node.start_point.row, value.start_point, node.end_point
        damaged = node.has_error or (bool(self.damaged) and any(row <= one <= end.row for one in self.damaged))
        problem = "the file has a syntax error here" if damaged else ""
        if start.row != row and not damaged:
            self.problem(node, f'the value of "{name}" must begin on the same line')
        text = self.source[value.start_byte : value.end_byte]
        expression = Expression(text, start.row + 1, start.column + 1, problem)
        if not damaged and _TAME.fullmatch(text) is None and _PLAIN.fullmatch(text) is None:
            self.check(name, expression)
        if name in body.attributes:
            self.problem(node, f'"{name}" is set twice (first on line {body.attributes[name].line})')
        else:
            body.attributes[name] = Attribute(name, row + 1, end.row + 1, expression)
        return row, end.row

    def check(self, name: str, expression: Expression) -> None:
        """Note what is wrong inside an expression: the grammar lets pass what Terraform refuses the file for."""
        try:
            expression.node()
        except ReadError as error:
            if len(self.file.problems) < MOST_PROBLEMS:
                line = expression.line + expression.text.count("\n", 0, error.position)
                message = f'the value of "{name}" cannot be read: {error.message}'
                self.file.problems.append(Problem(line, 1, message, hides=False))
        except (EvaluationError, TooLargeError, RecursionError):
            return  # a value that cannot be told, in a file that Terraform reads

    def block(self, node: Node, body: Body, depth: int) -> tuple[int, int]:
        """Read one block and what is inside it; gives its first and last row."""
        words: list[str] = []
        inner = Body()
        opened = inside = inside_end = -1
        row, end = node.start_point.row, node.end_point.row
        for child in node.children:
            part = child.kind_id
            if part == _IDENTIFIER:
                words.append(self.source[child.start_byte : child.end_byte].decode())
            elif part == _STRING:
                words.append(self.label(child))
            elif part == _BODY:
                self.fill(child, inner, depth + 1)
                inside, inside_end = child.start_point.row, child.end_point.row
            elif part == _OPENING:
                opened = child.start_point.row
        body.blocks.append(Block(words[0] if words else "", tuple(words[1:]), inner, row + 1, end + 1))
        if node.has_error:
            return row, end  # what is missing there is told already
        if opened > row:
            self.problem(node, "the opening brace of a block must be on the line of its name")
        elif inside == opened and (end > inside_end or inner.blocks or len(inner.attributes) > 1):
            self.problem(node, "a block on one line may hold one argument, and must be closed on it")
        elif inside_end == end > opened != inside and (inner.blocks or inner.attributes):
            self.problem(node, "a new line is missing before the closing brace of this block")
        return row, end

    def label(self, node: Node) -> str:
        """The text of a quoted label, which is plain text on one line."""
        text = self.source[node.start_byte + 1 : node.end_byte - 1].decode()
        if "\n" in text or "${" in text or "%{" in text:
            self.problem(node, "a label must be plain text on one line")
        return text


def _attribute_of(node: Node) -> Node:
    """The attribute around a node, or the node itself where there is none."""
    around: Node | None = node
    while around is not None and around.kind_id != _ATTRIBUTE:
        around = around.parent
    return node if around is None else around
