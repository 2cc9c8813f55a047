"""The shipped policies do what their own tests say, judged by the machine that judges estates."""

from __future__ import annotations

import os

from sumptuary.policy.cases import run
from sumptuary.policy.load import load_with_tests


def test_every_shipped_policy_does_what_its_tests_say() -> None:
    from sumptuary.cli.judging import judged

    suites = load_with_tests(start=None)
    assert len(suites) >= 6, "the six rules have at least one policy each"
    results = [result for policy, cases in suites for result in run(policy, cases, judged)]
    wrong = [
        f"{result.case.place.path}:{result.case.place.line}: {result.case.name}: "
        f"expected {result.case.expect} {result.case.message!r}, got {result.got} ({result.said})"
        for result in results
        if not result.ok
    ]
    assert not wrong, "\n".join(wrong)


def test_every_shipped_policy_is_tested_both_ways_and_stands_in_a_file_of_its_name() -> None:
    suites = load_with_tests(start=None)
    assert suites
    for policy, cases in suites:
        assert {"pass", "fail"} <= {case.expect for case in cases}, policy.id
        assert os.path.basename(policy.place.path) == f"{policy.id}.yaml"
