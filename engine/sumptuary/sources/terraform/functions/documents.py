"""JSON and YAML, read and written as Terraform does."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from sumptuary.sources.terraform import numbers
from sumptuary.sources.terraform.functions.formatting import json_string
from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.primitives import normalised
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError
from sumptuary.values import is_list, is_map

FUNCTIONS = Table()
function = FUNCTIONS.function
_LONE = re.compile("[\ud800-\udfff]")
_MOST_NODES = 200_000
_LARGEST_KEPT = 100_000
"""Characters of a YAML text whose value is kept for the next that asks; nothing ever changes a value in place."""


def json_text(value: object) -> str:
    """A value in JSON: no spaces, keys in order, ``<``, ``>`` and ``&`` escaped."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return json_string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return numbers.text(value)
    if is_map(value):
        return "{" + ",".join(f"{json_string(key)}:{json_text(value[key])}" for key in sorted(value)) + "}"
    if is_list(value):
        return "[" + ",".join(json_text(item) for item in value) + "]"
    raise EvaluationError("the value has no form in JSON")


@function("any!")
def jsonencode(value: object) -> object:
    """The value in JSON."""
    return json_text(value)


@function("string")
def jsondecode(text: str) -> object:
    """The value that JSON stands for."""
    import json

    try:
        decoded: object = json.loads(
            text, parse_float=numbers.number_literal, parse_int=numbers.number_literal, parse_constant=_refused
        )
    except RecursionError as error:
        raise TooLargeError("the JSON is nested too deeply to evaluate") from error
    except ValueError as error:
        raise EvaluationError("the text is not JSON") from error
    return decoded if text.isascii() and "\\u" not in text else _composed(decoded)


def _composed(value: object) -> object:
    """The value with its strings as Terraform keeps them. Raises EvaluationError for a key that is not kept so."""
    if isinstance(value, str):
        return normalised(_LONE.sub("\ufffd", value))
    if is_list(value):
        return [_composed(item) for item in value]
    if is_map(value):
        kept = {_LONE.sub("\ufffd", key): _composed(item) for key, item in value.items()}
        if any(normalised(key) != key for key in kept):
            raise EvaluationError("a key of the JSON is not in Unicode's composed form")
        return kept
    return value


def _refused(name: str) -> object:
    raise EvaluationError(f"{name} is not JSON")


@function("string")
def yamldecode(text: str) -> object:
    """The value that one YAML document stands for. A file is decoded once, however many modules read it."""
    from sumptuary.sources.terraform.functions.yaml_values import decode

    return _decoded(text) if len(text) <= _LARGEST_KEPT else decode(text, _MOST_NODES)


@lru_cache(maxsize=64)
def _decoded(text: str) -> object:
    from sumptuary.sources.terraform.functions.yaml_values import decode

    return decode(text, _MOST_NODES)


@function("any!")
def yamlencode(value: object) -> object:
    """The value in YAML."""
    from sumptuary.sources.terraform.functions.yaml_writing import encode

    return encode(value)
