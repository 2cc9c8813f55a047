"""Reads any file with tree-sitter: what is broken in it becomes problems, and what is not is read all the same."""

from __future__ import annotations

import re

import tree_sitter_hcl
from tree_sitter import Language, Parser

from sumptuary.sources.terraform.cursor import ReadError
from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError
from sumptuary.sources.terraform.syntax import DEEPEST, Attribute, Block, Body, File, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

_LANGUAGE = Language(tree_sitter_hcl.language())
_PARSER = Parser(_LANGUAGE)
_TEMPLATE = re.compile(r"(?m)^[ \t]*(?:\{%|\{\{|<%).*|=[ \t]*(?:\{\{|<%).*")
"""What Jinja, Go's templates and ERB begin their own with; Terraform has none of it outside of text."""
_MAY_MEND = re.compile(rb"\d[eE][+-]?\d")
MOST_PROBLEMS = 20

_WANTED = ("attribute", "block", "body", "identifier", "string_lit", "block_start", "object")
_KIND = {name: _LANGUAGE.id_for_node_kind(name, True) for name in _WANTED}
_ATTRIBUTE, _BLOCK, _BODY, _OBJECT = _KIND["attribute"], _KIND["block"], _KIND["body"], _KIND["object"]
_IDENTIFIER, _STRING, _OPENING = _KIND["identifier"], _KIND["string_lit"], _KIND["block_start"]

_OPEN = {"}": "this {", "]": "this [", ")": "this (", "quoted_template_end": "this string"}
_ENDS = {"block_end", "object_end", "tuple_end"}
_WORDS = {"identifier": "a name", "heredoc_identifier": "the end of a heredoc", "template_interpolation_end": "}"}


def read(source: bytes, path: str) -> File:
    """The file as far as it can be understood, and every problem met on the way. The source is UTF-8."""
    file = File(path)
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
            elif child.kind_id == _OBJECT:
                self.problem(child, "an argument or a block is wanted here, not a value")
        if root.has_error and not self.file.problems:
            self.problem(root, "the file cannot be read as Terraform")

    def problem(self, node: Node, message: str) -> None:
        """Note a problem at a node, not more of them than anyone reads."""
        if len(self.file.problems) < MOST_PROBLEMS:
            self.file.problems.append(Problem(node.start_point.row + 1, self.column(node), message))

    def column(self, node: Node) -> int:
        """Where a node begins on its line, in characters from 1."""
        before = self.source[node.start_byte - node.start_point.column : node.start_byte]
        return len(before.decode("utf-8", "replace")) + 1

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
                if not self.is_template(node):
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

    def is_template(self, node: Node) -> bool:
        """Note the line on which an error node shows itself to be of another template language, if it does."""
        text = self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")
        found = _TEMPLATE.search(text)
        if found is None:
            return False
        line = node.start_point.row + 1 + text.count("\n", 0, found.start())
        message = f"unexpected {found[0].strip(' =')[:40]}: a template of another language, to be rendered or excluded"
        if len(self.file.problems) < MOST_PROBLEMS:
            self.file.problems.append(Problem(line, 1, message))
        return True

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
        expression = Expression(text.decode(), start.row + 1, self.column(value), problem)
        if not damaged:
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
