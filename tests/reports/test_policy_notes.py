"""What a report says of the policies it stands on, also where only some files were asked about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sumptuary.cli import program

POLICY = """\
apiVersion: sumptuary/v1
kind: Policy
metadata:
  id: team-tag
  version: 1.0.0
  title: All has a team
  severity: high
  category: allocation
  owner: "@f"
  references: [https://example.com/teams]
spec:
  description: Cost without an owner is nobody's.
  select: {kinds: [compute.instance]}
  rule: required-tags
  parameters: {tags: [team]}
  remediation: Give it a team.
  enforcement: {default: hard-mandatory}
"""
BLOCK = 'resource "aws_instance" "one" {\n  instance_type = "m5.large"\n}\n'


@pytest.mark.parametrize("path", [".", "infra/a.tf"])
def test_the_policies_that_held_are_in_the_report(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "a.tf").write_text(BLOCK)
    (tmp_path / "infra" / "b.tf").write_text(BLOCK.replace("one", "two"))
    (tmp_path / "team.yaml").write_text(POLICY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert program.run(["check", path, "--policies", "team.yaml", "--format", "sarif"]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["id"] == "team-tag"
    assert rule["shortDescription"] == {"text": "All has a team"}
    assert rule["fullDescription"] == {"text": "Cost without an owner is nobody's."}
    assert "Give it a team." in rule["help"]["text"]
    assert rule["helpUri"] == "https://example.com/teams"
    assert len(run["results"]) == (2 if path == "." else 1)
