"""The part of the text report on what waivers excuse: by waiver, with when it ends, who granted it, and why."""

from __future__ import annotations

from sumptuary.reports.describing import waived_by, where
from sumptuary.reports.printable import folded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.findings import Violation
    from sumptuary.report import Report

SHOWN = 5
"""Violations of a waiver that are named."""


def waived(report: Report, width: int) -> list[str]:
    """The section's lines; none when nothing is waived."""
    waivers: dict[str, list[Violation]] = {}
    for violation in report.violations:
        if violation.waiver is not None:
            waivers.setdefault(violation.waiver.id, []).append(violation)
    if not waivers:
        return []
    lines = [f"Waived ({report.summary.waived:,}): wrong, and excused for a while"]
    for name in sorted(waivers):
        found = waivers[name]
        waiver = found[0].waiver
        assert waiver is not None  # noqa: S101  # chosen by it
        lines += folded(f"{waived_by(waiver)}: {waiver.reason}", width, "  ", "    ")
        for one in found[:SHOWN]:
            lines += folded(f"{where(one)} {one.resource.address} {one.policy}", width, "      ", "        ")
        if len(found) > SHOWN:
            lines.append(f"      and {len(found) - SHOWN:,} more")
    return lines
