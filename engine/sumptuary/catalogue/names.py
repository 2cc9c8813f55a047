"""The names that the world gives providers and regions, as the catalogue's files are called."""

from __future__ import annotations

OPTIONS = ("on-demand", "spot", "commit-1y", "commit-3y")
"""The purchase options, in the order in which they are shown."""

PROVIDERS = {
    "aws": "aws",
    "amazon": "aws",
    "gcp": "gcp",
    "google": "gcp",
    "google-beta": "gcp",
    "azure": "azure",
    "azurerm": "azure",
    "azapi": "azure",
}


def provider_name(provider: str) -> str:
    """``aws``, ``gcp`` or ``azure`` for the names a provider goes by; any other name as it is."""
    return PROVIDERS.get(provider.lower(), provider.lower())


def region_name(provider: str, region: str) -> str:
    """The region of a provider (by its own name here) that a region, a zone or a display name means.

    ``us-east-1a`` and ``us-central1-a`` are zones; Azure writes ``East US`` for ``eastus``.
    """
    name = region.strip().lower()
    if provider == "azure":
        return name.replace(" ", "")
    if provider == "gcp" and len(name) > 2 and name[-2] == "-" and name[-1].isalpha():
        return name[:-2]
    if provider == "aws" and len(name) > 2 and name[-1].isalpha() and name[-2].isdecimal() and name.count("-") == 2:
        return name[:-1]
    return name


def family(sku: str) -> str:
    """The family of an AWS instance type: ``m5`` of ``m5.4xlarge``."""
    return sku.partition(".")[0]
