"""Data sources whose value follows from the configuration: of their provider, or of the block itself."""

from __future__ import annotations

from sumptuary.sources.terraform.providers import Configuration, configuration_of
from sumptuary.sources.terraform.tags import tag_text
from sumptuary.values import Absent, PartialMap, Unknown, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sumptuary.sources.terraform.instances import Node
    from sumptuary.sources.terraform.scope import Scope

_FROM_PROVIDER = {
    ("aws_region", "name"): "region",
    ("aws_region", "id"): "region",
    ("aws_region", "region"): "region",
    ("google_client_config", "region"): "region",
    ("google_client_config", "zone"): "zone",
    ("google_client_config", "project"): "project",
}


def computed(node: Node, name: str, argument: Callable[[str], object]) -> object | None:
    """The value of an attribute that the configuration settles; None when it does not.

    ``argument`` gives what the block of the data source says for a name.
    """
    type_name = node.declaration.block.labels[0]
    if type_name == "null_data_source" and name == "outputs":
        return _texts(argument("inputs"))
    if type_name == "template_file" and name == "rendered":
        return _rendered(node.instance, argument("template"), _texts(argument("vars")))
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


def _texts(values: object) -> object:
    """A map as a provider that knows only texts hands it on; an empty one where there is none."""
    if isinstance(values, Absent) or values is None:
        return {}
    if not is_map(values):
        return values
    given: dict[str, object] = {
        key: text for key, value in values.items() if (text := tag_text(key, value)) is not None
    }
    return PartialMap(given, values.rest) if isinstance(values, PartialMap) else given


def _rendered(scope: Scope, template: object, variables: object) -> object | None:
    """The template filled in with its variables; the same language as ``templatefile`` takes."""
    if not isinstance(template, str) or not is_map(variables):
        return template if isinstance(template, Unknown) else variables if isinstance(variables, Unknown) else None
    from sumptuary.sources.terraform.functions.files import fill_in

    return fill_in(scope, template, variables)
