"""Hands a resource to the facet mapping; a fault there costs that resource's facets, not the run."""

from __future__ import annotations

from sumptuary.sources.mapping import apply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.coverage import Coverage
    from sumptuary.model import Resource
    from sumptuary.sources.mapping.shape import Peers


def fill(resource: Resource, peers: Peers, coverage: Coverage) -> None:
    """Set kind, facets and taggability. A fault of ours goes into the ledger, under the resource's line."""
    try:
        apply(resource, peers)
    except Exception as fault:
        place = resource.origin.place
        message = f"{resource.address} could not be understood ({type(fault).__name__}: {fault}); please report it"
        coverage.fail(place.path if place else resource.origin.root, place.line if place else 0, message)
