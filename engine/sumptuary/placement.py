"""On which of a cluster's node types a pod would run, and which part of a node it takes: what its price stands on.

A pod shares its node. Its part is the largest of its shares of the node's vCPUs, memory and accelerators, for that is
what keeps others away. Without node types (the project's context) its price is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sumptuary.model import Accelerators, Compute, Requests, Resource
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.rule import Catalogue, Hardware

MOST_DIGITS = Decimal("0.000001")
"""To which a share is rounded: a millionth of a node."""


@dataclass(slots=True, eq=False, repr=False)
class Cluster:
    """Where pods run: the cloud under the cluster, its region, and its node types in the order of preference.

    ``rates`` maps a node type to how such nodes are bought, where the project says so.
    """

    provider: str = ""
    region: str = ""
    node_types: tuple[str, ...] = ()
    rates: dict[str, str] | None = None


def place(resource: Resource, cluster: Cluster, catalogue: Catalogue) -> None:
    """Set the node type, its share, the accelerators and the cloud of a resource whose pods share nodes."""
    compute = resource.compute
    if resource.provider != "kubernetes":
        return
    if not resource.host_provider:
        sku = compute.sku if compute is not None else None
        resource.host_provider = cluster.provider or (_cloud_of(sku, catalogue) if isinstance(sku, str) else "")
    if resource.region is None and cluster.region:
        resource.region = cluster.region
    if compute is None or compute.requests is None:
        return
    compute.node_types = cluster.node_types
    if compute.sku is None:
        compute.sku = _chosen(resource.host, compute, compute.requests, cluster, catalogue)
    if isinstance(compute.sku, Unknown):
        return
    sku = compute.sku
    hardware = catalogue.hardware(resource.host, sku)
    if hardware is None:
        compute.sku = Unknown(f"the part of a node that it takes is not known: the hardware of {sku} is not known")
        return
    if not isinstance(compute.accelerators, Accelerators) and hardware.accelerators is not None:
        compute.accelerators = _accelerators(hardware.accelerators, resource.host, compute, catalogue)
    share = share_of(compute.requests, hardware)
    if isinstance(share, Unknown):
        compute.sku = share
    else:
        compute.share = share
        if compute.purchase_option is None and cluster.rates is not None:
            compute.purchase_option = cluster.rates.get(sku)


def doubts(cluster: Cluster, catalogue: Catalogue) -> list[str]:
    """What is wrong with a cluster as a project describes it: silence would read as prices that nobody has."""
    if cluster.node_types and not cluster.provider:
        return ["context.kubernetes names node types and no provider: their hardware and prices are not known"]
    unknown = [sku for sku in cluster.node_types if catalogue.hardware(cluster.provider, sku) is None]
    return [
        f"context.kubernetes.node_types: the hardware of {sku} is not known; no pod is placed on it" for sku in unknown
    ]


def _cloud_of(sku: str, catalogue: Catalogue) -> str:
    """The one cloud that has an instance type of this name; empty where none or several do."""
    clouds = [cloud for cloud in ("aws", "gcp", "azure") if catalogue.hardware(cloud, sku) is not None]
    return clouds[0] if len(clouds) == 1 else ""


def share_of(requests: Requests, hardware: Hardware) -> Decimal | Unknown:
    """The part of a node that a pod takes, above 0 up to 1; unknown where it asks for nothing that the node counts."""
    devices = hardware.accelerators
    wanted = (
        (requests.vcpus, hardware.vcpus, "vCPUs"),
        (requests.memory_gib, hardware.memory_gib, "memory"),
        (requests.accelerators, devices.count if devices is not None else None, "accelerators"),
    )
    shares: list[Decimal] = []
    for asked, has, what in wanted:
        if isinstance(asked, Unknown):
            return Unknown(f"the part of a node that it takes is not known: {asked.reason}", asked.depends_on)
        if not asked:
            continue
        if isinstance(has, (int, float)) and has:
            shares.append(asked / Decimal(str(has)))
        elif what == "accelerators" and devices is None:
            return Unknown(f"{hardware.sku} has no accelerators, and it asks for some")
        else:
            return Unknown(f"the part of a node that it takes is not known: the {what} of {hardware.sku} are not known")
    if not shares:
        return Unknown("the part of a node that it takes is not known: it requests neither CPU nor memory")
    if max(shares) > 1:
        return Unknown(f"it asks for more than {hardware.sku} has")
    return max(*shares, MOST_DIGITS).quantize(MOST_DIGITS)


def _chosen(
    provider: str, compute: Compute, requests: Requests, cluster: Cluster, catalogue: Catalogue
) -> str | Unknown:
    """The first node type of the cluster that can run the pod."""
    if not cluster.node_types:
        return Unknown(
            "which node it runs on is not known: name the cluster's node types in sumptuary.yaml "
            "(context.kubernetes.node_types)",
            ("context.kubernetes.node_types",),
        )
    if isinstance(asked := share_of(requests, _Endless()), Unknown):
        return asked
    known = [hardware for sku in cluster.node_types if (hardware := catalogue.hardware(provider, sku)) is not None]
    fitting = [hardware for hardware in known if not isinstance(share_of(requests, hardware), Unknown)]
    if not requests.accelerators:  # nodes with accelerators are kept for those that ask for them, if there are others
        fitting = [hardware for hardware in fitting if hardware.accelerators is None] or fitting
    elif isinstance(compute.accelerators, Accelerators):
        wanted = compute.accelerators
        fitting = [hardware for hardware in fitting if _is_same(wanted, hardware.accelerators, catalogue)]
    elif len({hardware.accelerators.model for hardware in fitting if hardware.accelerators is not None}) > 1:
        return Unknown("which accelerator it runs on is not said, and the cluster has several", ("nodeSelector",))
    if fitting:
        return fitting[0].sku
    types = ", ".join(cluster.node_types[:6])
    if not known:
        return Unknown(f"which node it runs on is not known: the hardware of the cluster's node types is not ({types})")
    return Unknown(f"none of the cluster's node types can run it: {types}")


class _Endless:
    """A node with plenty of everything, to tell a pod that asks for nothing from one that fits nowhere."""

    sku = "a node"
    vcpus: int | None = 10**9
    memory_gib: float | None = 1e9
    accelerators: Accelerators | None = Accelerators("any", 10**9)
    current_generation: bool | None = None


def _is_same(wanted: Accelerators, has: Accelerators | None, catalogue: Catalogue) -> bool:
    """Whether a node has the accelerators that are wanted: the model, and of one with several sizes the size."""
    if has is None or _name(wanted.model, catalogue) != _name(has.model, catalogue):
        return False
    default = catalogue.accelerator_memory_gib(wanted.model)
    sizes = (wanted.memory_gib, has.memory_gib)
    return wanted.fraction < 1 or None in sizes or default == wanted.memory_gib or sizes[0] == sizes[1]


def _name(model: str, catalogue: Catalogue) -> str:
    return catalogue.accelerator_name(model) or model


def _accelerators(
    devices: Accelerators, provider: str, compute: Compute, catalogue: Catalogue
) -> Accelerators | Unknown:
    """The accelerators that a pod gets; unknown where its selectors leave several models."""
    others = [hardware for sku in compute.alternatives if (hardware := catalogue.hardware(provider, sku)) is not None]
    models = {devices.model, *(other.accelerators.model for other in others if other.accelerators is not None)}
    if len(models) > 1:
        return Unknown(f"it runs on any of {', '.join(sorted(models))}")
    return _asked_of(devices, compute)


def _asked_of(devices: Accelerators, compute: Compute) -> Accelerators | Unknown:
    """The accelerators that a pod gets of those that a node has."""
    requests = compute.requests
    asked = requests.accelerators if requests is not None else Decimal(0)
    if isinstance(asked, Unknown):
        return asked
    if asked == asked.to_integral_value():
        return Accelerators(devices.model, int(asked), devices.memory_gib)
    return Accelerators(devices.model, 1, devices.memory_gib, float(asked))
