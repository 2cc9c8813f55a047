"""Functions that OpenTofu has and Terraform has not (opentofu.org/docs/language/functions, 1.13)."""

from __future__ import annotations

import zlib
from urllib.parse import unquote_plus

from sumptuary.sources.terraform.functions.encoding import decoded
from sumptuary.sources.terraform.functions.network import network_of
from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.operators import equals
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError
from sumptuary.values import Unknown, is_list, is_map

FUNCTIONS = Table()
function = FUNCTIONS.function
_LARGEST_TEXT = 1_000_000
"""Bytes that a text may unpack to: a few bytes can stand for gigabytes."""
_GZIP = zlib.MAX_WBITS | 16
_HEX = frozenset("0123456789abcdefABCDEF")


@function("string")
def base64gunzip(text: str) -> object:
    """The text that was compressed and put into base64."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        content = unpacker.decompress(decoded(text), _LARGEST_TEXT)
    except zlib.error as error:
        raise EvaluationError("what is decoded is not compressed by gzip") from error
    if unpacker.unconsumed_tail:
        raise TooLargeError(f"base64gunzip() unpacks to more than {_LARGEST_TEXT:,} bytes")
    if not unpacker.eof:
        raise EvaluationError("what is decoded is cut short")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise EvaluationError("what is unpacked is not UTF-8 text") from error


@function("string")
def urldecode(text: str) -> object:
    """The text that a query of a URL stands for."""
    for piece in text.split("%")[1:]:
        if len(piece) < 2 or not _HEX.issuperset(piece[:2]):
            raise EvaluationError("the text is not encoded for URLs")
    try:
        return unquote_plus(text, errors="strict")
    except UnicodeDecodeError as error:
        raise EvaluationError("what is decoded is not UTF-8 text") from error


@function("string string")
def cidrcontains(prefix: str, inner: str) -> object:
    """Whether an address, or a whole prefix, lies in a prefix."""
    outer = network_of(prefix)
    within = network_of(inner if "/" in inner else f"{inner}/{128 if ':' in inner else 32}")
    if outer.version != within.version:
        raise EvaluationError(f"{prefix} and {inner} are of different address families")
    first, last = int(within.network_address), int(within.broadcast_address)
    return int(outer.network_address) <= first and last <= int(outer.broadcast_address)


@function("any! any!", sees="all")
def assumeequal(actual: object, assumed: object) -> object:
    """The value that another one is assumed to be; where both are known they must be equal."""
    if not isinstance(actual, Unknown) and equals(actual, assumed) is False:
        raise EvaluationError("the value is not the one that is assumed")
    return assumed


@function("any!", sees="all")
def assumenotnull(value: object) -> object:
    """A value that is assumed not to be null."""
    if value is None:
        raise EvaluationError("the value is assumed not to be null")
    return value


@function("string string")
def assumestringprefix(text: str, prefix: str) -> object:
    """A text that is assumed to begin with another."""
    if not text.startswith(prefix):
        raise EvaluationError(f"the text is assumed to begin with {prefix!r}")
    return text


def _of_length(kind: str, bound: str) -> None:
    @function("any number", name=f"assume{kind}length{bound}", sees="parts")
    def run(value: object, number: int) -> object:
        length = len(value) if is_list(value) or is_map(value) else -1
        fits = length <= number if bound == "max" else length >= number if bound == "min" else length == number
        if not fits:
            raise EvaluationError(f"the {kind} is not of the length that is assumed")
        return value

    del run


for _kind in ("list", "map", "set"):
    for _bound in ("", "max", "min"):
        _of_length(_kind, _bound)
