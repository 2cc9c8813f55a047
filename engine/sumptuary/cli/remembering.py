"""``--history FILE``: what a run writes into the history, under which name, and what it says of that."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

from sumptuary.cli.inputs import TERRAFORM
from sumptuary.cli.places import checkout, common_directory
from sumptuary.errors import UsageError
from sumptuary.history.record import Occasion, remember
from sumptuary.report import Terms
from sumptuary.reports.ledger import plural
from sumptuary.reports.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from sumptuary.cli.reading import Reading
    from sumptuary.history.settle import Settled
    from sumptuary.report import Report


def terms_of(reading: Reading, stage: str) -> Terms:
    """The policies that can find something in this stage, and the inputs that were given."""
    around = reading.circumstances
    inputs = around.inputs | {"base"} if reading.before is not None else around.inputs
    in_force: set[str] = set()
    for policy in around.laws.policies:
        rules = policy.enforcement
        if any(rules.level(stage, environment, around.now) != "off" for environment in ("", *rules.environments)):
            in_force.add(policy.id)
    return Terms(frozenset(in_force), inputs)


def record(report: Report, arguments: Namespace) -> None:
    """Write a report into the history that the arguments name, or say why it is no matter for one.

    Raises:
        UsageError: the file cannot be written, or is no history.
    """
    if not arguments.history:
        raise UsageError("`--history` names no file")
    paths: Sequence[str] = getattr(arguments, "paths", None) or ["."]
    if why := _unfit(report, paths):
        _say(f"not recorded: {why}", arguments)
        return
    root = _root(arguments, paths)
    scope = arguments.history_scope or _scope(report, arguments, root, paths)
    prefix = os.path.relpath(os.getcwd(), root).replace(os.sep, "/")
    settled = remember(arguments.history, report, Occasion(scope, arguments.now or datetime.now(UTC), prefix))
    _say(_told(settled, scope), arguments)


def _unfit(report: Report, paths: Sequence[str]) -> str:
    """Why a report does not say what stands in its scope; empty when it does."""
    if report.comparison is not None:
        return "with --base a run is about a change, not about all that stands"
    if any(path.endswith(TERRAFORM) and not os.path.isdir(path) for path in paths):
        return "single files were looked at; name their directory"
    return ""


def _root(arguments: Namespace, paths: Sequence[str]) -> str:
    given = getattr(arguments, "root", None)
    return os.path.abspath(given) if given else checkout(common_directory(paths))


def _scope(report: Report, arguments: Namespace, root: str, paths: Sequence[str]) -> str:
    """A name for what was looked at: the accounts; or the checkout, the paths in it, and what its variables came from.

    Values of ``--var`` are left out: they may be secrets.
    """
    accounts = {f"{row.get('provider', '')}/{row.get('account', '')}" for row in report.coverage.collectors}
    if accounts:
        return ", ".join(sorted(accounts))
    name = os.path.basename(root) or root
    inside = sorted({os.path.relpath(path, root).replace(os.sep, "/") for path in paths} - {"."})
    scope = f"{name}/{inside[0]}" if len(inside) == 1 else f"{name}: {', '.join(inside)}" if inside else name
    workspace, files = getattr(arguments, "workspace", "default"), getattr(arguments, "var_file", [])
    beside = [f"workspace {workspace}"] if workspace != "default" else []
    beside += [os.path.relpath(file, root).replace(os.sep, "/") for file in files]
    return f"{scope} ({', '.join(beside)})" if beside else scope


def _told(settled: Settled, scope: str) -> str:
    """One line, and why what was not found still stands."""
    if settled.settles and not settled.doubtful:
        return f"run {settled.run} of {scope}: {settled.settles}, so it resolves nothing"
    counts = f"{settled.new:,} new, {settled.reopened:,} reopened, {settled.resolved:,} resolved, {settled.open:,} open"
    line = f"run {settled.run} of {scope}: {counts}"
    if settled.settles:
        return f"{line}; {settled.settles}, so it resolves nothing"
    if settled.doubtful:
        return f"{line}; of {plural(settled.doubtful, 'finding')} it cannot be told"
    return line


def _say(text: str, arguments: Namespace) -> None:
    if not arguments.quiet:
        sys.stderr.write(f"history: {printable(text)}\n")
