"""What is committed to, and which resources' hours it covers."""

from __future__ import annotations

from datetime import date

from sumptuary.rule import HOURS_PER_MONTH, Context, Decimal, Iterable, Resource, dataclass, is_list

ZERO = Decimal(0)


@dataclass(slots=True, eq=False, repr=False)
class Demand:
    """Steady hours of one resource a month, and how many of them are covered. ``price`` is USD an hour."""

    resource: Resource
    hours: Decimal
    covered: Decimal = ZERO
    price: Decimal | None = None
    measured: bool = False

    @property
    def uncovered(self) -> Decimal:
        """Hours at the on-demand rate."""
        return max(ZERO, self.hours - self.covered)

    @property
    def share(self) -> Decimal:
        """The uncovered part, 0 to 1."""
        return self.uncovered / self.hours if self.hours else ZERO


@dataclass(slots=True, eq=False, repr=False)
class Commitment:
    """One commitment: so many instances, or so many dollars an hour, and how much of it is used.

    ``available`` and ``used`` are instance-hours a month, or dollars a month where ``dollars`` is true.
    """

    resource: Resource
    available: Decimal
    dollars: bool
    discount: Decimal
    used: Decimal = ZERO
    matched: bool = False

    @property
    def utilization_percent(self) -> Decimal:
        """How much of it is used."""
        return self.used / self.available * 100 if self.available else Decimal(100)


def standing(resources: Iterable[Resource], context: Context) -> list[Commitment]:
    """The commitments that run today, the most particular first."""
    found: list[Commitment] = []
    for resource in resources:
        if not _runs(resource, context.now.date()):
            continue
        count, hourly = _number(resource, "count"), _number(resource, "hourly_commitment")
        discount = (_number(resource, "discount_percent") or ZERO) / 100
        if hourly is not None:
            found.append(Commitment(resource, hourly * HOURS_PER_MONTH, True, discount))
        elif count is not None:
            found.append(Commitment(resource, count * HOURS_PER_MONTH, False, discount))
    return sorted(found, key=lambda item: (item.dollars, -_particularity(item.resource), item.resource.address))


def allot(commitments: Iterable[Commitment], demands: Iterable[Demand]) -> None:
    """Let each commitment cover what it is for, until one or the other is used up."""
    wanted = sorted(demands, key=lambda item: (-(item.price or ZERO), item.resource.address))
    for commitment in commitments:
        for demand in wanted:
            if not _is_for(commitment.resource, demand.resource):
                continue
            commitment.matched = True
            _cover(commitment, demand)


def family(sku: str) -> str:
    """The family of an instance type: ``p4d``, ``ml.g5``, ``db.r6g``, ``a2``; of Azure's, the type without its size."""
    if "." in sku:
        return sku.rpartition(".")[0]
    if sku.startswith(("Standard_", "Basic_")):
        prefix, _, rest = sku.partition("_")
        letters = rest[: len(rest) - len(rest.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))]
        return f"{prefix}_{letters}{rest[len(letters) :].lstrip('0123456789')}"
    return sku.partition("-")[0]


def _cover(commitment: Commitment, demand: Demand) -> None:
    left = commitment.available - commitment.used
    if demand.measured or left <= 0 or not demand.uncovered:
        return
    rate = Decimal(1)
    if commitment.dollars:
        if demand.price is None:
            return
        rate = demand.price * (1 - commitment.discount)
    hours = min(demand.uncovered, left / rate) if rate else demand.uncovered
    demand.covered += hours
    commitment.used += hours * rate


def _runs(resource: Resource, today: date) -> bool:
    try:
        start, end = (date.fromisoformat(str(resource.attributes.get(name))) for name in ("start", "end"))
    except ValueError:
        return False
    return start <= today <= end


def _number(resource: Resource, name: str) -> Decimal | None:
    value = resource.attributes.get(name)
    return Decimal(str(value)) if isinstance(value, (int, float, Decimal)) else None


def _sku(commitment: Resource) -> object:
    """The instance type that a commitment is for, if it is for one only."""
    if commitment.compute is not None and commitment.compute.sku is not None:
        return commitment.compute.sku
    return commitment.attributes.get("sku")


def _particularity(resource: Resource) -> int:
    named = (_sku(resource), resource.attributes.get("instance_family"), resource.region)
    return sum(2 ** (2 - index) for index, value in enumerate(named) if value)


def _is_for(commitment: Resource, resource: Resource) -> bool:
    """Whether a commitment may cover a resource: all that it names must be the resource's; an account that is not
    known does not keep it away, for a tree of files seldom names its account. ``kinds`` (beginnings of them) are what a
    live savings plan is for."""
    given = commitment.attributes
    sku = resource.compute.sku if resource.compute is not None else None
    if commitment.provider != resource.host:
        return False
    scopes = ((commitment.region, resource.region), (commitment.account, resource.account))
    if any(named and isinstance(found, str) and found != named for named, found in scopes):
        return False
    kinds = given.get("kinds")
    if is_list(kinds) and not any(resource.kind.startswith(str(kind)) for kind in kinds):
        return False
    if (wanted := _sku(commitment)) is not None:
        return wanted == sku
    return not given.get("instance_family") or (isinstance(sku, str) and given["instance_family"] == family(sku))
