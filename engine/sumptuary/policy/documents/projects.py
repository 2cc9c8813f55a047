"""A Project: the settings of a repository (``sumptuary.yaml``)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sumptuary.policy.documents.packs import PackReference
from sumptuary.policy.documents.strict import Fact, Glob, Id, Override, Provider, Strict, Text


class ProjectMetadata(Strict):
    """The repository's name."""

    name: Text = Field(description="What reports call the repository.")


class NodeType(Strict):
    """One type of a cluster's nodes."""

    type: Text = Field(description="The instance type, such as p4d.24xlarge.")
    capacity: Literal["on-demand", "spot"] | None = Field(default=None, description="How such nodes are bought.")


class ProviderContext(Strict):
    """What resources of a provider have where they do not say."""

    region: str = Field(default="", description="The region of resources that name none.")
    provider: Provider | None = Field(default=None, description="The cloud that a cluster runs on.")
    node_types: list[Text | NodeType] = Field(
        default_factory=list[Text | NodeType],
        description="The types of a cluster's nodes, the preferred first: what its pods are priced by.",
    )


class Environments(Strict):
    """How a resource's environment is told."""

    from_: list[Annotated[str, Field(pattern=r"^tag:.+$")]] = Field(
        default_factory=list,
        alias="from",
        description="The tags that declare it, the first that is there: tag:environment.",
    )
    infer: dict[str, Glob] = Field(
        default_factory=dict[str, Glob], description="Environment to a glob over the directory it is inferred from."
    )


class Teams(Strict):
    """How a resource's team is told where no tag says."""

    from_: list[Annotated[str, Field(pattern=r"^tag:.+$")]] = Field(
        default_factory=list, alias="from", description="The tags that declare it, the first that is there: tag:team."
    )
    infer: dict[str, Glob] = Field(
        default_factory=dict[str, Glob], description="Team to a glob over the directory it is inferred from."
    )


class Currency(Strict):
    """What amounts are shown in. Prices are in USD; the rate is yours, dated and sourced."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="Three letters, such as EUR.")]
    rate: Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,9})?$", description="Units of it for one USD.")]
    as_of: date = Field(description="The day of the rate.")
    source: Text = Field(description="Where the rate is from, such as the treasury or a central bank.")

    @model_validator(mode="after")
    def _rate_fits(self) -> Self:
        if Decimal(self.rate) == 0:
            raise ValueError("the rate is 0: give the units of the currency that one US dollar is")
        if self.code == "USD" and Decimal(self.rate) != 1:
            raise ValueError("amounts are in USD already: its rate is 1")
        return self


class ProjectSpec(Strict):
    """The settings of a repository."""

    packs: list[PackReference] = Field(default_factory=list[PackReference], description="The packs that hold here.")
    profiles: dict[Id, str] = Field(default_factory=dict[Id, str], description="Policy to the profile that holds here.")
    overrides: list[Override] = Field(default_factory=list[Override], description="Changes to policies from above.")
    context: dict[Provider, ProviderContext] = Field(default_factory=dict[Provider, ProviderContext])
    environments: Environments = Field(default_factory=Environments)
    teams: Teams = Field(default_factory=Teams)
    facts: dict[Fact, list[Text]] = Field(
        default_factory=dict[Fact, list[Text]], description="Fact to the tags that declare it."
    )
    exclude: list[Glob] = Field(default_factory=list[Glob], description="Globs of paths that are not judged.")
    commitments: str | list[str] = Field(default_factory=list, description="Files of commitments, YAML or CSV.")
    prices: str | list[str] = Field(default_factory=list, description="Files of price overrides.")
    currency: Currency | None = None
    baseline: str = Field(default="", description="The file of violations that stood when the project began.")
    signers: str = Field(default="", description="The file of SSH keys that may sign approvals (allowed signers).")


class Project(Strict):
    """A repository's own settings (``sumptuary.yaml``)."""

    api_version: Literal["sumptuary/v1"] = Field(alias="apiVersion")
    kind: Literal["Project"]
    metadata: ProjectMetadata
    spec: ProjectSpec = Field(default_factory=ProjectSpec)
