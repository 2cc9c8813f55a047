"""A plan told as money: what it adds, what it takes away, and who has to sign."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROVIDER = {"name": "aws", "expressions": {"region": {"constant_value": "us-east-1"}}}
ROWS = [{"address": f"aws_instance.{name}", "mode": "managed", "provider_config_key": "aws"} for name in ("a", "b")]
REGION = {"provider_config": {"aws": PROVIDER}, "root_module": {"resources": ROWS}}
TAGS = {"team": "ml", "service": "s", "environment": "production", "cost-center": "1"}


def change(name: str, before: str | None, after: str | None, *actions: str) -> dict[str, object]:
    sides = [None if sku is None else {"instance_type": sku, "tags": TAGS, "tags_all": TAGS} for sku in (before, after)]
    return {
        "address": f"aws_instance.{name}", "mode": "managed", "type": "aws_instance", "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": list(actions), "before": sides[0], "after": sides[1], "after_unknown": {}},
    }  # fmt: skip


def spend(tmp_path: Path, *changes: dict[str, object], approval: str = "") -> list[dict[str, object]]:
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {},
        "resource_changes": list(changes),
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan | {"configuration": REGION}))
    (tmp_path / ".git").mkdir(exist_ok=True)
    if approval:
        (tmp_path / ".sumptuary").mkdir(exist_ok=True)
        (tmp_path / ".sumptuary" / "approval.yaml").write_text(approval)
    command = [
        sys.executable,
        "-m",
        "sumptuary",
        "check",
        "plan.json",
        "--format",
        "json",
        "--now",
        "2026-11-21T00:00:00Z",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    violations: list[dict[str, object]] = json.loads(done.stdout)["violations"]
    return [violation for violation in violations if violation["policy"] == "spend-approval"]


APPROVAL = """\
apiVersion: sumptuary/v1
kind: Approval
metadata: {{id: more-gpus}}
spec:
  scope: {{team: ml}}
  limit: {{amount: "{amount}", currency: USD, per: month}}
  approvers: ["@ml-leads", "@finops", "@vp-engineering"]
  reason: The spring model.
  expires: {expires}
"""


def test_an_increase_is_the_difference_and_stands_at_what_costs_most(tmp_path: Path) -> None:
    found = spend(
        tmp_path, change("a", "g5.xlarge", "p4d.24xlarge", "update"), change("b", "g5.xlarge", None, "delete")
    )
    (violation,) = found
    assert violation["status"] == "fail"
    # 730 h x (21.957642 - 2 x 1.006) = 14,560.32
    assert "ml: the monthly increase is $14,560, more than $1,000" in str(violation["message"])
    assert violation["resource"]["address"] == "change.set"


@pytest.mark.parametrize(
    "changes",
    [
        [change("a", "p4d.24xlarge", "p4d.24xlarge", "no-op")],
        [change("a", "p4d.24xlarge", "p4d.24xlarge", "delete", "create")],
        [change("a", "p4d.24xlarge", None, "delete")],
        [change("a", "p4d.24xlarge", None, "forget")],
        [change("a", "p4d.24xlarge", "g5.xlarge", "update")],
    ],
    ids=["no-op", "replacement", "delete", "forget", "smaller"],
)
def test_what_adds_nothing_needs_nobody(tmp_path: Path, changes: list[dict[str, object]]) -> None:
    assert spend(tmp_path, *changes) == []


@pytest.mark.parametrize(
    ("amount", "expires", "status"),
    [("20000", "2026-12-31", "approved"), ("100", "2026-12-31", "fail"), ("20000", "2026-11-01", "fail")],
    ids=["covered", "too little", "expired"],
)
def test_an_approval_covers_what_it_names_while_it_stands(
    tmp_path: Path, amount: str, expires: str, status: str
) -> None:
    approval = APPROVAL.format(amount=amount, expires=expires)
    (violation,) = spend(tmp_path, change("a", None, "p4d.24xlarge", "create"), approval=approval)
    assert violation["status"] == status
