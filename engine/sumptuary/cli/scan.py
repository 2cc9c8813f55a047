"""``sumptuary scan``: what runs in a live account held against the laws. It reads, and can do nothing else."""

from __future__ import annotations

import os

from sumptuary.cli.arguments import (
    add_baseline_options,
    add_history_option,
    add_incomplete_option,
    add_output_options,
    add_policy_options,
    add_price_options,
    choose,
    outputs,
)
from sumptuary.cli.inputs import Change
from sumptuary.cli.outcome import deliver, report_on
from sumptuary.cli.reading import circumstances_at, read_estate
from sumptuary.cli.writing import Progress
from sumptuary.coverage import Coverage
from sumptuary.errors import UsageError
from sumptuary.reports import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from sumptuary.cli.reading import Reading

NAME = "scan"
HELP = "hold what runs in a live account against the policies (aws), read-only"

TARGETS = ("aws",)
PLANNED = ("gcp", "azure", "kubernetes")


def configure(parser: ArgumentParser) -> None:
    """Add the options of the command."""
    group = parser.add_argument_group("what is read")
    group.add_argument("target", nargs="?", metavar="TARGET", help=f"which kind of account: {', '.join(TARGETS)}")
    group.add_argument("--region", action="append", default=[], metavar="NAME", help="may repeat (default: all on)")
    group.add_argument("--profile", default="", metavar="NAME", help="an AWS profile (default: as the AWS CLI has it)")
    group.add_argument("--role-arn", default="", metavar="ARN", help="a role to take before reading")
    group.add_argument("--external-id", default="", metavar="ID", help="what that role asks of those who take it")
    group.add_argument("--deadline", type=_seconds, metavar="SECONDS", help="the time a collector has (default: 120)")
    group.add_argument("--config", metavar="FILE", help="the project file (default: the nearest sumptuary.yaml)")
    add_baseline_options(parser)
    about = "adopt what fails as a baseline in this file, or bring the one there up to date, in place of a report"
    parser.add_argument("--adopt", metavar="FILE", help=about)
    add_policy_options(parser)
    add_price_options(parser)
    add_output_options(parser, FORMATS)
    add_history_option(parser)
    add_incomplete_option(parser)
    parser.set_defaults(stage="scheduled")


def run(arguments: Namespace) -> int:
    """Read the account, judge, write; the report's exit code, or that of adopting what was found."""
    _check(arguments)
    wanted = outputs(arguments, FORMATS, FORMATS[0])
    coverage = Coverage()
    with Progress(coverage, quiet=arguments.quiet):
        reading = _gather(arguments, coverage)
        report = report_on(reading, arguments) if arguments.adopt is None else None
    if report is None:
        from sumptuary.cli.baseline import adopt

        return adopt(reading, arguments, arguments.adopt, update=True)
    return deliver(report, wanted, arguments)


def _check(arguments: Namespace) -> None:
    """Whether the call makes sense, before anything is sent."""
    target = arguments.target
    if target is None:
        raise UsageError("scan needs to know what to read", hint=f"`sumptuary scan {TARGETS[0]}`")
    if target in PLANNED:
        raise UsageError(f"`scan {target}` is not there yet", hint=f"`sumptuary scan {TARGETS[0]}` is")
    choose(target, TARGETS, "scan takes")
    if arguments.external_id and not arguments.role_arn:
        raise UsageError("--external-id is for a role: name it with --role-arn")


def _gather(arguments: Namespace, coverage: Coverage) -> Reading:
    """What runs in the account, with the laws of the working directory."""
    from sumptuary.sources.aws import DEADLINE, Access, Request, scan

    around = circumstances_at(os.getcwd(), arguments, coverage)
    access = Access(arguments.profile, arguments.role_arn, arguments.external_id)
    account = scan(Request(access, tuple(arguments.region), arguments.deadline or DEADLINE), coverage)
    read = {one.address for one in account.commitments}  # what the account says of them is newer than a file
    around.commitments = (*(one for one in around.commitments if one.address not in read), *account.commitments)
    if account.knows_commitments:
        around.inputs |= {"commitments"}
    return read_estate((Change(one, one) for one in account.resources), around, coverage)


def _seconds(text: str) -> float:
    """A number of seconds above zero, a day at most."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86400:
        raise UsageError(f"--deadline takes seconds, such as 120; not `{text}`")
    return seconds
