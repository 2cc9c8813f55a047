"""Puts a policy to all of its tests: the inline cases, the fixture folders and their snapshots."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from sumptuary.cli.judging import judged
from sumptuary.cli.policies import snapshots
from sumptuary.cli.policies.benches import Bench
from sumptuary.cli.policies.matching import unmet
from sumptuary.policy.cases import Result
from sumptuary.policy.cases import run as run_cases
from sumptuary.policy.naming import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sumptuary.policy.compiled import Policy
    from sumptuary.policy.fixtures import Folder
    from sumptuary.policy.suites import Suite
    from sumptuary.report import Report

NOTHING_EXPECTED = (
    "the case expects nothing: write `# expect: POLICY fail` beside a line, or an expect.yaml; "
    "--update makes a snapshot"
)


@dataclass(slots=True, frozen=True)
class Outcome:
    """How one test came out. ``wrong`` are lines that say what did not come as expected, empty where all did.

    ``kind`` is ``inline``, ``folder`` or ``snapshot``; ``place`` is ``file:line``, or a directory.
    """

    policy: str
    name: str
    kind: str
    place: str
    wrong: tuple[str, ...] = ()


class Trial:
    """A policy on trial. ``sources`` are the documents under test, empty for all that hold where one stands."""

    def __init__(self, suite: Suite, sources: Sequence[str]) -> None:
        self.suite = suite
        self.benches = [Bench(folder, sources) for folder in suite.folders]
        self.reports: dict[str, Report] = {}
        self.results: list[Result] = []

    def outcomes(self) -> list[Outcome]:
        """Every test of the policy as it stands; the results and reports are kept."""
        suite = self.suite
        self.results = run_cases(suite.policy, suite.cases, judged, suite.profiles)
        found = [_inline(result) for result in self.results]
        for bench in self.benches:
            policies = bench.policies()
            report = bench.report(policies)
            self.reports[bench.folder.path] = report
            found += self._folder(bench, report, policies)
        return found

    def survives(self, variant: Policy, profiles: Mapping[str, Policy]) -> bool:
        """Whether no test minds a variant of the policy: the cheap tests first, none after the first that fails.

        A folder whose own settings change the policy is left out: they would change it back.
        """
        suite = self.suite
        for case in suite.cases:
            (result,) = run_cases(variant, [case], judged, profiles)
            if not result.ok:
                return False
        for bench in self.benches:
            if not same(bench.held.get(suite.policy.id), suite.policy):
                continue
            policies = bench.policies({variant.id: variant})
            if any(outcome.wrong for outcome in self._folder(bench, bench.report(policies), policies)):
                return False
        return True

    def _folder(self, bench: Bench, report: Report, policies: Sequence[Policy]) -> Iterator[Outcome]:
        folder = bench.folder
        name, place, policy = folder.name, shown(folder.path), self.suite.policy.id
        if folder.expectations:
            wrong = unmet(folder.expectations, report, *bench.quiet(policies), at=shown(folder.head))
            yield Outcome(policy, name, "folder", place, tuple(wrong))
        lines = snapshots.difference(folder.snapshot, self.snapshot(bench, report), shown(folder.snapshot))
        if not folder.expectations and not os.path.isfile(folder.snapshot):
            yield Outcome(policy, name, "folder", place, (f"{place}: {policy}: {NOTHING_EXPECTED}",))
        elif lines or not folder.expectations:
            told = [f"{shown(folder.snapshot)}: {policy}: the report differs (--update takes it over)", *lines]
            yield Outcome(policy, f"{name} (snapshot)", "snapshot", place, tuple(told if lines else ()))

    def snapshot(self, bench: Bench, report: Report) -> str:
        """The report as its snapshot holds it."""
        around = bench.reading.circumstances
        return snapshots.taken(report, around.catalogue.warnings(around.now))

    def update(self, wanted: Callable[[Folder], bool]) -> list[str]:
        """Take over the snapshots of the folders that are wanted; what changed."""
        told: list[str] = []
        for bench in self.benches:
            folder = bench.folder
            if wanted(folder):
                text = self.snapshot(bench, bench.report(bench.policies()))
                told += snapshots.update(folder.snapshot, text, shown(folder.snapshot))
        return told


def same(one: Policy | None, other: Policy) -> bool:
    """Whether two policies say the same, wherever they stand."""
    return one is not None and replace(one, place=other.place, pack=other.pack, layer=other.layer) == other


def _inline(result: Result) -> Outcome:
    place = f"{result.case.place.path}:{result.case.place.line}"
    wrong = (f"{place}: {result.policy.id}: {result.case.name}: {result.wrong}",) if result.wrong else ()
    return Outcome(result.policy.id, result.case.name, "inline", place, wrong)
