"""Functions that convert between types, or only mark a value."""

from __future__ import annotations

from sumptuary.sources.terraform.conversion import convert
from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.value_types import Type

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


def _as_it_is(name: str) -> None:
    @function("any!", name=name, sees="parts")
    def run(value: object) -> object:
        return value

    del run


_as_it_is("sensitive")
_as_it_is("nonsensitive")
_as_it_is("ephemeralasnull")


@function("any!", sees="all")
def issensitive(value: object) -> object:
    """Not told here: sensitivity is not followed through expressions."""
    from sumptuary.values import Unknown

    del value
    return Unknown("whether a value is sensitive is known when Terraform runs")
