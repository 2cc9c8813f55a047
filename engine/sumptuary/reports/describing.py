"""The parts of one violation in words, for outputs read in forges and pipelines: printable, each on one line."""

from __future__ import annotations

from sumptuary.money import ZERO
from sumptuary.reports.amounts import span
from sumptuary.reports.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.findings import Excuse, Violation
    from sumptuary.model import Place

ACCEPTED = ("waived", "approved", "baselined")
"""The statuses of what is wrong and somebody has decided to live with."""


def path_of(violation: Violation) -> str:
    """The file to mend, empty where there is none."""
    return violation.place.path if violation.place is not None else ""


def where(violation: Violation) -> str:
    """``path:line``, or the URI of what has no file."""
    if violation.place is not None and violation.place.path:
        return where_is(violation.place)
    return printable(violation.resource.origin.uri or violation.resource.id)


def where_is(place: Place) -> str:
    """``path:line``."""
    return printable(f"{place.path}:{place.line}")


def statement(violation: Violation) -> str:
    """What is wrong, without the address that a message begins with."""
    return printable(violation.message.removeprefix(f"{violation.resource.address}: ").strip())


def money(violation: Violation, currency: str) -> str:
    """``$15,000 to $16,000 a month``; empty where no money is at stake, ``no price`` where nobody can tell."""
    saving = violation.saving
    if saving is None:
        return "no price" if "saving" in violation.evidence else ""
    if saving.attributed.high > ZERO:
        return f"{span(saving.attributed, currency)} a month"
    return f"({span(saving.standalone, currency)} a month alone)" if saving.standalone.high > ZERO else ""


def saves(violation: Violation, currency: str) -> str:
    """What mending it saves, as a sentence; empty where no money is at stake."""
    saving, why = violation.saving, violation.evidence.get("saving")
    if saving is None:
        return f"Saving {printable(str(why))}." if why else ""
    if saving.attributed.high > ZERO:
        return f"Mending it saves {span(saving.attributed, currency)} a month."
    if saving.standalone.high > ZERO:
        return f"Alone, mending it would save {span(saving.standalone, currency)} a month; other findings save it too."
    return ""


def effect(violation: Violation) -> str:
    """What the violation does: ``blocks``, or its enforcement, and what that will become."""
    level = "blocks" if violation.blocking else violation.enforcement
    return printable(f"{level}; {violation.ramp}" if violation.ramp else level)


def waived_by(waiver: Excuse) -> str:
    """Which waiver covers a violation, until when, and who granted it."""
    ticket = f", {waiver.ticket}" if waiver.ticket else ""
    return printable(f"waived by {waiver.id} until {waiver.ends} ({waiver.approver} for {waiver.owner}{ticket})")


def sentence(text: str) -> str:
    """The text on one line, ending as a sentence does; empty when it is."""
    line = printable(text).strip()
    return line if not line or line[-1] in ".!?" else f"{line}."
