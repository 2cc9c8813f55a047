"""What a rule says of a resource: it passes, it fails and how that could be mended, or it cannot be judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from sumptuary.model import Place, Resource
from sumptuary.money import Range
from sumptuary.values import Unknown

LEVERS = ("eliminate", "hours", "quantity", "sku", "region", "rate")
"""The stages of the savings arithmetic, in the order in which they are applied."""


@dataclass(slots=True, frozen=True)
class Lever:
    """One change to what a resource costs; the engine turns it into money.

    ``stage`` is one of ``LEVERS``. ``amount`` is, by stage: units removed (eliminate; None is all of them), hours a
    month that remain (hours), units that remain (quantity). ``target`` is the SKU (sku), the region (region) or the
    purchase option ``spot | commit-1y | commit-3y`` (rate). With a SKU, ``amount`` is how many of it each present unit
    takes; None is one. ``rework`` is the fraction of work that interruptions
    repeat (rate to spot), so that a spot saving is ``discount - (1 - discount) * rework``. ``share`` is the part of
    the hours that changes (rate: what a commitment leaves uncovered), 0 to 1.
    """

    stage: str
    amount: Range | None = None
    target: str = ""
    rework: Range | None = None
    share: Decimal = Decimal(1)


@dataclass(slots=True)
class Passed:
    """The resource keeps the law."""


@dataclass(slots=True)
class Skipped:
    """The rule does not apply, or an input it needs was not given; ``reason`` goes to the ledger."""

    reason: str


@dataclass(slots=True)
class Undecided:
    """It cannot be told. ``attribute`` is the path whose value is missing, ``depends_on`` what would settle it."""

    reason: str
    depends_on: tuple[str, ...] = ()
    attribute: str = ""

    @classmethod
    def on(cls, unknown: Unknown, attribute: str = "") -> Undecided:
        """Because this value is unknown."""
        return cls(unknown.reason, unknown.depends_on, attribute)


@dataclass(slots=True, eq=False, repr=False)
class Finding:
    """The resource breaks the law.

    ``reason`` is the phrase a message shows ("8x A100 serve inference"). ``attribute`` is the path to mend; its line
    becomes the finding's place. ``levers`` are alternatives or steps that would save money (none: nothing to save).
    ``facts`` feed the message's placeholders; ``evidence`` is kept in the report. ``slot`` tells two findings of one
    policy on one resource apart. ``confidence`` is high, medium or low. ``members`` are the resources that the levers
    move when the finding is about a group, each with its own; ``levers`` is empty then. ``of_group`` says that the
    finding is the same one whichever resource of its group it is told at; ``slot`` names the group then.
    """

    reason: str
    attribute: str = ""
    levers: tuple[Lever, ...] = ()
    facts: dict[str, object] = field(default_factory=dict[str, object])
    evidence: dict[str, object] = field(default_factory=dict[str, object])
    remediation: str = ""
    slot: str = ""
    confidence: str = "high"
    related: tuple[Place, ...] = ()
    members: tuple[tuple[Resource, tuple[Lever, ...]], ...] = ()
    of_group: bool = False


Outcome = Passed | Skipped | Undecided | Finding
PASSED = Passed()


@dataclass(slots=True, frozen=True)
class PriceUse:
    """A price that a figure stands on. ``unit_price`` is USD per ``unit``, as a range where the source gives one."""

    sku: str
    region: str
    option: str
    unit_price: Range
    unit: str
    source: str
    as_of: str
    grade: str


@dataclass(slots=True, eq=False, repr=False)
class Saving:
    """What mending one finding saves a month, USD.

    ``standalone`` is what it saves alone; ``attributed`` its share of what all findings on the resource save together.
    """

    standalone: Range
    attributed: Range
    method: str
    confidence: str
    prices: tuple[PriceUse, ...] = ()


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Excuse:
    """The waiver that covers a violation. ``expires`` is as its document has it; ``ends`` says when, in words, and of
    one that ends soon in how many days. ``place`` is where the waiver stands."""

    id: str
    owner: str
    approver: str
    reason: str
    expires: str
    ends: str
    ticket: str
    place: Place


@dataclass(slots=True, eq=False, repr=False)
class Violation:
    """A finding, or the lack of one for want of knowledge, in the context of its policy: one line of a report.

    ``status`` is ``fail | unknown | waived | approved | baselined | error``; ``reason`` is set for an unknown.
    """

    policy: str
    rule: str
    status: str
    severity: str
    confidence: str
    enforcement: str
    resource: Resource
    place: Place | None
    message: str
    fingerprint: str
    reason: str = ""
    depends_on: tuple[str, ...] = ()
    remediation: str = ""
    fix: dict[str, object] | None = None
    evidence: dict[str, object] = field(default_factory=dict[str, object])
    related: tuple[tuple[Place, str], ...] = ()
    saving: Saving | None = None
    blocking: bool = False
    ramp: str = ""
    """What the enforcement becomes and when ("hard-mandatory from 2027-01-15 (55 days)"), or empty."""
    members: tuple[Resource, ...] = ()
    """The resources of a group, where the finding is about one."""
    waiver: Excuse | None = None
