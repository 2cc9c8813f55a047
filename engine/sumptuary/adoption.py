"""A report adopted as a baseline, and a report held against one: what it holds blocks nothing, until it is dearer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from sumptuary.comparison import note_spared, with_violations
from sumptuary.decisions.baselines import Baseline, Entry
from sumptuary.findings import Violation
from sumptuary.fingerprint import root_of, within
from sumptuary.money import ZERO, to_cents
from sumptuary.report import Adopted, Report, in_order
from sumptuary.standing import Stood, figures, hold

ACCEPTED = ("waived", "approved", "baselined")


@dataclass(slots=True, eq=False, repr=False)
class View:
    """What of a baseline a run can speak of. ``sees`` says it of a root directory or ARN (see ``Entry.root``).

    ``prefix`` is the working directory within the checkout, ``policies`` those in force.
    """

    prefix: str
    policies: frozenset[str]
    sees: Callable[[str], bool]


def entries_of(violations: Iterable[Violation], prefix: str) -> list[Entry]:
    """What a baseline takes of violations: all that fail, and unknowns that block; those of one fingerprint together.

    What they cost is the amount that they name, or else what their resources do; not known where it is of one of them.
    """
    found: dict[tuple[str, str], list[Violation]] = {}
    for violation in violations:
        if violation.status == "fail" or (violation.status == "unknown" and violation.blocking):
            found.setdefault((violation.fingerprint, violation.status), []).append(violation)
    return sorted((_entry(same, prefix) for same in found.values()), key=lambda one: one.order)


def _entry(same: list[Violation], prefix: str) -> Entry:
    first = same[0]
    costs = [named if named is not None else cost for _, named, cost in map(figures, same)]
    known = [cost for cost in costs if cost is not None]
    place = first.place
    return Entry(
        fingerprint=first.fingerprint,
        policy=first.policy,
        address=first.resource.address,
        path=within(prefix, place.path) if place is not None and place.path else None,
        root=root_of(first.resource, prefix),
        count=len(same),
        monthly_cost=to_cents(sum(known, ZERO)) if len(known) == len(costs) else None,
        status=first.status,
    )


def adopted(
    report: Report,
    baseline: Baseline,
    view: View,
    *,
    new_only: Collection[str] = frozenset(),
    allow_incomplete: bool = False,
) -> Report:
    """The report, in which only what is new or dearer than in the baseline still fails.

    A fingerprint's violations beyond its ``count``, or beyond its ``monthly_cost``, are new or dearer; of the policies
    ``new_only``, dearer ones are let be. What the report holds ``baselined`` already takes its place in it first.
    """
    baseline = _as_it_says(baseline, report)
    failed = {entry.fingerprint: [_stood(entry)] for entry in baseline.entries if entry.status == "fail"}
    doubted = Counter({entry.fingerprint: entry.count for entry in baseline.entries if entry.status == "unknown"})
    held = hold(report.violations, failed, doubted, new_only)
    gone = mended(baseline.entries, report, view)
    told = Adopted(baseline.file, baseline.created, baseline.count, sum(one.count for one in gone), held.dearer)
    note_spared(held, report)
    if told.mended:
        text = f"of the baseline {told.file}, {told.mended:,} of {told.count:,} are mended"
        report.coverage.note(f"{text}: `sumptuary baseline --update` takes them out")
    return with_violations(replace(report, baseline=told), in_order(held.violations), allow_incomplete)


def _as_it_says(baseline: Baseline, report: Report) -> Baseline:
    """The baseline without entries that name another policy than their fingerprint's: nobody agreed to what they do."""
    policies = {one.fingerprint: one.policy for one in report.violations}
    kept = [one for one in baseline.entries if policies.get(one.fingerprint, one.policy) == one.policy]
    if wrong := len(baseline.entries) - len(kept):
        what = f"{wrong:,} finding{'s' if wrong > 1 else ''} under another policy than the one that found it"
        report.coverage.note(
            f"the baseline {baseline.file} names {what}: write it anew, such entries count for nothing"
        )
    return replace(baseline, entries=kept)


def _stood(entry: Entry) -> Stood:
    return Stood(entry.count, (None, entry.monthly_cost, entry.monthly_cost))


def mended(entries: Iterable[Entry], report: Report, view: View) -> list[Entry]:
    """What of a baseline is gone for good, each entry with as many as are.

    Nothing is, where the run did not look, could not read the file, lacked an input, or cannot tell. What a policy
    passed over says nothing of its other resources, unless it weighs them together.
    """
    standing = Counter(one.fingerprint for one in report.violations if one.status in ("fail", *ACCEPTED))
    doubtful = {
        (one.policy, one.resource.address, root_of(one.resource, view.prefix))
        for one in report.violations
        if one.status == "unknown"
    }
    faulty = {one.policy for one in report.violations if one.status == "error"}
    unread = {within(view.prefix, one.path) for one in report.coverage.failures}
    away = tuple(f"{name.partition(' ')[0]}." for name in report.coverage.unresolved_modules)
    passed_over = report.coverage.passed_over
    judged = view.policies - faulty - (set(report.coverage.skipped) - set(passed_over))
    found: list[Entry] = []
    for entry in entries:
        if entry.policy not in judged or not view.sees(entry.root) or entry.path in unread:
            continue
        if (entry.policy, entry.address, entry.root) in doubtful or entry.address.startswith(away):
            continue
        if entry.address in passed_over.get(entry.policy, ()):
            continue
        taken = min(standing[entry.fingerprint], entry.count)
        standing[entry.fingerprint] -= taken
        if taken < entry.count:
            found.append(replace(entry, count=entry.count - taken))
    return found


@dataclass(slots=True, eq=False, repr=False)
class Update:
    """A baseline brought up to date: its entries, and how many violations came, went, and cost more than before."""

    entries: list[Entry]
    added: int
    mended: int
    dearer: int


def updated(baseline: Baseline, report: Report, view: View) -> Update:
    """The baseline with what fails now; what this run cannot speak of stays as it was."""
    now = {entry.key: entry for entry in entries_of(report.violations, view.prefix)}
    gone = {entry.key: entry.count for entry in mended(baseline.entries, report, view)}
    added = dearer = 0
    kept: dict[tuple[str, str], Entry] = {}
    for entry in baseline.entries:
        left = entry.count - gone.get(entry.key, 0)
        if left and entry.key not in now:
            kept[entry.key] = replace(entry, count=left)
    before = {entry.key: entry for entry in baseline.entries}
    for key, entry in now.items():
        former = before.get(key)
        added += max(0, entry.count - former.count) if former is not None else entry.count
        dearer += former is not None and _has_risen(entry, former)
    return Update([*kept.values(), *now.values()], added, sum(gone.values()), dearer)


def _has_risen(now: Entry, before: Entry) -> bool:
    if now.count > before.count or now.monthly_cost is None or before.monthly_cost is None:
        return False
    return now.monthly_cost > before.monthly_cost
