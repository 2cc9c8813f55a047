"""Relations in plans that lead through modules: references as Terraform writes them, the longest form first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sources.terraform.test_plan_parts import AWS, after, read, row


def names(*texts: str) -> dict[str, Any]:
    return {"references": list(texts)}


def block(address: str, **expressions: Any) -> dict[str, Any]:
    return {"address": address, "mode": "managed", "type": address.partition(".")[0], "expressions": expressions}


TEMPLATES: dict[str, Any] = {
    "module": {
        "resources": [block("aws_launch_template.this", instance_type=names("var.type"))],
        "outputs": {
            "id": {"expression": names("aws_launch_template.this.id", "aws_launch_template.this")},
            "arn": {"expression": names("aws_launch_template.this[0].arn", "aws_launch_template.this[0]")},
        },
    }
}


def groups(**expressions: Any) -> dict[str, Any]:
    group = block(
        "aws_autoscaling_group.this",
        max_size={"constant_value": 3},
        launch_template=[{"id": names("var.launch_template_id")}],
    )
    return {"expressions": expressions, "module": {"resources": [group]}}


def plan(directory: Path, calls: dict[str, Any], *rows: dict[str, Any], **root: Any) -> Any:
    configuration = {**AWS, "root_module": {"module_calls": calls, **root}}
    return read(directory, resource_changes=list(rows), configuration=configuration)[0]


def template(address: str, sku: str) -> dict[str, Any]:
    return row(address, "create", after={"instance_type": sku}, after_unknown={"id": True})


def group(address: str) -> dict[str, Any]:
    unknown = {"launch_template": [{"id": True}]}
    return row(address, "create", after={"max_size": 3, "launch_template": [{}]}, after_unknown=unknown)


def test_a_group_runs_the_template_of_another_module(tmp_path: Path) -> None:
    calls = {"lt": TEMPLATES, "asg": groups(launch_template_id=names("module.lt.id", "module.lt"))}
    rows = (
        template("module.lt.aws_launch_template.this", "p4d.24xlarge"),
        group("module.asg.aws_autoscaling_group.this"),
    )
    found = after(plan(tmp_path, calls, *rows), "module.asg.aws_autoscaling_group.this")
    assert found.relations == {"launch_template.id": ("module.lt.aws_launch_template.this",)}
    assert found.compute.sku == "p4d.24xlarge"


@pytest.mark.parametrize(
    ("said", "key", "sku"),
    [
        (('module.lt["b"].id', 'module.lt["b"]', "module.lt"), "a", "g5.xlarge"),
        (("module.lt", "each.key"), "a", "p4d.24xlarge"),
        (("module.lt", "each.key"), "b", "g5.xlarge"),
    ],
)
def test_of_modules_called_for_each_key_the_one_that_is_named_or_has_the_same_key(
    tmp_path: Path, said: tuple[str, ...], key: str, sku: str
) -> None:
    calls = {"lt": TEMPLATES, "asg": groups(launch_template_id=names(*said))}
    rows = [
        template('module.lt["a"].aws_launch_template.this', "p4d.24xlarge"),
        template('module.lt["b"].aws_launch_template.this', "g5.xlarge"),
        *(group(f'module.asg["{each}"].aws_autoscaling_group.this') for each in "ab"),
    ]
    found = after(plan(tmp_path, calls, *rows), f'module.asg["{key}"].aws_autoscaling_group.this')
    assert found.compute.sku == sku


def test_the_way_may_lead_up_through_two_calls_and_down_through_two(tmp_path: Path) -> None:
    inner = groups(launch_template_id=names("var.template"))
    outer = {"expressions": {"template": names("module.shared.template", "module.shared")}, "module": {}}
    outer["module"] = {"module_calls": {"asg": inner}}
    shared = {
        "module": {
            "module_calls": {"lt": TEMPLATES},
            "outputs": {"template": {"expression": names("module.lt.arn", "module.lt")}},
        }
    }
    rows = (
        template("module.shared.module.lt.aws_launch_template.this[0]", "p5.48xlarge"),
        template("module.shared.module.lt.aws_launch_template.this[1]", "m5.large"),
        group('module.outer["x"].module.asg[0].aws_autoscaling_group.this'),
    )
    calls = {"outer": outer, "shared": shared}
    found = after(plan(tmp_path, calls, *rows), 'module.outer["x"].module.asg[0].aws_autoscaling_group.this')
    assert found.relations == {"launch_template.id": ("module.shared.module.lt.aws_launch_template.this[0]",)}
    assert found.compute.sku == "p5.48xlarge"


def test_a_resource_of_the_root_and_an_index_that_is_written(tmp_path: Path) -> None:
    said = names('aws_launch_template.t["b"].id', 'aws_launch_template.t["b"]', "aws_launch_template.t")
    rows = (
        template('aws_launch_template.t["a"]', "m5.large"),
        template('aws_launch_template.t["b"]', "g5.xlarge"),
        group("module.asg.aws_autoscaling_group.this"),
    )
    calls = {"asg": groups(launch_template_id=said)}
    found = after(
        plan(tmp_path, calls, *rows, resources=[block("aws_launch_template.t")]),
        "module.asg.aws_autoscaling_group.this",
    )
    assert found.compute.sku == "g5.xlarge"


def test_what_a_plan_does_not_tell_relates_to_nothing(tmp_path: Path) -> None:
    """Locals are in no plan, variables of the root lead nowhere, and outputs that name each other come to an end."""
    circle = {"outputs": {"id": {"expression": names("module.again.id", "module.again")}}}
    circle["module_calls"] = {"again": {"module": {"outputs": {"id": {"expression": names("var.id")}}}}}
    circle["module_calls"]["again"]["expressions"] = {"id": names("module.again.id", "module.again")}
    for said in (("local.id",), ("var.id",), ("module.circle.id", "module.circle"), ("module.none.id", "module.none")):
        calls = {"circle": {"module": circle}, "asg": groups(launch_template_id=names(*said))}
        address = "module.asg.aws_autoscaling_group.this"
        found = after(plan(tmp_path, calls, group(address)), address)
        assert found.relations == {}
        assert "launch template is not in this configuration" in found.compute.sku.reason
