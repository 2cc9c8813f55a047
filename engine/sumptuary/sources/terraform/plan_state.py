"""A raw ``terraform.tfstate``, version 4, as the rows that a plan would have."""

from __future__ import annotations

from sumptuary.sources.terraform.expansion import index_text
from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SIMPLE_TYPES = frozenset({"string", "number", "bool", "dynamic"})
_NESTED_TYPES = frozenset({"object", "map", "list", "set", "tuple"})


def state_rows(document: dict[str, object]) -> Iterator[dict[str, object]]:
    """One row an instance, in the shape of ``resource_changes``; an object that a replacement left has ``deposed``."""
    resources = document.get("resources")
    for resource in resources if is_list(resources) else []:
        if not is_map(resource):
            yield {}
            continue
        instances = resource.get("instances")
        for instance in instances if is_list(instances) else []:
            yield _row(resource, instance) if is_map(instance) else {}


def _row(resource: dict[str, object], instance: dict[str, object]) -> dict[str, object]:
    prefix = f"{resource['module']}." if isinstance(resource.get("module"), str) else ""
    key = instance.get("index_key")
    index = index_text(key) if isinstance(key, (int, str)) else ""
    attributes = instance.get("attributes")
    stands = {name: _unwrapped(value) for name, value in attributes.items()} if is_map(attributes) else None
    secret = _marks(instance.get("sensitive_attributes"))
    row = {
        "address": f"{prefix}{resource.get('type')}.{resource.get('name')}{index}",
        "type": resource.get("type"),
        "mode": resource.get("mode"),
        "change": {
            "actions": ["no-op"],
            "before": stands,
            "after": stands,
            "after_unknown": stands is None,  # of a state that 0.11 wrote, where attributes are flat
            "after_sensitive": secret,
        },
    }
    return {**row, "deposed": instance["deposed"]} if "deposed" in instance else row


def _unwrapped(value: object) -> object:
    """An attribute of a type that the provider leaves open is kept with its type."""
    if not is_map(value) or value.keys() != {"value", "type"}:
        return value
    kind = value["type"]
    word = kind[0] if is_list(kind) and len(kind) == 2 else kind
    known = _NESTED_TYPES if is_list(kind) else _SIMPLE_TYPES
    return value["value"] if isinstance(word, str) and word in known else value


def _marks(paths: object) -> object:
    """``sensitive_attributes`` as marks in the shape of the attributes.

    Inside a list all elements are marked. A path that cannot be read marks everything: better hidden than shown.
    """
    marks: dict[str, object] = {}
    for path in paths if is_list(paths) else []:
        names = [_step(step) for step in (path if is_list(path) else [path])]
        if not names or names[0] is None:
            return True
        level = marks
        for position, name in enumerate(names):
            below = names[position + 1] if position + 1 < len(names) else None
            if name is None or level.get(name) is True:
                break
            if below is None:
                level[name] = True
                break
            inner = level.setdefault(name, {})
            if not is_map(inner):
                break
            level = inner
    return marks


def _step(step: object) -> str | None:
    """The name that a step of a path enters; None for an index into a list, and for what is no step."""
    value = step.get("value") if is_map(step) else None
    if is_map(value):
        value = value.get("value")
    return value if isinstance(value, str) else None
