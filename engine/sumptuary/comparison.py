"""A report held against that of a base revision: what is new, what has become dearer, what stood, what is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from sumptuary.findings import Violation
from sumptuary.money import NOTHING, Range
from sumptuary.report import Comparison, Report, Spend, in_order, summarise

DEARER_BY = Decimal(1)
"""US dollars a month by which a finding must have risen to be dearer, and"""
DEARER_RATIO = Decimal("1.01")
"""times what it was: less is rounding, or a range that moved."""

_Identity = tuple[str, str, str]


def compared(head: Report, base: Report, *, revision: str, commit: str, allow_incomplete: bool = False) -> Report:
    """The head's report, in which only what is new or dearer than in the base's still fails.

    Findings are the same where their fingerprints are; of ``n`` that stood and ``m`` that stand, ``m - n`` are new. A
    failure that also failed before is ``baselined`` and blocks nothing, unless it is dearer. An unknown that would
    block is ``baselined`` too when it was unknown or failed before; other unknowns stay as they are. What was unknown,
    waived or approved before and fails now is new. A base's failure is resolved when the head says nothing of the kind
    about its resource any more; not when the head knows less, or could not read its file.
    """
    failed = _by_fingerprint(base.violations, "fail")
    failures, dearer = _failures(head, failed)
    doubted = Counter(one.fingerprint for one in base.violations if one.status in ("fail", "unknown"))
    violations = in_order([*failures, *_others(head, doubted)])
    comparison = Comparison(
        base=revision,
        commit=commit,
        spend=base.summary.spend,
        change=_change(base.summary.spend, head.summary.spend),
        dearer=dearer,
        resolved=in_order(_resolved(head, failed)),
    )
    return _with(head, violations, comparison, allow_incomplete)


def _failures(head: Report, failed: dict[str, list[Violation]]) -> tuple[list[Violation], frozenset[str]]:
    """The head's failures, those that stood ``baselined``; and the fingerprints of the dearer ones.

    Out of ``failed``, the base's, it takes those that it finds again.
    """
    found: list[Violation] = []
    dearer: set[str] = set()
    for fingerprint, failures in _by_fingerprint(head.violations, "fail").items():
        left = failed.get(fingerprint, [])
        worse: list[Violation] = []
        for violation in failures:
            same = next((index for index, one in enumerate(left) if not _is_dearer(violation, one)), None)
            if same is None:
                worse.append(violation)
            else:
                del left[same]
                found.append(_stood(violation))
        if worse and left:
            dearer.add(fingerprint)
            del left[: len(worse)]
        found += worse
    return found, frozenset(dearer)


def _others(head: Report, doubted: Counter[str]) -> Iterator[Violation]:
    """All that is no failure, each unknown that would block ``baselined`` as often as ``doubted`` has it."""
    for violation in head.violations:
        if violation.status == "unknown" and violation.blocking and doubted[violation.fingerprint] > 0:
            doubted[violation.fingerprint] -= 1
            yield _stood(violation)
        elif violation.status != "fail":
            yield violation


def _stood(violation: Violation) -> Violation:
    return replace(violation, status="baselined", blocking=False)


def narrowed(report: Report, holds: Callable[[Violation], bool], *, allow_incomplete: bool = False) -> Report:
    """The report on the violations alone for which ``holds`` is true, resolved ones included; the money stays."""
    comparison = report.comparison
    if comparison is not None:
        comparison = replace(comparison, resolved=[one for one in comparison.resolved if holds(one)])
    return _with(report, [one for one in report.violations if holds(one)], comparison, allow_incomplete)


def _with(report: Report, kept: list[Violation], comparison: Comparison | None, allow_incomplete: bool) -> Report:
    """The report with other violations, and its figures to match."""
    figures = summarise(
        kept,
        report.coverage,
        resources=report.summary.resources,
        policies=report.summary.policies,
        spend=report.summary.spend,
        allow_incomplete=allow_incomplete,
    )
    return replace(report, violations=kept, summary=figures, comparison=comparison)


def _by_fingerprint(violations: Iterable[Violation], status: str) -> dict[str, list[Violation]]:
    """The violations of a status by fingerprint; the dearest first, so that the order they come in does not matter."""
    found: dict[str, list[Violation]] = {}
    for violation in sorted(violations, key=_dearest_first):
        if violation.status == status:
            found.setdefault(violation.fingerprint, []).append(violation)
    return found


def _resolved(head: Report, left: dict[str, list[Violation]]) -> list[Violation]:
    """Of the base's failures that no failure of the head answers to, those that are gone for good."""
    standing = Counter(one.fingerprint for one in head.violations if one.status != "fail")
    doubtful = {_identity(one) for one in head.violations if one.status in ("unknown", "error")}
    unread = {failure.path for failure in head.coverage.failures}
    found: list[Violation] = []
    for violations in left.values():
        for violation in violations:
            if standing[violation.fingerprint] > 0:
                standing[violation.fingerprint] -= 1
            elif _identity(violation) not in doubtful and not _stands_in(violation, unread):
                found.append(violation)
    return found


def _identity(violation: Violation) -> _Identity:
    """The policy and the resource, without the attribute: a rule may be in doubt about another one than it minds."""
    resource = violation.resource
    return (violation.policy, resource.origin.uri or resource.origin.root, resource.address)


def _stands_in(violation: Violation, paths: set[str]) -> bool:
    origin = violation.resource.origin
    places = (violation.place, origin.place, *(call.place for call in origin.calls))
    return any(place is not None and place.path in paths for place in places)


def _is_dearer(now: Violation, before: Violation) -> bool:
    """Whether a finding stands for noticeably more money: by what mending it saves, or else by what it is about.

    A finding that names an amount itself (spend above a limit) is compared by that, any other without a saving by its
    resource's cost. Only like is compared with like: where one side has no figure, nothing has become dearer.
    """
    for amount in (_saving, _named, _cost):
        after, former = amount(now), amount(before)
        if after is not None and former is not None:
            return after - former > DEARER_BY and after > former * DEARER_RATIO
    return False


def _saving(violation: Violation) -> Decimal | None:
    return violation.saving.standalone.expected if violation.saving is not None else None


def _named(violation: Violation) -> Decimal | None:
    amount = violation.evidence.get("amount")
    return amount if isinstance(amount, Decimal) else None


def _cost(violation: Violation) -> Decimal | None:
    monthly = violation.resource.cost.monthly
    return monthly.expected if monthly is not None else None


def _dearest_first(violation: Violation) -> tuple[Decimal, ...]:
    figures = (_saving(violation), _named(violation), _cost(violation))
    return tuple(-figure if figure is not None else Decimal(1) for figure in figures)


def _change(before: Spend, after: Spend) -> Range | None:
    """What the month costs more, at the same prices; None where a side has resources but no price for any."""
    if any(spend.monthly is None and spend.unpriced for spend in (before, after)):
        return None
    was, will = before.monthly or NOTHING, after.monthly or NOTHING
    return Range.between(will.low - was.low, will.expected - was.expected, will.high - was.high)
