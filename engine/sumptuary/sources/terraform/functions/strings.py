"""Functions on strings."""

from __future__ import annotations

from sumptuary.sources.terraform import numbers
from sumptuary.sources.terraform.functions.graphemes import graphemes
from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.lazy import TerraformList
from sumptuary.sources.terraform.primitives import to_string
from sumptuary.sources.terraform.scope import LARGEST_COLLECTION, LARGEST_STRING, EvaluationError, TooLargeError

FUNCTIONS = Table()
function = FUNCTIONS.function

_SPACE = (
    " \t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_LARGEST = 1 << 63


@function("string")
def chomp(text: str) -> object:
    """The text without line ends at its end."""
    return text.rstrip("\r\n")


@function("string string")
def endswith(text: str, end: str) -> object:
    """Whether the text ends so."""
    return text.endswith(end)


@function("string string")
def startswith(text: str, start: str) -> object:
    """Whether the text begins so."""
    return text.startswith(start)


@function("string string")
def strcontains(text: str, part: str) -> object:
    """Whether the part occurs in the text."""
    return part in text


@function("number string")
def indent(spaces: numbers.Number, text: str) -> object:
    """The text with all lines but the first moved right."""
    if not isinstance(spaces, int) or spaces < 0:
        raise EvaluationError("the indentation must be a whole number of spaces")
    if spaces * max(text.count("\n"), 1) > LARGEST_STRING:
        raise TooLargeError("a string becomes too large to evaluate")
    return text.replace("\n", "\n" + " " * spaces)


@function("string list*")
def join(separator: str, *lists: list[object]) -> object:
    """The elements of all lists as one text."""
    if not lists:
        raise EvaluationError("at least one list is required")
    texts: list[str] = []
    for items in lists:
        for item in items:
            if item is None:
                raise EvaluationError("an element is null")
            texts.append(to_string(item))
    if len(separator) * len(texts) + sum(map(len, texts)) > LARGEST_STRING:
        raise TooLargeError("a string becomes too large to evaluate")
    return separator.join(texts)


def _each(text: str, change: str) -> str:
    """Change letters one by one, as Go does: one that would become two stays."""
    if change == "lower":
        text = text.replace("\u0130", "i")
    made = str.upper(text) if change == "upper" else str.lower(text)
    if len(made) == len(text):
        return made if change == "upper" or "\u03a3" not in text else made.replace("\u03c2", "\u03c3")
    swapped = [char.upper() if change == "upper" else char.lower() for char in text]
    return "".join(new if len(new) == 1 else old for new, old in zip(swapped, text, strict=True))


@function("string")
def lower(text: str) -> object:
    """The text in small letters."""
    return _each(text, "lower")


@function("string")
def upper(text: str) -> object:
    """The text in capital letters."""
    return _each(text, "upper")


@function("string")
def title(text: str) -> object:
    """The text with the first letter of each word as a capital."""
    before = " "
    made: list[str] = []
    for char in text:
        separated = not (before.isalnum() or before == "_") and (before in _SPACE or before.isascii())
        first = char.title()
        made.append(first if separated and len(first) == 1 else char)
        before = char
    return "".join(made)


@function("string string string")
def replace(text: str, old: str, new: str) -> object:
    """The text with a part replaced; a part between slashes is a regular expression."""
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        from sumptuary.sources.terraform.functions.patterns import substitute

        return substitute(old[1:-1], new, text)
    if len(new) > len(old) and (len(new) * (text.count(old) if old else len(text))) > LARGEST_STRING:
        raise TooLargeError("a string becomes too large to evaluate")
    return text.replace(old, new)


@function("string string")
def split(separator: str, text: str) -> object:
    """The parts between separators."""
    parts = list(text) if not separator else text.split(separator)
    if len(parts) > LARGEST_COLLECTION:
        raise TooLargeError("a list becomes too large to evaluate")
    return TerraformList(parts)


@function("string")
def strrev(text: str) -> object:
    """The text backwards."""
    return "".join(reversed(graphemes(text)))


@function("string number number")
def substr(text: str, offset: numbers.Number, length: numbers.Number) -> object:
    """A part of the text by characters; a negative offset counts from the end, a length of -1 takes the rest."""
    if not isinstance(offset, int) or not isinstance(length, int):
        raise EvaluationError("offset and length must be whole numbers")
    if not (-_LARGEST <= offset < _LARGEST and -_LARGEST <= length < _LARGEST):
        raise EvaluationError("offset or length is too large")
    chars = graphemes(text)
    if offset < 0:
        offset = max(offset + len(chars), 0)
        length = length or -1  # Terraform takes the rest when it counts from the end
    if length == 0:
        return ""
    end = len(chars) if length < 0 else offset + length
    return "".join(chars[offset:end])


@function("string string")
def trim(text: str, characters: str) -> object:
    """The text without any of the characters at either end."""
    return text.strip(characters) if characters else text


@function("string string")
def trimprefix(text: str, start: str) -> object:
    """The text without that beginning."""
    return text.removeprefix(start)


@function("string string")
def trimsuffix(text: str, end: str) -> object:
    """The text without that end."""
    return text.removesuffix(end)


@function("string")
def trimspace(text: str) -> object:
    """The text without white space at either end."""
    return text.strip(_SPACE)
