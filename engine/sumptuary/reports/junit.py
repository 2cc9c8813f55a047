"""The report as JUnit XML, as Jenkins, GitLab and Azure read it: a suite a policy, a case for each thing it minds.

These systems mark a build as unstable, or a merge request as worse, for every failed case. So only what blocks is a
failure; what does not block is a passed case that says in ``system-out`` what was found. A policy that nothing breaks
has one passed case: a green run shows what was held. What could not be judged is skipped, never passed; so is what is
waived, with who excused it, until when and why.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from sumptuary.reports.describing import ACCEPTED, path_of, saves, sentence, waived_by, where
from sumptuary.reports.ledger import plural
from sumptuary.reports.printable import printable, printable_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.coverage import Coverage
    from sumptuary.findings import Violation
    from sumptuary.report import Report
    from sumptuary.reports import Style

_COUNTS = ("tests", "failures", "errors", "skipped")
_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def render(report: Report, style: Style | None = None) -> str:
    """The report as an XML document; the same report gives the same bytes."""
    suites = [_policy_suite(name, found, report) for name, found in _by_policy(report).items()]
    coverage = _coverage_suite(report.coverage)
    if coverage.cases:
        suites.append(coverage)
    counts = "".join(f' {key}="{sum(suite.counts[key] for suite in suites)}"' for key in _COUNTS)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="sumptuary"{counts}>']
    for suite in suites:
        lines += suite.lines()
    return "\n".join([*lines, "</testsuites>"]) + "\n"


class _Suite:
    """One test suite, counting while cases come in."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cases: list[str] = []
        self.names: dict[str, int] = {}
        self.counts: dict[str, int] = dict.fromkeys(_COUNTS, 0)

    def add(self, name: str, place: str = "", outcome: str = "", inner: str = "") -> None:
        """A case. ``inner`` is the XML of its outcome: ``failure``, ``error``, ``skipped``, or passed with a remark."""
        self.counts["tests"] += 1
        self.names[name] = number = self.names.get(name, 0) + 1
        name = name if number == 1 else f"{name} #{number}"  # readers tell cases apart by their names
        if outcome in _COUNTED:
            self.counts[_COUNTED[outcome]] += 1
        case = f"    <testcase classname={_attribute(self.name)} name={_attribute(name)}{place}"
        self.cases.append(f"{case}>\n      {inner}\n    </testcase>" if inner else f"{case}/>")

    def lines(self) -> list[str]:
        """The suite as XML."""
        counts = "".join(f' {key}="{self.counts[key]}"' for key in _COUNTS)
        return [f"  <testsuite name={_attribute(self.name)}{counts}>", *self.cases, "  </testsuite>"]


def _by_policy(report: Report) -> dict[str, list[Violation]]:
    """The violations under every policy that held, in its order, and under any other that one names."""
    found: dict[str, list[Violation]] = {note.id: [] for note in report.policies}
    for violation in report.violations:
        found.setdefault(violation.policy, []).append(violation)
    return found


def _policy_suite(policy: str, violations: list[Violation], report: Report) -> _Suite:
    suite = _Suite(policy)
    for violation in violations:
        outcome, inner = _outcome(violation, report.summary.spend.currency)
        suite.add(_case_name(violation), _place(violation), outcome, inner)
    for reason, count in sorted(report.coverage.skipped.get(policy, {}).items()):
        text = f"{plural(count, 'resource')} not judged: {reason}"
        suite.add(text, "", "skipped", f"<skipped message={_attribute(text)}/>")
    if not suite.cases:
        suite.add("nothing breaks it")
    return suite


def _coverage_suite(coverage: Coverage) -> _Suite:
    """What kept the run from judging everything."""
    suite = _Suite("coverage")
    for failure in sorted(coverage.failures, key=lambda one: (one.path, one.line, one.message)):
        spot = f"{failure.path}:{failure.line}" if failure.line else failure.path
        place = _file(failure.path, failure.line) if failure.path else ""
        suite.add(spot or "input", place, "error", _element("error", failure.message, "not read", spot))
    for row in coverage.collectors:
        if row.get("status") != "ok":
            text = ", ".join(f"{key} {value}" for key, value in row.items())
            suite.add(text, "", "error", _element("error", text, "not collected", text))
    for name in sorted(coverage.unresolved_modules):
        text = "the module is not on this machine; nothing in it is judged"
        suite.add(name, "", "skipped", f"<skipped message={_attribute(text)}/>")
    return suite


def _outcome(violation: Violation, currency: str) -> tuple[str, str]:
    """The kind of outcome and its XML."""
    text = _text(violation, currency)
    if violation.blocking:
        return "failure", _element("failure", violation.message, violation.severity, text)
    if violation.status == "error":
        return "error", _element("error", violation.message, "rule", text)
    if violation.status == "unknown":
        return "skipped", f"<skipped message={_attribute(violation.reason or violation.message)}/>"
    if violation.waiver is not None:
        why = f"{waived_by(violation.waiver)}: {violation.waiver.reason}"
        return "skipped", f"<skipped message={_attribute(why)}>{_content(text)}</skipped>"
    return "", f"<system-out>{_content(text)}</system-out>"


def _text(violation: Violation, currency: str) -> str:
    """What a person reads when they open the case."""
    if violation.blocking:
        status = "blocks"
    elif violation.status in ACCEPTED:
        status = f"{violation.status}: does not block"
    else:
        status = f"{violation.enforcement}: does not block"
    ramp = f"; {violation.ramp}" if violation.ramp else ""
    lines = [
        f"{where(violation)} ({violation.severity}, {status}{ramp})",
        sentence(violation.message),
        saves(violation, currency),
        sentence(violation.remediation),
        *(f"{place.path}:{place.line}: {message}" for place, message in violation.related),
    ]
    return "\n".join(printable(line) for line in lines if line)


def _case_name(violation: Violation) -> str:
    """The address, and of a live resource the id that tells it from its like."""
    uri = violation.resource.origin.uri
    address = violation.resource.address
    return f"{address} ({uri})" if uri and uri != address else address or violation.resource.id


def _place(violation: Violation) -> str:
    place = violation.place
    return _file(place.path, place.line) if place is not None and path_of(violation) else ""


def _file(path: str, line: int) -> str:
    return f" file={_attribute(path)}" + (f' line="{line}"' if line > 0 else "")


def _element(name: str, message: str, kind: str, text: str) -> str:
    return f"<{name} message={_attribute(message)} type={_attribute(kind)}>{_content(text)}</{name}>"


def _attribute(text: str) -> str:
    return quoteattr(printable(text))


def _content(text: str) -> str:
    """Text of lines; all that XML 1.0 forbids is shown as an escape."""
    return escape(printable_lines(text))
