"""The documents people write, as pydantic models: the truth that validation and the JSON Schemas come from.

Imported only to validate; a run on a cached bundle never sees it. The models read JSON types strictly: text is never
taken for a number, nor a number for text.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

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
Amount = Annotated[str, Field(pattern=r"^[0-9]{1,15}(\.[0-9]{1,6})?$")]
Fact = Literal["environment", "team", "workload_type", "model", "checkpoint", "ttl", "expires-at", "budget", "owner"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PolicyMetadata(_Strict):
    """Who the policy is and whose."""

    id: Id = Field(description="Unique, in kebab-case; findings and approvals name it.")
    version: Semver = Field(description="Semantic version of this policy.")
    title: Text = Field(description="The law in a few words.")
    severity: Severity
    category: Id = Field(description="A FinOps Foundation capability, such as allocation or rate-optimization.")
    owner: Text = Field(description="The team that answers for the policy.")
    aliases: list[Id] = Field(default_factory=list[Id], description="Ids it had before.")
    references: list[Text] = Field(default_factory=list[Text], description="Where the practice is described.")


class Select(_Strict):
    """Which resources the policy is about; all that is given must hold."""

    kinds: list[Glob] = Field(
        default_factory=list[Glob], description="Globs over the kinds; without it, all the rule can judge."
    )
    types: list[Glob] = Field(default_factory=list[Glob], description="Globs over the provider's type names.")
    providers: list[Glob] = Field(default_factory=list[Glob])
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


class RampStep(_Strict):
    """From a day on, at least this level."""

    from_: date = Field(alias="from")
    level: Level


class Enforcement(_Strict):
    """What a violation does, by stage and environment."""

    default: Level = "advisory"
    stages: dict[Stage, Level] = Field(default_factory=dict[Stage, Level])
    environments: dict[str, Level] = Field(default_factory=dict[str, Level])
    ramp: list[RampStep] = Field(default_factory=list[RampStep])
    new_only: bool = False
    on_unknown: Literal["report", "fail"] = "report"


class WaiverTerms(_Strict):
    """Who may approve waivers, and for how long."""

    approvers: list[Text] = Field(min_length=1)
    max_duration: str = Field(description="A duration, such as 90d.")

    @field_validator("max_duration")
    @classmethod
    def _is_duration(cls, value: str) -> str:
        return _duration(value)


class TerraformOperation(_Strict):
    """One edit of a Terraform block."""

    op: Literal["set", "remove", "merge_map"]
    attribute: Text
    value: Any = None
    prefer: str = ""
    types: list[Glob] = Field(default_factory=list[Glob], description="Only on these resource types.")


class KubernetesOperation(_Strict):
    """One edit of a Kubernetes manifest, by JSON pointer."""

    op: Literal["add", "replace", "remove", "merge"]
    path: Annotated[str, Field(pattern=r"^/", max_length=300)]
    value: Any = None


class Fix(_Strict):
    """How a violation is mended: by the tool (safe), by the tool on request (suggest), or by a person."""

    safety: Literal["safe", "suggest", "manual"]
    terraform: list[TerraformOperation] = Field(default_factory=list[TerraformOperation])
    kubernetes: list[KubernetesOperation] = Field(default_factory=list[KubernetesOperation])
    advice: str = Field(default="", max_length=4000)


class Case(_Strict):
    """A test of the policy on resources of the model."""

    name: Text
    given: dict[str, Any] | list[dict[str, Any]] = Field(description="One resource, or several.")
    expect: Literal["pass", "fail", "unknown", "skipped", "approved"]
    message: str = Field(default="", description="Text that the message (or the reason) must hold.")
    now: datetime | date | None = None
    inputs: list[Literal["commitments", "usage", "billing", "base"]] | None = Field(
        default=None, description="The optional inputs taken as given; all of them when this is absent."
    )


class PolicySpec(_Strict):
    """What the policy says."""

    description: Text = Field(description="Why it costs, in one or two sentences.")
    select: Select = Field(default_factory=Select)
    rule: Text = Field(description="The id of a rule; see sumptuary rules list.")
    parameters: dict[str, Any] = Field(default_factory=dict[str, Any])
    profiles: dict[str, dict[str, Any]] = Field(
        default_factory=dict[str, dict[str, Any]],
        description="Named parameter sets; a Project chooses one. Keys may be dotted.",
    )
    message: str = Field(default="", max_length=1000, description="Text with {{ placeholders }}.")
    remediation: str = Field(default="", max_length=4000)
    enforcement: Enforcement = Field(default_factory=Enforcement)
    waivers: WaiverTerms | None = None
    fix: Fix | None = None
    tests: list[Case] = Field(default_factory=list[Case])


class Policy(_Strict):
    """A law: one rule with its parameters, selection, severity, enforcement and remedy."""

    api_version: Literal["sumptuary/v1"] = Field(alias="apiVersion")
    kind: Literal["Policy"]
    metadata: PolicyMetadata
    spec: PolicySpec


class PackReference(_Strict):
    """Another pack: a directory, relative to the file that names it, or ``builtin``."""

    pack: Text

    @field_validator("pack")
    @classmethod
    def _is_directory(cls, value: str) -> str:
        if "://" in value or value.startswith("git+"):
            raise ValueError("packs from git or the network are not supported yet: give a directory")
        return value


class PackMetadata(_Strict):
    """Who the pack is and whose."""

    name: Id
    layer: Literal["built-in", "organization", "team", "repository"] = "repository"
    owner: str = ""


class PackSpec(_Strict):
    """What the pack holds."""

    extends: list[PackReference] = Field(default_factory=list[PackReference])
    policies: list[Glob] = Field(default_factory=lambda: ["**/*.yaml"], description="Globs relative to the pack.")

    @field_validator("policies")
    @classmethod
    def _stay_inside(cls, value: list[str]) -> list[str]:
        for pattern in value:
            if pattern.startswith("/") or ".." in pattern.split("/"):
                raise ValueError(f"{pattern!r} points out of the pack")
        return value


class Pack(_Strict):
    """A directory of policies (``pack.yaml``)."""

    api_version: Literal["sumptuary/v1"] = Field(alias="apiVersion")
    kind: Literal["Pack"]
    metadata: PackMetadata
    spec: PackSpec = Field(default_factory=PackSpec)


class ProjectMetadata(_Strict):
    """The repository's name."""

    name: Text


class NodeType(_Strict):
    """One type of a cluster's nodes."""

    type: Text = Field(description="The instance type, such as p4d.24xlarge.")
    capacity: Literal["on-demand", "spot"] | None = Field(default=None, description="How such nodes are bought.")


class ProviderContext(_Strict):
    """What resources of a provider have where they do not say."""

    region: str = ""
    provider: Provider | None = Field(default=None, description="The cloud that a cluster runs on.")
    node_types: list[Text | NodeType] = Field(
        default_factory=list[Text | NodeType],
        description="The types of a cluster's nodes, the preferred first: what its pods are priced by.",
    )


class Environments(_Strict):
    """How a resource's environment is told."""

    from_: list[Annotated[str, Field(pattern=r"^tag:.+$")]] = Field(default_factory=list, alias="from")
    infer: dict[str, Glob] = Field(
        default_factory=dict[str, Glob], description="Environment to a glob over the directory it is inferred from."
    )


class ProjectSpec(_Strict):
    """The settings of a repository."""

    packs: list[PackReference] = Field(default_factory=list[PackReference])
    profiles: dict[Id, str] = Field(default_factory=dict[Id, str], description="Policy to the profile that holds here.")
    context: dict[Provider, ProviderContext] = Field(default_factory=dict[Provider, ProviderContext])
    environments: Environments = Field(default_factory=Environments)
    facts: dict[Fact, list[Text]] = Field(
        default_factory=dict[Fact, list[Text]], description="Fact to the tags that declare it."
    )
    exclude: list[Glob] = Field(default_factory=list[Glob], description="Globs of paths that are not judged.")
    commitments: str | list[str] = Field(default_factory=list, description="Files of commitments, YAML or CSV.")
    prices: str | list[str] = Field(default_factory=list, description="Files of price overrides.")


class Project(_Strict):
    """A repository's own settings (``sumptuary.yaml``)."""

    api_version: Literal["sumptuary/v1"] = Field(alias="apiVersion")
    kind: Literal["Project"]
    metadata: ProjectMetadata
    spec: ProjectSpec = Field(default_factory=ProjectSpec)


class Scope(_Strict):
    """What an approval covers, by globs; all that is given must hold."""

    team: Glob | None = None
    environment: Glob | None = None
    account: Glob | None = None
    address: Glob | None = None


class Limit(_Strict):
    """How much, and for what."""

    amount: Amount
    currency: Literal["USD"] = "USD"
    per: Literal["run", "month"]


class ApprovalMetadata(_Strict):
    """The approval's name."""

    id: Id


class ApprovalSpec(_Strict):
    """Leave to spend."""

    scope: Scope
    limit: Limit
    approvers: list[Text] = Field(min_length=1)
    reason: Text
    expires: date | datetime
    plan_digest: None = Field(default=None, description="Not supported yet.")
    signature: None = Field(default=None, description="Not supported yet.")

    @model_validator(mode="after")
    def _scope_is_given(self) -> Self:
        if not self.scope.model_dump(exclude_none=True):
            raise ValueError("the scope is empty: name a team, environment, account or address")
        return self


class Approval(_Strict):
    """Leave to spend above a limit: scope, amount, approvers, expiry."""

    api_version: Literal["sumptuary/v1"] = Field(alias="apiVersion")
    kind: Literal["Approval"]
    metadata: ApprovalMetadata
    spec: ApprovalSpec


KINDS: dict[str, type[BaseModel]] = {"Policy": Policy, "Pack": Pack, "Project": Project, "Approval": Approval}
"""The kinds of documents that this version reads."""

LATER_KINDS = ("Waiver", "RuleTemplate")
"""Kinds of the language that this version does not read; they are refused, never passed over."""

LATER_KEYS = {
    "Pack": ("spec.overrides", "spec.delegate", "spec.extends.version", "spec.extends.digest"),
    "Project": ("spec.currency", "spec.overrides", "spec.packs.version", "spec.packs.digest"),
    "Approval": ("spec.plan_digest", "spec.signature"),
}
"""Keys of the language that this version does not read, by kind."""


def _duration(text: str) -> str:
    if duration(text) is None:
        raise ValueError(f"{text!r} is not a duration, such as 24h or 90d")
    return text
