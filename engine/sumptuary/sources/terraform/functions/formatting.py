"""``format`` and its verbs, and strings in quotes as Go writes them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal

from sumptuary.sources.terraform import numbers
from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.lazy import TerraformList, settled
from sumptuary.sources.terraform.primitives import named, to_bool, to_number, to_string
from sumptuary.sources.terraform.scope import LARGEST_STRING, EvaluationError, TooLargeError
from sumptuary.values import Unknown, first_unknown, is_list, is_map

FUNCTIONS = Table()
function = FUNCTIONS.function

_VERB = re.compile(r"%([-+ 0#]*)(\d*)(?:(\.)(\d*))?(?:\[(\d+)\])?(.)", re.DOTALL)
_WIDEST = 10_000
_EVERY_DIGIT = Context(prec=5000)
_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f"}
_SPECIAL = re.compile('[\x00-\x1f"\\\\<>&\u2028\u2029]')


def _escaped(found: re.Match[str]) -> str:
    char = found[0]
    return _HTML.get(char) or _SHORT.get(char) or f"\\u{ord(char):04x}"


def json_string(text: str) -> str:
    """A string in JSON as Go's encoder writes it."""
    return f'"{_SPECIAL.sub(_escaped, text)}"'


_GO = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    '"': '\\"',
    "\\": "\\\\",
}


def quoted(text: str) -> str:
    """A string in Go's quotes (``%q`` of Go itself)."""
    return (
        '"' + "".join(_GO.get(char) or (char if char.isprintable() else f"\\u{ord(char):04x}") for char in text) + '"'
    )


class _Verb:
    """One ``%…`` of a format."""

    __slots__ = ("flags", "letter", "precision", "width")

    def __init__(self, found: re.Match[str]) -> None:
        self.flags = found[1]
        self.width = int(found[2] or 0)
        self.precision = int(found[4] or 0) if found[3] else None
        self.letter = found[6]
        if max(self.width, self.precision or 0) > _WIDEST:
            raise EvaluationError("the format is too wide")

    def padded(self, text: str) -> str:
        """The text filled up to the width, with zeros where they are asked for, even behind it."""
        from sumptuary.sources.terraform.functions.graphemes import graphemes

        filling = ("0" if "0" in self.flags else " ") * (self.width - len(graphemes(text)))
        return text + filling if "-" in self.flags else filling + text

    def padded_number(self, text: str, sign: str = "", *, zeros: bool = True) -> str:
        """A number filled up to the width, zeros behind its sign and prefix."""
        if zeros and "0" in self.flags and ("-" not in self.flags or self.letter not in "bdoxX"):
            return sign + text.rjust(self.width - len(sign), "0")
        return (sign + text).ljust(self.width) if "-" in self.flags else (sign + text).rjust(self.width)

    def sign(self, *, negative: bool) -> str:
        """The sign that the flags ask for."""
        return "-" if negative else "+" if "+" in self.flags else " " if " " in self.flags else ""


def _held(value: numbers.Number, precision: int | None) -> Decimal:
    """The number to be written: its shortest text, or what the binary number holds when it is to be rounded."""
    if precision is None:
        return Decimal(numbers.text(value))
    if isinstance(value, (int, numbers.SpeltDecimal)):
        return Decimal(value)
    from sumptuary.sources.terraform.arithmetic import exact

    held = exact(value)
    return _EVERY_DIGIT.divide(Decimal(held.numerator), Decimal(held.denominator))


def _scientific(value: numbers.Number, precision: int | None, letter: str) -> str:
    number = _held(value, precision)
    if precision is not None:
        number = Context(prec=precision + 1, rounding=ROUND_HALF_EVEN).create_decimal(number)
    digits = "".join(map(str, number.as_tuple().digits)) if number else "0"
    digits = digits.rstrip("0") or "0" if precision is None else digits.ljust(precision + 1, "0")
    exponent = number.adjusted() if number else 0
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    sign = "-" if number < 0 else ""
    return f"{sign}{mantissa}{letter}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def general(value: numbers.Number, precision: int | None = None, letter: str = "e") -> str:
    """A number as ``%g`` writes it."""
    number = _held(value, precision)
    if precision is not None:
        number = Context(prec=max(precision, 1), rounding=ROUND_HALF_EVEN).create_decimal(number)
    digits = len("".join(map(str, number.as_tuple().digits)).rstrip("0")) or 1
    exponent = number.adjusted() if number else 0
    limit = 6 if precision is None else max(precision, 1)
    if precision is not None and limit > digits >= exponent + 1:
        limit = digits
    if exponent < -4 or exponent >= limit:
        return _scientific(number, None, letter)
    return format(number.normalize(Context(prec=400)), "f") if number else numbers.text(value)


def _integer(verb: _Verb, value: object) -> str:
    number = to_number(value)
    if not isinstance(number, int):
        raise EvaluationError("a whole number is required")
    letter = verb.letter
    if number == 0 and verb.precision == 0:
        return ""
    text = format(abs(number), letter if letter in "boxX" else "d").rjust(verb.precision or 0, "0")
    sign = verb.sign(negative=number < 0)
    if "#" in verb.flags and letter in "boxX":
        sign += {"b": "0b", "o": "0", "x": "0x", "X": "0X"}[letter]
    return verb.padded_number(text, sign, zeros=verb.precision is None)


def _float(verb: _Verb, value: object) -> str:
    number, letter = to_number(value), verb.letter
    if letter in "eE":
        text = _scientific(number, 6 if verb.precision is None else verb.precision, letter)
    elif letter in "gG":
        text = general(number, verb.precision, "e" if letter == "g" else "E")
    else:
        places = 6 if verb.precision is None else verb.precision
        text = format(_held(number, places).quantize(Decimal(1).scaleb(-places), context=_EVERY_DIGIT), "f")
    negative = text.startswith("-") or number is numbers.MINUS_ZERO
    return verb.padded_number(text.removeprefix("-"), verb.sign(negative=negative))


def _string(verb: _Verb, value: object) -> str:
    text = to_string(value)
    if verb.precision:  # Terraform takes a precision of 0 for none
        from sumptuary.sources.terraform.functions.graphemes import graphemes

        text = "".join(graphemes(text)[: verb.precision])
    return verb.padded(json_string(text) if verb.letter == "q" else text)


def _as_is(verb: _Verb, value: object) -> str:
    if "#" not in verb.flags:
        if isinstance(value, str):
            return verb.padded(value)
        if numbers.is_number(value):
            return verb.padded(general(to_number(value)))
    from sumptuary.sources.terraform.functions.documents import json_text

    return verb.padded(json_text(value))


def _formatted(verb: _Verb, value: object) -> str:
    letter = verb.letter
    if letter == "v":
        return _as_is(verb, value)
    if value is None:
        raise EvaluationError(f"null cannot be formatted with %{letter}")
    if letter in "boxXd":
        return _integer(verb, value)
    if letter in "eEfgG":
        return _float(verb, value)
    if letter in "sq":
        if is_list(value) or is_map(value):
            raise EvaluationError(f"a {named(value)} cannot be formatted with %{letter}")
        return _string(verb, value)
    if letter == "t":
        return to_string(to_bool(value))
    raise EvaluationError(f"%{letter} is not a format verb")


def render(pattern: str, values: tuple[object, ...]) -> object:
    """The pattern with its verbs filled in; Unknown when a value that it uses is."""
    texts: list[str] = []
    position, next_value, highest, length = 0, 0, 0, 0
    while (found := pattern.find("%", position)) >= 0:
        texts.append(pattern[position:found])
        if pattern.startswith("%%", found):
            texts.append("%")
            position = found + 2
            continue
        match = _VERB.match(pattern, found)
        if match is None:
            raise EvaluationError("the format has an unfinished verb")
        index = int(match[5]) - 1 if match[5] else next_value
        next_value = index + 1
        highest = max(highest, next_value)
        if not 0 <= index < len(values):
            raise EvaluationError(f"the format needs {index + 1} values, {len(values)} are given")
        value = settled(values[index])
        if (unknown := first_unknown(value)) is not None:
            return unknown
        texts.append(_formatted(_Verb(match), value))
        length += len(texts[-1])
        if length > LARGEST_STRING:
            raise TooLargeError("a string becomes too large to evaluate")
        position = match.end()
    if highest < len(values):
        raise EvaluationError(f"the format uses {highest} values, {len(values)} are given")
    texts.append(pattern[position:])
    return "".join(texts)


@function("string any!*", name="format")
def _format(pattern: str, *values: object) -> object:
    return render(pattern, values)


@function("string any!*", sees="parts")
def formatlist(pattern: str, *values: object) -> object:
    """One text for each row of the lists; what is no list is used for all of them."""
    lists = [value for value in values if is_list(value)]
    lengths = {len(value) for value in lists}
    if len(lengths) > 1:
        raise EvaluationError("the lists have different lengths")
    rows = lengths.pop() if lengths else 1
    texts, length = TerraformList(), 0
    for row in range(rows):
        text = render(pattern, tuple(value[row] if is_list(value) else value for value in values))
        length += len(text) if isinstance(text, str) else 0
        if length > LARGEST_STRING:
            raise TooLargeError("a list of strings becomes too large to evaluate")
        texts.append(text)
    return texts


__all__ = ["FUNCTIONS", "Unknown", "general", "json_string", "quoted", "render"]
