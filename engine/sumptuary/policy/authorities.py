"""Who sets fields of policies, in which layer, and what they leave to those below.

Each pack, the repository's own documents and the command line are an *authority*.
"""

from __future__ import annotations

import fnmatch
import os
from dataclasses import dataclass, field

from sumptuary.policy import compiled, problems
from sumptuary.policy.places import Root

SETTABLE = (
    "severity", "parameters", "enforcement", "select", "waivers", "message", "remediation", "description", "fix"
)  # fmt: skip
"""What an override may set, each with what is below it; ``profile`` too, which stands for parameters."""

PROFILE = "profile"
REPOSITORY = "repository"
"""The identity of all that a repository says itself."""


@dataclass(slots=True, frozen=True)
class Assignment:
    """A field that an authority sets. ``match`` is a glob over policy ids; ``place`` is ``file:line:column``.

    ``through`` names the profile that the value comes from, or is empty.
    """

    match: str
    field: str
    value: object
    place: str
    through: str = ""


@dataclass(slots=True)
class Authority:
    """Who sets fields, and which of them those below may set freely. ``extends`` are identities, all the way up."""

    identity: str
    name: str
    layer: str
    assignments: list[Assignment] = field(default_factory=list[Assignment])
    delegate: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    extends: frozenset[str] = frozenset()

    @property
    def rank(self) -> int:
        """How far down it stands: 0 is the built-in pack."""
        return compiled.LAYERS.index(self.layer)

    def lets(self, layer: str, policy: str, assignment: Assignment) -> bool:
        """Whether a layer below may set this field of the policy as it likes."""
        names = (assignment.field, PROFILE) if assignment.through else (assignment.field,)
        return any(fnmatch.fnmatchcase(name, glob) for glob in self.left_to(layer, policy) for name in names)

    def left_to(self, layer: str, policy: str) -> tuple[str, ...]:
        """Globs over the fields of a policy that a layer below may set as it likes."""
        parted = (pattern.rpartition("/") for pattern in self.delegate.get(layer, ()))
        return tuple(fields for of, slash, fields in parted if not slash or fnmatch.fnmatchcase(policy, of))


def identity_of(root: Root) -> str:
    """Who speaks through the documents of a root: its directory, or the repository for all that is its own."""
    return REPOSITORY if root.own and root.layer == REPOSITORY else os.path.realpath(root.path)


def path_of(name: str) -> tuple[str, ...]:
    """The path in a policy's document of a field as overrides name it."""
    return ("metadata", name) if name in ("severity", "title", "owner", "category") else ("spec", *name.split("."))


def mistake(name: str) -> str:
    """Why an override cannot set this field; empty where it can."""
    first, dot, rest = name.partition(".")
    if name == PROFILE or (first in SETTABLE and not (dot and not rest)):
        return ""
    words = (*SETTABLE, PROFILE)
    return f"{name!r} cannot be set: it begins with one of {', '.join(words)}{problems.close(first, words)}"
