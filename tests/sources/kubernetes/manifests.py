"""Manifests as text in, resources out: what the tests of this folder share."""

from __future__ import annotations

from pathlib import Path

from sumptuary.coverage import Coverage
from sumptuary.model import Resource
from sumptuary.sources.kubernetes import read, read_text


def resources(text: str) -> list[Resource]:
    """The resources of a text that must read without a failure."""
    coverage = Coverage()
    found = list(read_text(text.encode(), "given.yaml", coverage))
    assert not coverage.failures, coverage.failures
    return found


def only(text: str) -> Resource:
    """The one resource of a text."""
    found = resources(text)
    assert len(found) == 1, [one.address for one in found]
    return found[0]


def tree(root: Path, files: dict[str, str], *paths: str) -> tuple[list[Resource], Coverage]:
    """What is read of files written under a directory."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    coverage = Coverage()
    return list(read([str(root / path) for path in paths or ("",)], str(root), coverage)), coverage


def pod(spec: str, kind: str = "Pod", version: str = "v1") -> str:
    """A Pod around the lines of a spec, indented by two."""
    return f"apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: p\nspec:\n{spec}"
