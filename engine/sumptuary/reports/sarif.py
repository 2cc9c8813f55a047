"""The report as SARIF 2.1.0, as code scanning reads it: findings in files are results, all else is a notification.

Code scanning refuses a whole file for one result without a place in the repository. What was found in a live account
is therefore listed as a notification; its home is the JSON or the Markdown report. So are unknowns that do not block,
faults of rules, and what could not be read: none of them is a finding, and none may go unsaid.

What was accepted (waived, approved, baselined) is a result with ``suppressions``, at level ``note``, since not every
reader honours suppressions. What a change resolved is left out: there is no reader-proof way to say it.
"""

from __future__ import annotations

import json

from sumptuary import __version__
from sumptuary.money import Range, to_cents
from sumptuary.reports.describing import ACCEPTED, path_of, saves, sentence, waived_by
from sumptuary.reports.ledger import plural
from sumptuary.reports.printable import printable
from sumptuary.reports.ranking import by_importance
from sumptuary.reports.sarif_rules import Rules
from sumptuary.reports.uris import uri_of, within_root
from sumptuary.values import is_list

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sumptuary.findings import Violation
    from sumptuary.model import Place
    from sumptuary.report import Report
    from sumptuary.reports import Style

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RESULTS = 25_000
"""GitHub refuses a run with more results."""
RELATED = 99
"""GitHub shows 100 locations of a result, its own included."""
UNKNOWNS = 1_000
"""Unknowns that are listed one by one; further ones are counted."""


def render(report: Report, style: Style | None = None) -> str:
    """The report as a SARIF log; the same report gives the same bytes."""
    return json.dumps(document(report), indent=2, allow_nan=False) + "\n"


def document(report: Report) -> dict[str, object]:
    """The SARIF log in JSON types."""
    rules = Rules(report)
    placed = [one for one in report.violations if _is_result(one)]
    shown = _shown(placed)
    results = [_result(one, report, rules) for one in shown]
    invocation = {
        "executionSuccessful": report.coverage.complete and not report.summary.errors,
        "exitCode": report.summary.exit_code,
        "toolExecutionNotifications": _notifications(report, rules, len(placed) - len(shown)),
    }
    driver = {"name": "sumptuary", "semanticVersion": __version__, "rules": rules.descriptors}
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _is_result(violation: Violation) -> bool:
    """Whether it is a finding with a line to show it at. An unknown that blocks is one: it fails the build."""
    if not path_of(violation) or violation.status == "error":
        return False
    return violation.status != "unknown" or violation.blocking


def _shown(found: Sequence[Violation]) -> list[Violation]:
    """All of them, or the most important that a reader takes; in report order either way."""
    if len(found) <= RESULTS:
        return list(found)
    kept = {id(one) for one in by_importance(found)[:RESULTS]}
    return [one for one in found if id(one) in kept]


def _result(violation: Violation, report: Report, rules: Rules) -> dict[str, object]:
    currency = report.summary.spend.currency
    said = (sentence(violation.message), saves(violation, currency), sentence(violation.remediation))
    result: dict[str, object] = {
        "ruleId": violation.policy,
        "ruleIndex": rules.index(violation.policy),
        "level": _level(violation),
        "message": _message(" ".join(part for part in said if part)),
        "locations": [_location(violation)],
        "partialFingerprints": {"sumptuary/v1": violation.fingerprint},
    }
    if violation.related:
        related = violation.related[:RELATED]
        result["relatedLocations"] = [_related(number, *pair) for number, pair in enumerate(related, 1)]
    if violation.status in ACCEPTED:
        result["suppressions"] = [{"kind": "external", "justification": _justification(violation)}]
    if report.is_held or report.summary.baselined:
        result["baselineState"] = _baseline_state(violation, report)
    result["properties"] = _properties(violation, currency)
    return result


def _level(violation: Violation) -> str:
    if violation.blocking:
        return "error"
    quiet = violation.status in ACCEPTED or violation.enforcement == "audit" or violation.severity in ("low", "info")
    return "note" if quiet else "warning"


def _baseline_state(violation: Violation, report: Report) -> str:
    """SARIF wants it on every result or on none; of what is accepted, nobody is told as news."""
    if violation.status in ACCEPTED:
        return "unchanged"
    return "updated" if violation.fingerprint in report.dearer else "new"


def _justification(violation: Violation) -> str:
    """Why it is accepted, where its waiver or its evidence says so; its status else."""
    if violation.waiver is not None:
        return printable(f"{waived_by(violation.waiver)}. {violation.waiver.reason}")
    for key in ("approvals", "reason"):
        if why := violation.evidence.get(key):
            names = [str(name) for name in why] if is_list(why) else [str(why)]
            return printable(f"{violation.status}: {', '.join(names)}")
    if violation.status == "baselined":
        return printable(f"baselined: {violation.evidence.get('stood') or 'it was there before'}")
    return violation.status


def _location(violation: Violation) -> dict[str, object]:
    assert violation.place is not None  # noqa: S101  # only what has a place is a result
    resource = violation.resource
    logical = {"fullyQualifiedName": printable(resource.address), "kind": "resource"}
    return {"physicalLocation": _physical(violation.place), "logicalLocations": [logical]}


def _related(number: int, place: Place, message: str) -> dict[str, object]:
    return {"id": number, "physicalLocation": _physical(place), "message": _message(printable(message))}


def _physical(place: Place) -> dict[str, object]:
    """The first line as region, the block around it as context.

    Code scanning shows an alert on a pull request only where all lines of its region changed.
    """
    artifact = {"uri": uri_of(place.path)}
    if within_root(place.path):
        artifact["uriBaseId"] = "%SRCROOT%"
    first = max(place.line, 1)
    found: dict[str, object] = {"artifactLocation": artifact, "region": {"startLine": first, "endLine": first}}
    if place.end_line > first:
        found["contextRegion"] = {"startLine": first, "endLine": place.end_line}
    return found


def _properties(violation: Violation, currency: str) -> dict[str, object]:
    saving = violation.saving
    return {
        "status": violation.status,
        "severity": violation.severity,
        "confidence": violation.confidence,
        "enforcement": violation.enforcement,
        "blocking": violation.blocking,
        "savings": None
        if saving is None
        else {"standalone": _span(saving.standalone), "attributed": _span(saving.attributed), "period": "month"},
        "currency": currency,
    }


def _span(figure: Range) -> dict[str, str]:
    return {name: str(to_cents(getattr(figure, name))) for name in ("low", "expected", "high")}


def _message(text: str) -> dict[str, object]:
    """A plain-text message in which nothing scanned can become a link to a location."""
    return {"text": text.replace("](", "] (") or "-"}


def _notifications(report: Report, rules: Rules, left_out: int) -> list[dict[str, object]]:
    """Everything that is no result, the gravest first."""
    coverage = report.coverage
    said: list[dict[str, object]] = []
    for failure in sorted(coverage.failures, key=lambda one: (one.path, one.line, one.message)):
        at = _failed_at(failure.path, failure.line)
        said.append({"level": "error", "message": _message(printable(failure.message)), **at})
    said += [_about(one, "error", rules) for one in report.violations if one.status == "error"]
    for row in coverage.collectors:
        if row.get("status") != "ok":
            text = ", ".join(f"{key} {value}" for key, value in row.items())
            said.append(_notice("error", f"not collected: {text}"))
    if left_out:
        said.append(_notice("warning", f"{plural(left_out, 'result')} of least weight left out: see the JSON report"))
    said += [_notice("warning", f"module not read: {name}") for name in sorted(coverage.unresolved_modules)]
    said += [_about(one, "warning", rules) for one in report.violations if one.status == "fail" and not path_of(one)]
    unknown = [one for one in report.violations if one.status == "unknown" and not _is_result(one)]
    said += [_about(one, "note", rules) for one in unknown[:UNKNOWNS]]
    if len(unknown) > UNKNOWNS:
        said.append(_notice("note", f"{plural(len(unknown) - UNKNOWNS, 'further unknown')}: see the JSON report"))
    for policy, reasons in sorted(coverage.skipped.items()):
        for reason, count in sorted(reasons.items()):
            said.append(_notice("note", f"{policy} skipped {plural(count, 'resource')}: {reason}"))
    return said + [_notice("note", note) for note in coverage.notes]


def _about(violation: Violation, level: str, rules: Rules) -> dict[str, object]:
    rule = {"id": violation.policy, "index": rules.index(violation.policy)}
    at = [_location(violation)] if path_of(violation) else [_logical(violation)]
    said = (sentence(violation.message), sentence(violation.remediation))
    return {**_notice(level, " ".join(part for part in said if part)), "associatedRule": rule, "locations": at}


def _logical(violation: Violation) -> dict[str, object]:
    name = violation.resource.origin.uri or violation.resource.id or violation.resource.address
    return {"logicalLocations": [{"fullyQualifiedName": printable(name), "kind": "resource"}]}


def _notice(level: str, text: str) -> dict[str, object]:
    return {"level": level, "message": _message(printable(text))}


def _failed_at(path: str, line: int) -> dict[str, object]:
    if not path:
        return {}
    artifact: dict[str, object] = {"artifactLocation": {"uri": uri_of(path)}}
    if within_root(path):
        artifact = {"artifactLocation": {"uri": uri_of(path), "uriBaseId": "%SRCROOT%"}}
    return {"locations": [{"physicalLocation": {**artifact, **({"region": {"startLine": line}} if line else {})}}]}
