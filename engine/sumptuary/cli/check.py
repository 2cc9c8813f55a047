"""``sumptuary check``: files held against the laws."""

from __future__ import annotations

import os
import sys

from sumptuary.cli.arguments import (
    add_incomplete_option,
    add_output_options,
    add_policy_options,
    add_price_options,
    add_reading_options,
    outputs,
)
from sumptuary.cli.changed import Chosen
from sumptuary.cli.reading import gather
from sumptuary.cli.writing import Progress, style_of, write
from sumptuary.coverage import Coverage
from sumptuary.evaluate import Setting, evaluate
from sumptuary.report import Report, summarise
from sumptuary.reports import FORMATS, render
from sumptuary.reports.ledger import plural, verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from sumptuary.model import Resource

REASONS = 5
"""How many reasons for a missing price are told apart."""

NAME = "check"
HELP = "hold Terraform files and plans against the policies: what breaks them, and what it costs"


def configure(parser: ArgumentParser) -> None:
    """Add the options of the command."""
    add_reading_options(parser)
    add_policy_options(parser)
    add_price_options(parser)
    add_output_options(parser, FORMATS)
    add_incomplete_option(parser)


def run(arguments: Namespace) -> int:
    """Read, judge, write; the report's exit code."""
    wanted = outputs(arguments, FORMATS, FORMATS[0])
    coverage = Coverage()
    with Progress(coverage, quiet=arguments.quiet):
        report = judged(arguments, coverage)
    for one in wanted:
        write(one, render(one.format, report, style_of(arguments, one)))
    if all(one.path for one in wanted) and not arguments.quiet:
        sys.stderr.write(verdict(report) + "\n")
    return report.summary.exit_code


def judged(arguments: Namespace, coverage: Coverage) -> Report:
    """The report on what the arguments name, of which only the findings in the files given are kept."""
    reading = gather(arguments, coverage)
    if not reading.laws.policies:
        coverage.note("no policy holds here, so nothing can be found wrong: `sumptuary policies list` shows what does")
    setting = Setting(
        now=reading.now,
        catalogue=reading.catalogue,
        stage=arguments.stage,
        fail_on=arguments.fail_on,
        prefix=os.path.relpath(os.getcwd(), reading.root).replace(os.sep, "/"),
        approvals=reading.approvals,
        inputs=reading.inputs,
        allow_incomplete=arguments.allow_incomplete,
    )
    report = evaluate(reading.resources, reading.laws.policies, setting, coverage, reading.before)
    _note_unpriced(reading.resources, coverage)
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
    return Report(kept, coverage, summary, report.catalogue, report.now, report.stage)


def _note_unpriced(resources: Sequence[Resource], coverage: Coverage) -> None:
    """Why resources have no price, the commonest reasons first: an unpriced estate must not read as a cheap one."""
    reasons: dict[str, int] = {}
    for resource in resources:
        if resource.cost.unpriced:
            reasons[resource.cost.unpriced] = reasons.get(resource.cost.unpriced, 0) + 1
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    for reason, count in ranked[:REASONS]:
        coverage.note(f"{plural(count, 'resource')} unpriced: {reason}")
    if rest := ranked[REASONS:]:
        coverage.note(f"{plural(sum(count for _, count in rest), 'resource')} unpriced for {len(rest)} further reasons")
