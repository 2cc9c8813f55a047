"""``sumptuary baseline``: today's violations adopted, so that from here on only what is new or dearer fails."""

from __future__ import annotations

import os
import sys

from sumptuary.cli.arguments import (
    add_incomplete_option,
    add_policy_options,
    add_price_options,
    add_reading_options,
)
from sumptuary.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from sumptuary.adoption import Update
    from sumptuary.cli.reading import Reading
    from sumptuary.decisions.baselines import Baseline, Entry
    from sumptuary.report import Report

NAME = "baseline"
HELP = "adopt the violations of today, so that only what is new or dearer fails from here on"

NAMED = 5
"""Policies that are named in what the command says."""


def configure(parser: ArgumentParser) -> None:
    """Add the options of the command."""
    add_reading_options(parser)
    add_policy_options(parser)
    add_price_options(parser)
    group = parser.add_argument_group("what is written")
    usual = "default: the project's, or .sumptuary/baseline.json of the checkout; - is standard output"
    group.add_argument("--output", metavar="FILE", help=f"where to ({usual})")
    group.add_argument("--update", action="store_true", help="bring the one that is there up to date")
    group.add_argument("--quiet", action="store_true", help="say nothing of what was adopted")
    add_incomplete_option(parser)


def run(arguments: Namespace) -> int:
    """Judge, write the baseline, and say what is in it; 3 where something could not be read.

    Raises:
        SumptuaryError: as ``check`` does; the file is there and ``--update`` is not given, or it cannot be written.
    """
    from sumptuary.cli.reading import gather
    from sumptuary.cli.writing import Progress
    from sumptuary.coverage import Coverage

    coverage = Coverage()
    with Progress(coverage, quiet=arguments.quiet):
        reading = gather(arguments, coverage)
    return adopt(reading, arguments, arguments.output, update=arguments.update)


def adopt(reading: Reading, arguments: Namespace, output: str | None, *, update: bool) -> int:
    """Judge what was read and write what fails as a baseline, or bring the one that is there up to date.

    Raises:
        SumptuaryError: the file is there and ``update`` is not set; it is no baseline, or cannot be written.
    """
    from sumptuary.adoption import entries_of, updated
    from sumptuary.cli.adopting import path_of, view_of
    from sumptuary.cli.changed import Chosen
    from sumptuary.cli.outcome import whole_report
    from sumptuary.cli.places import shown_path
    from sumptuary.decisions.baselines import as_text, read_baseline

    around, printed = reading.circumstances, output == "-"
    path = path_of(around, None if printed else output)[0]
    is_there = not printed and os.path.lexists(path)
    if is_there and not update:
        hint = "--update brings it up to date and says what changed; --output FILE writes another"
        raise UsageError("there is a baseline already, so nothing was written", place=shown_path(path), hint=hint)
    former = read_baseline(path, shown_path(path)) if is_there else None
    report, chosen = whole_report(reading, arguments), Chosen.of(reading.paths)
    report.violations = [one for one in report.violations if chosen.everything or chosen.holds(one)]
    made = updated(former, report, view_of(reading, arguments)) if former is not None else None
    entries = made.entries if made is not None else entries_of(report.violations, around.prefix)
    text = as_text(around.now.isoformat(), entries)
    if printed:
        sys.stdout.write(text)
    else:
        _write(path, text)
    if not arguments.quiet:
        _say(_told(entries, former, made, report), shown_path(path), printed=printed)
    return _code(report, reading, arguments)


def _write(path: str, text: str) -> None:
    from sumptuary.cli.placing import place, present

    directory = os.path.dirname(path)
    inside = os.path.basename(directory) == ".sumptuary"
    root, name = (os.path.dirname(directory), f".sumptuary/{os.path.basename(path)}") if inside else os.path.split(path)
    if not os.path.isdir(root):
        raise UsageError("it cannot be written: its directory is not there", place=path)
    present(root, name)
    place(root, name, text)


def _told(entries: Sequence[Entry], former: Baseline | None, update: Update | None, report: Report) -> list[str]:
    """What the baseline holds and, of an update, what came and went."""
    from sumptuary.reports.ledger import plural

    lines: list[str] = []
    if former is not None and update is not None:
        lines.append(f"{update.mended:,} of {former.count:,} are mended")
        if update.added:
            lines.append(f"{update.added:,} added")
        if update.dearer:
            lines.append(f"{update.dearer:,} dearer, adopted at today's cost")
    counts: dict[str, int] = {}
    for entry in entries:
        counts[entry.policy] = counts.get(entry.policy, 0) + entry.count
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    named = [f"{policy} {count:,}" for policy, count in ranked[:NAMED]]
    more = [f"{len(ranked) - NAMED} more policies"] if len(ranked) > NAMED else []
    of = f": {', '.join([*named, *more])}" if named else ""
    lines.append(f"{plural(sum(counts.values()), 'violation')} adopted{of}")
    if report.coverage.failures:
        first = report.coverage.failures[0]
        problems = plural(len(report.coverage.failures), "problem")
        lines.append(f"{problems} in reading: what stands there is not adopted ({first.path}: {first.message})")
    return lines


def _say(lines: Sequence[str], path: str, *, printed: bool) -> None:
    from sumptuary.reports.printable import printable

    stream = sys.stderr if printed else sys.stdout
    if not printed:
        stream.write(f"wrote {printable(path)}\n")
    stream.writelines(f"{printable(line)}\n" for line in lines)


def _code(report: Report, reading: Reading, arguments: Namespace) -> int:
    from sumptuary.report import CLEAN, INCOMPLETE

    faults = report.summary.errors > 0
    incomplete = not arguments.allow_incomplete and (faults or not reading.coverage.complete)
    return INCOMPLETE if incomplete else CLEAN
