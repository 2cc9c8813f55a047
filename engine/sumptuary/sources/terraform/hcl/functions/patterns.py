"""Regular expressions of a configuration, run only where they cannot take long."""

from __future__ import annotations

import re
from functools import lru_cache

from sumptuary.sources.terraform.hcl.lazy import EvaluationError
from sumptuary.values import Unknown

MAX_TEXT = 20_000
MAX_PATTERN = 1_000

_NESTED = re.compile(r"[*+}]\)?[*+{]|\((?:[^()\\]|\\.)*[*+}](?:[^()\\]|\\.)*\)[*+{]")
"""A repetition inside a repetition, which a backtracking engine may take exponential time over."""


def compiled(pattern: str, text: str) -> re.Pattern[str] | Unknown:
    """The pattern, ready to run on a text; Unknown where Python's engine could take too long over it.

    Terraform's patterns are RE2, linear in time. Python's are not: nested repetition is refused.

    Raises:
        EvaluationError: it is not a pattern.
    """
    if len(pattern) > MAX_PATTERN or len(text) > MAX_TEXT:
        return Unknown("the text is too large to match against a pattern")
    if _NESTED.search(pattern) or pattern.count("*") + pattern.count("+") > 12:
        return Unknown(f"the pattern {pattern[:40]!r} cannot be run safely")
    return _compiled(pattern)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    if re.search(r"\\[1-9]|\(\?[=!<](?!P)", pattern.replace("(?P<", "(")):
        raise EvaluationError("the pattern uses what RE2 does not have")
    try:
        return re.compile(re.sub(r"\\z", r"\\Z", pattern))
    except (re.error, RecursionError, OverflowError) as error:
        raise EvaluationError(f"{pattern[:40]!r} is not a pattern") from error
