"""What people declare about a resource through its tags, and what its type and SKU tell: environment, team, purpose,
lifetime, accelerators.

A declared fact wins over what a name suggests; what a type is by its nature (an endpoint serves) wins over a tag that
cannot be read. A fact that may stand in an unknown part of the tags is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sumptuary.model import Accelerators, Resource, Workload, plain_key
from sumptuary.values import Unknown, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    from sumptuary.rule import Catalogue

    class Naming(Protocol):
        """What of a repository's settings matters here."""

        @property
        def facts(self) -> Mapping[str, tuple[str, ...]]:
            """The tag keys that declare a fact."""
            ...


DEFAULT_NAMES: dict[str, tuple[str, ...]] = {
    "environment": ("environment", "env"),
    "team": ("team",),
    "workload_type": ("workload_type",),
    "model": ("model", "model_name"),
    "model_parameters": ("model_parameters_billion", "parameters_billion"),
    "checkpoint": ("checkpoint",),
    "ttl": ("ttl",),
    "expires_at": ("expires_at", "expires"),
    "schedule": ("schedule",),
}
"""Tag keys that declare a fact; case, ``-``, ``_`` and a ``finops:`` prefix make no difference."""

_ENVIRONMENTS = {
    "prod": "production", "prd": "production", "live": "production",
    "stg": "staging", "stage": "staging", "preprod": "staging",
    "dev": "dev", "devel": "dev", "development": "dev", "tst": "test", "testing": "test", "qa": "test",
}  # fmt: skip
_PURPOSES = {
    "train": "training", "training": "training", "pretraining": "training", "pre_training": "training",
    "infer": "inference", "inference": "inference", "serving": "inference", "serve": "inference",
    "finetune": "fine-tuning", "finetuning": "fine-tuning", "fine_tune": "fine-tuning", "fine_tuning": "fine-tuning",
    "notebook": "notebook", "notebooks": "notebook", "batch": "batch", "etl": "batch",
    "ci": "ci", "build": "ci",
}  # fmt: skip


@dataclass(slots=True, eq=False, repr=False)
class FactNames:
    """The tag keys that declare each fact in this repository, the first that is there counting."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(DEFAULT_NAMES))
    plain: dict[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.plain = {fact: tuple(plain_key(name) for name in names) for fact, names in self.keys.items()}


def names_of(project: Naming) -> FactNames:
    """The names that a repository's ``sumptuary.yaml`` gives, over the defaults."""
    return FactNames({**DEFAULT_NAMES, **{fact.replace("-", "_"): keys for fact, keys in project.facts.items()}})


class _Told:
    """What a resource declares, by plain key: its tags, and on Kubernetes its annotations, for labels hold no URI."""

    __slots__ = ("names", "rest", "values")

    def __init__(self, resource: Resource, names: FactNames) -> None:
        self.names = names.plain
        self.rest = resource.tags.rest
        self.values: dict[str, str | Unknown] = {}
        for key, tag in resource.tags.entries.items():
            self.values.setdefault(plain_key(key), tag.value)
        if resource.provider == "kubernetes":
            metadata = resource.attributes.get("metadata")
            annotations = metadata.get("annotations") if is_map(metadata) else None
            for key, value in annotations.items() if is_map(annotations) else ():
                if isinstance(value, (str, Unknown)):
                    self.values.setdefault(plain_key(key), value)

    def fact(self, fact: str, read: Callable[[str], str]) -> str | Unknown | None:
        """A fact as ``read`` makes it of its text; None where it is not declared, or is empty."""
        for name in self.names.get(fact, ()):
            if name in self.values:
                value = self.values[name]
                return value if isinstance(value, Unknown) else read(value) if value.strip() else None
        return self.rest


def declare(resource: Resource, names: FactNames, catalogue: Catalogue) -> None:
    """Set what the tags of a resource declare, and what its SKU tells through the catalogue."""
    told = _Told(resource, names)
    if resource.environment is None:
        resource.environment = told.fact("environment", environment)
    if resource.team is None:
        resource.team = told.fact("team", str)
    _declare_workload(resource.workload, told)
    lifetime = resource.lifetime
    if lifetime.ttl is None:
        lifetime.ttl = told.fact("ttl", str)
    if lifetime.expires_at is None:
        lifetime.expires_at = told.fact("expires_at", str)
    if lifetime.schedule is None:
        lifetime.schedule = told.fact("schedule", str)
    _equip(resource, catalogue)


def environment(text: str) -> str:
    """An environment under its usual name: ``prod`` is ``production``; any other word stays, in lower case."""
    word = text.strip().lower()
    return _ENVIRONMENTS.get(word, word)


def purpose(text: str) -> str:
    """A workload's purpose under the name that rules use: ``serving`` is ``inference``; other words stay."""
    word = text.strip().lower().replace("-", "_").replace(" ", "_")
    return _PURPOSES.get(word, text.strip().lower())


def _declare_workload(workload: Workload, told: _Told) -> None:
    purposed = told.fact("workload_type", purpose)
    if isinstance(purposed, str) or workload.purpose is None:
        workload.purpose = purposed
        workload.evidence = "tag workload_type" if isinstance(purposed, str) else ""
        workload.confidence = "high"
    if workload.checkpoint is None:
        workload.checkpoint = told.fact("checkpoint", str)
    if workload.model is None:
        workload.model = told.fact("model", str)
    if workload.parameters_billion is None:
        size = told.fact("model_parameters", str)
        workload.parameters_billion = _billions(size) if isinstance(size, str) else size


def _billions(text: str) -> float | None:
    """A model's size in billions of parameters, from ``7``, ``7b`` or ``1.5B``."""
    try:
        return float(text.strip().lower().removesuffix("b"))
    except ValueError:
        return None


def _equip(resource: Resource, catalogue: Catalogue) -> None:
    """The accelerators of a SKU; those attached beside it keep their count, under the catalogue's name."""
    compute = resource.compute
    if compute is None:
        return
    attached = compute.accelerators
    if isinstance(attached, Accelerators):
        if attached.count == 0:
            return
        name = catalogue.accelerator_name(attached.model) or attached.model
        memory = attached.memory_gib or catalogue.accelerator_memory_gib(attached.model)
        compute.accelerators = Accelerators(name, attached.count, memory, attached.fraction)
    elif attached is None and isinstance(compute.sku, str):
        hardware = catalogue.hardware(resource.host, compute.sku)
        compute.accelerators = hardware.accelerators if hardware is not None else None
