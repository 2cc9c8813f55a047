"""Outputs: each file turns a Report into text; who writes it where is the command line's affair."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.report import Report

FORMATS = ("text", "json")
"""The formats a report can take, the first being the one for people."""


@dataclass(slots=True, eq=False, repr=False)
class Style:
    """How text is set: whether colours may be used, its width in columns, and whether only violations are wanted."""

    colour: bool = False
    width: int = 100
    quiet: bool = False


def render(format_name: str, report: Report, style: Style) -> str:
    """The report in one of ``FORMATS``; only the chosen one is imported."""
    if format_name == "json":
        from sumptuary.reports import json

        return json.render(report)
    from sumptuary.reports import text

    return text.render(report, style)
