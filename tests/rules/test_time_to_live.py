"""The rule time-to-live: what counts as an end, to the second, and what ending it saves."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from rules.estate import context, resources
from sumptuary.coverage import Coverage
from sumptuary.evaluate import price_estate
from sumptuary.rule import Finding, Passed, Skipped, Undecided, load_parameters
from sumptuary.savings import Claim, combine
from sumptuary_rules.moments import moment
from sumptuary_rules.time_to_live import TimeToLive, TimeToLiveParameters

DEV = {"kind": "compute.instance", "sku": "m5.xlarge", "environment": "dev"}
NOW = datetime.fromisoformat("2026-11-21T12:00:00+00:00")


def judge(given: dict[str, Any], **parameters: Any) -> Any:
    found = resources(DEV | given)
    rule = TimeToLive(load_parameters(TimeToLiveParameters, parameters))
    return rule.judge(found[0], context(found, now=NOW))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"ttl": "24h"}, Passed),
        ({"ttl": "86400s"}, Passed),
        ({"ttl": "1d"}, Passed),
        ({"ttl": "90m"}, Passed),
        ({"ttl": "1d1s"}, Finding),
        ({"ttl": "21d"}, Finding),
        ({"ttl": "24"}, Finding),
        ({"ttl": "0"}, Finding),
        ({"ttl": "0d"}, Finding),
        ({"ttl": "-1d"}, Finding),
        ({"ttl": "never"}, Finding),
        ({"ttl": "²h"}, Finding),
        ({"ttl": ""}, Finding),
        ({"ttl": "99999999999999999999d"}, Finding),
        ({"expires-at": "2026-11-22T14:00:00Z"}, Passed),
        ({"expires-at": "2026-11-22T14:00:01Z"}, Finding),
        ({"expires-at": "2026-11-21T10:00:00Z"}, Passed),
        ({"expires-at": "2026-11-21T09:59:59Z"}, Finding),
        ({"expires-at": "2026-11-21T12:30:00+02:30"}, Passed),
        ({"expires-at": "2026-11-21T12:29:00+02:30"}, Finding),
        ({"expires-at": "2026-11-21"}, Passed),
        ({"expires-at": "2026-11-20"}, Finding),
        ({"expires-at": "tomorrow"}, Finding),
        ({"expires-at": "9999-12-31"}, Finding),
        ({"expires-at": "9999-12-31T23:59:59-12:00"}, Finding),
        ({"expires-at": "0001-01-01T00:00:00+12:00"}, Finding),
        ({"expires-at": "2026-13-45"}, Finding),
        ({"ttl": "24h", "expires-at": "2026-11-01"}, Finding),
        ({"expires-at": "2026-11-22"}, Finding),
        ({"Expires_At": "2026-11-21"}, Passed),
    ],
    ids=str,
)
def test_ends_to_the_second_with_two_hours_grace(tags: dict[str, str], expected: type) -> None:
    outcome = judge({"tags": tags}, grace="2h")
    assert isinstance(outcome, expected), outcome


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"lifetime": {"deadline_seconds": 86400}}, Passed),
        ({"lifetime": {"deadline_seconds": 86401}}, Finding),
        ({"lifetime": {"deadline_seconds": {"$unknown": "x"}}}, Undecided),
        ({"lifetime": {"deadline_seconds": {"$unknown": "x"}}, "tags": {"ttl": "2h"}}, Passed),
        ({"attributes": {"activeDeadlineSeconds": 60}}, Passed),
        ({"attributes": {"activeDeadlineSeconds": {"$unknown": "x"}}}, Undecided),
        ({"tags": {"$unknown": "var.tags"}}, Undecided),
        ({"tags": {"ttl": "2h", "$unknown": "var.tags"}}, Passed),
        ({"tags": {"ttl": "21d", "$unknown": "var.tags"}}, Finding),
        ({"environment": None}, Finding),
        ({"environment": None, "kind": "database.instance"}, Skipped),
        ({"environment": None, "kind": "ml.notebook"}, Finding),
    ],
    ids=str,
)
def test_limits_of_the_platform_and_what_is_not_known(given: dict[str, Any], expected: type) -> None:
    outcome = judge(given)
    assert isinstance(outcome, expected), outcome


def test_a_limit_of_the_platform_may_lie_in_the_manifest() -> None:
    annotated = {"kind": "k8s.workload", "attributes": {"metadata": {"annotations": {"janitor/ttl": "8h"}}}}
    assert isinstance(judge(annotated), Passed)


def test_only_the_sources_of_the_policy_count() -> None:
    assert isinstance(judge({"tags": {"ttl": "2h"}}, sources=["tag:expires-at"]), Finding)


def test_the_saving_is_what_a_month_has_beyond_the_limit_and_perhaps_nothing() -> None:
    (resource,) = resources(DEV)
    catalogue = context().catalogue
    price_estate([resource], catalogue, Coverage())
    outcome = judge({})
    (verdict,) = combine(resource, [Claim("ttl", outcome.levers)], catalogue)
    assert verdict.saving is not None
    saved = verdict.saving.standalone
    assert saved.low == 0
    assert saved.expected == saved.high == round(Decimal("0.192") * (730 - 24), 2)


def test_what_has_expired_saves_all_of_its_cost() -> None:
    outcome = judge({"tags": {"expires-at": "2026-01-01"}})
    assert [(lever.stage, lever.amount) for lever in outcome.levers] == [("eliminate", None)]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"max_ttl": "soon"}, "max_ttl"),
        ({"grace": "a bit"}, "grace"),
        ({"sources": ["ttl"]}, "sources"),
        ({"sources": ["tag:"]}, "sources"),
    ],
)
def test_parameters_that_cannot_be_are_refused(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        load_parameters(TimeToLiveParameters, parameters)


@pytest.mark.parametrize("text", ["", "soon", "2026", "20261", "2026-02-30", "12:00", "2026-11-21T25:00"])
def test_what_is_no_moment_is_none(text: str) -> None:
    assert moment(text) is None


def test_a_date_holds_to_its_end() -> None:
    assert moment("2026-11-21") == datetime.fromisoformat("2026-11-22T00:00:00+00:00")
    assert moment("2026-11-21t10:00z") == datetime.fromisoformat("2026-11-21T10:00:00+00:00")
