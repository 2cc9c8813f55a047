"""Which resource types take tags, and under which attribute: lists from the providers, read when first asked."""

from __future__ import annotations

import os

_DIRECTORY = os.path.join(os.path.dirname(__file__), "taggable_types")
_PROVIDERS = {"aws": "aws", "google": "google", "azurerm": "azurerm"}
_texts: dict[str, str] = {}


def tag_attribute_of(resource_type: str) -> str | None:
    """The attribute that holds a type's tags, empty where it takes none, None where the lists do not know.

    The Google and Azure lists hold every type that their provider documents, so that a newer one is not known. The AWS
    list holds those that take tags: any other takes none, unless it is newer than the list.
    """
    name = _PROVIDERS.get(resource_type.partition("_")[0])
    if name is None:
        return None
    text = _texts.get(name)
    if text is None:
        with open(os.path.join(_DIRECTORY, f"{name}.txt"), encoding="utf-8") as file:
            text = _texts[name] = file.read()
    start = text.find(f"\n{resource_type} ")
    if start < 0:
        return "" if name == "aws" else None
    end = text.find("\n", start + 1)
    attribute = text[start + len(resource_type) + 2 : end if end >= 0 else None]
    return "" if attribute == "-" else attribute
