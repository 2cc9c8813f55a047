"""The report as GitLab reads code quality: the failures that stand at a line of a file, each under a fingerprint.

GitLab compares by fingerprint what a merge request adds and removes, so accepted findings stay out: they are no news.
"""

from __future__ import annotations

import json
import posixpath

from sumptuary.digests import blake2b
from sumptuary.reports.describing import path_of, saves, sentence
from sumptuary.reports.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.findings import Violation
    from sumptuary.report import Report
    from sumptuary.reports import Style

_SEVERITIES = {"critical": "critical", "high": "major", "medium": "minor", "low": "info", "info": "info"}


def render(report: Report, style: Style | None = None) -> str:
    """The report as a JSON array; the same report gives the same bytes."""
    used: dict[str, int] = {}
    found = [one for one in report.violations if path_of(one) and (one.status == "fail" or one.blocking)]
    issues = [_issue(one, report.summary.spend.currency, _unique(one, used)) for one in found]
    return json.dumps(issues, indent=2, allow_nan=False) + "\n"


def _issue(violation: Violation, currency: str, fingerprint: str) -> dict[str, object]:
    said = (sentence(violation.message), saves(violation, currency), sentence(violation.remediation))
    line = violation.place.line if violation.place is not None else 0
    return {
        "description": " ".join(part for part in said if part),
        "check_name": violation.policy,
        "fingerprint": fingerprint,
        "severity": "blocker" if violation.blocking else _SEVERITIES.get(violation.severity, "info"),
        "location": {"path": posixpath.normpath(printable(path_of(violation))), "lines": {"begin": max(line, 1)}},
    }


def _unique(violation: Violation, used: dict[str, int]) -> str:
    """The violation's fingerprint; of several with the same one, the later get one of their own."""
    number = used[violation.fingerprint] = used.get(violation.fingerprint, 0) + 1
    if number == 1:
        return violation.fingerprint
    return blake2b(f"{violation.fingerprint}\0{number}".encode(), digest_size=16).hexdigest()
