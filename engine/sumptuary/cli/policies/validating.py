"""``policies validate``: whether documents are right, with every error of every file."""

from __future__ import annotations

import sys

from sumptuary.cli.policies.laws import documents_at
from sumptuary.errors import PolicyError, SumptuaryError
from sumptuary.policy.places import pack_of
from sumptuary.reports.ledger import plural
from sumptuary.reports.printable import printable_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "validate"
HELP = "check documents"
DESCRIPTION = "Check documents; exit 2 if wrong."


def configure(parser: ArgumentParser) -> None:
    """Add the action's options."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files, directories, packs (default: all that hold)")


def run(arguments: Namespace) -> int:
    """Check each path on its own, so that the errors of one do not hide those of another."""
    problems: list[SumptuaryError] = []
    files: set[str] = set()
    counts: dict[str, int] = dict.fromkeys(("policy", "rule template", "waiver", "approval"), 0)
    for path in arguments.paths or [pack_of(".")]:
        try:
            laws = documents_at(path).laws
        except PolicyError as error:
            problems += error.problems
        except SumptuaryError as error:
            problems.append(error)
        else:
            files.update(laws.documents)
            sizes = (len(laws.policies), len(laws.templates), len(laws.waivers), len(laws.approvals))
            counts = {noun: counts[noun] + size for noun, size in zip(counts, sizes, strict=True)}
    for problem in problems:
        sys.stdout.write(printable_lines(str(problem)) + "\n")
    if problems:
        sys.stdout.write(f"{plural(len(problems), 'error')}\n")
        return 2
    what = [plural(count, noun) for noun, count in counts.items() if count] or ["no policy"]
    sys.stdout.write(f"{', '.join(what)} in {plural(len(files), 'file')}: valid\n")
    return 0
