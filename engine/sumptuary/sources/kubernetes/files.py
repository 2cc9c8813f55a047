"""Which files of a tree hold Kubernetes objects, and which only look like it: charts to render, patches, settings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sumptuary.sources.kubernetes.kustomize import NAMES, Kustomizations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.tree import Tree

YAML = (".yaml", ".yml")
SUFFIXES = (*YAML, ".json")
LARGEST_FILE = 100_000_000
"""Bytes of the largest file that is read: a cluster's dump is large."""
JSON_HEAD = 4096
"""Bytes in which a JSON file of objects names its API version: kubectl sorts it to the front."""
CHART = "Chart.yaml"


@dataclass(slots=True, eq=False, repr=False)
class Found:
    """The files of a run. ``charts`` are Helm charts whose templates were passed over, ``named`` what was asked for."""

    files: list[str] = field(default_factory=list[str])
    named: frozenset[str] = frozenset()
    charts: dict[str, None] = field(default_factory=dict[str, None])


def find(paths: Sequence[str], tree: Tree, kustomizations: Kustomizations) -> Found:
    """The files under the paths (directories, or files as they are) that may hold objects, in a fixed order.

    All kustomizations that may say something about them are read on the way.
    """
    found = Found()
    named: set[str] = set()
    files: dict[str, None] = {}
    for path in (os.path.abspath(path) for path in paths):
        if os.path.isdir(path):
            for file in _files_under(path, tree, kustomizations, found):
                files[file] = None
            _around(path, tree, kustomizations)
        else:
            chart = _chart_of(path, tree.root)
            if chart is not None:
                found.charts[chart] = None
                continue
            named.add(path)
            if os.path.basename(path) not in NAMES:
                files[path] = None
            _around(os.path.dirname(path), tree, kustomizations)
    found.files, found.named = list(files), frozenset(named)
    return found


def _files_under(start: str, tree: Tree, kustomizations: Kustomizations, found: Found) -> Iterator[str]:
    for directory in tree.folders([start], SUFFIXES):
        chart = _chart_of(os.path.join(directory, "any"), tree.root)
        if chart is not None:
            found.charts[chart] = None
            continue
        for name in tree.listing(directory):
            path = os.path.join(directory, name)
            if name in NAMES:
                kustomizations.add(path)
            elif name.endswith(SUFFIXES) and name != CHART:
                yield path


def _chart_of(path: str, root: str) -> str | None:
    """The Helm chart that a file is a template of: a ``templates`` directory beside a ``Chart.yaml`` holds it."""
    level = os.path.dirname(path)
    while len(level) > len(root):
        parent, name = os.path.split(level)
        if name == "templates" and os.path.isfile(os.path.join(parent, CHART)):
            return parent
        level = parent
    return None


def _around(directory: str, tree: Tree, kustomizations: Kustomizations) -> None:
    """Read the kustomizations of the whole checkout, where one stands at or above a directory: any of them may take
    what is in it."""
    level = directory
    while not any(os.path.isfile(os.path.join(level, name)) for name in NAMES):
        if len(level) <= len(tree.root):
            return
        level = os.path.dirname(level)
    for folder in tree.folders([tree.root], NAMES):
        for name in NAMES:
            if os.path.isfile(path := os.path.join(folder, name)):
                kustomizations.add(path)


def looks_like_objects(path: str, source: bytes) -> bool:
    """Whether a file may hold objects at all, without parsing it."""
    if path.endswith(".json"):
        source = source[:JSON_HEAD]
    return b"apiVersion" in source and (b"kind" in source or path.endswith(".json"))
