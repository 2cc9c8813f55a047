"""Any sequence of runs leaves what a model in a few lines says it leaves."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from history.runs import found, rows, run, unread

NAMES = ("a", "b", "c")
SCOPES = ("shop", "bank")
STATUSES = ("fail", "error", "waived", "approved", "baselined", "unknown")

Seen = dict[tuple[str, str], str]
Step = tuple[str, bool, Seen]


@dataclass
class Known:
    """What the model remembers of a finding: the number of the run, or None, and how often it came back."""

    first: int
    last: int
    status: str
    resolved: int | None = None
    reopened: int = 0
    doubted: int | None = None


@dataclass
class Model:
    findings: dict[tuple[str, str, str], Known] = field(default_factory=dict[tuple[str, str, str], Known])

    def run(self, number: int, step: Step) -> None:
        scope, complete, seen = step
        standing = {key: status for key, status in seen.items() if status != "unknown"}
        faulty = {policy for (policy, _), status in standing.items() if status == "error"}
        for key, status in standing.items():
            known = self.findings.setdefault((scope, *key), Known(number, number, status))
            known.reopened += known.resolved is not None
            known.last, known.status, known.resolved, known.doubted = number, status, None, None
        for (where, policy, name), known in self.findings.items():
            if where != scope or known.resolved is not None or known.last == number:
                continue
            if complete and policy not in faulty and (policy, name) not in seen:
                known.resolved, known.doubted = number, None
            elif known.doubted is None:
                known.doubted = number


observations = st.dictionaries(
    st.tuples(st.sampled_from(("tags", "spot")), st.sampled_from(NAMES)), st.sampled_from(STATUSES), max_size=4
)
steps = st.lists(st.tuples(st.sampled_from(SCOPES), st.booleans(), observations), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_the_file_says_what_the_model_says(sequence: list[Step]) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "history.sqlite"
        for number, (scope, complete, seen) in enumerate(sequence, start=1):
            findings = [found(name, status, policy) for (policy, name), status in seen.items()]
            ledger = None if complete else unread()
            settled = run(file, *findings, day=number, scope=scope, ledger=ledger)
            model.run(number, (scope, complete, seen))
            here = {key: known for key, known in model.findings.items() if key[0] == scope and known.resolved is None}
            assert settled.open == sum(known.status in ("fail", "error") for known in here.values())
        stored = rows(file, "SELECT findings.*, name FROM findings JOIN scopes ON scopes.id = scope")
        runs = {row["started"]: row["id"] for row in rows(file, "SELECT id, started FROM runs")}
        assert {_key(row): _known(row, runs) for row in stored} == model.findings


def _key(row: dict[str, object]) -> tuple[str, str, str]:
    return str(row["name"]), str(row["policy"]), str(row["address"]).rpartition(".")[2]


def _known(row: dict[str, object], runs: dict[object, object]) -> Known:
    def number(time: object) -> int | None:
        return None if time is None else int(str(runs[time]))

    first, last = number(row["first_seen"]), number(row["last_seen"])
    assert (first, last, number(row["resolved"])) == (row["first_run"], row["last_run"], row["resolved_run"])
    assert first is not None
    assert last is not None
    reopened, doubted = int(str(row["reopened"])), number(row["not_known_since"])
    return Known(first, last, str(row["status"]), number(row["resolved"]), reopened, doubted)
