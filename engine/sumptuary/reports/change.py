"""The part of the text report on a change: what it costs, and what it makes better or worse than its base was."""

from __future__ import annotations

from sumptuary.money import Range
from sumptuary.reports.amounts import amount, span
from sumptuary.reports.ledger import plural
from sumptuary.reports.printable import folded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.findings import Violation
    from sumptuary.report import Comparison, Report

SHOWN = 10


def change_headline(report: Report) -> str:
    """What the change costs a month and what it does to the violations; empty without a base."""
    comparison = report.comparison
    if comparison is None:
        return ""
    dearer = sum(mark_of(one, report) == "dearer" for one in report.violations)
    counts = [f"{plural(report.summary.violations - dearer, 'new violation')}"]
    counts += [f"{dearer:,} dearer"] if dearer else []
    counts += [f"{len(comparison.resolved):,} resolved"] if comparison.resolved else []
    stood = f"; {report.summary.baselined:,} stood before" if report.summary.baselined else ""
    return f"{_cost(report, comparison)}: {', '.join(counts)}{stood}"


def mark_of(violation: Violation, report: Report) -> str:
    """``new`` or ``dearer`` for what fails though there is a base or a baseline; empty for anything else."""
    if not report.is_held or violation.status != "fail":
        return ""
    return "dearer" if violation.fingerprint in report.dearer else "new"


def resolved(report: Report, width: int) -> list[str]:
    """The base's violations that are gone, the first few by name; none without a base or without any."""
    gone = report.comparison.resolved if report.comparison is not None else []
    if not gone:
        return []
    named: dict[str, list[str]] = {}
    for violation in gone:
        named.setdefault(violation.policy, []).append(violation.resource.address)
    lines = [f"Resolved ({len(gone)}): these stood at the base"]
    for policy, addresses in named.items():
        more = f" and {len(addresses) - SHOWN} more" if len(addresses) > SHOWN else ""
        lines += folded(f"{policy}: {', '.join(addresses[:SHOWN])}{more}", width, "  ", "    ")
    return lines


def _cost(report: Report, comparison: Comparison) -> str:
    """``This change adds $1,200 a month ($3,000 -> $4,200)``, as far as it is known."""
    change, before, after = comparison.change, comparison.spend, report.summary.spend
    if change is None:
        return "What this change costs is not known"
    currency = after.currency
    was, will = (
        amount(spend.monthly.expected if spend.monthly is not None else Range.of(0).expected, currency)
        for spend in (before, after)
    )
    missing = max(before.unpriced, after.unpriced)
    aside = f"; {plural(missing, 'resource')} unpriced" if missing else ""
    if span(change, currency) == span(Range.of(0), currency):
        return f"This change does not alter the monthly cost ({will}{aside})"
    if change.expected < 0:
        saved = Range(-change.high, -change.expected, -change.low)
        return f"This change takes off {_expected(saved, currency)} a month ({was} -> {will}{aside})"
    return f"This change adds {_expected(change, currency)} a month ({was} -> {will}{aside})"


def _expected(figure: Range, currency: str) -> str:
    """The expected amount, and the range it lies in where there is one."""
    low, high = amount(figure.low, currency), amount(figure.high, currency)
    return amount(figure.expected, currency) + (f" (from {low} to {high})" if low != high else "")
