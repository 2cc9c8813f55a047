"""Checks that what is not production ends by itself."""

from __future__ import annotations

from sumptuary.rule import (
    HOURS_PER_MONTH,
    PASSED,
    Absent,
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
    dataclass,
    datetime,
    duration,
    parameter,
    timedelta,
)
from sumptuary_rules.moments import moment

DEFAULT_SOURCES = ["tag:expires-at", "tag:ttl", "annotation:janitor/ttl", "field:activeDeadlineSeconds"]
LIMIT_HOURS = HOURS_PER_MONTH


@dataclass(slots=True, eq=False, repr=False)
class TimeToLiveParameters:
    """How long a resource may live, and where it says so."""

    max_ttl: str = parameter(doc="The longest lifetime allowed, such as 24h or 7d.", default="24h", tighten="lower")
    grace: str = parameter(
        doc="How long past its expiry a resource is left alone, such as 2h.", default="0h", tighten="lower"
    )
    sources: list[str] = parameter(
        doc="Where a lifetime may be declared: tag:KEY, annotation:KEY, field:NAME. Platform limits (a job's maximum "
        "run time) always count.",
        default=DEFAULT_SOURCES,  # one fewer may hide a lifetime too long, one more may excuse
    )

    presumed_temporary: list[str] = parameter(
        doc="Kinds that are taken not to be production where no environment is declared. Other kinds without one are "
        "judged only by the lifetime that they declare.",
        default=["compute.instance", "ml.notebook", "ml.training_job"],
        tighten="superset",
    )

    def __post_init__(self) -> None:
        for name, text in (("max_ttl", self.max_ttl), ("grace", self.grace)):
            if duration(text) is None:
                raise ValueError(f"{name}: {text!r} is not a duration such as 24h or 7d")
        for source in self.sources:
            if source.partition(":")[0] not in ("tag", "annotation", "field") or not source.partition(":")[2]:
                raise ValueError(f"sources: {source!r} is not tag:KEY, annotation:KEY or field:NAME")


class TimeToLive(ResourceRule):
    """Resources without an end.

    ## What it flags

    A resource that declares no lifetime and no expiry, one whose lifetime is longer than `max_ttl`, one whose expiry
    has passed (with `grace`) or lies further off than `max_ttl`, and one whose lifetime cannot be read: an unreadable
    expiry is never taken for "never expires", nor is a number without a unit. A limit that the platform enforces,
    such as a job's maximum run time, is a lifetime. Where no environment is declared, only the kinds in
    `presumed_temporary` have to end.

    ## Why it costs

    Experiments, notebooks and previews outlive their use. What nobody ends runs, and bills, all month.

    ## Bad

    ```hcl
    resource "aws_sagemaker_notebook_instance" "try" {
      instance_type = "ml.g5.xlarge"
      tags          = { environment = "dev" }
    }
    ```

    ## Good

    ```hcl
    resource "aws_sagemaker_notebook_instance" "try" {
      instance_type = "ml.g5.xlarge"
      tags          = { environment = "dev", ttl = "24h" }
    }
    ```

    ## How the saving is estimated

    The hours of a month (730) beyond `max_ttl`, at the resource's hourly price. The low end is nothing: whoever needs
    it may start it again as often as it ends. An expired resource saves all of its cost.
    """

    id = "time-to-live"
    title = "What is not production ends by itself"
    kinds = ("compute.*", "ml.*", "k8s.workload", "database.*", "vector.index")
    Parameters = TimeToLiveParameters
    facts = ("declared", "limit")
    parameters: TimeToLiveParameters

    def __init__(self, parameters: TimeToLiveParameters) -> None:
        super().__init__(parameters)
        self.limit = duration(parameters.max_ttl) or timedelta()
        self.grace = duration(parameters.grace) or timedelta()

    def judge(self, resource: Resource, context: Context) -> Outcome:
        """Each declaration in turn: one that keeps the law is enough, unless another breaks it."""
        unknown: Unknown | None = None
        failures: list[Finding] = []
        kept = self._deadline(resource)
        if isinstance(kept, Unknown):
            unknown, kept = kept, False
        for source in self.parameters.sources:
            declared = _declared(resource, source)
            if isinstance(declared, Unknown):
                unknown = declared if unknown is None else unknown
            elif isinstance(declared, str):
                failure = self._failure(resource, source, declared, context.now)
                failures += [failure] if failure is not None else []
                kept = kept or failure is None
        if failures:
            return failures[0]
        if kept:
            return PASSED
        if unknown is not None:
            return Undecided(f"its lifetime cannot be told: {unknown.reason}", unknown.depends_on, _place(resource))
        if resource.environment is None:
            if resource.kind not in self.parameters.presumed_temporary:
                return Skipped("it declares no environment")
            reason = "it declares no lifetime, and no environment that would exempt it"
            return self._finding(resource, reason, "nothing", confidence="medium")
        return self._finding(resource, "it declares no lifetime and no expiry", "nothing")

    def _deadline(self, resource: Resource) -> bool | Unknown:
        """Whether the platform itself ends it soon enough."""
        deadline = resource.lifetime.deadline_seconds
        if isinstance(deadline, Unknown):
            return deadline
        return deadline is not None and timedelta(seconds=deadline) <= self.limit

    def _failure(self, resource: Resource, source: str, declared: str, now: datetime) -> Finding | None:
        """What is wrong with one declaration, or nothing."""
        name = source.partition(":")[2]
        span = duration(declared)
        until = moment(declared)
        if span is not None and not _is_date(declared):
            if declared.strip().isdecimal() and not source.startswith("field:"):
                return self._finding(resource, f"{name} is {declared!r}, which has no unit (24h, 7d)", declared)
            if timedelta() < span <= self.limit:
                return None
            if not span:
                return self._finding(resource, f"{name} is {declared!r}, which ends nothing", declared)
            return self._finding(resource, f"{name} is {declared}, longer than {self.parameters.max_ttl}", declared)
        if until is None:
            return self._finding(resource, f"{name} is {declared[:40]!r}, which is no duration and no date", declared)
        if now - self.grace > until:
            return self._finding(resource, f"it expired on {declared}", declared, expired=True)
        if until - now > self.limit + self.grace:
            reason = f"it expires on {declared}, further off than {self.parameters.max_ttl}"
            return self._finding(resource, reason, declared)
        return None

    def _finding(
        self, resource: Resource, reason: str, declared: str, *, expired: bool = False, confidence: str = "high"
    ) -> Finding:
        hours = Decimal(int(self.limit.total_seconds())) / 3600
        remaining = Range(min(hours, LIMIT_HOURS), min(hours, LIMIT_HOURS), LIMIT_HOURS)
        return Finding(
            reason,
            attribute=_place(resource),
            levers=(Lever("eliminate"),) if expired else (Lever("hours", amount=remaining),),
            facts={"declared": declared, "limit": self.parameters.max_ttl},
            evidence={"declared": declared, "max_ttl": self.parameters.max_ttl},
            confidence=confidence,
        )


def _is_date(text: str) -> bool:
    return "-" in text.strip()[1:]


def _place(resource: Resource) -> str:
    return resource.tag_attribute


def _declared(resource: Resource, source: str) -> str | Unknown | Absent | None:
    """What a resource declares in one place: a tag, an annotation or a field."""
    kind, _, name = source.partition(":")
    if kind == "tag":
        return _tag(resource, name)
    value = resource.attribute(f"metadata.annotations.{name}" if kind == "annotation" else name)
    if isinstance(value, (str, Unknown)):
        return value
    return str(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None


def _tag(resource: Resource, name: str) -> str | Unknown | Absent | None:
    """A tag, under the names that the repository gives the two facts of a lifetime."""
    lifetime = resource.lifetime
    if name == "ttl" and lifetime.ttl is not None:
        return lifetime.ttl
    if name == "expires-at" and lifetime.expires_at is not None:
        return lifetime.expires_at
    return resource.tags.fact((name,))
