"""Plans and states that Terraform itself makes: moved, removed, imported, replaced, failed, with secrets planted."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sumptuary.coverage import Coverage
from sumptuary.sources.terraform.plan import Planned, read_changes, read_plan
from sumptuary.values import first_unknown, to_json

TERRAFORM = shutil.which("terraform")
pytestmark = pytest.mark.skipif(TERRAFORM is None, reason="there is no terraform here to make real plans with")

MODULE = 'variable "key" {}\n\nresource "terraform_data" "in" {\n  count = 2\n  input = var.key\n}\n'
COMMON = """\
variable "secret" {
  sensitive = true
  default   = { word = "CANARY-variable", list = ["CANARY-item"] }
}
module "m" {
  source   = "./m"
  for_each = toset(["a.b", "c[0]", "q\\"$${x}", "é"])
  key      = each.key
}
resource "terraform_data" "secret" {
  input = { a = var.secret.word, b = "plain", c = var.secret.list, "d.e" = sensitive("CANARY-literal") }
}
resource "terraform_data" "same" { input = [1, { x = null }] }
"""
BEFORE = """\
resource "terraform_data" "old" { input = "x" }
resource "terraform_data" "keep" { input = "k" }
resource "terraform_data" "trigger" { input = "1" }
resource "terraform_data" "replaced" {
  input = "r"
  lifecycle { replace_triggered_by = [terraform_data.trigger] }
}
resource "terraform_data" "first" {
  triggers_replace = "1"
  lifecycle { create_before_destroy = true }
}
resource "terraform_data" "gone" { input = 1 }
resource "terraform_data" "secret_later" { input = "CANARY-later" }
"""
AFTER = """\
moved {
  from = terraform_data.old
  to   = terraform_data.new
}
resource "terraform_data" "new" { input = "x" }
removed {
  from = terraform_data.keep
  lifecycle { destroy = false }
}
import {
  to = terraform_data.imported
  id = "abc-123"
}
resource "terraform_data" "imported" {}
resource "terraform_data" "trigger" { input = "2" }
resource "terraform_data" "replaced" {
  input = "r"
  lifecycle { replace_triggered_by = [terraform_data.trigger] }
}
resource "terraform_data" "first" {
  triggers_replace = "2"
  lifecycle { create_before_destroy = true }
}
resource "terraform_data" "made" { input = { id = terraform_data.new.id, waits = [terraform_data.trigger.output] } }
resource "terraform_data" "secret_later" { input = sensitive("CANARY-later") }
check "health" {
  assert {
    condition     = terraform_data.new.input == "y"
    error_message = "not healthy"
  }
}
"""
NESTED = [f'module.m["{key}"].terraform_data.in[{index}]'
          for key in ("a.b", "c[0]", 'q\\"$${x}', "é") for index in (0, 1)]  # fmt: skip


def terraform(directory: Path, *words: str, code: int = 0) -> str:
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(directory), "CHECKPOINT_DISABLE": "1"}
    assert TERRAFORM is not None
    done = subprocess.run(
        [TERRAFORM, *words], cwd=directory, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with its first state, and a plan of what changes in it."""
    directory = tmp_path_factory.mktemp("tree")
    (directory / ".git").mkdir()
    (directory / "m").mkdir()
    (directory / "m" / "main.tf").write_text(MODULE, encoding="utf-8")
    (directory / "main.tf").write_text(COMMON + BEFORE, encoding="utf-8")
    terraform(directory, "init", "-input=false", "-no-color")
    terraform(directory, "apply", "-auto-approve", "-input=false", "-no-color")
    (directory / "state.json").write_text(terraform(directory, "show", "-json"), encoding="utf-8")
    (directory / "main.tf").write_text(COMMON + AFTER, encoding="utf-8")
    planned(directory, "plan.json")
    return directory


def planned(directory: Path, name: str, *words: str, code: int = 0) -> None:
    terraform(directory, "plan", "-input=false", "-no-color", "-out=plan.bin", *words, code=code)
    (directory / name).write_text(terraform(directory, "show", "-json", "plan.bin"), encoding="utf-8")


def read(path: Path) -> tuple[dict[str, Planned], Coverage]:
    coverage = Coverage()
    found = {(each.after or each.before).address: each for each in read_changes(str(path), coverage)}  # type: ignore[union-attr]  # one side is always there
    return found, coverage


def test_a_resource_for_each_action(tree: Path) -> None:
    found, coverage = read(tree / "plan.json")
    assert coverage.failures == []
    shape = {
        address: (each.actions, each.before is not None, each.after is not None)
        for address, each in found.items()
        if not address.startswith("module.")
    }
    assert shape == {
        "terraform_data.first": (("create", "delete"), True, True),
        "terraform_data.gone": (("delete",), True, False),
        "terraform_data.imported": (("no-op",), True, True),
        "terraform_data.keep": (("forget",), True, True),
        "terraform_data.made": (("create",), False, True),
        "terraform_data.new": (("no-op",), True, True),
        "terraform_data.replaced": (("delete", "create"), True, True),
        "terraform_data.same": (("no-op",), True, True),
        "terraform_data.secret": (("no-op",), True, True),
        "terraform_data.secret_later": (("update",), True, True),
        "terraform_data.trigger": (("update",), True, True),
    }
    assert sorted(address for address in found if address.startswith("module.")) == sorted(NESTED)
    assert sorted(re.sub(r"^.*?: ", "", note) for note in coverage.notes) == [
        "1 of the configuration's own checks fail in this plan: check.health",
        "1 resource is forgotten, not destroyed: what is forgotten stays billed: terraform_data.keep",
    ]


def test_what_waits_for_the_apply_is_unknown_where_it_stands(tree: Path) -> None:
    made = read(tree / "plan.json")[0]["terraform_data.made"].after
    assert made is not None
    told: Any = to_json(made.attributes)
    assert re.fullmatch(r"[0-9a-f-]{36}", told["input"].pop("id"))
    assert told["input"] == {"waits": [{"$unknown": "terraform_data.made.input.waits[0] is known after apply"}]}
    assert told["id"] == {"$unknown": "terraform_data.made.id is known after apply"}


def test_addresses_lead_to_their_lines(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    found, _ = read(Path("plan.json"))
    for address in NESTED:
        resource = found[address].after
        assert resource is not None
        place = resource.origin.place
        assert place is not None
        assert (place.path, place.line) == ("m/main.tf", 3)
        assert [(call.address, call.place.line) for call in resource.origin.calls] == [
            (address.partition(".terr")[0], 5)
        ]


def test_the_three_forms_of_a_state_are_one(tree: Path) -> None:
    shown, coverage = read(tree / "state.json")
    raw, raw_coverage = read(tree / "terraform.tfstate")
    assert coverage.failures == raw_coverage.failures == []
    assert len(shown) == 9 + len(NESTED)

    def values(found: dict[str, Planned]) -> dict[str, object]:
        return {address: to_json(each.after.attributes) for address, each in found.items() if each.after}

    assert values(raw) == values(shown)


@pytest.mark.parametrize("name", ["plan.json", "state.json", "terraform.tfstate"])
def test_no_secret_is_printed(tree: Path, name: str) -> None:
    """A provider copies the secret input into an output that carries no mark: it is withheld there too."""
    assert (tree / name).read_text(encoding="utf-8").count("CANARY") >= 6
    for command in (
        ["resources", name],
        ["check", name, "--format", "json"],
        ["check", name, "--format", "text"],
        ["check", name, "--format", "sarif"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "sumptuary", *command], cwd=tree, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        later = "CANARY-later" if name != "plan.json" else "nothing"  # it becomes a secret with this plan
        assert "CANARY" not in (done.stdout + done.stderr).replace(later, "")
    secret = read(tree / name)[0]["terraform_data.secret"].after
    assert secret is not None
    assert secret.attribute("input.b") == "plain"
    assert secret.attribute("output.b") == "plain"
    assert first_unknown(secret.attribute("output.c")) is not None


def test_a_part_of_a_plan_is_not_the_whole(tree: Path) -> None:
    planned(tree, "target.json", *(f"-target=terraform_data.{name}" for name in ("made", "new", "old")))
    found, coverage = read(tree / "target.json")
    assert [each.message for each in coverage.failures] == [
        "the plan is not complete by its own word (-target, or changes put off): another one will follow it"
    ]
    assert sorted(found) == ["terraform_data.made", "terraform_data.new", "terraform_data.trigger"]


def test_a_destroying_plan_leaves_nothing(tree: Path) -> None:
    planned(tree, "destroy.json", "-destroy")
    found, coverage = read(tree / "destroy.json")
    assert coverage.failures == []
    assert {each.actions for each in found.values()} == {("delete",)}
    assert len(found) == 9 + len(NESTED)
    assert list(read_plan(str(tree / "destroy.json"), Coverage())) == []


def test_an_errored_plan_is_incomplete(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'resource "terraform_data" "fine" { input = 1 }\n'
        'resource "terraform_data" "bad" {\n  lifecycle {\n    precondition {\n'
        '      condition     = terraform_data.fine.input == 2\n      error_message = "no"\n    }\n  }\n}\n'
    )
    terraform(tmp_path, "init", "-input=false", "-no-color")
    planned(tmp_path, "plan.json", code=1)
    assert json.loads((tmp_path / "plan.json").read_text())["errored"] is True
    found, coverage = read(tmp_path / "plan.json")
    assert "terraform_data.fine" in found
    assert ["errored" in each.message for each in coverage.failures] == [True]


def test_a_plan_that_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "terraform_data" "a" { input = 1 }\n')
    terraform(tmp_path, "init", "-input=false", "-no-color")
    terraform(tmp_path, "apply", "-auto-approve", "-input=false", "-no-color")
    planned(tmp_path, "plan.json")
    assert json.loads((tmp_path / "plan.json").read_text())["applyable"] is False
    found, coverage = read(tmp_path / "plan.json")
    assert found["terraform_data.a"].before is found["terraform_data.a"].after
    assert coverage.complete
    assert coverage.notes == []
    terraform(tmp_path, "destroy", "-auto-approve", "-input=false", "-no-color")
    (tmp_path / "empty.json").write_text(terraform(tmp_path, "show", "-json"))
    assert list(read_plan(str(tmp_path / "empty.json"), coverage)) == []
    assert list(read_plan(str(tmp_path / "terraform.tfstate"), coverage)) == []
    assert coverage.complete


@pytest.mark.parametrize(("command", "what"), [("providers schema", "schemas"), ("validate", "terraform validate")])
def test_other_json_of_terraform_is_no_empty_plan(tmp_path: Path, command: str, what: str) -> None:
    (tmp_path / "main.tf").write_text('resource "terraform_data" "a" { input = 1 }\n')
    terraform(tmp_path, "init", "-input=false", "-no-color")
    (tmp_path / "other.json").write_text(terraform(tmp_path, *command.split(), "-json"))
    found, coverage = read(tmp_path / "other.json")
    assert found == {}
    assert [what in each.message for each in coverage.failures] == [True]
