"""A report becomes a run: its figures as a row, and its findings settled, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sumptuary.history.settle import Scan, Settled, settle
from sumptuary.history.standing import cents, plain, said, stamp
from sumptuary.history.store import writing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from sqlite3 import Connection

    from sumptuary.money import Range
    from sumptuary.report import Report


@dataclass(slots=True, eq=False, repr=False)
class Occasion:
    """What a report does not say of its run.

    ``scope`` names what was looked at: only a later run of the same scope resolves a finding. ``prefix`` is the
    working directory within the checkout, so that paths are the same from everywhere.
    """

    scope: str
    finished: datetime
    prefix: str = ""


def remember(path: str, report: Report, occasion: Occasion) -> Settled:
    """Write a report into the history: all of it, or nothing.

    A run that is older than the latest of its scope is written down, but what the newer one said of findings holds.

    Raises:
        UsageError: the file cannot be written, or is no history.
    """
    found = said(report.violations, occasion.prefix)
    at = stamp(report.now)
    with writing(path) as connection:
        scope = _scope(connection, plain(occasion.scope))
        (latest,) = connection.execute("SELECT max(started) FROM runs WHERE scope = ?", (scope,)).fetchone()
        late = latest is not None and latest > at
        settles = f"a run of {latest} is in the history already" if late else _unsettling(report)
        run = _insert(connection, scope, report, (at, stamp(occasion.finished), settles))
        if late:
            return Settled(run, settles=settles)
        settled = settle(connection, _scan(run, scope, at, settles, report), found)
        figures = (settled.new, settled.reopened, settled.resolved, settled.open, run)
        connection.execute("UPDATE runs SET new = ?, reopened = ?, resolved = ?, open = ? WHERE id = ?", figures)
    return settled


def _scan(run: int, scope: int, at: str, settles: str, report: Report) -> Scan:
    terms, coverage = report.terms, report.coverage
    away = tuple(row.partition(" ")[0] for row in coverage.unresolved_modules)
    scan = Scan(run, scope, at, away=away, settles=settles)
    if terms is not None:
        scan.policies, scan.inputs = terms.policies, terms.inputs
    if coverage.collectors:
        rows = [
            (row.get("account", ""), row.get("region", ""), row.get("status") == "ok") for row in coverage.collectors
        ]
        missed = {(account, region) for account, region, ok in rows if not ok}
        scan.collected = frozenset((account, region) for account, region, _ in rows) - missed
        scan.missed = bool(missed)
    return scan


def _unsettling(report: Report) -> str:
    """Why a run as a whole resolves nothing; empty when it does."""
    coverage = report.coverage
    if coverage.failures:
        return "the run was incomplete: something could not be read"
    if not (coverage.files_read or coverage.collectors):
        return "there was nothing to read"
    return ""


def _scope(connection: Connection, name: str) -> int:
    connection.execute("INSERT INTO scopes (name) VALUES (?) ON CONFLICT (name) DO NOTHING", (name,))
    (scope,) = connection.execute("SELECT id FROM scopes WHERE name = ?", (name,)).fetchone()
    return int(scope)


def _insert(connection: Connection, scope: int, report: Report, told: tuple[str, str, str]) -> int:
    """The run's row. ``told`` is when it started, when it finished, and why it settles nothing."""
    started, finished, settles = told
    summary, spend = report.summary, report.summary.spend
    cost, savings = _money(spend.monthly), _money(summary.savings)
    inputs = report.terms.inputs if report.terms is not None else ()
    row: dict[str, object] = {
        "scope": scope,
        "started": started,
        "finished": finished,
        "stage": report.stage,
        "inputs": " ".join(sorted(inputs)),
        "settles": settles,
        "exit_code": summary.exit_code,
        "resources": summary.resources,
        "policies": summary.policies,
        "violations": summary.violations,
        "blocking": summary.blocking,
        "unknown": summary.unknown,
        "waived": summary.waived,
        "approved": summary.approved,
        "baselined": summary.baselined,
        "errors": summary.errors,
        "priced": spend.priced,
        "unpriced": spend.unpriced,
        "currency": spend.currency,
        "catalogue": report.catalogue.version,
        **{f"cost_{name}": figure for name, figure in cost.items()},
        **{f"savings_{name}": figure for name, figure in savings.items()},
    }
    columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    connection.execute(f"INSERT INTO runs ({columns}) VALUES ({values})", row)  # noqa: S608  (names above)
    (run,) = connection.execute("SELECT last_insert_rowid()").fetchone()
    return int(run)


def _money(figure: Range | None) -> dict[str, str | None]:
    points = figure.points() if figure is not None else (None, None, None)
    return dict(zip(("low", "expected", "high"), map(cents, points), strict=True))
