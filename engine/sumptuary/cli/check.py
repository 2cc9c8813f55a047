"""``sumptuary check``: files held against the laws."""

from __future__ import annotations

from sumptuary.cli.arguments import (
    add_base_option,
    add_baseline_options,
    add_history_option,
    add_incomplete_option,
    add_output_options,
    add_policy_options,
    add_price_options,
    add_reading_options,
    outputs,
)
from sumptuary.cli.outcome import deliver, report_on
from sumptuary.cli.reading import gather
from sumptuary.cli.writing import Progress
from sumptuary.coverage import Coverage
from sumptuary.reports import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from sumptuary.report import Report

NAME = "check"
HELP = "hold Terraform, plans and Kubernetes manifests against the policies, and say what it costs"


def configure(parser: ArgumentParser) -> None:
    """Add the options of the command."""
    add_reading_options(parser)
    add_base_option(parser)
    add_baseline_options(parser)
    add_policy_options(parser)
    add_price_options(parser)
    add_output_options(parser, FORMATS)
    add_history_option(parser)
    add_incomplete_option(parser)


def run(arguments: Namespace) -> int:
    """Read, judge, write; the report's exit code."""
    wanted = outputs(arguments, FORMATS, FORMATS[0])
    coverage = Coverage()
    with Progress(coverage, quiet=arguments.quiet):
        report = judged(arguments, coverage)
    return deliver(report, wanted, arguments)


def judged(arguments: Namespace, coverage: Coverage) -> Report:
    """The report on what the arguments name."""
    if arguments.base is not None:
        from sumptuary.cli.against_revision import judged_against_base

        return judged_against_base(arguments, coverage)
    return report_on(gather(arguments, coverage), arguments)
