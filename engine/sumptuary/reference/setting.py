"""How a page is set: headings, tables, lists and fenced blocks in Markdown, with what documents say made harmless."""

from __future__ import annotations

import re

from sumptuary.reports.markup import code, cut, plain
from sumptuary.reports.printable import printable_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

MARK = "<!-- Written by `sumptuary docs`: change what it is written from, not this page. -->"
"""The first line of every page; a file without it is a person's, and left alone."""

LONGEST = 4000
"""Characters of one text of a document that a page shows; the documents allow no more."""

CELL = 600
"""Characters of a value in a table."""

_PLACEHOLDER = re.compile(r"(\{\{[^{}]{0,200}\}\})")
_ENDS = re.compile(r"[.,;:]+(?=\s|$)")
_FENCE = re.compile(r"`{3,}|~{3,}")
_NAME = re.compile(r"[^a-z0-9-]+")


def page(title: str, *parts: str) -> str:
    """A page of its parts; those that are empty are left out."""
    return "\n\n".join((MARK, f"# {title}", *(part.strip("\n") for part in parts if part.strip()))) + "\n"


def section(title: str, *parts: str) -> str:
    """A part of a page under its heading; nothing when there is nothing to say."""
    said = [part.strip("\n") for part in parts if part.strip()]
    return "\n\n".join((f"## {title}", *said)) if said else ""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; nothing without rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join((f"| {' | '.join(header)} |", f"| {' | '.join('---' for _ in header)} |", *lines))


def bullets(items: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {item}" for item in items)


def prose(text: str) -> str:
    """What a document says, on one line: words as they are, all that could be markup as code."""
    said = ""
    for index, part in enumerate(_PLACEHOLDER.split(cut(text, LONGEST))):
        if said and not index % 2 and (ends := _ENDS.match(part)) is not None:
            said, part = said + ends[0], part[ends.end() :]  # noqa: PLW2901  # what ends a clause is no code
        more = code(part) if index % 2 else _words(part)
        said += f" {more}" if said.endswith("`") and more.startswith("`") else more  # two spans are not one fence
    return said.strip()


def _words(text: str) -> str:
    """A text as prose, with the spaces around it."""
    if not text.strip():
        return text
    return f"{' ' if text[0].isspace() else ''}{plain(text, LONGEST)}{' ' if text[-1].isspace() else ''}"


def value(given: object) -> str:
    """A value as a document would hold it, on one line, as code."""
    return code(flow(given), CELL)


def flow(given: object) -> str:
    """A value in YAML's short form, on one line."""
    import yaml

    text: str = yaml.safe_dump(given, default_flow_style=True, sort_keys=False, allow_unicode=True, width=1 << 30)
    return text.removesuffix("\n...\n").strip()


def words(given: Iterable[str]) -> str:
    """Words as code, with commas between them."""
    return ", ".join(code(word, CELL) for word in given)


def block(language: str, text: str) -> str:
    """A fenced block that nothing in the text can end."""
    shown = printable_lines(text.strip("\n"))
    fence = "`" * max(3, 1 + max((len(run) for run in _FENCE.findall(shown)), default=0))
    return f"{fence}{language}\n{shown}\n{fence}"


def document(given: Any) -> str:
    """A value as a block of YAML."""
    import yaml

    return block("yaml", yaml.safe_dump(given, sort_keys=False, allow_unicode=True, width=100))


def file_name(name: str) -> str:
    """The file of a page, for an id that may be anything."""
    return f"{_NAME.sub('-', name.lower()).strip('-') or 'unnamed'}.md"
