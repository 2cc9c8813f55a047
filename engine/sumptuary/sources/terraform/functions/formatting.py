"""``format`` and its verbs, and strings in quotes as Go writes them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal

from sumptuary.sources.terraform import numbers
from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.lazy import TerraformList, settled
from sumptuary.sources.terraform.primitives import named, to_bool, to_number, to_string
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.values import Unknown, first_unknown, is_list, is_map

FUNCTIONS = Table()
function = FUNCTIONS.function

_VERB = re.compile(r"%([-+ 0#]*)(\d*)(?:(\.)(\d*))?(?:\[(\d+)\])?(.)", re.DOTALL)
_WIDEST = 10_000
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

    def padded(self, text: str, *, number: bool = False) -> str:
        """The text filled up to the width."""
        if "-" in self.flags:
            return text.ljust(self.width)
        if "0" in self.flags:
            if number and text[:1] in ("-", "+", " "):
                return text[0] + text[1:].rjust(self.width - 1, "0")
            return text.rjust(self.width, "0")
        return text.rjust(self.width)

    def signed(self, text: str) -> str:
        """A number's text with the sign that the flags ask for."""
        if text.startswith("-"):
            return text
        return "+" + text if "+" in self.flags else " " + text if " " in self.flags else text


def _scientific(value: numbers.Number, precision: int | None, letter: str) -> str:
    number = Decimal(value)
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
    number = Decimal(value)
    if precision is not None:
        number = Context(prec=max(precision, 1), rounding=ROUND_HALF_EVEN).create_decimal(number)
    digits = len("".join(map(str, number.as_tuple().digits)).rstrip("0")) or 1
    exponent = number.adjusted() if number else 0
    limit = 6 if precision is None else max(precision, 1)
    if precision is not None and limit > digits >= exponent + 1:
        limit = digits
    if exponent < -4 or exponent >= limit:
        return _scientific(number, None, letter)
    return format(number.normalize(Context(prec=400)), "f") if number else "0"


def _integer(verb: _Verb, value: object) -> str:
    number = to_number(value)
    if not isinstance(number, int):
        raise EvaluationError("a whole number is required")
    letter = verb.letter
    text = format(number, letter if letter in "boxX" else "d")
    if verb.precision is not None:
        sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
        text = sign + digits.rjust(verb.precision, "0")
    if "#" in verb.flags and letter in "boxX":
        sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
        text = sign + {"b": "0b", "o": "0", "x": "0x", "X": "0X"}[letter] + digits
    return verb.padded(verb.signed(text), number=True)


def _float(verb: _Verb, value: object) -> str:
    number, letter = to_number(value), verb.letter
    if letter in "eE":
        text = _scientific(number, 6 if verb.precision is None else verb.precision, letter)
    elif letter in "gG":
        text = general(number, verb.precision, "e" if letter == "g" else "E")
    else:
        places = 6 if verb.precision is None else verb.precision
        exact = Decimal(number)
        text = format(exact.quantize(Decimal(1).scaleb(-places), context=Context(prec=3000)), "f")
    return verb.padded(verb.signed(text), number=True)


def _string(verb: _Verb, value: object) -> str:
    text = to_string(value)
    if verb.precision is not None:
        from sumptuary.sources.terraform.functions.strings import graphemes

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
    if letter in "eEfFgG":
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
    position, next_value, highest = 0, 0, 0
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
    texts = (render(pattern, tuple(value[row] if is_list(value) else value for value in values)) for row in range(rows))
    return TerraformList(texts)


__all__ = ["FUNCTIONS", "Unknown", "general", "json_string", "quoted", "render"]
