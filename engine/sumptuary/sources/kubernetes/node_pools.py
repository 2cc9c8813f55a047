"""Karpenter's node pools: which machines they may start, how those are bought, and which tags they get."""

from __future__ import annotations

from sumptuary.model import Accelerators, Compute, Resource, Tag, Tags
from sumptuary.sources.kubernetes.links import Links
from sumptuary.sources.kubernetes.nodes import selected
from sumptuary.sources.kubernetes.objects import Object
from sumptuary.sources.kubernetes.quantities import quantity
from sumptuary.values import Unknown, is_list, is_map

TEMPLATE = "spec.template.spec"


def fill_pool(resource: Resource, declared: Object, links: Links) -> None:
    """Set the facets of a NodePool (karpenter.sh/v1) or of the older Provisioner."""
    template = declared.at(TEMPLATE)
    path, spec = (TEMPLATE, template) if is_map(template) else ("spec", declared.at("spec"))
    body = spec if is_map(spec) else {}
    requirements = body.get("requirements")
    expressions = requirements if is_list(requirements) else []
    on = selected(_as_affinity(expressions), path)
    waits = Unknown("Karpenter starts machines as pods ask for them")
    accelerators = None
    if on.accelerator is not None:
        accelerators = on.accelerator if isinstance(on.accelerator, Unknown) else Accelerators(on.accelerator, waits)
    resource.kind = "compute.node_pool"
    resource.compute = Compute(
        sku=on.sku if on.sku is not None else Unknown("Karpenter chooses among the types that its requirements allow"),
        alternatives=on.others,
        minimum=0,
        desired=waits,
        maximum=_most(declared),
        purchase_option=on.purchase if on.purchase is not None else _either(expressions),
        accelerators=accelerators,
        sku_attribute=f"{path}.requirements",
        purchase_attribute=f"{path}.requirements",
        count_attribute="spec.limits",
    )
    resource.region, resource.zone, resource.host_provider = on.region, on.zone, on.cloud
    _tag(resource, body, links, path)


def _as_affinity(expressions: list[object]) -> dict[str, object]:
    """Requirements are written as node affinity's expressions are."""
    terms = {"nodeSelectorTerms": [{"matchExpressions": expressions}]}
    return {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}}


def _either(expressions: list[object]) -> str | None:
    """Without a requirement Karpenter buys on demand (its documented default); of both rates it takes either."""
    keys = [one.get("key") for one in expressions if is_map(one)]
    return None if "karpenter.sh/capacity-type" in keys else "on-demand"


def _most(declared: Object) -> Unknown | None:
    limits = declared.at("spec.limits")
    if not is_map(limits) or not limits:
        return None
    told = ", ".join(f"{key} {value}" for key, value in limits.items() if quantity(value) is not None)
    return Unknown(f"its limits are {told[:80]}, not a number of machines")


def _tag(resource: Resource, body: dict[str, object], links: Links, path: str) -> None:
    """The machines carry the tags of the node class, which is where allocation tags belong."""
    reference = body.get("nodeClassRef") or body.get("providerRef")
    name = reference.get("name") if is_map(reference) else None
    resource.tag_attribute = f"{path}.nodeClassRef"
    given = links.node_class_tags(name) if isinstance(name, str) else None
    if given is None:
        why = f"its machines' tags stand in the node class {name}, which is not here"
        resource.tags = Tags(rest=Unknown(why if name else "it names no node class"))
    else:
        resource.tags = Tags({key: Tag(value, "inherited") for key, value in given.items()})
