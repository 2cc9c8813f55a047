"""The common model as lines of JSON: complete, ordered, and without what is nobody's business."""

from __future__ import annotations

import json

import pytest

from reports import sample
from sumptuary.model import Accelerators, Compute, Cost, Origin, Resource, Tag, Tags
from sumptuary.money import Range
from sumptuary.reports import inventory
from sumptuary.reports.withholding import WITHHELD
from sumptuary.values import PartialMap, Unknown

WANTED = [
    "address",
    "kind",
    "type",
    "provider",
    "account",
    "region",
    "tags",
    "tag_origins",
    "environment",
    "attributes",
    "location",
    "facets",
    "id",
    "source",
    "host_provider",
    "zone",
    "team",
    "taggable",
    "tag_attribute",
    "root",
    "uri",
    "relations",
    "calls",
    "places",
    "written",
    "tag_places",
    "depends_on",
]


def rows(*resources: Resource) -> list[dict[str, object]]:
    return [json.loads(line) for line in inventory.render(resources)]


def test_a_line_has_what_the_design_says() -> None:
    (row,) = rows(sample.resource())
    assert list(row) == WANTED
    assert row["location"] == {"path": "training/main.tf", "line": 14, "end_line": 20}


def test_unknown_values_say_why() -> None:
    about = sample.resource()
    about.tags = Tags(
        {"team": Tag("ml"), "env": Tag(Unknown("var.env has no value"), "provider-default")}, Unknown("rest")
    )
    about.attributes = {"instance_type": Unknown("var.type has no value"), "block": PartialMap({"a": 1}, Unknown("w"))}
    about.region = Unknown("var.region has no value")
    (row,) = rows(about)
    assert row["tags"] == {"team": "ml", "env": {"$unknown": "var.env has no value"}, "$unknown": "rest"}
    assert row["tag_origins"] == {"team": "own", "env": "provider-default"}
    assert row["region"] == {"$unknown": "var.region has no value"}
    assert row["attributes"] == {
        "instance_type": {"$unknown": "var.type has no value"},
        "block": {"a": 1, "$unknown": "w"},
    }


def test_facets_are_maps_of_their_fields() -> None:
    about = sample.resource()
    about.compute = Compute(sku="p4d.24xlarge", desired=2, accelerators=Accelerators("A100-SXM4-40GB", 8, 40.0))
    about.cost = Cost(Range.of("32000.5"))
    about.multiplicity = Unknown("var.n has no value")
    facets = rows(about)[0]["facets"]
    assert isinstance(facets, dict)
    assert facets["compute"]["accelerators"] == {
        "model": "A100-SXM4-40GB",
        "count": 8,
        "memory_gib": 40.0,
        "fraction": 1.0,
    }
    assert facets["cost"]["monthly"] == {"low": "32000.50", "expected": "32000.50", "high": "32000.50"}
    assert facets["multiplicity"] == {"$unknown": "var.n has no value"}
    assert "storage" not in facets


def test_order_is_by_place_and_address_whatever_order_was_read() -> None:
    one, two = sample.resource("aws_instance.b", "a.tf", 9), sample.resource("aws_instance.a", "a.tf", 10)
    three = sample.resource("aws_instance.c", "b.tf", 1)
    live = Resource(id="arn", address="i-1", kind="compute.instance", type="instance", provider="aws", origin=Origin())
    found = [row["address"] for row in rows(three, two, live, one)]
    assert found == ["i-1", "aws_instance.b", "aws_instance.a", "aws_instance.c"]


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("user_data", "#!/bin/sh", False),
        ("user_data_base64", "IyEv", False),
        ("password", "hunter2", False),
        ("master_password", "hunter2", False),
        ("auth_token", "x", False),
        ("container_definitions", "[]", False),
        ("environment_variables", {"A": "b"}, False),
        ("variables", {"A": "b"}, False),
        ("client_secret", "x", False),
        ("secret_arn", "arn:aws:secretsmanager:x", True),
        ("password_length", 12, True),
        ("manage_master_user_password", True, True),
        ("password", None, True),
        ("instance_type", "t3.micro", True),
        ("key_name", "ssh", True),
    ],
)
def test_what_is_withheld(name: str, value: object, shown: bool) -> None:
    about = sample.resource()
    about.attributes = {name: value, "nested": [{"deeper": {name: value}}]}
    (row,) = rows(about)
    wanted = value if shown else WITHHELD
    assert row["attributes"] == {name: wanted, "nested": [{"deeper": {name: wanted}}]}


def test_why_a_private_value_is_unknown_may_be_said() -> None:
    about = sample.resource()
    about.attributes = {"password": Unknown("var.password has no value")}
    assert rows(about)[0]["attributes"] == {"password": {"$unknown": "var.password has no value"}}
