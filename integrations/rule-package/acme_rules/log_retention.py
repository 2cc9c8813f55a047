"""Checks that logs are deleted some day. A rule imports ``sumptuary.rule`` and nothing else of Sumptuary."""

from __future__ import annotations

from sumptuary.rule import (
    PASSED,
    Context,
    Finding,
    Outcome,
    Resource,
    ResourceRule,
    Skipped,
    Undecided,
    Unknown,
    dataclass,
    parameter,
)

ATTRIBUTE = "retention_in_days"


@dataclass(slots=True, frozen=True)
class LogRetentionParameters:
    """How long logs may be kept."""

    max_days: int = parameter(doc="The longest retention, in days.", default=90, tighten="lower")

    def __post_init__(self) -> None:
        if self.max_days < 1:
            raise ValueError("max_days is at least 1")


class LogRetention(ResourceRule):
    """Logs that are kept for ever, or for longer than agreed.

    ## What it flags

    CloudWatch log groups without `retention_in_days`, with 0 (which is for ever), or with more than `max_days`.

    ## Why it costs

    Stored logs are billed every month, and the bill grows as long as nothing is deleted.

    ## Bad

    ```hcl
    resource "aws_cloudwatch_log_group" "api" {
      name = "/acme/api"
    }
    ```

    ## Good

    ```hcl
    resource "aws_cloudwatch_log_group" "api" {
      name              = "/acme/api"
      retention_in_days = 30
    }
    ```

    ## How the saving is estimated

    It is not: how much is stored is not in the code.
    """

    id = "acme-log-retention"
    title = "Logs are deleted some day"
    kinds = ("observability.log_group",)
    Parameters = LogRetentionParameters
    facts = ("days",)
    parameters: LogRetentionParameters

    def judge(self, resource: Resource, context: Context) -> Outcome:
        """Compares the retention; what is not known is said to be so, and is never taken for right or wrong."""
        if resource.type != "aws_cloudwatch_log_group":
            return Skipped("only CloudWatch log groups are known to it")
        days = resource.attribute(ATTRIBUTE)
        if isinstance(days, Unknown):
            return Undecided.on(days, ATTRIBUTE)
        if not isinstance(days, int) or days == 0:
            return Finding("its logs are kept for ever", ATTRIBUTE, facts={"days": "for ever"})
        if days > self.parameters.max_days:
            reason = f"its logs are kept for {days} days, longer than {self.parameters.max_days}"
            return Finding(reason, ATTRIBUTE, facts={"days": days})
        return PASSED
