"""The compiled bundle: validated laws kept as JSON in the user's cache, so that a hook validates nothing twice."""

from __future__ import annotations

from sumptuary.policy.compiled import Laws
from sumptuary.policy.places import Repository, Root


def laws(given: list[Root], repository: Repository, *, cache: bool = True) -> Laws:
    """The laws of these documents."""
    from sumptuary.policy.gather import gather

    return gather(given, repository).laws
