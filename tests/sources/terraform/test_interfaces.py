"""Public modules that are not on this machine: cases of cases/interfaces.yaml, and twins that are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sources.terraform.estate_cases import check, load, run
from sumptuary.cli.program import run as command
from sumptuary.model import Resource
from sumptuary.sources.terraform.interfaces import TABLE, Known, address_of, interface_of, majors, module_of
from sumptuary.values import to_json


@pytest.mark.parametrize("case", load("interfaces"), ids=lambda case: str(case["name"]))
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    check(case, tmp_path)


@pytest.mark.parametrize(
    ("source", "address", "version"),
    [
        ("terraform-aws-modules/eks/aws", "terraform-aws-modules/eks/aws", None),
        ("registry.terraform.io/terraform-aws-modules/eks/aws", "terraform-aws-modules/eks/aws", None),
        ("registry.opentofu.org/a/b/c//modules/d/", "a/b/c//modules/d", None),
        ("git::https://github.com/terraform-aws-modules/terraform-aws-eks", "terraform-aws-modules/eks/aws", None),
        ("git::https://github.com/a/terraform-aws-b.git//modules/c?ref=v1.2.3", "a/b/aws//modules/c", "v1.2.3"),
        ("git::ssh://git@github.com/a/terraform-aws-b-c.git?ref=main&depth=1", "a/b-c/aws", "main"),
        ("git@github.com:a/terraform-google-vm.git", "a/vm/google", None),
        ("github.com/Azure/terraform-azurerm-aks?ref=9.0.0", "Azure/aks/azurerm", "9.0.0"),
        ("tfr:///terraform-aws-modules/vpc/aws?version=5.8.1", "terraform-aws-modules/vpc/aws", "5.8.1"),
        ("tfr://registry.terraform.io/a/b/c?version=1.0.0", "a/b/c", "1.0.0"),
        ("https://example.com/eks.zip", "example.com/eks.zip", None),
        ("gitlab.com/a/terraform-aws-eks", "gitlab.com/a/terraform-aws-eks", None),
        ("", "", None),
    ],
)
def test_a_source_is_known_by_its_registry_address(source: str, address: str, version: str | None) -> None:
    assert address_of(source) == (address, version)


@pytest.mark.parametrize(
    ("version", "allowed"),
    [
        (None, {0, 1, 2, 3, 4}),
        ("3.1.0", {3}),
        ("v3.1.0", {3}),
        ("= 3.1", {3}),
        ("~> 3.0", {3}),
        ("~> 3.1.2", {3}),
        ("~> 3", {3, 4}),
        (">= 2.5", {2, 3, 4}),
        (">= 2.0, < 3.0", {2}),
        (">= 2.0, < 3.0.1", {2, 3}),
        (">= 2.0, <= 3.0, != 2.5.0", {2, 3}),
        ("> 9", set[int]()),
        ("main", {0, 1, 2, 3, 4}),
        ("5f8a3c1d2e", {0, 1, 2, 3, 4}),
        ("", {0, 1, 2, 3, 4}),
    ],
)
def test_a_constraint_allows_major_versions(version: str | None, allowed: set[int]) -> None:
    assert majors(version, 4) == allowed


@pytest.mark.parametrize(
    ("version", "label"),
    [
        ("~> 20.0", "terraform-aws-modules/eks/aws ~> 20.0"),
        (">= 19.0, < 21.0", "terraform-aws-modules/eks/aws >= 19.0, < 21.0"),
        (">= 20.0", "terraform-aws-modules/eks/aws >= 20.0 (read as version 21: any is allowed)"),
        (None, "terraform-aws-modules/eks/aws (read as version 21: none is named)"),
    ],
)
def test_what_is_not_certain_of_a_version_is_said(version: str | None, label: str) -> None:
    known = interface_of("terraform-aws-modules/eks/aws", version)
    assert known is not None
    assert known.label == label


@pytest.mark.parametrize("version", ["17.24.0", "~> 99.0", "> 400"])
def test_versions_that_nobody_described_have_no_interface(version: str) -> None:
    assert interface_of("terraform-aws-modules/eks/aws", version) is None


@pytest.mark.parametrize("file", sorted({file for rows in TABLE.values() for _, _, file in rows}))
def test_every_interface_has_defaults_and_makes_something_of_all_its_variables(file: str) -> None:
    module = module_of(Known(file, "m"))
    assert module.resources or module.outputs
    assert all("default" in each.body.attributes for each in module.variables.values())
    bodies = [each.body for each in (*module.resources.values(), *module.outputs.values())]
    expressions = [each[0].expression for each in module.locals.values()]
    expressions += [each.stands_at for each in module.resources.values() if each.stands_at is not None]
    named = {reference for each in bodies for reference in each_reference(each)}
    named |= {reference for each in expressions for reference in each.references()}
    used = {reference[1] for reference in named if reference[0] == "var"}
    assert used - {"additional_tag_map"} == set(module.variables) - {"additional_tag_map"}, "what a label is told"
    given = {reference[1] for reference in named if reference[0] == "local"}
    assert given <= {*module.locals, "unseen"}


def each_reference(body: Any) -> set[tuple[str, ...]]:
    """Every name that a body's expressions use."""
    found = {reference for each in body.attributes.values() for reference in each.expression.references()}
    for block in body.blocks:
        found |= each_reference(block.body)
    return found


def test_a_finding_says_that_it_was_inferred(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = 'module "vm" {\n  source = "terraform-aws-modules/ec2-instance/aws"\n  instance_type = "p4d.24xlarge"\n}\n'
    (tmp_path / "main.tf").write_text(f'provider "aws" {{\n  region = "us-east-1"\n}}\n{call}', encoding="utf-8")
    assert command(["check", str(tmp_path), "--format", "json", "--no-cache"]) == 1
    found = {each["policy"]: each for each in json.loads(capsys.readouterr().out)["violations"]}
    assert {"required-tags", "missing-ttl"} <= set(found)
    for each in found.values():
        assert each["message"].endswith("(as its arguments say; the module itself is not here)")
        assert each["evidence"]["inferred_from"].startswith("terraform-aws-modules/ec2-instance/aws (read as version 6")
        assert each["confidence"] in ("medium", "low")


CALL = """
provider "aws" {
  region = "us-east-1"
  default_tags { tags = { Owner = "ml" } }
}
locals { shared = { Team = "core" } }
module "eks" {
  source       = "terraform-aws-modules/eks/aws"
  version      = "20.24.0"
  cluster_name = "c"
  eks_managed_node_group_defaults = { instance_types = ["m5.large"], tags = { Default = "yes" } }
  eks_managed_node_groups = {
    a = { instance_types = ["p4d.24xlarge", "p4de.24xlarge"], max_size = 8, desired_size = 2, capacity_type = "SPOT" }
    b = { name = "bee", tags = { Purpose = "ci" } }
    c = { create = false }
  }
  self_managed_node_groups = {
    d = { instance_type = "g5.12xlarge", max_size = 5, instance_market_options = { market_type = "spot" } }
  }
  tags = merge(local.shared, { Stage = "prod" })
}
"""
MODULE = """
variable "cluster_name" {}
variable "tags" {
  type    = map(string)
  default = {}
}
variable "eks_managed_node_groups" { default = {} }
variable "eks_managed_node_group_defaults" { default = {} }
variable "self_managed_node_groups" { default = {} }
locals { owned = [for of in ["kubernetes.io", "k8s.io"] : "${of}/cluster/${var.cluster_name}"] }
module "eks_managed_node_group" {
  source         = "./managed"
  for_each       = { for name, group in var.eks_managed_node_groups : name => group }
  create         = try(each.value.create, true)
  name           = try(each.value.name, each.key)
  min_size       = try(each.value.min_size, 1)
  max_size       = try(each.value.max_size, 3)
  desired_size   = try(each.value.desired_size, 1)
  capacity_type  = try(each.value.capacity_type, null)
  instance_types = try(each.value.instance_types, var.eks_managed_node_group_defaults.instance_types, null)
  tags           = merge(var.tags, try(each.value.tags, var.eks_managed_node_group_defaults.tags, {}))
}
resource "aws_launch_template" "self" {
  for_each      = var.self_managed_node_groups
  instance_type = each.value.instance_type
  tags          = var.tags
  dynamic "instance_market_options" {
    for_each = [each.value.instance_market_options]
    content { market_type = instance_market_options.value.market_type }
  }
}
resource "aws_autoscaling_group" "self" {
  for_each         = var.self_managed_node_groups
  min_size         = try(each.value.min_size, 0)
  max_size         = each.value.max_size
  desired_capacity = try(each.value.desired_size, 1)
  launch_template { id = aws_launch_template.self[each.key].id }
  dynamic "tag" {
    for_each = merge({ for key in local.owned : key => "owned" }, { Name = each.key }, var.tags)
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}
"""
MANAGED = """
variable "create" {}
variable "name" {}
variable "min_size" {}
variable "max_size" {}
variable "desired_size" {}
variable "capacity_type" {}
variable "instance_types" {}
variable "tags" {}
resource "aws_eks_node_group" "this" {
  count          = var.create ? 1 : 0
  capacity_type  = var.capacity_type
  instance_types = var.instance_types
  tags           = merge(var.tags, { Name = var.name })
  scaling_config {
    min_size     = var.min_size
    max_size     = var.max_size
    desired_size = var.desired_size
  }
  launch_template { id = aws_launch_template.this.id }
}
resource "aws_launch_template" "this" {}
"""


def _facts(resource: Resource) -> tuple[object, ...]:
    compute = resource.compute
    assert compute is not None
    counts = (compute.minimum, compute.desired, compute.maximum)
    return (
        resource.type, compute.sku, compute.alternatives, counts, compute.purchase_option, resource.region,
        json.dumps(to_json(resource.tags.values()), sort_keys=True),
    )  # fmt: skip


def test_what_is_inferred_equals_what_the_module_itself_makes(tmp_path: Path) -> None:
    """The same call, once with a module on disk that is built as the public one is, and once without."""
    manifest = {"Modules": [{"Key": "eks", "Dir": ".terraform/modules/eks"}]}
    here = {
        "main.tf": CALL,
        ".terraform/modules/modules.json": json.dumps(
            {
                "Modules": [
                    *manifest["Modules"],
                    {"Key": "eks.eks_managed_node_group", "Dir": ".terraform/modules/eks/managed"},
                ]
            }
        ),
        ".terraform/modules/eks/main.tf": MODULE,
        ".terraform/modules/eks/managed/main.tf": MANAGED,
    }
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    read, _ = run({"files": here}, tmp_path / "with")
    inferred, _ = run({"files": {"main.tf": CALL}}, tmp_path / "without")
    groups = ("aws_eks_node_group", "aws_autoscaling_group")
    expected = sorted(map(repr, (_facts(each) for each in read.values() if each.type in groups)))
    assert len(expected) == 3
    assert sorted(map(repr, (_facts(each) for each in inferred.values() if each.type in groups))) == expected
    nodes = [{each.address for each in them.values() if each.type == groups[0]} for them in (read, inferred)]
    assert nodes[0] == nodes[1], "so that a finding has the same fingerprint before and after terraform init"
    assert 'module.eks.module.eks_managed_node_group["a"].aws_eks_node_group.this[0]' in nodes[0]


def test_places_do_not_hang_on_the_hash_seed(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'module "gke" {\n  source  = "terraform-google-modules/kubernetes-engine/google"\n  version = "~> 36.0"\n'
        '  project_id = "p"\n  name = "n"\n  regional = true\n  region = "europe-west1"\n'
        '  zones = ["europe-west1-b"]\n  network = "n"\n  subnetwork = "s"\n  ip_range_pods = "p"\n'
        '  ip_range_services = "s"\n}\n'
    )
    told = {
        subprocess.run(
            [sys.executable, "-m", "sumptuary", "resources", ".", "--allow-incomplete"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": str(seed), "XDG_CACHE_HOME": str(tmp_path / "cache")},
            capture_output=True,
            check=True,
        ).stdout
        for seed in range(4)
    }
    assert len(told) == 1
    assert b"google_container_cluster" in told.pop()
