"""Values that Terraform has and Python does not: sets, and objects whose attributes are computed when asked for."""

from __future__ import annotations

from sumptuary.values import Unknown


class EvaluationError(Exception):
    """An expression that Terraform would refuse; ``try`` and ``can`` tell it from an unknown value."""


class TerraformSet(list[object]):
    """A set: unique elements in Terraform's order (strings and numbers sorted)."""

    __slots__ = ()


class Lazy:
    """An object whose attributes are computed on demand: ``var``, ``local``, a module's outputs, a resource."""

    __slots__ = ()

    def attribute(self, name: str) -> object:
        """The value of one attribute; Unknown where it cannot be told.

        Raises:
            EvaluationError: there is no such attribute.
        """
        raise NotImplementedError

    def whole(self) -> object:
        """The object as a plain value."""
        return Unknown("this object cannot be used as a whole here")


def settled(value: object) -> object:
    """The value itself, with a lazy object made a plain one."""
    return value.whole() if isinstance(value, Lazy) else value
