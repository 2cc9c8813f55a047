"""A project's settings, applied to what was read: what is left out, and what holds where nothing is said."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase

from sumptuary.placement import Cluster
from sumptuary.reports.ledger import plural
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from sumptuary.coverage import Coverage
    from sumptuary.model import Resource
    from sumptuary.policy.compiled import Project

FAMILIES = {"google": "gcp", "azurerm": "azure"}
"""Providers by the names that documents give them."""


class Settings:
    """A project's settings, applied. Globs are over paths relative to the project document, with ``/``."""

    def __init__(self, project: Project, coverage: Coverage) -> None:
        self.project = project
        self.coverage = coverage
        self.base = os.path.dirname(os.path.abspath(project.place.path)) if project.place is not None else os.getcwd()
        self.left_out = 0
        self.inferred: dict[tuple[str, str, str], int] = {}

    def excludes(self, resource: Resource) -> bool:
        """Whether it is not to be judged, by its own file or its root module; it is counted then."""
        if not self.project.exclude:
            return False
        origin = resource.origin
        paths = [origin.root, *((origin.place.path,) if origin.place is not None else ())]
        excluded = any(self._excluded(path) for path in paths if path)
        self.left_out += excluded
        return excluded

    def complete(self, resource: Resource) -> None:
        """Fill in the region of the project's context, and the environment and team that its directory tells."""
        if _is_unsaid(resource.region):
            provider = FAMILIES.get(resource.provider, resource.provider)
            resource.region = self.project.context.get(provider, {}).get("region") or resource.region
        if resource.environment is None and self.project.environments:
            resource.environment = self._inferred(resource, "environment", self.project.environments)
        if resource.team is None and self.project.teams:
            resource.team = self._inferred(resource, "team", self.project.teams)

    def _inferred(self, resource: Resource, fact: str, patterns: Mapping[str, str]) -> str | None:
        """What the directory of a resource tells, by the first pattern that matches it; how it was told is kept."""
        if resource.origin.uri:
            return None
        place = self._relative(resource.origin.root or ".")
        directory = f"/{place}/"
        for value, pattern in patterns.items():
            if fnmatchcase(directory, pattern) or fnmatchcase(directory[1:], pattern):
                resource.inferred = {**(resource.inferred or {}), fact: f"no tag says: by its directory, {place}"}
                told = (fact, value, pattern)
                self.inferred[told] = self.inferred.get(told, 0) + 1
                return value
        return None

    def cluster(self) -> Cluster:
        """Where pods run, as the project says."""
        context = self.project.context.get("kubernetes", {})
        types = self.project.node_types
        return Cluster(
            context.get("provider", ""),
            context.get("region", ""),
            tuple(types),
            {name: rate for name, rate in types.items() if rate},
        )

    def close(self) -> None:
        """Note what was inferred and left out, and forget what could not be read there."""
        for (fact, value, pattern), count in sorted(self.inferred.items()):
            text = f"no tag says the {fact} of {plural(count, 'resource')}"
            self.coverage.note(f"{text}: taken to be {value}, by {'their' if count > 1 else 'its'} path ({pattern})")
        if not self.project.exclude:
            return
        self.coverage.failures = [one for one in self.coverage.failures if not self._excluded(one.path)]
        if self.left_out:
            globs = ", ".join(self.project.exclude)
            self.coverage.note(f"left out, as the project excludes {globs}: {plural(self.left_out, 'resource')}")

    def _excluded(self, path: str) -> bool:
        relative = self._relative(path)
        return any(
            fnmatchcase(relative, glob) or fnmatchcase(f"{relative}/", glob) or fnmatchcase(relative, f"{glob}/*")
            for glob in self.project.exclude
        )

    def _relative(self, path: str) -> str:
        return os.path.relpath(path, self.base).replace(os.sep, "/")


def _is_unsaid(region: str | Unknown | None) -> bool:
    """Whether a region is named nowhere, the provider block included. One that a variable names is said."""
    return region.depends_on == ("provider region",) if isinstance(region, Unknown) else not region
