"""Reports in another currency: each figure converted once, whatever it is, and the report itself left alone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reports import change, sample
from sumptuary.money import Range
from sumptuary.report import Exchange, Report
from sumptuary.reports import Style, render
from sumptuary.reports.exchange import remark, shown

RATE = Decimal("0.123456789")
EUROS = Exchange("EUR", RATE, date(2026, 11, 20), "treasury")


def report() -> Report:
    found = change.report()
    assert found.comparison is not None
    comparison = replace(found.comparison, change=Range.between(Decimal(-300), Decimal(-200), Decimal(-100)))
    return replace(found, comparison=comparison, currency=EUROS)


def test_every_figure_is_the_exact_one_times_the_rate_rounded_once() -> None:
    before, after = report(), json.loads(render("json", report(), Style()))
    assert before.comparison is not None
    cents = Decimal("0.01")
    pairs = [
        (before.summary.savings.expected, after["summary"]["monthly_savings"]["expected"]),
        (before.comparison.spend.monthly.low, after["comparison"]["monthly_cost_before"]["low"]),  # type: ignore[union-attr]
        (Decimal(-300), after["comparison"]["monthly_cost_change"]["low"]),
        (Decimal(-100), after["comparison"]["monthly_cost_change"]["high"]),
    ]
    for exact, said in pairs:
        assert Decimal(said) == (exact * RATE).quantize(cents)
    assert after["comparison"]["monthly_cost_change"]["currency"] == "EUR"


def test_the_report_itself_stays_in_dollars() -> None:
    before = report()
    spend, saved = before.summary.spend, [one.saving for one in before.violations]
    shown(before)
    assert before.summary.spend is spend
    assert spend.currency == "USD"
    assert [one.saving for one in before.violations] == saved


def test_a_report_in_dollars_is_the_same_one() -> None:
    plain = sample.report()
    assert shown(plain) is plain


def test_what_is_not_known_stays_so() -> None:
    found = sample.report(spend=replace(sample.report().summary.spend, monthly=None))
    found.currency = EUROS
    said = json.loads(render("json", found, Style()))["summary"]["monthly_cost"]
    assert (said["expected"], said["currency"]) == (None, "EUR")


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 20), "as of 2026-11-20 (treasury)"),
        (date(2026, 10, 1), "as of 2026-10-01, 51 days ago (treasury)"),
        (date(2027, 1, 1), "as of 2027-01-01, a day to come (treasury)"),
    ],
)
def test_a_rate_is_told_with_its_age(day: date, said: str) -> None:
    assert said in remark(replace(EUROS, as_of=day), sample.NOW)
