"""Characters as a reader counts them: Unicode's grapheme clusters, by which Terraform measures and cuts text."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right

_ZWJ = "\u200d"
_PREPENDED = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd"
    "\U000111c2\U000111c3\U0001193f\U00011941\U00011a3a\U00011a84\U00011a85\U00011a86\U00011a87\U00011a88\U00011a89"
    "\U00011d46\U00011f02"
)
_PICTURES = (
    (0xA9, 0xA9), (0xAE, 0xAE), (0x203C, 0x203C), (0x2049, 0x2049), (0x2122, 0x2122), (0x2139, 0x2139),
    (0x2194, 0x2199), (0x21A9, 0x21AA), (0x231A, 0x231B), (0x2328, 0x2328), (0x2388, 0x2388), (0x23CF, 0x23CF),
    (0x23E9, 0x23F3), (0x23F8, 0x23FA), (0x24C2, 0x24C2), (0x25AA, 0x25AB), (0x25B6, 0x25B6), (0x25C0, 0x25C0),
    (0x25FB, 0x25FE), (0x2600, 0x2605), (0x2607, 0x2612), (0x2614, 0x2685), (0x2690, 0x2705), (0x2708, 0x2712),
    (0x2714, 0x2714), (0x2716, 0x2716), (0x271D, 0x271D), (0x2721, 0x2721), (0x2728, 0x2728), (0x2733, 0x2734),
    (0x2744, 0x2744), (0x2747, 0x2747), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757),
    (0x2763, 0x2767), (0x2795, 0x2797), (0x27A1, 0x27A1), (0x27B0, 0x27B0), (0x27BF, 0x27BF), (0x2934, 0x2935),
    (0x2B05, 0x2B07), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x3030, 0x3030), (0x303D, 0x303D),
    (0x3297, 0x3297), (0x3299, 0x3299), (0x1F000, 0x1F0FF), (0x1F10D, 0x1F10F), (0x1F12F, 0x1F12F),
    (0x1F16C, 0x1F171), (0x1F17E, 0x1F17F), (0x1F18E, 0x1F18E), (0x1F191, 0x1F19A), (0x1F1AD, 0x1F1E5),
    (0x1F201, 0x1F20F), (0x1F21A, 0x1F21A), (0x1F22F, 0x1F22F), (0x1F232, 0x1F23A), (0x1F23C, 0x1F23F),
    (0x1F249, 0x1F3FA), (0x1F400, 0x1F53D), (0x1F546, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F774, 0x1F77F),
    (0x1F7D5, 0x1F7FF), (0x1F80C, 0x1F80F), (0x1F848, 0x1F84F), (0x1F85A, 0x1F85F), (0x1F888, 0x1F88F),
    (0x1F8AE, 0x1F8FF), (0x1F90C, 0x1F93A), (0x1F93C, 0x1F945), (0x1F947, 0x1FAFF), (0x1FC00, 0x1FFFD),
)  # fmt: skip
"""What can be joined to another picture by a zero-width joiner."""
_STARTS = [low for low, _ in _PICTURES]
_SPACING = frozenset("\u0e33\u0eb3")
_APART = frozenset(
    "\u102b\u102c\u1038\u1062\u1063\u1064\u1067\u1068\u1069\u106a\u106b\u106c\u106d\u1083\u1087\u1088\u1089\u108a"
    "\u108b\u108c\u108f\u109a\u109b\u109c\u1a61\u1a63\u1a64\uaa7b\uaa7d\U00011720\U00011721"
)
"""Spacing marks that stand for themselves."""


def graphemes(text: str) -> list[str]:
    """The clusters of a text: marks belong to what precedes, and so do joined emoji, pairs of flags, syllables."""
    if text.isascii() and "\r" not in text:
        return list(text)
    found: list[str] = []
    for char in text:
        if found and _belongs(found[-1], char):
            found[-1] += char
        else:
            found.append(char)
    return found


def _belongs(cluster: str, char: str) -> bool:
    """Whether a character goes on with the cluster before it."""
    last = cluster[-1]
    if last == "\r" and char == "\n":
        return True
    if _controls(last) or _controls(char):
        return False
    if _extends(char) or char == _ZWJ or _spaces(char) or last in _PREPENDED:
        return True
    if last == _ZWJ:
        before_it = cluster[:-1]
        while before_it and _extends(before_it[-1]):
            before_it = before_it[:-1]
        return _is_picture(char) and _is_picture(before_it[-1:])
    code, before = ord(char), ord(last)
    if 0x1F1E6 <= code <= 0x1F1FF:
        flags = len(cluster) - len(cluster.rstrip("".join(map(chr, range(0x1F1E6, 0x1F200)))))
        return flags % 2 == 1
    return _one_syllable(before, code)


def _controls(char: str) -> bool:
    if char in _PREPENDED or char in "\u200c\u200d":
        return False
    if 0xE0000 <= ord(char) <= 0xE0FFF:
        return not _extends(char)
    return unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")


def _extends(char: str) -> bool:
    code = ord(char)
    return (
        unicodedata.category(char) in ("Mn", "Me")
        or char == "\u200c"
        or 0xFF9E <= code <= 0xFF9F
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
    )


def _spaces(char: str) -> bool:
    return char in _SPACING or (unicodedata.category(char) == "Mc" and char not in _APART)


def _is_picture(char: str) -> bool:
    if not char:
        return False
    place = bisect_right(_STARTS, ord(char)) - 1
    return place >= 0 and ord(char) <= _PICTURES[place][1]


def _one_syllable(before: int, code: int) -> bool:
    """Whether two letters of Hangul belong to one syllable."""
    if 0x1100 <= before <= 0x115F or 0xA960 <= before <= 0xA97C:
        return 0x1100 <= code <= 0x11A7 or 0xA960 <= code <= 0xA97C or 0xAC00 <= code <= 0xD7C6
    whole = 0xAC00 <= before <= 0xD7A3
    if 0x1160 <= before <= 0x11A7 or 0xD7B0 <= before <= 0xD7C6 or (whole and (before - 0xAC00) % 28 == 0):
        return 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FB
    if 0x11A8 <= before <= 0x11FF or 0xD7CB <= before <= 0xD7FB or whole:
        return 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB
    return False
