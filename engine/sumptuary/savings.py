"""Savings: findings as transformations of a cost state, combined so that nothing saves more than it costs.

A finding's levers change what is run: none of it, fewer hours, fewer units, another SKU, another region, another rate.
Levers of one stage are alternatives (the better one counts, not the sum); stages compound in the order of ``LEVERS``.
Each finding is told what it saves *alone* and which share of the *combined* saving is its own (its Shapley value, so
that the order of the rules does not matter); shares add up to the combined saving to the cent.

Low, expected and high are three scenarios: the low one has the fewest units, the most hours left and the dearest new
price, the high one the reverse, so that ``low <= expected <= high`` holds throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from math import factorial

from sumptuary.findings import LEVERS, Lever, PriceUse, Saving
from sumptuary.model import Resource
from sumptuary.money import CENT, NOTHING, ZERO, Range, to_cents
from sumptuary.pricing import Part, Unpriced, main_part, price_part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.rule import Catalogue

SCENARIOS = (0, 1, 2)
SHAPLEY_LIMIT = 7
"""Findings on one resource up to which shares are exact; above it the weakest ones get none (2^n subsets)."""


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Claim:
    """The levers that one finding would pull on one resource. ``key`` orders ties and names the finding."""

    key: str
    levers: tuple[Lever, ...]
    confidence: str = "high"


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Verdict:
    """What a claim comes to: its saving, or why there is no figure."""

    saving: Saving | None
    reason: str = ""


Known = dict[tuple[object, ...], "list[Verdict]"]
"""Verdicts by what they depend on: the machines of a fleet are alike, and so is what is found of them."""


def combine(
    resource: Resource, claims: Sequence[Claim], catalogue: Catalogue, known: Known | None = None
) -> list[Verdict]:
    """What each claim on a resource saves, in the order given; ``None`` with the reason where it cannot be priced.

    Invariants: every saving is at least 0 and at most the cost of the resource; the attributed savings add up to the
    combined saving exactly, in cents; neither depends on the order of the claims; a further claim never lowers it.
    ``known`` keeps what was worked out before, at the same catalogue.
    """
    base = _base(resource, catalogue)
    if isinstance(base, Unpriced):
        return [Verdict(None, base.reason) for _ in claims]
    part = base.part
    machine = (part.provider, part.region, part.sku, part.option, part.quantity, part.hours)
    key = (*machine, *((claim.key, claim.levers, claim.confidence) for claim in claims))
    known = {} if known is None else known
    if key not in known:
        known[key] = _combined(base, claims)
    return known[key]


def _combined(base: _Base, claims: Sequence[Claim]) -> list[Verdict]:
    alone: list[tuple[Decimal, ...] | Unpriced] = [base.saved_by(claim.levers) for claim in claims]
    good = [index for index, saved in enumerate(alone) if not isinstance(saved, Unpriced)]
    good.sort(key=lambda index: (-_points(alone[index])[1], claims[index].key))
    shares = _shares(base, [claims[index] for index in good[:SHAPLEY_LIMIT]])
    verdicts: list[Verdict] = []
    for index, (claim, saved) in enumerate(zip(claims, alone, strict=True)):
        if isinstance(saved, Unpriced):
            verdicts.append(Verdict(None, saved.reason))
            continue
        rank = good.index(index)
        share = shares[rank] if rank < len(shares) else NOTHING
        uses = base.prices_of(claim.levers)
        verdicts.append(
            Verdict(Saving(_range(saved).quantised(), share, _method(claim.levers), _confidence(claim, uses), uses))
        )
    return verdicts


class _Base:
    """The cost of a resource as it stands, and what it would be with levers pulled; prices are looked up once."""

    def __init__(self, part: Part, catalogue: Catalogue, price: tuple[Range, PriceUse]) -> None:
        self.part, self.catalogue = part, catalogue
        self.cost, self.use = price[0].points(), price[1]
        self._prices: dict[tuple[str, str, str], PriceUse | Unpriced] = {}

    def price(self, sku: str, region: str, option: str) -> PriceUse | Unpriced:
        """The unit price after a change, or why there is none."""
        key = (sku, region, option)
        if key not in self._prices:
            part = self.part
            priced = price_part(replace(part, sku=sku, region=region, option=option), self.catalogue)
            self._prices[key] = priced if isinstance(priced, Unpriced) else priced[1]
        return self._prices[key]

    def after(self, levers: Sequence[Lever]) -> tuple[tuple[Decimal, ...], PriceUse] | Unpriced:
        """The cost in each scenario with these levers pulled (at most one a stage), and the price it stands on."""
        by_stage = {lever.stage: lever for lever in levers}
        part, use = self.part, self.use
        sku = by_stage["sku"].target if "sku" in by_stage else part.sku
        region = by_stage["region"].target if "region" in by_stage else part.region
        rate = by_stage.get("rate")
        moved = self.price(sku, region, part.option)
        if isinstance(moved, Unpriced):
            return moved
        new = self.price(sku, region, rate.target) if rate is not None else moved
        if isinstance(new, Unpriced):
            return new
        use = new
        costs: list[Decimal] = []
        for scenario in SCENARIOS:
            quantity, hours = self._run(by_stage, scenario)
            times = quantity * hours if self.use.unit == "hour" else quantity
            unit = _at(moved.unit_price, 2 - scenario if moved is not self.use else scenario)
            if rate is not None:
                unit = (1 - rate.share) * unit + rate.share * _discounted(new, rate, scenario)
            costs.append(times * unit)
        return tuple(costs), use

    def _run(self, by_stage: dict[str, Lever], scenario: int) -> tuple[Decimal, Decimal]:
        """Units and hours that remain in a scenario."""
        quantity, hours = _at(self.part.quantity, scenario), _at(self.part.hours, scenario)
        if (moved := by_stage.get("sku")) is not None and moved.amount is not None:
            quantity *= _at(moved.amount, scenario)
        if (gone := by_stage.get("eliminate")) is not None:
            quantity = ZERO if gone.amount is None else max(ZERO, quantity - _at(gone.amount, scenario))
        if (fewer := by_stage.get("quantity")) is not None and fewer.amount is not None:
            quantity = min(quantity, _at(fewer.amount, 2 - scenario))
        if (shorter := by_stage.get("hours")) is not None and shorter.amount is not None:
            hours = min(hours, _at(shorter.amount, 2 - scenario))
        return quantity, hours

    def saved_by(self, levers: Sequence[Lever]) -> tuple[Decimal, ...] | Unpriced:
        """What pulling these levers saves in each scenario: never below zero, never above the cost."""
        if not levers:
            return Unpriced("nothing to change that has a price")
        after = self.after(levers)
        if isinstance(after, Unpriced):
            return after
        return tuple(min(cost, max(ZERO, cost - new)) for cost, new in zip(self.cost, after[0], strict=True))

    def prices_of(self, levers: Sequence[Lever]) -> tuple[PriceUse, ...]:
        """The prices that the saving stands on: today's, and the new one where it is another."""
        after = self.after(levers)
        if isinstance(after, Unpriced) or after[1] == self.use:
            return (self.use,)
        return (self.use, after[1])

    def best(self, claims: Sequence[Claim]) -> tuple[Decimal, ...]:
        """The most that these claims save together, in each scenario, over every choice of one lever a stage."""
        stages = [[None, *_alternatives(stage, claims)] for stage in LEVERS]
        best = [ZERO, ZERO, ZERO]
        for choice in product(*stages):
            levers = [lever for lever in choice if lever is not None]
            saved = self.saved_by(levers)
            if not isinstance(saved, Unpriced):
                best = [max(one, other) for one, other in zip(best, saved, strict=True)]
        return tuple(best)


def _base(resource: Resource, catalogue: Catalogue) -> _Base | Unpriced:
    if resource.multiplicity is not None:
        return Unpriced(f"how many there are is not known: {resource.multiplicity.reason}")
    part = main_part(resource)
    if part is None:
        return Unpriced("the catalogue has no price for this kind of resource")
    if isinstance(part, Unpriced):
        return part
    priced = price_part(part, catalogue)
    return priced if isinstance(priced, Unpriced) else _Base(part, catalogue, priced)


def _alternatives(stage: str, claims: Sequence[Claim]) -> list[Lever]:
    levers: list[Lever] = []
    for claim in claims:
        levers.extend(lever for lever in claim.levers if lever.stage == stage and lever not in levers)
    return levers


def _shares(base: _Base, claims: Sequence[Claim]) -> list[Range]:
    """Each claim's share of the combined saving, in cents that add up to it exactly.

    The expected saving is divided by Shapley value; the low and the high one in the same proportions. Where a claim
    would eliminate the resource, it supersedes those that would only make it cheaper: they have no share.
    """
    ending = [claim for claim in claims if _eliminates(claim)]
    players = ending or list(claims)
    whole = base.best(claims)
    values = dict(zip([claim.key for claim in players], _shapley(base, players), strict=True))
    total = sum(values.values(), ZERO)
    fractions = [values.get(claim.key, ZERO) / total if total else ZERO for claim in claims]
    if claims and not total:
        fractions[0] = Decimal(1)
    shares = [[fraction * point for point in whole] for fraction in fractions]
    for scenario in SCENARIOS:
        _settle_cents(shares, scenario, whole[scenario])
    return [_range(tuple(share)) for share in shares]


def _eliminates(claim: Claim) -> bool:
    return any(lever.stage == "eliminate" and lever.amount is None for lever in claim.levers)


def _shapley(base: _Base, claims: Sequence[Claim]) -> list[Decimal]:
    """The expected saving that each claim adds, averaged over every order in which they could be taken up."""
    count = len(claims)
    subsets = range(1 << count)
    worth = [base.best([claim for bit, claim in enumerate(claims) if subset >> bit & 1])[1] for subset in subsets]
    values: list[Decimal] = []
    for own in range(count):
        value = ZERO
        for subset in subsets:
            if not subset >> own & 1:
                others = subset.bit_count()
                weight = Decimal(factorial(others) * factorial(count - others - 1)) / factorial(count)
                value += weight * (worth[subset | 1 << own] - worth[subset])
        values.append(value)
    return values


def _settle_cents(shares: list[list[Decimal]], scenario: int, whole: Decimal) -> None:
    """Round one scenario's shares to cents and give the residual cents to the largest, so that they add up."""
    rounded = [to_cents(share[scenario]) for share in shares]
    residual = to_cents(whole) - sum(rounded, ZERO)
    order = sorted(range(len(shares)), key=lambda index: (-rounded[index], index))
    step = CENT if residual > 0 else -CENT
    turn = 0
    while residual and order:
        index = order[turn % len(order)]
        if rounded[index] + step >= 0:
            rounded[index] += step
            residual -= step
        turn += 1
    for share, value in zip(shares, rounded, strict=True):
        share[scenario] = value


def _discounted(price: PriceUse, rate: Lever, scenario: int) -> Decimal:
    """The unit price at another rate, with the work that interruptions repeat (RULES 4.5)."""
    unit = _at(price.unit_price, 2 - scenario)
    return unit if rate.rework is None else unit * (1 + _at(rate.rework, 2 - scenario))


def _at(figure: Range, scenario: int) -> Decimal:
    return figure.points()[scenario]


def _points(saved: tuple[Decimal, ...] | Unpriced) -> tuple[Decimal, ...]:
    return (ZERO, ZERO, ZERO) if isinstance(saved, Unpriced) else saved


def _range(points: tuple[Decimal, ...]) -> Range:
    return Range(points[0], points[1], points[2])


def _method(levers: Sequence[Lever]) -> str:
    """How the figure was made, in words: the levers pulled, at 730 hours a month."""
    steps = [f"{lever.stage} to {lever.target}" if lever.target else lever.stage for lever in levers]
    return f"{', '.join(steps)}; 730 hours a month, list prices"


_ORDER = ("low", "medium", "high")
_GRADE_CONFIDENCE = {"exact": "high", "region-estimate": "medium", "observed": "medium"}


def _confidence(claim: Claim, uses: Sequence[PriceUse]) -> str:
    """The weakest link: of the finding itself and of each price it stands on."""
    links = [claim.confidence, *(_GRADE_CONFIDENCE.get(use.grade, "low") for use in uses)]
    return min(links, key=_ORDER.index)
