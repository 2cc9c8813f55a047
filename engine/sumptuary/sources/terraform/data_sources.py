"""Data sources whose value follows from the configuration of their provider."""

from __future__ import annotations

from sumptuary.sources.terraform.providers import Configuration, configuration_of
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.terraform.instances import Node

_FROM_PROVIDER = {
    ("aws_region", "name"): "region",
    ("aws_region", "id"): "region",
    ("aws_region", "region"): "region",
    ("google_client_config", "region"): "region",
    ("google_client_config", "zone"): "zone",
    ("google_client_config", "project"): "project",
}


def computed(node: Node, name: str) -> object | None:
    """The value of an attribute that the provider block settles; None when it does not."""
    type_name = node.declaration.block.labels[0]
    if type_name == "aws_default_tags" and name == "tags":
        configuration = configuration_of(node.instance, node.declaration)
        if isinstance(configuration, Unknown):
            return configuration
        return configuration.default_tags() if isinstance(configuration, Configuration) else {}
    setting = _FROM_PROVIDER.get((type_name, name))
    if setting is None or node.declaration.body.attributes.keys() & {"name", "region", "endpoint"}:
        return None
    configuration = configuration_of(node.instance, node.declaration)
    if not isinstance(configuration, Configuration):
        return None
    value = configuration.setting(setting)
    return value if isinstance(value, (str, Unknown)) else None
