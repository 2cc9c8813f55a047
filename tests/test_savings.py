"""The savings arithmetic: the worked example, and the promises that hold for any mix of findings."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sumptuary.findings import Lever, PriceUse
from sumptuary.model import Compute, Lifetime, Resource
from sumptuary.money import HOURS_PER_MONTH, Range
from sumptuary.pricing import price_resource
from sumptuary.savings import Claim, combine
from sumptuary.values import Unknown


class PriceList:
    """A catalogue of a few SKUs, for arithmetic only."""

    def __init__(self, prices: dict[tuple[str, str], Range]) -> None:
        self.prices = prices

    def price(self, provider: str, sku: str, region: str, option: str = "on-demand") -> PriceUse | None:
        found = self.prices.get((sku, option))
        return None if found is None else PriceUse(sku, region, option, found, "hour", "test", "2026-11-01", "exact")

    def why_unknown(self, provider: str, sku: str, region: str, option: str = "on-demand") -> str:
        return f"no {option} price of {sku}"


WORKED = PriceList(
    {("ml.p4d.24xlarge", "on-demand"): Range.of("25.2512883"), ("ml.g5.12xlarge", "on-demand"): Range.of("7.09")}
)


def machine(sku: str = "big", **compute: object) -> Resource:
    return Resource(
        id="aws_instance.a", address="aws_instance.a", kind="compute.instance", type="aws_instance", provider="aws",
        region="us-east-1", compute=Compute(sku=sku, **compute),
    )  # fmt: skip


def test_worked_example_of_the_rule_catalogue() -> None:
    night = Claim("schedule", (Lever("hours", Range.of(HOURS_PER_MONTH * 60 / 168)),))
    smaller = Claim("sku", (Lever("sku", target="ml.g5.12xlarge"),))
    one, two = combine(machine("ml.p4d.24xlarge"), [night, smaller], WORKED)
    assert one.saving is not None
    assert two.saving is not None
    assert one.saving.standalone.expected == Decimal("11850.07")
    assert two.saving.standalone.expected == Decimal("13257.74")
    assert one.saving.attributed.expected + two.saving.attributed.expected == Decimal("16584.98")
    assert abs(one.saving.attributed.expected - Decimal("7588.65")) <= Decimal("0.01")
    assert abs(two.saving.attributed.expected - Decimal("8996.32")) <= Decimal("0.01")


def test_elimination_supersedes_the_rest() -> None:
    gone = Claim("gone", (Lever("eliminate"),))
    smaller = Claim("smaller", (Lever("sku", target="ml.g5.12xlarge"),))
    first, second = combine(machine("ml.p4d.24xlarge"), [gone, smaller], WORKED)
    assert first.saving is not None
    assert second.saving is not None
    assert first.saving.attributed == first.saving.standalone
    assert second.saving.attributed == Range.of("0.00")
    assert second.saving.standalone.expected > 0


def test_an_unknown_price_gives_no_saving_and_says_why() -> None:
    (verdict,) = combine(machine("ml.p4d.24xlarge"), [Claim("a", (Lever("sku", target="none"),))], WORKED)
    assert verdict.saving is None
    assert verdict.reason == "no on-demand price of none"


def test_rework_lowers_a_spot_saving_as_the_formula_says() -> None:
    prices = PriceList({("big", "on-demand"): Range.of(10), ("big", "spot"): Range.of("3.5")})
    claim = Claim("spot", (Lever("rate", target="spot", rework=Range.of("0.025")),))
    (verdict,) = combine(machine(), [claim], prices)
    assert verdict.saving is not None
    net = Decimal("0.65") - Decimal("0.35") * Decimal("0.025")  # d - (1 - d) r
    assert verdict.saving.standalone.expected == (10 * HOURS_PER_MONTH * net).quantize(Decimal("0.01"))


def test_a_share_of_the_hours_at_another_rate() -> None:
    prices = PriceList({("big", "on-demand"): Range.of(10), ("big", "commit-1y"): Range.of(6)})
    claim = Claim("commit", (Lever("rate", target="commit-1y", share=Decimal("0.4")),))
    (verdict,) = combine(machine(), [claim], prices)
    assert verdict.saving is not None
    assert verdict.saving.standalone.expected == Decimal("1168.00")  # 730 h x 0.4 x (10 - 6)


def test_a_declared_lifetime_caps_the_cost() -> None:
    resource = machine()
    resource.lifetime = Lifetime(ttl="24h")
    cost, _ = price_resource(resource, PriceList({("big", "on-demand"): Range.of(10)}))
    assert cost.monthly == Range.of(240)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sku": Unknown("var.type has no value")}, "var.type has no value"),
        ({"minimum": Unknown("var.n has no value")}, "var.n has no value"),
        ({"purchase_option": Unknown("var.spot has no value")}, "var.spot has no value"),
        ({"sku": "unheard-of"}, "no on-demand price"),
    ],
)
def test_what_is_not_known_is_unpriced_not_free(change: dict[str, object], words: str) -> None:
    resource = machine()
    assert resource.compute is not None
    for name, value in change.items():
        setattr(resource.compute, name, value)
    cost, _ = price_resource(resource, PriceList({("big", "on-demand"): Range.of(10)}))
    assert cost.monthly is None
    assert words in cost.unpriced


amounts = st.decimals(min_value=0, max_value=800, places=2)
ranges = st.lists(amounts, min_size=3, max_size=3).map(lambda values: Range(*sorted(values)))
skus = ("big", "small", "tiny")
levers = st.one_of(
    st.builds(Lever, st.just("eliminate"), st.none() | ranges),
    st.builds(Lever, st.just("hours"), ranges),
    st.builds(Lever, st.just("quantity"), ranges),
    st.builds(lambda sku: Lever("sku", target=sku), st.sampled_from((*skus, "unheard-of"))),
    st.builds(
        lambda option, rework, share: Lever("rate", target=option, rework=rework, share=share),
        st.sampled_from(("spot", "commit-1y")),
        st.none() | ranges.map(lambda figure: figure * Decimal("0.001")),
        st.decimals(min_value=0, max_value=1, places=2),
    ),
)
claims = st.lists(st.lists(levers, min_size=1, max_size=2, unique_by=lambda lever: lever.stage), max_size=4).map(
    lambda groups: [Claim(f"rule-{index}", tuple(group)) for index, group in enumerate(groups)]
)
unit_prices = st.decimals(min_value="0.01", max_value=100, places=3)


@st.composite
def price_lists(draw: st.DrawFn) -> PriceList:
    prices: dict[tuple[str, str], Range] = {}
    for sku in skus:
        prices[(sku, "on-demand")] = Range.of(draw(unit_prices))
        if draw(st.booleans()):
            prices[(sku, "spot")] = Range(*sorted(draw(unit_prices) for _ in range(3)))
        if draw(st.booleans()):
            prices[(sku, "commit-1y")] = Range.of(draw(unit_prices))
    return PriceList(prices)


@given(claims, price_lists(), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_promises(made: list[Claim], prices: PriceList, low: int, more: int, most: int) -> None:
    resource = machine(minimum=low, desired=low + more, maximum=low + more + most)
    cost, _ = price_resource(resource, prices)
    assert cost.monthly is not None
    verdicts = combine(resource, made, prices)
    savings = [verdict.saving for verdict in verdicts if verdict.saving is not None]
    for saving in savings:
        assert 0 <= saving.standalone.low <= saving.standalone.expected <= saving.standalone.high
        assert saving.standalone.high <= cost.monthly.quantised().high
    for scenario in range(3):
        attributed = sum((saving.attributed.points()[scenario] for saving in savings), Decimal(0))
        assert 0 <= attributed <= cost.monthly.quantised().points()[scenario]
        alone = [saving.standalone.points()[scenario] for saving in savings]
        assert attributed >= max(alone, default=Decimal(0))


@given(claims.filter(lambda made: len(made) <= 3), price_lists())
def test_order_does_not_matter_and_another_rule_never_lowers_the_total(made: list[Claim], prices: PriceList) -> None:
    resource = machine(minimum=1, desired=2, maximum=3)

    def total(some: list[Claim]) -> Decimal:
        verdicts = combine(resource, some, prices)
        return sum((one.saving.attributed.expected for one in verdicts if one.saving is not None), Decimal(0))

    totals = {total(list(order)) for order in permutations(made)}
    assert len(totals) == 1
    if made:
        assert total(made[:-1]) <= total(made)
