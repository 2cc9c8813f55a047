"""Parts of plans that no provider here can make: synthetic documents in the shapes that Terraform documents."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sumptuary.coverage import Coverage
from sumptuary.sources.terraform.plan import Planned, read_changes
from sumptuary.values import Unknown, is_list, is_map, to_json

AWS = {"provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "us-east-1"}}}}}


def row(address: str, *actions: str, **more: Any) -> dict[str, Any]:
    """A row of resource_changes; ``before``, ``after`` and their marks are the change's, all else the row's."""
    parts = ("before", "after", "after_unknown", "before_sensitive", "after_sensitive", "importing")
    change: dict[str, Any] = {"actions": list(actions), "before": None, "after": None, "after_unknown": {}}
    change |= {name: value for name, value in more.items() if name in parts}
    rest = {name: value for name, value in more.items() if name not in parts}
    type_name = next(step for step in re.split(r"[.\[]", address) if "_" in step)
    return {"address": address, "mode": "managed", "type": type_name, **rest, "change": change}


def read(directory: Path, **document: Any) -> tuple[list[Planned], Coverage]:
    path = directory / "plan.json"
    document = {"format_version": "1.2", "terraform_version": "1.11.4", **document}
    path.write_text(json.dumps(document), encoding="utf-8")
    coverage = Coverage()
    return list(read_changes(str(path), coverage)), coverage


def after(found: list[Planned], address: str) -> Any:
    return next(each.after for each in found if each.after and each.after.address == address)


@pytest.mark.parametrize("version", ["0.1", "0.2", "1.0", "1.1", "1.2", "1.99", 1.2, 1])
def test_known_formats(tmp_path: Path, version: object) -> None:
    rows = [row("aws_instance.a", "create", after={"instance_type": "m5.large"})]
    found, coverage = read(tmp_path, format_version=version, resource_changes=rows)
    assert after(found, "aws_instance.a").attributes == {"instance_type": "m5.large"}
    assert coverage.complete


@pytest.mark.parametrize("version", ["2.0", "10.0", "x", 2, True, None])
def test_unknown_formats_are_named(tmp_path: Path, version: object) -> None:
    found, coverage = read(tmp_path, format_version=version)
    assert found == []
    assert len(coverage.failures) == 1


def test_a_document_is_read_in_any_order_with_unused_members_of_any_shape(tmp_path: Path) -> None:
    plan: dict[str, Any] = {
        "action_invocations": [{"address": "action.x.y", "lifecycle_action_trigger": {}}],
        "relevant_attributes": 5,
        "output_changes": {"o": None},
        "resource_changes": [row("aws_instance.a", "create", after={"root_block_device": [{"volume_size": 8.5}]})],
        "planned_values": {"root_module": {"resources": [{"address": "aws_instance.a", "type": "aws_instance"}]}},
        "terraform_version": "1.14.0",
        "format_version": "1.2",
    }
    path = tmp_path / "plan.json"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):  # PowerShell's > writes UTF-16
        path.write_bytes(("\r\n\t" + json.dumps(plan, indent=3) + "\n").encode(encoding))
        coverage = Coverage()
        found = list(read_changes(str(path), coverage))
        assert coverage.complete
        assert after(found, "aws_instance.a").attribute("root_block_device.volume_size") == Decimal("8.5")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"format_version": "1.2",}', "a key in quotes is missing"),
        ('{"format_version": "1.2" "x": 1}', ", is missing"),
        ('{"format_version" "1.2"}', ": is missing"),
        ('{"format_version": "1.2"', ", is missing"),
        ('{"format_version": "1.2"} {}', "more text after its end"),
        ('{"format_version": "1.2", "x": }', "Expecting value"),
        ('{"format_version": "1.2", "x": NaN}', "NaN is no JSON"),
        ('{"format_version": "1.2", "x": ' + "9" * 5000 + "}", "cannot be read"),
        ('{"format_version": "1.2", "x": ' + '{"a":' * 100_000 + "}", "cannot be read"),
        ("", "Expecting value"),
        ('"CANARY"', "holds no JSON object"),
    ],
)
def test_what_is_no_json_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    coverage = Coverage()
    assert list(read_changes(str(tmp_path / "plan.json"), coverage)) == []
    assert [message in each.message for each in coverage.failures] == [True]
    assert "CANARY" not in coverage.failures[0].message


def test_deferred_changes_are_counted_with_their_reasons(tmp_path: Path) -> None:
    big, small = {"instance_type": "p5.48xlarge"}, {"instance_type": "t3.micro"}
    found, coverage = read(
        tmp_path,
        complete=False,
        resource_changes=[row("aws_instance.sure", "create", after=small)],
        deferred_changes=[
            {"reason": "instance_count_unknown", "resource_change": row('aws_instance.many["*"]', "create", after=big)},
            {"reason": "absent_prereq", "resource_change": row("aws_instance.later", "create", after=big)},
            {
                "reason": "absent_prereq",
                "resource_change": row("aws_instance.grown", "update", before=small, after=big),
            },
            {"reason": "new one", "resource_change": row("aws_instance.gone", "delete", before=big)},
            {"reason": "absent_prereq", "resource_change": {**row("data.aws_ami.x", "read"), "mode": "data"}},
        ],
    )
    assert [each.message for each in coverage.failures] == [
        "the plan defers 4 changes to a later plan, so their cost is not known: 1 because how many there will be "
        "is not known, 2 because it waits for something that does not exist yet, "
        "1 because of a reason that it does not tell"
    ]
    standing = {each.after.address: each.after for each in found if each.after}
    assert {
        address: (resource.attributes["instance_type"], resource.multiplicity is not None)
        for address, resource in standing.items()
    } == {
        "aws_instance.sure": ("t3.micro", False),
        'aws_instance.many["*"]': ("p5.48xlarge", True),
        "aws_instance.later": ("p5.48xlarge", True),
        "aws_instance.grown": ("t3.micro", False),  # as long as its change waits, it costs what it did
        "aws_instance.gone": ("p5.48xlarge", False),
    }
    assert standing["aws_instance.later"].multiplicity == Unknown(
        "aws_instance.later waits for a later plan: it waits for something that does not exist yet",
        ("aws_instance.later",),
    )


def test_drift_is_told_apart(tmp_path: Path) -> None:
    same = {"instance_type": "t3.micro"}
    found, coverage = read(
        tmp_path,
        resource_changes=[row("aws_instance.a", "no-op", before=same, after=same)],
        resource_drift=[
            row("aws_instance.a", "update", before={"instance_type": "p5.48xlarge"}, after=same),
            row("aws_instance.b", "delete", before=same),
            row("aws_instance.moved", "no-op", before=same, after=same, previous_address="aws_instance.c"),
        ],
    )
    assert [(each.before is each.after, each.actions) for each in found] == [(True, ("no-op",))]
    assert coverage.complete
    (note,) = coverage.notes
    assert note.endswith(
        "outside Terraform, since its last run: 1 changed, 1 gone; that is no part of what this plan costs"
    )


def test_the_old_one_of_a_replacement_that_forgets_stays(tmp_path: Path) -> None:
    old, new = {"instance_type": "p5.48xlarge"}, {"instance_type": "t3.micro"}
    rows = [row("aws_instance.a", "create", "forget", before=old, after=new)]
    found, coverage = read(tmp_path, resource_changes=rows, configuration=AWS)
    assert [(each.before is each.after, each.actions) for each in found] == [
        (True, ("forget",)),
        (False, ("create", "forget")),
    ]
    assert after(found, "aws_instance.a (forgotten)").attributes == old
    assert after(found, "aws_instance.a").attributes == new
    assert len({each.after.id for each in found if each.after}) == 2
    assert "1 resource is forgotten" in coverage.notes[0]


def test_deposed_objects_are_counted(tmp_path: Path) -> None:
    rows = [
        row("aws_instance.a", "no-op", before={}, after={}),
        row("aws_instance.a", "delete", before={}, deposed="0123abcd"),
    ]
    found, coverage = read(tmp_path, resource_changes=rows)
    assert len(found) == 1
    assert coverage.notes[0].endswith("1 object that earlier replacements left behind (deposed) not judged")


def test_a_moved_and_an_imported_resource_are_one_each(tmp_path: Path) -> None:
    values = {"instance_type": "m5.large"}
    found, _ = read(
        tmp_path,
        resource_changes=[
            row("module.b.aws_instance.a", "no-op", before=values, after=values, previous_address="aws_instance.a"),
            row("aws_instance.i", "update", before=values, after={**values, "ami": "x"}, importing={"id": "i-1"}),
        ],
    )
    assert [(bool(each.before), bool(each.after)) for each in found] == [(True, True), (True, True)]
    assert [each.before.id == each.after.id for each in found if each.before and each.after] == [True, True]


def test_unknown_values_at_every_depth(tmp_path: Path) -> None:
    found, _ = read(
        tmp_path,
        resource_changes=[
            row(
                "x_thing.a",
                "create",
                after={
                    "list": ["a", None, {"k": 1}],
                    "block": [{"inner": [{"x": 1}]}],
                    "tags": {"a": "b"},
                    "null": None,
                },
                after_unknown={
                    "list": [False, True, {"k": False, "new": True}],
                    "block": [{"inner": [{"y": {"z": True}}, True]}],
                    "whole": True,
                    "null": {},
                    "other": [{"deep": True}],
                    "tags": {"c": True},
                    "nothing": {"a": False},
                },
            ),
            row("x_thing.b", "create", after=None, after_unknown=True),
        ],
    )

    def unknown(path: str) -> dict[str, str]:
        return {"$unknown": f"x_thing.a.{path} is known after apply"}

    assert to_json(after(found, "x_thing.a").attributes) == {
        "list": ["a", unknown("list[1]"), {"k": 1, "new": unknown("list[2].new")}],
        "block": [{"inner": [{"x": 1, "y": {"z": unknown("block[0].inner[0].y.z")}}, unknown("block[0].inner[1]")]}],
        "whole": unknown("whole"),
        "null": None,
        "other": [{"deep": unknown("other[0].deep")}],
        "tags": {"a": "b", "c": unknown("tags.c")},
    }
    whole = after(found, "x_thing.b")
    assert whole.attribute("tags") == Unknown("x_thing.b is known after apply", ("x_thing.b",))


def test_values_without_changes_may_wait_or_be_new(tmp_path: Path) -> None:
    """A cut plan: what an expression gives and the values lack is not known; what the prior state lacks is new."""
    listed = [
        {"address": name, "mode": "managed", "type": "aws_instance", "values": {"instance_type": "m5.large"}}
        for name in ("aws_instance.new", "aws_instance.old")
    ]
    expressions = {"subnet_id": {"references": ["aws_subnet.s.id", "aws_subnet.s"]}, "tags": {"references": ["var.t"]}}
    configured = [{"address": "aws_instance.new", "mode": "managed", "expressions": expressions}]
    found, _ = read(
        tmp_path,
        planned_values={"root_module": {"resources": listed}},
        prior_state={"values": {"root_module": {"resources": listed[1:]}}},
        configuration={"root_module": {"resources": configured}},
    )
    assert [(each.actions, each.before is each.after) for each in found] == [(("create",), False), (("no-op",), True)]
    new = after(found, "aws_instance.new")
    assert isinstance(new.attribute("subnet_id"), Unknown)
    assert isinstance(new.tags.look_up("Owner"), Unknown)


def test_relations_are_found_at_once_among_many(tmp_path: Path) -> None:
    """Each attachment names all instances, of which it uses the one of its own key, however odd that is."""
    keys = ["a", "b[0]", "c.d", 'q\\"', "x].y"]
    expressions = {"instance_id": {"references": ["aws_instance.i", "each.key"]}}
    resources: Any = [
        {"address": "aws_instance.i", "expressions": {}},
        {"address": "aws_volume_attachment.v", "expressions": expressions},
    ]
    call = {"module": {"resources": resources}}
    rows = [
        row(f'module.m["{outer}"].{name}["{key}"]', "create", after={})
        for outer in ("o", "p.q")
        for key in keys
        for name in ("aws_instance.i", "aws_volume_attachment.v")
    ]
    found, _ = read(tmp_path, resource_changes=rows, configuration={"root_module": {"module_calls": {"m": call}}})
    for outer in ("o", "p.q"):
        for key in keys:
            attachment = after(found, f'module.m["{outer}"].aws_volume_attachment.v["{key}"]')
            assert attachment.relations == {"instance_id": (f'module.m["{outer}"].aws_instance.i["{key}"]',)}


def test_effective_labels_of_a_state(tmp_path: Path) -> None:
    values = {"zone": "us-central1-a", "labels": {"a": "1"}, "effective_labels": {"a": "1", "b": "2"}}
    state: Any = {"resources": [{"address": "google_compute_instance.a", "mode": "managed", "values": values}]}
    state["resources"][0]["type"] = "google_compute_instance"
    found, _ = read(tmp_path, values={"root_module": state})
    tags = after(found, "google_compute_instance.a").tags.entries
    assert {key: (tag.value, tag.origin) for key, tag in tags.items()} == {
        "a": ("1", "own"),
        "b": ("2", "provider-default"),
    }


def test_a_provider_setting_is_only_what_the_plan_can_tell(tmp_path: Path) -> None:
    """The expression "eu-${var.part}" is recorded as naming var.part: its value is not the region."""
    settings: Any = {
        "region": {"references": ["var.part"]},
        "default_tags": [{"tags": {"references": ["var.owner"]}}],
    }
    found, _ = read(
        tmp_path,
        variables={"part": {"value": "west-x"}, "owner": {"value": "ml"}},
        configuration={
            "provider_config": {"aws": {"name": "aws", "expressions": settings}},
            "root_module": {"resources": [{"address": "aws_instance.a", "provider_config_key": "aws"}]},
        },
        resource_changes=[row("aws_instance.a", "create", after={"tags": None}, after_unknown={"tags_all": True})],
    )
    resource = after(found, "aws_instance.a")
    assert isinstance(resource.region, Unknown)
    assert isinstance(resource.tags.look_up("Owner"), Unknown)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            {"version": 3, "terraform_version": "0.11.14", "lineage": "x", "modules": []},
            "version 3 (Terraform 0.11.14)",
        ),
        ({"version": 5, "lineage": "x", "resources": []}, "version 5 is not known"),
        ({"serial": 1, "lineage": "x", "encrypted_data": "x"}, "encrypted"),
    ],
)
def test_states_that_cannot_be_read_are_named(tmp_path: Path, document: dict[str, Any], message: str) -> None:
    (tmp_path / "a.tfstate").write_text(json.dumps(document))
    coverage = Coverage()
    assert list(read_changes(str(tmp_path / "a.tfstate"), coverage)) == []
    assert [message in each.message for each in coverage.failures] == [True]


def test_a_raw_state_hides_by_path_and_loses_nothing(tmp_path: Path) -> None:
    def step(kind: str, value: object) -> dict[str, object]:
        return {"type": kind, "value": value}

    key = step("index", {"value": "pin", "type": "string"})
    instances = [
        {
            "index_key": 'a"${b}',
            "attributes": {
                "tags": {"pin": "CANARY1", "b": "shown"},
                "tags_all": {"pin": "CANARY1", "b": "shown", "c": "CANARY2"},
                "blocks": [{"pw": "CANARY2"}, {"pw": "x"}],
                "manifest": {"value": {"kind": "Pod"}, "type": ["object", {"kind": "string"}]},
            },
            "sensitive_attributes": [
                [step("get_attr", "tags"), key],
                [step("get_attr", "blocks"), step("index", {"value": 0, "type": "number"}), step("get_attr", "pw")],
            ],
        },
        {"index_key": "flat", "attributes_flat": {"tags.%": "1"}},
        {"index_key": "hidden", "attributes": {"a": "CANARY3"}, "sensitive_attributes": [5]},
    ]
    resource = {"mode": "managed", "type": "aws_instance", "name": "a", "instances": instances}
    state = {"version": 4, "lineage": "x", "resources": [resource]}
    path = tmp_path / "terraform.tfstate"
    path.write_text(json.dumps(state))
    coverage = Coverage()
    found = {each.after.address: each.after for each in read_changes(str(path), coverage) if each.after}
    assert list(found) == ['aws_instance.a["a\\"$${b}"]', 'aws_instance.a["flat"]', 'aws_instance.a["hidden"]']
    first, flat, hidden = found.values()
    assert first.tags.values()["b"] == "shown"
    assert isinstance(first.tags.values()["pin"], Unknown)
    assert isinstance(first.attributes["blocks"], Unknown)
    assert first.attributes["manifest"] == {"kind": "Pod"}
    assert isinstance(flat.tags.look_up("Owner"), Unknown)
    assert isinstance(hidden.attribute("a"), Unknown)
    assert "CANARY" not in repr([to_json(each.attributes) for each in found.values()])


def test_no_canary_comes_out_anywhere(tmp_path: Path) -> None:
    """Secrets by every road: marks of either side, tags and their merged copy, variables in provider blocks."""
    secret = {"instance_type": "p5.48xlarge", "tags": {"team": "CANARY-tag"}, "tags_all": {"team": "CANARY-tag"}}
    rows = [
        row(
            "aws_instance.marked",
            "update",
            before={**secret, "user": "CANARY-old", "copy": "CANARY-old"},
            after={**secret, "user": "CANARY-new", "tags_all": {"team": "CANARY-tag", "owner": "CANARY-variable/x"}},
            before_sensitive={},
            after_sensitive={"tags": {"team": True}, "user": True, "tags_all": {}},
        ),
        row(
            "aws_instance.sku",
            "create",
            after={"instance_type": "CANARY-sku", "tags": {"a": "CANARY-all"}, "tags_all": {"a": "CANARY-all"}},
            after_sensitive={"instance_type": True, "tags": True, "tags_all": {}},
        ),
        row("aws_instance.old", "create", after={"name": "x-CANARY-variable"}),
        row("aws_instance.whole", "create", after={"name": "CANARY-whole"}, after_sensitive=True),
    ]
    tags = {"references": ["var.tags"]}
    found, coverage = read(
        tmp_path,
        variables={"secret": {"value": "CANARY-variable"}, "tags": {"value": {"x": "CANARY-tags"}}},
        output_changes={"o": {"actions": ["create"], "after": "CANARY-output"}},
        configuration={
            "provider_config": {
                "aws": {
                    "name": "aws",
                    "expressions": {"region": {"references": ["var.secret"]}, "default_tags": [{"tags": tags}]},
                }
            },
            "root_module": {
                "resources": [{"address": each["address"], "provider_config_key": "aws"} for each in rows],
                "variables": {"secret": {"sensitive": True}, "tags": {"sensitive": True, "default": {"y": "CANARY-y"}}},
            },
        },
        prior_state={"values": {"outputs": {"o": {"value": "CANARY-prior"}}}},
        checks=[{"address": {"to_display": "check.a"}, "status": "fail", "instances": [{"problems": ["CANARY-p"]}]}],
        resource_changes=rows,
    )
    assert coverage.complete
    marked = after(found, "aws_instance.marked")
    assert marked.attributes["instance_type"] == "p5.48xlarge"
    assert set(marked.tags) == {"team", "owner"}
    assert after(found, "aws_instance.whole").attribute("name") == Unknown(
        "aws_instance.whole is sensitive", ("aws_instance.whole",)
    )
    for command in ("resources", "check"):
        for form in ("json", "text", "markdown", "sarif", "junit", "gitlab") if command == "check" else ("",):
            words = [sys.executable, "-m", "sumptuary", command, "plan.json", *(["--format", form] if form else [])]
            done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
            assert done.returncode in (0, 1), done.stderr
            assert "aws_instance.marked" in done.stdout
            assert "CANARY" not in done.stdout + done.stderr


WHOLE: dict[str, Any] = {
    "format_version": "1.2",
    "variables": {"v": {"value": "eu-west-1"}},
    "planned_values": {"root_module": {"child_modules": [{"resources": [{"address": "module.m.x_y.z"}]}]}},
    "prior_state": {"values": {"root_module": {"resources": [{"address": "module.m.x_y.z", "values": {"a": 1}}]}}},
    "resource_drift": [{"mode": "managed", "change": {"actions": ["update"]}}],
    "deferred_changes": [
        {"reason": "absent_prereq", "resource_change": row("aws_instance.l", "create", after={"a": 1})}
    ],
    "resource_changes": [
        row(
            'module.m["k"].aws_instance.a[0]',
            "delete",
            "create",
            before={"tags": {"a": "b"}, "ebs_block_device": [{"volume_size": 1}]},
            after={"tags": {"a": "b"}, "tags_all": {"a": "b", "c": "d"}, "root_block_device": [{"volume_size": 1}]},
            after_unknown={"root_block_device": [{"volume_id": True}], "arn": True},
            before_sensitive={"tags": {"a": True}},
            after_sensitive={"root_block_device": [{"volume_size": True}]},
        ),
        row("aws_instance.f", "forget", before={"instance_type": "m5.large"}, after_sensitive=False),
    ],
    "checks": [{"address": {"to_display": "check.a"}, "status": "fail"}],
    "configuration": {
        "provider_config": {
            "aws": {
                "name": "aws",
                "expressions": {
                    "region": {"references": ["var.v"]},
                    "default_tags": [{"tags": {"constant_value": {"a": "b"}}}],
                },
            }
        },
        "root_module": {
            "variables": {"v": {"sensitive": True}},
            "module_calls": {
                "m": {
                    "module": {
                        "resources": [
                            {
                                "address": "aws_instance.a",
                                "provider_config_key": "m:aws",
                                "expressions": {"subnet_id": {"references": ["aws_instance.f.id"]}},
                            }
                        ]
                    }
                }
            },
        },
    },
}
ODD: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    "",
    [],
    {},
    "x",
    1e9,
    [None],
    {"a": None},
    [[[]]],
    "module.a[",
    'm.x["',
    ".",
]


def slots(value: object) -> list[tuple[Any, Any]]:
    """Every place in a document that holds a value."""
    pairs: list[tuple[Any, Any]] = list(value.items()) if is_map(value) else []
    pairs += enumerate(value) if is_list(value) else []
    return [(value, key) for key, _ in pairs] + [slot for _, inner in pairs for slot in slots(inner)]


@pytest.mark.parametrize("number", range(len(slots(WHOLE))))
def test_a_value_of_the_wrong_shape_stops_nothing(tmp_path: Path, number: int) -> None:
    for odd in ODD:
        document = json.loads(json.dumps(WHOLE))
        holder, key = slots(document)[number]
        holder[key] = odd
        path = tmp_path / "plan.json"
        path.write_text(json.dumps(document))
        coverage = Coverage()
        for each in read_changes(str(path), coverage):
            for side in (each.before, each.after):
                if side is not None:
                    json.dumps(to_json(side.attributes))
        assert [each.message for each in coverage.failures if "please report" in each.message] == []


@pytest.mark.parametrize(("fetched", "line"), [(True, ".terraform/modules/gpu/main.tf:2"), (False, "main.tf:3")])
def test_a_finding_in_a_downloaded_module_stands_at_the_call(tmp_path: Path, fetched: bool, line: str) -> None:
    (tmp_path / ".git").mkdir()
    call = (
        'provider "aws" { region = "us-east-1" }\n\nmodule "gpu" {\n  source   = "acme/gpu/aws"\n  for_each = {}\n}\n'
    )
    (tmp_path / "main.tf").write_text(call)
    if fetched:
        modules = tmp_path / ".terraform" / "modules"
        (modules / "gpu").mkdir(parents=True)
        (modules / "modules.json").write_text('{"Modules":[{"Key":"gpu","Dir":".terraform/modules/gpu"}]}')
        (modules / "gpu" / "main.tf").write_text('\nresource "aws_instance" "x" {\n  instance_type = "m5.large"\n}\n')
    rows = [row('module.gpu["a.b"].aws_instance.x', "create", after={"instance_type": "m5.large", "tags": None})]
    read(tmp_path, resource_changes=rows)
    words = [sys.executable, "-m", "sumptuary", "check", "plan.json", "--format", "json"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    (violation,) = [each for each in json.loads(done.stdout)["violations"] if each["policy"] == "required-tags"]
    assert (violation["location"]["path"], violation["location"]["line"]) == ("main.tf", 3)
    related = [f"{each['path']}:{each['line']}" for each in violation["related_locations"]]
    assert related == ([line] if fetched else [])
