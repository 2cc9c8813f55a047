"""A change that loosens the laws by which it is judged is told of; one that tightens or rewords them is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from checkouts import GOOD, POLICY, PROVIDER, Repository, instance

LAW = ".sumptuary/law.yaml"
MARK = "this change loosens the policies it is judged by"
OWN = POLICY.replace("id: team-tag", "id: our-tag").replace("id: spend", "id: our-spend")
TEMPLATE = """\
---
apiVersion: sumptuary/v1
kind: RuleTemplate
metadata: {id: few-hours, title: Runs around the clock}
spec:
  parameters:
    type: object
    properties: {hours: {type: number, x-tighten: lower}, name: {type: string}}
  deny: "resource.environment == 'dev' && parameters.hours < 100.0"
---
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: our-hours, version: 1.0.0, title: T, severity: low, category: allocation, owner: "@f"}
spec:
  description: Why.
  rule: few-hours
  parameters: {hours: 60.0, name: a}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path).commit({"infra/main.tf": PROVIDER + instance("old", tags=GOOD), LAW: OWN + TEMPLATE})


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("severity: high", "severity: low", "our-tag: severity: high to low"),
        ("{tags: [team]}", "{tags: [service]}", 'our-tag: parameters.tags: ["team"] to ["service"]'),
        ("{tags: [team]}", "{tags: [team, service]}", ""),
        ("title: All has a team", "title: A team", ""),
        ('amount: "1000"', 'amount: "9000"', "our-spend: parameters.monthly_increase: "),
        ('amount: "1000"', 'amount: "900"', ""),
        ("{default: hard-mandatory}", "{default: audit}", "our-tag: enforcement.default: hard-mandatory to audit"),
        ("id: our-tag", "id: another-tag", "our-tag is gone"),
        ("hours: 60.0", "hours: 70.0", "our-hours: parameters.hours: 60.0 to 70.0"),
        ("hours: 60.0", "hours: 50.0", ""),
        ("parameters: {hours: 60.0, name: a}", "parameters: {hours: 60.0, name: b}", "our-hours: parameters.name: a"),
        ("< 100.0", "< 10.0", "our-hours: rule: "),
    ],
)
def test_what_loosens_is_told(repository: Repository, before: str, after: str, said: str) -> None:
    text = OWN + TEMPLATE
    assert before in text
    repository.write({LAW: text.replace(before, after, 1)})
    notes = [note for note in repository.report().document["coverage"]["notes"] if MARK in note]
    assert [said in note for note in notes] == ([True] if said else [])


def test_an_unchanged_law_is_no_news(repository: Repository) -> None:
    repository.write({"infra/other.tf": instance("new")})
    assert not [note for note in repository.report().document["coverage"]["notes"] if MARK in note]
