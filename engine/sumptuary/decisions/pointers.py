"""Comments that point to waivers, held against the waivers: what leads nowhere is said, where it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sumptuary.decisions.targets import is_like
from sumptuary.decisions.waivers import lapse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.coverage import Pointer
    from sumptuary.decisions.documents import Waiver
    from sumptuary.findings import Violation
    from sumptuary.model import Place


def astray(
    pointers: Iterable[Pointer],
    waivers: Iterable[Waiver],
    violations: Collection[Violation],
    now: datetime,
    pending: Collection[str] = (),
) -> Iterator[str]:
    """A note for each pointer to a waiver that is not there, does not hold, or covers nothing of its block.

    ``pending`` are the ids of waivers that count once they are merged: more is said of those already.
    """
    known = {waiver.id: waiver for waiver in waivers}
    for pointer in pointers:
        where = f"{pointer.path}:{pointer.line}"
        waiver = known.get(pointer.waiver)
        if not pointer.waiver:
            yield f"{where} points to no waiver: sumptuary:waiver is followed by its id"
        elif waiver is None:
            if pointer.waiver not in pending:
                yield f"{where} points to the waiver {pointer.waiver}, which is not there{_near(pointer.waiver, known)}"
        elif why := lapse(waiver, now):
            yield f"{where} points to the waiver {waiver.id}, which {why}"
        elif not any(_answers(one, waiver) and _is_about(pointer, one) for one in violations):
            yield f"{where} points to the waiver {waiver.id}, which covers no finding of this block"


def _answers(violation: Violation, waiver: Waiver) -> bool:
    """Whether the waiver covers it, or would if it were known to be wrong."""
    if violation.waiver is not None and violation.waiver.id == waiver.id:
        return True
    if violation.status not in ("waived", "unknown"):
        return False
    return any(is_like(violation.policy, pattern) for pattern in waiver.policies)


def _is_about(pointer: Pointer, violation: Violation) -> bool:
    """Whether a pointer stands beside or above the block of a violation, or of a call that leads to it."""
    origin = violation.resource.origin
    return any(
        _holds(place, pointer) for place in (origin.place, violation.place, *(call.place for call in origin.calls))
    )


def _holds(place: Place | None, pointer: Pointer) -> bool:
    if place is None or place.path != pointer.path:
        return False
    last = max(place.line, place.end_line)
    return place.line <= pointer.about <= last or place.line <= pointer.line <= last


def _near(name: str, known: Collection[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
