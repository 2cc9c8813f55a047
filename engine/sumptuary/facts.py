"""What people declare about a resource through its tags, and what its type and SKU tell: environment, team, purpose,
lifetime, accelerators.

A declared fact wins over what a name suggests; what a type is by its nature (an endpoint serves) wins over a tag that
cannot be read. A fact that may stand in an unknown part of the tags is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sumptuary.model import Accelerators, Resource, plain_key
from sumptuary.values import ABSENT, Absent, Unknown, is_map

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
    """The tag keys that declare each fact in this repository."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(DEFAULT_NAMES))


def names_of(project: Naming) -> FactNames:
    """The names that a repository's ``sumptuary.yaml`` gives, over the defaults."""
    return FactNames({**DEFAULT_NAMES, **project.facts})


def declare(resource: Resource, names: FactNames, catalogue: Catalogue) -> None:
    """Set what the tags of a resource declare, and what its SKU tells through the catalogue."""
    if resource.environment is None:
        resource.environment = _declared(resource, names, "environment", environment)
    if resource.team is None:
        resource.team = _declared(resource, names, "team", str)
    _declare_workload(resource, names)
    lifetime = resource.lifetime
    if lifetime.ttl is None:
        lifetime.ttl = _declared(resource, names, "ttl", str)
    if lifetime.expires_at is None:
        lifetime.expires_at = _declared(resource, names, "expires_at", str)
    if lifetime.schedule is None:
        lifetime.schedule = _declared(resource, names, "schedule", str)
    _equip(resource, catalogue)


def environment(text: str) -> str:
    """An environment under its usual name: ``prod`` is ``production``; any other word stays, in lower case."""
    word = text.strip().lower()
    return _ENVIRONMENTS.get(word, word)


def purpose(text: str) -> str:
    """A workload's purpose under the name that rules use: ``serving`` is ``inference``; other words stay."""
    word = text.strip().lower().replace("-", "_").replace(" ", "_")
    return _PURPOSES.get(word, text.strip().lower())


def _declared(resource: Resource, names: FactNames, fact: str, read: Callable[[str], str]) -> str | Unknown | None:
    keys = names.keys.get(fact, ())
    value = resource.tags.fact(keys)
    if isinstance(value, Absent) and resource.provider == "kubernetes":
        value = _annotated(resource, keys)
    if isinstance(value, Absent):
        return None
    if isinstance(value, Unknown):
        return value
    return read(value) if value.strip() else None


def _annotated(resource: Resource, names: tuple[str, ...]) -> str | Unknown | Absent:
    """The value of a fact that an annotation declares: labels cannot hold a URI."""
    annotations = resource.attribute("metadata.annotations")
    if not is_map(annotations):
        return ABSENT
    wanted = {plain_key(name) for name in names}
    for key, value in annotations.items():
        if plain_key(key) in wanted and isinstance(value, (str, Unknown)):
            return value
    return ABSENT


def _declare_workload(resource: Resource, names: FactNames) -> None:
    workload = resource.workload
    told = _declared(resource, names, "workload_type", purpose)
    if isinstance(told, str) or workload.purpose is None:
        workload.purpose = told
        workload.evidence = "tag workload_type" if isinstance(told, str) else ""
        workload.confidence = "high"
    if workload.checkpoint is None:
        workload.checkpoint = _declared(resource, names, "checkpoint", str)
    if workload.model is None:
        workload.model = _declared(resource, names, "model", str)
    if workload.parameters_billion is None:
        size = _declared(resource, names, "model_parameters", str)
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
