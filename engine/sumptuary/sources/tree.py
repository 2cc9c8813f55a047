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
FOLDER, LINK = "folder", "link"
"""What leads on from a directory: a directory, or what may be a link to one."""
LINKS_UNSEEN = os.name == "nt"
"""Windows has links between directories, junctions, that a listing does not tell from directories."""
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
        return self._is_inside(os.path.realpath(path))

    def _is_inside(self, real: str) -> bool:
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
        return [name for name, below in self._entries(directory) if below is None]

    def folders(self, paths: Iterable[str], suffixes: tuple[str, ...]) -> Iterator[str]:
        """Every directory at or under the paths that holds such files, once each, in a fixed order."""
        seen: set[str] = set()
        starts = [os.path.abspath(path) for path in reversed(list(paths))]
        pending = [(path, os.path.realpath(path), 0) for path in starts]
        while pending:
            directory, real, depth = pending.pop()
            if real in seen:
                continue
            seen.add(real)
            if depth > DEEPEST_FOLDER:
                self.fail(directory, 0, f"folders nest deeper than {DEEPEST_FOLDER}")
                continue
            self._inside[directory] = self._is_inside(real)
            entries = self._entries(directory)
            if any(below is None and name.endswith(suffixes) for name, below in entries):
                yield directory
            if ("modules.txt", None) in entries and os.path.basename(directory) == "vendor":
                continue  # Go's copies of other people's packages
            for name, below in reversed(entries):
                if below is not None and name not in SKIPPED:
                    path = os.path.join(directory, name)
                    leads_to = os.path.realpath(path) if below == LINK else os.path.join(real, name)
                    pending.append((path, leads_to, depth + 1))

    def _entries(self, directory: str) -> list[tuple[str, str | None]]:
        """Names, sorted, each with what leads on from it: None for a file, else whether a directory is a link.

        A link to a directory counts only inside the scan root.
        """
        found: list[tuple[str, str | None]] = []
        try:
            with os.scandir(directory) as entries:
                for entry in entries:
                    linked = entry.is_symlink()
                    is_directory = self._is_directory(entry, linked)
                    if is_directory:
                        found.append((entry.name, LINK if linked or LINKS_UNSEEN else FOLDER))
                    elif is_directory is not None:
                        found.append((entry.name, None))
        except OSError as error:
            self.fail(directory, 0, f"the directory cannot be read: {error.strerror or error}")
        found.sort(key=lambda entry: entry[0])
        return found

    def _is_directory(self, entry: os.DirEntry[str], linked: bool) -> bool | None:
        """Whether an entry is a directory or a file; None for what is neither, and for links out of the tree."""
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
