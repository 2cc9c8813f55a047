"""A Waiver: leave to break a law, for a while, up to a cost."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sumptuary.policy.documents.strict import Glob, Id, Money, Strict, Text


class Target(Strict):
    """What a waiver covers, by globs; all that is given must hold."""

    address: Glob | None = Field(default=None, description="Of the resource, as reports show it.")
    path: Glob | None = Field(default=None, description="A directory or file below the root of the checkout.")
    account: Glob | None = Field(default=None, description="Of the cloud.")
    region: Glob | None = Field(default=None, description="The provider's name of it.")
    environment: Glob | None = Field(default=None, description="As it is declared or inferred.")
    team: Glob | None = Field(default=None, description="Whose resources they are.")


class WaiverMetadata(Strict):
    """The waiver's name."""

    id: Id = Field(description="Unique; comments and reports name it.")


class WaiverSpec(Strict):
    """Which violations are excused, why, by whom, until when and up to what cost."""

    policies: list[Glob] = Field(min_length=1, description="Ids of policies, or globs over them.")
    target: Target
    reason: Text = Field(description="Why it is right to break the law here.")
    owner: Text = Field(description="Who asked for it, and answers for it.")
    approver: Text = Field(description="Who granted it: one of the policy's approvers, and never the owner.")
    ticket: str = Field(default="", max_length=200, description="Where it was asked for.")
    granted: date | datetime = Field(description="The day from which it holds.")
    expires: date | datetime = Field(description="A date, to the end of that day in UTC, or a date and time.")
    max_monthly_cost: Money | None = Field(default=None, description="The most that what it excuses may cost a month.")
    max_matches: Annotated[int, Field(ge=1)] | None = Field(default=None, description="The most violations it excuses.")

    @model_validator(mode="after")
    def _target_is_given(self) -> Self:
        if not self.target.model_dump(exclude_none=True):
            raise ValueError("the target is empty: name an address, path, account, region, environment or team")
        return self

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        granted, expires = self.granted.isoformat(), self.expires.isoformat()
        if expires[:10] < granted[:10]:
            raise ValueError(f"it expires ({expires}) before it is granted ({granted})")
        return self


class Waiver(Strict):
    """Excuses violations: owner, approver, reason, expiry, cost cap."""

    api_version: Literal["sumptuary/v1"] = Field(alias="apiVersion")
    kind: Literal["Waiver"]
    metadata: WaiverMetadata
    spec: WaiverSpec
