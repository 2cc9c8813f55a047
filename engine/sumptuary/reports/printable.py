"""Scanned text made fit for a terminal: a file name or tag must not move the cursor, change colours or hide itself."""

from __future__ import annotations

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\u200b\u2028\u2029\ufeff") | _BIDI


def printable(text: str) -> str:
    """The text on one line, with control characters, escapes and direction marks shown as ``\\x1b``-like escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _harmless(character) else _shown(character) for character in text)


def printable_lines(text: str) -> str:
    """The same, but line breaks stay."""
    return "\n".join(printable(line) for line in text.split("\n"))


def folded(text: str, width: int, first: str = "", then: str = "") -> list[str]:
    """The text made printable and folded at spaces; a word longer than the width (a path) stays whole."""
    room, lines, line = max(30, width), list[str](), first
    for word in printable(text).split():
        start = first if not lines else then
        if len(line) > len(start) and len(line) + 1 + len(word) > room:
            lines.append(line)
            line = then + word
        else:
            line += word if len(line) == len(start) else f" {word}"
    return [*lines, line] if line.strip() else lines


def _harmless(character: str) -> bool:
    """``str.isprintable`` refuses other spaces than the plain one; those are harmless. Surrogates are not printable."""
    return (character.isprintable() or character == "\u00a0") and character not in _INVISIBLE


def _shown(character: str) -> str:
    if character in "\n\t\r":
        return " "
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
