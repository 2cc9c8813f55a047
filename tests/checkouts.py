"""Real git repositories to judge, with a policy beside each, and what a run against a base says of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

TEAM_TAG = """\
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: team-tag, version: 1.0.0, title: All has a team, severity: high, category: allocation, owner: "@f"}
spec:
  description: Cost without an owner is nobody's.
  select: {kinds: [compute.instance]}
  rule: required-tags
  parameters: {tags: [team]}
  enforcement: {default: hard-mandatory}
"""
POLICY = f"""\
{TEAM_TAG}---
apiVersion: sumptuary/v1
kind: Policy
metadata: {{id: spend, version: 1.0.0, title: Increases are approved, severity: high, category: budgeting, owner: "@f"}}
spec:
  description: Somebody who owns the money agrees first.
  select: {{kinds: [change.set]}}
  rule: budget-approval
  parameters: {{monthly_increase: {{amount: "1000", currency: USD}}}}
  enforcement: {{default: hard-mandatory}}
"""
APPROVAL = """\
apiVersion: sumptuary/v1
kind: Approval
metadata: {id: more-gpus}
spec:
  scope: {team: "*"}
  limit: {amount: "50000", currency: USD, per: month}
  approvers: ["@finops"]
  reason: The spring model.
  expires: 2026-12-31
"""
TERMS = (
    TEAM_TAG.replace("hard-mandatory", "soft-mandatory") + '  waivers: {approvers: ["@finops"], max_duration: 30d}\n'
)
SPEND = """\
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: spend, version: 1.0.0, title: Increases are approved, severity: high, category: budgeting, owner: "@f"}
spec:
  description: Somebody who owns the money agrees first.
  select: {kinds: [change.set]}
  rule: budget-approval
  parameters:
    monthly_increase: {amount: "1000", currency: USD}
    approvals: [{above: "0", from: ["@vp"], signed: true}]
  enforcement: {default: hard-mandatory}
"""
PROVIDER = 'provider "aws" {\n  region = "us-east-1"\n}\n'


def instance(name: str, sku: str = "m5.large", tags: str = "") -> str:
    return f'resource "aws_instance" "{name}" {{\n  instance_type = "{sku}"\n{tags}}}\n'


GOOD = '  tags = { team = "web" }\n'


class Repository:
    """A git repository with a policy beside it, not in it."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "repo"
        self.root.mkdir()
        self.policies = directory / "policies"
        self.policies.mkdir()
        (self.policies / "team.yaml").write_text(POLICY)
        self.home = directory / "home"
        self.home.mkdir()
        self.scratch = directory / "scratch"
        self.scratch.mkdir()
        identity = {
            f"GIT_{who}_{what}": "a@example.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self.environment = {**clean, **identity, "HOME": str(self.home), "TMPDIR": str(self.scratch),
                            "XDG_CACHE_HOME": str(directory / "cache"), "GIT_CONFIG_NOSYSTEM": "1"}  # fmt: skip
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, at: Path | None = None, given: bytes | None = None) -> str:
        ran = subprocess.run(
            ["git", *arguments], cwd=at or self.root, env=self.environment, input=given, capture_output=True, check=True
        )
        return ran.stdout.decode().strip()

    def write(self, files: dict[str, str]) -> Repository:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return self

    def commit(self, files: dict[str, str] | None = None) -> Repository:
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "A state of affairs")
        return self

    def run(self, *options: str, at: str = ".", base: str = "HEAD") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "sumptuary", "check", "--policies", str(self.policies), f"--base={base}"]
        command += ["--now", "2026-11-21", *options]
        ran = subprocess.run(
            command, cwd=self.root / at, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert "Traceback" not in ran.stderr
        assert list(self.scratch.iterdir()) == [], "the copy of the base was left behind"
        return ran

    def report(self, *options: str, at: str = ".", base: str = "HEAD") -> Report:
        ran = self.run("--format", "json", *options, at=at, base=base)
        assert ran.stdout, ran.stderr
        return Report(json.loads(ran.stdout), ran.returncode)


class Report:
    """What a run said."""

    def __init__(self, document: dict[str, object], code: int) -> None:
        self.document = document
        self.code = code
        self.comparison: dict[str, Any] = document["comparison"]
        self.rows: list[dict[str, object]] = document["violations"]
        self.notes: str = "\n".join(document["coverage"]["notes"])

    def statuses(self, policy: str = "team-tag") -> dict[str, str]:
        found = [row for row in self.rows if row["policy"] == policy]
        return {str(row["resource"]["address"]): str(row["status"]) for row in found}
