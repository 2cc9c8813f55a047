"""Rules for tests of the policy documents: one that compares a size, and one over groups."""

from __future__ import annotations

from sumptuary.rule import (
    PASSED,
    Context,
    EstateRule,
    Finding,
    Iterator,
    Outcome,
    Resource,
    ResourceRule,
    Sequence,
    Skipped,
    Undecided,
    Unknown,
    dataclass,
    duration,
    parameter,
)


@dataclass(slots=True, frozen=True)
class Band:
    """A band of sizes."""

    below: int = parameter(doc="An upper bound.", default=5)
    above: int | None = parameter(doc="A lower bound.", default=None)


@dataclass(slots=True, frozen=True)
class SizeParameters:
    """What counts as too large."""

    max: int = parameter(doc="The largest size in GiB.", tighten="lower")
    colour: str = parameter(doc="A word of a list.", default="red", choices=("red", "blue"))
    band: Band = parameter(doc="A record.", default=Band(), record=Band)
    steps: list[Band] = parameter(doc="Records.", default=[], record=Band)
    ttl: str = parameter(doc="A duration.", default="24h")
    limits: dict[str, list[str]] = parameter(doc="Lists by name.", default={})

    def __post_init__(self) -> None:
        if duration(self.ttl) is None:
            raise ValueError(f"ttl: {self.ttl!r} is not a duration")


class VolumeSize(ResourceRule):
    """Flags volumes larger than agreed."""

    id = "volume-size"
    title = "Volumes are no larger than agreed"
    kinds = ("storage.*", "compute.instance")
    Parameters = SizeParameters

    def judge(self, resource: Resource, context: Context) -> Outcome:
        if resource.storage is None or resource.storage.size_gib is None:
            return Skipped("no size is given")
        size = resource.storage.size_gib
        if isinstance(size, Unknown):
            return Undecided.on(size, "size")
        return PASSED if size <= self.parameters.max else Finding(f"{size} GiB is too large")


@dataclass(slots=True, frozen=True)
class NoParameters:
    """None."""


class Crowd(EstateRule):
    """Flags more than two resources."""

    id = "crowd"
    title = "There are few"
    kinds = ("*",)
    Parameters = NoParameters

    def judge_estate(self, resources: Sequence[Resource], context: Context) -> Iterator[tuple[Resource, Outcome]]:
        if len(resources) > 2:
            yield resources[0], Finding(f"{len(resources)} are too many")


RULES = (VolumeSize, Crowd)
