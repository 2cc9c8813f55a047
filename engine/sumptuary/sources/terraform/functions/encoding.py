"""Functions that encode text: base64, URLs, CSV."""

from __future__ import annotations

import base64
import binascii

from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.values import Unknown

FUNCTIONS = Table()
function = FUNCTIONS.function


@function("string")
def base64encode(text: str) -> object:
    """The text's UTF-8 in base64."""
    return base64.b64encode(text.encode()).decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise EvaluationError("the text is not base64") from error


@function("string")
def base64decode(text: str) -> object:
    """The UTF-8 text that base64 stands for."""
    try:
        return _decoded(text).decode()
    except UnicodeDecodeError as error:
        raise EvaluationError("what is decoded is not UTF-8 text") from error


@function("string")
def base64gzip(text: str) -> object:
    """Not told: the bytes depend on the compressor that Terraform was built with."""
    del text
    return Unknown("base64gzip() depends on the compression inside Terraform", ("base64gzip()",))


_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16-be",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
}


def _codec(name: str) -> str:
    import codecs

    try:
        return codecs.lookup(_ENCODINGS.get(name.lower(), name)).name
    except (LookupError, ValueError) as error:
        raise EvaluationError(f"there is no encoding {name[:30]!r}") from error


@function("string string")
def textencodebase64(text: str, encoding: str) -> object:
    """The text in an encoding, in base64."""
    try:
        return base64.b64encode(text.encode(_codec(encoding))).decode()
    except (UnicodeError, LookupError) as error:
        raise EvaluationError(f"the text cannot be written in {encoding[:30]}") from error


@function("string string")
def textdecodebase64(text: str, encoding: str) -> object:
    """The text that base64 stands for in an encoding."""
    try:
        return _decoded(text).decode(_codec(encoding))
    except (UnicodeError, LookupError) as error:
        raise EvaluationError(f"what is decoded is not {encoding[:30]} text") from error


@function("string")
def urlencode(text: str) -> object:
    """The text as part of a URL's query."""
    from urllib.parse import quote_plus

    return quote_plus(text, safe="")


@function("string")
def csvdecode(text: str) -> object:
    """A map for each line of CSV, by the names in the first."""
    import csv
    import io

    if text.count("\n") > 100_000:
        return Unknown("the CSV is too large to evaluate")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise EvaluationError(f"the text is not CSV: {error}") from error
    rows = [row for row in rows if row]
    if not rows:
        raise EvaluationError("the CSV has no header line")
    header = rows[0]
    if len(set(header)) != len(header):
        raise EvaluationError("two columns of the CSV have the same name")
    if any(len(row) != len(header) for row in rows):
        raise EvaluationError("a line of the CSV has another number of fields than its header")
    return [dict(zip(header, row, strict=True)) for row in rows[1:]]
