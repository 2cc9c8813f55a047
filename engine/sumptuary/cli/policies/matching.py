"""Holds what policies said of a fixture folder against what its comments expect: nothing more, and nothing less."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sumptuary.cli.policies.benches import Quiet
    from sumptuary.findings import Violation
    from sumptuary.model import Place, Resource
    from sumptuary.policy.fixtures import Expectation
    from sumptuary.report import Report

QUIET = ("pass", "skipped")
"""The statuses that no report shows."""


def unmet(
    expectations: Sequence[Expectation],
    report: Report,
    resources: Sequence[Resource],
    quiet: Quiet,
    *,
    at: str,
) -> list[str]:
    """What did not come as expected, each in words that begin with its place; empty where all did.

    ``at`` is the directory that the report's paths are relative to, as it is shown.
    """
    wrong: list[str] = []
    claimed: set[int] = set()
    for one in expectations:
        said = {index: violation for index, violation in enumerate(report.violations) if _is_meant(one, violation)}
        met = {index for index, violation in said.items() if _meets(one, violation)}
        is_quiet = one.status in QUIET
        if not said:
            said = _elsewhere(one, report, resources)
        got = _quietly(one, resources, quiet) if is_quiet or not met else ""
        if (got == one.status and not said) if is_quiet else met:
            claimed |= met
            continue
        claimed |= said.keys()  # one thing wrong at a line is told once
        wanted = one.status + (f" saying {one.text!r}" if one.text else "")
        told = "; ".join(
            f"{violation.status}{_line(violation, one)} ({_text(violation)})" for violation in said.values()
        )
        wrong.append(f"{one.place}: {one.policy}: expected {wanted}, got {told or got}")
    for index, violation in enumerate(report.violations):
        if index not in claimed:
            where = f"{at}/{_where(violation)}"
            wrong.append(f"{where}: {violation.policy}: nobody expected {violation.status} ({_text(violation)})")
    failures = report.coverage.failures
    return wrong + [f"{at}/{one.path}:{one.line}: could not be read: {one.message}" for one in failures]


def _meets(one: Expectation, violation: Violation) -> bool:
    return violation.status == one.status and one.text in _text(violation)


def _is_meant(one: Expectation, violation: Violation) -> bool:
    """Whether a violation is what an expectation is about, whatever its status."""
    if violation.policy != one.policy:
        return False
    place = violation.place
    if one.address and one.address != violation.resource.address:
        return False
    if one.path and (place is None or _path(place) != one.path):
        return False
    return not one.line or (place is not None and place.line == one.line)


def _elsewhere(one: Expectation, report: Report, resources: Sequence[Resource]) -> dict[int, Violation]:
    """What the policy says of the resource that an expectation stands at, at another line of it."""
    there = {resource.id for resource in _standing(one, resources)}
    return {
        index: violation
        for index, violation in enumerate(report.violations)
        if violation.policy == one.policy and violation.resource.id in there
    }


def _line(violation: Violation, one: Expectation) -> str:
    """`` at line 7``, where a violation stands at another line than is expected."""
    place = violation.place
    return f" at line {place.line}" if place is not None and one.line and place.line != one.line else ""


def _quietly(one: Expectation, resources: Sequence[Resource], quiet: Quiet) -> str:
    """What the policy says without a violation where the expectation stands: pass, skipped, or nothing."""
    there = _standing(one, resources)
    if not there:
        return "nothing: no resource stands there"
    said = [quiet.get((one.policy, resource.id), "skipped") for resource in there]
    return "pass" if "pass" in said else "skipped"


def _standing(one: Expectation, resources: Sequence[Resource]) -> list[Resource]:
    """The resources at an address, or at a line: in whose block it is, or whose block begins nearest above."""
    if one.address:
        return [resource for resource in resources if resource.address == one.address]
    spans: list[tuple[bool, int, Resource]] = []
    for resource in resources:
        origin = resource.origin
        places = [origin.place, *origin.places.values(), *(call.place for call in origin.calls)]
        for place in places:
            if place is None or _path(place) != one.path or place.line > one.line:
                continue
            spans.append((max(place.line, place.end_line) >= one.line, place.line, resource))
    if not spans:
        return []
    best = max((inside, line) for inside, line, _ in spans)
    return [resource for inside, line, resource in spans if (inside, line) == best]


def _where(violation: Violation) -> str:
    place = violation.place
    return f"{_path(place)}:{place.line}" if place is not None else violation.resource.address


def _path(place: Place) -> str:
    return os.path.normpath(place.path).replace(os.sep, "/")


def _text(violation: Violation) -> str:
    return f"{violation.message} {violation.reason}".rstrip()
