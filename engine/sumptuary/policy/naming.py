"""Decides how people are told of a document's file: by the path they can open, or, where it is a pack's that came from
elsewhere, by the pack and the path inside it.

``Root.called`` says which of the two; it is what stands before the path inside. Nothing else makes such names.
"""

from __future__ import annotations

import os

from sumptuary.model import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.policy.places import Root

BUILT_IN = "built-in: policies/"
"""Before the path of what ships: the directory is called so in a checkout of Sumptuary too."""


def shown(path: str, root: Root | None = None) -> str:
    """A file of a root as people are told of it; of no root, a path of their own.

    That is relative to the working directory where it lies inside, with ``/``.
    """
    if root is not None and root.called:
        inside = os.path.relpath(path, root.path).replace(os.sep, "/")
        return root.called.removesuffix("/").removesuffix(": ") if inside == "." else root.called + inside
    relative = os.path.relpath(path)
    return (path if relative.startswith("..") else relative).replace(os.sep, "/")


def place(file: str, line: int, root: Root) -> Place:
    """Where a document of a root stands. A path of people's own is absolute: ``load`` shows it relative."""
    path = os.path.abspath(file)
    return Place(shown(path, root), line, file=path) if root.called else Place(path, line)


def synced(address: str, version: str, name: str = "") -> str:
    """What a pack out of git is called: its name, or the end of its address until that is read, and what it is pinned
    to."""
    head, _, fragment = address.partition("#")
    last, _, reference = head.rstrip("/").rpartition("/")[2].partition("@")
    subdirectory = fragment.removeprefix("subdirectory=").strip("/").rpartition("/")[2]
    pinned = reference or version
    return f"{name or subdirectory or last.removesuffix('.git')}{f'@{pinned}' if pinned else ''}: "


def installed(package: str) -> str:
    """What a pack of an installed Python package is called."""
    return f"package {package}: "
