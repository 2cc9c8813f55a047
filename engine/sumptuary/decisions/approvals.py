"""Decides which approvals stand: expiry is decided here and nowhere else, at the moment that is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sumptuary.rule import ApprovalFact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sumptuary.decisions.documents import Approval


@dataclass(slots=True, frozen=True)
class Standing:
    """The approvals that hold now, and a note for each that does not."""

    approvals: tuple[ApprovalFact, ...]
    notes: tuple[str, ...]


def standing(documents: Iterable[Approval], now: datetime, *, plan: str = "", signers: str = "") -> Standing:
    """Of all approvals, those that hold at ``now``; what does not count is named, for nobody should wonder.

    ``plan`` is the digest of the plan that is judged, where it is one and nothing else. ``signers`` is the file of the
    keys that may sign; an approver whose signature does not verify does not count.
    """
    holding: list[ApprovalFact] = []
    notes: list[str] = []
    verifier, people = None, dict[bytes, str]()
    for document in documents:
        where = f"the approval {document.id} ({document.place.path}:{document.place.line})"
        if now >= expiry(document.expires):
            notes.append(f"{where} expired on {document.expires} and does not count")
            continue
        if document.plan_digest and document.plan_digest != plan:
            judged = f"the plan judged is {plan}" if plan else "no single plan is what is judged"
            notes.append(f"{where} is for the plan {document.plan_digest} alone and does not count: {judged}")
            continue
        signed, refused = set[str](), dict[str, str]()
        if document.signatures:
            from sumptuary.decisions.signatures import Signers, key_of

            verifier = verifier or Signers(signers, now)
            message = document.canonical.encode("utf-8", "surrogatepass")
            for approver, signature in document.signatures:
                if why := verifier.objection(approver, signature, message):
                    refused[approver] = why
                elif (known := people.setdefault(key_of(signature), approver)) != approver:
                    refused[approver] = f"the same key signs as {known}, and nobody counts twice"
                else:
                    signed.add(approver)
        for approver, why in refused.items():
            notes.append(f"{where} does not count as {approver}'s: the signature is not good, {why}")
        approvers = tuple(one for one in document.approvers if one not in refused)
        if approvers:
            holding.append(_fact(document, approvers, frozenset(signed.difference(refused))))
    return Standing(tuple(holding), tuple(notes))


def _fact(document: Approval, approvers: tuple[str, ...], signed: frozenset[str]) -> ApprovalFact:
    return ApprovalFact(
        id=document.id,
        scope=dict(document.scope),
        amount=Decimal(document.amount),
        currency=document.currency,
        per=document.per,
        approvers=approvers,
        signed=signed,
    )


def expiry(text: str) -> datetime:
    """The first moment at which something that expires at ``text`` no longer holds.

    A date holds to its end, UTC; a date-time without a zone is UTC.
    """
    if len(text) == len("2026-12-05"):
        day = date.fromisoformat(text)
        return moment(text) + timedelta(days=1) if day < date.max else LAST
    return moment(text)


def moment(text: str) -> datetime:
    """The moment that an ISO date (its midnight) or date-time names, in UTC; what lies beyond the calendar, its end."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        return found.replace(tzinfo=UTC)
    try:
        return found.astimezone(UTC)
    except OverflowError:
        return LAST if found.year > 1 else FIRST


FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
