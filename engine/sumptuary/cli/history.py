"""``sumptuary history``: what the runs in a history found, and what became of it."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from decimal import Decimal

from sumptuary.cli.arguments import choose, moment
from sumptuary.errors import UsageError
from sumptuary.history.trend import STATES, Question, findings, runs, scopes
from sumptuary.reports.amounts import amount
from sumptuary.reports.ledger import plural
from sumptuary.reports.printable import printable
from sumptuary.values import is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Sequence
    from sqlite3 import Connection

    from sumptuary.history.trend import Row

NAME = "history"
HELP = "what the runs of a --history file found: since when it stands, when it went, what it costs"
SCHEMA = "sumptuary.history/v1"
SHOWN = 20
"""Runs that the text shows."""

NARROWED = "No finding is recorded under what was asked for: without --policy, --scope and --since, all are shown."

_RUN_HEADER = ("STARTED", "COST A MONTH", "SAVINGS", "OPEN", "NEW", "REOPENED", "RESOLVED", "SCOPE")


def configure(parser: ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--history", metavar="FILE", help="the file that check and scan wrote with --history")
    parser.add_argument("--scope", default="", metavar="NAME", help="only what was looked at under this name")
    parser.add_argument("--status", choices=(*STATES, "all"), default="all", help="only findings of which this is true")
    parser.add_argument("--policy", default="", metavar="ID", help="only findings of this policy")
    parser.add_argument("--since", type=_since, metavar="ISO8601", help="only runs and findings from then on")
    parser.add_argument("--now", type=moment, metavar="ISO8601", help="the time at which ages end (default: now)")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: Namespace) -> int:
    """Write the history as text or JSON."""
    if not arguments.history:
        hint = "name the file: sumptuary history --history FILE"
        raise UsageError("history needs to know which file to read", hint=hint)
    from sumptuary.history.store import reading

    now = arguments.now or datetime.now(UTC)
    question = Question(now, arguments.scope, arguments.status, arguments.policy, arguments.since)
    with reading(arguments.history) as connection:
        ran, found = _answer(connection, question)
    if arguments.format == "json":
        document = {"schema": SCHEMA, "runs": ran, "findings": found}
        sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
    elif connection is None:
        sys.stdout.write("The history is empty: no run is recorded in it.\n")
    else:
        narrow = bool(arguments.scope or arguments.policy or arguments.since)
        sys.stdout.write("\n".join(_text(ran, found, arguments.status, narrow=narrow)) + "\n")
    return 0


def _since(text: str) -> datetime:
    try:
        return moment(text)
    except UsageError:
        raise UsageError(f"--since takes an ISO 8601 date or time, such as 2026-11-01; not `{text}`") from None


def _answer(connection: Connection | None, question: Question) -> tuple[list[Row], list[Row]]:
    if connection is None:
        return [], []
    if question.scope:
        choose(question.scope, scopes(connection), "--scope takes")
    return runs(connection, question), findings(connection, question)


def _text(ran: Sequence[Row], found: Sequence[Row], status: str, *, narrow: bool) -> list[str]:
    more = f", the latest {SHOWN}" if len(ran) > SHOWN else ""
    lines = [f"{plural(len(ran), 'run')}{more}"]
    lines += _table(_RUN_HEADER, map(_run, ran[:SHOWN]))
    for state in STATES:
        chosen = [row for row in found if row["state"] == state]
        if chosen or status == state:
            lines += ["", f"{state.capitalize()}: {plural(len(chosen), 'finding')}", *_findings(state, chosen)]
    return lines if found or status in STATES else [*lines, "", NARROWED if narrow else "No finding is recorded."]


def _findings(state: str, chosen: Sequence[Row]) -> list[str]:
    """A line a finding, and below it why it is not known whether it still stands."""
    last = "RESOLVED" if state == "resolved" else "LAST SEEN"
    header = ("FIRST SEEN", last, "DAYS", "REOPENED", "SAVING", "POLICY", "WHAT")
    heading, *table = _table(header, map(_finding, chosen)) or [""]
    lines = [heading] if chosen else []
    for line, row in zip(table, chosen, strict=True):
        lines.append(line)
        if row["not_known_since"]:
            lines.append(printable(f"      not known since {_day(row['not_known_since'])}: {row['not_known']}"))
    return lines


def _run(row: Row) -> tuple[str, ...]:
    counts = row["findings"] if is_map(row["findings"]) else {}
    told = [counts.get(name) for name in ("open", "new", "reopened", "resolved")]
    aside = f" ({row['resolves_nothing']}: nothing resolved)" if row["resolves_nothing"] else ""
    cells = (_minute(row["started"]), _money(row["monthly_cost"]), _money(row["monthly_savings"]))
    return (*cells, *("" if count is None else str(count) for count in told), f"{row['scope']}{aside}")


def _finding(row: Row) -> tuple[str, ...]:
    last = row["resolved"] or row["last_seen"]
    count = f" ({row['count']} times)" if row["count"] != 1 else ""
    status = f" [{row['status']}]" if row["status"] != "fail" else ""
    saving = _money(row["saving"]) if row["saving"] is not None else ""
    what = f"{row['address']}{count}{status}{_where(row['location'])}"
    times = (_day(row["first_seen"]), _day(last), str(row["age_days"]), str(row["reopened"]))
    return (*times, saving, str(row["policy"]), what)


def _where(location: object) -> str:
    path = location.get("path") if is_map(location) else None
    return f" in {path}" if path else ""


def _money(figure: object) -> str:
    if not is_map(figure) or not isinstance(expected := figure.get("expected"), str):
        return "not known"
    return amount(Decimal(expected), str(figure.get("currency", "")))


def _minute(time: object) -> str:
    return str(time)[:16].replace("T", " ")


def _day(time: object) -> str:
    return str(time)[:10]


def _table(header: Sequence[str], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Columns as wide as they need to be; nothing at all without rows."""
    cells = [tuple(printable(cell) for cell in row) for row in rows]
    if not cells:
        return []
    widths = [max(len(row[column]) for row in (header, *cells)) for column in range(len(header))]
    lines: list[str] = []
    for row in (tuple(header), *cells):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append(f"  {line.rstrip()}")
    return lines
