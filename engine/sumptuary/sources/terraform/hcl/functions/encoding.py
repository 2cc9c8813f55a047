"""Functions that encode and decode: JSON, YAML, CSV, base64, URLs."""

from __future__ import annotations

import base64
import json
from decimal import Decimal

from sumptuary.sources.terraform.hcl.lazy import EvaluationError
from sumptuary.sources.terraform.hcl.operators import string, tidy
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def jsonencode(value: object) -> str:
    """JSON as Terraform writes it: no spaces, keys in order, ``<``, ``>`` and ``&`` escaped."""
    if value is None:
        return "null"
    if isinstance(value, str):
        quoted = json.dumps(value, ensure_ascii=False)
        for character, escape in _HTML.items():
            quoted = quoted.replace(character, escape)
        return quoted
    if isinstance(value, (bool, int, Decimal)):
        return string(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{jsonencode(key)}:{jsonencode(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(jsonencode(item) for item in value) + "]"
    raise EvaluationError("the value has no form in JSON")


def _jsondecode(text: object) -> object:
    try:
        return json.loads(string(text), parse_float=lambda digits: tidy(Decimal(digits)))
    except (ValueError, RecursionError) as error:
        raise EvaluationError("the text is not JSON") from error


def _yamldecode(text: object) -> object:
    from sumptuary.yaml_lines import read

    result = read(string(text).encode())
    if result.problems:
        if any(word in result.problems[0].message for word in ("anchor", "alias", "tag", "deep", "large", "nodes")):
            return Unknown(f"yamldecode(): {result.problems[0].message}")
        raise EvaluationError("the text is not YAML")
    if len(result.documents) != 1:
        return None
    return _exact(result.documents[0].value)


def _exact(value: object) -> object:
    if isinstance(value, float):
        return tidy(Decimal(repr(value)))
    if isinstance(value, dict):
        return {str(key): _exact(item) for key, item in value.items()}
    return [_exact(item) for item in value] if isinstance(value, list) else value


def _yamlencode(value: object) -> object:
    return "".join(f"{line}\n" for line in _yaml(value))


def _yaml(value: object) -> list[str]:
    if isinstance(value, dict) and value:
        lines: list[str] = []
        for key in sorted(value):
            item, label = value[key], jsonencode(key)
            inner = _yaml(item)
            if isinstance(item, dict) and item:
                lines += [f"{label}:", *(f"  {line}" for line in inner)]
            elif isinstance(item, list) and item:
                lines += [f"{label}:", *inner]
            else:
                lines += [f"{label}: {inner[0]}", *(f"  {line}" for line in inner[1:])]
        return lines
    if isinstance(value, list) and value:
        lines = []
        for item in value:
            first, *more = _yaml(item)
            lines += [f"- {first}", *(f"  {line}" for line in more)]
        return lines
    if isinstance(value, str) and "\n" in value:
        mark = "|" if value.endswith("\n") else "|-"
        return [mark, *value.removesuffix("\n").split("\n")]
    return [{"{}": "{}", "[]": "[]"}.get(jsonencode(value), jsonencode(value))]


def _csvdecode(text: object) -> object:
    import csv

    rows = list(csv.reader(string(text).splitlines()))
    if not rows:
        raise EvaluationError("the text has no header line")
    header, *records = rows
    return [dict(zip(header, record, strict=True)) for record in records if record]


def _base64decode(text: object) -> object:
    try:
        return base64.b64decode(string(text), validate=True).decode()
    except UnicodeDecodeError as error:
        raise EvaluationError("what it decodes to is not UTF-8") from error


def _text_in(encode: Callable[[str, str], object]) -> Callable[..., object]:
    def run(text: object, encoding: object) -> object:
        name = string(encoding).lower()
        name = {"utf-16": "utf-16-be"}.get(name, name)
        try:
            return encode(string(text), name)
        except LookupError as error:
            raise EvaluationError(f"there is no encoding {name!r}") from error

    return run


def _encode(text: object) -> str:
    return base64.b64encode(string(text).encode()).decode()


def _url(text: object) -> object:
    from urllib.parse import quote_plus

    return quote_plus(string(text), safe="~-_.").replace("%7E", "~")


def _unurl(text: object) -> object:
    from urllib.parse import unquote_plus

    return unquote_plus(string(text))


FUNCTIONS: dict[str, Callable[..., object]] = {
    "base64decode": _base64decode,
    "base64encode": _encode,
    "base64gzip": lambda text: Unknown("base64gzip(): its bytes depend on Terraform's own compression"),
    "csvdecode": _csvdecode,
    "jsondecode": _jsondecode,
    "jsonencode": jsonencode,
    "textdecodebase64": _text_in(lambda text, name: base64.b64decode(text).decode(name)),
    "textencodebase64": _text_in(lambda text, name: base64.b64encode(text.encode(name)).decode()),
    "urldecode": _unurl,
    "urlencode": _url,
    "yamldecode": _yamldecode,
    "yamlencode": _yamlencode,
}
