"""The common resource model: one thing that costs money, whatever input it was read from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sumptuary.money import Range
from sumptuary.values import ABSENT, Absent, PartialMap, Unknown, is_list, is_map, look_up


@dataclass(slots=True, frozen=True)
class Place:
    """A spot in a file. ``path`` is relative to the working directory, with ``/``; lines and columns count from 1.

    ``file`` is where a file lies that people know by another name: ``path`` is that name, then, and no path.
    """

    path: str
    line: int
    end_line: int = 0
    column: int = 0
    file: str = ""

    @property
    def lies_at(self) -> str:
        """The path by which the file is found."""
        return self.file or self.path


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Call:
    """One step of a module call stack: the call's address (``module.a["x"]``) and the block that makes it."""

    address: str
    place: Place


@dataclass(slots=True, eq=False, repr=False)
class Origin:
    """Where a resource comes from.

    ``place`` is its block in a file, ``uri`` its ARN or other provider id when live. ``root`` is the root directory,
    relative as in ``Place``; ``calls`` the module calls from the root inwards. ``places`` maps an attribute path
    (``instance_type``, ``scaling_config.min_size``) to its line, where the source keeps it.
    """

    place: Place | None = None
    uri: str = ""
    root: str = ""
    calls: tuple[Call, ...] = ()
    places: dict[str, Place] = field(default_factory=dict[str, Place])

    def place_of(self, attribute: str) -> Place | None:
        """The most precise place known for an attribute path: its own line, its block's, or the resource's."""
        path = attribute
        while path:
            if path in self.places:
                return self.places[path]
            path = path.rpartition(".")[0]
        return self.place

    def written_at(self, attribute: str) -> tuple[Place, ...]:
        """Where the value of an attribute was written, when that is elsewhere: the innermost place first."""
        return ()


@dataclass(slots=True, frozen=True)
class Tag:
    """A tag or label: its value and where it came from.

    ``origin`` is ``own`` (on the block itself), ``provider-default``, ``inherited`` (a group's tag handed down) or
    ``label`` (or ``annotation``). ``value`` is always a string when known, as providers store it.
    """

    value: str | Unknown
    origin: str = "own"
    place: Place | None = None


class Tags:
    """The tags of a resource: known entries, and perhaps a rest that is not known.

    ``rest`` is set when the whole map, or part of it, cannot be told; a key that is found is there all the same.
    ``group`` is what a resource group would hand down, which counts only where a policy says so; None without one.
    """

    __slots__ = ("entries", "group", "rest")

    def __init__(self, entries: dict[str, Tag] | None = None, rest: Unknown | None = None) -> None:
        self.entries = entries if entries is not None else {}
        self.rest = rest
        self.group: Tags | None = None

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def look_up(self, key: str, aliases: Iterable[str] = ()) -> str | Unknown | Absent:
        """The value under a key or one of its aliases, spelt exactly; an unknown rest makes a missing key unknown."""
        for name in (key, *aliases):
            if name in self.entries:
                return self.entries[name].value
        return self.rest if self.rest is not None else ABSENT

    def fact(self, names: Iterable[str]) -> str | Unknown | Absent:
        """The value of a fact people declare, under any of its names; case, ``-``, ``_`` and ``finops:`` are equal."""
        wanted = [plain_key(name) for name in names]
        for key, tag in self.entries.items():
            if plain_key(key) in wanted:
                return tag.value
        return self.rest if self.rest is not None else ABSENT

    def values(self) -> dict[str, object]:
        """Key to value; partly known where the rest is not."""
        known: dict[str, object] = {key: tag.value for key, tag in self.entries.items()}
        return known if self.rest is None else PartialMap(known, self.rest)


MAX_KEYS = 10_000
_plain_keys: dict[str, str] = {}
"""Keys as they compare: an estate has few of them, each on every resource."""


def plain_key(key: str) -> str:
    """A tag key as facts compare it: lower case, without ``finops:`` (or a label's ``finops/``), ``-`` and ``.`` as
    ``_``."""
    plain = _plain_keys.get(key)
    if plain is None:
        plain = key.lower().removeprefix("finops:").removeprefix("finops/").replace("-", "_").replace(".", "_")
        if len(_plain_keys) < MAX_KEYS:
            _plain_keys[key] = plain
    return plain


@dataclass(slots=True, frozen=True)
class Accelerators:
    """The accelerators of one instance. ``memory_gib`` is per accelerator; ``fraction`` below 1 is a shared slice."""

    model: str
    count: int | Unknown
    memory_gib: float | None = None
    fraction: float = 1.0


NO_ACCELERATORS = Accelerators("", 0)
"""It is known that there are none: a pod that asks for no device."""


@dataclass(slots=True, eq=False, repr=False)
class Requests:
    """What one pod asks of the node that it shares: vCPUs, GiB of memory, and devices (a slice counts as its part)."""

    vcpus: Decimal | Unknown = Decimal(0)
    memory_gib: Decimal | Unknown = Decimal(0)
    accelerators: Decimal | Unknown = Decimal(0)


@dataclass(slots=True, eq=False, repr=False)
class Compute:
    """What runs. Counts are instances of ``sku``; None is absent (not an autoscaled thing, or not said).

    ``purchase_option`` is ``on-demand``, ``spot``, ``reserved`` or ``capacity-block``. ``alternatives`` are further
    SKUs that the pool may use instead of ``sku``. Of pods, the counts are pods, ``requests`` what each asks for, and
    ``share`` the part of one ``sku`` that it takes, above 0 up to 1; None is all of it. ``node_types`` are the types
    that their cluster has.
    """

    sku: str | Unknown | None = None
    alternatives: tuple[str, ...] = ()
    minimum: int | Unknown | None = None
    desired: int | Unknown | None = None
    maximum: int | Unknown | None = None
    purchase_option: str | Unknown | None = None
    accelerators: Accelerators | Unknown | None = None
    requests: Requests | None = None
    share: Decimal | None = None
    node_types: tuple[str, ...] = ()
    sku_attribute: str = ""
    purchase_attribute: str = ""
    count_attribute: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Workload:
    """What it is for. ``purpose``: training, inference, fine-tuning, notebook, batch or ci.

    ``evidence`` says what the purpose was told from ("tag workload_type"); ``confidence`` is high where somebody
    declared it, low where a name suggested it. ``checkpoint`` is where state is saved (a URI), ``model`` what is
    served or trained, ``parameters_billion`` its size.
    """

    purpose: str | Unknown | None = None
    evidence: str = ""
    confidence: str = "high"
    interruptible: bool | Unknown | None = None
    checkpoint: str | Unknown | None = None
    model: str | Unknown | None = None
    parameters_billion: float | Unknown | None = None


@dataclass(slots=True, eq=False, repr=False)
class Lifetime:
    """How long it lives. ``ttl`` as declared (``24h``), ``expires_at`` as declared; ``deadline_seconds`` is a limit
    that the platform enforces (a job's maximum run time); ``schedule`` anything that switches it off and on.
    ``running`` is set for work that ends by itself: why nobody knows how long that takes."""

    created: datetime | Unknown | None = None
    ttl: str | Unknown | None = None
    expires_at: str | Unknown | None = None
    schedule: str | Unknown | None = None
    deadline_seconds: int | Unknown | None = None
    running: Unknown | None = None


@dataclass(slots=True, eq=False, repr=False)
class Usage:
    """What was measured over ``window``. ``hours`` are instance-hours run, ``committed_hours`` those that a commitment
    covered; ``p50``, ``p95`` and ``maximum`` are percent of the metric named by the source."""

    window: str = ""
    hours: float | Unknown | None = None
    committed_hours: float | Unknown | None = None
    p50: float | Unknown | None = None
    p95: float | Unknown | None = None
    maximum: float | Unknown | None = None
    samples: int | Unknown | None = None
    source: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Storage:
    """Stored bytes: ``size_gib`` per instance, the provider's ``type`` (gp3, pd-ssd), provisioned ``iops`` and
    ``throughput_mibps``."""

    size_gib: int | float | Unknown | None = None
    type: str | Unknown | None = None
    iops: int | Unknown | None = None
    throughput_mibps: int | Unknown | None = None


@dataclass(slots=True, eq=False, repr=False)
class Cost:
    """What it costs a month at list price, USD; ``unpriced`` says why ``monthly`` is not known."""

    monthly: Range | None = None
    unpriced: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Resource:
    """One thing that costs money, or sets what may be spent.

    ``id`` is unique in the estate; ``address`` what its author calls it (``module.a["x"].aws_instance.b[0]``).
    ``kind`` is ours (see ``KINDS``), ``type`` the provider's. ``taggable`` is None when nobody knows.
    ``multiplicity`` is Unknown for the one symbolic instance that stands for an unknown ``count`` or ``for_each``.
    ``attributes`` are as the source has them; values inside may be ``Unknown`` or a ``PartialMap``.
    ``host_provider`` is the cloud under a cluster (FOCUS: HostProviderName), empty where the provider is its own.
    ``inferred`` says of an environment or team that nobody declared what it was told by ("its directory live/prod").
    """

    id: str
    address: str
    kind: str
    type: str
    provider: str
    source: str = ""
    host_provider: str = ""
    account: str | Unknown | None = None
    region: str | Unknown | None = None
    zone: str | Unknown | None = None
    tags: Tags = field(default_factory=Tags)
    taggable: bool | None = None
    tag_attribute: str = ""
    environment: str | Unknown | None = None
    team: str | Unknown | None = None
    inferred: dict[str, str] | None = None
    attributes: dict[str, object] = field(default_factory=dict[str, object])
    origin: Origin = field(default_factory=Origin)
    relations: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    multiplicity: Unknown | None = None
    compute: Compute | None = None
    workload: Workload = field(default_factory=Workload)
    lifetime: Lifetime = field(default_factory=Lifetime)
    usage: Usage | None = None
    storage: Storage | None = None
    cost: Cost = field(default_factory=Cost)

    @property
    def host(self) -> str:
        """The provider whose SKUs and prices hold for it."""
        return self.host_provider or self.provider

    def attribute(self, path: str) -> object:
        """The value at a dotted path (``scaling_config.min_size``): known, ``Unknown`` or ``ABSENT``.

        A list on the way is entered at its only element (Terraform's single nested blocks), or at a numeric step. A
        key may itself hold dots, where it is the last (``metadata.labels.app.kubernetes.io/name``).
        """
        value: object = self.attributes
        steps = path.split(".")
        for index, step in enumerate(steps):
            if is_list(value):
                if step.isdecimal():
                    value = value[int(step)] if int(step) < len(value) else ABSENT
                    continue
                value = value[0] if len(value) == 1 else ABSENT
            if isinstance(value, Unknown):
                return value
            if not is_map(value):
                return ABSENT
            if step not in value and (rest := ".".join(steps[index:])) in value:
                return look_up(value, rest)
            value = look_up(value, step)
        return ABSENT if value is None else value


class Estate:
    """All resources of a run, indexed by kind and by address. Read-only for rules."""

    __slots__ = ("by_address", "by_kind", "resources")

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources: list[Resource] = list(resources)
        self.by_kind: dict[str, list[Resource]] = {}
        self.by_address: dict[str, list[Resource]] = {}
        for resource in self.resources:
            self.by_kind.setdefault(resource.kind, []).append(resource)
            self.by_address.setdefault(resource.address, []).append(resource)
