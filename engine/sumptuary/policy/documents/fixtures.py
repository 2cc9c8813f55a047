"""The files that stand beside the files of a fixture folder: ``case.yaml`` and ``expect.yaml``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from sumptuary.policy.documents.strict import Id, Stage, Strict, Text


class CaseFile(Strict):
    """How a fixture folder is judged: what one would give ``sumptuary check`` as options."""

    paths: list[Text] = Field(default_factory=list[Text], description="What is read; the folder itself without it.")
    variables: dict[str, str | int | float | bool] = Field(default_factory=dict[str, "str | int | float | bool"])
    var_files: list[Text] = Field(default_factory=list[Text])
    workspace: str = "default"
    stage: Stage = "ci"
    now: datetime | date | None = Field(default=None, description="The clock; 2026-01-01 without it.")
    commitments: list[Text] = Field(default_factory=list[Text], description="Files of reservations and plans held.")
    prices: list[Text] = Field(default_factory=list[Text], description="Files of prices that win over the shipped.")
    base: str = Field(default="", description="The sub-folder with the former state; head is then another one.")
    head: str = Field(default=".", description="The sub-folder that is judged.")

    @model_validator(mode="after")
    def _two_folders(self) -> Self:
        if self.base and self.head == ".":
            raise ValueError("with base, head names the folder of the new state: base: before, head: after")
        return self


class Expected(Strict):
    """What a policy must say at a line, or of a resource."""

    policy: Id
    status: Literal["fail", "pass", "unknown", "approved", "waived", "baselined", "skipped", "error"]
    path: str = ""
    line: int = Field(default=0, ge=0)
    address: str = Field(default="", description="Of the resource; the line is not needed then.")
    message: str = Field(default="", description="Text that the message (or the reason) must hold.")

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.address and not (self.path and self.line):
            raise ValueError("give path and line, or address")
        return self


class ExpectFile(Strict):
    """The expectations of files that hold no comments, such as JSON."""

    expect: list[Expected] = Field(min_length=1)
