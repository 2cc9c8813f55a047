"""The face that rules see: what they are given, and what they may say. Rules import this module and nothing else.

A rule is a class with an ``id``, typed ``Parameters`` and a ``judge`` method. It does no I/O and has no clock: time,
prices and the estate are handed in through ``Context``. It says only what is wrong and which lever would mend it;
the engine adds who asked, where it is, how severe it is and what it saves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sumptuary.findings import PASSED, Finding, Lever, Outcome, Passed, PriceUse, Skipped, Undecided
from sumptuary.model import (
    Accelerators,
    Compute,
    Estate,
    Lifetime,
    Place,
    Requests,
    Resource,
    Storage,
    Tag,
    Tags,
    Usage,
    Workload,
    plain_key,
)
from sumptuary.money import HOURS_PER_MONTH, Range
from sumptuary.values import ABSENT, Absent, PartialMap, Unknown, first_unknown, is_list, is_map, look_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Protocol

    class Hardware(Protocol):
        """What a SKU is made of. Memory in GiB; ``current_generation`` is None where the provider does not say."""

        sku: str
        vcpus: int | None
        memory_gib: float | None
        accelerators: Accelerators | None
        current_generation: bool | None

    class Catalogue(Protocol):
        """Prices and hardware, as rules may ask for them. Every answer that is not known is None, never zero.

        ``version`` names the catalogue, ``as_of`` the oldest date of a price that was used (ISO).
        """

        @property
        def version(self) -> str: ...

        @property
        def as_of(self) -> str: ...

        def price(self, provider: str, sku: str, region: str, option: str = "on-demand") -> PriceUse | None:
            """The unit price of a SKU: ``option`` is on-demand, spot, commit-1y or commit-3y."""
            ...

        def why_unknown(self, provider: str, sku: str, region: str, option: str = "on-demand") -> str:
            """Why ``price`` gives None for these, as a phrase for a person."""
            ...

        def hardware(self, provider: str, sku: str) -> Hardware | None:
            """vCPU, memory and accelerators of an instance type."""
            ...

        def skus_with(self, provider: str, accelerator: str) -> Sequence[Hardware]:
            """The instance types that carry an accelerator model, smallest first (by count, then memory)."""
            ...

        def accelerator_name(self, text: str) -> str | None:
            """The catalogue's name of an accelerator (``A100``) from any it goes by (``nvidia-tesla-a100``)."""
            ...

        def accelerator_memory_gib(self, model: str) -> float | None:
            """The memory of one accelerator of a model."""
            ...

        def interruption_band(self, provider: str, sku: str, region: str) -> int | None:
            """How often spot is reclaimed: 0 (< 5 % a month) to 4 (> 20 %), or None."""
            ...


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class ApprovalFact:
    """An approval that stands (unexpired, read from where it may be read), as a rule sees it.

    ``signed`` are those of its approvers whose signature was verified.
    """

    id: str
    scope: dict[str, str]
    amount: Decimal
    currency: str
    per: str
    approvers: tuple[str, ...]
    signed: frozenset[str] = frozenset()


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Context:
    """What a rule is given beside its resource. ``monthly_cost`` of a resource is on the resource (``resource.cost``).

    ``inputs`` names the optional inputs that were given: ``commitments``, ``usage``, ``billing``, ``base``.
    ``doubtful`` are, for an ``EstateRule``, the resources of which it is not known whether the policy is about them.
    """

    now: datetime
    catalogue: Catalogue
    estate: Estate
    approvals: tuple[ApprovalFact, ...] = ()
    inputs: frozenset[str] = frozenset()
    doubtful: tuple[tuple[Resource, Unknown], ...] = ()


def parameter(
    *,
    doc: str,
    default: Any = MISSING,
    tighten: str = "",
    unlimited_when_empty: bool = False,
    record: type | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A field of a rule's ``Parameters``.

    ``doc`` is the user's documentation of it. ``tighten`` says which way a lower layer may move it: ``superset``,
    ``subset``, ``lower`` or ``higher``; without one it may not move it. With ``unlimited_when_empty`` an empty list (or
    a key that is not in a map) allows everything, so that the first entry tightens. ``record`` is the dataclass of a
    nested record (or of each item of a list of them). ``choices`` are the words allowed. Without a default it is
    required.
    """
    metadata = {
        "doc": doc,
        "tighten": tighten,
        "unlimited_when_empty": unlimited_when_empty,
        "record": record,
        "choices": choices,
    }
    if type(default) in (list, dict):
        return field(default_factory=default.copy, metadata=metadata)
    return field(default=default, metadata=metadata)


def load_parameters(shape: Any, data: dict[str, Any]) -> Any:
    """An instance of a ``Parameters`` dataclass from validated JSON; nested records are made where declared.

    A field such as ``from_`` takes the key ``from``, which Python keeps for itself.
    """
    loaded = {f"{key}_" if f"{key}_" in _names(shape) else key: value for key, value in data.items()}
    for item in fields(shape):
        record = item.metadata.get("record")
        value = loaded.get(item.name)
        if record is None or value is None or not is_dataclass(record):
            continue
        if is_list(value):
            loaded[item.name] = [load_parameters(record, entry) for entry in value if is_map(entry)]
        else:
            loaded[item.name] = load_parameters(record, value)
    return shape(**loaded)


def _names(shape: Any) -> frozenset[str]:
    return frozenset(item.name for item in fields(shape))


class Rule:
    """A kind of check. Subclass ``ResourceRule`` or ``EstateRule``.

    The docstring of a rule is its page, under the headings *What it flags*, *Why it costs*, *Bad*, *Good*, *How the
    saving is estimated*. ``kinds`` are the kinds it can judge; a policy may narrow them, never widen them. ``inputs``
    are the optional inputs (see ``Context``) that it weighs: where one is only partly known, it can prove nothing.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]]
    inputs: ClassVar[tuple[str, ...]] = ()
    Parameters: ClassVar[type]

    def __init__(self, parameters: Any) -> None:
        self.parameters = parameters


class ResourceRule(Rule):
    """A rule that judges one resource at a time; it may look around in ``context.estate``."""

    def judge(self, resource: Resource, context: Context) -> Outcome:
        """What this rule says of the resource."""
        raise NotImplementedError


class EstateRule(Rule):
    """A rule over many resources at once: groups, shares, totals."""

    def judge_estate(self, resources: Sequence[Resource], context: Context) -> Iterator[tuple[Resource, Outcome]]:
        """What it says, each time with the resource that stands for the group (its place is the finding's)."""
        raise NotImplementedError


def weaker(one: str, other: str) -> str:
    """The lower of two confidences, of ``high``, ``medium`` and ``low``."""
    return min(one, other, key=("low", "medium", "high").index)


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def duration(text: str) -> timedelta | None:
    """A duration such as ``90m``, ``24h``, ``1h30m``, ``7d``; a bare number is seconds; None for anything else."""
    number, total, seen = "", 0.0, False
    for character in text.strip().lower():
        if character.isdecimal() or (character == "." and "." not in number):
            number += character
        elif character in _UNITS and number not in ("", "."):
            total += float(number) * _UNITS[character]
            number, seen = "", True
        else:
            return None
    if number:
        if seen or number == ".":
            return None
        total = float(number)
    elif not seen:
        return None
    return timedelta(seconds=total) if total <= 86400 * 36500 else None


__all__ = [
    "ABSENT",
    "HOURS_PER_MONTH",
    "PASSED",
    "Absent",
    "Accelerators",
    "ApprovalFact",
    "Compute",
    "Context",
    "Decimal",
    "Estate",
    "EstateRule",
    "Finding",
    "Iterable",
    "Iterator",
    "Lever",
    "Lifetime",
    "Outcome",
    "PartialMap",
    "Passed",
    "Place",
    "PriceUse",
    "Range",
    "Requests",
    "Resource",
    "ResourceRule",
    "Rule",
    "Sequence",
    "Skipped",
    "Storage",
    "Tag",
    "Tags",
    "Undecided",
    "Unknown",
    "Usage",
    "Workload",
    "dataclass",
    "datetime",
    "duration",
    "first_unknown",
    "is_list",
    "is_map",
    "load_parameters",
    "look_up",
    "parameter",
    "plain_key",
    "timedelta",
    "weaker",
]
