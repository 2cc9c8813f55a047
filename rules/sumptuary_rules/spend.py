"""The figures of a change set, as the engine gives them and as a policy's inline tests write them."""

from __future__ import annotations

from sumptuary.rule import Absent, Decimal, Iterator, Resource, Unknown, dataclass, is_list, is_map

WHOLE = "all"


@dataclass(slots=True, eq=False, repr=False)
class Amount:
    """An amount of USD as a range."""

    low: Decimal
    expected: Decimal
    high: Decimal


@dataclass(slots=True, eq=False, repr=False)
class Spend:
    """What one scope costs a month, and what the change adds to it: None where that was not asked or has no base.

    ``unpriced`` counts what is not in the total, ``unpriced_added`` what the change adds to that.
    """

    team: str
    total: Amount | Unknown | None
    increase: Amount | Unknown | None
    percent: Decimal | None
    unpriced: int = 0
    unpriced_added: int = 0


@dataclass(slots=True, eq=False, repr=False)
class Run:
    """One run with an end. ``budget`` is what its own tag allows, USD."""

    address: str
    team: str
    cost: Amount | Unknown
    budget: Decimal | None
    id: str = ""


def spends_of(change: Resource, *, by_team: bool) -> Iterator[Spend]:
    """The whole, or each team's part."""
    teams = change.attributes.get("teams")
    if by_team and is_map(teams):
        for name, figures in teams.items():
            if is_map(figures):
                yield _spend(str(name), figures)
        return
    yield _spend(change.team if isinstance(change.team, str) else WHOLE, change.attributes)


def _spend(team: str, figures: dict[str, object]) -> Spend:
    total, increase = amount(figures.get("monthly_total")), amount(figures.get("monthly_increase"))
    percent = figures.get("percent_increase")
    if percent is None and isinstance(increase, Amount):
        before = figures.get("monthly_before")
        percent = increase.expected / before * 100 if isinstance(before, Decimal) and before > 0 else None
    return Spend(
        team,
        total,
        increase,
        _decimal(percent),
        unpriced=_count(figures.get("unpriced")),
        unpriced_added=_count(figures.get("unpriced_added")),
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def runs_of(change: Resource) -> Iterator[Run]:
    """The runs of a change set."""
    runs = change.attributes.get("runs")
    for run in runs if is_list(runs) else []:
        if is_map(run):
            cost = amount(run.get("cost"))
            if cost is not None:
                yield Run(
                    str(run.get("address", "")),
                    str(run.get("team", "")),
                    cost,
                    _decimal(run.get("budget")),
                    str(run.get("id", "")),
                )


def amount(value: object) -> Amount | Unknown | None:
    """A range, a single figure, or unknown; None where there is none."""
    if isinstance(value, Unknown):
        return value
    if is_map(value):
        found = [_decimal(value.get(name)) for name in ("low", "expected", "high")]
        low, expected, high = found
        return None if low is None or expected is None or high is None else Amount(low, expected, high)
    exact = _decimal(value)
    return None if exact is None else Amount(exact, exact, exact)


def _decimal(value: object) -> Decimal | None:
    if value is None or isinstance(value, (Absent, bool, Unknown)):
        return None
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    text = str(value).strip()
    return Decimal(text) if text.replace(".", "", 1).removeprefix("-").isdecimal() else None
