"""The tree of a git revision, copied out of the object store: nothing is checked out, nothing of it is run or fetched.

No work tree is made and no file is smudged, so that neither hooks nor filters nor downloads of large files can start;
git is only asked to name a commit, to list its tree and to print objects, and writes nothing for that.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sumptuary.errors import UsageError

LARGEST_FILE = 5_000_000
"""Bytes of the largest file that is copied: no source reads a larger one out of a tree."""
LARGEST_TREE = 2_000_000_000
"""Bytes of all files that are copied."""
LONGEST_LINK = 4096
BATCH = 32
"""Objects asked for at once: their names fit into any pipe, so that git and we never wait for each other."""

_SETTINGS = ("core.fsmonitor=false", "core.hooksPath=/dev/null", "safe.bareRepository=explicit")
_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")
"""What a hook's environment says of the repository that runs it; here the scanned path says which one is meant."""
_QUIET = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # the same for a git that does not know the line above
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_GIT_DIRECTORY = re.compile(rb"(?i)(\.git|git~[0-9]+)[ .]*(:.*)?")
DEEPER = "fetch its history: `git fetch --unshallow`, or in GitHub Actions `actions/checkout` with `fetch-depth: 0`"


@dataclass(slots=True, eq=False, repr=False)
class Entry:
    """A file or link of a tree: its object, its size in bytes, and its path in bytes, parts divided by ``/``."""

    link: bool
    object: bytes
    size: int
    path: bytes


def commit_of(revision: str, top: str) -> str:
    """The commit that a revision means in the checkout at ``top``, as hex digits.

    Raises:
        UsageError: there is no such commit here, no checkout, or no git to ask.
    """
    if revision.startswith("-") or not revision or "\0" in revision:
        raise UsageError(f"--base takes a revision, such as origin/main; not `{revision}`")
    asked = _run(["rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"], top)
    found = asked.stdout.decode("ascii", "replace").strip()
    if asked.returncode == 0 and re.fullmatch(r"[0-9a-f]{40,64}", found):
        return found
    raise _unknown(revision, top, asked.stderr.decode("utf-8", "replace"))


def _unknown(revision: str, top: str, reason: str) -> UsageError:
    """Why a revision means nothing here, and what to do about it."""
    if "dubious ownership" in reason:
        message = "git does not read this checkout, because it belongs to another user"
        return UsageError(message, place=top, hint=f"git config --global --add safe.directory {top}")
    if "not a git repository" in reason:
        return UsageError("git knows no repository here", place=top, hint="--base compares with a revision of git")
    message = f"git knows no commit by the name `{revision}` here"
    if _run(["rev-parse", "--is-shallow-repository"], top).stdout.strip() == b"true":
        return UsageError(f"{message}; the clone is shallow", hint=DEEPER)
    remote = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"origin/{revision}^{{commit}}"]
    if _run(remote, top).returncode == 0:
        return UsageError(message, hint=f"did you mean `origin/{revision}`?")
    return UsageError(message, hint=f"`git fetch origin {revision}` may bring it; in a shallow clone, {DEEPER}")


def copy_tree(top: str, commit: str, target: str) -> list[str]:
    """Write the files of a commit under ``target``, an empty directory of our own; notes on what was left out.

    Raises:
        UsageError: objects of the commit are not in this clone.
    """
    entries, notes = _listed(top, commit)
    links: list[tuple[Entry, bytes]] = []
    failed = 0
    made: set[str] = set()
    for entry, content in _contents(top, entries):
        if entry.link:
            links.append((entry, content))
        else:
            failed += not write(target, entry.path, content, made)
    # Last, so that no file is ever written through a link, whatever a file system takes two names to be.
    failed += sum(not link(target, entry.path, content) for entry, content in links)
    if failed:
        notes.append(f"of the base, {failed} files could not be written here, so what they say may count as new")
    return notes


def ignored(top: str, patterns: Sequence[str]) -> list[str]:
    """The files of the work tree that git is told to ignore and that match a pattern, relative to ``top``."""
    return _files(top, ["--others", "--ignored", "--exclude-standard", "--", *patterns])


def tracked(top: str, patterns: Sequence[str]) -> list[str]:
    """The files that match a pattern and are part of the project, relative to ``top``."""
    return _files(top, ["--cached", "--", *patterns])


def _files(top: str, wanted: Sequence[str]) -> list[str]:
    names = _run(["ls-files", "-z", *wanted], top).stdout.split(b"\0")
    return [os.fsdecode(name) for name in names if name and _is_harmless(name)]


def write(target: str, path: bytes, content: bytes, made: set[str]) -> bool:
    """Write a new file under ``target``, never through a link; False where the file system does not take it.

    ``target`` is a real path. ``made`` are the directories found good so far.
    """
    place = os.path.join(target, os.fsdecode(path))
    directory = os.path.dirname(place)
    try:
        if directory not in made:
            os.makedirs(directory, mode=0o700, exist_ok=True)
            if os.path.realpath(directory) != directory:
                return False
            made.add(directory)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(place, flags, 0o600), "wb") as file:
            file.write(content)
    except (OSError, ValueError):
        return False
    return True


def link(target: str, path: bytes, destination: bytes) -> bool:
    """Write a symbolic link under ``target`` when it is relative and stays inside; a refused one counts as written.

    The reader of the tree refuses a link that leads out of it anyway: this only keeps it from being there.
    """
    place = os.path.join(target, os.fsdecode(path))
    directory, goal = os.path.dirname(place), os.fsdecode(destination)
    inside = os.path.normpath(os.path.join(directory, goal))
    if not goal or "\0" in goal or os.path.isabs(goal) or not f"{inside}{os.sep}".startswith(f"{target}{os.sep}"):
        return True
    try:
        if os.path.realpath(directory) != directory:
            return False
        os.makedirs(directory, mode=0o700, exist_ok=True)
        os.symlink(goal, place)
    except (OSError, ValueError, NotImplementedError):
        return False
    return True


def _listed(top: str, commit: str) -> tuple[list[Entry], list[str]]:
    """The files of a commit, and notes on those that are left out; hostile paths are left out without a word more."""
    asked = _run(["ls-tree", "-r", "-z", "-l", "--full-tree", commit], top)
    if asked.returncode != 0:
        raise _incomplete(commit)
    entries: list[Entry] = []
    large: list[bytes] = []
    modules: list[bytes] = []
    total = 0
    for row in asked.stdout.split(b"\0"):
        about, _, path = row.partition(b"\t")
        if not path or not _is_harmless(path):
            continue
        mode, kind, name, size = about.split()
        if kind != b"blob":
            modules.append(path)
            continue
        if not size.isdigit():
            raise _incomplete(commit)
        bound = LONGEST_LINK if mode == b"120000" else LARGEST_FILE
        if int(size) > bound or total + int(size) > LARGEST_TREE:
            large.append(path)
            continue
        total += int(size)
        entries.append(Entry(mode == b"120000", name, int(size), path))
    notes = _some(large, "of the base, files that are too large were left out")
    return entries, notes + _some(modules, "of the base, submodules were left out, so what they hold may count as new")


def _some(paths: Sequence[bytes], what: str) -> list[str]:
    """A note that names the first few of these paths; none where there are none."""
    names = ", ".join(os.fsdecode(path) for path in paths[:3])
    return [f"{what}: {names}{f' and {len(paths) - 3} more' if len(paths) > 3 else ''}"] if paths else []


def _is_harmless(path: bytes) -> bool:
    """Whether a path of a tree stays where it is put. Git writes no others, but reads them."""
    if os.name == "nt" and re.search(rb"[\\:*?\"<>|]", path):
        return False
    return not any(part in (b"", b".", b"..") or _GIT_DIRECTORY.fullmatch(part) for part in path.split(b"/"))


def _contents(top: str, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
    """What the files hold, read one after the other out of one git."""
    with subprocess.Popen(  # noqa: S603  # a fixed command; what varies are our own words and object names
        _command("cat-file", "--batch"),
        cwd=top,
        env=git_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as git:
        assert git.stdin is not None  # noqa: S101  # asked for above
        assert git.stdout is not None  # noqa: S101  # asked for above
        waiting = list(entries)
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            git.stdin.write(b"".join(entry.object + b"\n" for entry in batch))
            git.stdin.flush()
            for entry in batch:
                head = git.stdout.readline().split()
                if len(head) != 3 or head[1] != b"blob" or int(head[2]) != entry.size:
                    raise _incomplete(entry.object.decode("ascii", "replace"))
                yield entry, git.stdout.read(entry.size + 1)[:-1]
        git.stdin.close()


def _incomplete(name: str) -> UsageError:
    message = f"the base cannot be read: this clone does not hold all of it ({name[:12]} is missing)"
    return UsageError(message, hint="clone without --filter, or fetch what is missing: `git fetch --refetch`")


def _run(arguments: Sequence[str], top: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603  # no shell; a revision stands after --end-of-options
        _command(*arguments),
        cwd=top,
        env=git_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


def _command(*arguments: str) -> list[str]:
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    return [git_program(), "--no-pager", *settings, *arguments]


def git_program() -> str:
    """Where git is: on the search path, but never in the working directory, which may be the scanned one."""
    name = "git.exe" if os.name == "nt" else "git"
    for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(directory, name)
        if os.path.isabs(directory) and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise UsageError("--base needs git, which is not on the search path", hint="install git, or add it to PATH")


def git_environment() -> dict[str, str]:
    """The environment for a git that asks for nothing: no network, no prompt, no other repository than the given."""
    return {name: value for name, value in os.environ.items() if name not in _ELSEWHERE} | _QUIET
