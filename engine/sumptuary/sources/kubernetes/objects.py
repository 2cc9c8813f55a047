"""Kubernetes objects: what a document declares, under which group, kind, namespace and name, and at which lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sumptuary.model import Origin, Place
from sumptuary.sources.kubernetes.places import Document, line_within
from sumptuary.values import Unknown, is_list, is_map

NOT_OBJECTS = ("sumptuary", "kustomize.config.k8s.io", "kind.x-k8s.io", "skaffold", "kubeadm.k8s.io")
"""Groups of documents that look like objects and are settings of tools."""

_SIGNS = re.compile(r"\{\{|\$[{(]|<%")
"""What begins a placeholder of the common template engines and substitutions."""


@dataclass(slots=True, eq=False, repr=False)
class Object:
    """One object. ``group`` is its API group without the version, empty for the core; ``body`` the whole of it."""

    body: dict[str, object]
    group: str
    kind: str
    namespace: str
    name: str
    path: str
    line: int
    end_line: int
    lines: dict[int, list[int]]

    @property
    def address(self) -> str:
        """``Deployment/prod/chat``: kind, namespace where one is given, and name."""
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)

    def at(self, path: str) -> object:
        """The value at a dotted path, or None."""
        return value_at(self.body, path)

    def place_of(self, attribute: str) -> Place:
        """The line of an attribute, or of the nearest thing around it."""
        line = line_within(self.body, attribute, self.lines, self.line) if self.lines else self.line
        return Place(self.path, line, self.end_line if line == self.line else 0)


class ObjectOrigin(Origin):
    """Where an object stands; the line of an attribute is looked up when it is asked for."""

    __slots__ = ("declared",)

    def __init__(self, declared: Object, root: str) -> None:
        super().__init__(place=Place(declared.path, declared.line, declared.end_line), root=root)
        self.declared = declared

    def place_of(self, attribute: str) -> Place | None:
        """The most precise place known for an attribute path."""
        return self.declared.place_of(attribute)


def objects_of(document: Document, path: str) -> Iterator[Object]:
    """The objects of a document; those of a List one by one. Anything else in YAML gives none."""
    yield from objects_in(document.value, path, document.line, document.end_line, document.lines)


def objects_in(value: object, path: str, line: int, end_line: int, lines: dict[int, list[int]]) -> Iterator[Object]:
    """The objects of a value that stands from ``line`` to ``end_line``."""
    if not is_map(value):
        return
    version, kind = value.get("apiVersion"), value.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str) or not kind:
        return
    items = value.get("items")
    if kind.endswith("List") and is_list(items):
        for item in items:
            if is_map(item) and "kind" not in item and kind != "List":
                item = {"apiVersion": version, "kind": kind.removesuffix("List"), **item}  # noqa: PLW2901  # as kubectl reads it
            marks = lines.get(id(item), ())
            first = marks[0] if marks else line
            yield from objects_in(item, path, first, end_line if not marks else max(marks), lines)
        return
    group = version.rpartition("/")[0]
    metadata = value.get("metadata")
    if group.startswith(NOT_OBJECTS) or not is_map(metadata):
        return
    name = metadata.get("name") or metadata.get("generateName")
    if not isinstance(name, str):
        return
    namespace = metadata.get("namespace")
    yield Object(value, group, kind, namespace if isinstance(namespace, str) else "", name, path, line, end_line, lines)


def value_at(value: object, path: str) -> object:
    """The value at a dotted path of map keys and list indices, or None where there is none."""
    for step in path.split(".") if path else ():
        if is_map(value):
            value = value.get(step)
        elif is_list(value):
            value = value[int(step)] if step.isdecimal() and int(step) < len(value) else None
        else:
            return None
    return value


def settled(value: object) -> object:
    """A value, or Unknown where a template engine or a substitution is to fill it in."""
    if isinstance(value, str) and _SIGNS.search(value) is not None:
        return Unknown(f"it is filled in by a template: {value[:60]}")
    return value


def text_map(value: object) -> dict[str, str | Unknown]:
    """A map of labels or annotations; values that are no text are taken as they would be written."""
    if not is_map(value):
        return {}
    found: dict[str, str | Unknown] = {}
    for key, item in value.items():
        given = settled(item)
        if isinstance(given, (str, Unknown)):
            found[key] = given
        elif isinstance(given, bool):
            found[key] = "true" if given else "false"
        elif given is not None and not isinstance(given, (dict, list)):
            found[key] = str(given)
        else:
            found[key] = ""
    return found
