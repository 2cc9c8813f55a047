"""What an expression sees while it is evaluated: names, files and a budget."""

from __future__ import annotations

import os

from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    class FileAccess(Protocol):
        """Reads files for ``file()`` and its relatives, never outside the scanned tree."""

        def read(self, path: str) -> bytes | Unknown:
            """The bytes of a file, or why they cannot be told. Raises EvaluationError where there is no such file."""
            ...

        def exists(self, path: str) -> bool | Unknown:
            """Whether there is a regular file at a path."""
            ...

        def matching(self, directory: str, pattern: str) -> list[str] | Unknown:
            """The files under a directory that match a glob pattern, relative to it, sorted."""
            ...

    class Scope(Protocol):
        """What names mean at one place of a configuration."""

        files: FileAccess
        budget: Budget

        def root(self, name: str) -> object:
            """The value of a traversal's first name. A name without a meaning gives Unknown."""
            ...


STEPS = 5_000_000
"""Steps one evaluation context may take: about ten seconds of work."""
LARGEST_COLLECTION = 100_000
"""Elements a collection may have. Terraform has no such limit; no configuration written by people comes near."""
LARGEST_STRING = 4_000_000
LARGEST_FILE = 4_000_000


class EvaluationError(Exception):
    """Terraform would refuse this expression. ``try`` and ``can`` catch it; elsewhere it becomes an Unknown."""


class TooLargeError(Exception):
    """Evaluating this would take more time or memory than a scan may spend. ``try`` does not catch it."""


class Budget:
    """Counts down the steps that evaluation may still take. Share one between the scopes of a root module.

    ``weights`` has the large values met so far by their ids, each with its size (see ``weights.weigh``).
    """

    __slots__ = ("left", "weights")

    def __init__(self, steps: int = STEPS) -> None:
        self.left = steps
        self.weights: dict[int, tuple[object, int]] = {}

    def spend(self, steps: int = 1) -> None:
        """Take steps off. Raises TooLargeError when none are left."""
        self.left -= steps
        if self.left < 0:
            raise TooLargeError("the configuration takes too many steps to evaluate")


class Inner:
    """A scope with a few names of its own in front of another scope: the variables of a ``for``, ``each``, ``self``."""

    __slots__ = ("_names", "_outer", "budget", "files")

    def __init__(self, outer: Scope, names: Mapping[str, object]) -> None:
        self._outer = outer
        self._names = names
        self.files: FileAccess = outer.files
        self.budget: Budget = outer.budget

    def root(self, name: str) -> object:
        """The value of a name: its own first, then the outer scope's."""
        if name in self._names:
            return self._names[name]
        return self._outer.root(name)


class Names:
    """The outermost scope that needs no configuration: given names, every other one unknown."""

    __slots__ = ("_names", "budget", "files")

    def __init__(self, names: Mapping[str, object], files: FileAccess | None = None) -> None:
        self._names = names
        self.files: FileAccess = files if files is not None else NoFiles()
        self.budget = Budget()

    def root(self, name: str) -> object:
        """The value of a name, Unknown for one that was not given."""
        if name in self._names:
            return self._names[name]
        return Unknown(f"{name} is not known here", (name,))


class NoFiles:
    """File access where there is no scanned tree, as for a value given on the command line."""

    __slots__ = ()

    def read(self, path: str) -> bytes | Unknown:
        """Always unknown."""
        return Unknown(f"{path} lies outside the scanned tree")

    def exists(self, path: str) -> bool | Unknown:
        """Always unknown."""
        return Unknown(f"{path} lies outside the scanned tree")

    def matching(self, directory: str, pattern: str) -> list[str] | Unknown:
        """Always unknown."""
        del pattern
        return Unknown(f"{directory} lies outside the scanned tree")


class TreeFiles:
    """Files of the scanned tree. Relative paths start from ``directory``, as Terraform's do from the root module."""

    __slots__ = ("_directory", "_root")

    def __init__(self, scan_root: str, directory: str) -> None:
        self._root = os.path.realpath(scan_root)
        self._directory = os.path.realpath(directory)

    def _inside(self, path: str) -> str | Unknown:
        if "\0" in path:
            raise EvaluationError("a path holds a NUL character")
        if path.startswith("~"):
            return Unknown(f"{path} lies in a home directory, outside the scanned tree")
        real = os.path.realpath(os.path.join(self._directory, path))
        if real != self._root and not real.startswith(os.path.join(self._root, "")):
            return Unknown(f"{path} lies outside the scanned tree")
        return real

    def read(self, path: str) -> bytes | Unknown:
        """The bytes of a file inside the tree. Raises EvaluationError where there is none."""
        real = self._inside(path)
        if isinstance(real, Unknown):
            return real
        try:
            if not os.path.isfile(real):
                raise EvaluationError(f"there is no file {path}")
            with open(real, "rb") as stream:
                content = stream.read(LARGEST_FILE + 1)
        except OSError as error:
            raise EvaluationError(f"{path} cannot be read: {error.strerror}") from error
        if len(content) > LARGEST_FILE:
            return Unknown(f"{path} is too large to read during evaluation")
        return content

    def exists(self, path: str) -> bool | Unknown:
        """Whether there is a regular file at a path inside the tree."""
        real = self._inside(path)
        return real if isinstance(real, Unknown) else os.path.isfile(real)

    def matching(self, directory: str, pattern: str) -> list[str] | Unknown:
        """The regular files under a directory that match a pattern, in Terraform's glob language, sorted."""
        from sumptuary.sources.terraform.glob import matches

        real = self._inside(directory)
        if isinstance(real, Unknown):
            return real
        found: list[str] = []
        seen = 0
        for folder, folders, names in os.walk(real):
            folders.sort()
            seen += len(names) + len(folders)
            if seen > LARGEST_COLLECTION:
                return Unknown(f"{directory} holds too many files to list")
            for name in names:
                full = os.path.join(folder, name)
                relative = os.path.relpath(full, real).replace(os.sep, "/")
                if matches(pattern, relative) and os.path.isfile(full):
                    found.append(relative)
        return sorted(found)
