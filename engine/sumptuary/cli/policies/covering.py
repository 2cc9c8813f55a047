"""What the tests of a policy leave open: verdicts, parameters, profiles, levels and words that no test looks at."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from sumptuary.cli.judging import judged
from sumptuary.policy.given import GivenError, resource_of
from sumptuary.policy.message import placeholders
from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sumptuary.cli.policies.mutating import Laboratory
    from sumptuary.cli.policies.trial import Trial
    from sumptuary.policy.compiled import Policy
    from sumptuary.policy.suites import Suite

COLUMNS = ("fail", "pass", "unknown", "parameters", "profiles", "levels", "message")
"""What is asked of every policy, in the order of the table."""

SPEAKING = frozenset({"fail", "approved"})
"""The verdicts that say the policy's message."""


@dataclass(slots=True, frozen=True)
class Point:
    """One thing that tests should look at. ``name`` is empty where the column says it all."""

    column: str
    name: str
    covered: bool

    @property
    def hole(self) -> str:
        """What is missing, in words."""
        return {
            "fail": "no test fails it",
            "pass": "no test passes it",
            "unknown": "no test expects unknown, and what it reads can be unknown",
            "parameters": f"no test minds a change of the parameter {self.name}",
            "profiles": f"no test uses the profile {self.name}",
            "levels": f"no test minds a change of the level for {self.name}",
            "message": f"no test has a value for {{{{ {self.name} }}}}",
        }[self.column]


def points(trial: Trial, laboratory: Laboratory) -> list[Point]:
    """Everything that the tests of a policy should look at, and whether they do. Called after the trial has run."""
    found = [*_verdicts(trial)]
    spec: dict[str, Any] = trial.suite.document["spec"]
    for name in spec.get("parameters", {}):
        found += _minded(laboratory, "parameters", name, f"spec.parameters.{name}")
    found += [Point("profiles", name, _uses(trial, name)) for name in spec.get("profiles", {})]
    enforcement = spec.get("enforcement", {})
    for part in ("stages", "environments"):
        for name in enforcement.get(part, {}):
            found += _minded(laboratory, "levels", name, f"spec.enforcement.{part}.{name}")
    found += _words(trial)
    return found


def _verdicts(trial: Trial) -> Iterator[Point]:
    """The verdicts that tests expect and get."""
    statuses = {result.got for result in trial.results}
    statuses |= {one.status for folder in trial.suite.folders for one in folder.expectations}
    yield Point("fail", "", bool(SPEAKING & statuses))
    yield Point("pass", "", "pass" in statuses)
    if "unknown" in statuses or any(_can_be_unknown(trial.suite, index) for index in range(len(trial.suite.cases))):
        yield Point("unknown", "", "unknown" in statuses)


def _can_be_unknown(suite: Suite, index: int) -> bool:
    """Whether the policy could not judge what a case gives, were one of its values not known."""
    case = suite.cases[index]
    if case.expect not in ("fail", "pass"):
        return False
    written = suite.document["spec"]["tests"][index]["given"]
    for doubtful in _doubtful(written):
        maps: Any = doubtful if is_list(doubtful) else [doubtful]
        try:
            given = tuple(resource_of(one, number, case.place) for number, one in enumerate(maps))
        except GivenError:
            continue
        said = judged(suite.policy, replace(case, given=given))
        if any(one.status == "unknown" for one in said):
            return True
    return False


def _doubtful(given: Any) -> Iterator[Any]:
    """What is given, with one value after another not known."""
    for path in _paths(given):
        copy: Any = json.loads(json.dumps(given))
        target = copy
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = {"$unknown": "probe"}
        yield copy


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value in a tree but the kinds."""
    inside: list[tuple[str | int, Any]] = []
    if is_map(value):
        inside += value.items()
    elif is_list(value):
        inside += enumerate(value)
    for key, item in inside:
        if key == "kind":
            continue
        yield (*path, key)
        yield from _paths(item, (*path, key))


def _minded(laboratory: Laboratory, column: str, name: str, path: str) -> Iterator[Point]:
    """Whether a test minds one change at or below a path; nothing where nothing there can be changed."""
    below = (f"{path}.", f"{path}[")
    tried = laboratory.tried(lambda mutant: mutant.path == path or mutant.path.startswith(below))
    any_tried = False
    for one in tried:
        any_tried = True
        if not one.survived:
            yield Point(column, name, covered=True)
            return
    if any_tried:
        yield Point(column, name, covered=False)


def _uses(trial: Trial, profile: str) -> bool:
    made = trial.suite.profiles.get(profile)
    if any(case.profile == profile for case in trial.suite.cases):
        return True
    held = [bench.held.get(trial.suite.policy.id) for bench in trial.benches]
    return made is not None and any(one is not None and one.parameters == made.parameters for one in held)


def _words(trial: Trial) -> Iterator[Point]:
    """The placeholders of the message: whether each has a value in some test."""
    for name in placeholders(trial.suite.policy.message):
        said = _messages(trial, replace(trial.suite.policy, message=f"{{{{ {name} }}}}"))
        yield Point("message", name, any(text not in ("", "-", "unknown") for text in said))


def _messages(trial: Trial, policy: Policy) -> Iterator[str]:
    """What a policy with another message says in the tests that it fails."""
    for result in trial.results:
        if result.got in SPEAKING:
            yield from (one.message for one in judged(policy, result.case) if one.status in SPEAKING)
    for bench in trial.benches:
        report = bench.report(bench.policies({policy.id: policy}))
        own = (violation for violation in report.violations if violation.policy == policy.id)
        yield from (violation.message for violation in own if violation.status in SPEAKING)
