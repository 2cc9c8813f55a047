"""Checks that work runs on accelerators of the class it needs."""

from __future__ import annotations

from sumptuary.rule import (
    PASSED,
    Accelerators,
    Context,
    Finding,
    Lever,
    Outcome,
    Range,
    Resource,
    ResourceRule,
    Skipped,
    Undecided,
    Unknown,
    dataclass,
    duration,
    parameter,
    weaker,
)
from sumptuary_rules.suggestions import Suggestion, cheapest, fits_any, is_model, memory_needed_gib

LARGEST_MODEL = 10_000
"""In billions of parameters; a size above it is no size, and exempts nothing."""


@dataclass(slots=True, eq=False, repr=False)
class Utilization:
    """From which measured use on an accelerator is taken to be needed."""

    metric: str = parameter(doc="What was measured.", default="gpu", choices=("gpu",))
    statistic: str = parameter(doc="Of the samples.", default="p95", choices=("p95",))
    window: str = parameter(doc="The time that was looked at.", default="14d")
    below: int | float = parameter(doc="Percent; an accelerator used less is too large.", default=70, tighten="higher")
    min_samples: int = parameter(doc="With fewer samples, nothing is taken to be measured.", default=200)

    def __post_init__(self) -> None:
        if duration(self.window) is None:
            raise ValueError(f"utilization.window: {self.window!r} is not a duration, such as 14d")
        if not 0 < self.below <= 100:
            raise ValueError(f"utilization.below: {self.below} is not a percentage")


@dataclass(slots=True, eq=False, repr=False)
class GpuRightsizingParameters:
    """Which accelerators are right for the workloads that the policy selects."""

    allowed_accelerators: list[str] = parameter(
        doc="The only models allowed, such as L4 or A100-80GB; empty allows all.",
        default=[],
        tighten="subset",
        unlimited_when_empty=True,
    )
    previous_generation: dict[str, list[str]] = parameter(
        doc="Models that have been overtaken, each with those that replace it.", default={}, tighten="superset"
    )
    utilization: Utilization | None = parameter(
        doc="Measured use that justifies a model; judged only where there are measurements.",
        default=None,
        record=Utilization,
    )

    def __post_init__(self) -> None:
        if not self.allowed_accelerators and not self.previous_generation:
            raise ValueError("allowed_accelerators or previous_generation must be given")


class GpuRightsizing(ResourceRule):
    """Accelerators of a dearer class, or an older generation, than the work needs.

    ## What it flags

    An instance type whose accelerators are not among `allowed_accelerators`, or are in `previous_generation`. The
    policy selects the workloads (by their purpose); declare the size of the model (tag `model-parameters-billion`)
    and the rule works out whether an allowed accelerator could hold it: if none could, it passes. Where measurements
    are at hand and the accelerators are used at or above `utilization.below`, it passes too.

    ## Why it costs

    An A100 costs about five times as much an hour as an L4, and a small model served on it is no faster for its users.
    Older generations cost more for the same work.

    ## Bad

    ```hcl
    resource "aws_instance" "inference" {
      instance_type = "p4d.24xlarge" # 8x A100
      tags          = { workload_type = "inference", model-parameters-billion = "7" }
    }
    ```

    ## Good

    ```hcl
    resource "aws_instance" "inference" {
      instance_type = "g6.xlarge" # 1x L4, 24 GiB
      tags          = { workload_type = "inference", model-parameters-billion = "7" }
    }
    ```

    ## How the saving is estimated

    The price of the present type less that of the cheapest allowed one in the same region: with enough memory for the
    declared model (2 bytes a parameter and a fifth on top), or, where no size is declared, with as many accelerators.
    Confidence is high with a declared size and medium without. Throughput is not modelled.
    """

    id = "gpu-rightsizing"
    title = "Work runs on accelerators of the class it needs"
    kinds = ("compute.instance", "compute.group", "compute.node_pool", "ml.*", "k8s.workload")
    Parameters = GpuRightsizingParameters
    facts = ("accelerators", "suggestion")
    parameters: GpuRightsizingParameters

    def __init__(self, parameters: GpuRightsizingParameters) -> None:
        super().__init__(parameters)
        self._suggested: dict[tuple[object, ...], Suggestion | None] = {}

    def judge(self, resource: Resource, context: Context) -> Outcome:
        """What it has, whether that is allowed, and what would do instead."""
        present = _present(resource, context)
        if not isinstance(present, Accelerators):
            return present
        replacements = self._replacements(present)
        if replacements is None:
            return PASSED
        if (used := self._measured(resource)) is not None:
            return used
        size = resource.workload.parameters_billion
        if not isinstance(size, (int, float)) or not 0 < size <= LARGEST_MODEL:
            size = None
        needed = memory_needed_gib(size) if size is not None else None
        if needed is not None and fits_any(resource, replacements, needed, context) is False:
            return PASSED
        attached = _is_attached(resource, context)
        suggestion = None if attached else self._suggestion(resource, present, replacements, needed, context)
        return self._finding(resource, present, suggestion, needed)

    def _suggestion(
        self, resource: Resource, present: Accelerators, models: list[str], needed: float | None, context: Context
    ) -> Suggestion | None:
        """What would do instead; looked for once for all machines, and all pods, that are alike."""
        compute = resource.compute
        asked = compute.requests if compute is not None else None
        key = (
            *(resource.host, resource.region, needed, tuple(models)),
            *(present.model, present.count, present.memory_gib),
            *((compute.sku, compute.share, compute.node_types) if compute is not None else ()),
            *((asked.vcpus, asked.memory_gib, asked.accelerators) if asked is not None else ()),
        )
        if key not in self._suggested:
            self._suggested[key] = cheapest(resource, present, models, needed, context)
        return self._suggested[key]

    def _replacements(self, present: Accelerators) -> list[str] | None:
        """The models that should be used instead, or None where the present one is right."""
        for old, new in self.parameters.previous_generation.items():
            if is_model(old, present):
                return new
        allowed = self.parameters.allowed_accelerators
        if allowed and not any(is_model(name, present) for name in allowed):
            return allowed
        return None

    def _measured(self, resource: Resource) -> Outcome | None:
        """What measurements decide: nothing where there are none, or too few."""
        limit, usage = self.parameters.utilization, resource.usage
        if limit is None or usage is None or usage.p95 is None:
            return None
        if isinstance(usage.p95, Unknown):
            return Undecided.on(usage.p95)
        if isinstance(usage.samples, int) and usage.samples < limit.min_samples:
            return Undecided(f"{usage.samples} samples of its use are too few to judge by")
        return PASSED if usage.p95 >= limit.below else None

    def _finding(
        self, resource: Resource, present: Accelerators, suggestion: Suggestion | None, needed: float | None
    ) -> Finding:
        old = any(is_model(name, present) for name in self.parameters.previous_generation)
        what = f"{present.model} is of a previous generation" if old else f"{present.model} is not an allowed class"
        purpose = resource.workload.purpose
        reason = what if old or not isinstance(purpose, str) else f"{what} for {purpose}"
        declared = needed is not None
        compute = resource.compute
        evidence: dict[str, object] = {
            "fit": f"the model needs {needed:.0f} GiB, by its declared size"
            if needed is not None
            else "the same number of accelerators: the model's size is not declared",
        }
        if resource.workload.evidence:
            evidence["purpose"] = resource.workload.evidence
        if resource.usage is not None and isinstance(resource.usage.p95, (int, float)):
            evidence["measured"] = f"95th percentile {resource.usage.p95:g} %"
        return Finding(
            reason,
            attribute=compute.sku_attribute if compute is not None else "",
            levers=(_move(suggestion, resource),) if suggestion is not None else (),
            facts={
                "accelerators": {"count": present.count, "model": present.model},
                "suggestion": {"sku": _named(suggestion)},
            },
            evidence=evidence,
            confidence=weaker("high" if declared else "medium", resource.workload.confidence),
        )


def _named(suggestion: Suggestion | None) -> str:
    if suggestion is None:
        return "no cheaper type is known"
    return f"{suggestion.sku}, which the cluster does not have yet" if suggestion.is_new else suggestion.sku


def _move(suggestion: Suggestion, resource: Resource) -> Lever:
    """To the suggested type; a pod takes another part of it than of its present node."""
    present = resource.compute.share if resource.compute is not None else None
    if present is None or suggestion.share == present:
        return Lever("sku", target=suggestion.sku)
    return Lever("sku", target=suggestion.sku, amount=Range.of(suggestion.share / present))


def _present(resource: Resource, context: Context) -> Accelerators | Outcome:
    """The accelerators that it has, or what can be said without."""
    compute = resource.compute
    if compute is None:
        return Skipped("it runs on no instance type of its own")
    if isinstance(compute.accelerators, Accelerators):
        has = compute.accelerators
        return PASSED if has.count == 0 or has.fraction < 1 else has  # none at all, or only a slice of one
    if isinstance(compute.accelerators, Unknown):
        return Undecided.on(compute.accelerators, compute.sku_attribute)
    if isinstance(compute.sku, Unknown):
        return Undecided.on(compute.sku, compute.sku_attribute)
    if compute.sku is None:
        return Skipped("no instance type is given")
    hardware = context.catalogue.hardware(resource.host, compute.sku)
    if hardware is None:
        return Undecided(f"the hardware of {compute.sku} is not known", attribute=compute.sku_attribute)
    return hardware.accelerators if hardware.accelerators is not None else PASSED


def _is_attached(resource: Resource, context: Context) -> bool:
    """Whether the accelerators stand beside the machine type, so that another type alone would not replace them."""
    compute = resource.compute
    if compute is None or not isinstance(compute.sku, str):
        return False
    hardware = context.catalogue.hardware(resource.host, compute.sku)
    return hardware is not None and hardware.accelerators is None
