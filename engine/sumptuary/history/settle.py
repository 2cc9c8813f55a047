"""What a run changes in the findings of its scope: seen, come back, resolved, or neither for want of knowledge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sumptuary.history.standing import OPEN, cents
from sumptuary.values import UNKNOWN_KEY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlite3 import Connection

    from sumptuary.history.standing import Said, Standing, Subject

_SEEN = """
INSERT INTO findings (scope, fingerprint, policy, root, address, rule, severity, status, account, region, path, uri,
    message, saving, count, first_run, first_seen, last_run, last_seen)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (scope, fingerprint) DO UPDATE SET
    policy = excluded.policy, root = excluded.root, address = excluded.address, rule = excluded.rule,
    severity = excluded.severity, status = excluded.status, account = excluded.account, region = excluded.region,
    path = excluded.path, uri = excluded.uri, message = excluded.message, saving = excluded.saving,
    count = excluded.count, last_run = excluded.last_run, last_seen = excluded.last_seen,
    reopened = reopened + (resolved IS NOT NULL), resolved = NULL, resolved_run = NULL,
    not_known = NULL, not_known_since = NULL
"""
_UNSEEN = """
SELECT fingerprint, policy, root, address, coalesce(account, ''), coalesce(region, ''), inputs
FROM findings JOIN runs ON runs.id = last_run
WHERE findings.scope = ? AND last_run <> ? AND findings.resolved IS NULL
"""
_RESOLVE = """
UPDATE findings SET resolved = ?, resolved_run = ?, not_known = NULL, not_known_since = NULL
WHERE scope = ? AND fingerprint = ?
"""
_DOUBT = """
UPDATE findings SET not_known = ?, not_known_since = coalesce(not_known_since, ?) WHERE scope = ? AND fingerprint = ?
"""
_FIGURES = f"""
SELECT coalesce(sum(first_run = ?), 0), coalesce(sum(reopened), 0),
    coalesce(sum(resolved IS NULL AND status IN ({", ".join("?" * len(OPEN))})), 0)
FROM findings WHERE scope = ?
"""  # noqa: S608  (question marks only)


@dataclass(slots=True, eq=False, repr=False)
class Scan:
    """A run as settling sees it. ``policies`` are those in force (None: not told, so all), ``inputs`` those given.

    ``away`` names module calls whose source was not there. ``collected`` are the accounts and regions that were read
    whole (None where nothing is live), ``missed`` whether any was not. ``settles`` is empty where the run resolves
    what it did not find, else why it does not.
    """

    run: int
    scope: int
    at: str
    policies: frozenset[str] | None = None
    inputs: frozenset[str] = frozenset()
    away: tuple[str, ...] = ()
    collected: frozenset[tuple[str, str]] | None = None
    missed: bool = False
    settles: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Settled:
    """What a run changed, and what was open after it. ``doubtful`` counts what stays, unseen, as nobody knows."""

    run: int
    new: int = 0
    reopened: int = 0
    resolved: int = 0
    open: int = 0
    doubtful: int = 0
    settles: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Lost:
    """A finding that was not seen. ``inputs`` are those of the run that saw it last."""

    subject: Subject
    account: str
    region: str
    inputs: frozenset[str]


def settle(connection: Connection, scan: Scan, said: Said) -> Settled:
    """Bring the findings of a scope to what a run says of them."""
    _, returned, _ = _figures(connection, scan)
    in_table_order = (said.standing[fingerprint] for fingerprint in sorted(said.standing))  # a third cheaper
    connection.executemany(_SEEN, _rows(scan, in_table_order))
    resolved: list[tuple[object, ...]] = []
    doubtful: list[tuple[object, ...]] = []
    for fingerprint, *subject, account, region, inputs in connection.execute(_UNSEEN, (scan.scope, scan.run)):
        lost = Lost((subject[0], subject[1], subject[2]), account, region, frozenset(inputs.split()))
        if why := _doubt(scan, said, lost):
            doubtful.append((why, scan.at, scan.scope, fingerprint))
        else:
            resolved.append((scan.at, scan.run, scan.scope, fingerprint))
    connection.executemany(_RESOLVE, resolved)
    connection.executemany(_DOUBT, doubtful)
    new, returned_now, standing = _figures(connection, scan)
    return Settled(scan.run, new, returned_now - returned, len(resolved), standing, len(doubtful), scan.settles)


def _rows(scan: Scan, standing: Iterable[Standing]) -> Iterator[tuple[object, ...]]:
    for one in standing:
        about = (one.rule, one.severity, one.status, one.account, one.region, one.path, one.uri, one.message)
        when = (scan.run, scan.at, scan.run, scan.at)
        yield (scan.scope, one.fingerprint, *one.subject, *about, cents(one.saving), one.count, *when)


def _doubt(scan: Scan, said: Said, lost: Lost) -> str:
    """Why a finding that was not seen may stand all the same; empty when it is gone."""
    policy, _, address = lost.subject
    if (unknown := said.unknown.get(lost.subject)) is not None:
        return unknown
    if scan.settles:
        return scan.settles
    if policy in said.faulty:
        return "its rule failed"
    if scan.policies is not None and policy not in scan.policies:
        return "its policy was not in force"
    if missing := lost.inputs - scan.inputs:
        return f"the run was not given {', '.join(sorted(missing))}"
    steps = f".{address}"
    if any(f".{call}." in steps or f".{call}[" in steps for call in scan.away):
        return "its module was not on this machine"
    return _uncollected(scan, lost)


def _uncollected(scan: Scan, lost: Lost) -> str:
    """Why nobody knows, of what is live: its region was not read whole. What has no region may be in any."""
    if scan.collected is None or (lost.account, lost.region) in scan.collected:
        return ""
    if lost.account and lost.region and not lost.region.startswith(UNKNOWN_KEY):
        return f"{lost.region} was not read whole"
    return "not everything was read" if scan.missed else ""


def _figures(connection: Connection, scan: Scan) -> tuple[int, int, int]:
    """New in this run, times that anything came back, and open."""
    new, returned, standing = connection.execute(_FIGURES, (scan.run, *OPEN, scan.scope)).fetchone()
    return int(new), int(returned), int(standing)
