"""Functions that convert between types, or only mark a value."""

from __future__ import annotations

from sumptuary.sources.terraform.conversion import convert
from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.value_types import Type
from sumptuary.values import Unknown

FUNCTIONS = Table()
function = FUNCTIONS.function
_ANY = Type("any")


def _cast(name: str, to: Type) -> None:
    @function("any!", name=name, sees="parts")
    def run(value: object) -> object:
        return convert(value, to)

    del run


_cast("tostring", Type("string"))
_cast("tonumber", Type("number"))
_cast("tobool", Type("bool"))
_cast("tolist", Type("list", _ANY))
_cast("toset", Type("set", _ANY))
_cast("tomap", Type("map", _ANY))


class Sensitive(Unknown):
    """A value that ``sensitive()`` marks: its text is dropped here, so that no output can have it.

    What is computed from it is this same unknown, and as sensitive as Terraform has it. The value is not kept for
    ``nonsensitive()``, which could not tell it from what was computed of it since.
    """

    __slots__ = ()


@function("any!", sees="all")
def sensitive(value: object) -> object:
    """Not known to any rule; where it was not known before, for the reason that it had."""
    if isinstance(value, Unknown):
        return Sensitive(value.reason, value.depends_on)
    return Sensitive("what sensitive() marks is sensitive")


@function("any!", sees="all")
def nonsensitive(value: object) -> object:
    """The value as it is: one that was sensitive stays unknown, but is no longer called so."""
    return Unknown(value.reason, value.depends_on) if isinstance(value, Sensitive) else value


@function("any!", sees="parts")
def ephemeralasnull(value: object) -> object:
    """The value as it is; one that is ephemeral is unknown."""
    return value


@function("any!", sees="all")
def issensitive(value: object) -> object:
    """True for what ``sensitive()`` marks. Other values can be sensitive by their provider's word, not told here."""
    return isinstance(value, Sensitive) or Unknown("whether a value is sensitive is known when Terraform runs")
