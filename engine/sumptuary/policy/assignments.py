"""Reads what packs, a project and the command line set of policies, each with the place where it stands."""

from __future__ import annotations

from sumptuary.errors import SumptuaryError, UsageError
from sumptuary.policy.authorities import PROFILE, Assignment, mistake
from sumptuary.policy.compile import Entry
from sumptuary.yaml_lines import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sumptuary.policy.documents import Override
    from sumptuary.policy.problems import Path


def assignments_of(
    entry: Entry, profiles: Mapping[str, str], overrides: Sequence[Override], wrong: list[SumptuaryError]
) -> list[Assignment]:
    """What a document's ``profiles`` and ``overrides`` set; profiles first. What cannot be set goes to ``wrong``."""
    found: list[Assignment] = []
    for name, profile in profiles.items():
        found.append(Assignment(name, PROFILE, profile, _place(entry, ("spec", "profiles", name))))
    for index, override in enumerate(overrides):
        for field, value in override.set.items():
            path: Path = ("spec", "overrides", index, "set", field)
            if text := mistake(field):
                wrong.append(entry.at(path, text, key=True))
            else:
                found.append(Assignment(override.match, field, value, _place(entry, path)))
    return found


def on_the_command_line(text: str) -> Assignment:
    """``ID.FIELD=VALUE``, the value in YAML.

    Raises:
        UsageError: it is not of that form.
    """
    target, equals, value = text.partition("=")
    name, dot, field = target.strip().partition(".")
    if not (equals and dot and name and field):
        hint = "such as --set missing-ttl.parameters.max_ttl=12h"
        raise UsageError(f"`--set {text}` is not ID.FIELD=VALUE", hint=hint)
    if why := mistake(field):
        raise UsageError(f"`--set {text}`: {why}")
    reading = read(value.encode("utf-8", "replace"))
    if reading.problems:
        raise UsageError(f"`--set {text}`: {reading.problems[0].message}")
    given = reading.documents[0].value if reading.documents else None
    return Assignment(name, field, given, f"--set {text}")


def _place(entry: Entry, path: Path) -> str:
    return entry.at(path, "", key=True).place
