"""``policies test``: whether policies do as their tests say."""

from __future__ import annotations

import sys

from sumptuary.cli.policies.common import counted
from sumptuary.reports.printable import printable_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "test"
HELP = "run inline tests"
DESCRIPTION = "Run policies' tests; exit 1 if one fails."


def configure(parser: ArgumentParser) -> None:
    """Add the action's options."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files, directories, packs (default: all that hold)")


def run(arguments: Namespace) -> int:
    """Run the tests, and tell which failed."""
    from sumptuary.cli.judging import judged
    from sumptuary.policy.cases import run as run_cases
    from sumptuary.policy.load import load_with_tests

    paths = arguments.paths
    suites = load_with_tests(paths, start=None if paths else ".")
    results = [result for policy, cases in suites for result in run_cases(policy, cases, judged)]
    failed = [result for result in results if not result.ok]
    for result in failed:
        place, case = result.case.place, result.case
        wanted = case.expect + (f" saying {case.message!r}" if case.message else "")
        text = f"{place.path}:{place.line}: {result.policy.id}: {case.name}: expected {wanted}, got {result.got}"
        sys.stdout.write(printable_lines(text + (f" ({result.said})" if result.said else "")) + "\n")
    bare = [policy.id for policy, cases in suites if not cases]
    if bare:
        sys.stdout.write(f"without tests: {', '.join(bare)}\n")
    sys.stdout.write(f"{counted(len(results), 'test')} of {counted(len(suites), 'policy')}: {len(failed)} failed\n")
    return 1 if failed else 0
