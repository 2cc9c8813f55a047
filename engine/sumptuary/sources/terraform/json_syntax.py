"""Configuration written as JSON (``.tf.json``), read into the same blocks and attributes, with their lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from decimal import Decimal
from json import JSONDecodeError, JSONDecoder

from sumptuary.sources.terraform import nodes
from sumptuary.sources.terraform.cursor import ReadError
from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError
from sumptuary.sources.terraform.syntax import Attribute, Block, Body, File, Problem
from sumptuary.sources.terraform.templates import read_template

DEEPEST = 100
_DECODER = JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORDS: tuple[tuple[str, object], ...] = (("true", True), ("false", False), ("null", None))
_LABELS = {
    "variable": 1, "output": 1, "provider": 1, "module": 1, "check": 1, "resource": 2, "data": 2, "ephemeral": 2,
}  # fmt: skip
_BLOCKS_OF = {"terraform": frozenset({"backend", "cloud", "required_providers", "provider_meta"})}


class _Value:
    """A JSON value with the offsets it spans. ``content`` of an object is ``_Members``, of an array ``_Items``."""

    __slots__ = ("content", "end", "start")

    def __init__(self, content: object, start: int, end: int) -> None:
        self.content = content
        self.start = start
        self.end = end


class _Members(list[tuple[str, int, _Value]]):
    """An object's members in the order of the file."""

    __slots__ = ()


def parse_json(source: bytes, path: str = "") -> File:
    """Read a file of JSON configuration. Never raises; see ``File.problems``."""
    file = File(path)
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        file.problems.append(Problem(line, 1, "the file is not UTF-8 text"))
        return file
    reader = _Reader(text)
    try:
        whole, end = reader.value(0, 0)
        rest = reader.space(end)
        if rest != len(text):
            raise JSONDecodeError("unexpected text after the end", text, rest)
        if isinstance(whole.content, _Members):
            reader.file_body(whole.content, file.body)
        else:
            file.problems.append(Problem(1, 1, "the file holds no JSON object"))
    except JSONDecodeError as error:
        file.problems.append(Problem(error.lineno, error.colno, f"the file is not JSON: {error.msg}"))
    file.problems.extend(reader.problems)
    return file


class _Items(list[_Value]):
    """An array's elements."""

    __slots__ = ()


class _Reader:
    """Reads one text, and turns its values into blocks."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.problems: list[Problem] = []

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return bisect_right(self.starts, offset)

    def column(self, offset: int) -> int:
        """The column of an offset, from 1."""
        return offset - self.starts[self.line(offset) - 1] + 1

    def space(self, offset: int) -> int:
        """The offset behind any white space."""
        match = _SPACE.match(self.text, offset)
        return match.end() if match else offset

    def value(self, offset: int, depth: int) -> tuple[_Value, int]:
        """The value at an offset, and where it ends. Raises JSONDecodeError."""
        text = self.text
        start = self.space(offset)
        if depth > DEEPEST:
            raise JSONDecodeError(f"values nest deeper than {DEEPEST}", text, start)
        first = text[start : start + 1]
        if first == '"':
            content, end = self._text(start)
            return _Value(content, start, end), end
        if first == "{":
            return self._object(start, depth)
        if first == "[":
            return self._array(start, depth)
        for word, constant in _WORDS:
            if text.startswith(word, start):
                return _Value(constant, start, start + len(word)), start + len(word)
        number = _NUMBER.match(text, start)
        if number is None:
            raise JSONDecodeError("a value is missing", text, start)
        digits = number.group()
        plain = digits.lstrip("-").isdecimal() and len(digits) < 4000
        return _Value(int(digits) if plain else Decimal(digits), start, number.end()), number.end()

    def _text(self, offset: int) -> tuple[str, int]:
        text, end = _DECODER.raw_decode(self.text, offset)
        return str(text), end

    def _object(self, start: int, depth: int) -> tuple[_Value, int]:
        text = self.text
        members = _Members()
        seen: set[str] = set()
        end = self.space(start + 1)
        while text[end : end + 1] != "}":
            if members:
                end = self._expect(",", end)
            if text[end : end + 1] != '"':
                raise JSONDecodeError("a key in quotes is missing", text, end)
            at = end
            key, end = self._text(end)
            value, end = self.value(self._expect(":", self.space(end)), depth + 1)
            if key in seen and key != "//":
                self.problems.append(Problem(self.line(at), self.column(at), f"the key {key!r} was set already"))
            else:
                members.append((key, at, value))
            seen.add(key)
            end = self.space(end)
        return _Value(members, start, end + 1), end + 1

    def _array(self, start: int, depth: int) -> tuple[_Value, int]:
        items = _Items()
        end = self.space(start + 1)
        while self.text[end : end + 1] != "]":
            if items:
                end = self._expect(",", end)
            item, end = self.value(end, depth + 1)
            items.append(item)
            end = self.space(end)
        return _Value(items, start, end + 1), end + 1

    def _expect(self, mark: str, offset: int) -> int:
        if self.text[offset : offset + 1] != mark:
            raise JSONDecodeError(f"{mark} is missing", self.text, offset)
        return self.space(offset + 1)

    def file_body(self, members: _Members, body: Body) -> None:
        """The blocks of a whole file."""
        for key, at, value in members:
            if key != "//":
                self._blocks(key, (), value, at, _LABELS.get(key, 0), body.blocks)

    def _blocks(
        self, kind: str, labels: tuple[str, ...], value: _Value, at: int, depth: int, blocks: list[Block]
    ) -> None:
        content = value.content
        if isinstance(content, _Members) and depth:
            for key, inner_at, inner in content:
                if key != "//":
                    self._blocks(kind, (*labels, key), inner, inner_at, depth - 1, blocks)
        elif isinstance(content, _Members):
            body = self._body(kind, content)
            blocks.append(Block(kind, labels, body, self.line(at), self.line(value.end - 1)))
        elif isinstance(content, _Items):
            for item in content:
                self._blocks(kind, labels, item, item.start, depth, blocks)
        elif content is not None:
            self.problems.append(Problem(self.line(at), self.column(at), f"{kind} holds no object"))

    def _body(self, kind: str, members: _Members) -> Body:
        body = Body()
        nested = _BLOCKS_OF.get(kind, frozenset())
        for key, at, value in members:
            if key == "//":
                continue
            if key == "dynamic":
                self._dynamic(value, at, body)
            elif key in nested:
                self._blocks(key, (), value, at, 1 if key == "backend" else 0, body.blocks)
            else:
                body.attributes[key] = self._attribute(kind, key, value, at)
        return body

    def _dynamic(self, value: _Value, at: int, body: Body) -> None:
        made: list[Block] = []
        self._blocks("dynamic", (), value, at, 1, made)
        for block in made:
            content = block.body.attributes.pop("content", None)
            if content is not None:
                inner = Body()
                for name, expression in content.expression.pairs():
                    inner.attributes[name] = Attribute(name, content.line, content.end_line, expression)
                block.body.blocks.append(Block("content", (), inner, content.line, content.end_line))
            body.blocks.append(block)

    def _attribute(self, kind: str, key: str, value: _Value, at: int) -> Attribute:
        line, column = self.line(at), self.column(at)
        content = value.content
        if isinstance(content, str) and (
            (kind == "variable" and key == "type") or (kind, key) == ("dynamic", "iterator")
        ):
            expression = Expression(content, line, column)
        else:
            try:
                expression = Expression.of(
                    _lowered(value, literal=kind == "variable" and key != "validation"), line, column
                )
            except (ReadError, EvaluationError, TooLargeError) as error:
                self.problems.append(Problem(line, column, f"{key}: {error}", hides=False))
                expression = Expression("", line, column, problem=str(error))
        return Attribute(key, line, self.line(value.end - 1), expression)


def _lowered(value: _Value, *, literal: bool) -> nodes.Node:
    """The value as parts of an expression; texts are templates unless ``literal``."""
    content = value.content
    if isinstance(content, str):
        return nodes.Literal(content) if literal else read_template(content)
    if isinstance(content, _Members):
        return nodes.Object(
            [
                (nodes.Literal(key) if literal else read_template(key), _lowered(item, literal=literal))
                for key, _, item in content
                if key != "//"
            ]
        )
    if isinstance(content, _Items):
        return nodes.Tuple([_lowered(item, literal=literal) for item in content])
    return nodes.Literal(content)
