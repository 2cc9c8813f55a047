"""Inventories: the common model as ``sumptuary resources`` writes it, a JSON object a line, read back to be judged."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.coverage import Coverage
    from sumptuary.model import Resource
    from sumptuary.sources.inventory.lines import Lines
    from sumptuary.sources.inventory.reading import Seen

SUFFIXES = (".ndjson", ".jsonl")


def read(source: str | Lines, shown: str, coverage: Coverage, seen: Seen | None = None) -> Iterator[Resource]:
    """The resources of a file, or of a stream of bytes, line by line; ``shown`` is what reports call it.

    A line that is no resource goes into ``coverage`` with its number, and the others are read; nothing is raised.
    ``seen`` remembers over several inventories: a line that comes again is then passed over.
    """
    from sumptuary.sources.inventory.reading import read_source

    return read_source(source, shown, coverage, seen)


def is_inventory(path: str) -> bool:
    """Whether a file is an inventory: by its name, or by what its first line holds."""
    if path.endswith(SUFFIXES):
        return True
    from sumptuary.sources.inventory.lines import begins_as_row, first_line

    try:
        with open(path, "rb") as file:
            return begins_as_row(first_line(file))
    except OSError:
        return False


__all__ = ["SUFFIXES", "is_inventory", "read"]
