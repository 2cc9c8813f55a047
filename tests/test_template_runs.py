"""Rule templates from files to the report: places, savings, what is not known, and a base to compare with."""

from __future__ import annotations

import json
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import pytest

from sumptuary.cli import program

DOCUMENTS = """\
apiVersion: sumptuary/v1
kind: RuleTemplate
metadata: {id: on-one-size, title: it is of another size}
spec:
  kinds: [compute.instance]
  parameters: {properties: {size: {type: string, default: m5.large}}}
  require: resource.compute.sku == parameters.size
  message: "{{ resource.address }} should be {{ parameters.size }}"
  remediation: Take {{ parameters.size }}.
  attribute: instance_type
  savings: {lever: sku, sku: "resource.attributes.instance_type == 'm5.2xlarge' ? parameters.size : resource.tags.size"}
---
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: one-size, version: 1.0.0, title: T, severity: low, category: rightsizing, owner: "@x"}
spec:
  description: Why.
  rule: on-one-size
---
apiVersion: sumptuary/v1
kind: RuleTemplate
metadata: {id: volumes-of-a-team, title: a team has too many volumes}
spec:
  over: {group_by: [team], kinds: [storage.volume]}
  parameters: {properties: {max: {type: integer, default: 1}}}
  deny: size(group.resources) > parameters.max
  message: "{{ group.team }}: {{ group.resources | join }} for {{ group.monthly_cost | money }}"
  savings: {lever: eliminate, quantity: size(group.resources) - parameters.max}
---
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: few-volumes, version: 1.0.0, title: T, severity: low, category: rightsizing, owner: "@x"}
spec:
  description: Why.
  rule: volumes-of-a-team
  enforcement: {default: soft-mandatory}
---
apiVersion: sumptuary/v1
kind: RuleTemplate
metadata: {id: increase, title: it adds too much}
spec:
  kinds: [change.set]
  parameters: {properties: {most: {type: number, default: 50}}}
  deny: change.monthly_increase > parameters.most
  message: "{{ change.monthly_increase | money }} a month more"
---
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: small-steps, version: 1.0.0, title: T, severity: low, category: budgeting, owner: "@x"}
spec:
  description: Why.
  rule: increase
"""
TREE = """\
provider "aws" {
  region = "us-east-1"
}
variable "size" {}
resource "aws_instance" "large" {
  ami           = "a"
  instance_type = "m5.2xlarge"
}
resource "aws_instance" "other" {
  ami           = "a"
  instance_type = "m5.4xlarge"
  tags          = { size = var.size }
}
resource "aws_instance" "open" {
  ami           = "a"
  instance_type = var.size
}
resource "aws_ebs_volume" "cheap" {
  availability_zone = "us-east-1a"
  size              = 10
  type              = "gp3"
  tags              = { team = "a" }
}
resource "aws_ebs_volume" "dear" {
  availability_zone = "us-east-1a"
  size              = 100
  type              = "gp3"
  tags              = { team = "a" }
}
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "tree"
    root.mkdir()
    monkeypatch.chdir(root)
    (root / "policies.yaml").write_text(textwrap.dedent(DOCUMENTS))
    (root / "main.tf").write_text(TREE)
    return root


def report(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, list[dict[str, Any]]]:
    program.run(["check", "--policies", "policies.yaml", "--format", "json", *arguments, "."])
    found: dict[str, list[dict[str, Any]]] = {}
    for one in json.loads(capsys.readouterr().out)["violations"]:
        found.setdefault(one["policy"], []).append(one)
    return found


def test_places_savings_and_what_is_not_known(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = report(capsys)
    sized = {one["resource"]["address"].rpartition(".")[2]: one for one in found["one-size"]}
    assert {name: (one["status"], one["location"]["line"]) for name, one in sized.items()} == {
        "large": ("fail", 7),
        "other": ("fail", 11),
        "open": ("unknown", 16),
    }
    assert sized["large"]["remediation"] == "Take m5.large."
    assert float(sized["large"]["savings"]["standalone"]["expected"]) > 0
    assert sized["other"]["savings"] is None
    assert sized["other"]["evidence"]["saving"].startswith("not known: var.size")
    assert sized["open"]["depends_on"] == ["var.size"]


def test_a_group_stands_at_its_first_resource_and_saves_its_cheapest(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ((group,),) = [report(capsys)["few-volumes"]]
    assert group["resource"]["address"] == "aws_ebs_volume.cheap"
    assert group["message"] == "a: aws_ebs_volume.cheap, aws_ebs_volume.dear for $8.80"
    assert group["blocking"]
    assert [place["line"] for place in group["related_locations"]] == [24]
    assert group["savings"]["standalone"]["expected"] in ("0.80", 0.8)


def test_an_increase_needs_a_base(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "small-steps" not in report(capsys)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "before"]):
        subprocess.run([*git, *arguments], check=True, cwd=tree)
    (tree / "more.tf").write_text(
        'resource "aws_instance" "new" {\n  ami           = "a"\n  instance_type = "m5.4xlarge"\n}\n'
    )
    (change,) = report(capsys, "--base", "HEAD")["small-steps"]
    assert change["status"] == "fail"
    assert change["message"].startswith("$")
    assert change["message"].endswith("a month more")
