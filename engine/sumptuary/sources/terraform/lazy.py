"""Values that are computed on demand, and the collection types that a bare list or dict does not tell."""

from __future__ import annotations

from sumptuary.values import PartialMap, Unknown, is_list, is_map


class Lazy:
    """An object whose attributes are computed when they are asked for: ``var``, ``local``, a resource instance."""

    __slots__ = ()

    def attribute(self, name: str) -> object:
        """The value of one attribute, Unknown with its reason where it cannot be told."""
        raise NotImplementedError

    def whole(self) -> object:
        """The object as a plain value (dict or PartialMap), for when it is used as one."""
        raise NotImplementedError


class TerraformList(list[object]):
    """A list, whose elements have one type; a tuple is a bare Python list. Terraform never calls the two equal."""

    __slots__ = ("element",)

    element: object


class TerraformMap(dict[str, object]):
    """A map, whose elements have one type; an object is a bare dict. Terraform never calls the two equal."""

    __slots__ = ("element",)

    element: object


class TerraformSet(list[object]):
    """A Terraform set: unique elements in Terraform's own order. Build it with ``conversion.to_set``."""

    __slots__ = ("element",)

    element: object


def settled(value: object) -> object:
    """A value without laziness: a Lazy, or a list or map of Lazy instances, becomes plain."""
    if isinstance(value, Lazy):
        return value.whole()
    if is_list(value):
        if value and isinstance(value[0], Lazy):
            return [settled(item) for item in value]
        return value
    if is_map(value) and value:
        for item in value.values():
            if not isinstance(item, Lazy):
                return value
            break
        else:
            return value
        plain = {key: settled(item) for key, item in value.items()}
        return PartialMap(plain, value.rest) if isinstance(value, PartialMap) else plain
    return value


def why_unknown(values: list[object]) -> Unknown | None:
    """The joined reason of the unknown values among some, looked for on the surface only; None when there is none."""
    found: Unknown | None = None
    for value in values:
        if isinstance(value, Unknown):
            found = value if found is None else found.joined(value)
    return found
