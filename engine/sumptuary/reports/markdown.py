"""The report as a comment on a pull request: the money, the verdict, what matters most, and all else folded away.

It begins with a hidden marker by which a later run finds its comment and replaces it. Nothing scanned can become
markup, a link, a mention or a reference (see ``markup``), and the whole stays below what forges take of a comment.
"""

from __future__ import annotations

from sumptuary.money import ZERO
from sumptuary.reports.amounts import span
from sumptuary.reports.change import change_headline, mark_of
from sumptuary.reports.describing import ACCEPTED, statement, waived_by, where, where_is
from sumptuary.reports.folds import Fold, folded_in, length
from sumptuary.reports.ledger import plural, verdict
from sumptuary.reports.markup import code, plain
from sumptuary.reports.ranking import severity_rank
from sumptuary.reports.text import Group, headline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from sumptuary.findings import Violation
    from sumptuary.report import Report
    from sumptuary.reports import Style

MARKER = "<!-- sumptuary -->"
ROWS = 10
"""Rows of the table: a screen."""
LIMIT = 60_000
"""Characters of the whole; GitHub takes 65,536."""
SIGNED_OFF = ("waived", "approved")
NAMED = 5
"""Resources that are named where several share a reason."""


def render(report: Report, style: Style | None = None) -> str:
    """The report as Markdown; the same report gives the same bytes."""
    pressing = _grouped((one for one in report.violations if _is_pressing(one)), report)
    head = [MARKER, *_headline(report), *_table(pressing[:ROWS], report)]
    folds = [
        Fold("Further violations", [_item(group, report) for group in pressing[ROWS:]]),
        Fold("Resolved", _resolved(report)),
        Fold("Not known", _unknown(report)),
        Fold("Not judged, and notes", _not_judged(report)),
        Fold("Accepted, or recorded only", [_item(group, report) for group in _set_aside(report)]),
    ]
    foot = _foot(report)
    room = LIMIT - sum(length(line) for line in (*head, foot))
    return "\n".join([*head, *folded_in(folds, room), foot]) + "\n"


def _headline(report: Report) -> list[str]:
    """The money, then what the run comes to: against the base, where there is one, and in all."""
    cost, _, counts = change_headline(report).partition(": ")
    title = plain((cost or headline(report)).replace("->", "\u2192"))
    outcome, _, why = verdict(report).partition(": ")
    said = f"**{plain(outcome)}**: {plain(why)}"
    return [f"### {title}", "", *([f"{_ended(plain(counts))} {said}" if counts else said]), ""]


def _is_pressing(violation: Violation) -> bool:
    """What a person should see at once: failures that are not merely recorded, and all else that blocks."""
    return violation.blocking or (violation.status == "fail" and violation.enforcement != "audit")


def _set_aside(report: Report) -> list[Group]:
    """What was waived or approved, and what policies at ``audit`` found; what was there before is only counted."""
    audited = (one.status == "fail" and not _is_pressing(one) for one in report.violations)
    found = zip(report.violations, audited, strict=True)
    return _grouped((one for one, recorded in found if recorded or one.status in SIGNED_OFF), report)


def _grouped(violations: Iterable[Violation], report: Report) -> list[Group]:
    """Those that read the same but for their address as one, the most important first."""
    groups: dict[tuple[str, ...], Group] = {}
    for one in violations:
        said = statement(one)
        mark = mark_of(one, report)
        key = (where(one), one.policy, one.status, one.severity, str(one.blocking), mark, said, one.remediation)
        groups.setdefault(key, Group(one, said)).add(one)

    def weight(group: Group) -> tuple[bool, bool, Decimal, int]:
        first = group.first
        fresh = bool(mark_of(first, report))
        return (not fresh, not first.blocking, -group.savings.expected, severity_rank(first.severity))

    return sorted(groups.values(), key=weight)


def _table(groups: list[Group], report: Report) -> list[str]:
    if not groups:
        return []
    lines = ["| Severity | Where | What | Saves a month |", "| --- | --- | --- | ---: |"]
    for group in groups:
        cells = (_standing(group, report), code(where(group.first), 160), _what(group), _money(group, report))
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _item(group: Group, report: Report) -> str:
    """A violation as a list item: what the table has in columns, in one line."""
    money = _money(group, report)
    saved = f" Saves a month: {money}." if money else ""
    waiver = f" It is {_ended(plain(waived_by(group.first.waiver), 240))}" if group.first.waiver is not None else ""
    return f"{_standing(group, report)}: {code(where(group.first), 160)} {_what(group)}{saved}{waiver}"


def _standing(group: Group, report: Report) -> str:
    """``new, high, blocks``: the words by which one judges whether to read on."""
    first = group.first
    status = first.status if first.status in (*ACCEPTED, "unknown") else mark_of(first, report)
    effect = "blocks" if first.blocking else "audit" if first.enforcement == "audit" else ""
    return ", ".join(plain(word, 20) for word in (status, first.severity, effect) if word)


def _what(group: Group) -> str:
    """The address, what is wrong with it, what to do, and by which policy."""
    said = ": ".join(part for part in (_about(group), plain(group.message, 240)) if part)
    law = f"({code(group.first.policy, 60)})" if group.first.policy else ""
    return " ".join(part for part in (_ended(said), _ended(plain(group.first.remediation, 240)), law) if part)


def _about(group: Group) -> str:
    """The address, how many more read the same, and who calls the module; a change as a whole has no address."""
    about = group.first.resource
    address = "" if about.kind == "change.set" else code(about.address, 160)
    more = f"and {len(group.addresses) - 1:,} more" if len(group.addresses) > 1 else ""
    call = f"called at {code(where_is(about.origin.calls[0].place), 160)}" if about.origin.calls else ""
    return " ".join(part for part in (address, more, call) if part)


def _money(group: Group, report: Report) -> str:
    """What mending it saves; empty where no money is at stake."""
    currency = report.summary.spend.currency
    if not group.priced:
        return "no price" if "saving" in group.first.evidence else ""
    if group.savings.high > ZERO:
        return plain(span(group.savings, currency))
    return plain(f"({span(group.alone, currency)} alone)") if group.alone.high > ZERO else ""


def _resolved(report: Report) -> list[str]:
    """What the base had and the change mended."""
    items: list[str] = []
    for group in _grouped(report.comparison.resolved if report.comparison is not None else (), report):
        money = _money(group, report)
        said = ": ".join(part for part in (_about(group), _ended(plain(group.message, 240))) if part)
        parts = (code(where(group.first), 160), said)
        saved = [f"It could have saved {money} a month."] if money else []
        items.append(" ".join([f"{plain(group.first.severity, 20)}:", *(part for part in parts if part), *saved]))
    return items


def _unknown(report: Report) -> list[str]:
    """What can be neither passed nor failed, by reason, the commonest first; with what would settle it."""
    reasons: dict[tuple[str, str], dict[str, None]] = {}
    for one in report.violations:
        if one.status == "unknown" and one.enforcement != "audit" and not one.blocking:
            key = (one.reason or one.message, one.remediation)
            reasons.setdefault(key, {})[one.resource.address] = None
    ranked = sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        f"{plural(len(found), 'resource')}: {_ended(plain(why))} {_names(found)} {_ended(plain(cure))}".rstrip()
        for (why, cure), found in ranked
    ]


def _not_judged(report: Report) -> list[str]:
    """Everything that kept something from being judged, and what a reader should know."""
    coverage = report.coverage
    items: list[str] = []
    for one in sorted(coverage.failures, key=lambda one: (one.path, one.line, one.message)):
        spot = code(f"{one.path}:{one.line}" if one.line else one.path)
        items.append(f"Not read: {spot} {plain(one.message)}")
    faults = (one for one in report.violations if one.status == "error")
    items += [f"Not judged: {code(where(fault), 160)} {plain(fault.message)}" for fault in faults]
    missing = (row for row in coverage.collectors if row.get("status") != "ok")
    items += [f"Not collected: {plain(', '.join(f'{key} {value}' for key, value in row.items()))}" for row in missing]
    items += [f"Module not on this machine: {code(name)}" for name in sorted(coverage.unresolved_modules)]
    unmapped = sorted(coverage.unmapped.items(), key=lambda item: (-item[1], item[0]))
    items += [f"No cost model for {plural(count, 'resource')} of type {code(name)}" for name, count in unmapped]
    for policy, reasons in sorted(coverage.skipped.items()):
        for reason, count in sorted(reasons.items()):
            items.append(f"Policy {code(policy)} skipped {plural(count, 'resource')}: {plain(reason)}")
    return items + [f"Note: {plain(note)}" for note in coverage.notes]


def _foot(report: Report) -> str:
    stamp, summary = report.catalogue, report.summary
    version = f"catalogue {plain(stamp.version)}" if stamp.version else "no catalogue"
    prices = f"Prices as of {plain(stamp.as_of)} ({version})." if stamp.as_of else f"No price was used ({version})."
    laws = f"{summary.policies:,} {'policy' if summary.policies == 1 else 'policies'}"
    return f"{prices} Judged {plural(summary.resources, 'resource')} against {laws}. Exit code {summary.exit_code}."


def _names(addresses: Iterable[str]) -> str:
    named = list(addresses)
    more = f" and {len(named) - NAMED:,} more" if len(named) > NAMED else ""
    return ", ".join(code(address, 160) for address in named[:NAMED] if address) + more + "."


def _ended(text: str) -> str:
    return text if not text or text[-1] in ".!?" else f"{text}."
