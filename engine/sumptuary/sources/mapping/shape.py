"""What a resource type means: which of its attributes are the SKU, the count, the size; one record a type."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from sumptuary.model import Compute, Resource, Storage
from sumptuary.values import ABSENT, Absent, Unknown, is_list

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    class Peers(Protocol):
        """The other resources of the same module instance, found by address."""

        def get(self, address: str) -> Resource | None:
            """The resource at an address, or None."""
            ...


@dataclass(slots=True, eq=False, repr=False)
class Shape:
    """How to read one resource type. Paths are dotted attribute paths; empty is not there.

    ``sku`` may name a list: its first element is the SKU, the others alternatives. ``defaults`` are the provider's
    documented values for paths that are not set. ``purpose`` is what the type is for by its nature. ``purchase``
    maps the value at ``purchase_path`` to a purchase option. ``fixed_size`` says that the count is one.
    ``further`` is code for what a table cannot say; it runs after the table was applied.
    """

    kind: str
    sku: str = ""
    minimum: str = ""
    desired: str = ""
    maximum: str = ""
    purchase_path: str = ""
    purchase: Mapping[object, str] = field(default_factory=dict[object, str])
    purchase_default: str = "on-demand"
    size: str = ""
    storage_type: str = ""
    iops: str = ""
    throughput: str = ""
    deadline: str = ""
    purpose: str = ""
    defaults: Mapping[str, object] = field(default_factory=dict[str, object])
    further: Callable[[Resource, Peers], None] | None = None


def fill(resource: Resource, shape: Shape, peers: Peers) -> None:
    """Set a resource's kind and facets from its attributes, by the record of its type."""
    resource.kind = shape.kind
    if shape.sku:
        resource.compute = _compute(resource, shape)
    if shape.size or shape.storage_type:
        resource.storage = _storage(resource, shape)
    if shape.deadline:
        resource.lifetime.deadline_seconds = whole(at(resource, shape, shape.deadline))
    if shape.purpose:
        resource.workload.purpose = shape.purpose
        resource.workload.evidence = f"it is {_article(resource.type)} {resource.type}"
    if shape.further is not None:
        shape.further(resource, peers)


def _article(word: str) -> str:
    return "an" if word[:1] in "aeiou" else "a"


def at(resource: Resource, shape: Shape, path: str) -> object:
    """The value at a path, or the provider's default where it is not set; ABSENT where there is neither."""
    value = resource.attribute(path) if path else ABSENT
    return shape.defaults.get(path, ABSENT) if isinstance(value, Absent) else value


def _compute(resource: Resource, shape: Shape) -> Compute:
    first, others = several(at(resource, shape, shape.sku))
    return Compute(
        sku=first,
        alternatives=others,
        minimum=whole(at(resource, shape, shape.minimum)),
        desired=whole(at(resource, shape, shape.desired)),
        maximum=whole(at(resource, shape, shape.maximum)),
        purchase_option=_purchase(resource, shape),
        sku_attribute=shape.sku,
        purchase_attribute=shape.purchase_path,
        count_attribute=shape.desired or shape.minimum,
    )


def _purchase(resource: Resource, shape: Shape) -> str | Unknown:
    value = at(resource, shape, shape.purchase_path)
    if isinstance(value, Unknown):
        return value
    key = value.lower() if isinstance(value, str) else value
    return shape.purchase_default if isinstance(key, (Absent, dict, list)) else shape.purchase.get(key, "on-demand")


def _storage(resource: Resource, shape: Shape) -> Storage:
    return Storage(
        size_gib=whole(at(resource, shape, shape.size)),
        type=text(at(resource, shape, shape.storage_type)),
        iops=whole(at(resource, shape, shape.iops)),
        throughput_mibps=whole(at(resource, shape, shape.throughput)),
    )


def text(value: object) -> str | Unknown | None:
    """A string, unknown, or None for anything else."""
    return value if isinstance(value, (str, Unknown)) and value != "" else None


def whole(value: object) -> int | Unknown | None:
    """A whole number (also when written as a string), unknown, or None for anything else."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, str):
        return int(value) if value.isdecimal() and len(value) < 20 else None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    return int(value) if value == value // 1 else None


def several(value: object) -> tuple[str | Unknown | None, tuple[str, ...]]:
    """The first of one or many names, and the others."""
    if is_list(value):
        if not value:
            return None, ()
        names = [item for item in value[1:] if isinstance(item, str)]
        return text(value[0]), tuple(names)
    return text(value), ()


def mapped(resource: Resource, peers: Peers) -> Resource:
    """A related resource with its facets set: it may stand further down in the file than the one that asks."""
    if resource.compute is None:
        from sumptuary.sources.mapping import apply

        apply(resource, peers)
    return resource


class Nobody:
    """Peers of a resource that stands alone."""

    def get(self, address: str) -> Resource | None:
        """Nothing."""
        return None
