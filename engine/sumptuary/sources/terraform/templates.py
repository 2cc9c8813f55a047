"""Reads templates: quoted strings, heredocs and template files, with escapes, trim markers and directives."""

from __future__ import annotations

import re

from sumptuary.sources.terraform import nodes
from sumptuary.sources.terraform.cursor import ReadError
from sumptuary.sources.terraform.grammar import Reader
from sumptuary.sources.terraform.nodes import Node

_QUOTED_TEXT = re.compile(r'[^"\\$%\n]+')
_PLAIN_TEXT = re.compile(r"[^$%]+")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_HEREDOC = re.compile(r"<<(-?)([^\W\d][\w-]*)\r?\n")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class Text:
    """A run of text within one line, as the trim markers and the indentation of heredocs see it."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value


class Sequence:
    """``${…}`` or ``%{…}`` as read: its kind (``value``, ``if``, ``else``, ``for`` …) and whether it trims."""

    __slots__ = ("kind", "names", "node", "position", "trims_after", "trims_before")

    def __init__(self, kind: str, node: Node | None, names: tuple[str, ...], position: int) -> None:
        self.kind = kind
        self.node = node
        self.names = names
        self.position = position
        self.trims_before = False
        self.trims_after = False


Part = Text | Sequence


def read_quoted(reader: Reader) -> Node:
    """The quoted template that stands at the reader."""
    text = reader.text
    position = reader.position + 1
    simple = _QUOTED_TEXT.match(text, position)
    end = simple.end() if simple is not None else position
    if text[end : end + 1] == '"':
        reader.position = end + 1
        return nodes.Literal(text[position:end])
    reader.position = position
    parts = _read_parts(reader, quoted=True)
    reader.position += 1
    return _assemble(parts)


def read_template(text: str, depth: int = 0) -> Node:
    """A template that is a whole text: a file, or a string of a JSON configuration."""
    if "${" not in text and "%{" not in text:
        return nodes.Literal(text)
    reader = Reader(text)
    reader.depth = depth
    return _assemble(_read_parts(reader, quoted=False))


def read_heredoc(reader: Reader) -> Node:
    """The heredoc that stands at the reader."""
    opening = _HEREDOC.match(reader.text, reader.position)
    if opening is None:
        raise reader.unexpected()
    closing = re.compile(rf"^[ \t]*{re.escape(opening[2])}[ \t]*\r?$", re.MULTILINE).search(reader.text, opening.end())
    if closing is None:
        raise ReadError(f"the heredoc {opening[2]} is not closed", reader.position)
    inner = Reader(reader.text[opening.end() : closing.start()])
    inner.depth = reader.depth
    try:
        parts = _read_parts(inner, quoted=False)
        if opening[1]:
            _trim(parts)  # a trimmed line break no longer begins a line: what follows keeps its indentation
            _outdent(parts)
        reader.position = closing.end()
        return _assemble(parts)
    except ReadError as error:
        raise ReadError(error.message, opening.end() + error.position) from None


def _read_parts(reader: Reader, *, quoted: bool) -> list[Part]:
    """The parts up to the closing quote, which is not passed, or to the end of the text."""
    text, end = reader.text, len(reader.text)
    parts: list[Part] = []
    run: list[str] = []
    plain = _QUOTED_TEXT if quoted else _PLAIN_TEXT
    while True:
        found = plain.match(text, reader.position)
        if found is not None:
            run.append(found[0])
            reader.position = found.end()
        if reader.position >= end:
            if quoted:
                raise ReadError("the string is not closed", reader.position)
            break
        char = text[reader.position]
        if quoted and char == '"':
            break
        if quoted and char == "\n":
            raise ReadError("the string is not closed on its line", reader.position)
        if char == "\\" and quoted:
            run.append(_escape(reader))
        elif text.startswith((char * 2 + "{"), reader.position) and char in "$%":
            run.append(char + "{")
            reader.position += 3
        elif text.startswith(char + "{", reader.position):
            _flush(run, parts, by_line=not quoted)
            parts.append(_sequence(reader, char))
        else:
            run.append(char)
            reader.position += 1
    _flush(run, parts, by_line=not quoted)
    return parts


def _flush(run: list[str], parts: list[Part], *, by_line: bool) -> None:
    """End a run of text. Lines of the source are parts of their own: trim markers reach no further."""
    if run:
        text = "".join(run)
        parts += [Text(line) for line in (_LINE.findall(text) if by_line else [text])]
        run.clear()


def _escape(reader: Reader) -> str:
    letter = reader.text[reader.position + 1 : reader.position + 2]
    if letter in _ESCAPES:
        reader.position += 2
        return _ESCAPES[letter]
    digits = {"u": 4, "U": 8}.get(letter, 0)
    code = reader.text[reader.position + 2 : reader.position + 2 + digits]
    if digits and re.fullmatch(rf"[0-9a-fA-F]{{{digits}}}", code):
        number = int(code, 16)
        if number >= 0x110000 or 0xD800 <= number < 0xE000:
            raise ReadError(f"\\{letter}{code} is not a character", reader.position)
        reader.position += 2 + digits
        return chr(number)
    raise ReadError(f"\\{letter} is not an escape sequence", reader.position)


def _sequence(reader: Reader, char: str) -> Sequence:
    """One ``${…}`` or ``%{…}``."""
    position = reader.position
    reader.position += 2
    outer, reader.lines_end = reader.lines_end, False
    before = reader.text.startswith("~", reader.position)
    reader.position += before
    sequence = Sequence("value", None, (), position)
    if char == "$":
        sequence.node = reader.expression()
    else:
        _directive(reader, sequence)
    sequence.trims_before = before
    sequence.trims_after = reader.take("~")
    reader.expect("}")
    reader.lines_end = outer
    return sequence


def _directive(reader: Reader, sequence: Sequence) -> None:
    sequence.kind = reader.word()
    if sequence.kind == "if":
        reader.position += 2
        sequence.node = reader.expression()
    elif sequence.kind == "for":
        sequence.names, sequence.node = reader.for_names()
    elif sequence.kind in ("else", "endif", "endfor"):
        reader.position += len(sequence.kind)
    else:
        raise ReadError(f"{sequence.kind or 'this'} is not a template directive", reader.position)


def _outdent(parts: list[Part]) -> None:
    """Take the indentation that all lines share off them, as ``<<-`` asks for."""
    starts: list[Text] = []
    least: int | None = None
    at_start = True
    for part in parts:
        if isinstance(part, Text):
            if at_start:
                spaces = len(part.value) - len(part.value.lstrip(" \t"))
                if part.value.strip() or not part.value.endswith("\n"):  # blank lines neither count nor move
                    least = spaces if least is None else min(least, spaces)
                    starts.append(part)
            at_start = part.value.endswith("\n")
        else:
            if at_start:
                least = 0
            at_start = False
    for part in starts:
        spaces = len(part.value) - len(part.value.lstrip(" \t"))
        part.value = part.value[min(least or 0, spaces) :]


def _trim(parts: list[Part]) -> None:
    """Apply the trim markers to the text beside them."""
    for index, part in enumerate(parts):
        if isinstance(part, Text):
            continue
        if part.trims_before and index > 0:
            beside = parts[index - 1]
            if isinstance(beside, Text):
                beside.value = beside.value.rstrip()
        if part.trims_after and index + 1 < len(parts):
            beside = parts[index + 1]
            if isinstance(beside, Text):
                beside.value = beside.value.lstrip()


def _assemble(parts: list[Part]) -> Node:
    """The node of a template: a Literal when nothing is interpolated, the value itself when it is all there is."""
    if len(parts) == 1 and isinstance(parts[0], Sequence) and parts[0].kind == "value" and parts[0].node is not None:
        return parts[0].node
    _trim(parts)
    if all(isinstance(part, Text) for part in parts):
        return nodes.Literal("".join(part.value for part in parts if isinstance(part, Text)))
    assembler = _Assembler(parts)
    return assembler.block(())


class _Assembler:
    """Turns the flat run of parts into nested directives."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts
        self.index = 0
        self.stopped_at = ""

    def block(self, closers: tuple[str, ...]) -> nodes.Template:
        """The parts up to one of the closing directives, which is passed and kept in ``stopped_at``."""
        content: list[Node] = []
        while self.index < len(self.parts):
            part = self.parts[self.index]
            self.index += 1
            if isinstance(part, Text):
                if part.value:
                    content.append(nodes.Literal(part.value))
            elif part.kind in closers:
                self.stopped_at = part.kind
                return nodes.Template(content)
            else:
                content.append(self._opened(part))
        if closers:
            raise ReadError(f"%{{ {closers[-1]} }} is missing", 0)
        return nodes.Template(content)

    def _opened(self, part: Sequence) -> Node:
        if part.node is None:
            raise ReadError(f"unexpected %{{ {part.kind} }}", part.position)
        if part.kind == "value":
            return part.node
        if part.kind == "for":
            return nodes.TemplateFor(part.names, part.node, self.block(("endfor",)))
        yes = self.block(("else", "endif"))
        no = self.block(("endif",)) if self.stopped_at == "else" else nodes.Template([])
        return nodes.TemplateIf(part.node, yes, no)
