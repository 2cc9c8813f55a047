"""The tags of a resource with where each came from, by every provider's own rules."""

from __future__ import annotations

from decimal import Decimal

from sumptuary.model import Tag, Tags
from sumptuary.sources.mapping.taggable import tag_attribute_of
from sumptuary.sources.terraform.blocks import OpenBlocks
from sumptuary.values import PartialMap, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from sumptuary.model import Place, Resource
    from sumptuary.sources.terraform.providers import Provider

_NESTED = {
    "aws_autoscaling_group": "tag",
    "google_cloud_run_domain_mapping": "metadata.labels",
    "google_cloud_run_service": "metadata.labels",
    "google_sql_database_instance": "settings.user_labels",
    "google_container_node_pool": "node_config.resource_labels",
    "kubernetes_manifest": "manifest.metadata.labels",
}
"""Types whose tags stand elsewhere than at the top."""
_NO_DEFAULT_TAGS = frozenset({"aws_autoscaling_group"})
"""AWS types that the provider's default_tags leave alone, by its documentation."""
_DEFAULT_LABELS = frozenset({"labels", "metadata.labels", "resource_labels"})
"""Attributes over which the Google provider lays its default_labels: neither user_labels nor those of nodes."""
_USUAL = {"aws": "tags", "azurerm": "tags", "azapi": "tags", "google": "labels"}
_attributes: dict[str, str] = {}


def tag_attribute(type_name: str, attributes: Container[str]) -> str:
    """The path of the attribute that holds a resource's tags; empty for one that takes none.

    A type that no list knows takes tags where its block (``attributes``) has them.
    """
    known = _attributes.get(type_name)
    if known is None:
        prefix = type_name.partition("_")[0]
        known = _NESTED.get(type_name, "metadata.labels" if prefix == "kubernetes" else "")
        known = _attributes[type_name] = known or tag_attribute_of(type_name) or ""
    if known:
        return known
    usual = _USUAL.get(type_name.partition("_")[0], "tags")
    return usual if usual in attributes else ""


def _takes_default_tags(resource: Resource) -> bool:
    """Whether the provider's default tags or labels are laid under the resource's own."""
    type_name = resource.type
    if type_name in _NO_DEFAULT_TAGS or not resource.tag_attribute:
        return False
    if type_name.startswith("google_"):
        return resource.tag_attribute in _DEFAULT_LABELS
    return type_name.startswith("aws_")


def read_tags(resource: Resource, configuration: Provider | Unknown | None) -> Tags:
    """A resource's tags: its provider's defaults, and its own over them. A null value is no tag."""
    tags = Tags()
    type_name = resource.type
    if _takes_default_tags(resource):
        if isinstance(configuration, Unknown):
            _doubt(tags, Unknown(f"{configuration.reason}, and may add default tags", configuration.depends_on))
        elif configuration is not None:
            _add(tags, configuration.default_tags(), "provider-default", configuration.tags_place())
    attribute = resource.tag_attribute
    if not attribute:
        return tags
    origin = "label" if type_name.startswith("kubernetes_") else "own"
    place = resource.origin.place_of(attribute)
    if attribute == "tag":
        _add_rows(tags, resource.attributes, ("tag", "tags"), place)
    elif type_name.startswith("awscc_"):
        _add_rows(tags, resource.attributes, (attribute,), place)
    else:
        _add(tags, resource.attribute(attribute), origin, place)
        if type_name.startswith("aws_") and "tags_all" in resource.attributes:
            _add(tags, resource.attributes["tags_all"], origin, resource.origin.place_of("tags_all"))
    return tags


def tags_all(own: object, configuration: Provider | Unknown | None) -> object:
    """``tags_all`` of an AWS resource: its provider's default tags with its own over them."""
    tags = Tags()
    if isinstance(configuration, Unknown):
        _doubt(tags, configuration)
    elif configuration is not None:
        _add(tags, configuration.default_tags(), "provider-default", None)
    _add(tags, own, "own", None)
    return tags.values()


def _add(tags: Tags, value: object, origin: str, place: Place | None) -> None:
    """Lay a map over the tags. An unknown one makes what it might replace uncertain too."""
    if isinstance(value, Unknown):
        _overlaid(tags, value)
        return
    if not is_map(value):
        return
    if isinstance(value, PartialMap):
        _overlaid(tags, value.rest)
    for key, item in value.items():
        text = tag_text(key, item)
        if text is not None:
            tags.entries[key] = Tag(text, origin, place)


def _overlaid(tags: Tags, why: Unknown) -> None:
    """Something unknown lies over the tags: their keys stay, their values may be others."""
    for key, tag in tags.entries.items():
        tags.entries[key] = Tag(why, tag.origin, tag.place)
    _doubt(tags, why)


def _doubt(tags: Tags, why: Unknown) -> None:
    tags.rest = why if tags.rest is None else tags.rest.joined(why)


def tag_text(key: str, value: object) -> str | Unknown | None:
    """A tag's value as the provider stores it; None where a null means that there is no tag."""
    if value is None or isinstance(value, (str, Unknown)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (Decimal, float)):
        return format(Decimal(str(value)).normalize(), "f")
    return Unknown(f"the tag {key} is no text")


def _add_rows(tags: Tags, attributes: Mapping[str, object], names: tuple[str, ...], place: Place | None) -> None:
    """Tags with a key and a value each: ``tag`` blocks and the old ``tags`` list of an Auto Scaling group, and the
    lists of the Cloud Control provider."""
    for name in names:
        for row in _rows(tags, attributes.get(name)):
            if not is_map(row):
                _doubt(tags, row if isinstance(row, Unknown) else Unknown("a tag block cannot be read"))
                continue
            key = row.get("key")
            if isinstance(key, str):
                text = tag_text(key, row.get("value"))
                if text is not None:
                    tags.entries[key] = Tag(text, "own", place)
            elif isinstance(key, Unknown):
                _doubt(tags, key)


def _rows(tags: Tags, value: object) -> Iterator[object]:
    if isinstance(value, OpenBlocks):
        _doubt(tags, value)
        yield from value.known
    elif isinstance(value, Unknown):
        _doubt(tags, value)
    elif is_list(value):
        yield from value
    elif is_map(value):
        yield value
