"""The files of the scanned tree: found in a fixed order, read with bounds, and never outside the scan root."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sumptuary.coverage import Coverage

SKIPPED = frozenset({".git", ".terraform", "node_modules", ".terragrunt-cache", ".venv", "__pycache__"})
LARGEST_FILE = 5_000_000
"""Bytes of the largest configuration file that is read; people's largest are near 300 kB."""
DEEPEST_FOLDER = 64
POINTER = b"sumptuary:waiver"
COMMENTED = (".tf", ".tofu", ".hcl", ".yaml", ".yml")
"""Files in which a comment may point to a waiver."""


class Tree:
    """What may be read. Paths handed in and out are absolute and normalised; ``shown`` gives them as reports do."""

    __slots__ = ("_counted", "_inside", "_prefix", "_real_root", "_shown", "_working", "coverage", "root")

    def __init__(self, root: str, coverage: Coverage) -> None:
        self.root = os.path.abspath(root)
        self._real_root = os.path.realpath(root)
        self._prefix = os.path.join(self._real_root, "")
        self.coverage = coverage
        self._working = os.getcwd()
        self._shown: dict[str, str] = {}
        self._counted: set[str] = set()
        self._inside: dict[str, bool] = {}

    def shown(self, path: str) -> str:
        """A path relative to the working directory, with ``/``."""
        text = self._shown.get(path)
        if text is None:
            text = self._shown[path] = os.path.relpath(path, self._working).replace(os.sep, "/")
        return text

    def holds(self, path: str) -> bool:
        """Whether a path, with every link followed, lies inside the scan root."""
        directory, name = os.path.split(path)
        if name in ("", ".", "..") or os.path.islink(path):
            return self._holds(path)
        inside = self._inside.get(directory)
        if inside is None:
            inside = self._inside[directory] = self._holds(directory)
        return inside or self._holds(path)

    def _holds(self, path: str) -> bool:
        real = os.path.realpath(path)
        return real == self._real_root or real.startswith(self._prefix)

    def fail(self, path: str, line: int, message: str) -> None:
        """Record in the ledger what could not be read."""
        self.coverage.fail(self.shown(path), line, message)

    def read(self, path: str, largest: int = 0) -> bytes | None:
        """The bytes of a file, counted in the ledger; None when it cannot be read, with the reason there."""
        largest = largest or LARGEST_FILE
        first = path not in self._counted
        if first:
            self._counted.add(path)
            self.coverage.files_seen += 1
        if not self.holds(path):
            linked = os.path.islink(path)
            self.fail(path, 0, f"it {'is a link that leads out of' if linked else 'lies outside'} the scanned tree")
            return None
        try:
            with open(path, "rb") as file:
                content = file.read(largest + 1)
        except OSError as error:
            self.fail(path, 0, f"it cannot be read: {error.strerror or error}")
            return None
        if len(content) > largest:
            self.fail(path, 0, f"it is larger than {largest // 1_000_000} MB")
            return None
        if first:
            self.coverage.files_read += 1
            if POINTER in content and path.endswith(COMMENTED):
                self._keep_pointers(path, content)
        return content

    def _keep_pointers(self, path: str, content: bytes) -> None:
        from sumptuary.sources.pointers import pointers

        self.coverage.pointers += pointers(content, self.shown(path))

    def unread(self, path: str) -> None:
        """Take a file back from the count of those read: its content turned out to be of no use."""
        if path in self._counted:
            self._counted.discard(path)
            self.coverage.files_read -= 1

    def dismiss(self, path: str) -> None:
        """Take a file out of both counts: it turned out to be none of the source's."""
        if path in self._counted:
            self._counted.discard(path)
            self.coverage.files_seen -= 1
            self.coverage.files_read -= 1

    def listing(self, directory: str) -> list[str]:
        """The names of the files directly in a directory, sorted; failures go into the ledger."""
        return [name for name, is_directory in self._entries(directory) if not is_directory]

    def folders(self, paths: Iterable[str], suffixes: tuple[str, ...]) -> Iterator[str]:
        """Every directory at or under the paths that holds such files, once each, in a fixed order."""
        seen: set[str] = set()
        pending = [(os.path.abspath(path), 0) for path in reversed(list(paths))]
        while pending:
            directory, depth = pending.pop()
            real = os.path.realpath(directory)
            if real in seen:
                continue
            seen.add(real)
            if depth > DEEPEST_FOLDER:
                self.fail(directory, 0, f"folders nest deeper than {DEEPEST_FOLDER}")
                continue
            entries = self._entries(directory)
            if any(not is_directory and name.endswith(suffixes) for name, is_directory in entries):
                yield directory
            if ("modules.txt", False) in entries and os.path.basename(directory) == "vendor":
                continue  # Go's copies of other people's packages
            below = [name for name, is_directory in entries if is_directory and name not in SKIPPED]
            pending.extend((os.path.join(directory, name), depth + 1) for name in reversed(below))

    def _entries(self, directory: str) -> list[tuple[str, bool]]:
        """Name and whether it is a directory, sorted; a link to a directory counts only inside the scan root."""
        found: list[tuple[str, bool]] = []
        try:
            with os.scandir(directory) as entries:
                for entry in entries:
                    kind = self._is_directory(entry)
                    if kind is not None:
                        found.append((entry.name, kind))
        except OSError as error:
            self.fail(directory, 0, f"the directory cannot be read: {error.strerror or error}")
        found.sort()
        return found

    def _is_directory(self, entry: os.DirEntry[str]) -> bool | None:
        """Whether an entry is a directory or a file; None for what is neither, and for links out of the tree."""
        linked = entry.is_symlink()
        try:
            is_directory = entry.is_dir()
        except OSError:  # a link that leads in a circle: reading it as a file says so
            return False
        if not is_directory:
            return False if linked or entry.is_file() else None
        if linked and not self.holds(entry.path):
            self.coverage.note(f"{self.shown(entry.path)} is a link out of the scanned tree: not followed")
            return None
        return True


def scan_root_of(path: str) -> str:
    """The directory that bounds what may be read: the enclosing checkout (with ``.git``), else the path's own."""
    here = os.path.abspath(path)
    own = level = here if os.path.isdir(here) else os.path.dirname(here)
    while not os.path.exists(os.path.join(level, ".git")):
        parent = os.path.dirname(level)
        if parent == level:
            return own
        level = parent
    return level
