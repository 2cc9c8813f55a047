"""``policies validate``: whether documents are right, with every error of every file."""

from __future__ import annotations

import os
import sys

from sumptuary.cli.policies.common import counted
from sumptuary.errors import PolicyError, SumptuaryError, UsageError
from sumptuary.reports.printable import printable_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from sumptuary.policy.compiled import Laws

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
    policies = approvals = 0
    for path in arguments.paths or [""]:
        try:
            laws = _laws_at(path)
        except PolicyError as error:
            problems += error.problems
        except SumptuaryError as error:
            problems.append(error)
        else:
            files.update(laws.documents)
            policies, approvals = policies + len(laws.policies), approvals + len(laws.approvals)
    for problem in problems:
        sys.stdout.write(printable_lines(str(problem)) + "\n")
    if problems:
        sys.stdout.write(f"{counted(len(problems), 'error')}\n")
        return 2
    what = [counted(policies, "policy")] + ([counted(approvals, "approval")] if approvals else [])
    sys.stdout.write(f"{', '.join(what)} in {counted(len(files), 'file')}: valid\n")
    return 0


def _laws_at(path: str) -> Laws:
    """The laws of one path to validate: a repository's own, a project document, or policies."""
    from sumptuary.policy.load import load
    from sumptuary.policy.places import PROJECT_FILE

    if path and not os.path.exists(path):
        raise UsageError("no such file or directory", place=path)
    if not path or _is_repository(path):
        return load(start=path or ".", cache=False)
    if os.path.basename(path) == PROJECT_FILE:
        return load(start=None, config=path, cache=False)
    return load([path], start=None, cache=False)


def _is_repository(path: str) -> bool:
    from sumptuary.policy.places import PACK_FILE, PROJECT_DIRECTORY, PROJECT_FILE

    if not os.path.isdir(path) or os.path.isfile(os.path.join(path, PACK_FILE)):
        return False
    return any(os.path.exists(os.path.join(path, name)) for name in (PROJECT_FILE, PROJECT_DIRECTORY))
