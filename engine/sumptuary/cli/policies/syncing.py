"""``policies sync``: fetches the packs that documents name out of git, and writes down in a lock file what they were.

Packs within packs are fetched too. Everything else reads only what this has brought.
"""

from __future__ import annotations

import json
import os
import sys

from sumptuary.errors import SumptuaryError, UsageError
from sumptuary.reports.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from sumptuary.policy.documents import PackReference
    from sumptuary.policy.packs import Locked
    from sumptuary.policy.places import Root

NAME = "sync"
HELP = "fetch packs out of git"
DESCRIPTION = "Fetch the packs that are named by git+https://..., and pin them in sumptuary.lock. The only network use."


def configure(parser: ArgumentParser) -> None:
    """Add the action's options."""
    about = "a repository or a pack (default: the repository here)"
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help=about)
    parser.add_argument("--update", action="store_true", help="take what the references stand for today")
    parser.add_argument(
        "--check", action="store_true", help="fetch nothing; exit 1 when a pack is not locked or not here"
    )
    about = "fetch what that revision has pinned as well, as `check --base REF` compares with it"
    parser.add_argument("--base", metavar="REF", help=about)


def run(arguments: Namespace) -> int:
    """Fetch, write the lock, and say what came."""
    from sumptuary.cli.arguments import existing
    from sumptuary.policy.packs import read_lock
    from sumptuary.policy.places import LOCK_FILE

    existing([arguments.path], "the path")
    directory = _home(arguments.path)
    lock = os.path.join(directory, LOCK_FILE)
    syncing = _Syncing(read_lock(lock), update=arguments.update, fetch=not arguments.check)
    syncing.documents_of(arguments.path, directory)
    if arguments.check:
        for text in syncing.missing:
            sys.stdout.write(f"{printable(text)}\n")
        return 1 if syncing.missing else 0
    if syncing.found or os.path.isfile(lock):
        _write(lock, syncing.found)
    for one in syncing.found:
        sys.stdout.write(f"{printable(one.pack)} {one.version} {one.commit[:12]} {one.digest}\n")
    _tell_changes(syncing, directory)
    if arguments.base is not None:
        _sync_base(arguments.base, arguments.path, directory)
    if not syncing.found:
        sys.stdout.write("no pack is named by git+...: nothing to fetch\n")
    return 0


def _tell_changes(syncing: _Syncing, directory: str) -> None:
    """What packs that are no longer as they were pinned tighten and loosen here, against the last commit."""
    from contextlib import chdir

    from sumptuary.cli.policies.comparing import as_text, compared, laws_called
    from sumptuary.policy.packs import stored

    changed = syncing.changed()
    for former, one in changed:
        told = f"{one.pack} changed: {former.version} {former.commit[:12]} to {one.version} {one.commit[:12]}"
        sys.stdout.write(f"{printable(told)}\n")
    if not changed:
        return
    try:
        _sync_base("HEAD", directory, directory)
        with chdir(directory):
            before, after = laws_called("HEAD"), laws_called("")
        text = list(as_text(list(compared(before, after)), before, after))
    except SumptuaryError:
        text = ["  `sumptuary policies validate` says whether the policies hold together with it"]
        text += [
            f"  `sumptuary policies diff {stored(former.digest)} {stored(one.digest)}` what changed"
            for former, one in changed
        ]
    sys.stdout.write("".join(f"{printable(line)}\n" for line in text))


def _sync_base(revision: str, path: str, directory: str) -> None:
    """Fetch what the lock of a revision pins; nothing of it is written down, and nothing that is not pinned is fetched.

    What is not there any more is told: the base then goes without it, as ``check`` says.
    """
    from sumptuary.cli.mirror import mirrored
    from sumptuary.cli.places import checkout
    from sumptuary.cli.revision import commit_of
    from sumptuary.policy.packs import read_lock
    from sumptuary.policy.places import LOCK_FILE

    top = checkout(path)
    with mirrored(top, commit_of(revision, top), (os.getcwd(), directory)) as mirror:
        former = mirror.of(directory)
        try:
            locked = read_lock(os.path.join(former, LOCK_FILE))
            if locked:
                _Syncing(locked, update=False, fetch=True).documents_of(mirror.of(os.path.abspath(path)), former)
        except SumptuaryError as error:
            sys.stdout.write(f"{printable(f'of {revision}: {error.message} ({error.place})')}\n")


class _Syncing:
    """The packs named so far, from document to document."""

    def __init__(self, locked: list[Locked], *, update: bool, fetch: bool) -> None:
        self.locked = {(one.pack, one.version): one for one in locked}
        self.update = update
        self.fetch = fetch
        self.found: list[Locked] = []
        self.missing: list[str] = []
        self.seen: set[str] = set()
        self.depth = 0

    def documents_of(self, path: str, directory: str) -> None:
        """Follow what the documents of a repository or a pack name."""
        from sumptuary.policy.places import PACK_FILE, repository_of

        repository = repository_of(path)
        packs = [os.path.join(place, PACK_FILE) for place in (directory, *repository.directories)]
        for file in dict.fromkeys([repository.project, *packs]):
            if file and os.path.isfile(file):
                self.follow(file)

    def follow(self, file: str, home: Root | None = None) -> None:
        """Take what one document names; ``home`` is the pack out of git that the document belongs to."""
        from sumptuary.policy.naming import shown, synced
        from sumptuary.policy.packs import DEEPEST, GIT, neighbour
        from sumptuary.policy.places import Root

        if (identity := os.path.realpath(file)) in self.seen:
            return
        self.seen.add(identity)
        if self.depth > DEEPEST:
            raise SumptuaryError(f"more than {DEEPEST} packs extend each other in a row", place=shown(file, home))
        self.depth += 1
        directory = os.path.dirname(file)
        within: Root | None
        for reference in _references(file, home):
            beside = neighbour(reference.pack, directory, home) if home is not None else ""
            if beside or reference.pack.startswith(GIT):
                key = (beside, home.version) if beside and home is not None else _key(reference)
                path = self.brought(key, reference.digest)
                within = Root(path, key[0], version=key[1], called=synced(*key))
            else:
                path, within = os.path.normpath(os.path.join(directory, reference.pack)), home
            if path and os.path.isfile(document := os.path.join(path, "pack.yaml")):
                self.follow(document, within)

    def changed(self) -> list[tuple[Locked, Locked]]:
        """Each pack that was pinned at an address before and is now another there: as it was, and as it is."""
        digests = {one.digest for one in self.locked.values()}
        former = {one.pack: one for one in self.locked.values()}
        return [(former[one.pack], one) for one in self.found if one.pack in former and one.digest not in digests]

    def brought(self, key: tuple[str, str], digest: str | None) -> str:
        """The directory of a pack out of git by address and version, fetched unless what is pinned is here."""
        from sumptuary.cli.policies.fetching import fetched
        from sumptuary.policy.packs import digest_of, stored

        pack, _ = key
        pinned = self.locked.get(key)
        here = pinned is not None and os.path.isdir(stored(pinned.digest))
        here = here and pinned is not None and digest_of(stored(pinned.digest)) == pinned.digest
        if not self.fetch:
            if not here:
                self.missing.append(f"{pack} is not {'on this machine' if pinned else 'locked'}")
            return stored(pinned.digest) if here and pinned is not None else ""
        one = pinned if here and pinned is not None and not self.update else None
        if one is None:
            one = fetched(*key, None if self.update else pinned)
        if digest is not None and digest != one.digest:
            text = f"its files come to {one.digest}, and the document wants {digest}"
            raise SumptuaryError(text, place=pack, hint="look at what changed, then write down the new digest")
        if one not in self.found:
            self.found.append(one)
        return stored(one.digest)


def _home(path: str) -> str:
    """Where the lock file lies: beside a pack's document, or beside the project's."""
    from sumptuary.policy.places import PACK_FILE, repository_of

    directory = path if os.path.isdir(path) else os.path.dirname(path)
    if os.path.isfile(os.path.join(directory, PACK_FILE)):
        return os.path.abspath(directory)
    project = repository_of(path).project
    if not project:
        raise UsageError(
            "there is neither a pack.yaml nor a sumptuary.yaml", place=path, hint="`sumptuary init` writes one"
        )
    return os.path.dirname(project)


def _key(reference: PackReference) -> tuple[str, str]:
    return reference.pack, reference.version or ""


def _references(file: str, home: Root | None) -> list[PackReference]:
    """The packs that a document names; ``home`` is the pack out of git that it belongs to.

    Raises:
        PolicyError: it is wrong.
    """
    from sumptuary.errors import PolicyError
    from sumptuary.policy.compile import Compilation
    from sumptuary.policy.documents import Pack, Project
    from sumptuary.policy.places import Root

    compilation = Compilation()
    with open(file, "rb") as source:
        compilation.read_file(home or Root(file, ""), file, source.read())
    if compilation.problems:
        raise PolicyError(compilation.problems)
    found: list[PackReference] = []
    for entry in compilation.entries:
        if isinstance(entry.model, Pack):
            found += entry.model.spec.extends
        elif isinstance(entry.model, Project):
            found += entry.model.spec.packs
    return found


def _write(path: str, found: list[Locked]) -> None:
    """Write the lock file in one step."""
    from sumptuary.policy.packs import LOCK_SCHEMA

    packs = [
        {"pack": one.pack, "version": one.version, "commit": one.commit, "digest": one.digest}
        for one in sorted(found, key=lambda one: (one.pack, one.version))
    ]
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(json.dumps({"schema": LOCK_SCHEMA, "packs": packs}, indent=2) + "\n")
    os.replace(temporary, path)
