"""What provider attributes mean: tables from resource types to kinds and facets, a line a type."""

from __future__ import annotations

from importlib import import_module

from sumptuary.model import Resource
from sumptuary.sources.mapping.shape import Nobody, Shape, fill
from sumptuary.sources.mapping.taggable import tag_attribute_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.mapping.shape import Peers

_TABLES = {
    "aws": "aws",
    "google": "google",
    "azurerm": "azure",
    "kubernetes": "others",
    "databricks": "others",
    "snowflake": "others",
    "pinecone": "others",
    "helm": "others",
}
"""Which table knows the types that begin with a word; loaded when the first of them is met."""


_LABELS = ("labels", "user_labels", "resource_labels")
"""What Google calls tags; its ``tags`` are names for firewalls, or the Resource Manager's."""


_UNLABELLED = frozenset(
    {
        "kubernetes_annotations",
        "kubernetes_config_map_v1_data",
        "kubernetes_env",
        "kubernetes_labels",
        "kubernetes_node_taint",
        "kubernetes_secret_v1_data",
    }
)
"""What says something of an object that another one owns: its metadata has a name and no labels."""


def shape_of(resource_type: str) -> Shape | None:
    """The record of a resource type, or None where no table has one."""
    table = _TABLES.get(resource_type.partition("_")[0])
    if table is None:
        return None
    shapes: dict[str, Shape] = import_module(f"sumptuary.sources.mapping.{table}").SHAPES
    return shapes.get(resource_type)


def apply(resource: Resource, peers: Peers | None = None) -> None:
    """Set kind, facets and taggability of a resource from its type and attributes.

    A type that no table knows is of kind ``other``; its tags are judged all the same.
    """
    shape = shape_of(resource.type)
    if shape is None:
        resource.kind = "other"
    else:
        fill(resource, shape, peers if peers is not None else Nobody())
    _taggability(resource)
    if resource.type.startswith("azurerm_"):
        from sumptuary.sources.mapping.resource_groups import group_tags

        resource.tags.group = group_tags(resource, peers if peers is not None else Nobody())


def _taggability(resource: Resource) -> None:
    """A resource that carries a tag attribute takes tags; else the providers' own documentation says."""
    if resource.type.startswith("kubernetes_"):
        has_metadata = "metadata" in resource.attributes or "manifest" in resource.attributes
        resource.taggable = has_metadata and resource.type not in _UNLABELLED
        return
    known = tag_attribute_of(resource.type)
    is_google = resource.type.startswith("google_")
    for name in _LABELS if is_google else ("tags", *_LABELS, "tag"):
        if name in resource.attributes and not (is_google and known == ""):
            resource.taggable = True
            resource.tag_attribute = resource.tag_attribute or name
            return
    if known is None:
        resource.taggable = True if resource.tags.entries else None
    else:
        resource.taggable = bool(known)
        resource.tag_attribute = resource.tag_attribute or known
