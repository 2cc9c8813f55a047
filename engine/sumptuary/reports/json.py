"""The report as JSON, ``sumptuary.report/v1``: a frozen shape of its own, so that the model may change behind it."""

from __future__ import annotations

import json

from sumptuary.money import Range, to_cents
from sumptuary.values import to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from decimal import Decimal

    from sumptuary.coverage import Coverage
    from sumptuary.findings import PriceUse, Saving, Violation
    from sumptuary.model import Place, Resource
    from sumptuary.report import Adopted, Comparison, Exchange, Report, Spend, Summary
    from sumptuary.reports import Style

SCHEMA = "sumptuary.report/v1"


def render(report: Report, style: Style | None = None) -> str:
    """The report as a JSON document; the same report gives the same bytes. Money is decimal strings with cents."""
    return json.dumps(document(report), indent=2, allow_nan=False) + "\n"


def document(report: Report) -> dict[str, object]:
    """The report in JSON types, keys in the published order."""
    found: dict[str, object] = {
        "schema": SCHEMA,
        "summary": _summary(report.summary),
        "violations": [_violation(violation, report.summary.spend.currency) for violation in report.violations],
        "coverage": _coverage(report.coverage),
        "catalogue": {"version": report.catalogue.version, "as_of": report.catalogue.as_of or None},
    }
    if report.currency is not None:
        found["currency"] = _currency(report.currency)
    if report.comparison is not None:
        found["comparison"] = _comparison(report, report.comparison)
    if report.baseline is not None:
        found["baseline"] = _baseline(report, report.baseline)
    return found


def _currency(exchange: Exchange) -> dict[str, object]:
    rate, as_of = _exact(exchange.rate), exchange.as_of.isoformat()
    return {"code": exchange.code, "rate": rate, "as_of": as_of, "source": exchange.source}


def _baseline(report: Report, baseline: Adopted) -> dict[str, object]:
    """How it stands against what was adopted. ``new`` and ``dearer`` are as in a comparison."""
    failed = [violation.fingerprint for violation in report.violations if violation.status == "fail"]
    return {
        "file": baseline.file,
        "created": baseline.created,
        "adopted": baseline.count,
        "mended": baseline.mended,
        "standing": report.summary.baselined,
        "new": [one for one in failed if one not in report.dearer],
        "dearer": [one for one in failed if one in report.dearer],
    }


def _comparison(report: Report, comparison: Comparison) -> dict[str, object]:
    """What a change does. ``new`` and ``dearer`` are fingerprints of failures, as often as they occur."""
    failed = [violation.fingerprint for violation in report.violations if violation.status == "fail"]
    currency, change = report.summary.spend.currency, comparison.change
    return {
        "base": comparison.base,
        "commit": comparison.commit,
        "monthly_cost_before": _spend(comparison.spend),
        "monthly_cost_change": {**_span(change), "currency": currency} if change is not None else None,
        "new": [one for one in failed if one not in comparison.dearer],
        "dearer": [one for one in failed if one in comparison.dearer],
        "resolved": [_resolved(violation, currency) for violation in comparison.resolved],
        "standing": report.summary.baselined,
    }


def _resolved(violation: Violation, currency: str) -> dict[str, object]:
    told = _violation(violation, currency)
    kept = ("policy", "rule", "severity", "enforcement", "resource", "location", "message", "fingerprint", "savings")
    return {name: told[name] for name in kept}


def _spend(spend: Spend) -> dict[str, object]:
    cost = _span(spend.monthly) if spend.monthly is not None else {"low": None, "expected": None, "high": None}
    return {**cost, "currency": spend.currency, "priced": spend.priced, "unpriced": spend.unpriced}


def _summary(summary: Summary) -> dict[str, object]:
    return {
        "resources": summary.resources,
        "policies": summary.policies,
        "violations": {
            "total": summary.violations,
            "blocking": summary.blocking,
            "by_severity": dict(summary.by_severity),
        },
        "unknown": summary.unknown,
        "waived": summary.waived,
        "approved": summary.approved,
        "baselined": summary.baselined,
        "errors": summary.errors,
        "monthly_cost": _spend(summary.spend),
        "monthly_savings": {**_span(summary.savings), "currency": summary.spend.currency},
        "exit_code": summary.exit_code,
    }


def _violation(violation: Violation, currency: str) -> dict[str, object]:
    found: dict[str, object] = {
        "policy": violation.policy,
        "rule": violation.rule,
        "status": violation.status,
        "severity": violation.severity,
        "confidence": violation.confidence,
        "enforcement": violation.enforcement,
        "blocking": violation.blocking,
        "ramp": violation.ramp or None,
        "resource": _resource(violation.resource),
        "location": _location(violation),
        "related_locations": [{**_place(place), "message": message} for place, message in violation.related],
        "message": violation.message,
        "reason": violation.reason or None,
        "depends_on": list(violation.depends_on),
        "remediation": violation.remediation or None,
        "fix": to_json(violation.fix),
        "fingerprint": violation.fingerprint,
        "evidence": to_json(violation.evidence),
        "savings": _saving(violation.saving, currency) if violation.saving is not None else None,
    }
    if (waiver := violation.waiver) is not None:
        names = ("id", "owner", "approver", "expires", "ticket", "reason")
        found["waiver"] = {
            **{name: getattr(waiver, name) for name in names},
            "expires_soon": waiver.ends != waiver.expires,
            "location": _place(waiver.place),
        }
    return found


def _resource(resource: Resource) -> dict[str, object]:
    return {
        "address": resource.address,
        "kind": resource.kind,
        "type": resource.type,
        "provider": resource.provider,
        "account": to_json(resource.account),
        "region": to_json(resource.region),
        "tags": to_json(resource.tags.values()),
    }


def _location(violation: Violation) -> dict[str, object]:
    if violation.place is not None and violation.place.path:
        return _place(violation.place)
    return {"uri": violation.resource.origin.uri or violation.resource.id}


def _place(place: Place) -> dict[str, object]:
    return {"path": place.path, "line": place.line, "end_line": max(place.line, place.end_line)}


def _saving(saving: Saving, currency: str) -> dict[str, object]:
    return {
        "standalone": _span(saving.standalone),
        "attributed": _span(saving.attributed),
        "currency": currency,
        "period": "month",
        "method": saving.method,
        "confidence": saving.confidence,
        "prices": [_price(use) for use in saving.prices],
    }


def _price(use: PriceUse) -> dict[str, object]:
    return {
        "sku": use.sku,
        "region": use.region,
        "option": use.option,
        "unit_price": _exact(use.unit_price.expected),
        "currency": "USD",
        "unit": use.unit,
        "source": use.source,
        "as_of": use.as_of,
        "grade": use.grade,
    }


def _span(figure: Range) -> dict[str, object]:
    return {name: str(to_cents(getattr(figure, name))) for name in ("low", "expected", "high")}


def _exact(value: Decimal) -> str:
    """A unit price with all its digits, never in powers of ten."""
    return format(value, "f")


def _coverage(coverage: Coverage) -> dict[str, object]:
    failures = sorted(coverage.failures, key=lambda failure: (failure.path, failure.line, failure.message))
    return {
        "files": {
            "seen": coverage.files_seen,
            "read": coverage.files_read,
            "failed": [{"path": one.path, "line": one.line or None, "message": one.message} for one in failures],
        },
        "resources": {"evaluated": coverage.evaluated, "unmapped": dict(sorted(coverage.unmapped.items()))},
        "modules": {"resolved": coverage.modules_resolved, "unresolved": sorted(coverage.unresolved_modules)},
        "collectors": [dict(row) for row in coverage.collectors],
        "prices": dict(coverage.prices),
        "skipped": {policy: dict(sorted(reasons.items())) for policy, reasons in sorted(coverage.skipped.items())},
        "notes": list(coverage.notes),
    }
