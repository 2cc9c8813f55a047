"""Terraform itself as the oracle: addresses and values of small configurations, compared with a real plan."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sumptuary.coverage import Coverage
from sumptuary.sources.terraform import Options, read
from sumptuary.values import first_unknown, to_json

TERRAFORM = shutil.which("terraform")
pytestmark = pytest.mark.skipif(TERRAFORM is None, reason="there is no terraform here to compare with")

NESTED = {
    "main.tf": """
locals {
  fleet = { "a.b" = { n = 2, tags = { x = 1 } }, "c d" = { n = 0, tags = {} }, "é\\"q" = { n = 1, tags = null } }
  list  = ["z", "a", "z"]
}
variable "size" {
  type    = object({ cpu = number, disk = optional(string, "10"), more = optional(map(bool)) })
  default = { cpu = "4" }
}
variable "strict" {
  default  = "standard"
  nullable = false
}
module "fleet" {
  source   = "./fleet"
  for_each = local.fleet
  number   = each.value.n
  tags     = each.value.tags
  strict   = null
}
module "many" {
  source = "./fleet"
  count  = 2
  number = count.index
}
resource "terraform_data" "sum" {
  input = {
    names   = [for k, m in module.fleet : "${k}=${length(m.inputs)}"]
    first   = one(module.fleet["c d"].inputs[*].index) == null
    second  = try(module.many[1].inputs[0].index, "none")
    size    = var.size
    strict  = var.strict
    set     = toset(local.list)
    root    = path.root
    mod     = path.module
    space   = terraform.workspace
  }
}
resource "terraform_data" "each" {
  for_each = toset(local.list)
  input    = "${each.key}-${each.value}"
}
resource "terraform_data" "none" {
  count = var.size.cpu > 4 ? 1 : 0
}
""",
    "fleet/main.tf": """
variable "number" { type = number }
variable "tags" {
  type    = map(string)
  default = { default = "yes" }
}
variable "strict" {
  default  = "inner"
  nullable = false
}
resource "terraform_data" "node" {
  count = var.number
  input = { index = count.index, tags = var.tags, strict = var.strict, where = path.module }
}
module "leaf" {
  source = "../leaf"
  count  = var.number > 1 ? 1 : 0
  value  = terraform_data.node[*].input
}
output "inputs" { value = terraform_data.node[*].input }
""",
    "leaf/main.tf": """
variable "value" {}
resource "terraform_data" "leaf" { input = jsonencode(var.value) }
""",
}

FILES = {
    "main.tf": """
variable "a" {}
variable "b" { default = "b" }
variable "c" { type = list(number) }
variable "d" {
  type    = map(string)
  default = null
}
resource "terraform_data" "x" {
  input = [var.a, var.b, var.c, var.d == null, local.who, local.json]
}
resource "terraform_data" "y" {
  input            = terraform_data.x.input[0]
  triggers_replace = [1, "2"]
}
""",
    "locals.tf.json": """
{"locals": {"who": "${var.b}-x", "json": {"k": ["${1 + 1}", true, null, "%{ if true }y%{ endif }"]}}}
""",
    "override.tf": 'variable "b" { default = "overridden" }\n',
    "terraform.tfvars": 'a = "file"\nc = ["1", 2]\n',
    "z.auto.tfvars": "a = 5\n",
    "a.auto.tfvars.json": '{"a": "json", "d": {"k": 1}}',
}

PROVIDERS = {
    "main.tf": """
locals {
  nested = { for env in ["dev", "prod"] : env => [for i in range(2) : { name = "${env}-${i}", odd = i % 2 == 1 }] }
  flat   = merge([for env, rows in local.nested : { for row in rows : row.name => row }]...)
}
module "m" {
  source   = "./m"
  for_each = { for name, row in local.flat : name => row if row.odd }
  row      = each.value
}
resource "terraform_data" "splat" { input = values(module.m)[*].label }
""",
    "m/main.tf": """
variable "row" { type = object({ name = string, odd = bool }) }
locals { label = upper(replace(var.row.name, "-", "_")) }
resource "terraform_data" "this" { input = local.label }
output "label" { value = terraform_data.this.input }
""",
}


@pytest.mark.parametrize("files", [NESTED, FILES, PROVIDERS], ids=["nested modules", "variable files", "maps"])
def test_the_estate_is_what_terraform_plans(files: dict[str, str], tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    ours = {
        resource.address: {name: resource.attributes.get(name) for name in ("input", "triggers_replace")}
        for resource in read([str(tmp_path)], Options(), Coverage())
    }
    assert {address: first_unknown(list(values.values())) for address, values in ours.items()} == dict.fromkeys(ours)
    theirs = {
        row["address"]: {name: row["values"].get(name) for name in ("input", "triggers_replace")}
        for row in _planned(tmp_path)
    }
    assert {address: to_json(values) for address, values in ours.items()} == theirs


def _planned(directory: Path) -> list[dict[str, Any]]:
    """The rows of planned_values, of all modules."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TF_")}
    environment |= {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}

    def run(*arguments: str) -> str:
        command = [str(TERRAFORM), *arguments]
        ran = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    run("init", "-input=false", "-no-color")
    run("plan", "-input=false", "-no-color", "-refresh=false", "-out=plan.bin")
    plan = json.loads(run("show", "-json", "plan.bin"))
    rows: list[dict[str, Any]] = []
    pending = [plan["planned_values"]["root_module"]]
    while pending:
        module = pending.pop()
        rows.extend(module.get("resources", []))
        pending.extend(module.get("child_modules", []))
    return rows
