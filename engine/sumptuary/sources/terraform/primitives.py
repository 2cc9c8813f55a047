"""Strings, numbers and bools: how each becomes another, and what a value is called in a message."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

from sumptuary.sources.terraform import numbers
from sumptuary.sources.terraform.lazy import TerraformSet
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.values import is_list


def named(value: object) -> str:
    """What kind of value this is, in words for a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, (int, Decimal)):
        return "number"
    if isinstance(value, TerraformSet):
        return "set"
    if is_list(value):
        return "list"
    return "object"


def to_string(value: object) -> str:
    """A string, number or bool as text. Raises EvaluationError for the rest."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return numbers.text(value)
    raise EvaluationError(f"a string is required, not {named(value)}")


def to_number(value: object) -> int | Decimal:
    """A number, or text that is one. Raises EvaluationError for the rest."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value and value.strip() == value and value.isascii() and "_" not in value:
        return numbers.number_literal(value)
    raise EvaluationError(f"a number is required, not {named(value)}")


def to_bool(value: object) -> bool:
    """A bool, or the text of one. Raises EvaluationError for the rest."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("true", "1"):
        return True
    if isinstance(value, str) and value in ("false", "0"):
        return False
    raise EvaluationError(f"a bool is required, not {named(value)}")


def elements(value: object, wanted: str) -> list[object]:
    """The elements of a list, tuple or set. Raises EvaluationError for anything else."""
    if is_list(value):
        return value
    raise EvaluationError(f"a {wanted} is required, not {named(value)}")


def normalised(text: str) -> str:
    """A string in Unicode's composed form, as Terraform keeps all of them."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)
