"""Data sources whose value follows from the configuration: of their provider, or of the block itself."""

from __future__ import annotations

from sumptuary.sources.terraform.providers import Configuration, configuration_of
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.sources.terraform.tags import tag_text
from sumptuary.values import Absent, PartialMap, Unknown, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sumptuary.sources.terraform.instances import Node
    from sumptuary.sources.terraform.scope import Scope

_PARTITIONS = (("cn-", "aws-cn", "amazonaws.com.cn"), ("us-gov-", "aws-us-gov", "amazonaws.com"))
"""What a region's name begins with, its partition and the suffix of its hosts (docs.aws.amazon.com, ARN format)."""
_ISOLATED = ("us-iso", "eu-iso", "eusc-")
"""Regions whose partitions are not told here."""
_ARN_PARTS = ("partition", "service", "region", "account", "resource")

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
    if type_name == "local_file" and name == "content":
        return _content(node.instance, argument("filename"))
    if type_name == "aws_arn" and name in _ARN_PARTS:
        return _part_of_arn(argument("arn"), _ARN_PARTS.index(name) + 1)
    if type_name == "aws_partition":
        return _of_partition(configuration_of(node.instance, node.declaration), name)
    setting = _FROM_PROVIDER.get((type_name, name))
    if setting is None or node.declaration.body.attributes.keys() & {"name", "region", "endpoint"}:
        return None
    configuration = configuration_of(node.instance, node.declaration)
    if not isinstance(configuration, Configuration):
        return None
    value = configuration.setting(setting)
    return value if isinstance(value, (str, Unknown)) else None


def _content(scope: Scope, path: object) -> object | None:
    """The text of a file in the tree."""
    if not isinstance(path, str):
        return path if isinstance(path, Unknown) else None
    from sumptuary.sources.terraform.functions.files import text_of

    try:
        return text_of(scope, path)
    except EvaluationError as error:
        return Unknown(str(error))  # it may be written before it is read


def _part_of_arn(arn: object, part: int) -> object | None:
    """``arn:partition:service:region:account:resource``, whose last part may hold colons."""
    if not isinstance(arn, str):
        return arn if isinstance(arn, Unknown) else None
    parts = arn.split(":", 5)
    return parts[part] if len(parts) == 6 and parts[0] == "arn" else None


def _of_partition(configuration: Configuration | Unknown | None, name: str) -> object | None:
    """What a provider's region says of its partition."""
    if not isinstance(configuration, Configuration) or name not in ("id", "partition", "dns_suffix"):
        return None
    region = configuration.setting("region")
    if not isinstance(region, str) or region.startswith(_ISOLATED):
        return region if isinstance(region, Unknown) else None
    ordinary = ("", "aws", "amazonaws.com")
    _, partition, suffix = next((row for row in _PARTITIONS if region.startswith(row[0])), ordinary)
    return suffix if name == "dns_suffix" else partition


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
