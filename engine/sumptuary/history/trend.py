"""What the history tells: its runs, the latest first, and its findings with since when, until when, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sumptuary.history.standing import OPEN, stamp
from sumptuary.values import UNKNOWN_KEY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlite3 import Connection

STATES = ("open", "accepted", "resolved")
"""What a finding can be: it stands; it stands, but was waived, approved or baselined; it is gone."""

_NAMES = ("low", "expected", "high")
_STATE = f"""CASE WHEN findings.resolved IS NOT NULL THEN 'resolved'
    WHEN status IN ({", ".join(f"'{status}'" for status in OPEN)}) THEN 'open' ELSE 'accepted' END"""
_RUN_COUNTS = (
    "resources",
    "policies",
    "violations",
    "blocking",
    "unknown",
    "waived",
    "approved",
    "baselined",
    "errors",
)
_RUNS = f"""
SELECT runs.id AS run, name AS scope, started, finished, stage, inputs, settles, exit_code, {", ".join(_RUN_COUNTS)},
    priced, unpriced, currency, cost_low, cost_expected, cost_high, savings_low, savings_expected, savings_high,
    catalogue, new, reopened, resolved, open
FROM runs JOIN scopes ON scopes.id = runs.scope
WHERE (:scope = '' OR name = :scope) AND started >= :since
ORDER BY started DESC, runs.id DESC
"""  # noqa: S608  (names of columns)
_FINDINGS = f"""
SELECT {_STATE} AS state, status, name AS scope, fingerprint, policy, rule, severity, address, account, region, path,
    uri, message, saving, currency, count, first_seen, first_run, last_seen, last_run, findings.resolved AS resolved,
    resolved_run, findings.reopened AS reopened, not_known_since, not_known
FROM findings JOIN scopes ON scopes.id = findings.scope JOIN runs ON runs.id = last_run
WHERE (:scope = '' OR name = :scope) AND (:policy = '' OR policy = :policy) AND (:state = 'all' OR state = :state)
    AND max(last_seen, coalesce(findings.resolved, ''), coalesce(not_known_since, '')) >= :since
ORDER BY instr('{" ".join(STATES)}', state), name, coalesce(path, uri), address, policy, fingerprint
"""  # noqa: S608  (words from above)

Row = dict[str, object]


@dataclass(slots=True, eq=False, repr=False)
class Question:
    """What is asked for; empty is everything. ``state`` is one of ``STATES`` or ``all``; ``now`` is what ages end at.

    ``since`` keeps the runs that started then or later, and the findings of which anything was told then or later.
    """

    now: datetime
    scope: str = ""
    state: str = "all"
    policy: str = ""
    since: datetime | None = None

    def parameters(self) -> dict[str, str]:
        """As the queries take it."""
        since = stamp(self.since) if self.since is not None else ""
        return {"scope": self.scope, "state": self.state, "policy": self.policy, "since": since}


def scopes(connection: Connection) -> list[str]:
    """The names of all that was looked at, sorted."""
    return [str(name) for (name,) in connection.execute("SELECT name FROM scopes ORDER BY name")]


def runs(connection: Connection, question: Question) -> list[Row]:
    """The runs in JSON types, the latest first.

    ``resolves_nothing`` is null where a run resolves what it did not find, else why it does not; ``findings`` are
    nulls where a later run had been recorded before.
    """
    return [_run(row) for row in _rows(connection, _RUNS, question)]


def findings(connection: Connection, question: Question) -> list[Row]:
    """The findings in JSON types: the open ones, the accepted, the resolved; each by scope, place and address.

    ``age_days`` are whole days from when it was first seen until it was resolved, or until now.
    """
    return [_finding(row, question.now) for row in _rows(connection, _FINDINGS, question)]


def _rows(connection: Connection, query: str, question: Question) -> list[Row]:
    cursor = connection.execute(query, question.parameters())
    names = [str(column[0]) for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _run(row: Row) -> Row:
    currency = row["currency"]
    costs: Row = {name: row[f"cost_{name}"] for name in _NAMES}
    savings: Row = {name: row[f"savings_{name}"] for name in _NAMES}
    return {
        "run": row["run"],
        "scope": row["scope"],
        "started": row["started"],
        "finished": row["finished"],
        "stage": row["stage"],
        "inputs": str(row["inputs"]).split(),
        "resolves_nothing": row["settles"] or None,
        "exit_code": row["exit_code"],
        **{name: row[name] for name in _RUN_COUNTS},
        "monthly_cost": {**costs, "currency": currency, "priced": row["priced"], "unpriced": row["unpriced"]},
        "monthly_savings": {**savings, "currency": currency},
        "catalogue": row["catalogue"] or None,
        "findings": {name: row[name] for name in ("new", "reopened", "resolved", "open")},
    }


def _finding(row: Row, now: datetime) -> Row:
    names = ("state", "status", "scope", "fingerprint", "policy", "rule", "severity", "address")
    place = "path" if row["path"] is not None else "uri"
    saving = None if row["saving"] is None else {"expected": row["saving"], "currency": row["currency"]}
    times = ("first_seen", "first_run", "last_seen", "last_run", "resolved", "resolved_run", "reopened")
    return {
        **{name: row[name] for name in names},
        "account": _fact(row["account"]),
        "region": _fact(row["region"]),
        "location": {place: row[place]},
        "message": row["message"],
        "saving": saving,
        "count": row["count"],
        **{name: row[name] for name in times},
        "age_days": _days(str(row["first_seen"]), row["resolved"], now),
        "not_known_since": row["not_known_since"],
        "not_known": row["not_known"],
    }


def _days(first: str, resolved: object, now: datetime) -> int:
    end = datetime.fromisoformat(resolved) if isinstance(resolved, str) else now
    return max(0, (end - datetime.fromisoformat(first)).days)


def _fact(value: object) -> object:
    """A value that could not be told in the report's own shape."""
    if isinstance(value, str) and value.startswith(f"{UNKNOWN_KEY}: "):
        return {UNKNOWN_KEY: value.removeprefix(f"{UNKNOWN_KEY}: ")}
    return value
