"""What kustomizations make of the files they name: which are patches, and which labels all of them are given.

Nothing is built: a resource is judged once, as its file has it, with the labels that every kustomization around it
adds. A label that only some of the overlays give is not known.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from sumptuary.model import Place, Tag
from sumptuary.sources.kubernetes.documents import read
from sumptuary.sources.kubernetes.objects import text_map
from sumptuary.sources.kubernetes.places import Document
from sumptuary.values import Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sumptuary.sources.tree import Tree

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
MAX_CHAINS = 64
"""Ways from a file up to its outermost overlays that are followed."""
MAX_LEVELS = 32
"""Overlays upon overlays that are followed."""
_RESOURCES = ("resources", "bases", "components")
_SETTINGS = ("configurations", "transformers", "generators", "validators", "crds")
_CHARTS = ("helmCharts", "helmChartInflationGenerator")
_PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902", "replacements")


@dataclass(slots=True, eq=False, repr=False)
class Kustomization:
    """One kustomization: the files and directories it takes, and the labels it gives them. Paths are absolute."""

    directory: str
    takes: set[str] = field(default_factory=set[str])
    labels: dict[str, Tag] = field(default_factory=dict[str, Tag])


class Kustomizations:
    """All kustomizations of a tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._by_directory: dict[str, Kustomization] = {}
        self._takers: dict[str, list[Kustomization]] = {}
        self.patches: set[str] = set()
        self.settings: set[str] = set()
        self.remote: dict[str, int] = {}
        self.charts: dict[str, int] = {}

    def add(self, path: str) -> None:
        """Read one kustomization; one that cannot be read is in the ledger."""
        directory = os.path.dirname(path)
        if directory in self._by_directory:
            return
        source = self._tree.read(path)
        if source is None:
            return
        reading = read(source)
        for problem in reading.problems:
            self._tree.fail(path, problem.line, problem.message)
        made = self._by_directory[directory] = Kustomization(directory)
        for document in reading.documents:
            if is_map(document.value):
                self._take(made, document.value, document, self._tree.shown(path))
        for taken in made.takes:
            self._takers.setdefault(taken, []).append(made)

    def _take(self, made: Kustomization, body: dict[str, object], document: Document, shown: str) -> None:
        for name in _RESOURCES:
            for item in _texts(body.get(name)):
                if "://" in item or item.startswith(("git@", "github.com/")) or "?ref=" in item:
                    self.remote[shown] = self.remote.get(shown, 0) + 1
                else:
                    made.takes.add(_inside(made.directory, item))
        for name in _PATCHES:
            patches = body.get(name)
            for patch in patches if is_list(patches) else ():
                file = patch.get("path") if is_map(patch) else patch
                if isinstance(file, str) and "\n" not in file:
                    self.patches.add(_inside(made.directory, file))
        for name in _CHARTS:
            if is_list(charts := body.get(name)) and charts:
                self.charts[shown] = self.charts.get(shown, 0) + len(charts)
        self.settings |= {_inside(made.directory, item) for name in _SETTINGS for item in _texts(body.get(name))}
        for key, value in _labels(body):
            place = Place(shown, document.line_of("commonLabels" if "commonLabels" in body else "labels"))
            made.labels[key] = Tag(value, "inherited", place)

    def is_resource(self, path: str) -> bool:
        """Whether a file holds objects of its own, as far as kustomizations say: no patch and no setting, or one that
        another kustomization takes for a resource."""
        return path in self._takers or (path not in self.patches and path not in self.settings)

    def labels_of(self, path: str) -> dict[str, Tag]:
        """The labels that the kustomizations around a file give to all of its objects."""
        chains = self._chains(path, frozenset(), MAX_CHAINS)
        if not chains:
            return {}
        keys = dict.fromkeys(key for chain in chains for key in chain)
        return {key: _agreed(key, [chain.get(key) for chain in chains]) for key in keys}

    def _chains(self, taken: str, seen: frozenset[str], left: int) -> list[dict[str, Tag]]:
        """For each way from a file or directory to an outermost kustomization, the labels given on it.

        Without a kustomization above there is none: it is applied as it is.
        """
        chains: list[dict[str, Tag]] = []
        for taker in self._takers.get(taken, ()):
            if taker.directory in seen or len(chains) >= left or len(seen) >= MAX_LEVELS:
                continue
            above = self._chains(taker.directory, seen | {taker.directory}, left - len(chains))
            chains += [{**taker.labels, **outer} for outer in above or [{}]]
        return chains[:left]


def _agreed(key: str, tags: list[Tag | None]) -> Tag:
    """The tag that all overlays give, or one whose value is not known."""
    given = [tag for tag in tags if tag is not None]
    values = {tag.value for tag in given}
    if len(given) == len(tags) and len(values) == 1:
        return given[0]
    what = "gives it" if len(values) == 1 else "gives it another value"
    reason = f"not every kustomization that takes this file {what}" if len(values) == 1 else f"each overlay {what}"
    return Tag(Unknown(f"the label {key}: {reason}"), "inherited", given[0].place)


def _labels(body: dict[str, object]) -> Iterable[tuple[str, str | Unknown]]:
    """``commonLabels``, and the pairs of ``labels``."""
    found = text_map(body.get("commonLabels"))
    entries = body.get("labels")
    for entry in entries if is_list(entries) else ():
        if is_map(entry):
            found |= text_map(entry.get("pairs"))
    return found.items()


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str) and "\n" not in item] if is_list(value) else []


def _inside(directory: str, item: str) -> str:
    return os.path.normpath(os.path.join(directory, item))
