"""File arguments, as pre-commit passes them: judged in their context, but only what concerns them is shown."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from sumptuary.cli.inputs import STANDARD_INPUT, is_inventory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.findings import Violation

VARIABLES = (".tfvars", ".tfvars.json")


@dataclass(slots=True, eq=False, repr=False)
class Chosen:
    """What was asked for: ``files`` and ``directories`` relative to the working directory, with ``/``.

    ``roots`` are the directories of variable files: a changed variable concerns everything in its root module.
    ``everything`` is set when no single file of configuration was named, so that nothing is left out; so it is for an
    inventory, which tells of resources that stand elsewhere.
    """

    files: frozenset[str]
    directories: tuple[str, ...]
    roots: frozenset[str]
    everything: bool

    @classmethod
    def of(cls, paths: Sequence[str]) -> Chosen:
        """From the path arguments of a call."""
        named = [path for path in paths if not os.path.isdir(path) and path != STANDARD_INPUT]
        files = frozenset(_shown(path) for path in named)
        directories = tuple(_shown(path) for path in paths if os.path.isdir(path))
        roots = frozenset(_shown(os.path.dirname(path) or ".") for path in named if path.endswith(VARIABLES))
        told = STANDARD_INPUT in paths or any(is_inventory(path) for path in named)
        return cls(files, directories, roots, not files or told)

    def holds(self, violation: Violation) -> bool:
        """Whether a violation, by its place, a related place or its root module, concerns what was asked for."""
        origin = violation.resource.origin
        if os.path.normpath(origin.root or ".").replace(os.sep, "/") in self.roots:
            return True
        if violation.resource.source == "plan":
            return True
        places = [violation.place, origin.place, *(place for place, _ in violation.related)]
        return any(place is not None and self.names(place.path) for place in places)

    def names(self, path: str) -> bool:
        """Whether a file, as reports show it, was asked for, by itself or with its directory."""
        if path in self.files:
            return True
        return any(directory == "." or path.startswith(directory + "/") for directory in self.directories)


def _shown(path: str) -> str:
    return os.path.relpath(path).replace(os.sep, "/")
