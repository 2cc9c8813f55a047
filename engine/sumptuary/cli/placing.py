"""Writes a few named files into a repository: each whole or not at all, and none through a link."""

from __future__ import annotations

import os
import tempfile

from sumptuary.errors import UsageError

LARGEST = 1_000_000


def present(root: str, name: str) -> str | None:
    """The text of a file of the repository; None where there is none.

    Raises:
        UsageError: it, or a directory on the way, is a link or no such thing; it cannot be read.
    """
    path = root
    steps = name.split("/")
    for step in steps[:-1]:
        path = os.path.join(path, step)
        if os.path.islink(path):
            raise UsageError("it is a link, and nothing is written through links", place=path)
        if not os.path.lexists(path):
            return None
        if not os.path.isdir(path):
            raise UsageError("it is no directory, so nothing can be written into it", place=path)
    path = os.path.join(path, steps[-1])
    if os.path.islink(path):
        hint = "put the file itself in its place, or remove the link"
        raise UsageError("it is a link, and nothing is written through links", place=path, hint=hint)
    if not os.path.lexists(path):
        return None
    if not os.path.isfile(path):
        raise UsageError("it is no file, so it cannot be written", place=path)
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read(LARGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"it cannot be read: {why}", place=path) from None
    if len(text) > LARGEST:
        raise UsageError(f"it is larger than {LARGEST // 1_000_000} MB", place=path)
    return text


def check_writable(root: str, name: str) -> None:
    """Whether a file could be written, before any is.

    Raises:
        UsageError: the directory that would hold it may not be written.
    """
    directory = os.path.dirname(os.path.join(root, name))
    while not os.path.exists(directory):
        directory = os.path.dirname(directory)
    if not os.access(directory, os.W_OK | os.X_OK):
        raise UsageError(
            "it may not be written", place=directory, hint="nothing was written; see with --dry-run what would be"
        )


def place(root: str, name: str, text: str) -> None:
    """Write a file by way of another beside it, so that it is there whole or as it was; its mode stays.

    Raises:
        UsageError: it cannot be written.
    """
    path = os.path.join(root, name)
    made = ""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        mode = os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o666 & ~_umask()
        number, made = tempfile.mkstemp(prefix=".sumptuary-", dir=os.path.dirname(path))
        with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(made, mode)
        os.replace(made, path)
    except OSError as error:
        if made and os.path.exists(made):
            os.unlink(made)
        raise UsageError(f"it cannot be written: {error.strerror or error}", place=path) from None


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
