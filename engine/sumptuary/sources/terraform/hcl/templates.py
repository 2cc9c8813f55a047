"""String templates: interpolation, directives, trim markers, heredocs and their indentation."""

from __future__ import annotations

from dataclasses import dataclass

from sumptuary.sources.terraform.hcl.lazy import EvaluationError, Lazy, settled
from sumptuary.sources.terraform.hcl.operators import boolean, string
from sumptuary.sources.terraform.hcl.scope import Inner, Scope
from sumptuary.values import PartialMap, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    Compiled = Callable[[Scope], object]
    Compiler = Callable[[Node, bytes], Compiled]

MAX_LENGTH = 2_000_000
"""Characters of a string beyond which it is not built."""

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_DIGITS = {"u": 4, "U": 8}


def unescape(text: str) -> str:
    """The text of a quoted literal: backslash escapes, ``$${`` and ``%%{`` resolved.

    Raises:
        EvaluationError: an escape that there is not.
    """
    if "\\" not in text:
        return unmarked(text)
    out: list[str] = []
    position, end = 0, len(text)
    while position < end:
        character = text[position]
        if character != "\\":
            out.append(character)
            position += 1
            continue
        kind = text[position + 1 : position + 2]
        if kind in _ESCAPES and kind:
            out.append(_ESCAPES[kind])
            position += 2
        elif kind in _DIGITS and kind:
            digits = text[position + 2 : position + 2 + _DIGITS[kind]]
            out.append(_character(digits))
            position += 2 + _DIGITS[kind]
        else:
            raise EvaluationError(f"there is no escape \\{kind}")
    return unmarked("".join(out))


def _character(digits: str) -> str:
    try:
        return chr(int(digits, 16))
    except (ValueError, OverflowError) as error:
        raise EvaluationError(f"{digits!r} is not a character") from error


def unmarked(text: str) -> str:
    """``$${`` and ``%%{`` as the ``${`` and ``%{`` that they stand for."""
    return text.replace("$${", "${").replace("%%{", "%{") if "{" in text else text


@dataclass(slots=True)
class Token:
    """A piece of a template: literal text (one line at most), an expression, or a directive.

    ``kind`` is ``text``, ``value``, ``if``, ``else``, ``endif``, ``for`` or ``endfor``. ``before`` and ``after`` say
    that a trim marker takes the white space on that side.
    """

    kind: str
    text: str = ""
    node: Node | None = None
    before: bool = False
    after: bool = False


_DIRECTIVES = {
    "template_if_intro": "if",
    "template_else_intro": "else",
    "template_if_end": "endif",
    "template_for_start": "for",
    "template_for_end": "endfor",
}
_NESTING = frozenset({"template_directive", "template_if", "template_for"})


def compile_template(node: Node, source: bytes, compiler: Compiler) -> Compiled:
    """The closure for a ``quoted_template`` or ``heredoc_template`` node; ``compiler`` compiles the expressions in it.

    Raises:
        EvaluationError: the template is malformed.
    """
    heredoc = node.type == "heredoc_template"
    if heredoc:
        start, end, flush = _heredoc_text(node, source)
    else:
        start, end, flush = node.start_byte + 1, node.end_byte - 1, False
    tokens = list(_tokens(node, source, start, end, quoted=not heredoc))
    if flush:
        _flush(tokens)
    _trim(tokens)
    if len(tokens) == 1 and tokens[0].kind == "value" and not heredoc:
        return compiler(_inside(tokens[0]), source)
    pieces, rest = _structure(tokens, source, compiler, ())
    if rest:
        raise EvaluationError("a template directive is not closed")
    return _joined(pieces)


def _inside(token: Token) -> Node:
    if token.node is None:
        raise EvaluationError("a template has nothing in it")
    for child in token.node.children:
        if child.type == "expression":
            return child
    raise EvaluationError("an interpolation is empty")


def _heredoc_text(node: Node, source: bytes) -> tuple[int, int, bool]:
    """Where a heredoc's text starts and ends, and whether its indentation is taken away (``<<-``)."""
    marks = [child for child in node.children if child.type == "heredoc_identifier"]
    if len(marks) < 2:
        raise EvaluationError("a heredoc is not closed")
    start = source.index(b"\n", marks[0].start_byte) + 1
    end = source.rfind(b"\n", 0, marks[-1].end_byte) + 1
    closing = source[end : marks[-1].end_byte].strip()
    if closing != source[marks[0].start_byte : marks[0].end_byte].strip():
        end = marks[-1].start_byte
    return start, max(start, end), source[node.start_byte : node.start_byte + 3] == b"<<-"


def _tokens(node: Node, source: bytes, start: int, end: int, *, quoted: bool) -> Iterator[Token]:
    """The pieces of a template in order; what lies between expressions and directives is literal text."""
    position = start
    for piece in _marked(node):
        if piece.start_byte < position:
            continue
        yield from _literals(source[position : piece.start_byte], quoted=quoted)
        markers = [child for child in piece.children if child.type == "strip_marker"]
        opening = piece.children[0].end_byte if piece.children else piece.start_byte
        closing = piece.children[-1].start_byte if piece.children else piece.end_byte
        yield Token(
            _DIRECTIVES.get(piece.type, "value"),
            node=piece,
            before=any(marker.start_byte == opening for marker in markers),
            after=any(marker.end_byte == closing for marker in markers),
        )
        position = piece.end_byte
    yield from _literals(source[position:end], quoted=quoted)


def _marked(node: Node) -> Iterator[Node]:
    """Interpolations and directives below a template, in order, at whatever depth the grammar has put them."""
    for child in node.children:
        if child.type == "template_interpolation" or child.type in _DIRECTIVES:
            yield child
        elif child.type in _NESTING:
            yield from _marked(child)


def _literals(raw: bytes, *, quoted: bool) -> Iterator[Token]:
    text = raw.decode("utf-8", "replace")
    if quoted:
        if text:
            yield Token("text", unescape(text))
        return
    for line in unmarked(text.replace("\r\n", "\n")).splitlines(keepends=True):
        yield Token("text", line)


def _flush(tokens: list[Token]) -> None:
    """Take from each line of a ``<<-`` heredoc the indentation that all of them have; blank lines do not count."""
    smallest: int | None = None
    starts: list[Token] = []
    newline = True
    for token in tokens:
        if newline:
            newline = False
            spaces: int | None = 0
            if token.kind == "text":
                stripped = token.text.lstrip()
                blank = not stripped and token.text.endswith("\n")
                spaces = None if blank else len(token.text) - len(stripped)
                if not blank:
                    starts.append(token)
            if spaces is not None:
                smallest = spaces if smallest is None else min(smallest, spaces)
        if token.kind == "text" and token.text.endswith("\n"):
            newline = True
    for token in starts:
        token.text = token.text[smallest or 0 :]


def _trim(tokens: list[Token]) -> None:
    """Apply trim markers: each takes the white space of the literal next to it."""
    for position, token in enumerate(tokens):
        if token.before and position and tokens[position - 1].kind == "text":
            tokens[position - 1].text = tokens[position - 1].text.rstrip()
        if token.after and position + 1 < len(tokens) and tokens[position + 1].kind == "text":
            tokens[position + 1].text = tokens[position + 1].text.lstrip()


def _structure(
    tokens: list[Token], source: bytes, compiler: Compiler, until: tuple[str, ...]
) -> tuple[list[Compiled], list[Token]]:
    """Closures for tokens up to one of the kinds in ``until``; returns them and what is left, that one first."""
    pieces: list[Compiled] = []
    while tokens:
        token, *tokens = tokens
        if token.kind in until:
            return pieces, [token, *tokens]
        if token.kind == "text":
            pieces.append(_text(token.text))
        elif token.kind == "value":
            pieces.append(compiler(_inside(token), source))
        elif token.kind == "if":
            piece, tokens = _if(token, tokens, source, compiler)
            pieces.append(piece)
        elif token.kind == "for":
            piece, tokens = _for(token, tokens, source, compiler)
            pieces.append(piece)
        else:
            raise EvaluationError(f"unexpected %{{ {token.kind} }} in a template")
    if until:
        raise EvaluationError("a template directive is not closed")
    return pieces, []


def _text(text: str) -> Compiled:
    return lambda scope: text


def _if(token: Token, tokens: list[Token], source: bytes, compiler: Compiler) -> tuple[Compiled, list[Token]]:
    condition = compiler(_inside(token), source)
    then, tokens = _structure(tokens, source, compiler, ("else", "endif"))
    other: list[Compiled] = []
    if tokens[0].kind == "else":
        other, tokens = _structure(tokens[1:], source, compiler, ("endif",))
    yes, no = _joined(then), _joined(other)

    def run(scope: Scope) -> object:
        decided = condition(scope)
        if isinstance(decided, Unknown):
            return decided
        return yes(scope) if boolean(decided) else no(scope)

    return run, tokens[1:]


def _for(token: Token, tokens: list[Token], source: bytes, compiler: Compiler) -> tuple[Compiled, list[Token]]:
    if token.node is None:
        raise EvaluationError("a template has nothing in it")
    nodes = [child for child in token.node.children if child.type == "identifier"]
    names = [source[child.start_byte : child.end_byte].decode() for child in nodes]
    items = compiler(_inside(token), source)
    inner, tokens = _structure(tokens, source, compiler, ("endfor",))
    body = _joined(inner)

    def run(scope: Scope) -> object:
        whole = settled(items(scope))
        if isinstance(whole, (Unknown, PartialMap)):
            return whole if isinstance(whole, Unknown) else whole.rest
        if not isinstance(whole, (list, dict)):
            raise EvaluationError("a template can only loop over a list or a map")
        pairs = whole.items() if isinstance(whole, dict) else enumerate(whole)
        out: list[str] = []
        for key, value in pairs:
            if not scope.budget.spend():
                return Unknown("the template is too large to evaluate")
            made = body(Inner(scope, dict(zip(names, (key, value) if len(names) > 1 else (value,), strict=False))))
            if isinstance(made, Unknown):
                return made
            out.append(string(made))
        return "".join(out)

    return run, tokens[1:]


def _joined(pieces: list[Compiled]) -> Compiled:
    """A closure that makes one string of its pieces; unknown if any of them is."""

    def run(scope: Scope) -> object:
        out: list[str] = []
        unknown: Unknown | None = None
        length = 0
        for piece in pieces:
            value = piece(scope)
            if isinstance(value, Lazy):
                value = value.whole()
            if isinstance(value, Unknown):
                unknown = value if unknown is None else unknown.joined(value)
                continue
            made = string(value)
            length += len(made)
            if length > MAX_LENGTH:
                return Unknown("the string is too large to evaluate")
            out.append(made)
        return "".join(out) if unknown is None else unknown

    return run
