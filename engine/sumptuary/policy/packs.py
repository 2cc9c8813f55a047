"""Finds the pack that a name stands for: the built-in one, a directory, an installed package's, or one out of git.

Nothing is fetched here: a pack out of git is in the user's cache, under the digest that the lock file pins, once
``sumptuary policies sync`` has brought it.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass

from sumptuary.errors import ConfigurationError, SumptuaryError, UsageError
from sumptuary.policy import naming
from sumptuary.policy.places import BUILTIN, LOCK_FILE, MAX_BYTES, Root, builtin_root, contents
from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint

GROUP = "sumptuary.packs"
"""The entry points by which an installed package offers a pack: a name, and the package whose directory it is."""

LOCK_SCHEMA = "sumptuary.lock/v1"
GIT = "git+"
DEEPEST = 20
"""How many packs may extend each other in a row."""


@dataclass(slots=True, frozen=True)
class Locked:
    """A pack out of git as it was last synced: its address, the commit, and the digest of its files."""

    pack: str
    version: str
    commit: str
    digest: str


def located(name: str, version: str, directory: str, locks: Iterable[str], home: Root | None = None) -> Root:
    """Where the pack of this name lies. Relative names are below ``directory``; ``locks`` are lock files.

    ``home`` is the pack that names it: beside a pack out of git lies another of its repository, at the same version.

    Raises:
        SumptuaryError: there is none; the hint says what to do.
    """
    if name == BUILTIN:
        return builtin_root()
    if home is not None and (beside := neighbour(name, directory, home)):
        name, version = beside, home.version
    if name.startswith(GIT):
        return Root(_synced(name, version, locks), name, version=version, called=naming.synced(name, version))
    path = os.path.normpath(os.path.join(directory, name))
    if os.path.isdir(path):
        return Root(path, name, own=True)
    if os.path.isfile(path):
        raise SumptuaryError(f"{name!r} is a file", hint="name the directory that holds its pack.yaml")
    offered = {entry.name: entry for entry in _entry_points()}
    if name in offered:
        package = offered[name].value.partition(":")[0]
        return Root(_directory_of(offered[name]), name, called=naming.installed(package))
    there = ", ".join([BUILTIN, *sorted(offered)])
    hint = f"packs are {there}, directories relative to the document, or git+https://..."
    raise UsageError(f"there is no pack {name!r}", hint=hint)


def neighbour(name: str, directory: str, home: Root) -> str:
    """The address of the pack that a pack out of git names beside itself (``../org``); empty where it names none so.

    Raises:
        SumptuaryError: it leads out of the repository.
    """
    if not home.pack.startswith(GIT):
        return ""
    inside = os.path.normpath(os.path.join(os.path.relpath(directory, home.path), name)).replace(os.sep, "/")
    if not inside.startswith(".."):
        return ""
    repository, _, fragment = home.pack.partition("#")
    path = os.path.normpath(os.path.join(fragment.removeprefix("subdirectory="), inside)).replace(os.sep, "/")
    if path.startswith(".."):
        hint = "give the address of the other repository in full: git+https://..."
        raise SumptuaryError(f"{name!r} leads out of the repository of {home.pack}", hint=hint)
    return repository if path == "." else f"{repository}#subdirectory={path}"


def digest_of(directory: str) -> str:
    """``sha256:`` and the digest of a pack's documents: for each, by its path, both lengths and both contents."""
    from hashlib import sha256

    found = sha256()
    for path, source in sorted(contents(Root(directory, "")).items()):
        name = os.path.relpath(path, directory).replace(os.sep, "/").encode("utf-8", "surrogateescape")
        found.update(f"{len(name)}:{len(source)}:".encode() + name + source)
    return f"sha256:{found.hexdigest()}"


def store() -> str:
    """The directory in which synced packs lie, each under its digest; empty where the user has no cache."""
    from sumptuary.policy.bundle import cache_directory

    bundles = cache_directory()
    return os.path.join(os.path.dirname(bundles), "packs") if bundles else ""


def stored(digest: str) -> str:
    """Where the pack of this digest lies, or would."""
    return os.path.join(store(), digest.partition(":")[2])


def read_lock(path: str) -> list[Locked]:
    """What a lock file pins; nothing where there is none.

    Raises:
        ConfigurationError: it is no lock file.
    """
    if not os.path.lexists(path):
        return []
    if os.path.islink(path) or not os.path.isfile(path):
        raise ConfigurationError("is no file, or is a link", place=path, hint=_SYNC)
    try:
        with open(path, "rb") as file:
            source = file.read(MAX_BYTES + 1)
        data: object = json.loads(source) if len(source) <= MAX_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"cannot be read: {str(error)[:200]}", place=path, hint=_SYNC) from error
    entries = data.get("packs") if is_map(data) and data.get("schema") == LOCK_SCHEMA else None
    if not is_list(entries):
        raise ConfigurationError(f"is no lock file ({LOCK_SCHEMA})", place=path, hint=_SYNC)
    found: list[Locked] = []
    for entry in entries:
        if not is_map(entry) or not all(isinstance(entry.get(name), str) for name in _FIELDS):
            raise ConfigurationError(f"a pack lacks one of {', '.join(_FIELDS)}", place=path, hint=_SYNC)
        if not _DIGEST.fullmatch(str(entry["digest"])):
            raise ConfigurationError("a digest is sha256: and 64 hexadecimal digits", place=path, hint=_SYNC)
        found.append(Locked(*(str(entry[name]) for name in _FIELDS)))
    return found


_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_FIELDS = ("pack", "version", "commit", "digest")
_SYNC = "run `sumptuary policies sync`"


def _synced(name: str, version: str, locks: Iterable[str]) -> str:
    """The directory of a pack out of git, when it is locked and here."""
    for lock in locks:
        for entry in read_lock(lock):
            if (entry.pack, entry.version) != (name, version):
                continue
            directory = stored(entry.digest)
            if not os.path.isdir(directory):
                raise SumptuaryError(f"the pack {name} is not on this machine", hint=_SYNC)
            if digest_of(directory) != entry.digest:
                text = f"the copy of the pack {name} is not what {os.path.basename(lock)} pins"
                raise SumptuaryError(text, hint=f"remove {directory} and {_SYNC}")
            return directory
    raise SumptuaryError(f"the pack {name} is not in {LOCK_FILE}", hint=_SYNC)


def _entry_points() -> list[EntryPoint]:
    from importlib.metadata import entry_points

    return list(entry_points(group=GROUP))


def _directory_of(entry: EntryPoint) -> str:
    """The directory of the package that an entry point names; the package is not imported: a pack is data."""
    relative = entry.value.partition(":")[0].replace(".", "/")
    if entry.dist is not None:
        path = str(entry.dist.locate_file(relative))
        if os.path.isdir(path):
            return path
    from importlib.util import find_spec

    top, _, rest = relative.partition("/")
    spec = find_spec(top) if top else None  # of a top-level package: nothing is run
    for base in (spec.submodule_search_locations or []) if spec is not None else []:
        path = os.path.join(base, rest) if rest else base
        if os.path.isdir(path):
            return path
    package = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
    raise SumptuaryError(f"the pack {entry.name!r} of {package} is not where it says ({entry.value})")
