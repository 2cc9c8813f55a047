"""Checks that work which can be interrupted pays the spot rate, and that work on spot can be interrupted."""

from __future__ import annotations

from sumptuary.rule import (
    PASSED,
    Compute,
    Context,
    Decimal,
    Finding,
    Lever,
    Outcome,
    Range,
    Resource,
    ResourceRule,
    Skipped,
    Undecided,
    Unknown,
    Workload,
    dataclass,
    parameter,
    weaker,
)

PURPOSES = ("training", "fine-tuning", "batch")
"""Work that ends, so that it can be taken up again where it was saved."""


@dataclass(slots=True, eq=False, repr=False)
class SpotEligibilityParameters:
    """Which side to judge, and when spot is worth it."""

    check: str = parameter(
        doc="on-demand flags work that could run on spot; spot flags work on spot that could not be taken up again.",
        default="on-demand",
        choices=("on-demand", "spot"),
    )
    require_checkpoint: bool = parameter(
        doc="Whether work must save checkpoints before it is sent to spot.", default=True
    )
    max_interruption_band: int = parameter(
        doc="How often spot may be reclaimed: 0 (under 5 % a month) to 4 (over 20 %). Where it is not known, it counts "
        "as within.",
        default=2,
        tighten="higher",
    )
    min_savings_percent: int | float = parameter(
        doc="With a smaller discount, on demand is accepted.", default=40, tighten="lower"
    )

    def __post_init__(self) -> None:
        if not 0 <= self.max_interruption_band <= 4:
            raise ValueError("max_interruption_band is from 0 to 4")
        if not 0 <= self.min_savings_percent < 100:
            raise ValueError("min_savings_percent is a percentage")


def rework(interruptions_an_hour: str, checkpoint_hours: str, restart_hours: str) -> Decimal:
    """The fraction of work that interruptions repeat: half a checkpoint's interval and a restart, each time."""
    lost = Decimal(checkpoint_hours) / 2 + Decimal(restart_hours)
    return Decimal(interruptions_an_hour) * lost


REWORK = Range(rework("0.01", "0.5", "0.25"), rework("0.05", "0.5", "0.25"), rework("0.10", "1", "0.5"))
"""From an interruption in four days to one in ten hours; expected is one in twenty hours, half an hour between
checkpoints and a quarter of an hour to start again."""


class SpotEligibility(ResourceRule):
    """Training, fine-tuning and batch work at the wrong rate.

    ## What it flags

    With `check: on-demand`, training, fine-tuning or batch work at the on-demand rate. If it saves checkpoints (tag
    `checkpoint`), spot is suggested; if it does not, the finding says to save checkpoints first. Types that are
    reclaimed more often than `max_interruption_band`, or whose discount is under `min_savings_percent`, pass.
    With `check: spot`, such work on spot without checkpoints: an interruption there loses all that was done.

    ## Why it costs

    Spot costs a half to a third of the on-demand rate, and work that is saved loses minutes when it is interrupted.
    Work that is not saved is paid for again from the start.

    ## Bad

    ```hcl
    resource "aws_eks_node_group" "training" {
      capacity_type  = "ON_DEMAND"
      instance_types = ["g5.12xlarge"]
      tags           = { workload_type = "training", checkpoint = "s3://runs/checkpoints" }
    }
    ```

    ## Good

    ```hcl
    resource "aws_eks_node_group" "training" {
      capacity_type  = "SPOT"
      instance_types = ["g5.12xlarge"]
      tags           = { workload_type = "training", checkpoint = "s3://runs/checkpoints" }
    }
    ```

    ## How the saving is estimated

    `d - (1 - d) x r` of the cost: `d` is the spot discount of this type in this region, `r` the part of the work that
    interruptions repeat (0.5 to 10 %, 2.5 % expected). Where the spot price is not known, or too old to quote, there
    is no figure. Work without checkpoints has none, for spot would lose it.
    """

    id = "spot-eligibility"
    title = "Interruptible work runs on spot, and only such work"
    kinds = ("compute.instance", "compute.node_pool", "compute.group", "ml.training_job", "ml.cluster", "k8s.workload")
    Parameters = SpotEligibilityParameters
    facts = ("purpose", "checkpoint", "discount_percent")
    parameters: SpotEligibilityParameters

    def judge(self, resource: Resource, context: Context) -> Outcome:
        """What is known decides first: another rate, or another purpose."""
        compute, workload = resource.compute, resource.workload
        option = compute.purchase_option if compute is not None else None
        if isinstance(option, str) and option != self.parameters.check:
            return PASSED
        if isinstance(workload.purpose, str) and workload.purpose not in PURPOSES:
            return PASSED
        if compute is None or option is None:
            return Skipped("how it is bought is not said")
        if workload.purpose is None:
            return Skipped("its purpose is not declared")
        if isinstance(workload.purpose, Unknown):
            return Undecided.on(workload.purpose)
        if isinstance(option, Unknown):
            return Undecided.on(option, compute.purchase_attribute)
        if self.parameters.check == "spot":
            return _on_spot(compute, workload)
        return self._on_demand(resource, compute, workload, context)

    def _on_demand(self, resource: Resource, compute: Compute, workload: Workload, context: Context) -> Outcome:
        if workload.interruptible is False:
            return PASSED
        if self.parameters.require_checkpoint and workload.interruptible is not True:
            if isinstance(workload.checkpoint, Unknown):
                return Undecided.on(workload.checkpoint, resource.tag_attribute)
            if not workload.checkpoint:
                return _finding(
                    compute,
                    workload,
                    f"{workload.purpose} at the on-demand rate: save checkpoints first, then it can run on spot",
                    confidence="medium",
                )
        band = _band(resource, compute, context)
        if band is not None and band > self.parameters.max_interruption_band:
            return PASSED
        discount = _discount_percent(resource, compute, context)
        if discount is not None and discount < Decimal(str(self.parameters.min_savings_percent)):
            return PASSED
        reason = f"{workload.purpose} saves checkpoints, so it can run on spot instead of on demand"
        if not isinstance(workload.checkpoint, str):
            reason = f"{workload.purpose} can be interrupted, so it can run on spot instead of on demand"
        sure = band is not None and discount is not None and not _is_gang(compute)
        finding = _finding(compute, workload, reason, confidence="high" if sure else "medium")
        finding.levers = (Lever("rate", target="spot", rework=REWORK),)
        finding.facts["discount_percent"] = None if discount is None else round(discount)
        finding.evidence["interruptions"] = "not known" if band is None else f"band {band} of 0 to 4"
        return finding


def _on_spot(compute: Compute, workload: Workload) -> Outcome:
    """On spot: it must be able to go on where it was."""
    if workload.interruptible is True:
        return PASSED
    if isinstance(workload.checkpoint, Unknown):
        return Undecided.on(workload.checkpoint)
    if workload.checkpoint:
        return PASSED
    reason = f"{workload.purpose} on spot saves no checkpoints: an interruption loses all that was done"
    return _finding(compute, workload, reason, confidence="medium")


def _finding(compute: Compute, workload: Workload, reason: str, confidence: str) -> Finding:
    facts: dict[str, object] = {"purpose": workload.purpose, "checkpoint": workload.checkpoint}
    evidence: dict[str, object] = {"purpose": workload.evidence} if workload.evidence else {}
    return Finding(
        reason,
        attribute=compute.purchase_attribute or compute.sku_attribute,
        facts=facts,
        evidence=evidence,
        confidence=weaker(confidence, workload.confidence),
    )


def _band(resource: Resource, compute: Compute, context: Context) -> int | None:
    if not (isinstance(compute.sku, str) and isinstance(resource.region, str)):
        return None
    return context.catalogue.interruption_band(resource.host, compute.sku, resource.region)


def _discount_percent(resource: Resource, compute: Compute, context: Context) -> Decimal | None:
    """How much less spot is, in percent of the on-demand price; None where one of them is not known."""
    sku, region = compute.sku, resource.region
    if not (isinstance(sku, str) and isinstance(region, str)):
        return None
    full = context.catalogue.price(resource.host, sku, region)
    spot = context.catalogue.price(resource.host, sku, region, "spot")
    if full is None or spot is None or full.unit_price.expected <= 0:
        return None
    return (1 - spot.unit_price.expected / full.unit_price.expected) * 100


def _is_gang(compute: Compute) -> bool:
    """Whether several nodes may work together, where losing one stops all."""
    counts = (compute.minimum, compute.desired, compute.maximum)
    return any(not isinstance(count, int) or count > 1 for count in counts if count is not None)
