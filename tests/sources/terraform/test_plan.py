"""Plans and states: what stands afterwards, what is unknown, what is secret, and which files are none."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from sumptuary.coverage import Coverage
from sumptuary.model import Resource
from sumptuary.sources.terraform.plan import Planned, read_changes, read_plan
from sumptuary.values import Unknown, to_json

SHARED = Path(os.environ.get("SUMPTUARY_SHARED", Path(__file__).parents[4] / "shared"))
RECORDINGS = SHARED / "recordings" / "terraform-plans"


def row(address: str, actions: list[str], **change: Any) -> dict[str, Any]:
    step = address.rpartition("].")[2] if "module" in address else address
    type_name = step.split("module.")[-1].split(".")[-2].split("[")[0]
    return {"address": address, "mode": "managed", "type": type_name, "change": {"actions": actions, **change}}


def changes(directory: Path, document: Any) -> tuple[dict[str, Planned], Coverage]:
    path = directory / "plan.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    coverage = Coverage()
    found = list(read_changes(str(path), coverage))
    named = {(each.after or each.before).address: each for each in found if each.after or each.before}  # type: ignore[union-attr]
    assert len(named) == len(found)
    return named, coverage


def after(found: dict[str, Planned], address: str) -> Resource:
    resource = found[address].after
    assert resource is not None
    return resource


def test_the_lab_plan(tmp_path: Path) -> None:
    """PEERS.md's lab: tags_all only, unknown tags, unknown type; others fail or pass all three wrongly."""
    found, coverage = changes(
        tmp_path,
        {
            "format_version": "1.2",
            "resource_changes": [
                row(
                    "aws_instance.all",
                    ["create"],
                    before=None,
                    after={"instance_type": "m5.large", "tags": None, "tags_all": {"Owner": "ml"}},
                    after_unknown={"id": True, "tags_all": {}},
                ),
                row(
                    "aws_instance.tags",
                    ["create"],
                    before=None,
                    after={"instance_type": "m5.large"},
                    after_unknown={"tags": True, "tags_all": True},
                ),
                row(
                    "aws_instance.kind",
                    ["create"],
                    before=None,
                    after={"tags": {"Owner": "x"}},
                    after_unknown={"instance_type": True},
                ),
            ],
        },
    )
    assert coverage.complete
    assert after(found, "aws_instance.all").tags.look_up("Owner") == "ml"
    assert after(found, "aws_instance.all").tags.entries["Owner"].origin == "provider-default"
    unknown = after(found, "aws_instance.tags").tags.look_up("Owner")
    assert isinstance(unknown, Unknown)
    assert unknown.reason == "aws_instance.tags.tags is known after apply"
    kind = after(found, "aws_instance.kind").attribute("instance_type")
    assert kind == Unknown("aws_instance.kind.instance_type is known after apply", ("aws_instance.kind.instance_type",))
    assert after(found, "aws_instance.kind").tags.values() == {"Owner": "x"}


def test_actions_and_both_sides(tmp_path: Path) -> None:
    small, large = {"instance_type": "t3.micro"}, {"instance_type": "p5.48xlarge"}
    found, coverage = changes(
        tmp_path,
        {
            "format_version": "1.2",
            "resource_changes": [
                row("aws_instance.same", ["no-op"], before=small, after=small),
                row("aws_instance.grown", ["update"], before=small, after=large),
                row("aws_instance.replaced", ["delete", "create"], before=large, after=small),
                row("aws_instance.gone", ["delete"], before=large, after=None),
                row("aws_instance.forgotten", ["forget"], before=large, after=None),
                {"address": "data.aws_ami.x", "mode": "data", "type": "aws_ami", "change": {"actions": ["read"]}},
                {**row("aws_instance.same", ["delete"], before=small, after=None), "deposed": "abc"},
            ],
        },
    )
    shape = {
        name: (
            each.before.attributes["instance_type"] if each.before else None,
            each.after.attributes["instance_type"] if each.after else None,
            each.actions,
        )
        for name, each in found.items()
    }
    assert shape == {
        "aws_instance.same": ("t3.micro", "t3.micro", ("no-op",)),
        "aws_instance.grown": ("t3.micro", "p5.48xlarge", ("update",)),
        "aws_instance.replaced": ("p5.48xlarge", "t3.micro", ("delete", "create")),
        "aws_instance.gone": ("p5.48xlarge", None, ("delete",)),
        "aws_instance.forgotten": ("p5.48xlarge", "p5.48xlarge", ("forget",)),
    }
    standing = [each.address for each in read_plan(str(tmp_path / "plan.json"), Coverage())]
    assert standing == ["aws_instance.same", "aws_instance.grown", "aws_instance.replaced", "aws_instance.forgotten"]
    assert after(found, "aws_instance.grown").kind == "compute.instance"
    assert coverage.complete


def test_unknown_and_secret_values_inside_others(tmp_path: Path) -> None:
    found, _ = changes(
        tmp_path,
        {
            "format_version": "1.0",
            "resource_changes": [
                row(
                    "x_thing.a",
                    ["create"],
                    before=None,
                    after={
                        "list": [{"a": 1}, {"a": None}],
                        "map": {"k": "v", "s": "hunter2"},
                        "pw": "hunter2",
                        "n": None,
                    },
                    after_unknown={"list": [{}, {"a": True}], "map": {"u": True}, "n": False},
                    after_sensitive={"map": {"s": True}, "pw": True, "n": True, "list": []},
                ),
            ],
        },
    )
    resource = after(found, "x_thing.a")
    assert to_json(resource.attributes) == {
        "list": [{"a": 1}, {"a": {"$unknown": "x_thing.a.list[1].a is known after apply"}}],
        "map": {
            "k": "v",
            "s": {"$unknown": "x_thing.a.map.s is sensitive"},
            "u": {"$unknown": "x_thing.a.map.u is known after apply"},
        },
        "pw": {"$unknown": "x_thing.a.pw is sensitive"},
        "n": None,
    }
    assert "hunter2" not in repr(resource)


def test_providers_regions_and_references(tmp_path: Path) -> None:
    provider: Any = {
        "name": "aws",
        "expressions": {
            "region": {"references": ["var.region"]},
            "default_tags": [{"tags": {"constant_value": {"Team": "x"}}}],
        },
    }
    inner: dict[str, Any] = {
        "resources": [
            {
                "address": "aws_autoscaling_group.g",
                "mode": "managed",
                "provider_config_key": "aws",
                "expressions": {
                    "launch_template": [{"id": {"references": ["aws_launch_template.t.id", "aws_launch_template.t"]}}]
                },
            },
            {
                "address": "aws_launch_template.t",
                "mode": "managed",
                "provider_config_key": "module.m:aws",
                "expressions": {},
            },
        ]
    }
    found, _ = changes(
        tmp_path,
        {
            "format_version": "1.2",
            "variables": {"region": {"value": "eu-west-1"}},
            "configuration": {
                "provider_config": {"aws": provider},
                "root_module": {"module_calls": {"m": {"module": inner}}},
            },
            "resource_changes": [
                row('module.m["a.b"].aws_autoscaling_group.g', ["create"], before=None, after={"min_size": 1}),
                row(
                    'module.m["a.b"].aws_launch_template.t',
                    ["create"],
                    before=None,
                    after={"instance_type": "g5.xlarge"},
                ),
                row(
                    'module.m["c"].aws_launch_template.t', ["create"], before=None, after={"instance_type": "t3.micro"}
                ),
                row("aws_s3_bucket.b", ["create"], before=None, after={}, after_unknown={"region": True}),
            ],
        },
    )
    group = after(found, 'module.m["a.b"].aws_autoscaling_group.g')
    assert group.relations == {"launch_template.id": ('module.m["a.b"].aws_launch_template.t',)}
    assert group.region == "eu-west-1"
    assert group.tags.values() == {}
    template = after(found, 'module.m["c"].aws_launch_template.t')
    assert template.region == "eu-west-1"
    assert {key: tag.origin for key, tag in template.tags.entries.items()} == {"Team": "provider-default"}
    assert isinstance(after(found, "aws_s3_bucket.b").region, Unknown)


def test_google_labels_of_a_plan(tmp_path: Path) -> None:
    found, _ = changes(
        tmp_path,
        {
            "format_version": "1.2",
            "resource_changes": [
                row(
                    "google_compute_instance.a",
                    ["create"],
                    before=None,
                    after={
                        "zone": "us-central1-a",
                        "labels": {"env": "dev"},
                        "terraform_labels": {"env": "dev", "owner": "ml"},
                    },
                ),
            ],
        },
    )
    tags = after(found, "google_compute_instance.a").tags
    assert {key: (tag.value, tag.origin) for key, tag in tags.entries.items()} == {
        "env": ("dev", "own"),
        "owner": ("ml", "provider-default"),
    }


def test_sources_beside_a_plan_give_lines(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "m").mkdir()
    (tmp_path / "main.tf").write_text('\nmodule "m" {\n  source   = "./m"\n  for_each = var.x\n}\n')
    (tmp_path / "m" / "main.tf").write_text('resource "aws_instance" "a" {\n  count = 2\n  instance_type = "x"\n}\n')
    found, _ = changes(
        tmp_path,
        {
            "format_version": "1.2",
            "resource_changes": [
                row('module.m["k"].aws_instance.a[1]', ["create"], before=None, after={"instance_type": "t3.micro"}),
                row("aws_instance.elsewhere", ["create"], before=None, after={}),
            ],
        },
    )
    origin = after(found, 'module.m["k"].aws_instance.a[1]').origin
    assert origin.place is not None
    assert (Path(origin.place.path).name, origin.place.line) == ("main.tf", 1)
    place = origin.place_of("instance_type")
    assert place is not None
    assert place.line == 3
    assert [(call.address, call.place.line) for call in origin.calls] == [('module.m["k"]', 2)]
    other = after(found, "aws_instance.elsewhere").origin.place
    assert other is not None
    assert Path(other.path).name == "plan.json"


def test_default_tags_of_a_plan_are_where_the_provider_beside_it_gives_them(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "m").mkdir()
    tags = 'default_tags {\n    tags = { Owner = "ml" }\n  }\n}\n'
    (tmp_path / "main.tf").write_text(f'module "m" {{ source = "./m" }}\n\nprovider "aws" {{\n  {tags}')
    (tmp_path / "m" / "main.tf").write_text(f'provider "aws" {{\n  alias = "eu"\n  {tags}')
    merged = {"tags": {"Name": "x"}, "tags_all": {"Name": "x", "Owner": "ml"}}
    named = {"a": "aws", "b": "m:aws.gone"}
    inner = [{"address": "aws_instance.c", "provider_config_key": "module.m:aws.eu"}]
    found, _ = changes(
        tmp_path,
        {
            "format_version": "1.2",
            "resource_changes": [
                row(address, ["create"], before=None, after=merged)
                for address in ("aws_instance.a", "aws_instance.b", "module.m.aws_instance.c")
            ],
            "configuration": {
                "provider_config": {"aws": {}, "module.m:aws.eu": {"module_address": "module.m"}, "m:aws.gone": {}},
                "root_module": {
                    "resources": [
                        {"address": f"aws_instance.{name}", "provider_config_key": key} for name, key in named.items()
                    ],
                    "module_calls": {"m": {"module": {"resources": inner}}},
                },
            },
        },
    )
    places = [after(found, each).tags.entries["Owner"].place for each in found]
    shown = [
        f"{Path(place.path).relative_to(Path(os.path.relpath(tmp_path)))}:{place.line}" for place in places if place
    ]
    assert shown == ["main.tf:5", "m/main.tf:4"]
    assert places[1] is None


@pytest.mark.parametrize(
    ("document", "line", "message"),
    [
        ("{", 1, "this plan is not JSON"),
        ('terraform plan\n{"format_version": "1.0"}', 1, "this plan is not JSON"),
        ("[]", 1, "holds no JSON object"),
        ({"format_version": "2.0"}, 1, "format 2.0 is not known"),
        ({"hello": "world"}, 1, "neither a plan nor a state"),
        ({"version": 3, "resources": []}, 1, "the state's version 3 is not known"),
        ("[" * 100_000, 0, "cannot be read"),
    ],
)
def test_what_is_no_plan_is_named(tmp_path: Path, document: object, line: int, message: str) -> None:
    found, coverage = changes(tmp_path, document)
    assert found == {}
    assert [each.line for each in coverage.failures] == [line]
    assert message in coverage.failures[0].message
    assert (coverage.files_seen, coverage.files_read) == (1, 0)


def test_a_plan_that_is_not_there(tmp_path: Path) -> None:
    coverage = Coverage()
    assert list(read_plan(str(tmp_path / "none.json"), coverage)) == []
    assert "No such file" in coverage.failures[0].message


def test_an_errored_plan_is_incomplete(tmp_path: Path) -> None:
    found, coverage = changes(
        tmp_path,
        {
            "format_version": "1.2",
            "errored": True,
            "resource_changes": [row("aws_instance.a", ["create"], before=None, after={})],
        },
    )
    assert list(found) == ["aws_instance.a"]
    assert not coverage.complete


def test_odd_rows_do_not_stop_the_others(tmp_path: Path) -> None:
    odd: list[Any] = [None, 5, {"address": 3}, {"address": "a.b", "type": "a", "change": []}]
    found, coverage = changes(
        tmp_path,
        {
            "format_version": "1.2",
            "resource_changes": [*odd, row("aws_instance.a", ["create"], before=None, after={"tags": 5})],
        },
    )
    assert list(found) == ["aws_instance.a"]
    assert [each.message for each in coverage.failures] == [
        "a resource of the plan cannot be read: it is no JSON object",
        "a resource of the plan cannot be read: it has no address",
        "a resource of the plan cannot be read: a.b",
    ]


def test_planned_values_without_changes_and_a_state(tmp_path: Path) -> None:
    module: dict[str, Any] = {
        "resources": [
            {"address": "aws_instance.a", "mode": "managed", "type": "aws_instance", "values": {"tags": {"k": "v"}}},
            {"address": "data.aws_ami.a", "mode": "data", "type": "aws_ami", "values": {}},
        ],
        "child_modules": [
            {
                "resources": [
                    {
                        "address": "module.m.aws_eip.e",
                        "mode": "managed",
                        "type": "aws_eip",
                        "values": {"secret": "x"},
                        "sensitive_values": {"secret": True},
                    }
                ]
            }
        ],
    }
    for part in ("planned_values", "values"):
        found, _ = changes(tmp_path, {"format_version": "1.0", part: {"root_module": module}})
        assert sorted(found) == ["aws_instance.a", "module.m.aws_eip.e"]
        assert after(found, "aws_instance.a").source == ("plan" if part == "planned_values" else "state")
        assert isinstance(after(found, "module.m.aws_eip.e").attributes["secret"], Unknown)


def test_a_raw_state(tmp_path: Path) -> None:
    found, coverage = changes(
        tmp_path,
        {
            "version": 4,
            "terraform_version": "1.9.0",
            "resources": [
                {
                    "module": 'module.m["x"]',
                    "mode": "managed",
                    "type": "aws_instance",
                    "name": "a",
                    "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                    "instances": [
                        {
                            "index_key": 0,
                            "attributes": {
                                "arn": "arn:aws:ec2:eu-west-1:1:instance/i",
                                "pw": "hunter2",
                                "tags": {"a": "b"},
                                "tags_all": {"a": "b", "c": "d"},
                            },
                            "sensitive_attributes": [[{"type": "get_attr", "value": "pw"}]],
                        },
                        {"index_key": 1, "attributes": {}, "deposed": "x"},
                    ],
                },
                {"mode": "data", "type": "aws_ami", "name": "d", "instances": [{}]},
            ],
        },
    )
    assert list(found) == ['module.m["x"].aws_instance.a[0]']
    resource = after(found, 'module.m["x"].aws_instance.a[0]')
    assert (resource.source, resource.region) == ("state", "eu-west-1")
    assert resource.tags.values() == {"a": "b", "c": "d"}
    assert isinstance(resource.attributes["pw"], Unknown)
    assert coverage.complete


NO_PLANS = {
    "infracost__cmd__infracost__testdata__plan_with_terraform_wrapper.json",
    "terraform-json__testdata__invalid__plan.json",
}
"""Recordings that are no JSON on purpose."""


def names_in(document: Any) -> set[str]:
    """The managed resources that a plan names anywhere among its changes and values."""
    changed = [each for each in document.get("resource_changes") or () if "deposed" not in each]
    modules = [document.get(part, {}).get("root_module", {}) for part in ("planned_values", "values")]
    for module in modules:
        changed += module.get("resources", ())
        modules += module.get("child_modules", ())
    return {each["address"] for each in changed if each["mode"] == "managed"}


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recorded plans are not beside this checkout")
def test_every_recorded_plan_is_read_whole_or_named() -> None:
    paths = sorted(RECORDINGS.iterdir())
    assert len(paths) > 200
    count = 0
    for path in paths:
        coverage = Coverage()
        found = list(read_changes(str(path), coverage))
        if path.name in NO_PLANS:
            assert ["this plan is not JSON" in each.message for each in coverage.failures] == [True]
            continue
        assert coverage.failures == [], path.name
        named = {side.address for each in found for side in (each.before, each.after) if side is not None}
        assert named == names_in(json.loads(path.read_text(encoding="utf-8-sig"))), path.name
        assert len(named) == len(found), path.name
        assert all(side.kind for each in found for side in (each.before, each.after) if side is not None)
        count += len(found)
    assert count > 800
