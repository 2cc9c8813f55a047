from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Complaints = Callable[[Path], list[str]]
Write = Callable[[str, str], Path]
PolicyText = Callable[..., str]

MISTAKES = sorted((Path(__file__).parent / "mistakes").glob("*.yaml"))


@pytest.mark.parametrize("path", MISTAKES, ids=[path.stem for path in MISTAKES])
def test_every_mistake_is_named_at_its_place(path: Path, complaints: Complaints) -> None:
    """Each file ends with what must be said of it, in order, as ``# complaint: line:column: message``."""
    expected = [
        line.removeprefix("# complaint: ") for line in path.read_text().splitlines() if line.startswith("# complaint: ")
    ]
    found = complaints(path)
    assert len(found) == len(expected), "\n".join(found)
    for line, part in zip(found, expected, strict=True):
        assert line.endswith(part) or line.startswith(part), "\n".join(found)


def test_the_problems_of_all_documents_come_at_once_in_their_order(write: Write, complaints: Complaints) -> None:
    head = 'metadata: {id: a, version: 1.0.0, title: T, severity: low, category: c, owner: "@x"}\n'
    text = f"""\
apiVersion: sumptuary/v1
kind: Policy
{head}spec: {{description: d, rule: no}}
---
kind: No
---
apiVersion: sumptuary/v1
kind: Policy
{head}spec: {{rule: crowd}}
"""
    lines = [int(line.split(":")[0]) for line in complaints(write("p.yaml", text))]
    assert lines == [4, 6, 11]


def test_a_policy_that_uses_everything_is_accepted(
    write: Write, policy_text: PolicyText, complaints: Complaints
) -> None:
    text = policy_text(
        "select:",
        "  {kinds: ['storage.*'], types: ['aws_*'], providers: [aws], sources: [plan], environments: ['!production'],",
        "   purposes: [batch], tags: {team: '*', legacy: null}, where: resource.region == 'eu-west-1'}",
        "profiles: {wide: {max: 500}}",
        "message: '{{ resource.address }}: {{ reason }}, {{ savings.monthly | money }} of {{ parameters.max }}'",
        "remediation: Shrink it.",
        "enforcement:",
        "  {default: off, stages: {ci: audit}, environments: {dev: off}, ramp: [{from: 2027-01-15, level: audit}]}",
        "waivers: {approvers: ['@x'], max_duration: 90d}",
        "fix: {safety: suggest, terraform: [{op: set, attribute: size, value: 1}]}",
        "tests:",
        "  - {name: t, given: {kind: storage.volume, storage: {size_gib: 5}}, expect: pass, now: 2026-06-10T00:00:00Z}",
    )
    assert complaints(write("p.yaml", text)) == []
