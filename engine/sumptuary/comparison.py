"""A report held against that of a base revision: what is new, what has become dearer, what stood, what is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from sumptuary.findings import Violation
from sumptuary.money import NOTHING, Range
from sumptuary.report import Comparison, Report, Spend, in_order, summarise
from sumptuary.standing import Held, Stood, by_fingerprint, hold

_Identity = tuple[str, str, str]


def compared(
    head: Report,
    base: Report,
    *,
    revision: str,
    commit: str,
    allow_incomplete: bool = False,
    new_only: Collection[str] = frozenset(),
) -> Report:
    """The head's report, in which only what is new or dearer than in the base's still fails.

    A failure that also failed before is ``baselined`` and blocks nothing, unless it is dearer and its policy is none
    of ``new_only``. An unknown that would block is ``baselined`` too when it was unknown or failed before; other
    unknowns stay as they are. What was unknown, waived or approved before and fails now is new. A base's failure is
    resolved when the head says nothing of the kind about its resource any more; not when the head knows less, or could
    not read its file.
    """
    failed = {
        fingerprint: [Stood.of(one) for one in failures]
        for fingerprint, failures in by_fingerprint(base.violations, "fail").items()
    }
    doubted = Counter(one.fingerprint for one in base.violations if one.status == "unknown")
    held = hold(head.violations, failed, doubted, new_only)
    left = [stood.violation for stands in failed.values() for stood in stands if stood.count and stood.violation]
    comparison = Comparison(
        base=revision,
        commit=commit,
        spend=base.summary.spend,
        change=_change(base.summary.spend, head.summary.spend),
        dearer=held.dearer,
        resolved=in_order(_resolved(head, left)),
    )
    note_spared(held, head)
    return with_violations(replace(head, comparison=comparison), in_order(held.violations), allow_incomplete)


def note_spared(held: Held, report: Report) -> None:
    """Say in the ledger what is dearer than it was and let be."""
    for policy, count in sorted(held.spared.items()):
        text = f"{policy} blocks only what is new (new_only): of what stood before, {count:,}"
        report.coverage.note(f"{text} {'is' if count == 1 else 'are'} dearer now")


def narrowed(report: Report, holds: Callable[[Violation], bool], *, allow_incomplete: bool = False) -> Report:
    """The report on the violations alone for which ``holds`` is true, resolved ones included; the money stays."""
    if (comparison := report.comparison) is not None:
        gone = [one for one in comparison.resolved if holds(one)]
        report = replace(report, comparison=replace(comparison, resolved=gone))
    return with_violations(report, [one for one in report.violations if holds(one)], allow_incomplete)


def with_violations(report: Report, kept: list[Violation], allow_incomplete: bool) -> Report:
    """The report with other violations, and its figures to match."""
    figures = summarise(
        kept,
        report.coverage,
        resources=report.summary.resources,
        policies=report.summary.policies,
        spend=report.summary.spend,
        allow_incomplete=allow_incomplete,
    )
    return replace(report, violations=kept, summary=figures)


def _resolved(head: Report, left: Iterable[Violation]) -> Iterator[Violation]:
    """Of the base's failures that no failure of the head answers to, those that are gone for good."""
    standing = Counter(one.fingerprint for one in head.violations if one.status != "fail")
    doubtful = {_identity(one) for one in head.violations if one.status in ("unknown", "error")}
    unread = {failure.path for failure in head.coverage.failures}
    for violation in left:
        if standing[violation.fingerprint] > 0:
            standing[violation.fingerprint] -= 1
        elif _identity(violation) not in doubtful and not _stands_in(violation, unread):
            yield violation


def _identity(violation: Violation) -> _Identity:
    """The policy and the resource, without the attribute: a rule may be in doubt about another one than it minds."""
    resource = violation.resource
    return (violation.policy, resource.origin.uri or resource.origin.root, resource.address)


def _stands_in(violation: Violation, paths: set[str]) -> bool:
    origin = violation.resource.origin
    places = (violation.place, origin.place, *(call.place for call in origin.calls))
    return any(place is not None and place.path in paths for place in places)


def _change(before: Spend, after: Spend) -> Range | None:
    """What the month costs more, at the same prices; None where a side has resources but no price for any."""
    if any(spend.monthly is None and spend.unpriced for spend in (before, after)):
        return None
    was, will = before.monthly or NOTHING, after.monthly or NOTHING
    return Range.between(will.low - was.low, will.expected - was.expected, will.high - was.high)
