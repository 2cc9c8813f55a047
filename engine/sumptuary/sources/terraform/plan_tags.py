"""Tags of a planned resource: the plan holds the merged map, its difference to the own one is the provider's."""

from __future__ import annotations

from sumptuary.model import Tag, Tags
from sumptuary.sources.terraform.tags import read_tags, tag_text
from sumptuary.values import Unknown, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.model import Resource
    from sumptuary.sources.terraform.providers import Provider

_MERGED = {"aws": ("tags_all",), "gcp": ("terraform_labels", "effective_labels")}
"""The attributes in which a provider computes own tags and defaults together; those that others add come last."""


def planned_tags(resource: Resource, configuration: Provider | Unknown | None) -> Tags:
    """The tags of a resource of a plan or state."""
    merged = next(
        (found for name in _MERGED.get(resource.provider, ()) if is_map(found := resource.attributes.get(name))), None
    )
    if merged is None and "tags_all" not in resource.attributes:
        return read_tags(resource, configuration)
    if merged is None:  # it waits for the apply: the configuration tells more
        attributes = resource.attributes
        resource.attributes = {name: value for name, value in attributes.items() if name != "tags_all"}
        try:
            return read_tags(resource, configuration)
        finally:
            resource.attributes = attributes
    own = resource.attribute(resource.tag_attribute) if resource.tag_attribute else None
    tags = Tags()
    place = resource.origin.place_of(resource.tag_attribute)
    theirs = None if configuration is None or isinstance(configuration, Unknown) else configuration.tags_place()
    for key, value in merged.items():
        text = tag_text(key, value)
        if text is not None:
            if isinstance(own, Unknown) or (is_map(own) and key in own):
                tags.entries[key] = Tag(text, "own", place)
            else:
                tags.entries[key] = Tag(text, "provider-default", theirs)
    return tags
