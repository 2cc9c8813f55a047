"""The part of the text report on what cannot be known yet: by reason, with what would settle it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sumptuary.reports.ledger import plural
from sumptuary.reports.printable import folded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.findings import Violation
    from sumptuary.report import Report

REASONS_SHOWN = 8
PLACES_SHOWN = 3


@dataclass(slots=True, eq=False, repr=False)
class _Reason:
    cure: str
    places: dict[str, None] = field(default_factory=dict[str, None])
    policies: dict[str, None] = field(default_factory=dict[str, None])


def unknowns(report: Report, width: int) -> list[str]:
    """The section's lines; none when everything is known. The commonest reason comes first."""
    reasons: dict[str, _Reason] = {}
    for violation in report.violations:
        if violation.status == "unknown" and violation.enforcement != "audit":
            text = violation.reason or violation.message
            reason = reasons.setdefault(text, _Reason(violation.remediation))
            reason.places[_where(violation)] = None
            reason.policies[violation.policy] = None
    if not reasons:
        return []
    ranked = sorted(reasons.items(), key=lambda item: (-len(item[1].places), item[0]))
    lines = [f"Not known ({report.summary.unknown}): neither passed nor failed"]
    for text, reason in ranked[:REASONS_SHOWN]:
        lines += _paragraph(text, reason, width)
    if len(ranked) > REASONS_SHOWN:
        lines.append(f"  and {plural(len(ranked) - REASONS_SHOWN, 'further reason')}: see --format json")
    return lines


def _paragraph(text: str, reason: _Reason, width: int) -> list[str]:
    lines = folded(f"{text} ({plural(len(reason.places), 'resource')})", width, "  ", "    ")
    places = list(reason.places)
    further = [f"and {len(places) - PLACES_SHOWN} more"] if len(places) > PLACES_SHOWN else []
    for line in (*places[:PLACES_SHOWN], *further, f"policies: {', '.join(reason.policies)}", reason.cure):
        lines += folded(line, width, "      ", "        ")
    return lines


def _where(violation: Violation) -> str:
    place = violation.place
    where = f"{place.path}:{place.line} " if place is not None and place.path else ""
    return where + violation.resource.address
