from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sumptuary.findings import Finding
from sumptuary.model import Compute, Resource
from sumptuary.money import Range
from sumptuary.policy.compiled import Policy
from sumptuary.policy.message import MAX_VALUE, RESOURCE_FIELDS, mistakes, render
from sumptuary.values import ABSENT, Unknown
from sumptuary.verdicts import Judgement, in_context

RESOURCE = Resource("i", 'module.a["x"].b.c', "compute.instance", "t", "aws", compute=Compute(sku="m5.large"))

CASES = [
    ("plain", {}, "plain"),
    ("{{ a }}-{{a}}", {"a": "x"}, "x-x"),
    ("{{ a.b.c }}", {"a": {"b": {"c": 3}}}, "3"),
    ("{{ a.1 }}", {"a": ["x", "y"]}, "y"),
    ("{{ a.b }}", {"a": {}}, "-"),
    ("{{ a }}", {"a": ABSENT}, "-"),
    ("{{ a }}", {"a": Unknown("why")}, "unknown"),
    ("{{ a.b }}", {"a": Unknown("why")}, "unknown"),
    ("{{ a }}", {"a": True}, "true"),
    ("{{ a }}", {"a": Decimal("12.500")}, "12.5"),
    ("{{ a }}", {"a": Decimal("1E+3")}, "1000"),
    ("{{ a }}", {"a": 0.25}, "0.25"),
    ("{{ a | join }}", {"a": ["x", "y"]}, "x, y"),
    ("{{ a | join }}", {"a": []}, "none"),
    ("{{ a }}", {"a": {"k": "v", "n": None}}, "k=v, n=-"),
    ("{{ a | size }}", {"a": ["x", "y"]}, "2"),
    ("{{ a | size }}", {"a": 3}, "-"),
    ("{{ a | money }}", {"a": Decimal("1234.567")}, "$1,235"),
    ("{{ a | money }}", {"a": "12.345"}, "$12.34"),
    ("{{ a | money }}", {"a": -5}, "-$5.00"),
    ("{{ a | money }}", {"a": Range.of("99.999")}, "$100.00"),
    ("{{ a | money }}", {"a": "not a number"}, "not a number"),
    ("{{ a | money }}", {"a": None}, "-"),
    ("{{ a | money }}", {"a": Unknown("why")}, "unknown"),
    ("{{ a | money }}", {"a": Decimal("NaN")}, "-"),
    ("{{ r.address }} {{ r.compute.sku }}", {"r": RESOURCE}, 'module.a["x"].b.c m5.large'),
    ("{{ r.attribute }}{{ r.__class__ }}{{ r._x }}{{ r.none }}", {"r": RESOURCE}, "----"),
    ("{{ a }}", {"a": "one\ntwo\x1b[31m\x00"}, "one two [31m "),
    ("{{ a }}", {"a": "a\u202eb\u2066c\ufeff"}, "abc"),
    ("{{ a }}", {"a": "x\ud800y"}, "x?y"),
    ("{{ a }}", {"a": "{{ b }}", "b": "no"}, "{{ b }}"),
]


@pytest.mark.parametrize(("template", "fields", "expected"), CASES)
def test_a_message(template: str, fields: dict[str, object], expected: str) -> None:
    assert render(template, fields) == expected


def test_the_fields_of_a_resource_are_those_that_a_finding_gives() -> None:
    law = Policy("p", "1.0.0", "T", "low", "c", "@x", "d", "r", "m:R", {}, ("compute.instance",))
    law.message = "|".join(f"{{{{ resource.{name} }}}}" for name in RESOURCE_FIELDS)
    resource = replace(RESOURCE, region="eu", environment="dev", team="ml", tag_attribute="tags")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    violation = in_context(Judgement(law, resource, Finding("because"), "audit"), None, "ci", now, "", 0)
    assert violation.message == 'module.a["x"].b.c|compute.instance|t|aws|eu|dev|ml|m5.large|tags'


def test_a_long_value_is_cut() -> None:
    assert len(render("{{ a }}", {"a": "x" * 10_000})) == MAX_VALUE


@given(st.text(max_size=60), st.dictionaries(st.sampled_from("abc"), st.text(max_size=20)))
def test_no_template_and_no_value_makes_it_fail(template: str, fields: dict[str, str]) -> None:
    render(template, dict(fields))
    shown = render("{{ a }}", dict(fields))
    assert shown.isprintable() or any(character.isspace() or ord(character) > 127 for character in shown)


def test_a_rule_that_names_its_facts_has_them_checked() -> None:
    assert mistakes("{{ reason }} {{ missing | join }}", parameters=[], facts=("missing",)) == []
    (text,) = mistakes("{{ mising }}", parameters=[], facts=("missing",))
    assert text == "{{ mising }} names nothing; did you mean 'missing'?"
    assert mistakes("{{ mising }}", parameters=[], facts=None) == []
    (text,) = mistakes("{{ resource.attributes.type }}", parameters=[], facts=())
    assert text.startswith("{{ resource.attributes.type }} names nothing; of a resource, a message has address, kind,")
