"""What all live AWS resources have in common: where they are, what they are called, their tags and facets."""

from __future__ import annotations

from dataclasses import dataclass

from sumptuary.model import Origin, Resource, Tag, Tags
from sumptuary.sources.mapping import apply
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sumptuary.sources.mapping.shape import Peers

SYSTEM = "aws:"
"""Prefix of the tags that AWS itself sets: they say to whom a resource belongs, and nobody can mend them."""

IDLE = frozenset({"stopped", "stopping", "Stopped", "Stopping"})
"""States in which the machine costs nothing and its disks do."""


@dataclass(slots=True, frozen=True)
class Where:
    """One region of one account. ``partition`` is ``aws``, ``aws-cn`` or ``aws-us-gov``."""

    partition: str
    account: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource whose answer has none."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


@dataclass(slots=True, frozen=True, eq=False)
class Identity:
    """What a resource is called: its Terraform type, its ARN, and the id or name that people know it by."""

    type: str
    arn: str
    name: str
    zone: str = ""
    created: datetime | None = None


@dataclass(slots=True, frozen=True, eq=False)
class Templates:
    """The launch templates and configurations that groups refer to, by the address that their relations name."""

    found: dict[str, Resource]

    def get(self, address: str) -> Resource | None:
        """The template at an address, or None."""
        return self.found.get(address)


def resource(identity: Identity, at: Where, attributes: dict[str, object], tags: Mapping[str, str]) -> Resource:
    """A live resource without facets yet. System tags are left out: whoever needs them reads the answer."""
    own = {key: value for key, value in tags.items() if not key.startswith(SYSTEM)}
    if own:
        attributes["tags"] = dict(own)
    found = Resource(
        id=identity.arn,
        address=f"{identity.type}.{identity.name}",
        kind="other",
        type=identity.type,
        provider="aws",
        source="live",
        account=at.account,
        region=at.region,
        zone=identity.zone or None,
        tags=Tags({key: Tag(value) for key, value in own.items()}),
        attributes=attributes,
        origin=Origin(uri=identity.arn),
    )
    found.lifetime.created = identity.created
    return found


def settled(found: Resource, peers: Peers | None = None) -> Resource:
    """The resource with its kind and facets, from the tables that Terraform is read by; what is stopped runs none.

    Where an instance type stands in a template that could not be read, the reason says so in words of live accounts.
    """
    apply(found, peers)
    compute = found.compute
    if compute is None:
        return found
    if isinstance(compute.sku, Unknown) and compute.sku.depends_on == (f"{found.address}.{compute.sku_attribute}",):
        compute.sku = Unknown(f"its {compute.sku_attribute.replace('_', ' ')} could not be read")
    state = found.attributes.get("instance_state", found.attributes.get("status"))
    if state in IDLE:
        compute.minimum = compute.maximum = None
        compute.desired = 0
    return found
