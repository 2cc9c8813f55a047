"""Where a resource will run and who pays: region, zone and account, from the resource or from its provider."""

from __future__ import annotations

from sumptuary.values import ABSENT, Unknown, is_list

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.model import Resource
    from sumptuary.sources.terraform.providers import Provider


def place_in_cloud(resource: Resource, configuration: Provider | Unknown | None, *, computed: bool = False) -> None:
    """Set region, zone and account. One that the configuration leaves open is Unknown.

    ``computed`` says that the attributes are a plan's, where an unknown one was left to the provider to choose.
    """
    attributes = resource.attributes
    if computed:
        attributes = {name: value for name, value in attributes.items() if not isinstance(value, Unknown)}
    if resource.provider == "aws":
        _aws(resource, attributes, configuration)
    elif resource.provider == "gcp":
        _google(resource, attributes, configuration)
    elif resource.provider == "azure":
        location = _text(resource.attribute("location"))
        resource.region = location.lower().replace(" ", "") if isinstance(location, str) else location
        resource.account = _setting(configuration, "subscription_id")


def _aws(resource: Resource, attributes: dict[str, object], configuration: Provider | Unknown | None) -> None:
    resource.zone = _text(attributes.get("availability_zone"))
    own = _text(attributes.get("region"))
    if configuration is not None and not isinstance(configuration, Unknown):
        accounts = configuration.setting("allowed_account_ids")
        if is_list(accounts) and len(accounts) == 1:
            resource.account = _text(accounts[0])
    if own is not None:
        resource.region = own
    elif isinstance(resource.zone, str) and resource.zone[-1:].isalpha() and resource.zone[-2:-1].isdecimal():
        resource.region = resource.zone[:-1]
    else:
        resource.region = _from_provider(configuration, "region")


def _google(resource: Resource, attributes: dict[str, object], configuration: Provider | Unknown | None) -> None:
    project = _text(attributes.get("project"))
    resource.account = project if project is not None else _setting(configuration, "project")
    zone = _text(attributes.get("zone"))
    region = _text(attributes.get("region"))
    location = _text(attributes.get("location"))
    if zone is None and isinstance(location, str) and _is_zone(location):
        zone = location
    elif region is None:
        region = location
    if zone is None and region is None:
        zone = _setting(configuration, "zone") if resource.type.startswith("google_compute_") else None
    resource.zone = zone
    if region is not None:
        resource.region = _last_segment(region)
    elif isinstance(zone, str):
        resource.region = zone.rpartition("/")[2].rpartition("-")[0] or None
    elif zone is not None:
        resource.region = zone
    else:
        resource.region = _from_provider(configuration, "region")


def _is_zone(location: str) -> bool:
    """``us-central1-a`` is a zone, ``us-central1`` and ``EU`` are not."""
    return location.count("-") == 2 and len(location.rpartition("-")[2]) == 1


def _last_segment(value: str | Unknown) -> str | Unknown:
    """A region may be given by its URL."""
    return value.rpartition("/")[2] if isinstance(value, str) else value


def _text(value: object) -> str | Unknown | None:
    if isinstance(value, Unknown):
        return value
    return value if isinstance(value, str) and value else None


def _setting(configuration: Provider | Unknown | None, name: str) -> str | Unknown | None:
    if configuration is None or isinstance(configuration, Unknown):
        return None
    value = configuration.setting(name)
    return None if value is ABSENT else _text(value)


def _from_provider(configuration: Provider | Unknown | None, name: str) -> str | Unknown:
    if isinstance(configuration, Unknown):
        return configuration
    found = _setting(configuration, name)
    return found if found is not None else Unknown(f"the configuration names no {name}", (f"provider {name}",))
