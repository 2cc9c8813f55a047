"""Reads the collections that an expression writes out: tuples, objects, and the ``for`` expressions that make them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from sumptuary.sources.terraform import nodes
from sumptuary.sources.terraform.cursor import NAME, SPACE, Cursor
from sumptuary.sources.terraform.nodes import Node

_PLAIN_KEY = re.compile(r"([^\W\d][\w-]*+)[ \t]*+=(?![=>])[ \t]*+")


class CollectionReader(Cursor, ABC):
    """Reads collections; what stands in them is read by the reader of expressions, which builds on this."""

    __slots__ = ()

    @abstractmethod
    def expression(self) -> Node:
        """An expression and the white space after it."""

    def bracketed(self) -> Node:
        """A tuple, or the ``for`` that makes one."""
        self.position += 1
        outer, self.lines_end = self.lines_end, False
        if self.word() == "for":
            node: Node = self.for_tuple()
        else:
            items: list[Node] = []
            while not self.at("]"):
                items.append(self.expression())
                if not self.text.startswith(",", self.position):
                    break
                self.position += 1
            node = nodes.Tuple(items)
        self.lines_end = outer
        self.closed("]")
        return node

    def for_names(self) -> tuple[tuple[str, ...], Node]:
        """``for k, v in collection``, up to the colon or the end of the directive."""
        self.position += len("for")
        names = [self.name()]
        if self.take(","):
            names.append(self.name())
        if self.word() != "in":
            raise self.unexpected()
        self.position += len("in")
        return tuple(names), self.expression()

    def for_tuple(self) -> Node:
        """``for`` in square brackets."""
        names, collection = self.for_names()
        self.expect(":")
        node = nodes.For(names, collection, None, self.expression())
        self._for_test(node)
        return node

    def _for_test(self, node: nodes.For) -> None:
        if self.word() == "if":
            self.position += len("if")
            node.test = self.expression()

    def braced(self) -> Node:
        """An object, or the ``for`` that makes one."""
        self.position += 1
        outer, self.lines_end = self.lines_end, False
        if self.word() == "for":
            names, collection = self.for_names()
            self.expect(":")
            key = self.expression()
            self.expect("=>")
            node = nodes.For(names, collection, key, self.expression())
            node.grouped = self.take("...")
            self._for_test(node)
            result: Node = node
        else:
            offsets: list[int] = []
            pairs = self._pairs(offsets)
            result = nodes.Object(pairs, tuple(offsets))
        self.lines_end = outer
        self.closed("}")
        return result

    def _pairs(self, offsets: list[int]) -> list[tuple[Node, Node]]:
        pairs: list[tuple[Node, Node]] = []
        while not self.at("}"):
            offsets.append(self.position - self.start)
            found = _PLAIN_KEY.match(self.text, self.position)
            if found is not None:
                key: Node = nodes.Literal(found[1])
                self.position = found.end()
            else:
                key = self._key()
                self.lines_end = True
                if not self.take("=") and not self.take(":"):
                    raise self.unexpected()
            self.lines_end = True
            value = self.expression()
            pairs.append((key, value))
            if not self.take(",") and self.position < len(self.text) and self.text[self.position] not in "\n}":
                raise self.unexpected()
            self.lines_end = False
        return pairs

    def _key(self) -> Node:
        """The key of a pair: a bare word is a name, anything else an expression."""
        found = NAME.match(self.text, self.position)
        if found is not None:
            after = SPACE.match(self.text, found.end())
            end = after.end() if after is not None else found.end()
            if self.text[end : end + 1] in ("=", ":") and self.text[end : end + 2] not in ("==", "::"):
                self.position = found.end()
                return nodes.Literal(found[0])
        self.lines_end = True
        node = self.expression()
        self.lines_end = False
        return node
