"""Kubernetes: manifests as written, ``kubectl get -o json`` and rendered charts become resources."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sumptuary.coverage import Coverage
    from sumptuary.model import Resource


def read(paths: Sequence[str], root: str, coverage: Coverage) -> Iterator[Resource]:
    """The resources of every file of objects under the paths; nothing outside ``root`` is read.

    What cannot be read goes into ``coverage``; nothing is raised.
    """
    from sumptuary.sources.kubernetes.reading import read_files

    return read_files(paths, root, coverage)


def read_text(source: bytes, shown: str, coverage: Coverage) -> Iterator[Resource]:
    """The resources of a text from elsewhere, ``shown`` being what reports call it."""
    from sumptuary.sources.kubernetes.reading import read_source

    return read_source(source, shown, coverage)


__all__ = ["read", "read_text"]
