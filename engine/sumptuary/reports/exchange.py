"""The report in the currency that it is read in: the one place where money is converted, each figure once, unrounded.

Rules, limits, caps and price facts are in US dollars and stay so; a report is converted only as it is written.
"""

from __future__ import annotations

from dataclasses import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from sumptuary.findings import Violation
    from sumptuary.report import Exchange, Report, Spend

OLD = 31
"""Days after which a rate is said to be old."""


def shown(report: Report) -> Report:
    """The report with its figures in its currency; as it is where that is the US dollar."""
    exchange = report.currency
    if exchange is None:
        return report
    rate, summary = exchange.rate, report.summary
    comparison = report.comparison
    if comparison is not None:
        comparison = replace(
            comparison,
            spend=_spend(comparison.spend, exchange),
            change=comparison.change * rate if comparison.change is not None else None,
            resolved=[_violation(one, rate) for one in comparison.resolved],
        )
    return replace(
        report,
        violations=[_violation(one, rate) for one in report.violations],
        summary=replace(summary, spend=_spend(summary.spend, exchange), savings=summary.savings * rate),
        comparison=comparison,
    )


def _spend(spend: Spend, exchange: Exchange) -> Spend:
    monthly = spend.monthly * exchange.rate if spend.monthly is not None else None
    return replace(spend, monthly=monthly, currency=exchange.code)


def _violation(violation: Violation, rate: Decimal) -> Violation:
    saving = violation.saving
    if saving is None:
        return violation
    converted = replace(saving, standalone=saving.standalone * rate, attributed=saving.attributed * rate)
    return replace(violation, saving=converted)


def remark(exchange: Exchange, now: datetime) -> str:
    """What a reader should know of the rate: its date, where it is from, and what is still in US dollars."""
    days = (now.date() - exchange.as_of).days
    age = f", {days} days ago" if days > OLD else ", a day to come" if days < 0 else ""
    told = f"{exchange.code} at {exchange.rate:f} for a US dollar, as of {exchange.as_of.isoformat()}{age}"
    return f"amounts are in {told} ({exchange.source}); what policies say, limits and prices are in US dollars"
