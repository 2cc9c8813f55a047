"""The end of the text report: what was and was not judged, and what the run comes to."""

from __future__ import annotations

from sumptuary.reports.printable import folded, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.report import Report

SHOWN = 10
CALLS_SHOWN = 2
"""Calls of one module that are named."""


def plural(count: int, noun: str) -> str:
    """``1 file``, ``1,200 files``, ``2 policies``."""
    many = f"{noun[:-1]}ies" if noun[-1] == "y" and noun[-2] not in "aeiou" else f"{noun}s"
    return f"{count:,} {noun if count == 1 else many}"


def ledger(report: Report, width: int) -> list[str]:
    """What was judged, and every kind of thing that was not."""
    coverage = report.coverage
    lines = folded(_judged(report), width)
    if coverage.failures:
        failures = sorted(coverage.failures, key=lambda one: (one.path, one.line, one.message))
        lines.append(f"Not read ({len(failures)}):")
        for one in failures:
            lines += folded(f"{one.path}:{one.line or ''}".removesuffix(":") + f": {one.message}", width, "  ", "    ")
    if coverage.unresolved_modules:
        lines += _modules(coverage.unresolved_modules, width)
    if coverage.unmapped:
        ranked = sorted(coverage.unmapped.items(), key=lambda item: (-item[1], item[0]))
        named = [f"{name} {count}" for name, count in ranked]
        lines += _listing("Types without a cost model, judged by tag policies only:", named, width)
    for row in coverage.collectors:
        if row.get("status") != "ok":
            lines += folded(f"Not collected: {_collector(row)}", width, "", "  ")
    for policy, reasons in sorted(coverage.skipped.items()):
        for reason, count in sorted(reasons.items()):
            lines += folded(f"{policy} skipped {plural(count, 'resource')}: {reason}", width, "", "  ")
    for note in coverage.notes:
        lines += folded(f"Note: {note}", width, "", "  ")
    return lines


def unread(report: Report) -> list[str]:
    """What could not be read, a line each: what is left of the ledger in a report that is quiet."""
    coverage = report.coverage
    failures = sorted(coverage.failures, key=lambda one: (one.path, one.line, one.message))
    lines = [f"{one.path}:{one.line or ''}".removesuffix(":") + f": not read: {one.message}" for one in failures]
    lines += [f"not collected: {_collector(row)}" for row in coverage.collectors if row.get("status") != "ok"]
    return [printable(line) for line in lines]


def verdict(report: Report) -> str:
    """What the run comes to, with the exit code."""
    summary = report.summary
    new = "new " if report.is_held and not report.dearer else ""
    found = plural(summary.violations, f"{new}violation")
    also = [f"{summary.unknown:,} not known"] if summary.unknown else []
    for count, word in ((summary.waived, "waived"), (summary.approved, "approved"), (summary.baselined, "baselined")):
        also += [f"{count:,} {word}"] if count else []
    aside = "".join(f", {text}" for text in also)
    if summary.exit_code == 1:
        return f"Failed: {found}, {summary.blocking:,} blocking{aside} (exit 1)"
    if summary.exit_code == 3:
        unread = sum(row.get("status") != "ok" for row in report.coverage.collectors)
        missing = plural(len(report.coverage.failures) + summary.errors + unread, "problem")
        return f"Incomplete: {found}, none blocking{aside}; {missing} above kept something from being judged (exit 3)"
    if not (report.coverage.files_seen or report.coverage.collectors or summary.resources):
        return "Nothing to judge: there is no file here that sumptuary reads (exit 0)"
    if not (summary.resources or report.violations or report.is_held or report.coverage.collectors):
        return "Nothing to judge: no resource was found (exit 0)"
    if summary.violations:
        return f"Passed: {found}, none blocking{aside} (exit 0)"
    return f"Passed: no {new}violations{aside} (exit 0)"


def _judged(report: Report) -> str:
    coverage, summary = report.coverage, report.summary
    prices = coverage.prices
    where = plural(coverage.files_read, "file")
    if coverage.collectors:
        whole = sum(row.get("status") == "ok" for row in coverage.collectors)
        where = f"{whole:,} of {plural(len(coverage.collectors), 'collector')}"
    text = (
        f"Judged {plural(summary.resources, 'resource')} in {where}"
        f" against {summary.policies} {'policy' if summary.policies == 1 else 'policies'}."
    )
    if any(prices.values()):
        text += (
            f" Prices: {prices.get('exact', 0):,} exact, {prices.get('estimated', 0):,} estimated,"
            f" {prices.get('unknown', 0):,} not known"
        )
        text += f", as of {report.catalogue.as_of}." if report.catalogue.as_of else "."
    audited = sum(one.status == "fail" and one.enforcement == "audit" for one in report.violations)
    if audited:
        text += f" {plural(audited, 'violation')} recorded only (audit): see --format json."
    return text


def _collector(row: dict[str, str]) -> str:
    """A row of the ledger: which collector, where, how it ended and why."""
    places = ", ".join(row[name] for name in ("provider", "account", "region") if row.get(name))
    why = f" ({row['message']})" if row.get("message") else ""
    return f"{row.get('collector', '')} in {places}: {row.get('status', '')}{why}"


def _listing(title: str, items: list[str], width: int) -> list[str]:
    """A title and its items in running text, the first few; the rest counted."""
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return [*folded(title, width), *folded(", ".join(items[:SHOWN]) + more, width, "  ", "  ")]


def _modules(rows: list[str], width: int) -> list[str]:
    """Modules that are not here, by source, those that are called most first, with where they are called."""
    sources: dict[str, list[str]] = {}
    for row in sorted(rows):
        name, _, rest = row.partition(" (")
        source, _, place = rest.rpartition(") at ")
        called = place if place.startswith(f"{name}:") else f"{name} at {place}"
        sources.setdefault(source, []).append(called if source else row)
    ranked = sorted(sources.items(), key=lambda item: (-len(item[1]), item[0]))
    title = f"Modules that are not on this machine ({len(rows):,}): nothing in them is read."
    downloads = " `terraform init` downloads them;" if any(row.startswith("module.") for row in rows) else ""
    lines = folded(f"{title}{downloads} {'a' if downloads else 'A'} plan shows what they create.", width)
    for source, calls in ranked[:SHOWN]:
        more = f" and {len(calls) - CALLS_SHOWN:,} more" if len(calls) > CALLS_SHOWN else ""
        named = ", ".join(calls[:CALLS_SHOWN]) + more
        lines += folded(f"{source}: {named}" if source else named, width, "  ", "    ")
    if left := sum(len(calls) for _, calls in ranked[SHOWN:]):
        lines.append(f"  and {left:,} more: see --format json")
    return lines
