"""JSON and YAML, read and written as Terraform does."""

from __future__ import annotations

from decimal import Decimal

from sumptuary.sources.terraform import numbers
from sumptuary.sources.terraform.functions.formatting import json_string
from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError
from sumptuary.values import Unknown

FUNCTIONS = Table()
function = FUNCTIONS.function
_MOST_NODES = 200_000


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
    if isinstance(value, dict):
        return "{" + ",".join(f"{json_string(key)}:{json_text(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
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
    return decoded


def _refused(name: str) -> object:
    raise EvaluationError(f"{name} is not JSON")


@function("string")
def yamldecode(text: str) -> object:
    """The value that one YAML document stands for."""
    from sumptuary.sources.terraform.functions.yaml_values import decode

    return decode(text, _MOST_NODES)


@function("any!")
def yamlencode(value: object) -> object:
    """The value in YAML, block style, strings in quotes."""
    return "".join(f"{line}\n" for line in _yaml(value))


def _yaml(value: object) -> list[str]:
    if isinstance(value, dict) and value:
        lines: list[str] = []
        for key in sorted(value):
            lines += _yaml_pair(json_string_yaml(key), value[key])
        return lines
    if isinstance(value, list) and value:
        lines = []
        for item in value:
            first, *more = _yaml(item)
            lines += [f"- {first}", *(f"  {line}" if line else "" for line in more)]
        return lines
    if isinstance(value, str) and "\n" in value and _can_be_block(value):
        mark = "|" if value.endswith("\n") else "|-"
        return [mark, *value.removesuffix("\n").split("\n")]
    return [json_string_yaml(value) if isinstance(value, str) else json_text(value)]


def _yaml_pair(label: str, item: object) -> list[str]:
    inner = _yaml(item)
    if isinstance(item, dict) and item:
        return [f"{label}:", *(f"  {line}" if line else "" for line in inner)]
    if isinstance(item, list) and item:
        return [f"{label}:", *inner]
    return [f"{label}: {inner[0]}", *(f"  {line}" if line else "" for line in inner[1:])]


def _can_be_block(text: str) -> bool:
    return not text.startswith((" ", "\n")) and not text.endswith("\n\n") and "\r" not in text


def json_string_yaml(text: str) -> str:
    """A string in YAML's double quotes; YAML needs no escape for ``<``, ``>`` and ``&``."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    for char, escape in (("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        escaped = escaped.replace(char, escape)
    return f'"{escaped}"'


__all__ = ["FUNCTIONS", "Unknown", "json_text"]
