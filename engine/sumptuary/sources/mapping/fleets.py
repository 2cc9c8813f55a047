"""Where a table cannot say it: groups and pools whose machines are described by a template, a policy or a list."""

from __future__ import annotations

from sumptuary.model import Compute, Resource, Storage
from sumptuary.sources.mapping.shape import mapped, several, text, whole
from sumptuary.values import ABSENT, Absent, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.mapping.shape import Peers

EKS_DEFAULT_TYPE = "t3.medium"
"""aws_eks_node_group, instance_types: "Defaults to ["t3.medium"]"."""


def root_volume(resource: Resource, peers: Peers) -> None:
    """An instance: its template where it names one, its market options, and the root volume if its size is given."""
    instance_market(resource, peers)
    template = _template(resource, peers, "launch_template")
    if resource.compute is not None and resource.compute.sku is None and template is not None:
        _take_sku(resource.compute, template)
    size = resource.attribute("root_block_device.volume_size")
    if not isinstance(size, Absent):
        kind = resource.attribute("root_block_device.volume_type")
        resource.storage = Storage(
            size_gib=whole(size),
            type="gp2" if isinstance(kind, Absent) else text(kind),
            iops=whole(resource.attribute("root_block_device.iops")),
            throughput_mibps=whole(resource.attribute("root_block_device.throughput")),
        )


def instance_market(resource: Resource, peers: Peers) -> None:
    """Spot, where ``instance_market_options`` asks for it; a capacity block likewise."""
    if resource.compute is None:
        return
    options = resource.attribute("instance_market_options")
    market = options if isinstance(options, Unknown) else resource.attribute("instance_market_options.market_type")
    if isinstance(market, Absent) and options and _is_spot_without_type(resource):
        market = "spot"
    if isinstance(market, Unknown):
        resource.compute.purchase_option = market
    elif isinstance(market, str):
        resource.compute.purchase_option = {"spot": "spot", "capacity-block": "capacity-block"}.get(market, "on-demand")
    resource.compute.purchase_attribute = "instance_market_options"


def _is_spot_without_type(resource: Resource) -> bool:
    """aws_instance, market_type: "Defaults to spot"; elsewhere spot options say it."""
    options = resource.attribute("instance_market_options.spot_options")
    return resource.type == "aws_instance" or not isinstance(options, (Absent, Unknown))


def spot_price(resource: Resource, peers: Peers) -> None:
    """A launch configuration with a spot price asks for spot capacity (aws_launch_configuration, spot_price)."""
    price = resource.attribute("spot_price")
    if resource.compute is None:
        return
    resource.compute.purchase_attribute = "spot_price"
    if isinstance(price, Unknown):
        resource.compute.purchase_option = price
    elif price:
        resource.compute.purchase_option = "spot"


def spot_fleet(resource: Resource, peers: Peers) -> None:
    """A spot fleet: its launch specifications name the types."""
    spot_only(resource, peers)
    specifications = resource.attribute("launch_specification")
    if resource.compute is not None and is_list(specifications) and len(specifications) > 1:
        items = [item for item in specifications if is_map(item)]
        resource.compute.sku, resource.compute.alternatives = several([item.get("instance_type") for item in items])


def spot_only(resource: Resource, peers: Peers) -> None:
    """A request for spot capacity and nothing else."""
    if resource.compute is not None:
        resource.compute.purchase_option = "spot"


def _template(resource: Resource, peers: Peers, attribute: str) -> Resource | None:
    """The launch template or configuration that an attribute refers to, if it is in the same configuration."""
    for path, addresses in resource.relations.items():
        if path == attribute or path.startswith(f"{attribute}."):
            for address in addresses:
                found = peers.get(address)
                if found is not None and found.type in ("aws_launch_template", "aws_launch_configuration"):
                    return mapped(found, peers)
    return None


def _take_sku(compute: Compute, template: Resource) -> None:
    """The SKU and market of a template."""
    sku = template.attribute("instance_type")
    compute.sku = text(sku)
    if template.compute is not None and template.compute.purchase_option not in (None, "on-demand"):
        compute.purchase_option = template.compute.purchase_option


def _waits(resource: Resource, attribute: str) -> Unknown:
    """What runs is described by a template that is not here."""
    return Unknown(
        f"its {attribute.replace('_', ' ')} is not in this configuration", (f"{resource.address}.{attribute}",)
    )


def node_group(resource: Resource, peers: Peers) -> None:
    """An EKS node group without instance types takes its launch template's, or else EKS's default."""
    compute = resource.compute
    if compute is None or compute.sku is not None:
        return
    if not _is_there(resource.attribute("launch_template")):
        compute.sku = EKS_DEFAULT_TYPE
        return
    template = _template(resource, peers, "launch_template")
    if template is None:
        compute.sku = _waits(resource, "launch_template")
    else:
        _take_sku(compute, template)
        compute.sku = EKS_DEFAULT_TYPE if compute.sku is None else compute.sku


def group(resource: Resource, peers: Peers) -> None:
    """An Auto Scaling group: its machines are in a mixed instances policy, a launch template or configuration."""
    compute = resource.compute
    if compute is None:
        return
    mixed = resource.attribute("mixed_instances_policy")
    if isinstance(mixed, Unknown):
        compute.sku = compute.purchase_option = mixed
    elif _is_there(mixed):
        _mixed(resource, compute, peers)
    else:
        attribute = "launch_template" if _is_there(resource.attribute("launch_template")) else "launch_configuration"
        template = _template(resource, peers, attribute)
        compute.sku_attribute = attribute
        if template is None:
            compute.sku = _waits(resource, attribute)
        else:
            _take_sku(compute, template)


def _is_there(blocks: object) -> bool:
    """Whether there is such a block: a ``dynamic`` one without elements is none."""
    return blocks is not ABSENT and blocks != []


def _mixed(resource: Resource, compute: Compute, peers: Peers) -> None:
    """Overrides name the types; the distribution says how much of it is spot."""
    prefix = "mixed_instances_policy"
    compute.sku_attribute = f"{prefix}.launch_template.override"
    compute.purchase_attribute = f"{prefix}.instances_distribution.on_demand_percentage_above_base_capacity"
    overrides = resource.attribute(f"{prefix}.launch_template.override")
    items = overrides if is_list(overrides) else []
    names = [item.get("instance_type") for item in items if is_map(item)]
    compute.sku, compute.alternatives = several([name for name in names if name is not None])
    if compute.sku is None:
        template = _template(resource, peers, prefix)
        if isinstance(overrides, Unknown):
            compute.sku = overrides
        elif template is None:
            compute.sku = _waits(resource, "launch_template")
        else:
            _take_sku(compute, template)
    share = resource.attribute(compute.purchase_attribute)
    base = whole(resource.attribute(f"{prefix}.instances_distribution.on_demand_base_capacity"))
    if isinstance(share, Unknown):
        compute.purchase_option = share
    elif whole(share) == 0 and (isinstance(base, Unknown) or not base):
        compute.purchase_option = base if isinstance(base, Unknown) else "spot"


def batch(resource: Resource, peers: Peers) -> None:
    """A Batch compute environment counts vCPUs, not machines: how many run is not known from it."""
    compute = resource.compute
    if compute is None:
        return
    sku = compute.sku
    if isinstance(sku, str) and "." not in sku:
        compute.sku = None  # "optimal" or a whole family: Batch chooses
    vcpus = compute.minimum
    compute.minimum = 0 if vcpus == 0 or vcpus is None else Unknown("Batch counts vCPUs, not instances")
    compute.desired = compute.minimum
    most = resource.attribute("compute_resources.max_vcpus")
    compute.maximum = most if isinstance(most, Unknown) else Unknown("Batch counts vCPUs, not instances")


def endpoint_variants(resource: Resource, peers: Peers) -> None:
    """Production variants: the first one's instance type, and all their instances where the types agree."""
    compute, variants = resource.compute, resource.attribute("production_variants")
    if compute is None:
        return
    if isinstance(variants, Unknown):
        compute.sku = variants
        return
    items = [item for item in variants if is_map(item)] if is_list(variants) else []
    if len(items) < 2:
        return
    skus = [text(item.get("instance_type")) for item in items]
    counts = [whole(item.get("initial_instance_count", 1)) for item in items]
    compute.sku = skus[0]
    compute.alternatives = tuple(sku for sku in skus[1:] if isinstance(sku, str) and sku != skus[0])
    known = [count for count in counts if isinstance(count, int)]
    unknown_type = any(isinstance(sku, Unknown) for sku in skus)
    if len(known) == len(counts) and not compute.alternatives and not unknown_type:
        compute.desired = sum(known)
    else:
        compute.desired = Unknown("its variants run on different instance types, or in numbers that are not known")


def sagemaker_training(resource: Resource, peers: Peers) -> None:
    """Managed spot training, and where checkpoints go."""
    if resource.compute is None:
        return
    managed = resource.attribute("enable_managed_spot_training")
    if isinstance(managed, Unknown):
        resource.compute.purchase_option = managed
    elif managed is True:
        resource.compute.purchase_option = "spot"
    resource.compute.purchase_attribute = "enable_managed_spot_training"
    checkpoint = resource.attribute("checkpoint_config.s3_uri")
    resource.workload.checkpoint = text(checkpoint)
