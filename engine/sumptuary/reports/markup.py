"""Scanned text made fit for Markdown: what could be a link, a mention, a reference or markup stands in code spans.

Escaping by backslashes is not enough: forges look for ``@name``, ``#1``, ``ABC-1`` and addresses in the rendered text.
Nothing is looked for in code. So a word is left as prose only when every character of it is known to mean nothing.
"""

from __future__ import annotations

import re
from itertools import groupby

from sumptuary.reports.printable import printable

CUT = 300
"""Characters of one scanned text that are shown."""

_FRAME = r"""[("'\u2018\u201c]*(?:%s)[)"'\u2019\u201d]*[.,;:?!]*[)"'\u2019\u201d]*"""
_WORD = re.compile(_FRAME % r"[^\W_]+(?:['\u2019/-][^\W_]+)*")
_FIGURE = re.compile(_FRAME % r"-?[$€£]?[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?%?")
_DATE = re.compile(_FRAME % "[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBERED = re.compile(r"[0-9]{1,9}[.)]")
"""What begins a numbered list where a text begins with it."""
_TICKET = re.compile(r"[^\W_]+-[0-9]")
_HEXADECIMAL = re.compile(r"\b[0-9a-fA-F]{7,}\b")
_SIGNS = frozenset(("...", *"\u2014\u2013\u2192\u00d7%"))
"""An omission, dashes, an arrow, signs of multiplication and of a hundredth: prose where they stand alone."""

_RUN = re.compile(r"`+")
_URL = re.compile(r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]+)?(?:/[A-Za-z0-9._~/%?=&#+,:;!-]*)?")


def plain(text: str, limit: int = CUT) -> str:
    """The text as prose on one line, its doubtful words as code; cut at ``limit`` characters."""
    words = cut(text, limit).split()
    if words and _NUMBERED.fullmatch(words[0]):
        return " ".join((_span(words[0]), plain(" ".join(words[1:]), limit))).rstrip()
    runs = groupby(words, _is_prose)
    return " ".join(" ".join(run) if prose else _doubtful(" ".join(run)) for prose, run in runs)


def code(text: str, limit: int = CUT) -> str:
    """The text as a code span on one line, cut at ``limit`` characters; empty when there is none.

    A bar is shown as an escape, since a table ends its cell there, in code too.
    """
    line = " ".join(cut(text, limit).split())
    return _span(line) if line else ""


def link(address: str) -> str:
    """A web address as a link, when it is plainly one; as code else."""
    return f"<{address}>" if _URL.fullmatch(address) else code(address)


def cut(text: str, limit: int) -> str:
    """The text printable, on one line, and no longer than ``limit``."""
    line = printable(text[: limit + 1])
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _is_prose(word: str) -> bool:
    if word in _SIGNS or _DATE.fullmatch(word):
        return True
    if _HEXADECIMAL.search(word):
        return False
    return _FIGURE.fullmatch(word) is not None or (_WORD.fullmatch(word) is not None and not _TICKET.search(word))


def _doubtful(words: str) -> str:
    """Words as a code span; what ends a sentence, and a bracket that has no other in them, stays outside."""
    opened = "(" if words.startswith("(") and ")" not in words.rstrip(".,;:")[:-1] else ""
    body = words[len(opened) :]
    inside = body.rstrip(".,;:")
    if inside.endswith(")") and "(" not in inside:
        inside = inside[:-1]
    return f"{opened}{_span(inside)}{body[len(inside) :]}" if inside else _span(words)


def _span(line: str) -> str:
    """A code span with more backticks around than any run within."""
    shown = line.replace("|", "\\x7c")
    fence = "`" * (1 + max((len(run) for run in _RUN.findall(shown)), default=0))
    gap = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{gap}{shown}{gap}{fence}"
