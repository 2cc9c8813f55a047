"""A RuleTemplate: a rule without Python, whose condition is written in CEL."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from sumptuary.policy.documents.strict import Glob, Id, Strict, Text

Condition = Annotated[str, Field(min_length=1, max_length=4000)]


class TemplateMetadata(Strict):
    """The rule's name."""

    id: Id = Field(description="Policies name it as their rule.")
    title: Text = Field(description="What it demands, in a few words.")
    references: list[Text] = Field(default_factory=list[Text], description="Where the practice is described.")


class Over(Strict):
    """What the condition looks at together: the resources of one kind that agree in all these fields."""

    group_by: list[Text] = Field(
        min_length=1, max_length=8, description="account, region, team, tags.x, attributes.vpc_id ..."
    )
    kinds: list[Glob] = Field(default_factory=list[Glob], description="Globs over the kinds; all without it.")


class Recipe(Strict):
    """What mending would change in the cost: a lever, with CEL where it needs a figure."""

    lever: Literal["eliminate", "hours", "quantity", "sku", "region", "rate"]
    quantity: Condition | None = Field(default=None, description="eliminate: how many go; quantity: how many stay.")
    hours: Condition | None = Field(default=None, description="hours: hours a month that remain, of 730.")
    sku: Condition | None = Field(default=None, description="sku: the SKU that would do.")
    region: Condition | None = Field(default=None, description="region: where it would do.")
    option: Literal["spot", "commit-1y", "commit-3y"] | None = None

    @model_validator(mode="after")
    def _has_its_figure(self) -> Self:
        needed = {"hours": "hours", "quantity": "quantity", "sku": "sku", "region": "region", "rate": "option"}
        allowed = {**needed, "eliminate": "quantity"}
        given = [name for name in ("quantity", "hours", "sku", "region", "option") if getattr(self, name) is not None]
        if self.lever in needed and needed[self.lever] not in given:
            raise ValueError(f"the lever {self.lever} needs {needed[self.lever]}")
        for name in given:
            if name != allowed[self.lever]:
                raise ValueError(f"the lever {self.lever} takes no {name}")
        return self


class TemplateSpec(Strict):
    """What the rule says. ``deny`` or ``require`` is its condition: one of the two."""

    description: str = Field(default="", max_length=4000, description="What it flags, and why that costs.")
    kinds: list[Glob] = Field(default_factory=list[Glob], description="Globs over the kinds that it can judge.")
    over: Over | None = Field(default=None, description="Groups of resources; single resources without it.")
    parameters: dict[str, Any] = Field(
        default_factory=dict[str, Any], description="A JSON Schema of what policies may set; x-tighten says which way."
    )
    deny: Condition | None = Field(default=None, description="CEL; true is a violation.")
    require: Condition | None = Field(default=None, description="CEL; false is a violation.")
    message: str = Field(default="", max_length=1000, description="Text with {{ placeholders }}.")
    remediation: str = Field(
        default="", max_length=4000, description="How it is mended; a policy may say it otherwise."
    )
    attribute: str = Field(default="", max_length=200, description="The attribute to mend: its line is the finding's.")
    confidence: Literal["low", "medium", "high"] = "high"
    savings: Recipe | None = None

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        if (self.deny is None) == (self.require is None):
            raise ValueError("give deny or require: one of the two")
        if self.over is not None and self.kinds:
            raise ValueError("with over, the kinds stand in over.kinds")
        return self


class RuleTemplate(Strict):
    """A kind of check written as a document: a CEL condition with parameters, a message and a savings recipe."""

    api_version: Literal["sumptuary/v1"] = Field(alias="apiVersion")
    kind: Literal["RuleTemplate"]
    metadata: TemplateMetadata
    spec: TemplateSpec
