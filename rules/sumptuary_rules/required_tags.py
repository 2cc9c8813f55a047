"""Checks that what is billed says who pays for it."""

from __future__ import annotations

from sumptuary.rule import (
    PASSED,
    Absent,
    Context,
    Finding,
    Outcome,
    Place,
    Resource,
    ResourceRule,
    Skipped,
    Tags,
    Undecided,
    Unknown,
    dataclass,
    parameter,
    plain_key,
)
from sumptuary_rules.patterns import compiled, matches

BILLED = (
    "compute.*",
    "ml.*",
    "vector.index",
    "k8s.workload",
    "storage.*",
    "database.*",
    "network.*",
    "observability.log_group",
    "other",
)
"""What a bill has lines for; ``compute.template`` costs nothing by itself, but hands its tags on."""


@dataclass(slots=True, eq=False, repr=False)
class RequiredTagsParameters:
    """Which tags there must be, and what they may say."""

    tags: list[str] = parameter(doc="The keys that every resource must carry.", tighten="superset")
    values: dict[str, list[str]] = parameter(
        doc="For a key, the only values allowed; compared as text, in this spelling.",
        default={},
        tighten="subset",
        unlimited_when_empty=True,
    )
    patterns: dict[str, str] = parameter(
        doc="For a key, a regular expression that the whole value must match. It may not refer back or look around.",
        default={},
    )
    aliases: dict[str, list[str]] = parameter(
        doc="For a key, other spellings that count as the key itself.", default={}, tighten="subset"
    )

    inherit: list[str] = parameter(
        doc="Whose tags count for what is in them, beside its own: those of a `resource-group`, where Azure's Cost "
        "Management is set to inherit tags.",
        default=[],
        choices=("resource-group",),
        tighten="subset",
    )

    def __post_init__(self) -> None:
        if not self.tags:
            raise ValueError("tags names no tag")
        for key, pattern in self.patterns.items():
            try:
                compiled(pattern)
            except ValueError as error:
                raise ValueError(f"patterns.{key}: {error}") from error


@dataclass(slots=True, eq=False, repr=False)
class _Verdict:
    """What was found of all required tags of one resource."""

    missing: list[str]
    invalid: dict[str, str]
    drifted: dict[str, str]
    unknown: dict[str, Unknown]

    def reason(self) -> str:
        """The certain failures as one phrase."""
        parts: list[str] = []
        if self.missing:
            parts.append(f"{_listed(self.missing)} {'is' if len(self.missing) == 1 else 'are'} missing")
        parts += [f"{written} should be spelt {key}" for key, written in self.drifted.items()]
        parts += [f"{key} {why}" for key, why in self.invalid.items()]
        return "; ".join(parts)


class RequiredTags(ResourceRule):
    """Resources that cannot be told apart on a bill.

    ## What it flags

    A taggable resource that lacks one of the keys in `tags`, spells it in another way (`Team` for `team`), leaves it
    empty, or gives it a value outside `values` or `patterns`. Tags that a provider block or a group hands down count.
    Keys of a map that is only partly known count too; a key that is not among them is unknown, not missing.

    ## Why it costs

    Money without an owner is nobody's to save. One key in two spellings makes two lines in every cost report.

    ## Bad

    ```hcl
    resource "aws_instance" "api" {
      tags = { Name = "api" }
    }
    ```

    ## Good

    ```hcl
    provider "aws" {
      default_tags {
        tags = { team = "search", service = "api", environment = "production", cost-center = "4711" }
      }
    }

    resource "aws_instance" "api" {
      tags = { Name = "api" }
    }
    ```

    ## How the saving is estimated

    It is not: tags save nothing by themselves. The report gives the cost that has no owner.
    """

    id = "required-tags"
    title = "Cost-allocation tags are present and valid"
    kinds = BILLED
    Parameters = RequiredTagsParameters
    facts = ("missing", "invalid", "drifted")
    parameters: RequiredTagsParameters

    def __init__(self, parameters: RequiredTagsParameters) -> None:
        super().__init__(parameters)
        self.patterns = {key: compiled(pattern) for key, pattern in parameters.patterns.items()}

    def judge(self, resource: Resource, context: Context) -> Outcome:
        """Every required tag in turn; what certainly fails decides before what is unknown."""
        if resource.taggable is None:
            return Skipped("it is not known whether it can be tagged")
        if not resource.taggable:
            return Skipped("cannot be tagged")
        verdict = self._verdict(resource)
        if reason := verdict.reason():
            return self._finding(resource, verdict, reason)
        if verdict.unknown:
            unknown = next(iter(verdict.unknown.values()))
            keys = _listed(list(verdict.unknown))
            return Undecided(f"{keys} cannot be told: {unknown.reason}", unknown.depends_on, resource.tag_attribute)
        return PASSED

    def _verdict(self, resource: Resource) -> _Verdict:
        found = _Verdict([], {}, {}, {})
        for key in self.parameters.tags:
            value = self._value(resource, key)
            if isinstance(value, str):
                if why := self._wrong(key, value):
                    found.invalid[key] = why
            elif (written := _drift(resource, key)) is not None:
                found.drifted[key] = written
            elif isinstance(value, Absent):
                found.missing.append(key)
            else:
                found.unknown[key] = value
        return found

    def _value(self, resource: Resource, key: str) -> str | Unknown | Absent:
        """What a resource has under a key, or what its group hands down where that counts."""
        value = self._among(resource.tags, key)
        group = resource.tags.group
        if not isinstance(value, Absent) or group is None or "resource-group" not in self.parameters.inherit:
            return value
        return self._among(group, key)

    def _among(self, tags: Tags, key: str) -> str | Unknown | Absent:
        """The value under a key; without it, that of the first alias with a right one, if there is any."""
        value = tags.look_up(key)
        if key in tags.entries:
            return value
        others = [tags.entries[alias].value for alias in self.parameters.aliases.get(key, ()) if alias in tags.entries]
        right = [other for other in others if isinstance(other, str) and not self._wrong(key, other)]
        unknown = [other for other in others if isinstance(other, Unknown)]
        return (right or unknown or others or [value])[0]

    def _wrong(self, key: str, value: str) -> str:
        """Why a value is not allowed, or nothing."""
        if not value.strip():
            return "is empty"
        allowed = self.parameters.values.get(key)
        if allowed is not None and value not in allowed:
            return f"is {_short(value)}, not one of {_listed(allowed)}"
        pattern = self.patterns.get(key)
        if pattern is not None and not matches(pattern, value):
            return f"is {_short(value)}, which does not match {pattern.pattern}"
        return ""

    def _finding(self, resource: Resource, verdict: _Verdict, reason: str) -> Finding:
        wrong = [*verdict.invalid, *verdict.drifted.values()]
        places = dict.fromkeys(place for key in wrong if (place := _place_of(resource, key)) is not None)
        evidence: dict[str, object] = {"tags": resource.tags.values()}
        if verdict.unknown:
            evidence["not known"] = list(verdict.unknown)
        return Finding(
            reason,
            attribute=resource.tag_attribute,
            facts={"missing": verdict.missing, "invalid": verdict.invalid, "drifted": verdict.drifted},
            evidence=evidence,
            related=tuple(places),
        )


def _place_of(resource: Resource, key: str) -> Place | None:
    """Where a tag is written: its own line, or that of the provider's defaults."""
    tag = resource.tags.entries.get(key)
    if tag is None and resource.tags.group is not None:
        tag = resource.tags.group.entries.get(key)
    if tag is None or tag.origin in ("provider-default", "inherited"):
        return tag.place if tag is not None else None
    return resource.origin.place_of(f"{resource.tag_attribute}.{key}") or tag.place


def _drift(resource: Resource, key: str) -> str | None:
    """The key as it is written on the resource when only its spelling differs."""
    if key in resource.tags.entries:
        return None
    wanted = plain_key(key)
    return next((written for written in resource.tags if plain_key(written) == wanted), None)


def _short(value: str) -> str:
    return repr(value if len(value) <= 60 else value[:59] + "…")


def _listed(words: list[str]) -> str:
    return ", ".join(words)
