"""Persistent volume claims: how much storage, of which class."""

from __future__ import annotations

from sumptuary.model import Resource, Storage
from sumptuary.sources.kubernetes.objects import Object, settled
from sumptuary.sources.kubernetes.quantities import GIB, quantity
from sumptuary.values import Unknown


def fill_claim(resource: Resource, declared: Object) -> None:
    """Set the facets of a claim. What its storage class is made of stands in the cluster, so its price is not known."""
    size = quantity(declared.at("spec.resources.requests.storage"))
    name = settled(declared.at("spec.storageClassName"))
    told = name.reason if isinstance(name, Unknown) else name or "the cluster's default"
    resource.kind = "storage.volume"
    resource.storage = Storage(
        size_gib=size if isinstance(size, Unknown) or size is None else float(size / GIB),
        type=Unknown(f"its storage class is {told}, and what that is made of is the cluster's own setting"),
    )
