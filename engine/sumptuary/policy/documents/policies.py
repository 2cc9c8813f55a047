"""A Policy: one rule with its parameters, selection, severity, enforcement, remedy and tests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from sumptuary.policy.documents.strict import (
    Amount,
    Glob,
    Id,
    Level,
    Semver,
    Severity,
    Stage,
    Strict,
    Text,
    is_duration,
)


class PolicyMetadata(Strict):
    """Who the policy is and whose."""

    id: Id = Field(description="Unique, in kebab-case; findings and approvals name it.")
    version: Semver = Field(description="Semantic version of this policy.")
    title: Text = Field(description="The law in a few words.")
    severity: Severity
    category: Id = Field(description="A FinOps Foundation capability, such as allocation or rate-optimization.")
    owner: Text = Field(description="The team that answers for the policy.")
    aliases: list[Id] = Field(default_factory=list[Id], description="Ids it had before.")
    references: list[Text] = Field(default_factory=list[Text], description="Where the practice is described.")


class Select(Strict):
    """Which resources the policy is about; all that is given must hold."""

    kinds: list[Glob] = Field(
        default_factory=list[Glob], description="Globs over the kinds; without it, all the rule can judge."
    )
    types: list[Glob] = Field(default_factory=list[Glob], description="Globs over the provider's type names.")
    providers: list[Glob] = Field(default_factory=list[Glob], description="aws, gcp, azure, kubernetes ...")
    sources: list[Glob] = Field(
        default_factory=list[Glob], description="terraform, plan, kubernetes, live, billing ..."
    )
    environments: list[Glob] = Field(default_factory=list[Glob], description="Globs; a leading ! excludes.")
    purposes: list[Glob] = Field(
        default_factory=list[Glob], description="Globs over the workload's purpose; ! excludes."
    )
    tags: dict[str, str | None] = Field(
        default_factory=dict[str, str | None],
        description="Tag key to a glob of its value; * is any value, null means that it is absent.",
    )
    where: str = Field(default="", max_length=4000, description="A CEL condition over the resource.")


class RampStep(Strict):
    """From a day on, at least this level."""

    from_: date = Field(alias="from", description="The first day, in UTC.")
    level: Level = Field(description="At least this holds from then on.")


class Enforcement(Strict):
    """What a violation does, by stage and environment."""

    default: Level = Field(default="advisory", description="Where neither stage nor environment says otherwise.")
    stages: dict[Stage, Level] = Field(
        default_factory=dict[Stage, Level], description="Stage (pre-commit, ci, scheduled) to the level there."
    )
    environments: dict[str, Level] = Field(
        default_factory=dict[str, Level], description="Environment to the level there; of it and a stage, the stricter."
    )
    ramp: list[RampStep] = Field(default_factory=list[RampStep], description="Dated steps up.")
    new_only: bool = Field(default=False, description="Whether only what is new or dearer than its base counts.")
    on_unknown: Literal["report", "fail"] = Field(
        default="report", description="What a verdict that is not known does."
    )


class WaiverTerms(Strict):
    """Who may approve waivers, and for how long."""

    approvers: list[Text] = Field(min_length=1, description="Who may grant one.")
    max_duration: str = Field(description="A duration, such as 90d.")

    @field_validator("max_duration")
    @classmethod
    def _is_duration(cls, value: str) -> str:
        return is_duration(value)


class TerraformOperation(Strict):
    """One edit of a Terraform block."""

    op: Literal["set", "remove", "merge_map"]
    attribute: Text = Field(description="The attribute, or a {{ placeholder }} that names it.")
    value: Any = Field(default=None, description="What it becomes, or what is merged into it.")
    prefer: str = Field(default="", description="Where the edit is made if it can be, such as provider_default_tags.")
    types: list[Glob] = Field(default_factory=list[Glob], description="Only on these resource types.")


class KubernetesOperation(Strict):
    """One edit of a Kubernetes manifest, by JSON pointer."""

    op: Literal["add", "replace", "remove", "merge"]
    path: Annotated[str, Field(pattern=r"^/", max_length=300)] = Field(description="A JSON pointer.")
    value: Any = Field(default=None, description="What stands there then.")


class Fix(Strict):
    """How a violation is mended: by the tool (safe), by the tool on request (suggest), or by a person."""

    safety: Literal["safe", "suggest", "manual"]
    terraform: list[TerraformOperation] = Field(default_factory=list[TerraformOperation])
    kubernetes: list[KubernetesOperation] = Field(default_factory=list[KubernetesOperation])
    advice: str = Field(default="", max_length=4000, description="What a person does, in words.")


class Case(Strict):
    """A test of the policy on resources of the model."""

    name: Text = Field(description="What it shows, in a few words.")
    given: dict[str, Any] | list[dict[str, Any]] = Field(description="One resource, or several.")
    expect: Literal["pass", "fail", "unknown", "skipped", "approved"]
    message: str = Field(default="", description="Text that the message (or the reason) must hold.")
    now: datetime | date | None = Field(default=None, description="The clock; 2026-01-01 without it.")
    inputs: list[Literal["commitments", "usage", "billing", "base"]] | None = Field(
        default=None, description="The optional inputs taken as given; all of them when this is absent."
    )
    stage: Stage = "ci"
    profile: str = Field(default="", description="The named parameter set to judge with.")
    enforcement: Level | None = Field(default=None, description="The level that must hold, for the stage and now.")
    blocks: bool | None = Field(default=None, description="Whether it must stop a run, from soft-mandatory on.")
    savings: Amount | None = Field(
        default=None, description="The monthly saving in USD, as reports show it; null is that there is no figure."
    )


class PolicySpec(Strict):
    """What the policy says."""

    description: Text = Field(description="Why it costs, in one or two sentences.")
    select: Select = Field(default_factory=Select)
    rule: Text = Field(description="The id of a rule; see sumptuary rules list.")
    parameters: dict[str, Any] = Field(
        default_factory=dict[str, Any], description="Those of the rule; what is left out is by its default."
    )
    profiles: dict[str, dict[str, Any]] = Field(
        default_factory=dict[str, dict[str, Any]],
        description="Named parameter sets; a Project chooses one. Keys may be dotted.",
    )
    message: str = Field(default="", max_length=1000, description="Text with {{ placeholders }}.")
    remediation: str = Field(default="", max_length=4000, description="How it is mended, in words.")
    enforcement: Enforcement = Field(default_factory=Enforcement)
    waivers: WaiverTerms | None = None
    fix: Fix | None = None
    tests: list[Case] = Field(default_factory=list[Case])


class Policy(Strict):
    """A law: one rule with its parameters, selection, severity, enforcement and remedy."""

    api_version: Literal["sumptuary/v1"] = Field(alias="apiVersion")
    kind: Literal["Policy"]
    metadata: PolicyMetadata
    spec: PolicySpec
