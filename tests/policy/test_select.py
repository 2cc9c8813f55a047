from __future__ import annotations

import pytest

from sumptuary.model import Resource, Tag, Tags, Workload
from sumptuary.policy.compiled import Policy
from sumptuary.policy.select import Selector
from sumptuary.values import Unknown

LATER = Unknown("var.x has no value", ("var.x",))


def policy(**fields: object) -> Policy:
    kinds = fields.pop("kinds", ("storage.volume",))
    given = dict.fromkeys(("id", "version", "title", "severity", "category", "owner", "description", "rule"), "x")
    return Policy(**given, rule_class="", parameters={}, kinds=kinds, **fields)  # type: ignore[arg-type]


def volume(**fields: object) -> Resource:
    return Resource("i", "a.b", "storage.volume", "aws_ebs_volume", "aws", "terraform", **fields)  # type: ignore[arg-type]


def tagged(rest: Unknown | None = None, **tags: str | Unknown) -> Tags:
    return Tags({key: Tag(value) for key, value in tags.items()}, rest)


CASES = [
    ({}, {}, True),
    ({"kinds": ("compute.instance",)}, {}, False),
    ({"types": ("aws_*",)}, {}, True),
    ({"types": ("aws_ebs_volume",)}, {}, True),
    ({"types": ("google_*", "aws_e?s_*")}, {}, True),
    ({"types": ("google_*",)}, {}, False),
    ({"providers": ("gcp",)}, {}, False),
    ({"sources": ("plan",)}, {}, False),
    ({"sources": ("plan", "terraform")}, {}, True),
    ({"environments": ("production",)}, {"environment": "Production"}, True),
    ({"environments": ("production",)}, {}, False),
    ({"environments": ("!production",)}, {}, True),
    ({"environments": ("!production",)}, {"environment": "production"}, False),
    ({"environments": ("!prod*",)}, {"environment": "prod-eu"}, False),
    ({"environments": ("*", "!production")}, {"environment": "dev"}, True),
    ({"environments": ("*", "!production")}, {}, False),
    ({"environments": ("!production",)}, {"environment": LATER}, LATER),
    ({"environments": ("!production",), "types": ("google_*",)}, {"environment": LATER}, False),
    ({"purposes": ("inference",)}, {"workload": Workload("inference")}, True),
    ({"purposes": ("inference",)}, {"workload": Workload("training")}, False),
    ({"purposes": ("inference",)}, {}, False),
    ({"purposes": ("inference",)}, {"workload": Workload(LATER)}, LATER),
    ({"purposes": ("inference",), "environments": ("dev",)}, {"workload": Workload(LATER), "environment": "x"}, False),
    ({"tags": {"team": "*"}}, {"tags": tagged(team="a")}, True),
    ({"tags": {"team": "ml-*"}}, {"tags": tagged(team="web")}, False),
    ({"tags": {"team": "*"}}, {"tags": tagged()}, False),
    ({"tags": {"team": "*"}}, {"tags": tagged(LATER)}, LATER),
    ({"tags": {"team": "a"}}, {"tags": tagged(team=LATER)}, LATER),
    ({"tags": {"team": "a"}}, {"tags": tagged(LATER, team="a")}, True),
    ({"tags": {"team": None}}, {"tags": tagged()}, True),
    ({"tags": {"team": None}}, {"tags": tagged(team=LATER)}, False),
    ({"tags": {"team": None}}, {"tags": tagged(LATER)}, LATER),
    ({"where": "resource.region == 'eu'"}, {"region": "eu"}, True),
    ({"where": "resource.region == 'eu'"}, {"region": LATER}, LATER),
    ({"where": "resource.region == 'eu'", "environments": ("dev",)}, {"region": "us", "environment": LATER}, False),
    ({"where": "resource.region == 'eu'", "environments": ("dev",)}, {"region": "eu", "environment": LATER}, LATER),
    ({"where": "resource.region == 'eu'", "environments": ("dev",)}, {"region": LATER, "environment": "x"}, False),
]


@pytest.mark.parametrize(("selection", "resource", "expected"), CASES)
def test_a_selection(selection: dict[str, object], resource: dict[str, object], expected: bool | Unknown) -> None:
    found = Selector(policy(**selection)).matches(volume(**resource))
    if isinstance(expected, Unknown):
        assert found == expected
    else:
        assert found is expected


def test_the_stage_is_what_a_condition_sees() -> None:
    law = policy(where="stage == 'pre-commit'")
    assert Selector(law, "pre-commit").matches(volume()) is True
    assert Selector(law, "ci").matches(volume()) is False
