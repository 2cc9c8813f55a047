"""What all documents have in common: strict models, and the forms that their texts and numbers take."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sumptuary.rule import duration

API_VERSION = "sumptuary/v1"

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Semver = Annotated[
    str, Field(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$")
]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Glob = Annotated[str, Field(min_length=1, max_length=200)]
Level = Literal["off", "audit", "advisory", "soft-mandatory", "hard-mandatory"]
Stage = Literal["pre-commit", "ci", "scheduled"]
Severity = Literal["critical", "high", "medium", "low", "info"]
Provider = Literal["aws", "gcp", "azure", "kubernetes"]
Layer = Literal["built-in", "organization", "team", "repository"]
Amount = Annotated[str, Field(pattern=r"^[0-9]{1,15}(\.[0-9]{1,6})?$")]
Fact = Literal["environment", "team", "workload_type", "model", "checkpoint", "ttl", "expires-at", "budget", "owner"]


class Strict(BaseModel):
    """A record that takes no key but its own, and no text for a number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Money(Strict):
    """An amount of money."""

    amount: Amount = Field(description="A decimal, such as 1000 or 0.92.")
    currency: Literal["USD"] = "USD"


class Override(Strict):
    """Fields of policies from the layers above, set anew; only to tighten, unless the layers above delegate."""

    match: Glob = Field(description="The id of a policy, or a glob over ids.")
    set: dict[Text, Any] = Field(
        min_length=1,
        description="Dotted path below spec, or severity, to its value.",
    )


def is_duration(text: str) -> str:
    """The text, when it is a duration.

    Raises:
        ValueError: it is none.
    """
    if duration(text) is None:
        raise ValueError(f"{text!r} is not a duration, such as 24h or 90d")
    return text
