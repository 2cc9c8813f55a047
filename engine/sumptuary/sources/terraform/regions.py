"""Where a resource will run and who pays: region, zone and account, from the resource or from its provider."""

from __future__ import annotations

from sumptuary.sources.terraform.providers import Configuration
from sumptuary.values import ABSENT, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.model import Resource


def place_in_cloud(resource: Resource, configuration: Configuration | Unknown | None) -> None:
    """Set region, zone and account. One that the configuration leaves open is Unknown."""
    if resource.provider == "aws":
        _aws(resource, configuration)
    elif resource.provider == "gcp":
        _google(resource, configuration)
    elif resource.provider == "azure":
        location = _text(resource.attribute("location"))
        resource.region = location.lower().replace(" ", "") if isinstance(location, str) else location
        resource.account = _setting(configuration, "subscription_id")


def _aws(resource: Resource, configuration: Configuration | Unknown | None) -> None:
    resource.zone = _text(resource.attributes.get("availability_zone"))
    own = _text(resource.attributes.get("region"))
    accounts = configuration.setting("allowed_account_ids") if isinstance(configuration, Configuration) else None
    if isinstance(accounts, list) and len(accounts) == 1:
        resource.account = _text(accounts[0])
    if own is not None:
        resource.region = own
    elif isinstance(resource.zone, str) and resource.zone[-1:].isalpha() and resource.zone[-2:-1].isdigit():
        resource.region = resource.zone[:-1]
    else:
        resource.region = _from_provider(configuration, "region")


def _google(resource: Resource, configuration: Configuration | Unknown | None) -> None:
    attributes = resource.attributes
    resource.account = _text(attributes.get("project")) or _setting(configuration, "project")
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
        resource.region = _last_segment(zone).rpartition("-")[0] or None
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


def _setting(configuration: Configuration | Unknown | None, name: str) -> str | Unknown | None:
    if not isinstance(configuration, Configuration):
        return None
    value = configuration.setting(name)
    return None if value is ABSENT else _text(value)


def _from_provider(configuration: Configuration | Unknown | None, name: str) -> str | Unknown:
    if isinstance(configuration, Unknown):
        return configuration
    found = _setting(configuration, name)
    return found if found is not None else Unknown(f"the configuration names no {name}", (f"provider {name}",))
