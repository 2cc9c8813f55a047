"""The JSON report keeps to its published schema, in what it must hold and in what it may hold."""

from __future__ import annotations

import copy
import json
from importlib.resources import files

import jsonschema
import pytest

from reports import sample
from sumptuary.reports import Style, render

SCHEMA = json.loads((files("sumptuary.reports") / "report.v1.schema.json").read_text(encoding="utf-8"))


def closed(schema: object) -> object:
    """The schema with no further fields allowed, so that one that nobody published is noticed."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(item) for key, item in schema.items()}
    if "properties" in found and "required" in found:
        found.setdefault("additionalProperties", False)
    return found


def written(**options: object) -> dict[str, object]:
    document = json.loads(render("json", sample.report(**options), Style()))  # type: ignore[arg-type]
    assert isinstance(document, dict)
    return document


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "options", [{}, {"violations": []}, {"spend": sample.Spend()}], ids=["all", "none", "no-prices"]
)
def test_a_report_has_all_that_is_published_and_nothing_else(options: dict[str, object]) -> None:
    document = written(**options)
    jsonschema.Draft202012Validator(closed(SCHEMA)).validate(document)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("violations", 0, "status"), "failed"),
        (("summary", "monthly_savings", "low"), 12.5),
        (("summary", "monthly_savings", "low"), "12.5"),
        (("coverage", "files", "failed", 0, "line"), 0),
        (("violations", 2, "reason"), None),
    ],
)
def test_the_schema_refuses_what_it_should(path: tuple[str | int, ...], value: object) -> None:
    document = copy.deepcopy(written())
    assert document["violations"][2]["status"] == "unknown"
    inner: object = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_an_unknown_price_is_null_never_zero() -> None:
    document = written(spend=sample.Spend(unpriced=3))
    cost = document["summary"]["monthly_cost"]  # type: ignore[index,call-overload]
    assert cost == {"low": None, "expected": None, "high": None, "currency": "USD", "priced": 0, "unpriced": 3}


def test_money_is_strings_with_cents_and_unknown_values_say_why() -> None:
    document = written()
    paid = next(one for one in document["violations"] if one["savings"])  # type: ignore[attr-defined]
    assert paid["savings"]["standalone"] == {"low": "15000.00", "expected": "15440.55", "high": "16000.00"}
    assert paid["savings"]["prices"][0]["unit_price"] == "21.957642"
    assert paid["resource"]["tags"] == {"team": "ml", "$unknown": "var.tags has no value"}


def test_what_has_no_file_has_a_uri() -> None:
    last = written()["violations"][-1]
    assert last["location"] == {"uri": "arn:aws:ec2:us-east-1:123456789012:instance/i-1"}


def test_order_does_not_depend_on_the_order_found() -> None:
    found = sample.everything()
    forwards = render("json", sample.report(violations=found), Style())
    assert render("json", sample.report(violations=found[::-1]), Style()) == forwards


def test_hostile_strings_stay_escaped() -> None:
    hostile = sample.violation(sample.resource("aws_instance.\x1b[31m", "\udcff.tf"))
    text = render("json", sample.report(violations=[hostile]), Style())
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text)["violations"][0]["location"]["path"] == "\udcff.tf"
