"""The laws that a call of ``policies`` names: by its options or by a path; and a policy as a row."""

from __future__ import annotations

import os
import sys

from sumptuary.reports.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from sumptuary.policy.compiled import Laws, Policy
    from sumptuary.policy.gather import Gathered


def add_sources(parser: ArgumentParser) -> None:
    """Add the options that say which policies hold."""
    parser.add_argument("--policies", action="append", default=[], metavar="PATH", help="instead of the built-in pack")
    parser.add_argument("--pack", action="append", default=[], metavar="NAME", help="a pack by name, beside --policies")
    parser.add_argument("--config", metavar="FILE", help="the project file (default: the nearest sumptuary.yaml)")
    parser.add_argument("--no-cache", action="store_true", help="read the policies afresh, and keep nothing")


def laws_of(arguments: Namespace) -> Laws:
    """The laws that the options of ``add_sources`` name, or those that hold here.

    Raises:
        SumptuaryError: as ``load`` does.
    """
    from sumptuary.policy.load import load

    sources, packs = asked(arguments, ".")
    return load(sources, packs=packs, config=arguments.config, cache=not arguments.no_cache)


def asked(arguments: Namespace, start: str) -> tuple[list[str], list[str]]:
    """The documents and the packs that a call means: those it names; inside a pack that no repository's documents stand
    around, that pack beside what ships, as a repository would have it that names it. That is said, and so is where
    packs lie that were not meant."""
    from sumptuary.cli.places import shown_path
    from sumptuary.policy.places import BUILTIN, builtin_directory, pack_of, packs_below, repository_of

    if arguments.policies or arguments.pack or arguments.config is not None:
        return arguments.policies, arguments.pack
    pack = pack_of(start)
    if pack and os.path.realpath(pack) != os.path.realpath(builtin_directory()):
        path = shown_path(pack)
        _say(f"with the pack that stands here; `sumptuary check` takes it by --policies {path}")
        return [pack], [BUILTIN]
    here = repository_of(start)
    if not (pack or here.project or here.directories) and os.path.isdir(start) and (below := packs_below(start)):
        path = shown_path(os.path.join(start, below[0]))
        _say(f"without the packs that lie in this directory: --policies {path} shows one")
    return [], []


def _say(text: str) -> None:
    """A line for the reader beside the answer: what is read by a program stays as it is."""
    sys.stderr.write(f"{printable(text)}\n")


def documents_at(path: str) -> Gathered:
    """What one path says: a repository's own laws, a project document, or policies; the empty path is here.

    Raises:
        SumptuaryError: as ``load`` does.
    """
    from sumptuary.errors import UsageError
    from sumptuary.policy.load import load_with_documents
    from sumptuary.policy.places import PROJECT_FILE

    if path and not os.path.exists(path):
        raise UsageError("no such file or directory", place=path)
    if not path or is_repository(path):
        return load_with_documents(start=path or ".")
    if os.path.basename(path) == PROJECT_FILE:
        return load_with_documents(start=None, config=path)
    return load_with_documents([path], start=None)


def is_repository(path: str) -> bool:
    """Whether a directory says something of its own, and is no pack."""
    from sumptuary.policy.places import PACK_FILE, PROJECT_DIRECTORY, PROJECT_FILE

    if not os.path.isdir(path) or os.path.isfile(os.path.join(path, PACK_FILE)):
        return False
    return any(os.path.exists(os.path.join(path, name)) for name in (PROJECT_FILE, PROJECT_DIRECTORY))


def row(policy: Policy) -> dict[str, object]:
    """A policy in a row of JSON: who it is, what it does and where it stands."""
    return {
        "id": policy.id,
        "version": policy.version,
        "title": policy.title,
        "severity": policy.severity,
        "category": policy.category,
        "owner": policy.owner,
        "enforcement": policy.enforcement.default,
        "rule": policy.rule,
        "pack": policy.pack,
        "path": policy.place.path,
        "line": policy.place.line,
    }
