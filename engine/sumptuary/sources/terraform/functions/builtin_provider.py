"""The functions of the provider that is built into Terraform: values written as HCL, and variable files read."""

from __future__ import annotations

from decimal import Decimal

from sumptuary.sources.terraform import nodes, numbers
from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.functions.graphemes import graphemes
from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.scope import EvaluationError, Names
from sumptuary.values import Unknown, is_list, is_map

FUNCTIONS = Table()
function = FUNCTIONS.function
_PREFIX = "provider::terraform::"
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


@function("any", name=_PREFIX + "encode_expr")
def encode_expr(value: object) -> object:
    """The value as an expression of HCL."""
    return "\n".join(_laid_out(_written(value).split("\n")))


@function("any", name=_PREFIX + "encode_tfvars")
def encode_tfvars(value: object) -> object:
    """The object as a file of variables."""
    if not is_map(value):
        raise EvaluationError("an object is required, whose attributes become the variables")
    for name in value:
        if not _is_identifier(name):
            raise EvaluationError(f"{name[:40]!r} is not the name of a variable")
    rows = [f"{name} = {_written(value[name])}" for name in sorted(value)]
    return "".join(f"{line}\n" for line in _laid_out("\n".join(rows).split("\n"))) if rows else ""


@function("string", name=_PREFIX + "decode_tfvars")
def decode_tfvars(text: str) -> object:
    """What a file of variables gives them."""
    from sumptuary.sources.terraform.parsing import parse

    file = parse(text.encode(), "decode_tfvars")
    if file.problems:
        raise EvaluationError(f"line {file.problems[0].line}: {file.problems[0].message}")
    if file.body.blocks:
        raise EvaluationError(f"line {file.body.blocks[0].line}: a file of variables has no blocks")
    return {name: _constant(attribute.expression) for name, attribute in file.body.attributes.items()}


def _constant(expression: Expression) -> object:
    """The value of an expression without variables and functions."""
    if expression.references() or _calls(expression.node()):
        raise EvaluationError(f"line {expression.line}: neither variables nor functions can be used here")
    value = expression.evaluate(Names({}))
    if isinstance(value, Unknown):
        raise EvaluationError(f"line {expression.line}: {value.reason}")
    return value


def _calls(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Call) or any(_calls(child) for child in nodes.children(node))


def _is_identifier(name: str) -> bool:
    return name.replace("-", "_").isidentifier() and not name.startswith("-")


def _written(value: object) -> str:
    """The value in HCL, not yet indented and aligned."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, (int, Decimal)):
        return numbers.text(value)
    if is_list(value):
        return "[" + ", ".join(_written(item) for item in value) + "]"
    if not is_map(value):
        raise EvaluationError("the value has no form in HCL")
    if not value:
        return "{}"
    names = {key: key if _is_identifier(key) else _quoted(key) for key in sorted(value)}
    return "{\n" + "".join(f"{name} = {_written(value[key])}\n" for key, name in names.items()) + "}"


def _quoted(text: str) -> str:
    made: list[str] = []
    for index, char in enumerate(text):
        if char in "$%" and text[index + 1 : index + 2] == "{":
            made.append(char * 2)
        elif char in _SHORT:
            made.append(_SHORT[char])
        elif char.isprintable():
            made.append(char)
        else:
            made.append(f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}")
    return f'"{"".join(made)}"'


class _Line:
    """A line: its name and value when it is an attribute that ends on it, and how many brackets it opens."""

    __slots__ = ("name", "opens", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.name = ""
        self.opens = 0
        quoted = escaped = False
        for index, char in enumerate(text):
            if quoted:
                quoted = escaped or char != '"'
                escaped = not escaped and char == "\\"
            elif char == '"':
                quoted = True
            elif char in "[{":
                self.opens += 1
            elif char in "]}":
                self.opens -= 1
            elif char == "=" and not self.name:
                self.name = text[: index - 1]
        if self.opens:
            self.name = ""


def _laid_out(texts: list[str]) -> list[str]:
    """The lines indented by their brackets, and the signs of attributes that follow one another aligned."""
    lines = [_Line(text) for text in texts]
    widths = _widths(lines)
    made: list[str] = []
    open_brackets: list[int] = []
    for line, width in zip(lines, widths, strict=True):
        closed = -line.opens
        while closed > 0 and open_brackets:
            last = open_brackets.pop()
            if closed < last:
                open_brackets.append(last - closed)
            closed -= last
        gap = " " * (width - len(graphemes(line.name))) if line.name else ""
        made.append("  " * len(open_brackets) + line.name + gap + line.text[len(line.name) :])
        if line.opens > 0:
            open_brackets.append(line.opens)
    return made


def _widths(lines: list[_Line]) -> list[int]:
    """For each line the width of the longest name among the attributes that stand together with it."""
    widths = [0] * len(lines)
    start = 0
    for end in range(len(lines) + 1):
        if end < len(lines) and lines[end].name:
            continue
        widest = max((len(graphemes(line.name)) for line in lines[start:end]), default=0)
        widths[start:end] = [widest] * (end - start)
        start = end + 1
    return widths
