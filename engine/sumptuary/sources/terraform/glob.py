"""The glob patterns of ``fileset``: ``*``, ``**``, ``?``, ``[…]`` and ``{a,b}``."""

from __future__ import annotations

import re
from functools import lru_cache

from sumptuary.sources.terraform.scope import EvaluationError

_TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|\[\^?\]?[^\]]*\]|\\.|[{},]|.", re.DOTALL)
_LONGEST = 1_000
_SIMPLE = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")"}


def matches(pattern: str, path: str) -> bool:
    """Whether a relative path with ``/`` matches a pattern."""
    return _compiled(pattern).fullmatch(path) is not None


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    if len(pattern) > _LONGEST or pattern.count("*") > 12:
        raise EvaluationError("the pattern is too long")
    made: list[str] = []
    inside = 0
    for found in _TOKEN.finditer(pattern):
        mark = found[0]
        inside += (mark == "{") - (mark == "}")
        if mark in _SIMPLE:
            made.append(_SIMPLE[mark])
        elif mark == "," and inside:
            made.append("|")
        elif mark.startswith("[") and len(mark) > 1:
            made.append(mark.replace("\\", "\\\\"))
        elif mark.startswith("\\") and len(mark) > 1:
            made.append(re.escape(mark[1]))
        else:
            made.append(re.escape(mark))
    try:
        return re.compile("".join(made), re.DOTALL)
    except re.error as error:
        raise EvaluationError(f"{pattern[:40]!r} is not a file pattern") from error
