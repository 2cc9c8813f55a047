"""Tells how policies' tests came out: as text, as JSON (``sumptuary.policy-tests/v1``) and as JUnit XML."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from sumptuary.cli.policies.covering import COLUMNS, Point
from sumptuary.cli.policies.mutating import Tried, score
from sumptuary.cli.policies.trial import Outcome
from sumptuary.reports.ledger import plural
from sumptuary.reports.printable import printable, printable_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SCHEMA = "sumptuary.policy-tests/v1"


@dataclass(slots=True, eq=False, repr=False)
class Of:
    """How the tests of one policy came out. ``points`` and ``mutants`` are None where they were not asked for."""

    policy: str
    outcomes: list[Outcome]
    is_tested: bool
    points: list[Point] | None = None
    mutants: list[Tried] | None = None

    @property
    def holes(self) -> list[Point]:
        """What the tests should look at and do not."""
        return [point for point in self.points or [] if not point.covered]


@dataclass(slots=True, eq=False, repr=False)
class Tested:
    """How all of them came out. ``updated`` tells what became of the snapshots."""

    allow_untested: bool = False
    min_score: int = 0
    policies: list[Of] = field(default_factory=list[Of])
    updated: list[str] = field(default_factory=list[str])

    @property
    def failed(self) -> list[Outcome]:
        """The tests that failed."""
        return [outcome for one in self.policies for outcome in one.outcomes if outcome.wrong]

    @property
    def untested(self) -> list[str]:
        """The policies without any test."""
        return [one.policy for one in self.policies if not one.is_tested]

    @property
    def mutants(self) -> list[Tried] | None:
        """Every mutant that was tried; None where none was asked for."""
        asked = [one.mutants for one in self.policies if one.mutants is not None]
        return [tried for each in asked for tried in each] if asked else None

    @property
    def right(self) -> bool:
        """Whether nothing failed, nothing is left open that was asked for, and the score is high enough."""
        if self.failed or (self.untested and not self.allow_untested):
            return False
        reached = score(self.mutants or [])
        return not any(one.holes for one in self.policies) and (reached is None or reached >= self.min_score)


def text(tested: Tested) -> str:
    """For people: what failed, what is missing, and a line for the whole."""
    lines = list(tested.updated)
    for outcome in tested.failed:
        lines += outcome.wrong
    lines += _coverage_table(tested)
    for one in tested.policies:
        lines += [f"{one.policy}: {point.hole}" for point in one.holes]
    lines += _survivors(tested)
    if tested.untested:
        lines.append(f"without tests: {', '.join(tested.untested)}")
    tests = sum(len(one.outcomes) for one in tested.policies)
    total = plural(len(tested.policies), "policy")
    lines.append(f"{plural(tests, 'test')} of {total}: {len(tested.failed)} failed")
    return printable_lines("\n".join(lines)) + "\n"


def _coverage_table(tested: Tested) -> list[str]:
    """A row a policy: how many of what should be looked at is; a dash where there is nothing of the kind."""
    rows = [(one.policy, *(_share(one.points or [], column) for column in COLUMNS)) for one in _covered(tested)]
    if not rows:
        return []
    header = ("COVERAGE", *(column.upper() for column in COLUMNS))
    widths = [max(len(row[index]) for row in (header, *rows)) for index in range(len(header))]
    padded = ("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in (header, *rows))
    return [line.rstrip() for line in padded]


def _covered(tested: Tested) -> Iterator[Of]:
    return (one for one in tested.policies if one.points is not None)


def _share(points: Sequence[Point], column: str) -> str:
    here = [point for point in points if point.column == column]
    return f"{sum(point.covered for point in here)}/{len(here)}" if here else "-"


def _survivors(tested: Tested) -> list[str]:
    mutants = tested.mutants
    if mutants is None:
        return []
    lines = [
        f"{one.policy}: survived: {tried.path}: {tried.change}"
        for one in tested.policies
        for tried in one.mutants or []
        if tried.survived
    ]
    killed = sum(not tried.survived for tried in mutants)
    reached = score(mutants)
    found = f"mutants: tests mind {killed} of {len(mutants)}"
    return [*lines, found + (f" ({reached} %)" if reached is not None else "") + _wanted(tested, reached)]


def _wanted(tested: Tested, reached: int | None) -> str:
    return f", less than {tested.min_score} %" if reached is not None and reached < tested.min_score else ""


def json_document(tested: Tested) -> str:
    """For programs."""
    mutants = tested.mutants
    document = {
        "schema": SCHEMA,
        "summary": {
            "policies": len(tested.policies),
            "tests": sum(len(one.outcomes) for one in tested.policies),
            "failed": len(tested.failed),
            "untested": tested.untested,
            "holes": sum(len(one.holes) for one in tested.policies),
            "mutants": None if mutants is None else _counts(mutants),
            "right": tested.right,
        },
        "policies": [_of(one) for one in tested.policies],
        "snapshots": tested.updated,
    }
    return json.dumps(document, indent=2) + "\n"


def _counts(mutants: Sequence[Tried]) -> dict[str, object]:
    survived = sum(tried.survived for tried in mutants)
    return {"tried": len(mutants), "survived": survived, "score": score(mutants)}


def _of(one: Of) -> dict[str, object]:
    found: dict[str, object] = {
        "id": one.policy,
        "tests": [
            {"name": test.name, "kind": test.kind, "place": test.place, "wrong": list(test.wrong)}
            for test in one.outcomes
        ],
    }
    if one.points is not None:
        found["coverage"] = [{"of": p.column, "name": p.name or None, "covered": p.covered} for p in one.points]
    if one.mutants is not None:
        survivors = [{"path": tried.path, "change": tried.change} for tried in one.mutants if tried.survived]
        found["mutants"] = {**_counts(one.mutants), "survivors": survivors}
    return found


def junit(tested: Tested) -> str:
    """For pipelines: a suite a policy, a case a test; a hole or the lack of tests is a failed case too."""
    suites = [(one.policy, list(_cases(one, tested))) for one in tested.policies]
    failures = [sum(bool(wrong) for _, wrong in cases) for _, cases in suites]
    total = f'tests="{sum(len(cases) for _, cases in suites)}" failures="{sum(failures)}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="sumptuary policies test" {total}>']
    for (name, cases), failed in zip(suites, failures, strict=True):
        lines.append(f'  <testsuite name={_attribute(name)} tests="{len(cases)}" failures="{failed}">')
        for case, wrong in cases:
            opened = f"    <testcase classname={_attribute(name)} name={_attribute(case)}"
            if not wrong:
                lines.append(f"{opened}/>")
                continue
            told = escape(printable_lines("\n".join(wrong)))
            lines.append(f"{opened}><failure message={_attribute(wrong[0])}>{told}</failure></testcase>")
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _cases(one: Of, tested: Tested) -> Iterator[tuple[str, Sequence[str]]]:
    names: dict[str, int] = {}
    for outcome in one.outcomes:
        names[outcome.name] = number = names.get(outcome.name, 0) + 1
        yield outcome.name if number == 1 else f"{outcome.name} #{number}", outcome.wrong
    for point in one.points or []:
        name = f"coverage: {point.column} {point.name}".rstrip()
        yield name, () if point.covered else (point.hole,)
    if not one.is_tested and not tested.allow_untested:
        yield "is tested", ("the policy has no tests",)


def _attribute(value: str) -> str:
    return quoteattr(printable(value))
