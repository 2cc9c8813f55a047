"""What an Azure resource's group is tagged with: it reaches the bill of what is in the group if people want it so."""

from __future__ import annotations

from sumptuary.model import Resource, Tag, Tags
from sumptuary.values import Absent, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.mapping.shape import Peers

GROUP = "azurerm_resource_group"
_NAMED_BY = ("resource_group_name", "resource_group_id")


def group_tags(resource: Resource, peers: Peers) -> Tags | None:
    """The tags of the resource group that a resource says it is in; None for what is in none, or is one.

    Cost Management's tag inheritance lays a group's tags on the usage of what is in it; the resources themselves do
    not have them (learn.microsoft.com/azure/cost-management-billing/costs/enable-tag-inheritance).
    """
    if not resource.type.startswith("azurerm_") or resource.type == GROUP:
        return None
    for name in _NAMED_BY:
        for address in resource.relations.get(name, ()):
            group = peers.get(address)
            if group is not None and group.type == GROUP:
                return _handed_down(group)
    named = any(not isinstance(resource.attribute(name), Absent) for name in _NAMED_BY)
    reason = "its resource group is not in this configuration" if named else "its resource group is not told here"
    return Tags(rest=Unknown(reason, (f"{resource.address}.{_NAMED_BY[0]}",)))


def _handed_down(group: Resource) -> Tags:
    places = {key: tag.place or group.origin.place_of(group.tag_attribute) for key, tag in group.tags.entries.items()}
    entries = {key: Tag(tag.value, "inherited", places[key]) for key, tag in group.tags.entries.items()}
    return Tags(entries, group.tags.rest)
