"""Which nodes a pod may run on: the instance type, the accelerator, the zone and the rate that its selectors name."""

from __future__ import annotations

from dataclasses import dataclass, field

from sumptuary.sources.kubernetes.objects import settled
from sumptuary.values import Unknown, is_list, is_map

INSTANCE_TYPES = (
    "node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type", "karpenter.azure.com/sku-name",
)  # fmt: skip
FAMILIES = {
    "karpenter.k8s.aws/instance-family": "karpenter.k8s.aws/instance-size",
    "eks.amazonaws.com/instance-family": "eks.amazonaws.com/instance-size",
}
"""Node labels of a family (``g5``), with that of the size (``xlarge``): both name a type."""
ACCELERATORS = (
    "nvidia.com/gpu.product", "cloud.google.com/gke-accelerator", "cloud.google.com/gke-tpu-accelerator",
    "karpenter.k8s.aws/instance-gpu-name", "karpenter.k8s.aws/instance-accelerator-name",
    "eks.amazonaws.com/instance-gpu-name", "eks.amazonaws.com/instance-accelerator-name",
    "karpenter.azure.com/sku-gpu-name", "k8s.amazonaws.com/accelerator", "amd.com/gpu.product-name",
    "gpu.nvidia.com/class", "gpu.nvidia.com/model",
)  # fmt: skip
"""Node labels whose value is an accelerator's model, by their vendors' documentation."""
REGIONS = ("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region")
ZONES = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")

PURCHASE: dict[str, dict[str, str]] = {
    "karpenter.sh/capacity-type": {"spot": "spot", "on-demand": "on-demand", "reserved": "reserved"},
    "eks.amazonaws.com/capacityType": {"SPOT": "spot", "ON_DEMAND": "on-demand", "CAPACITY_BLOCK": "capacity-block"},
    "cloud.google.com/gke-spot": {"true": "spot", "false": "on-demand"},
    "cloud.google.com/gke-preemptible": {"true": "spot", "false": "on-demand"},
    "cloud.google.com/gke-provisioning": {"spot": "spot", "standard": "on-demand", "preemptible": "spot"},
    "kubernetes.azure.com/scalesetpriority": {"spot": "spot", "regular": "on-demand"},
    "node.kubernetes.io/lifecycle": {"spot": "spot", "normal": "on-demand", "on-demand": "on-demand"},
    "node-role.kubernetes.io/spot-worker": {"true": "spot"},
}
"""Node labels that say how a node is bought, with the purchase option that each value means."""

CLOUDS = {
    "cloud.google.com": "gcp", "eks.amazonaws.com": "aws", "karpenter.k8s.aws": "aws", "k8s.amazonaws.com": "aws",
    "kubernetes.azure.com": "azure", "karpenter.azure.com": "azure",
}  # fmt: skip
"""Domains of node labels that only one cloud has."""

_SHARED = ("-SHARED", "-MIG-")
"""What the NVIDIA device plugin puts behind a product's name where it is shared or sliced."""


@dataclass(slots=True, eq=False, repr=False)
class Selected:
    """What the selectors of a pod name; None is not named, several instance types leave the first and ``others``."""

    sku: str | Unknown | None = None
    others: tuple[str, ...] = ()
    accelerator: str | Unknown | None = None
    purchase: str | Unknown | None = None
    region: str | Unknown | None = None
    zone: str | Unknown | None = None
    cloud: str = ""
    attributes: dict[str, str] = field(default_factory=dict[str, str])


def selected(spec: dict[str, object], path: str) -> Selected:
    """What a pod spec selects: its node selector, and what node affinity requires. ``path`` is where it stands."""
    labels = _required(spec, path)
    found = Selected()
    for key in INSTANCE_TYPES:
        if key in labels:
            values, where = labels[key]
            found.sku, *rest = values
            found.others = tuple(value for value in rest if isinstance(value, str))
            found.attributes["sku"] = where
    if found.sku is None:
        _take_family(found, labels)
    for key in ACCELERATORS:
        if key in labels:
            values, where = labels[key]
            found.accelerator, found.attributes["accelerator"] = _model(values), where
            break
    for key, meanings in PURCHASE.items():
        if key in labels and (option := _purchase(labels[key][0], meanings)) is not None:
            found.purchase, found.attributes["purchase"] = option, labels[key][1]
            break
    clouds = {CLOUDS[domain] for key in labels if (domain := key.partition("/")[0]) in CLOUDS}
    found.cloud = clouds.pop() if len(clouds) == 1 else ""
    for name, keys in (("region", REGIONS), ("zone", ZONES)):
        for key in keys:
            if key in labels and len(labels[key][0]) == 1:
                setattr(found, name, labels[key][0][0])
    return found


def _take_family(found: Selected, labels: Labels) -> None:
    """The instance types that a family and a size name; of a family alone, nobody knows which."""
    for family, size in FAMILIES.items():
        if family not in labels:
            continue
        families, found.attributes["sku"] = labels[family]
        sizes = labels[size][0] if size in labels else []
        types = [f"{one}.{how}" for one in families for how in sizes if isinstance(one, str) and isinstance(how, str)]
        if types and len(types) == len(families) * len(sizes):
            found.sku, found.others = types[0], tuple(types[1:])
        else:
            names = ", ".join(one for one in families if isinstance(one, str))
            found.sku = Unknown(f"of the instance family {names}, it may run on any size")


def _model(values: list[str | Unknown]) -> str | Unknown:
    """One model, or unknown where several would do."""
    known = {_bare(value) if isinstance(value, str) else value for value in values}
    if len(known) == 1:
        return known.pop()
    return Unknown(f"it runs on any of {', '.join(sorted(str(value) for value in known if isinstance(value, str)))}")


def _bare(product: str) -> str:
    for mark in _SHARED:
        product = product.partition(mark)[0]
    return product


def _purchase(values: list[str | Unknown], meanings: dict[str, str]) -> str | Unknown | None:
    """The one option that the values mean; where spot and on-demand would both do, it is not said which."""
    options = {value if isinstance(value, Unknown) else meanings.get(value) for value in values} - {None}
    return options.pop() if len(options) == 1 else None


Labels = dict[str, tuple[list[str | Unknown], str]]


def _required(spec: dict[str, object], path: str) -> Labels:
    """Node labels that a pod requires: each with the values that would do, and where that stands."""
    labels: Labels = {}
    selector = spec.get("nodeSelector")
    if is_map(selector):
        for key, value in selector.items():
            labels[key] = ([_text(value)], f"{path}.nodeSelector.{key}")
    elif isinstance(given := settled(selector), Unknown):
        labels[INSTANCE_TYPES[0]] = ([given], f"{path}.nodeSelector")
    for key, found in _affinity(spec, path).items():
        labels.setdefault(key, found)
    return labels


def _text(value: object) -> str | Unknown:
    given = settled(value)
    if isinstance(given, bool):
        return "true" if given else "false"
    return given if isinstance(given, Unknown) else str(given)


def _affinity(spec: dict[str, object], path: str) -> Labels:
    """What ``requiredDuringSchedulingIgnoredDuringExecution`` asks for. Of several terms any one would do, so that a
    label counts only where all of them name it."""
    node: object = spec
    steps = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
    for step in steps:
        node = node.get(step) if is_map(node) else None
    terms = [_term(term) for term in node if is_map(term)] if is_list(node) else []
    if not terms:
        return {}
    place = ".".join((path, *steps))
    shared = set(terms[0]).intersection(*terms[1:])
    return {key: (list(dict.fromkeys(value for term in terms for value in term[key])), place) for key in sorted(shared)}


def _term(term: dict[str, object]) -> dict[str, list[str | Unknown]]:
    expressions = term.get("matchExpressions")
    found: dict[str, list[str | Unknown]] = {}
    for expression in expressions if is_list(expressions) else ():
        if not is_map(expression) or expression.get("operator") != "In":
            continue
        key, values = expression.get("key"), expression.get("values")
        if isinstance(key, str) and is_list(values) and values:
            found[key] = [_text(value) for value in values]
    return found
