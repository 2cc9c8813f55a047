"""Reads the text of an expression into its parts.

Expressions are read here and nowhere else, because tree-sitter-hcl, which ``tolerant`` asks for the structure of files
that are out of order, drops the white space of templates and does not see line ends, both of which change values, and
because ``templatefile`` and JSON configurations hold templates that no file grammar has seen.
"""

from __future__ import annotations

import re

from sumptuary.sources.terraform import nodes
from sumptuary.sources.terraform.collection_values import CollectionReader
from sumptuary.sources.terraform.cursor import ReadError
from sumptuary.sources.terraform.nodes import Node
from sumptuary.sources.terraform.numbers import number_literal

DEEPEST = 80
"""Nesting that can be read; Python's stack would hold about three times as much."""

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_OPERATOR = re.compile(r"&&|\|\||==|!=|<=|>=|[-+*/%<>]")
_SIMPLE = re.compile(r'(?:"([^"\\$%\n]*+)"|([^\W\d][\w-]*+(?:\.[^\W\d][\w-]*+){0,20}+)(?!::))')
"""What most operands are in whole: plain text, or names joined by dots."""
_ALONE = re.compile(_SIMPLE.pattern + r"[ \t]*+(?=[,)\]}\n]|\r\n|\Z)")
_ALONE_OVER_LINES = re.compile(r"[ \t\n]*+" + _SIMPLE.pattern + r"[ \t\n]*+(?=[,)\]}])")
"""A simple operand behind which the expression around it ends, where lines end it and where they do not."""
_GOES_ON = frozenset(".[(")
_LEGACY_INDEX = re.compile(r"[0-9]+")
_PRECEDENCE = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 4,
    ">": 4,
    "<=": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None}


class Reader(CollectionReader):
    """Reads expressions from a text; ``depth`` counts how deeply the present one is nested."""

    __slots__ = ()

    def whole(self) -> Node:
        """The expression that is the whole text."""
        node = self.expression()
        self.skip()
        if self.position < len(self.text):
            raise self.unexpected()
        return node

    def nested(self, lines_end: bool = False) -> Node:
        """An expression inside brackets, where line ends mean nothing."""
        outer, self.lines_end = self.lines_end, lines_end
        node = self.expression()
        self.skip()
        self.lines_end = outer
        return node

    def expression(self) -> Node:
        """An expression with everything that binds looser than an operator, and the white space after."""
        found = (_ALONE if self.lines_end else _ALONE_OVER_LINES).match(self.text, self.position)
        if found is not None:
            self.position = found.end()
            return _simple(found)
        self.depth += 1
        if self.depth > DEEPEST:
            raise ReadError("the expression is nested too deeply", self.position)
        node = self.operation(1)
        if self.text.startswith("?", self.position):
            self.position += 1
            yes = self.expression()
            self.expect(":")
            node = nodes.Conditional(node, yes, self.expression())
        self.depth -= 1
        return node

    def operation(self, weakest: int) -> Node:
        """Operands joined by operators that bind at least as strongly as ``weakest``, and the white space after."""
        left = self.operand()
        while True:
            found = _OPERATOR.match(self.text, self.position)
            if found is None:
                return left
            strength = _PRECEDENCE[found[0]]
            if strength < weakest:
                return left
            self.position = found.end()
            left = nodes.Binary(found[0], left, self.operation(strength + 1))

    def operand(self) -> Node:
        """A term with its prefix operators and what is hung on it, and the white space after."""
        prefixes: list[str] = []
        self.skip()
        while self.position < len(self.text) and (sign := self.text[self.position]) in "-!":
            prefixes.append(sign)
            self.position += 1
            self.skip()
        if len(prefixes) > DEEPEST:
            raise ReadError("the expression is nested too deeply", self.position)
        node = self.simple() or self.hung(self.term())
        for sign in reversed(prefixes):
            node = nodes.Unary(sign, node)
        return node

    def simple(self) -> Node | None:
        """Plain text or a traversal by name, if it is the whole operand, and the white space after."""
        start = self.position
        found = _SIMPLE.match(self.text, start)
        if found is None:
            return None
        self.position = found.end()
        self.skip()
        if self.text[self.position : self.position + 1] in _GOES_ON:
            self.position = start
            return None
        return _simple(found)

    def term(self) -> Node:
        """A literal, a name, a call, or something in brackets."""
        text, position = self.text, self.position
        if position >= len(text):
            raise self.unexpected()
        first = text[position]
        if first == '"':
            return self.quoted()
        if first.isdecimal():
            found = _NUMBER.match(text, position)
            if found is None:
                raise self.unexpected()
            self.position = found.end()
            return nodes.Literal(number_literal(found[0]))
        if first == "[":
            return self.bracketed()
        if first == "{":
            return self.braced()
        if first == "(":
            self.position += 1
            inner = self.nested()
            self.closed(")")
            return nodes.Parentheses(inner)
        if text.startswith("<<", position):
            from sumptuary.sources.terraform.templates import read_heredoc

            return read_heredoc(self)
        return self.named()

    def quoted(self) -> Node:
        """A quoted template."""
        from sumptuary.sources.terraform.templates import read_quoted

        return read_quoted(self)

    def named(self) -> Node:
        """A word, a name, or a function call."""
        name = self.name()
        if self.text.startswith("::", self.position):
            while self.text.startswith("::", self.position):
                self.position += 2
                name = f"{name}::{self.name()}"
            if not self.at("("):
                raise self.unexpected()
        if self.at("("):
            return self.call(name)
        if name in _WORDS:
            return nodes.Literal(_WORDS[name])
        return nodes.Variable(name)

    def call(self, name: str) -> Node:
        """The arguments of a function call."""
        self.position += 1
        outer, self.lines_end = self.lines_end, False
        arguments: list[Node] = []
        expanded = False
        while not self.at(")"):
            arguments.append(self.expression())
            if not self.text.startswith(",", self.position):
                expanded = self.take("...")
                break
            self.position += 1
        self.lines_end = outer
        self.closed(")")
        return nodes.Call(name, arguments, expanded)

    def hung(self, node: Node) -> Node:
        """Attributes, indexes and splats after a term, and the white space after them."""
        text = self.text
        links = 0
        while True:
            self.skip()
            links += 1
            if links > DEEPEST:
                raise ReadError("the expression is nested too deeply", self.position)
            sign = text[self.position : self.position + 1]
            if sign == "[":
                self.position += 1
                if self._full_splat():
                    return nodes.Splat(node, self.hung(nodes.Item()))
                key = self.nested()
                self.closed("]")
                node = nodes.GetIndex(node, key)
            elif sign == "." and not text.startswith("...", self.position):
                self.position += 1
                self.skip()
                if text.startswith("*", self.position):
                    self.position += 1
                    node = nodes.Splat(node, self._attributes(nodes.Item()))
                else:
                    node = self._attribute(node)
            else:
                return node

    def _full_splat(self) -> bool:
        outer, self.lines_end = self.lines_end, False
        start = self.position
        found = self.take("*") and self.take("]")
        self.lines_end = outer
        if not found:
            self.position = start
        return found

    def _attribute(self, node: Node) -> Node:
        found = _LEGACY_INDEX.match(self.text, self.position)
        if found is not None:
            self.position = found.end()
            return nodes.GetIndex(node, nodes.Literal(int(found[0])))
        return nodes.GetAttribute(node, self.name())

    def _attributes(self, node: Node) -> Node:
        """What an attribute splat takes along: attributes only, an index belongs to the whole."""
        while self.at(".") and not self.text.startswith("...", self.position):
            self.position += 1
            self.skip()
            if self.text.startswith("*", self.position):
                raise ReadError("a splat inside an attribute splat is not allowed", self.position)
            node = self._attribute(node)
        return node


def _simple(found: re.Match[str]) -> Node:
    """Plain text, or a traversal by name."""
    text, path = found.groups()
    if path is None:
        return nodes.Literal(text)
    first, *names = path.split(".")
    node: Node = nodes.Literal(_WORDS[first]) if first in _WORDS else nodes.Variable(first)
    for name in names:
        node = nodes.GetAttribute(node, name)
    return node
