"""What a resource costs a month at list price: its priced parts, and the catalogue's price for each.

A part is ``quantity x hours x unit price`` (``quantity x unit price`` where the unit is a month's). A figure that
cannot be had leaves the resource unpriced, with the reason; it is never zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from sumptuary.findings import PriceUse
from sumptuary.model import Accelerators, Compute, Cost, Resource, Storage
from sumptuary.money import HOURS_PER_MONTH, NOTHING, Range
from sumptuary.rule import duration
from sumptuary.values import Absent, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.rule import Catalogue

FREE_KINDS = frozenset({"compute.template", "budget", "commitment", "change.set", "k8s.autoscaler", "k8s.quota"})
"""Kinds that cost nothing by themselves: what they describe is priced where it runs."""

FIXED_SKUS = {
    "aws_nat_gateway": "nat-gateway",
    "aws_lb": "load-balancer:application",
    "aws_alb": "load-balancer:application",
    "aws_eks_cluster": "eks:control-plane",
}
"""Types with one hourly fee. What they charge by use is not in it."""


@dataclass(slots=True, eq=False, repr=False)
class Part:
    """One priced part of a resource. ``hours`` are hours a month; they do not count where the unit is a month."""

    name: str
    provider: str
    region: str
    sku: str
    option: str
    quantity: Range
    hours: Range


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Unpriced:
    """Why a part has no figure."""

    reason: str


def price_resource(resource: Resource, catalogue: Catalogue) -> tuple[Cost, tuple[PriceUse, ...]]:
    """The monthly cost of a resource, and the prices it stands on."""
    if resource.kind in FREE_KINDS:
        return Cost(NOTHING), ()
    parts = parts_of(resource)
    if not isinstance(parts, Unpriced) and parts and _has_attached(resource, catalogue):
        parts = Unpriced("the price of accelerators attached beside the machine type is not in the catalogue")
    if isinstance(parts, Unpriced):
        return Cost(unpriced=parts.reason), ()
    total, uses = NOTHING, list[PriceUse]()
    for part in parts:
        priced = price_part(part, catalogue)
        if isinstance(priced, Unpriced):
            return Cost(unpriced=priced.reason), ()
        total += priced[0]
        uses.append(priced[1])
    if not parts:
        return Cost(), ()
    if resource.multiplicity is not None:
        each = f"${total.expected:,.2f} a month each"
        return Cost(unpriced=f"how many there are is not known ({each}): {resource.multiplicity.reason}"), tuple(uses)
    return Cost(total), tuple(uses)


def _has_attached(resource: Resource, catalogue: Catalogue) -> bool:
    """Whether accelerators are billed beside the machine type (Google's N1), so that its price is not the whole."""
    compute = resource.compute
    if compute is None or compute.accelerators is None or not isinstance(compute.sku, str):
        return False
    if isinstance(compute.accelerators, Accelerators) and compute.accelerators.count == 0:
        return False
    hardware = catalogue.hardware(resource.host, compute.sku)
    return hardware is not None and hardware.accelerators is None


def price_part(part: Part, catalogue: Catalogue) -> tuple[Range, PriceUse] | Unpriced:
    """The month's cost of one part at the catalogue's price for its SKU, region and purchase option."""
    use = catalogue.price(part.provider, part.sku, part.region, part.option)
    if use is None:
        return Unpriced(catalogue.why_unknown(part.provider, part.sku, part.region, part.option))
    times = part.quantity * part.hours if use.unit == "hour" else part.quantity
    return use.unit_price * times, use


def parts_of(resource: Resource) -> tuple[Part, ...] | Unpriced:
    """The priced parts of a resource; an empty tuple where the catalogue has nothing of its kind."""
    fixed = FIXED_SKUS.get(resource.type)
    compute, storage = resource.compute, resource.storage
    has_compute = compute is not None and compute.sku is not None
    has_storage = storage is not None and (storage.type is not None or storage.size_gib is not None)
    if not (fixed or has_compute or has_storage):
        return ()
    region = resource.region
    if isinstance(region, Unknown):
        return Unpriced(f"its region is not known: {region.reason}")
    if not region:
        return Unpriced(f"its region is not given: say it in sumptuary.yaml (context.{resource.provider}.region)")
    parts: list[Part] = []
    if compute is not None and has_compute:
        part = _compute_part(resource, compute, region)
        if isinstance(part, Unpriced):
            return part
        parts.append(part)
    if storage is not None and has_storage:
        stored = _storage_parts(resource, storage, region)
        if isinstance(stored, Unpriced):
            return stored
        parts.extend(stored)
    if fixed and not parts:
        hours = Range.of(HOURS_PER_MONTH)
        parts.append(Part("fee", resource.host, region, fixed, "on-demand", Range.of(1), hours))
    return tuple(parts)


def main_part(resource: Resource) -> Part | Unpriced | None:
    """The part that levers move: what runs, or else what is stored. None where nothing of it is priced."""
    parts = parts_of(resource)
    if isinstance(parts, Unpriced):
        return parts
    return parts[0] if parts else None


def _compute_part(resource: Resource, compute: Compute, region: str) -> Part | Unpriced:
    sku, option = compute.sku, compute.purchase_option
    if isinstance(sku, Unknown):
        return Unpriced(f"its instance type is not known: {sku.reason}")
    if isinstance(option, Unknown):
        return Unpriced(f"whether it runs on spot is not known: {option.reason}")
    count = _count(compute)
    if isinstance(count, Unpriced):
        return count
    rate = "spot" if option == "spot" else "on-demand"
    if compute.share is not None:
        count *= Range.of(compute.share)
    hours = _hours(resource)
    if isinstance(hours, Unpriced):
        return hours
    return Part("compute", resource.host, region, str(sku), rate, count, hours)


def _count(compute: Compute) -> Range | Unpriced:
    """Instances as low = minimum, expected = desired or else minimum, high = maximum (RULES: autoscaled groups)."""
    minimum, desired, maximum = compute.minimum, compute.desired, compute.maximum
    for name, value in (("minimum", minimum), ("desired", desired), ("maximum", maximum)):
        if isinstance(value, Unknown) and (name != "desired" or minimum is None or maximum is None):
            return Unpriced(f"its {name} count is not known: {value.reason}")
    low = minimum if isinstance(minimum, int) else None
    high = maximum if isinstance(maximum, int) else None
    if isinstance(desired, Unknown):
        return Range.between(Decimal(low or 0), Decimal(high or 0))
    expected = desired if desired is not None else low if low is not None else 1
    low = expected if low is None else min(low, expected)
    high = expected if high is None else max(high, expected)
    return Range(Decimal(low), Decimal(expected), Decimal(high))


def _hours(resource: Resource) -> Range | Unpriced:
    """Hours a month: 730, or less where a declared lifetime or an enforced deadline ends it sooner."""
    limits: list[Decimal] = [HOURS_PER_MONTH]
    running = resource.lifetime.running
    ttl = resource.lifetime.ttl
    if isinstance(ttl, str) and (span := duration(ttl)) is not None:
        limits.append(Decimal(int(span.total_seconds())) / 3600)
    deadline = resource.lifetime.deadline_seconds
    if isinstance(deadline, int):
        limits.append(Decimal(deadline) / 3600)
    if running is not None and (len(limits) == 1 or resource.lifetime.schedule is not None):
        return Unpriced(f"how long it runs is not known: {running.reason}")
    return Range.of(min(limits))


def _storage_parts(resource: Resource, storage: Storage, region: str) -> tuple[Part, ...] | Unpriced:
    kind, size = storage.type, storage.size_gib
    if isinstance(kind, Unknown):
        return Unpriced(f"its storage type is not known: {kind.reason}")
    if isinstance(size, (Unknown, Absent)) or size is None:
        return Unpriced(
            f"its size is not known: {size.reason}" if isinstance(size, Unknown) else "its size is not given"
        )
    if kind is None:
        return Unpriced("its storage type is not given")
    prefix = {"aws": "ebs", "google": "disk", "gcp": "disk", "azure": "disk"}.get(resource.host, "disk")
    month = Range.of(HOURS_PER_MONTH)
    stored = Part(
        "storage", resource.host, region, f"{prefix}:{kind}", "on-demand", Range.of(Decimal(str(size))), month
    )
    extras = _provisioned(stored, kind, storage)
    return extras if isinstance(extras, Unpriced) else (stored, *extras)


GP3_INCLUDED = {"iops": 3000, "throughput": 125}
"""What a gp3 volume includes in its price, IOPS and MiB/s (Amazon EBS pricing)."""


def _provisioned(stored: Part, kind: str, storage: Storage) -> tuple[Part, ...] | Unpriced:
    """Provisioned IOPS and throughput of EBS volumes, above what the type includes."""
    if not stored.sku.startswith("ebs:"):
        return ()
    extras: list[Part] = []
    for name, value in (("iops", storage.iops), ("throughput", storage.throughput_mibps)):
        if value is None:
            continue
        if isinstance(value, Unknown):
            return Unpriced(f"its {name} is not known: {value.reason}")
        included = GP3_INCLUDED[name] if kind == "gp3" else 0
        if value > included and (kind == "gp3" or (name == "iops" and kind in ("io1", "io2"))):
            amount = Range.of(value - included)
            extras.append(replace(stored, name=name, sku=f"ebs:{kind}:{name}", quantity=amount))
    return tuple(extras)
