"""The inline tests of policies: what is given, what is expected, and whether it came so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from sumptuary.model import Place, Resource
from sumptuary.policy import documents
from sumptuary.policy.compiled import LEVELS, Policy
from sumptuary.policy.given import resource_of
from sumptuary.policy.problems import Path
from sumptuary.rule import ApprovalFact
from sumptuary.values import is_list, is_map
from sumptuary.yaml_lines import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    Judge = Callable[[Policy, "Case"], Sequence["Said"]]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""The clock of a case that names none."""

INPUTS = frozenset({"commitments", "usage", "billing", "base"})
ORDER = ("error", "fail", "unknown", "approved", "pass", "skipped")
"""Of several verdicts on a case's resources, the first of these is the case's."""


class Said(NamedTuple):
    """What a policy says of one resource: the verdict, the message or the reason, the level, the saving in USD.

    ``saving`` is what mending would save a month, as reports show it; None where there is no figure. ``blocking`` is
    whether it stops a run that fails from soft-mandatory on.
    """

    status: str
    message: str
    enforcement: str = ""
    saving: Decimal | None = None
    blocking: bool = False


@dataclass(slots=True, frozen=True)
class Case:
    """One inline test of a policy.

    ``enforcement`` is the expected level, empty where any will do. ``savings`` is the expected monthly saving in USD,
    None where there must be no figure; it counts where ``weighs_savings`` says so. ``profile`` names the parameter set
    of the policy to judge with, or is empty. ``blocks`` is whether it must stop a run, None where either will do.
    """

    name: str
    given: tuple[Resource, ...]
    expect: str
    message: str
    now: datetime
    inputs: frozenset[str]
    approvals: tuple[ApprovalFact, ...]
    place: Place
    stage: str = "ci"
    profile: str = ""
    enforcement: str = ""
    weighs_savings: bool = False
    savings: Decimal | None = None
    blocks: bool | None = None


@dataclass(slots=True, frozen=True)
class Result:
    """How a case came out: the verdict it got, what was said, at which level, and what mending would save."""

    policy: Policy
    case: Case
    got: str
    said: str
    enforcement: str = ""
    saving: Decimal | None = None
    blocking: bool = False

    @property
    def ok(self) -> bool:
        """Whether it came as expected."""
        return not self.wrong

    @property
    def wrong(self) -> str:
        """What did not come as expected, in words; empty where all did."""
        case = self.case
        if self.got != case.expect or case.message not in self.said:
            wanted = case.expect + (f" saying {case.message!r}" if case.message else "")
            return f"expected {wanted}, got {self.got}" + (f" ({self.said})" if self.said else "")
        if case.enforcement and case.enforcement != self.enforcement:
            return f"expected the level {case.enforcement}, got {self.enforcement or 'none'}"
        if case.blocks is not None and case.blocks != self.blocking:
            return "expected it to block, and it does not" if case.blocks else "expected it not to block, and it does"
        if case.weighs_savings and case.savings != self.saving:
            return f"expected a monthly saving of {_figure(case.savings)}, got {_figure(self.saving)}"
        return ""


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
                now=NOW if case.now is None else moment_of(case.now),
                inputs=INPUTS if case.inputs is None else frozenset(case.inputs),
                approvals=tuple(fact for given, _ in maps for fact in _approvals(given)),
                place=place,
                stage=case.stage,
                profile=case.profile,
                enforcement=case.enforcement or "",
                weighs_savings="savings" in case.model_fields_set,
                blocks=case.blocks,
                savings=None if case.savings is None else Decimal(case.savings),
            )
        )
    return found


def given_maps(case: documents.Case) -> list[tuple[dict[str, Any], Path]]:
    """The maps of a case, each with its path within the case."""
    if isinstance(case.given, dict):
        return [(case.given, ("given",))]
    return [(given, ("given", index)) for index, given in enumerate(case.given)]


def run(
    policy: Policy, cases: Iterable[Case], judge: Judge, profiles: Mapping[str, Policy] | None = None
) -> list[Result]:
    """Judge every case of a policy. ``profiles`` are the policy with each of its named parameter sets."""
    results: list[Result] = []
    for case in cases:
        held = (profiles or {}).get(case.profile, policy)
        verdicts = list(judge(held, case))
        got = min((one.status for one in verdicts), key=ORDER.index, default="skipped")
        deciding = [one for one in verdicts if one.status == got]
        said = "; ".join(one.message for one in deciding if one.message)
        level = max((one.enforcement for one in deciding if one.enforcement), key=LEVELS.index, default="")
        savings = [one.saving for one in deciding if one.saving is not None]
        saving = sum(savings, Decimal(0)) if savings else None
        results.append(Result(policy, case, got, said, level, saving, any(one.blocking for one in deciding)))
    return results


def moment_of(given: datetime | date) -> datetime:
    """A date or date-time as a moment; without a zone it is UTC."""
    if isinstance(given, datetime):
        return given if given.tzinfo is not None else given.replace(tzinfo=UTC)
    return datetime(given.year, given.month, given.day, tzinfo=UTC)


def _figure(amount: Decimal | None) -> str:
    return "no figure" if amount is None else f"{amount:f} USD"


def _approvals(given: dict[str, Any]) -> list[ApprovalFact]:
    """The sign-offs given with a change, by name or as ``{signed: name}``: they stand for it, up to its amount."""
    told = given.get("approvals")
    if given.get("kind") != "change.set" or not is_list(told):
        return []
    signed = [str(one["signed"]) for one in told if is_map(one) and "signed" in one]
    approvers = [*signed, *(str(one) for one in told if not is_map(one))]
    scope = {"team": str(given["team"])} if isinstance(given.get("team"), str) else {}
    amount = Decimal(10**12)
    return [ApprovalFact("given", scope, amount, "USD", "month", tuple(approvers), frozenset(signed))]
