"""Checks that steady use is committed to, and that what is committed to is used."""

from __future__ import annotations

from sumptuary.rule import (
    HOURS_PER_MONTH,
    PASSED,
    Context,
    Decimal,
    EstateRule,
    Finding,
    Iterator,
    Lever,
    Outcome,
    Resource,
    Sequence,
    Skipped,
    Undecided,
    Unknown,
    Usage,
    dataclass,
    duration,
    parameter,
)
from sumptuary_rules.commitments import Commitment, Demand, allot, family, standing

GROUPINGS = ("provider", "account", "region", "instance_family", "sku", "environment", "team")


@dataclass(slots=True, eq=False, repr=False)
class ReservationCoverageParameters:
    """How much of what runs steadily should be committed to."""

    group_by: list[str] = parameter(
        doc="What makes a group.", default=["account", "region", "instance_family"], choices=GROUPINGS
    )
    min_coverage_percent: int | float = parameter(
        doc="The part of a group's steady cost that commitments should cover.", default=60, tighten="higher"
    )
    min_utilization_percent: int | float = parameter(
        doc="The part of a commitment that should be used.", default=95, tighten="higher"
    )
    window: str = parameter(
        doc="The time over which use is measured, where the measurement does not say.", default="30d"
    )
    steady_percent: int | float = parameter(
        doc="What runs for at least this part of the window is steady.", default=60, tighten="lower"
    )

    def __post_init__(self) -> None:
        if duration(self.window) is None or not duration(self.window):
            raise ValueError(f"window: {self.window!r} is not a duration, such as 30d")
        for name in ("min_coverage_percent", "min_utilization_percent", "steady_percent"):
            if not 0 <= getattr(self, name) <= 100:
                raise ValueError(f"{name} is a percentage")


class ReservationCoverage(EstateRule):
    """Steady use at the on-demand rate, and commitments that lie idle.

    ## What it flags

    Groups of resources (by account, region and instance family) whose steady hours are covered by commitments to less
    than `min_coverage_percent`, and commitments of which less than `min_utilization_percent` is used. Steady is what
    was measured to run for `steady_percent` of the window; without measurements, production on demand that declares
    neither a lifetime nor a schedule. Without commitments (`--commitments`) and without measurements it says nothing.

    ## Why it costs

    A year's commitment costs a third less than on demand. One that nothing uses is paid for all the same.

    ## Bad

    Four machines run around the clock, and one of them is committed to:

    ```hcl
    provider "aws" {
      region = "us-east-1"
    }

    resource "aws_instance" "search" {
      count         = 4
      instance_type = "m5.4xlarge"
      tags          = { environment = "production" }
    }
    ```

    ```yaml
    # commitments.yaml
    - {id: ri-1, type: reserved-instance, provider: aws, region: us-east-1, instance_family: m5, count: 1,
       start: 2026-01-01, end: 2026-12-31}
    ```

    ## Good

    ```hcl
    provider "aws" {
      region = "us-east-1"
    }

    resource "aws_instance" "search" {
      count         = 4
      instance_type = "m5.4xlarge"
      tags          = { environment = "production" }
    }
    ```

    ```yaml
    # commitments.yaml
    - {id: ri-1, type: reserved-instance, provider: aws, region: us-east-1, instance_family: m5, count: 3,
       start: 2026-01-01, end: 2026-12-31}
    ```

    ## How the saving is estimated

    The uncovered part of each resource's cost, at the one-year commitment rate instead of the on-demand rate. Where
    that rate is not known (most accelerators) there is no figure. An idle commitment has none: it is paid for anyway.
    """

    id = "reservation-coverage"
    title = "Steady use is committed to, and commitments are used"
    kinds = ("compute.instance", "compute.node_pool", "compute.group", "ml.endpoint", "database.*", "billing.*")
    inputs = ("commitments",)
    Parameters = ReservationCoverageParameters
    facts = ("group", "coverage_percent", "uncovered_monthly", "utilization_percent")
    parameters: ReservationCoverageParameters

    def judge_estate(self, resources: Sequence[Resource], context: Context) -> Iterator[tuple[Resource, Outcome]]:
        """The demand of each resource, then each group, then each commitment."""
        groups: dict[tuple[str, ...], list[Demand]] = {}
        for resource in resources:
            demand = self._demand(resource, context)
            if not isinstance(demand, Demand):
                yield resource, demand
                continue
            key = _key(resource, self.parameters.group_by)
            if isinstance(key, Unknown):
                yield resource, Undecided.on(key)
                continue
            groups.setdefault(key, []).append(demand)
        commitments = standing(context.estate.by_kind.get("commitment", ()), context)
        allot(commitments, [demand for demands in groups.values() for demand in demands])
        for key, demands in groups.items():
            yield self._group(key, demands)
        for commitment in commitments:
            yield commitment.resource, self._commitment(commitment)

    def _demand(self, resource: Resource, context: Context) -> Demand | Outcome:
        """The steady hours of a resource: measured, or else declared."""
        usage = resource.usage
        if usage is not None and usage.hours is not None:
            return self._measured(resource, usage, context)
        if "commitments" not in context.inputs:
            return Skipped("no commitments were given")
        return _declared(resource, context)

    def _measured(self, resource: Resource, usage: Usage, context: Context) -> Demand | Outcome:
        for value in (usage.hours, usage.committed_hours):
            if isinstance(value, Unknown):
                return Undecided.on(value)
        if usage.committed_hours is None and "commitments" not in context.inputs:
            return Skipped("no commitments were given")
        window = duration(usage.window) or duration(self.parameters.window)
        hours = Decimal(str(usage.hours))
        if window is None or not hours:
            return Skipped("not steady: it did not run")
        length = Decimal(int(window.total_seconds())) / 3600
        if hours < length * Decimal(str(self.parameters.steady_percent)) / 100:
            return Skipped(f"not steady: it ran {hours:f} of {length:.0f} hours")
        month = HOURS_PER_MONTH / length
        covered = Decimal(str(usage.committed_hours)) if usage.committed_hours is not None else Decimal(0)
        return Demand(
            resource, hours * month, covered * month, _price(resource, context), usage.committed_hours is not None
        )

    def _group(self, key: tuple[str, ...], demands: list[Demand]) -> tuple[Resource, Outcome]:
        """Whether a group is covered as agreed. It is told at the resource with the most uncovered cost."""
        priced = all(demand.price is not None for demand in demands)
        weights = [demand.price or Decimal(0) if priced else Decimal(1) for demand in demands]
        total = sum((demand.hours * weight for demand, weight in zip(demands, weights, strict=True)), Decimal(0))
        bare = sum((demand.uncovered * weight for demand, weight in zip(demands, weights, strict=True)), Decimal(0))
        worst = max(demands, key=lambda item: (item.uncovered * (item.price or Decimal(1)), item.resource.address))
        percent = round((total - bare) / total * 100, 6) if total else Decimal(100)
        target = Decimal(str(self.parameters.min_coverage_percent))
        if percent >= target:
            return worst.resource, PASSED
        money = f"; ${bare:,.0f} a month of it is uncovered" if priced else ""
        measured = any(demand.measured for demand in demands)
        return worst.resource, Finding(
            f"{percent:.0f} % of what runs steadily is covered, the target is {target:f} %{money}",
            attribute=worst.resource.compute.sku_attribute if worst.resource.compute is not None else "",
            facts={
                "group": {"key": " ".join(part for part in key if part) or "all"},
                "coverage_percent": round(percent),
                "uncovered_monthly": bare if priced else None,
            },
            evidence={
                "basis": "measured" if measured else "declared: production on demand, around the clock",
                "resources": len(demands),
                **({"amount": round(bare, 2)} if priced else {}),
            },
            slot="/".join(key),
            of_group=True,
            confidence="high" if measured else "medium",
            members=tuple(
                (demand.resource, (Lever("rate", target="commit-1y", share=demand.share),))
                for demand in demands
                if demand.uncovered
            ),
        )

    def _commitment(self, commitment: Commitment) -> Outcome:
        """Whether a commitment is used. What nothing here could use may be somebody else's."""
        if not commitment.matched:
            return Skipped("nothing that was read could use the commitment")
        target = Decimal(str(self.parameters.min_utilization_percent))
        percent = commitment.utilization_percent
        if percent >= target:
            return PASSED
        return Finding(
            f"{percent:.0f} % of the commitment is used by what was read, the target is {target:f} %",
            facts={"group": {"key": commitment.resource.address}, "utilization_percent": round(percent)},
            evidence={"basis": "what was read; use elsewhere is not seen"},
            slot="utilization",
            confidence="low",
        )


def _declared(resource: Resource, context: Context) -> Demand | Outcome:
    """Production on demand without an end or a schedule runs all month."""
    compute, lifetime = resource.compute, resource.lifetime
    if compute is None or compute.sku is None:
        return Skipped("no instance type is given")
    facts = (resource.environment, compute.sku, compute.purchase_option, compute.minimum, compute.desired)
    if resource.environment is None or (isinstance(resource.environment, str) and resource.environment != "production"):
        return Skipped("not steady: it is not declared to be production")
    if any(isinstance(end, str) for end in (lifetime.ttl, lifetime.expires_at, lifetime.schedule)):
        return Skipped("not steady: it has an end or a schedule")
    for value in (*facts, lifetime.ttl, lifetime.expires_at, lifetime.schedule, lifetime.deadline_seconds):
        if isinstance(value, Unknown):
            return Undecided.on(value)
    if lifetime.deadline_seconds is not None:
        return Skipped("not steady: it has an end or a schedule")
    if resource.multiplicity is not None:
        return Undecided.on(resource.multiplicity)
    if compute.purchase_option not in (None, "on-demand", "reserved"):
        return Skipped(f"it is bought as {compute.purchase_option}")
    count = compute.minimum if compute.minimum is not None else compute.desired
    hours = HOURS_PER_MONTH * (count if isinstance(count, int) else 1)
    if not hours:
        return Skipped("not steady: it scales to none")
    covered = hours if compute.purchase_option == "reserved" else Decimal(0)
    return Demand(resource, hours, covered, _price(resource, context))


def _key(resource: Resource, group_by: Sequence[str]) -> tuple[str, ...] | Unknown:
    """The group of a resource; what it does not say is the empty word."""
    parts: list[str] = []
    sku = resource.compute.sku if resource.compute is not None else None
    for name in group_by:
        value = sku if name in ("sku", "instance_family") else getattr(resource, name)
        if isinstance(value, Unknown):
            return value
        parts.append(family(value) if name == "instance_family" and value else value or "")
    return tuple(parts)


def _price(resource: Resource, context: Context) -> Decimal | None:
    """USD an hour of one instance on demand."""
    sku = resource.compute.sku if resource.compute is not None else None
    if not (isinstance(sku, str) and isinstance(resource.region, str)):
        return None
    use = context.catalogue.price(resource.host, sku, resource.region)
    return use.unit_price.expected if use is not None and use.unit == "hour" else None
