"""HCL as bodies, blocks and attributes with their lines; an expression is compiled when it is first needed."""

from __future__ import annotations

from dataclasses import dataclass, field

import tree_sitter_hcl
from tree_sitter import Language, Node, Parser

from sumptuary.sources.terraform.hcl.expressions import guarded, string_literal, text
from sumptuary.sources.terraform.hcl.lazy import EvaluationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sumptuary.sources.terraform.hcl.scope import Scope

_PARSER = Parser(Language(tree_sitter_hcl.language()))
MAX_NESTING = 250
"""Brackets within brackets beyond which a file is not read: deeper than people write, shallower than the stack."""


@dataclass(slots=True, frozen=True)
class Problem:
    """What is wrong with a file, and where; lines and columns count from 1."""

    line: int
    column: int
    message: str


class Expression:
    """An expression as written, compiled to a closure on first use and once only."""

    __slots__ = ("_compiled", "column", "line", "node", "source")

    def __init__(self, node: Node, source: bytes) -> None:
        self.node = node
        self.source = source
        self.line = node.start_point[0] + 1
        self.column = node.start_point[1] + 1
        self._compiled: Callable[[Scope], object] | None = None

    def evaluate(self, scope: Scope) -> object:
        """The value in a scope: known, partly known or ``Unknown``. Never raises."""
        if self._compiled is None:
            self._compiled = guarded(self.node, self.source)
        return self._compiled(scope)

    def references(self) -> frozenset[tuple[str, ...]]:
        """The traversals in it, as far as they are written out: ``("var", "x")``, ``("aws_instance", "a", "id")``."""
        return frozenset(_references(self.node, self.source))


@dataclass(slots=True, frozen=True)
class Attribute:
    """``name = expression``."""

    name: str
    line: int
    end_line: int
    expression: Expression


@dataclass(slots=True)
class Body:
    """Attributes by name, and blocks in the order of the file."""

    attributes: dict[str, Attribute] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True, frozen=True)
class Block:
    """``type "label" { ... }``."""

    type: str
    labels: tuple[str, ...]
    body: Body
    line: int
    end_line: int


@dataclass(slots=True)
class File:
    """What could be read of a file, and what is wrong with the rest."""

    body: Body
    problems: list[Problem]


def parse(source: bytes, path: str) -> File:
    """Read a file of HCL. Whatever is wrong becomes a problem with its line; nothing is raised.

    ``path`` is for messages only.
    """
    source = source.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in source:
        return File(Body(), [Problem(1, 1, "this is not text: it holds NUL bytes")])
    try:
        source.decode()
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        return File(Body(), [Problem(line, 1, f"this is not UTF-8: byte 0x{source[error.start]:02x}")])
    if (deep := _too_deep(source)) is not None:
        return File(Body(), [Problem(deep, 1, f"brackets nest deeper than {MAX_NESTING}")])
    root = _PARSER.parse(source).root_node
    problems: list[Problem] = []
    if root.has_error:
        problems.extend(_syntax_problems(root, source))
    body = Body()
    for child in root.children:
        if child.type == "body":
            body = _body(child, source, problems)
    return File(body, problems)


def _too_deep(source: bytes) -> int | None:
    """The line where brackets nest too deep, counted roughly (strings and comments included)."""
    if max(source.count(b"("), source.count(b"["), source.count(b"{")) < MAX_NESTING:
        return None
    depth = 0
    for position, byte in enumerate(source):
        if byte in b"([{":
            depth += 1
            if depth > MAX_NESTING:
                return source.count(b"\n", 0, position) + 1
        elif byte in b")]}":
            depth = max(0, depth - 1)
    return None


def _syntax_problems(root: Node, source: bytes) -> Iterator[Problem]:
    """The first errors of a tree, outermost and in order; at most ten."""
    found = 0
    pending = [root]
    while pending and found < 10:
        node = pending.pop()
        if node.is_missing or node.is_error:
            found += 1
            row, column = node.start_point
            yield Problem(row + 1, column + 1, _describe(node, source))
        elif node.has_error:
            pending.extend(reversed(node.children))


def _describe(node: Node, source: bytes) -> str:
    if node.is_missing:
        if node.type in ("}", "block_end"):
            return "a block is not closed: } is missing"
        return f"{node.type} is missing"
    start = text(node, source).strip().splitlines()[:1]
    excerpt = (start[0] if start else "")[:40]
    return f"this is not HCL: unexpected {excerpt!r}" if excerpt else "this is not HCL"


def _body(node: Node, source: bytes, problems: list[Problem]) -> Body:
    body = Body()
    attributes, blocks = body.attributes, body.blocks
    for child in node.children:
        kind = child.type
        if kind == "attribute":
            attribute = _attribute(child, source)
            if attribute is None:
                continue
            if attribute.name in attributes:
                first = attributes[attribute.name].line
                message = f"the attribute {attribute.name!r} was set already, on line {first}"
                problems.append(Problem(attribute.line, child.start_point[1] + 1, message))
                continue
            attributes[attribute.name] = attribute
        elif kind == "block":
            blocks.append(_block(child, source, problems))
    return body


def _attribute(node: Node, source: bytes) -> Attribute | None:
    name = ""
    for child in node.children:
        if child.type == "identifier":
            name = text(child, source)
        elif child.type == "expression":
            return Attribute(name, node.start_point[0] + 1, node.end_point[0] + 1, Expression(child, source))
    return None


def _block(node: Node, source: bytes, problems: list[Problem]) -> Block:
    words: list[str] = []
    body = Body()
    for child in node.children:
        kind = child.type
        if kind == "identifier":
            words.append(text(child, source))
        elif kind == "string_lit":
            words.append(_label(child, source))
        elif kind == "body":
            body = _body(child, source, problems)
    return Block(words[0] if words else "", tuple(words[1:]), body, node.start_point[0] + 1, node.end_point[0] + 1)


def _label(node: Node, source: bytes) -> str:
    try:
        return string_literal(node, source)
    except EvaluationError:
        return text(node, source)[1:-1]


def _references(root: Node, source: bytes) -> Iterator[tuple[str, ...]]:
    pending = [root]
    while pending:
        node = pending.pop()
        children = node.children
        pending.extend(children)
        if node.type == "function_call":
            continue
        for position, child in enumerate(children):
            if child.type == "variable_expr":
                steps = [text(child, source)]
                for step in children[position + 1 :]:
                    if step.type != "get_attr":
                        break
                    steps.append(text(step, source)[1:].strip())
                yield tuple(steps)
