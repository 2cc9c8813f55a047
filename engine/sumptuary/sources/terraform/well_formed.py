"""Reads a file in which everything is in order, in one pass over its text; of any other it gives nothing.

It is strict where ``tolerant`` is forgiving, and only together are they the reader of files: what is read here must be
what is read there, without a problem, and a test holds the two against each other.
"""

from __future__ import annotations

import re

from sumptuary.sources.terraform.cursor import ReadError
from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.glance import BLANKS, NAME, SIMPLE, TEXT, Glance, UnclearError
from sumptuary.sources.terraform.grammar import Reader
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError
from sumptuary.sources.terraform.syntax import DEEPEST, Attribute, Block, Body

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.terraform.nodes import Node

_END = r"[ \t]*+(?:(?:#|//)[^\n]*+|\r?)(?=\n|\Z)"
_LABELS = rf"(?:(?:{NAME}|{TEXT})[ \t]*+)*+"
_ITEM = re.compile(
    rf"{BLANKS}(?:({NAME})[ \t]*+(?:=(?![=>])[ \t]*+(?:({SIMPLE}){_END})?|({_LABELS})\{{[ \t]*+(\}})?{_END})"
    rf"|(\}}){_END}|\Z)",
    re.ASCII,
)
"""A name with the value of an attribute or with the opening of a block, or the end of a block, or of the file."""
_ATTRIBUTE, _SIMPLE_ATTRIBUTE, _OPENED, _EMPTY_BLOCK, _CLOSED = 1, 2, 3, 4, 5
_ON_ONE_LINE = rf"{BLANKS}({NAME})[ \t]*+({_LABELS})\{{[ \t]*+({NAME})[ \t]*+=(?![=>])[ \t]*+"
"""A block that is opened and closed on one line, up to the value of its only argument."""
_LINE_END = re.compile(_END)
_BRACE_END = rf"[ \t]*+\}}{_END}"
_LABEL = re.compile(r'[^\s"]+|"[^"]*"')


def read(text: str) -> Body | None:
    """The blocks and attributes of a file, None where anything in it might be wrong or is out of the ordinary."""
    try:
        return _FileReader(text).read()
    except (UnclearError, ReadError, EvaluationError, TooLargeError, RecursionError):
        return None


class _FileReader:
    """A text and how far it is read: the body that is filled, the blocks around it, the line of the last item."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.glance = Glance(text)
        self.body = Body()
        self.around: list[tuple[Block, Body]] = []
        self.line = 1
        self.counted = 0

    def read(self) -> Body:
        """The body of the whole file. Raises UnclearError or what the reader of expressions raises."""
        file = self.body
        match = _ITEM.match
        position = 0
        while True:
            found = match(self.text, position)
            if found is None:
                position = self.block_on_one_line(position)
                continue
            item = found.lastindex
            position = found.end()
            if item == _SIMPLE_ATTRIBUTE:
                self.attribute(found[1], found.start(1), found.start(2), found.end(2), None)
            elif item == _ATTRIBUTE:
                end = self.value(found[1], found.start(1), position)
                position = self.past(_LINE_END, end)
            elif item in (_OPENED, _EMPTY_BLOCK):
                self.block(found[1], found[3], found.start(1), opened=item == _OPENED)
            elif item == _CLOSED and self.around:
                block, self.body = self.around.pop()
                block.end_line = self.line_at(found.start(_CLOSED))
            elif item is None and not self.around and position == len(self.text):
                return file
            else:
                raise UnclearError

    def past(self, what: re.Pattern[str], position: int) -> int:
        """The offset behind what must follow."""
        found = what.match(self.text, position)
        if found is None:
            raise UnclearError
        return found.end()

    def line_at(self, offset: int) -> int:
        """The line of an offset behind all that were asked for."""
        self.line += self.text.count("\n", self.counted, offset)
        self.counted = offset
        return self.line

    def value(self, name: str, start: int, first: int) -> int:
        """Read an attribute whose value is more than a word; gives where that ends."""
        node = None
        try:
            last = self.glance.end_of(first)
        except UnclearError:
            reader = Reader(self.text, first)
            node = reader.expression()
            last = first + len(self.text[first : reader.read_to()].rstrip())
            if last == len(self.text):
                raise UnclearError from None  # a heredoc needs a line end, a reader of expressions does not ask for it
        self.attribute(name, start, first, last, node)
        return last

    def attribute(self, name: str, start: int, first: int, last: int, node: Node | None) -> None:
        """Add an attribute of which the offsets are known, and the parts of its value if they are."""
        if name in self.body.attributes:
            raise UnclearError
        line, text = self.line_at(start), self.text[first:last]
        column = first - self.text.rfind("\n", 0, start)
        expression = Expression(text, line, column) if node is None else Expression.of(node, line, column, text)
        self.body.attributes[name] = Attribute(name, line, line + text.count("\n"), expression)

    def block(self, name: str, labels: str, start: int, *, opened: bool) -> Body:
        """Add a block and give its body; of one that stays open, what comes next is read into it."""
        line = self.line_at(start)
        words = tuple(label.strip('"') for label in _LABEL.findall(labels)) if labels else ()
        block = Block(name, words, Body(), line, line)
        self.body.blocks.append(block)
        if opened:
            if len(self.around) >= DEEPEST:
                raise UnclearError
            self.around.append((block, self.body))
            self.body = block.body
        return block.body

    def block_on_one_line(self, position: int) -> int:
        """Read ``name { argument = value }``; gives where it ends."""
        found = re.compile(_ON_ONE_LINE, re.ASCII).match(self.text, position)
        if found is None:
            raise UnclearError
        outer = self.body
        self.body = self.block(found[1], found[2], found.start(1), opened=False)
        end = self.value(found[3], found.start(3), found.end())
        block, self.body = outer.blocks[-1], outer
        block.end_line = self.line_at(end)
        return self.past(re.compile(_BRACE_END), end)
