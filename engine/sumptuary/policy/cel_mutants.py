"""Mutants of a CEL condition: one operator turned round, one number moved, or the whole denied."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

SWAPS = {
    "==": ("!=",),
    "!=": ("==",),
    "<=": ("<", ">"),
    ">=": (">", "<"),
    "<": ("<=", ">="),
    ">": (">=", "<="),
    "&&": ("||",),
    "||": ("&&",),
    "true": ("false",),
    "false": ("true",),
}
"""An operator, and what stands in its place; a comparison moves by its edge, and turns round."""

_TOKENS = re.compile(
    r"""(?P<text>[rRbB]?(?:\"\"\".*?\"\"\"|'''.*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))"""
    r"|(?P<comment>//[^\n]*)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?u?)"
    r"|(?P<operator>==|!=|<=|>=|&&|\|\||<|>|!)",
    re.DOTALL,
)


def conditions(text: str) -> Iterator[tuple[str, str]]:
    """Each mutant of a condition, and what was changed in words. Strings and comments are left as they are."""
    yield f"!({text})", "the whole condition denied"
    for found in _TOKENS.finditer(text):
        sign = found[0]
        if found.lastgroup == "operator" and sign == "!":
            yield _with(text, found, ""), _told(text, found, "taken out")
        elif found.lastgroup in ("operator", "name"):
            for other in SWAPS.get(sign, ()):
                yield _with(text, found, other), _told(text, found, f"-> {other}")
        elif found.lastgroup == "number" and sign.isdecimal():
            for other in sorted({str(max(0, int(sign) - 1)), str(int(sign) + 1)} - {sign}):
                yield _with(text, found, other), _told(text, found, f"-> {other}")


def _with(text: str, found: re.Match[str], other: str) -> str:
    return text[: found.start()] + other + text[found.end() :]


def _told(text: str, found: re.Match[str], change: str) -> str:
    around = " ".join(text[max(0, found.start() - 20) : found.end() + 20].split())
    return f"{found[0]} {change} in `{around}`"
