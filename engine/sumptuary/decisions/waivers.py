"""Decides which waivers hold at the moment that is handed in, what each covers, and what a reader should know of them.

A waiver covers all that it is about, or nothing: beyond one of its caps nobody agreed to any of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sumptuary.decisions.approvals import expiry, moment
from sumptuary.decisions.targets import is_like, matches
from sumptuary.findings import Excuse, Violation
from sumptuary.money import ZERO
from sumptuary.rule import duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sumptuary.decisions.documents import Law, Waiver
    from sumptuary.model import Place, Resource

    Note = Callable[[str], None]

SOON = timedelta(days=14)
"""How long before its end a waiver is said to end."""
HARD = "hard-mandatory"
LAYERS = ("built-in", "organization", "team", "repository", "command-line")
"""From the highest down, as policies have them."""


@dataclass(slots=True, eq=False, repr=False)
class Excused:
    """The violations, of which those that a waiver covers are ``waived``; and what to say of the waivers.

    ``idle`` are waivers that hold and are about nothing that was found.
    """

    violations: list[Violation]
    notes: list[str] = field(default_factory=list[str])
    idle: list[Waiver] = field(default_factory=list["Waiver"])


def excused(
    violations: Sequence[Violation],
    policies: Iterable[Law],
    waivers: Iterable[Waiver],
    now: datetime,
    prefix: str,
    root: str = "",
) -> Excused:
    """Let each waiver that holds cover what it is about. Of several, the one that lasts longest is named.

    ``root`` is the checkout, absolute, and ``prefix`` the working directory within it.
    """
    laws = {law.id: law for law in policies}
    said = Excused([])
    covered: dict[int, Excuse] = {}
    for waiver in sorted(waivers, key=lambda one: (-expiry(one.expires).timestamp(), one.id)):
        excuse = _excuse(waiver, now)
        for violation in _covered(waiver, laws, violations, now, prefix, root or os.getcwd(), said):
            covered.setdefault(id(violation), excuse)
    said.notes.sort()
    said.violations = [
        replace(one, status="waived", blocking=False, waiver=covered[id(one)]) if id(one) in covered else one
        for one in violations
    ]
    return said


def lapse(waiver: Waiver, now: datetime) -> str:
    """Why a waiver holds for no policy at all, as the end of a sentence; empty where it may hold."""
    if now >= expiry(waiver.expires):
        return f"expired on {waiver.expires} and covers nothing"
    if now < start(waiver.granted):
        return f"is granted from {waiver.granted} on and covers nothing yet"
    if _plain(waiver.owner) == _plain(waiver.approver):
        return f"was approved by its own owner, {waiver.approver}, and covers nothing"
    return ""


def refusal(waiver: Waiver, law: Law) -> str:
    """Why a waiver does not hold for a policy, as the end of a sentence; empty where it does."""
    terms = law.waivers
    if terms is None:
        return f"does not cover {law.id}: nobody may waive it, since it names no approvers (spec.waivers)"
    if waiver.approver not in terms.approvers:
        return f"does not cover {law.id}: {waiver.approver} may not waive it; {_listed(terms.approvers)} may"
    longest = duration(terms.max_duration)
    length = expiry(waiver.expires) - start(waiver.granted)
    if longest is None or length > longest:
        asked = f"{length.days} days" if length.days != 1 else "a day"
        return f"does not cover {law.id}: it runs for {asked}, and may for {terms.max_duration}"
    return ""


def may_waive_hard(law: Law, waiver: Waiver, root: str) -> bool:
    """Whether a waiver stands high enough to excuse what is hard-mandatory: in the layer that owns the policy.

    The owner is the highest layer below the built-in one that carries it; a built-in policy that nobody carries
    further is the repository's own. A waiver in the checkout at ``root`` is that of a higher layer only where the
    policy stands in it as well: no repository makes itself the organization by a pack of its own that says so.
    """
    owner = "repository" if law.owner_layer == "built-in" else law.owner_layer
    if LAYERS.index(owner) < LAYERS.index("repository") and _is_in(waiver.place, root) and not _is_in(law.place, root):
        return False
    return LAYERS.index(waiver.layer) <= LAYERS.index(owner)


def _is_in(place: Place, root: str) -> bool:
    return os.path.realpath(place.lies_at).startswith(os.path.join(os.path.realpath(root), ""))


def start(text: str) -> datetime:
    """The first moment of what is granted at ``text``: a date begins at its midnight; without a zone it is UTC."""
    return moment(text)


def cost_of(violations: Iterable[Violation]) -> Decimal | None:
    """What the resources of these violations may cost a month together, USD; None where it is not known of one.

    A finding about spend stands for the amount that it names. Of what scales, the most that it may come to counts.
    """
    resources: dict[str, Resource] = {}
    total = ZERO
    for violation in violations:
        if violation.resource.kind == "change.set":
            amount = violation.evidence.get("amount")
            if not isinstance(amount, Decimal):
                return None
            total += amount
            continue
        for one in violation.members or (violation.resource,):
            resources[one.id] = one
    for one in resources.values():
        if one.cost.unpriced or one.multiplicity is not None:
            return None
        total += one.cost.monthly.high if one.cost.monthly is not None else ZERO
    return total


def _covered(
    waiver: Waiver,
    laws: dict[str, Law],
    violations: Sequence[Violation],
    now: datetime,
    prefix: str,
    root: str,
    said: Excused,
) -> list[Violation]:
    """What a waiver covers; what is to be said of it is added to ``said``."""

    def note(text: str) -> None:
        said.notes.append(f"the waiver {waiver.id} ({waiver.place.path}:{waiver.place.line}) {text}")

    named = _named(waiver, laws, note)
    if why := lapse(waiver, now):
        note(why)
        return []
    about = [one for one in violations if one.policy in named and matches(waiver.target, one, prefix)]
    failing = [one for one in about if one.status == "fail"]
    plainly = {name for name in named if name in waiver.policies or set(laws[name].aliases) & set(waiver.policies)}
    refused = {name: refusal(waiver, laws[name]) for name in sorted({one.policy for one in failing} | plainly)}
    for why in filter(None, refused.values()):
        note(why)
    found = [one for one in failing if not refused[one.policy]]
    found = _not_too_hard(waiver, laws, found, root, note)
    if not about and not any(refused.values()) and named:
        said.idle.append(waiver)
    if found and (why := beyond(waiver, found)):
        note(why)
        return []
    if found and expiry(waiver.expires) - now <= SOON:
        note(f"expires on {waiver.expires}, {_left(waiver, now)}")
    return found


def beyond(waiver: Waiver, found: Sequence[Violation]) -> str:
    """How what a waiver is about exceeds its caps, as the end of a sentence; empty where it does not."""
    if waiver.max_matches is not None:
        if any(one.resource.multiplicity is not None for one in found):
            return "covers nothing: how many resources it matches is not known, and it has a cap on that (max_matches)"
        if len(found) > waiver.max_matches:
            return f"covers nothing: it matches {len(found)} violations, and may {waiver.max_matches} (max_matches)"
    if waiver.max_monthly_cost:
        cap, cost = Decimal(waiver.max_monthly_cost), cost_of(found)
        if cost is None:
            return "covers nothing: what the resources it matches cost is not known, and it has a cap on that"
        if cost > cap:
            return f"covers nothing: what it matches may cost ${cost:,.2f} a month, and it allows ${cap:,.2f}"
    return ""


def _named(waiver: Waiver, laws: dict[str, Law], note: Note) -> set[str]:
    """The policies that a waiver is for; of a pattern that is for none, the nearest id is told."""
    named: set[str] = set()
    for pattern in waiver.policies:
        found = {name for name, law in laws.items() if is_like(name, pattern) or pattern in law.aliases}
        named |= found
        if not found:
            from difflib import get_close_matches

            close = get_close_matches(pattern, sorted(laws), n=1, cutoff=0.6)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            note(f"is for {pattern!r}, and no policy of that id holds here{hint}")
    return named


def _not_too_hard(
    waiver: Waiver, laws: dict[str, Law], found: list[Violation], root: str, note: Note
) -> list[Violation]:
    """What is hard-mandatory is left out, where the waiver does not stand high enough for it."""
    hard = {
        one.policy for one in found if one.enforcement == HARD and not may_waive_hard(laws[one.policy], waiver, root)
    }
    for name in sorted(hard):
        owner = laws[name].owner_layer
        note(f"does not cover {name} where that is {HARD}: only a waiver in a pack of the {owner} does")
    return [one for one in found if not (one.policy in hard and one.enforcement == HARD)]


def _excuse(waiver: Waiver, now: datetime) -> Excuse:
    soon = expiry(waiver.expires) - now <= SOON
    return Excuse(
        id=waiver.id,
        owner=waiver.owner,
        approver=waiver.approver,
        reason=waiver.reason,
        expires=waiver.expires,
        ends=f"{waiver.expires}, {_left(waiver, now)}" if soon else waiver.expires,
        ticket=waiver.ticket,
        place=waiver.place,
    )


def _left(waiver: Waiver, now: datetime) -> str:
    """How many days are left, from today to the last on which it holds."""
    last = max(expiry(waiver.expires), now).astimezone(UTC) - timedelta(microseconds=1)
    days = (last.date() - now.astimezone(UTC).date()).days
    return "today" if days < 1 else f"in {days} day{'s' if days != 1 else ''}"


def _plain(name: str) -> str:
    """A person's or a team's name as it compares: nobody becomes two by a capital, an ``@``, a space, a full-width
    letter or a character that is not seen."""
    from unicodedata import category, normalize

    seen = (one for one in normalize("NFKC", name) if category(one)[0] not in "CZ")
    return "".join(seen).lstrip("@").casefold()


def _listed(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))
