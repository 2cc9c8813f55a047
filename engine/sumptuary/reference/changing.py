"""The part of a policy's page on what layers have changed: which, in which fields, and what these were before."""

from __future__ import annotations

from dataclasses import dataclass

from sumptuary.policy.compiled import WaiverTerms
from sumptuary.policy.wording import record
from sumptuary.reference.setting import prose, table, value, words
from sumptuary.reports.markup import code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

TITLE = "Set by layers below"


@dataclass(slots=True, eq=False, repr=False)
class Change:
    """A field that layers have changed: its value and who set it, and what it was ``before``, from the last backwards,
    each with who had set that; nobody where it is as the policy's document has it."""

    field: str
    value: object
    by: str
    before: list[tuple[object, str]]


def short(changes: Sequence[Change]) -> str:
    """Which layer changed which fields, in short."""
    fields_of: dict[str, list[str]] = {}
    for one in changes:
        fields_of.setdefault(one.by, []).append(one.field)
    told = "; ".join(f"{prose(who)} ({words(names)})" for who, names in fields_of.items())
    return f"[as changed](#{TITLE.lower().replace(' ', '-')}) by {told}"


def told(changes: Sequence[Change]) -> str:
    """Each field as a row: what is in force, who set it, and what it was before."""
    rows = [
        (
            code(one.field),
            _value(one.value),
            prose(one.by),
            ", ".join(_value(was) + _by(who) for was, who in one.before),
        )
        for one in changes
    ]
    said = (
        "The page tells the policy as it holds; its examples and tests are of the document before these."
        if rows
        else ""
    )
    return "\n\n".join(filter(None, (table(("field", "in force", "set by", "before"), rows), said)))


def _by(who: str) -> str:
    return f" by {prose(who)}" if who else " as written"


def _value(given: object) -> str:
    """A value of a compiled policy, a record as the map that its document would hold."""
    if given is None:
        return "nothing"
    return value(record(given) if isinstance(given, WaiverTerms) else given)
