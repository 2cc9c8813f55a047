"""Decides which approvals stand: expiry is decided here and nowhere else, at the moment that is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sumptuary.rule import ApprovalFact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from sumptuary.model import Place

    class Document(Protocol):
        """An approval as its document gives it (``policy.compiled.Approval``)."""

        @property
        def id(self) -> str:
            """Its name."""
            ...

        @property
        def scope(self) -> dict[str, str]:
            """What it covers: team, environment, account or address, as globs."""
            ...

        @property
        def amount(self) -> str:
            """The limit, a decimal."""
            ...

        @property
        def currency(self) -> str:
            """The limit's currency."""
            ...

        @property
        def per(self) -> str:
            """``run`` or ``month``."""
            ...

        @property
        def approvers(self) -> tuple[str, ...]:
            """Who approved."""
            ...

        @property
        def expires(self) -> str:
            """An ISO date, which it outlasts, or date-time."""
            ...

        @property
        def place(self) -> Place:
            """Where it stands."""
            ...


@dataclass(slots=True, frozen=True)
class Standing:
    """The approvals that hold now, and a note for each that does not."""

    approvals: tuple[ApprovalFact, ...]
    notes: tuple[str, ...]


def standing(documents: Iterable[Document], now: datetime) -> Standing:
    """Of all approvals, those that hold at ``now``; the expired ones are named, for nobody should wonder."""
    holding: list[ApprovalFact] = []
    notes: list[str] = []
    for document in documents:
        end = expiry(document.expires)
        if now >= end:
            where = f"{document.place.path}:{document.place.line}"
            notes.append(f"the approval {document.id} ({where}) expired on {document.expires} and does not count")
            continue
        holding.append(
            ApprovalFact(
                id=document.id,
                scope=dict(document.scope),
                amount=Decimal(document.amount),
                currency=document.currency,
                per=document.per,
                approvers=document.approvers,
            )
        )
    return Standing(tuple(holding), tuple(notes))


def expiry(text: str) -> datetime:
    """The first moment at which something that expires at ``text`` no longer holds.

    A date holds to its end, UTC; a date-time without a zone is UTC.
    """
    if len(text) == len("2026-12-05"):
        day = date.fromisoformat(text) + timedelta(days=1)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
