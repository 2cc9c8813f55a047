"""Which violations a waiver is about: globs over what its target names, all of which must match."""

from __future__ import annotations

import posixpath
import re
from fnmatch import translate
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sumptuary.findings import Violation


def matches(target: Mapping[str, str], violation: Violation, prefix: str) -> bool:
    """Whether a violation lies in a target. ``prefix`` is the working directory within the checkout.

    What is not known of a resource matches nothing: nobody can tell that it is meant.
    """
    resource = violation.resource
    for name, pattern in target.items():
        if name == "path":
            if not any(_lies_in(path, pattern) for path in _paths(violation, prefix)):
                return False
        elif name == "environment":
            if not _is_like(resource.environment, pattern, any_case=True):
                return False
        elif not _is_like(getattr(resource, name), pattern):
            return False
    return True


def is_like(text: str, pattern: str) -> bool:
    """Whether a text matches a glob of ``*`` and ``?``. A bracket is a bracket: addresses have them around indices."""
    return _compiled(pattern).match(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.replace("[", "[[]")))


def _is_like(value: object, pattern: str, *, any_case: bool = False) -> bool:
    if not isinstance(value, str):
        return False
    return is_like(value.casefold(), pattern.casefold()) if any_case else is_like(value, pattern)


def _paths(violation: Violation, prefix: str) -> Iterator[str]:
    """Where it stands, relative to the checkout: its line, its block, and the blocks that call its module."""
    origin = violation.resource.origin
    for place in (violation.place, origin.place, *(call.place for call in origin.calls)):
        if place is not None and place.path:
            yield posixpath.normpath(posixpath.join(prefix, place.path))


def _lies_in(path: str, pattern: str) -> bool:
    """Whether a file is the one that a pattern names, or lies in a directory that it names."""
    wanted = posixpath.normpath(pattern)
    if wanted == ".":
        return not path.startswith("../")
    shapes = [wanted, f"{wanted}/*"]
    if wanted.startswith("**/"):
        shapes += [wanted[3:], f"{wanted[3:]}/*"]
    return any(is_like(path, shape) for shape in shapes)
