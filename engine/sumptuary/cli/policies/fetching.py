"""Brings a pack out of git into the user's cache: the one place that reaches the network, and only on request."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass

from sumptuary.cli.revision import copy_tree, git_environment, git_program
from sumptuary.errors import SumptuaryError
from sumptuary.policy.packs import GIT, Locked, digest_of, store, stored
from sumptuary.policy.places import PACK_FILE, Root, contents

SCHEMES = ("https://", "ssh://", "file://")
PATIENCE = 120
"""Seconds that git may take to fetch one pack."""

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?\Z")


@dataclass(slots=True, frozen=True)
class Address:
    """Where a pack lies in git: the repository, the reference wanted (empty for the version's tag), a directory."""

    url: str
    ref: str
    subdirectory: str

    @classmethod
    def of(cls, pack: str) -> Address:
        """Take ``git+https://host/repository@ref#subdirectory=path`` apart.

        Raises:
            SumptuaryError: it is not of that form, or of a kind that is not fetched.
        """
        rest, _, fragment = pack.removeprefix(GIT).partition("#")
        head, slash, last = rest.rpartition("/")
        name, _, ref = last.partition("@")
        url, subdirectory = f"{head}{slash}{name}", fragment.removeprefix("subdirectory=")
        if not url.startswith(SCHEMES):
            raise SumptuaryError(f"packs are fetched by {', '.join(SCHEMES)}", place=pack)
        if fragment and (not fragment.startswith("subdirectory=") or ".." in subdirectory.split("/")):
            raise SumptuaryError("behind # stands subdirectory=path, inside the repository", place=pack)
        if ref.startswith("-") or "\0" in pack:
            raise SumptuaryError(f"{ref!r} is no reference of git", place=pack)
        return cls(url, ref, subdirectory.strip("/"))

    def references(self, version: str) -> tuple[str, ...]:
        """What to ask git for, the first that is there."""
        return (self.ref,) if self.ref else (f"refs/tags/v{version}", f"refs/tags/{version}")


def fetched(pack: str, version: str, pinned: Locked | None) -> Locked:
    """Fetch a pack and keep its documents under their digest. ``pinned`` is what the lock says, if it still holds.

    Raises:
        SumptuaryError: it cannot be fetched, holds no pack, or is not what was pinned.
    """
    address = Address.of(pack)
    if not store():
        raise SumptuaryError("there is no cache directory to keep packs in", hint="set XDG_CACHE_HOME")
    with tempfile.TemporaryDirectory(prefix="sumptuary-pack-") as place:
        top = os.path.realpath(place)
        _git(["init", "--quiet", top], top, pack)
        commit = _commit(address, version, top, pack)
        if pinned is not None and pinned.commit != commit:
            text = f"it was {pinned.commit[:12]} when it was locked and is {commit[:12]} now: somebody moved it"
            raise SumptuaryError(
                text, place=pack, hint="look at what changed, then run `sumptuary policies sync --update`"
            )
        tree = os.path.join(top, "tree")
        os.mkdir(tree, 0o700)
        copy_tree(top, commit, tree)
        found = Locked(pack, version, commit, _kept(os.path.join(tree, address.subdirectory), pack))
    if pinned is not None and pinned.digest != found.digest:
        raise SumptuaryError(f"its files come to {found.digest}, not {pinned.digest}", place=pack)
    return found


def _commit(address: Address, version: str, top: str, pack: str) -> str:
    """Fetch the reference, and the commit that it is."""
    said = ""
    for reference in address.references(version):
        asked = _run(["fetch", "--quiet", "--no-tags", "--depth", "1", "--end-of-options", address.url, reference], top)
        if asked.returncode == 0:
            found = _git(["rev-parse", "--verify", "FETCH_HEAD^{commit}"], top, pack).strip()
            if _COMMIT.match(found):
                return found
        said = asked.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    wanted = " nor ".join(reference.removeprefix("refs/tags/") for reference in address.references(version))
    raise SumptuaryError(f"git has no {wanted} there: {said}", place=pack, hint=f"see `git ls-remote {address.url}`")


def _kept(directory: str, pack: str) -> str:
    """Move the documents of a fetched directory into the cache; their digest."""
    if not os.path.isfile(os.path.join(directory, PACK_FILE)):
        hint = "name the directory that holds it: #subdirectory=path"
        raise SumptuaryError(f"there is no {PACK_FILE} in it", place=pack, hint=hint)
    documents = contents(Root(directory, pack, own=True))
    os.makedirs(store(), mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="new-", dir=store()) as place:
        new = os.path.join(place, "pack")
        for path, source in documents.items():
            target = os.path.join(new, os.path.relpath(path, directory))
            os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
            with open(target, "wb") as file:
                file.write(source)
        digest = digest_of(new)
        final = stored(digest)
        if os.path.isdir(final) and digest_of(final) != digest:
            shutil.rmtree(final)
        if not os.path.isdir(final):
            os.replace(new, final)
    return digest


def _git(arguments: list[str], top: str, pack: str) -> str:
    done = _run(arguments, top)
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise SumptuaryError(f"git could not be asked: {said}", place=pack)
    return done.stdout.decode("utf-8", "replace")


def _run(arguments: list[str], top: str) -> subprocess.CompletedProcess[bytes]:
    environment = git_environment() | {"GIT_ALLOW_PROTOCOL": "https:ssh:file", "GIT_TERMINAL_PROMPT": "0"}
    environment.pop("GIT_NO_LAZY_FETCH", None)
    try:
        return subprocess.run(  # noqa: S603  # no shell; what varies stands after --end-of-options
            [git_program(), "-c", "core.hooksPath=/dev/null", *arguments],
            cwd=top,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired as error:
        raise SumptuaryError(f"git did not answer within {PATIENCE} seconds", place=arguments[-2]) from error
