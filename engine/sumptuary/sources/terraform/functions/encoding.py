"""Functions that encode text: base64, URLs, CSV."""

from __future__ import annotations

import base64
import binascii
import re

from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.lazy import TerraformList
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError
from sumptuary.values import Unknown

FUNCTIONS = Table()
function = FUNCTIONS.function


@function("string")
def base64encode(text: str) -> object:
    """The text's UTF-8 in base64."""
    return base64.b64encode(text.encode()).decode()


def decoded(text: str) -> bytes:
    """The bytes that base64 stands for. Raises EvaluationError."""
    try:
        return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise EvaluationError("the text is not base64") from error


@function("string")
def base64decode(text: str) -> object:
    """The UTF-8 text that base64 stands for."""
    try:
        return decoded(text).decode()
    except UnicodeDecodeError as error:
        raise EvaluationError("what is decoded is not UTF-8 text") from error


@function("string")
def base64gzip(text: str) -> object:
    """Not told: the same text can be compressed into many different bytes."""
    del text
    return Unknown(
        "base64gzip() gives the very bytes that the compressor inside Terraform makes; another one makes others",
        ("base64gzip()",),
    )


_ENCODINGS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16-be",
    "utf-16be": "utf-16-be",
    "macintosh": "mac-roman",
    "utf-16le": "utf-16-le",
}


_REGISTERED = re.compile(
    "utf-8|utf-16(?:be|le)?|us-ascii|iso[-_]8859-(?:[1-9]|1[03456])|l(?:atin)?(?:[1-68]|10)|windows-125[0-8]|koi8-r"
    "|macintosh|big5|gbk|gb18030|hz-gb-2312|euc-jp|euc-kr|iso-2022-jp|shift_jis|(?:ibm|cp)?(?:437|850|852|855|86[02356])|ibm037"
)
"""The names by which Terraform knows encodings that Python knows too, without the aliases that nobody writes."""


def _codec(name: str) -> str:
    import codecs

    try:
        codec = codecs.lookup(_ENCODINGS.get(name.lower(), name)).name
    except (LookupError, ValueError) as error:
        raise EvaluationError(f"there is no encoding {name[:30]!r}") from error
    if _REGISTERED.fullmatch(name.lower()) is None:
        raise TooLargeError(f"whether Terraform knows the encoding {name[:30]!r} is not known here")
    return codec


@function("string string")
def textencodebase64(text: str, encoding: str) -> object:
    """The text in an encoding, in base64."""
    try:
        mark = b"\xfe\xff" if encoding.lower() == "utf-16" else b""
        return base64.b64encode(mark + text.encode(_codec(encoding))).decode()
    except (UnicodeError, LookupError) as error:
        raise EvaluationError(f"the text cannot be written in {encoding[:30]}") from error


@function("string string")
def textdecodebase64(text: str, encoding: str) -> object:
    """The text that base64 stands for in an encoding."""
    try:
        content = decoded(text)
        if encoding.lower() == "utf-16" and content[:2] in (b"\xfe\xff", b"\xff\xfe"):
            return content.decode("utf-16")
        return content.decode(_codec(encoding))
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
    if text.count("\n") > 100_000:
        raise TooLargeError("the CSV is too large to evaluate")
    rows = _rows(text.replace("\r\n", "\n").removesuffix("\r"))
    if not rows:
        raise EvaluationError("the CSV has no header line")
    header = rows[0]
    if len(set(header)) != len(header):
        raise EvaluationError("two columns of the CSV have the same name")
    if any(len(row) != len(header) for row in rows):
        raise EvaluationError("a line of the CSV has another number of fields than its header")
    return TerraformList(dict(zip(header, row, strict=True)) for row in rows[1:])


_FIELD = re.compile(r'"((?:[^"]|"")*)"(?=[,\n]|\Z)|([^",\n]*)(?=[,\n]|\Z)')


def _rows(text: str) -> list[list[str]]:
    """The fields line by line, as Go's reader takes them: quotes only around a whole field, empty lines left out."""
    rows: list[list[str]] = []
    row: list[str] = []
    position = 0
    while position < len(text):
        if not row and text[position] == "\n":
            position += 1
            continue
        found = _FIELD.match(text, position)
        if found is None:
            raise EvaluationError("the text is not CSV: a quote stands where none may")
        row.append(found[2] if found[1] is None else found[1].replace('""', '"'))
        position = found.end() + 1
        if found.end() == len(text) or text[found.end()] == "\n":
            rows.append(row)
            row = []
    if row:
        rows.append([*row, ""])
    return rows
