"""Outputs: each file turns a Report into text; who writes it where is the command line's affair."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from sumptuary.report import Report

    class Output(Protocol):
        """A format's module."""

        def render(self, report: Report, style: Style) -> str:
            """The report as text."""
            ...


FORMATS = ("text", "json", "sarif", "junit", "gitlab", "markdown")
"""The formats a report can take, each a module of this name, the first being the one for people."""


@dataclass(slots=True, eq=False, repr=False)
class Style:
    """How text is set: whether colours may be used, its width in columns, and whether only violations are wanted."""

    colour: bool = False
    width: int = 100
    quiet: bool = False


def render(format_name: str, report: Report, style: Style) -> str:
    """The report in one of ``FORMATS`` and in its currency; only the chosen one is imported."""
    if report.currency is not None:
        from sumptuary.reports.exchange import shown

        report = shown(report)
    return _output(format_name).render(report, style)


def _output(format_name: str) -> Output:
    module: Any = import_module(f"sumptuary.reports.{format_name}")
    found: Output = module
    return found
