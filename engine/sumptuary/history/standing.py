"""What a report says stands, as rows: one a fingerprint, and beside them what it could not tell."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from sumptuary.money import ZERO, to_cents
from sumptuary.values import UNKNOWN_KEY, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.findings import Violation

OPEN = ("fail", "error")
ACCEPTED = ("waived", "approved", "baselined")
STANDING = OPEN + ACCEPTED
"""The statuses of what stands, the gravest first. An ``unknown`` is no finding: it keeps one from being resolved."""

Subject = tuple[str, str, str]
"""Policy, root and address: what is the same of a finding and of the lack of one for want of knowledge."""


@dataclass(slots=True, eq=False, repr=False)
class Standing:
    """A finding as its row keeps it. ``count`` is how many of the report share the fingerprint (a symbolic block's).

    ``account`` and ``region`` are None where there is none, ``$unknown: why`` where it cannot be told. ``saving`` is
    the expected attributed one, None where there is no figure. ``path`` is relative to the checkout.
    """

    fingerprint: str
    subject: Subject
    rule: str
    severity: str
    status: str
    account: str | None
    region: str | None
    path: str | None
    uri: str | None
    message: str
    saving: Decimal | None
    count: int = 1

    def join(self, other: Standing) -> None:
        """Count another one of the same fingerprint in: the gravest status, the savings together."""
        self.count += other.count
        if STANDING.index(other.status) < STANDING.index(self.status):
            self.status, self.severity, self.message = other.status, other.severity, other.message
        if other.saving is not None:
            self.saving = (self.saving or ZERO) + other.saving


@dataclass(slots=True, eq=False, repr=False)
class Said:
    """All that a report says of findings: those that stand, by fingerprint, and why others cannot be told.

    ``faulty`` are the policies whose rule failed somewhere: what they do not say means nothing.
    """

    standing: dict[str, Standing] = field(default_factory=dict[str, Standing])
    unknown: dict[Subject, str] = field(default_factory=dict[Subject, str])
    faulty: set[str] = field(default_factory=set[str])


def said(violations: Iterable[Violation], prefix: str = "") -> Said:
    """What violations say. ``prefix`` is the working directory within the checkout."""
    found = Said()
    for violation in violations:
        if violation.status == "unknown":
            found.unknown.setdefault(_subject(violation, prefix), plain(violation.reason))
        elif violation.status in STANDING:
            standing = _standing(violation, prefix)
            if (same := found.standing.setdefault(standing.fingerprint, standing)) is not standing:
                same.join(standing)
            if standing.status == "error":
                found.faulty.add(standing.subject[0])
    return found


def plain(text: str) -> str:
    """Text that any database takes: bytes of a file name that are no UTF-8 become escapes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def stamp(when: datetime) -> str:
    """A time in UTC with seconds, such that later ones sort after earlier ones."""
    return when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def cents(figure: Decimal | None) -> str | None:
    """Money as decimal text with cents; None stays None."""
    return None if figure is None else str(to_cents(figure))


def _standing(violation: Violation, prefix: str) -> Standing:
    resource, place, saving = violation.resource, violation.place, violation.saving
    path = place.path if place is not None else ""
    return Standing(
        plain(violation.fingerprint),
        _subject(violation, prefix),
        violation.rule,
        violation.severity,
        violation.status,
        _fact(resource.account),
        _fact(resource.region),
        plain(_within(prefix, path)) if path else None,
        None if path else plain(resource.origin.uri or resource.id),
        plain(violation.message),
        saving.attributed.expected if saving is not None else None,
    )


def _subject(violation: Violation, prefix: str) -> Subject:
    resource = violation.resource
    root = resource.origin.uri or _within(prefix, resource.origin.root or ".")
    return plain(violation.policy), plain(root), plain(resource.address)


def _within(prefix: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(prefix, path))


def _fact(value: object) -> str | None:
    if isinstance(value, Unknown):
        return plain(f"{UNKNOWN_KEY}: {value.reason}")
    return plain(str(value)) if value else None
