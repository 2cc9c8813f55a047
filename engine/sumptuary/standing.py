"""What stood before, whoever says so: a report on a base revision, or a baseline that was adopted once.

Findings are the same where their fingerprints are; of ``n`` that stood and ``m`` that stand, ``m - n`` are new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sumptuary.findings import Violation

DEARER_BY = Decimal(1)
"""US dollars a month by which a finding must have risen to be dearer, and"""
DEARER_RATIO = Decimal("1.01")
"""times what it was: less is rounding, or a range that moved."""

SPARED = "dearer than it was, which this policy lets be (new_only)"

Figures = tuple[Decimal | None, Decimal | None, Decimal | None]


@dataclass(slots=True, eq=False, repr=False)
class Stood:
    """``count`` findings of one fingerprint that stood, and what they stand for together, USD a month.

    ``figures`` are what mending them saves, the amount that they name themselves, and what their resources cost; None
    where it is not known. ``violation`` is the finding itself, where there is more than a record of it.
    """

    count: int
    figures: Figures
    violation: Violation | None = None

    @classmethod
    def of(cls, violation: Violation) -> Stood:
        """One that a report told of."""
        return cls(1, figures(violation), violation)

    def take(self, violation: Violation) -> bool:
        """Let a finding be, if one is left that it can be and it asks for no more money than is left."""
        if self.count == 0 or self.is_exceeded_by(violation):
            return False
        self.count -= 1
        left = zip(self.figures, figures(violation), strict=True)
        saving, named, cost = (had - taken if had is not None and taken is not None else had for had, taken in left)
        self.figures = (saving, named, cost)
        return True

    def is_exceeded_by(self, violation: Violation) -> bool:
        """Whether a finding stands for noticeably more money: by what mending it saves, or else by what it is about.

        A finding that names an amount itself (spend above a limit) is compared by that, any other without a saving by
        its resource's cost. Only like is compared with like: where one side has no figure, nothing is dearer.
        """
        for after, former in zip(figures(violation), self.figures, strict=True):
            if after is not None and former is not None:
                return after - former > DEARER_BY and after > former * DEARER_RATIO
        return False


@dataclass(slots=True, eq=False, repr=False)
class Held:
    """Findings held against what stood: all of them, those that stood ``baselined``.

    ``dearer`` are the fingerprints of failures that stood for less; ``spared`` counts, by policy, those that are
    dearer and are let be.
    """

    violations: list[Violation] = field(default_factory=list[Violation])
    dearer: frozenset[str] = frozenset()
    spared: Counter[str] = field(default_factory=Counter[str])


def hold(
    violations: Iterable[Violation],
    failed: Mapping[str, list[Stood]],
    doubted: Counter[str],
    new_only: Collection[str] = frozenset(),
) -> Held:
    """What of these is new or dearer still fails; the rest is ``baselined`` and blocks nothing.

    ``failed`` is what stood, by fingerprint; what is found again is taken out of it. ``doubted`` counts what was
    unknown: an unknown that would block is let be as often, or in the place of a failure that is left. Of the policies
    ``new_only``, dearer ones are let be too. Findings that are ``baselined`` already take their places first.
    """
    held, dearer = Held(), set[str]()
    given = list(violations)
    for violation in given:
        if violation.status == "baselined" and (left := failed.get(violation.fingerprint)):
            _settle(violation, left)
    for fingerprint, failures in by_fingerprint(given, "fail").items():
        left = failed.get(fingerprint, [])
        worse = [one for one in failures if not any(stood.take(one) for stood in left)]
        same = {id(one) for one in worse}
        held.violations += [let_be(one) for one in failures if id(one) not in same]
        places = _use(left, len(worse))
        if places and failures[0].policy in new_only:
            held.spared[failures[0].policy] += places
            held.violations += [let_be(one, SPARED) for one in worse[-places:]]
            worse = worse[:-places]
        elif places:
            dearer.add(fingerprint)
        held.violations += worse
    held.violations += _others(given, failed, doubted)
    held.dearer = frozenset(dearer)
    return held


def _settle(violation: Violation, left: list[Stood]) -> None:
    """Take the place of a finding that something else lets be."""
    if not any(stood.take(violation) for stood in left):
        _use(left, 1)


def _use(left: Iterable[Stood], wanted: int) -> int:
    """Take as many places as are wanted and left, whatever they cost; how many those were."""
    used = 0
    for stood in left:
        taken = min(stood.count, wanted - used)
        stood.count -= taken
        used += taken
    return used


def _others(given: list[Violation], failed: Mapping[str, list[Stood]], doubted: Counter[str]) -> Iterator[Violation]:
    """All that is no failure, each unknown that would block ``baselined`` where there is a place for it."""
    for violation in sorted(given, key=_dearest_first):
        if violation.status == "unknown" and violation.blocking:
            known = doubted[violation.fingerprint] > 0
            doubted[violation.fingerprint] -= known
            stood = known or _use(failed.get(violation.fingerprint, ()), 1) > 0
            yield let_be(violation) if stood else violation
        elif violation.status != "fail":
            yield violation


def let_be(violation: Violation, remark: str = "") -> Violation:
    """The violation as one that stood, with a remark in its evidence where there is one."""
    evidence = {**violation.evidence, "stood": remark} if remark else violation.evidence
    return replace(violation, status="baselined", blocking=False, evidence=evidence)


def by_fingerprint(violations: Iterable[Violation], status: str) -> dict[str, list[Violation]]:
    """The violations of a status by fingerprint; the dearest first, so that the order they come in does not matter."""
    found: dict[str, list[Violation]] = {}
    for violation in sorted(violations, key=_dearest_first):
        if violation.status == status:
            found.setdefault(violation.fingerprint, []).append(violation)
    return found


def figures(violation: Violation) -> Figures:
    """What a finding stands for, USD a month, in the order in which figures are compared."""
    saving = violation.saving.standalone.expected if violation.saving is not None else None
    amount, monthly = violation.evidence.get("amount"), violation.resource.cost.monthly
    named = amount if isinstance(amount, Decimal) else None
    return (saving, named, monthly.expected if monthly is not None else None)


def _dearest_first(violation: Violation) -> tuple[Decimal, ...]:
    return tuple(-figure if figure is not None else Decimal(1) for figure in figures(violation))
