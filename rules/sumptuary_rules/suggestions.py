"""Finds an instance type that would do the same work on another accelerator for less."""

from __future__ import annotations

from math import ceil

from sumptuary.rule import Accelerators, Context, Decimal, Iterator, Resource, Sequence, Unknown, dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.rule import Hardware

BYTES_PER_PARAMETER = 2
"""Weights in 16 bits."""
OVERHEAD = 1.2
"""Memory over the weights: cache of keys and values, activations."""


@dataclass(slots=True, eq=False, repr=False)
class Suggestion:
    """An instance type that would do. ``unit_price`` is USD an hour for the part of it that is needed (``share``, the
    whole but for pods), None where the catalogue has none."""

    sku: str
    accelerators: Accelerators
    unit_price: Decimal | None
    share: Decimal = Decimal(1)
    is_new: bool = False
    """Whether a pod's cluster has no such nodes yet."""


def memory_needed_gib(parameters_billion: float) -> float:
    """What serving a model of this size takes: weights in 16 bits and a fifth on top.

    A billion bytes are taken for a GiB, which leaves the 7 % that drivers and runtimes keep for themselves.
    """
    return parameters_billion * BYTES_PER_PARAMETER * OVERHEAD


def cheapest(
    resource: Resource, current: Accelerators, models: Sequence[str], needed_gib: float | None, context: Context
) -> Suggestion | None:
    """The cheapest instance type with one of the models that would do, and that costs less than the present one.

    It would do when its accelerators have the memory needed, or, where that is not known, when there are as many of
    them. Where the region or the prices are not known it is the smallest that would do. For a pod, the nodes that its
    cluster has come first.
    """
    compute = resource.compute
    sku = compute.sku if compute is not None else None
    shares = compute is not None and compute.requests is not None
    if not isinstance(sku, str) and not shares:
        return None
    sku = sku if isinstance(sku, str) else ""
    found = list(_fitting(resource, sku, current, models, needed_gib, context))
    types = compute.node_types if compute is not None else ()
    for item in found:
        item.is_new = bool(types) and item.sku not in types
    own = [item for item in found if not item.is_new]
    return _cheapest(resource, sku, own, context) or _cheapest(resource, sku, found, context)


def _cheapest(resource: Resource, sku: str, found: list[Suggestion], context: Context) -> Suggestion | None:
    """The cheapest of those that would do, if it costs less than what runs."""
    compute = resource.compute
    priced = [item for item in found if item.unit_price is not None]
    if not priced:
        return found[0] if found and not sku.startswith("ml.") else None
    best = min(priced, key=lambda item: (item.unit_price or Decimal(0), item.sku))
    present = _price(resource, sku, context)
    if present is None:
        return best
    part = present * (compute.share or 1 if compute is not None else 1)
    return best if (best.unit_price or Decimal(0)) < part else None


def fits_any(resource: Resource, models: Sequence[str], needed_gib: float, context: Context) -> bool | None:
    """Whether any instance type with one of the models has the memory needed; None where none is known at all."""
    memory = [
        made_of.memory_gib * made_of.count
        for model in models
        for hardware in context.catalogue.skus_with(resource.host, model)
        if (made_of := hardware.accelerators) is not None
        and made_of.memory_gib is not None
        and isinstance(made_of.count, int)
    ]
    return any(size >= needed_gib for size in memory) if memory else None


def toolchain(model: str) -> str:
    """What software an accelerator runs: a model made for one does not run on another unchanged."""
    name = model.lower()
    if name.startswith(("inferentia", "trainium")):
        return "neuron"
    if name.startswith(("tpu", "v5", "v6")) and not name.startswith("v100"):
        return "tpu"
    if name.startswith(("mi", "radeon", "v520", "gaudi")):
        return name[:2]
    if name.startswith(("t4g", "gh200", "gb200", "gb300")):
        return "cuda on arm"
    return "cuda"


def is_model(name: str, accelerators: Accelerators) -> bool:
    """Whether accelerators are of a model as a policy names it: ``A100`` is any A100, ``A100-80GB`` that size only."""
    wanted, model = name.lower(), accelerators.model.lower()
    if wanted == model or model.startswith(f"{wanted}-"):
        return True
    base, _, size = wanted.rpartition("-")
    memory = accelerators.memory_gib
    return bool(base) and base == model and memory is not None and size == f"{memory:g}gb"


def _fitting(
    resource: Resource,
    sku: str,
    current: Accelerators,
    models: Sequence[str],
    needed_gib: float | None,
    context: Context,
) -> Iterator[Suggestion]:
    """The instance types that would do, in the order of the models and of their size."""
    prefix = "ml." if sku.startswith("ml.") else ""
    for model in models:
        if toolchain(model) != toolchain(current.model) or is_model(model, current):
            continue
        for hardware in context.catalogue.skus_with(resource.host, model):
            if hardware.sku.endswith(".metal") and not sku.endswith(".metal"):
                continue
            if (made_of := _whole(hardware)) is None:
                continue
            share = _share(resource, hardware, made_of, current, needed_gib)
            if share is not None:
                name = prefix + hardware.sku
                price = _price(resource, name, context)
                yield Suggestion(name, made_of, None if price is None else price * share, share)


def _whole(hardware: Hardware) -> Accelerators | None:
    """Its accelerators, unless they are shared slices."""
    made_of = hardware.accelerators
    return made_of if made_of is not None and made_of.fraction >= 1 else None


def _share(
    resource: Resource, hardware: Hardware, made_of: Accelerators, current: Accelerators, needed_gib: float | None
) -> Decimal | None:
    """The part of an instance that would do: the whole, but for a pod, which shares it. None where it would not do."""
    if not isinstance(made_of.count, int):
        return None
    if needed_gib is None:
        needed = current.count
    elif made_of.memory_gib is None:
        return None
    else:
        needed = ceil(needed_gib / made_of.memory_gib)
    if not isinstance(needed, int):
        return None
    requests = resource.compute.requests if resource.compute is not None else None
    if requests is None:
        fits = made_of.count >= needed if needed_gib is not None else made_of.count == needed
        return Decimal(1) if fits else None
    shares = [Decimal(needed) / made_of.count]
    for asked, has in ((requests.vcpus, hardware.vcpus), (requests.memory_gib, hardware.memory_gib)):
        if isinstance(asked, Unknown):
            return None
        if has:
            shares.append(asked / Decimal(str(has)))
    return max(shares) if max(shares) <= 1 else None


def _price(resource: Resource, sku: str, context: Context) -> Decimal | None:
    if not isinstance(resource.region, str):
        return None
    use = context.catalogue.price(resource.host, sku, resource.region)
    return use.unit_price.expected if use is not None else None
