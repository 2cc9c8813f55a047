"""The inline tests of policies: what is given, what is expected, and whether it came so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from sumptuary.model import Place, Resource
from sumptuary.policy import documents
from sumptuary.policy.compiled import Policy
from sumptuary.policy.given import resource_of
from sumptuary.policy.problems import Path
from sumptuary.rule import ApprovalFact
from sumptuary.yaml_lines import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    Verdict = tuple[str, str]
    Judge = Callable[[Policy, "Case"], Sequence[Verdict]]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""The clock of a case that names none."""

INPUTS = frozenset({"commitments", "usage", "billing", "base"})
ORDER = ("error", "fail", "unknown", "approved", "pass", "skipped")
"""Of several verdicts on a case's resources, the first of these is the case's."""


@dataclass(slots=True, frozen=True)
class Case:
    """One inline test of a policy."""

    name: str
    given: tuple[Resource, ...]
    expect: str
    message: str
    now: datetime
    inputs: frozenset[str]
    approvals: tuple[ApprovalFact, ...]
    place: Place


@dataclass(slots=True, frozen=True)
class Result:
    """How a case came out: the verdict it got, and what was said."""

    policy: Policy
    case: Case
    got: str
    said: str

    @property
    def ok(self) -> bool:
        """Whether it came as expected."""
        return self.got == self.case.expect and self.case.message in self.said


def cases_of(model: documents.Policy, document: Document, file: str) -> list[Case]:
    """The inline tests of a policy document (validated: what is given makes resources)."""
    found: list[Case] = []
    for index, case in enumerate(model.spec.tests):
        line, _ = document.place(("spec", "tests", index))
        place = Place(file, line)
        maps = given_maps(case)
        found.append(
            Case(
                name=case.name,
                given=tuple(resource_of(given, number, place) for number, (given, _) in enumerate(maps)),
                expect=case.expect,
                message=case.message,
                now=_moment(case.now),
                inputs=INPUTS if case.inputs is None else frozenset(case.inputs),
                approvals=tuple(fact for given, _ in maps for fact in _approvals(given)),
                place=place,
            )
        )
    return found


def given_maps(case: documents.Case) -> list[tuple[dict[str, Any], Path]]:
    """The maps of a case, each with its path within the case."""
    if isinstance(case.given, dict):
        return [(case.given, ("given",))]
    return [(given, ("given", index)) for index, given in enumerate(case.given)]


def run(policy: Policy, cases: Iterable[Case], judge: Judge) -> list[Result]:
    """Judge every case of a policy. ``judge`` gives a verdict and what was said for each resource."""
    results: list[Result] = []
    for case in cases:
        verdicts = list(judge(policy, case))
        got = min((status for status, _ in verdicts), key=ORDER.index, default="skipped")
        said = "; ".join(text for status, text in verdicts if status == got and text)
        results.append(Result(policy, case, got, said))
    return results


def _moment(given: datetime | date | None) -> datetime:
    if given is None:
        return NOW
    if isinstance(given, datetime):
        return given if given.tzinfo is not None else given.replace(tzinfo=UTC)
    return datetime(given.year, given.month, given.day, tzinfo=UTC)


def _approvals(given: dict[str, Any]) -> list[ApprovalFact]:
    """The sign-offs given with a change: they stand for it, up to its amount."""
    if given.get("kind") != "change.set" or not isinstance(given.get("approvals"), list):
        return []
    approvers: list[Any] = given["approvals"]
    scope = {"team": str(given["team"])} if isinstance(given.get("team"), str) else {}
    amount = Decimal(10**12)
    return [ApprovalFact("given", scope, amount, "USD", "month", tuple(str(name) for name in approvers))]
