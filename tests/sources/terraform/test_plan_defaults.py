"""What nobody wrote has in a plan the defaults that it has where files are read, and what was written waits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sumptuary.coverage import Coverage
from sumptuary.model import Resource
from sumptuary.sources.terraform import Options, read
from sumptuary.sources.terraform.plan import read_plan
from sumptuary.sources.terraform.plan_defaults import written
from sumptuary.values import ABSENT, Unknown


@pytest.mark.parametrize(
    ("unknown", "expressions", "left"),
    [
        ({"capacity_type": True, "id": True}, {}, {"id": True}),
        ({"capacity_type": True}, {"capacity_type": {"references": ["var.t"]}}, {"capacity_type": True}),
        ({"role_arn": True, "vpc_id": True, "tags_all": True, "effective_labels": True}, {}, None),
        ({"disk": [{"type": True, "size": False}]}, {"disk": [{"size": {}}]}, {"disk": [{"size": False}]}),
        ({"disk": [{"type": True}]}, {"disk": [{"type": {"references": ["x"]}}]}, None),
        ({"disk": [{"type": True}]}, {}, None),
        ({"disk": [{"type": True}, {"type": True}]}, {"disk": [{}]}, None),
        ({"one": {"a": True, "b": True}}, {"one": {"a": {"references": ["x"]}}}, {"one": {"a": True}}),
        ({"map": {"a": True}}, {"map": {"references": ["x"]}}, None),
        (True, {}, None),
    ],
)  # fmt: skip
def test_only_what_the_configuration_leaves_out_is_taken_for_a_default(
    unknown: Any, expressions: Any, left: Any
) -> None:
    assert written(unknown, expressions) == (unknown if left is None else left)


def test_a_dynamic_block_waits() -> None:
    unknown = {"guest_accelerator": True, "scheduling": True}
    assert written(unknown, {}, frozenset({"guest_accelerator"})) == {"guest_accelerator": True}


SOURCE = """\
provider "aws" { region = "us-east-1" }
resource "aws_instance" "a" {
  ami           = "ami-1"
  instance_type = "m5.large"
  root_block_device {
    volume_size = 50
  }
}
resource "aws_eks_node_group" "g" {
  cluster_name = "c"
  scaling_config {
    desired_size = 2
    max_size     = 3
    min_size     = 1
  }
}
"""


def constant(value: object) -> dict[str, object]:
    return {"constant_value": value}


def change(kind: str, name: str, after: dict[str, Any], unknown: dict[str, Any]) -> dict[str, Any]:
    detail = {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown}
    return {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "change": detail}


def configured(kind: str, name: str, expressions: dict[str, Any]) -> dict[str, Any]:
    row = {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name}
    return {**row, "provider_config_key": "aws", "expressions": expressions}


def plan() -> dict[str, Any]:
    scaling = {"desired_size": 2, "max_size": 3, "min_size": 1}
    return {
        "format_version": "1.2",
        "resource_changes": [
            change(
                "aws_instance",
                "a",
                {"ami": "ami-1", "instance_type": "m5.large", "root_block_device": [{"volume_size": 50}]},
                {
                    "arn": True, "id": True, "instance_market_options": True, "ebs_block_device": True,
                    "root_block_device": [{"volume_type": True, "iops": True, "throughput": True, "volume_id": True}],
                },
            ),
            change(
                "aws_eks_node_group",
                "g",
                {"cluster_name": "c", "scaling_config": [scaling]},
                {"id": True, "capacity_type": True, "instance_types": True, "disk_size": True, "scaling_config": [{}]},
            ),
        ],
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": {"region": constant("us-east-1")}}},
            "root_module": {
                "resources": [
                    configured(
                        "aws_instance",
                        "a",
                        {
                            "ami": constant("ami-1"),
                            "instance_type": constant("m5.large"),
                            "root_block_device": [{"volume_size": constant(50)}],
                        },
                    ),
                    configured(
                        "aws_eks_node_group",
                        "g",
                        {
                            "cluster_name": constant("c"),
                            "scaling_config": [{key: constant(value) for key, value in scaling.items()}],
                        },
                    ),
                ]
            },
        },
    }  # fmt: skip


def facts(resource: Resource) -> tuple[object, ...]:
    compute, storage = resource.compute, resource.storage
    assert compute is not None
    disk = None if storage is None else (storage.size_gib, storage.type)
    return resource.address, resource.region, compute.sku, compute.purchase_option, compute.desired, disk


def test_a_plan_knows_no_less_than_its_files(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "main.tf").write_text(SOURCE)
    (tmp_path / "plan.json").write_text(json.dumps(plan()))
    coverage = Coverage()
    of_files = sorted(map(facts, read([str(tmp_path / "files")], Options(), coverage)), key=str)
    of_plan = sorted(map(facts, read_plan(str(tmp_path / "plan.json"), coverage)), key=str)
    assert not coverage.failures
    assert of_plan == of_files
    assert not any(isinstance(fact, Unknown) for row in of_plan for fact in row)


def test_what_waits_in_a_plan_for_what_is_written_stays_unknown(tmp_path: Path) -> None:
    document = plan()
    resources = document["configuration"]["root_module"]["resources"]
    resources[0]["expressions"]["root_block_device"][0]["volume_type"] = {"references": ["aws_x.y"]}
    (tmp_path / "plan.json").write_text(json.dumps(document))
    instance = next(iter(read_plan(str(tmp_path / "plan.json"), Coverage())))
    assert isinstance(instance.attribute("root_block_device.volume_type"), Unknown)
    assert isinstance(instance.attribute("arn"), Unknown)
    assert instance.attribute("instance_market_options") is ABSENT


def test_the_sources_beside_a_plan_tell_what_is_dynamic(tmp_path: Path) -> None:
    dynamic = (
        'module "m" { source = "./m" }\n'
        'resource "aws_instance" "a" {\n  dynamic "ebs_block_device" {\n    for_each = var.x\n    content {}\n  }\n}\n'
    )
    (tmp_path / "main.tf").write_text(dynamic)
    (tmp_path / "plan.json").write_text(json.dumps(plan()))
    instance = next(iter(read_plan(str(tmp_path / "plan.json"), Coverage())))
    assert isinstance(instance.attribute("ebs_block_device"), Unknown)
