"""Classes of characters in regular expressions: ranges, Unicode's categories, and letters that differ only in case."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

Ranges = list[tuple[int, int]]
"""Characters by number, from and to, both included."""

LAST = 0x10FFFF
NAMED: dict[str, Ranges] = {
    "alnum": [(0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)],
    "alpha": [(0x41, 0x5A), (0x61, 0x7A)],
    "ascii": [(0, 0x7F)],
    "blank": [(9, 9), (0x20, 0x20)],
    "cntrl": [(0, 0x1F), (0x7F, 0x7F)],
    "digit": [(0x30, 0x39)],
    "graph": [(0x21, 0x7E)],
    "lower": [(0x61, 0x7A)],
    "print": [(0x20, 0x7E)],
    "punct": [(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)],
    "space": [(9, 13), (0x20, 0x20)],
    "upper": [(0x41, 0x5A)],
    "word": [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)],
    "xdigit": [(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)],
}
PERL: dict[str, Ranges] = {
    "d": NAMED["digit"],
    "s": [(9, 10), (12, 13), (0x20, 0x20)],
    "w": NAMED["word"],
}
_CATEGORY = re.compile("C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?")
_SCRIPT = re.compile("[A-Z][a-z]+(?:_[A-Z][a-z]*)*|SignWriting")
_ASSIGNED = (range(0x32400), range(0xE0000, 0xE0200))
"""Where characters are; behind them only the planes for private use."""
_PRIVATE: Ranges = [(0xF0000, 0xFFFFD), (0x100000, 0x10FFFD)]
_LAST_CASED = 0x1E944


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The same characters in order, without overlaps."""
    found: Ranges = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found


def others(ranges: Ranges) -> Ranges:
    """Every character that is not in the ranges."""
    found: Ranges = []
    start = 0
    for low, high in merged(ranges):
        if low > start:
            found.append((start, low - 1))
        start = high + 1
    return [*found, (start, LAST)] if start <= LAST else found


def of_unicode(name: str) -> Ranges:
    """The characters of a category. Raises EvaluationError for what is none, TooLargeError for what may be a script."""
    if name == "Any":
        return [(0, LAST)]
    if _CATEGORY.fullmatch(name) is not None:
        return merged(
            part for category, ranges in _by_category().items() if category.startswith(name) for part in ranges
        )
    if _SCRIPT.fullmatch(name) is not None:
        raise TooLargeError(f"which characters the script {name} has is not known here: \\p{{{name}}} is not evaluated")
    raise EvaluationError(f"there is no class of characters \\p{{{name[:30]}}}")


@cache
def _by_category() -> dict[str, Ranges]:
    found: dict[str, Ranges] = {}
    for part in _ASSIGNED:
        for code in part:
            ranges = found.setdefault(unicodedata.category(chr(code)), [])
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1] = (ranges[-1][0], code)
            else:
                ranges.append((code, code))
    del found["Cn"]  # Go has no class of what is not assigned
    found["Co"] = found.get("Co", []) + _PRIVATE
    return found


def _plain(char: str) -> str:
    """What letters that differ only in case have in common."""
    if char in "\u0130\u0131":  # Turkish letters, which fold to nothing
        return char
    upper = char.upper()
    upper = upper if len(upper) == 1 else char
    lower = upper.lower()
    return lower if len(lower) == 1 else upper


@cache
def _families() -> dict[int, list[int]]:
    """Each letter that has relatives in other cases, with all of them."""
    found: dict[str, list[int]] = {}
    for code in range(_LAST_CASED):
        char = chr(code)
        if char.upper() != char or char.lower() != char:
            found.setdefault(_plain(char), []).append(code)
    return {code: family for family in found.values() if len(family) > 1 for code in family}


def in_any_case(ranges: Ranges) -> Ranges:
    """The ranges with the letters added that differ from theirs only in case."""
    if all(high < 0x80 for _, high in ranges):
        more: Ranges = []
        for low, high in ranges:
            for start, shift in ((0x41, 32), (0x61, -32)):
                first, last = max(low, start), min(high, start + 25)
                if first <= last:
                    more.append((first + shift, last + shift))
        both = [*ranges, *more]
        signs = [(sign, sign) for letter, sign in ((0x6B, 0x212A), (0x73, 0x17F)) if _holds(both, letter)]
        return merged([*both, *signs])
    families = _families()
    related = {other for low, high in ranges for code in families if low <= code <= high for other in families[code]}
    return merged([*ranges, *((code, code) for code in related)])


def _holds(ranges: Ranges, code: int) -> bool:
    return any(low <= code <= high for low, high in ranges)


def written(ranges: Ranges) -> str:
    """The ranges as a class for Python's ``re``."""
    if not ranges:
        return f"[^\\x00-\\U{LAST:08x}]"
    return "[" + "".join(f"\\U{low:08x}" + (f"-\\U{high:08x}" if high > low else "") for low, high in ranges) + "]"
