"""The facets of a row as the model has them: the reverse of what the inventory writes of each."""

from __future__ import annotations

from decimal import Decimal

from sumptuary.model import Accelerators, Compute, Lifetime, Requests, Storage, Usage, Workload
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.inventory.fields import Fields

CONFIDENCES = ("high", "medium", "low")


def compute(given: Fields | None) -> Compute | None:
    """What runs."""
    if given is None:
        return None
    requests = given.inner("requests")
    return Compute(
        sku=given.maybe_text("sku"),
        alternatives=given.texts("alternatives"),
        minimum=given.whole("minimum"),
        desired=given.whole("desired"),
        maximum=given.whole("maximum"),
        purchase_option=given.maybe_text("purchase_option"),
        accelerators=_accelerators(given),
        requests=None if requests is None else _requests(requests),
        share=given.part("share"),
        node_types=given.texts("node_types"),
        sku_attribute=given.text("sku_attribute"),
        purchase_attribute=given.text("purchase_attribute"),
        count_attribute=given.text("count_attribute"),
    )


def _accelerators(compute: Fields) -> Accelerators | Unknown | None:
    if (unknown := compute.unknown("accelerators")) is not None:
        return unknown
    given = compute.inner("accelerators")
    if given is None:
        return None
    count, memory, fraction = given.whole("count"), given.number("memory_gib"), given.part("fraction")
    if count is None:
        raise given.wrong("count", "a whole number")
    if isinstance(memory, Unknown):
        raise given.wrong("memory_gib", "a number")
    return Accelerators(
        given.text("model"),
        count,
        None if memory is None else float(memory),
        1.0 if fraction is None else float(fraction),
    )


def _requests(given: Fields) -> Requests:
    return Requests(*(_or_nothing(given.exact(name)) for name in ("vcpus", "memory_gib", "accelerators")))


def _or_nothing(value: Decimal | Unknown | None) -> Decimal | Unknown:
    return Decimal(0) if value is None else value


def workload(given: Fields | None) -> Workload:
    """What it is for."""
    if given is None:
        return Workload()
    confidence = given.text("confidence") or "high"
    if confidence not in CONFIDENCES:
        raise given.wrong("confidence", f"one of {', '.join(CONFIDENCES)}")
    return Workload(
        purpose=given.maybe_text("purpose"),
        evidence=given.text("evidence"),
        confidence=confidence,
        interruptible=given.maybe_flag("interruptible"),
        checkpoint=given.maybe_text("checkpoint"),
        model=given.maybe_text("model"),
        parameters_billion=given.number("parameters_billion"),
    )


def lifetime(given: Fields | None) -> Lifetime:
    """How long it lives."""
    if given is None:
        return Lifetime()
    return Lifetime(
        created=given.moment("created"),
        ttl=given.maybe_text("ttl"),
        expires_at=given.maybe_text("expires_at"),
        schedule=given.maybe_text("schedule"),
        deadline_seconds=given.whole("deadline_seconds"),
        running=only_unknown(given, "running"),
    )


def usage(given: Fields | None) -> Usage | None:
    """What was measured."""
    if given is None:
        return None
    return Usage(
        window=given.text("window"),
        hours=given.number("hours"),
        committed_hours=given.number("committed_hours"),
        p50=given.number("p50"),
        p95=given.number("p95"),
        maximum=given.number("maximum"),
        samples=given.whole("samples"),
        source=given.text("source"),
    )


def storage(given: Fields | None) -> Storage | None:
    """Stored bytes."""
    if given is None:
        return None
    return Storage(
        size_gib=given.number("size_gib"),
        type=given.maybe_text("type"),
        iops=given.whole("iops"),
        throughput_mibps=given.whole("throughput_mibps"),
    )


def only_unknown(given: Fields, field: str) -> Unknown | None:
    """A field that is absent or says why something is not known, and is never anything else."""
    unknown = given.unknown(field)
    if unknown is None and given.values.get(field) is not None:
        raise given.wrong(field, "an unknown, which says why")
    return unknown
