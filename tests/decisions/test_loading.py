"""Approvals and waivers as they are loaded: signed, cached, and read beside documents that are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sumptuary.policy.load import load, load_decisions

LAW = """\
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: t, version: 1.0.0, title: T, severity: low, category: c, owner: "@x"}
spec:
  description: d
  rule: required-tags
  parameters: {tags: [team]}
  waivers: {approvers: ["@f"], max_duration: 90d}
"""
WAIVER = """\
apiVersion: sumptuary/v1
kind: Waiver
metadata: {id: w}
spec:
  policies: [t]
  target: {address: "a[0]"}
  reason: r
  owner: "@o"
  approver: "@f"
  granted: 2026-11-01
  expires: 2026-11-30T12:00:00Z
  max_monthly_cost: {amount: "12.5"}
"""
APPROVAL = """\
apiVersion: sumptuary/v1
kind: Approval
metadata: {id: a}
spec:
  limit: {per: run, amount: "5"}
  scope: {team: ml}
  approvers: ["@vp"]
  reason: "für \\U0001f43f"
  expires: 2026-12-05
  signature: |
    -----BEGIN SSH SIGNATURE-----
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own = tmp_path / "c" / ".sumptuary"
    own.mkdir(parents=True)
    (tmp_path / "c" / ".git").mkdir()
    for name, text in (("t", LAW), ("w", WAIVER), ("a", APPROVAL)):
        (own / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path / "c")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "c"


def test_what_is_cached_is_what_was_read(checkout: Path) -> None:
    compiled, kept = load(start="."), load(start=".")
    assert (kept.waivers, kept.approvals) == (compiled.waivers, compiled.approvals)
    (waiver,) = kept.waivers
    assert (waiver.layer, waiver.expires, waiver.max_monthly_cost) == (
        "repository",
        "2026-11-30T12:00:00+00:00",
        "12.5",
    )
    (approval,) = kept.approvals
    assert approval.signatures == (("@vp", "-----BEGIN SSH SIGNATURE-----\n"),)


def test_what_is_signed_is_the_document_in_one_form_however_it_is_written(checkout: Path) -> None:
    (approval,) = load(start=".").approvals
    assert approval.canonical == (
        '{"apiVersion":"sumptuary/v1","kind":"Approval","metadata":{"id":"a"},"spec":{"approvers":["@vp"],'
        '"expires":"2026-12-05","limit":{"amount":"5","per":"run"},"reason":"für 🐿","scope":{"team":"ml"}}}'
    )
    told = json.loads(approval.canonical)
    told["spec"]["signatures"] = [{"approver": "@vp", "signature": "x"}]
    (checkout / ".sumptuary" / "a.yaml").write_text(json.dumps(told, ensure_ascii=False))
    (again,) = load(start=".").approvals
    assert again.canonical == approval.canonical


def test_the_signers_are_the_usual_file_or_the_one_that_is_named(checkout: Path) -> None:
    assert load(start=".").project.signers == ""
    (checkout / ".sumptuary" / "allowed_signers").write_text("")
    assert load(start=".").project.signers == str(checkout / ".sumptuary" / "allowed_signers")
    project = "apiVersion: sumptuary/v1\nkind: Project\nmetadata: {name: n}\nspec: {signers: keys/who}\n"
    (checkout / "sumptuary.yaml").write_text(project)
    assert load(start=".").project.signers == str(checkout / "keys" / "who")


def test_of_a_state_that_does_not_hold_together_decisions_are_read_alone(checkout: Path) -> None:
    laws, problems = load_decisions(start=".")
    assert ("t" in {one.id for one in laws.policies}, problems) == (True, [])
    (checkout / ".sumptuary" / "t.yaml").write_text(LAW.replace("required-tags", "no-rule"))
    (checkout / ".sumptuary" / "v.yaml").write_text(WAIVER.replace("reason: r", "reason: 1"))
    laws, problems = load_decisions(start=".")
    assert laws.policies == []
    assert [one.id for one in laws.waivers] == ["w"]
    assert [one.id for one in laws.approvals] == ["a"]
    assert [problem.split(":")[0] for problem in problems[:-1]] == [".sumptuary/v.yaml"]
    assert problems[-1].startswith("the policies do not hold together, so whether this change loosens")
