"""Knows where documents lie: the shipped pack, a repository's own directory, and what a directory holds."""

from __future__ import annotations

import os
from dataclasses import dataclass

from sumptuary.errors import ConfigurationError, SumptuaryError, UsageError
from sumptuary.policy.naming import BUILT_IN, shown

BUILTIN = "builtin"
PROJECT_FILE = "sumptuary.yaml"
PROJECT_DIRECTORY = ".sumptuary"
PACK_FILE = "pack.yaml"
LOCK_FILE = "sumptuary.lock"
SUFFIXES = (".yaml", ".yml")
TESTS = "tests"
"""The directory of a pack's fixture folders; what lies in it is none of the pack's documents."""
MAX_FILES = 5000
MAX_BYTES = 1_000_000
"""Of a document, as ``yaml_lines`` has it; that is not imported here because a hook with a bundle reads no YAML."""
MAX_LEVELS = 20


@dataclass(slots=True, frozen=True)
class Root:
    """A file or directory of documents. ``pack`` names where it comes from in reports; ``own`` is a repository's own
    directory, in which links are not followed. ``layer`` is how high its documents stand; of a pack its ``pack.yaml``
    decides. ``version`` is, of a pack out of git, the one it was named by. ``called`` stands before the path inside it
    where people are told of its files (see ``naming``); empty where they know the files by their paths."""

    path: str
    pack: str
    own: bool = False
    layer: str = "repository"
    version: str = ""
    called: str = ""


@dataclass(slots=True, frozen=True)
class Repository:
    """What a repository says about itself: its ``sumptuary.yaml`` (or empty) and its ``.sumptuary`` directories.

    ``outer`` are further ``sumptuary.yaml`` above the nearest one; they do not hold. ``copied`` is a copy of a checkout
    that it is read from, and the checkout: what names lead to beside the copy lies beside the checkout.
    """

    project: str
    directories: tuple[str, ...]
    outer: tuple[str, ...] = ()
    copied: tuple[str, str] = ("", "")

    def beside(self, directory: str, name: str) -> str:
        """The directory in which a relative name that a document of ``directory`` gives begins."""
        copy, checkout = self.copied
        here = os.path.abspath(directory)
        if not copy or not _lies_in(here, copy) or _lies_in(os.path.normpath(os.path.join(here, name)), copy):
            return directory
        return os.path.join(checkout, os.path.relpath(here, copy))


def _lies_in(path: str, directory: str) -> bool:
    return f"{path}{os.sep}".startswith(os.path.join(directory, ""))


def builtin_directory() -> str:
    """The shipped policies: beside the package in a wheel, beside ``engine/`` in a checkout.

    A checkout wins, because an editable installation may leave a stale copy behind.

    Raises:
        ConfigurationError: there are none; the installation is broken.
    """
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    checkout = os.path.dirname(os.path.dirname(package))
    beside = os.path.join(checkout, "policies")
    if os.path.basename(os.path.dirname(package)) == "engine" and os.path.isdir(beside):
        return beside
    shipped = os.path.join(package, "policies")
    if os.path.isdir(shipped):
        return shipped
    raise ConfigurationError("the built-in policies are missing", place=shipped, hint="install sumptuary again")


def builtin_root() -> Root:
    """The shipped pack. Whoever works in a checkout of Sumptuary knows its files by their paths.

    Raises:
        ConfigurationError: as ``builtin_directory`` does.
    """
    directory = builtin_directory()
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    is_own = not _lies_in(directory, package) and _lies_in(os.getcwd(), os.path.dirname(directory))
    return Root(directory, BUILTIN, layer="built-in", called="" if is_own else BUILT_IN)


def repository_of(start: str) -> Repository:
    """What lies from a path up to the root of its checkout (the directory that holds ``.git``), never above.

    Outside a checkout, up to the working directory where the path lies in it, else the path's own directory only.
    """
    here = os.path.abspath(start)
    if not os.path.isdir(here):
        here = os.path.dirname(here)
    levels = _levels(here)
    files = [os.path.join(level, PROJECT_FILE) for level in levels]
    projects = [file for file in files if os.path.isfile(file)]
    directories = [os.path.join(level, PROJECT_DIRECTORY) for level in levels]
    return Repository(
        projects[0] if projects else "",
        tuple(directory for directory in directories if os.path.isdir(directory) and not os.path.islink(directory)),
        tuple(projects[1:]),
    )


def pack_of(start: str) -> str:
    """The directory of the pack that a path lies in, up to the root of the checkout; empty where it lies in none, or a
    repository says something of its own there."""
    here = os.path.abspath(start)
    repository = repository_of(here)
    if repository.project or repository.directories:
        return ""
    levels = _levels(here if os.path.isdir(here) else os.path.dirname(here))
    return next((level for level in levels if os.path.isfile(os.path.join(level, PACK_FILE))), "")


def packs_below(directory: str) -> list[str]:
    """Directories of packs a little below a directory, relative to it, with ``/``."""
    from glob import glob

    found = [path for depth in ("*", "*/*", "*/*/*") for path in glob(f"{depth}/{PACK_FILE}", root_dir=directory)]
    return sorted(os.path.dirname(path).replace(os.sep, "/") for path in found)


def _levels(here: str) -> list[str]:
    """The directories from ``here`` up to the root of the checkout."""
    levels = [here]
    while not os.path.exists(os.path.join(levels[-1], ".git")):
        parent = os.path.dirname(levels[-1])
        if parent == levels[-1]:
            break
        levels.append(parent)
    else:
        return levels
    working = os.getcwd()
    return levels[: levels.index(working) + 1] if working in levels else [here]


def lock_files(given: list[Root], repository: Repository) -> list[str]:
    """Where packs out of git may be pinned: beside the given packs, and beside the project's document."""
    directories = [root.path if os.path.isdir(root.path) else os.path.dirname(root.path) for root in given]
    directories += [os.path.dirname(repository.project)] if repository.project else []
    return list(dict.fromkeys(os.path.join(directory, LOCK_FILE) for directory in directories))


def contents(root: Root, without: frozenset[str] = frozenset()) -> dict[str, bytes]:
    """Every document file under a root, with what it holds, in a steady order. ``without`` are paths to leave out.

    Raises:
        UsageError: the path does not exist, cannot be read, or holds far too many files.
    """
    if os.path.isfile(root.path):
        return {root.path: _read(root.path, root)}
    if not os.path.isdir(root.path):
        raise UsageError("no such file or directory", place=shown(root.path, root))
    paths: list[str] = []
    for directory, names, files in os.walk(root.path):
        depth = os.path.relpath(directory, root.path).count(os.sep)
        inside = [name for name in names if not name.startswith(".") and name != TESTS]
        names[:] = sorted(inside) if depth < MAX_LEVELS else []
        for name in sorted(files):
            path = os.path.join(directory, name)
            if not name.endswith(SUFFIXES) or path in without:
                continue
            if root.own and os.path.islink(path):
                raise ConfigurationError(
                    "a link is not followed here: put the document itself in its place", place=shown(path, root)
                )
            paths.append(path)
        if len(paths) > MAX_FILES:
            raise UsageError(f"more than {MAX_FILES} documents", place=shown(root.path, root))
    return {path: _read(path, root) for path in paths}


def _read(path: str, root: Root) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SumptuaryError(f"cannot be read: {error.strerror or error}", place=shown(path, root)) from error
