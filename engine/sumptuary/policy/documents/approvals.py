"""An Approval: leave to spend above a limit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sumptuary.policy.documents.strict import Amount, Glob, Id, Strict, Text


class Scope(Strict):
    """What an approval covers, by globs; all that is given must hold."""

    team: Glob | None = Field(default=None, description="Whose spend it is.")
    environment: Glob | None = Field(default=None, description="As it is declared or inferred.")
    account: Glob | None = Field(default=None, description="Of the cloud.")
    address: Glob | None = Field(default=None, description="Of the resource, as reports show it.")


class Limit(Strict):
    """How much, and for what."""

    amount: Amount = Field(description="A decimal, such as 5000.")
    currency: Literal["USD"] = "USD"
    per: Literal["run", "month"]


class ApprovalMetadata(Strict):
    """The approval's name."""

    id: Id = Field(description="Unique; reports name it.")


class Signature(Strict):
    """An approver's SSH signature over the approval (``ssh-keygen -Y sign``)."""

    approver: Text = Field(description="Who signs, as the approvers name them.")
    signature: Annotated[str, Field(min_length=1, max_length=8000)] = Field(
        description="As ssh-keygen -Y sign prints it."
    )


class ApprovalSpec(Strict):
    """Leave to spend."""

    scope: Scope
    limit: Limit
    approvers: list[Text] = Field(min_length=1, description="Who gave it.")
    reason: Text = Field(description="What the money is for.")
    expires: date | datetime = Field(description="A date, to the end of that day in UTC, or a date and time.")
    plan_digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")] | None = Field(
        default=None, description="It holds only for the plan with this digest; sumptuary approve --plan fills it in."
    )
    signature: str | None = Field(default=None, max_length=8000, description="The SSH signature of the only approver.")
    signatures: list[Signature] = Field(default_factory=list[Signature], description="One for each approver.")

    @model_validator(mode="after")
    def _scope_is_given(self) -> Self:
        if not self.scope.model_dump(exclude_none=True):
            raise ValueError("the scope is empty: name a team, environment, account or address")
        return self

    @model_validator(mode="after")
    def _signers_are_approvers(self) -> Self:
        if self.signature is not None and (self.signatures or len(self.approvers) > 1):
            raise ValueError("signature is for a single approver: with several, name each in signatures")
        for one in self.signatures:
            if one.approver not in self.approvers:
                raise ValueError(f"signatures: {one.approver!r} is none of the approvers")
        return self


class Approval(Strict):
    """Leave to spend above a limit: scope, amount, approvers, expiry."""

    api_version: Literal["sumptuary/v1"] = Field(alias="apiVersion")
    kind: Literal["Approval"]
    metadata: ApprovalMetadata
    spec: ApprovalSpec
