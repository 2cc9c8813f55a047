"""What an expression can see: names, files, and a budget of steps."""

from __future__ import annotations

from sumptuary.values import Unknown

MAX_STEPS = 2_000_000
"""Steps of one root module's evaluation, after which everything is unknown: no input may hang a scan."""


class Budget:
    """Steps that are left; shared by all expressions of a root module."""

    __slots__ = ("left",)

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.left = steps

    def spend(self, steps: int = 1) -> bool:
        """Take steps; False when there are none left."""
        self.left -= steps
        return self.left >= 0


class Scope:
    """The names that an expression can see. Subclasses give ``root`` and ``files``."""

    __slots__ = ("budget",)

    def __init__(self, budget: Budget) -> None:
        self.budget = budget

    def root(self, name: str) -> object:
        """The value that a traversal begins with: ``var``, ``local``, ``each``, a resource type, a ``for`` variable."""
        return Unknown(f"{name} is not known here", (name,))

    def read_file(self, path: str) -> bytes | Unknown:
        """A file's content, ``path`` as the configuration gives it; Unknown outside the scanned tree.

        For a file that does not exist, ``depends_on`` is ``("no such file",)``.
        """
        return Unknown(f"{path} is not read here")

    def list_files(self, path: str, pattern: str) -> object:
        """The set of files below a directory whose relative path matches a glob (``fileset``)."""
        return Unknown(f"the files below {path} are not listed here")


class Inner(Scope):
    """A scope with a few names of its own (``for`` variables, template variables) in front of another."""

    __slots__ = ("names", "outer")

    def __init__(self, outer: Scope, names: dict[str, object]) -> None:
        super().__init__(outer.budget)
        self.outer = outer
        self.names = names

    def root(self, name: str) -> object:
        """The inner names first, then the outer scope's."""
        return self.names[name] if name in self.names else self.outer.root(name)

    def read_file(self, path: str) -> bytes | Unknown:
        """As the outer scope reads it."""
        return self.outer.read_file(path)

    def list_files(self, path: str, pattern: str) -> object:
        """As the outer scope lists them."""
        return self.outer.list_files(path, pattern)
