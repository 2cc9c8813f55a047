"""From an estate and its laws to a report, and from a report to what the user asked to see of it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sumptuary.cli.changed import Chosen
from sumptuary.cli.deciding import approvals_of, excuse_of
from sumptuary.cli.writing import style_of, write
from sumptuary.evaluate import Setting, evaluate
from sumptuary.report import Exchange, Report, summarise
from sumptuary.reports import render
from sumptuary.reports.ledger import plural, verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from datetime import datetime

    from sumptuary.cli.arguments import Output
    from sumptuary.cli.mirror import Mirror
    from sumptuary.cli.reading import Reading
    from sumptuary.coverage import Coverage
    from sumptuary.model import Resource
    from sumptuary.policy.compiled import Project

USUAL_BASELINE = (".sumptuary", "baseline.json")
"""Where a checkout keeps its baseline."""
REASONS = 5
"""How many reasons for a missing price are told apart."""


def whole_report(reading: Reading, arguments: Namespace) -> Report:
    """The report on an estate, with all that the laws say of it."""
    around, coverage = reading.circumstances, reading.coverage
    if not around.laws.policies:
        coverage.note("no policy holds here, so nothing can be found wrong: `sumptuary policies list` shows what does")
    setting = Setting(
        now=around.now,
        catalogue=around.catalogue,
        stage=arguments.stage,
        fail_on=arguments.fail_on,
        prefix=around.prefix,
        approvals=approvals_of(reading, arguments),
        inputs=around.inputs,
        allow_incomplete=arguments.allow_incomplete,
        excuse=excuse_of(reading),
    )
    report = evaluate(reading.resources, around.laws.policies, setting, coverage, reading.before)
    _note_unpriced(reading.resources, coverage)
    report.currency = _currency(around.laws.project, around.now, coverage)
    if getattr(arguments, "history", None) is not None:
        from sumptuary.cli.remembering import terms_of

        report.terms = terms_of(reading, arguments.stage)
    return report


def report_on(reading: Reading, arguments: Namespace) -> Report:
    """The report on an estate, of which only the findings in the files given are kept."""
    report, coverage = against_baseline(whole_report(reading, arguments), reading, arguments), reading.coverage
    chosen = Chosen.of(reading.paths)
    if chosen.everything:
        return report
    kept = [violation for violation in report.violations if chosen.holds(violation)]
    summary = summarise(
        kept,
        coverage,
        resources=report.summary.resources,
        policies=report.summary.policies,
        spend=report.summary.spend,
        allow_incomplete=arguments.allow_incomplete,
    )
    return replace(report, violations=kept, summary=summary)


def against_baseline(report: Report, reading: Reading, arguments: Namespace, mirror: Mirror | None = None) -> Report:
    """The report held against the baseline that holds; as it is where there is none."""
    around = reading.circumstances
    usual = os.path.join(around.root, *USUAL_BASELINE)
    if not (arguments.baseline is not None or around.laws.project.baseline or os.path.lexists(usual)):
        return report
    from sumptuary.cli.adopting import held

    return held(report, reading, arguments, mirror)


def deliver(report: Report, wanted: Sequence[Output], arguments: Namespace) -> int:
    """Write the report in every format asked for, then remember it; its exit code."""
    for one in wanted:
        write(one, render(one.format, report, style_of(arguments, one)))
    if all(one.path for one in wanted) and not arguments.quiet:
        sys.stderr.write(verdict(report) + "\n")
    if getattr(arguments, "history", None) is not None:
        from sumptuary.cli.remembering import record

        record(report, arguments)
    return report.summary.exit_code


def _currency(project: Project, now: datetime, coverage: Coverage) -> Exchange | None:
    """What the project wants amounts shown in; the rate is told to readers."""
    if not (said := project.currency) or said["code"] == "USD":
        return None
    from sumptuary.reports.exchange import remark

    exchange = Exchange(said["code"], Decimal(said["rate"]), date.fromisoformat(said["as_of"]), said["source"])
    coverage.note(remark(exchange, now))
    return exchange


def _note_unpriced(resources: Sequence[Resource], coverage: Coverage) -> None:
    """Why resources have no price, the commonest reasons first: an unpriced estate must not read as a cheap one."""
    reasons: dict[str, int] = {}
    for resource in resources:
        if resource.cost.unpriced:
            reasons[resource.cost.unpriced] = reasons.get(resource.cost.unpriced, 0) + 1
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    shown = REASONS if len(ranked) > REASONS + 1 else len(ranked)  # to count a single one takes no less room
    for reason, count in ranked[:shown]:
        coverage.note(f"{plural(count, 'resource')} unpriced: {reason}")
    if rest := ranked[shown:]:
        count = sum(count for _, count in rest)
        coverage.note(f"{plural(count, 'resource')} unpriced for {plural(len(rest), 'further reason')}")
