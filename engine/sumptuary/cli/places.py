"""Where a run stands: the checkout that bounds it, and paths as reports show them."""

from __future__ import annotations

import os
from collections.abc import Sequence


def checkout(start: str) -> str:
    """The root of the checkout that a path lies in (the directory that holds ``.git``); without one, the working
    directory where the path lies in it, else the path's own directory."""
    here = os.path.abspath(start)
    level = here if os.path.isdir(here) else os.path.dirname(here)
    own = level
    while not os.path.exists(os.path.join(level, ".git")):
        parent = os.path.dirname(level)
        if parent == level:
            working = os.getcwd()
            return working if own == working or own.startswith(working + os.sep) else own
        level = parent
    return level


def shown_path(path: str) -> str:
    """A path as reports show it: relative to the working directory, with ``/``."""
    return os.path.relpath(path).replace(os.sep, "/")


def common_directory(paths: Sequence[str]) -> str:
    """The deepest directory that holds all paths."""
    absolute = [os.path.abspath(path) for path in paths]
    directories = [path if os.path.isdir(path) else os.path.dirname(path) for path in absolute]
    return os.path.commonpath(directories)
