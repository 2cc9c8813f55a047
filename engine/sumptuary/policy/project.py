"""A project document as a run uses it: its facts by name, its paths absolute. Only for an uncached run."""

from __future__ import annotations

import os

from sumptuary.policy import compiled, documents
from sumptuary.policy.compile import Entry, place_of
from sumptuary.policy.places import Repository


def settings_of(entry: Entry, model: documents.Project, repository: Repository) -> compiled.Project:
    """The project as the run uses it; its paths relative to its document made absolute."""
    spec = model.spec
    directory = os.path.dirname(os.path.abspath(entry.file))

    def path(name: str) -> str:
        return os.path.normpath(os.path.join(repository.beside(directory, name), name)) if name else ""

    def paths(given: str | list[str]) -> tuple[str, ...]:
        return tuple(path(name) for name in ([given] if isinstance(given, str) else given))

    facts = {fact: tuple(names) for fact, names in spec.facts.items()}
    if spec.environments.from_:
        facts["environment"] = tuple(name.removeprefix("tag:") for name in spec.environments.from_)
    if spec.teams.from_:
        facts["team"] = tuple(name.removeprefix("tag:") for name in spec.teams.from_)
    return compiled.Project(
        name=model.metadata.name,
        place=place_of(entry),
        context={
            name: {key: value for key, value in (("region", given.region), ("provider", given.provider)) if value}
            for name, given in spec.context.items()
        },
        node_types={
            node if isinstance(node, str) else node.type: "" if isinstance(node, str) else node.capacity or ""
            for given in spec.context.values()
            for node in given.node_types
        },
        facts={str(fact): names for fact, names in facts.items()},
        environments=dict(spec.environments.infer),
        exclude=tuple(spec.exclude),
        commitments=paths(spec.commitments),
        prices=paths(spec.prices),
        profiles=dict(spec.profiles),
        signers=path(spec.signers),
        teams=dict(spec.teams.infer),
        baseline=path(spec.baseline),
        currency=_currency(spec.currency) if spec.currency is not None else {},
    )


def _currency(given: documents.Currency) -> dict[str, str]:
    return {"code": given.code, "rate": given.rate, "as_of": given.as_of.isoformat(), "source": given.source}
