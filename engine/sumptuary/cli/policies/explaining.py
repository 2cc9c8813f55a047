"""``policies explain``: a policy as it holds here, and of each field which layer set it, where, and over what."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sumptuary.cli.policies.laws import add_sources, asked
from sumptuary.errors import UsageError
from sumptuary.reports.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from sumptuary.policy.authorities import Authority
    from sumptuary.policy.compiled import Policy
    from sumptuary.policy.gather import Gathered
    from sumptuary.policy.layers import Layered

NAME = "explain"
HELP = "which layer set what"
DESCRIPTION = "Show a policy as it holds at a path: each field with the layer and the line that set it."


@dataclass(slots=True)
class Row:
    """A field: its value, who set it and where; ``over`` is what it was before, each with who had set that."""

    name: str
    value: object
    by: str
    layer: str
    place: str
    over: list[tuple[object, str, str]] = field(default_factory=list[tuple[object, str, str]])


def configure(parser: ArgumentParser) -> None:
    """Add the action's options."""
    from sumptuary.cli.arguments import add_setting_option, moment

    parser.add_argument("id", metavar="ID", help="the id of a policy")
    parser.add_argument("--at", default=".", metavar="PATH", help="where it is asked for (default: here)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--now", type=moment, metavar="ISO8601", help="the date by which ramps are told (default: now)")
    add_sources(parser)
    add_setting_option(parser)


def run(arguments: Namespace) -> int:
    """Write the policy, field by field."""
    from sumptuary.cli.arguments import existing, nearest
    from sumptuary.policy.load import load_with_documents

    existing([arguments.at], "the path")
    sources, packs = asked(arguments, arguments.at)
    gathered = load_with_documents(
        sources,
        packs=packs,
        start=arguments.at,
        config=arguments.config,
        settings=arguments.settings,
    )
    layered = _found(gathered, arguments.id)
    if layered is None:
        close = nearest(arguments.id, gathered.layered)
        hint = f"did you mean `{close}`?" if close else "`sumptuary policies list` shows them"
        raise UsageError(f"no policy {arguments.id!r} holds here", hint=hint)
    now = arguments.now or datetime.now(UTC)
    rows = list(_rows(layered, gathered))
    text = _as_json(layered, rows, now) if arguments.format == "json" else _as_text(layered, rows, now)
    sys.stdout.write(text)
    return 0


def _found(gathered: Gathered, name: str) -> Layered | None:
    """The policy of this id, or that had it before."""
    aliases = {alias: one for one in gathered.layered.values() for alias in one.policy.aliases}
    return gathered.layered.get(name) or aliases.get(name)


def _rows(layered: Layered, gathered: Gathered) -> Iterator[Row]:
    """Every field that decides something, with where it comes from."""
    from sumptuary.policy.authorities import path_of

    written = next(
        entry
        for entry in gathered.entries
        if entry.document.value_at(("metadata", "id")) == layered.policy.id and entry.root.layer == layered.policy.layer
    )
    for name, value in _fields(layered.policy).items():
        path = path_of(name)
        line, _ = written.document.place(path, key=True)
        given = written.document.value_at(path) is not None
        place = f"{written.shown}:{line}" if given else ""
        row = Row(name, value, layered.written.pack if given else "", layered.written.layer, place)
        for step in layered.steps:
            for change in step.changes:
                if _is_about(change.field, name):
                    setter = next((one for one in step.assignments if _is_about(one.field, name)), step.assignments[0])
                    row.over.append((change.before, row.by, row.place))
                    row.by = step.authority.name + (f", profile {setter.through}" if setter.through else "")
                    row.layer, row.place = step.authority.layer, setter.place
        yield row


def _is_about(assigned: str, name: str) -> bool:
    return name == assigned or name.startswith(f"{assigned}.") or assigned.startswith(f"{name}.")


def _fields(policy: Policy) -> dict[str, object]:
    """The fields of a policy as overrides name them, records of its parameters field by field."""
    enforcement, found = policy.enforcement, dict[str, object]()
    found["severity"] = policy.severity
    for name in ("kinds", "types", "providers", "sources", "environments", "purposes", "tags", "where"):
        if value := getattr(policy, name):
            found[f"select.{name}"] = value
    for name, value in policy.parameters.items():
        found[f"parameters.{name}"] = value
    found["enforcement.default"] = enforcement.default
    found |= {f"enforcement.stages.{stage}": level for stage, level in enforcement.stages.items()}
    found |= {f"enforcement.environments.{name}": level for name, level in enforcement.environments.items()}
    if enforcement.ramp:
        found["enforcement.ramp"] = [{"from": day, "level": level} for day, level in enforcement.ramp]
    found["enforcement.new_only"] = enforcement.new_only
    found["enforcement.on_unknown"] = enforcement.on_unknown
    if policy.waivers is not None:
        found["waivers.approvers"] = policy.waivers.approvers
        found["waivers.max_duration"] = policy.waivers.max_duration
    found["message"] = policy.message
    return found


def _levels(policy: Policy, now: datetime) -> Iterator[str]:
    """What a violation does today, stage by stage, and what a ramp will make of it."""
    from sumptuary.policy.compiled import STAGES

    for stage in STAGES:
        enforcement = policy.enforcement
        text = f"{stage}: {enforcement.level(stage, '', now)}"
        for environment in enforcement.environments:
            if (level := enforcement.level(stage, environment, now)) != enforcement.level(stage, "", now):
                text += f", {level} in {environment}"
        coming = enforcement.coming(stage, now)
        yield text + (f"; {coming}" if coming else "")


def _delegated(layered: Layered) -> Iterator[tuple[Authority, str, tuple[str, ...]]]:
    """Who leaves which fields of this policy to which layer."""
    for authority in layered.carriers:
        for layer in authority.delegate:
            if fields := authority.left_to(layer, layered.policy.id):
                yield authority, layer, fields


def _as_text(layered: Layered, rows: list[Row], now: datetime) -> str:
    policy = layered.policy
    lines = [f"{policy.id} {policy.version}: {policy.title}"]
    lines.append(f"  written in {policy.place.path}:{policy.place.line}, pack {policy.pack} ({policy.layer})")
    carried = ", ".join(f"{one.name} ({one.layer})" for one in layered.carriers)
    lines.append(f"  carried by {carried}; owned by the layer {policy.owner_layer}")
    lines += [f"  {text}" for text in _levels(policy, now)]
    lines.append("")
    for row in rows:
        origin = f"{row.by} ({row.layer}) {row.place}" if row.by else "the default"
        lines.append(f"{row.name}: {_shown(row.value)}")
        lines.append(f"    {origin}")
        lines += [f"    over {text}" for text in _over(row)]
    for authority, layer, fields in _delegated(layered):
        lines.append(f"{authority.name} ({authority.layer}) leaves to {layer}: {', '.join(fields)}")
    return "".join(f"{printable(line)}\n" for line in lines)


def _over(row: Row) -> Iterator[str]:
    """What a field was before, from the last backwards: of a list, what has been added to it and taken away."""
    from sumptuary.policy.wording import partly

    after = row.value
    for before, by, place in reversed(row.over):
        origin = f"{by} {place}" if by else "the default"
        changed = partly(before, after)
        yield f"{origin}: {changed}" if changed else f"{_shown(before)}, {origin}"
        after = before


def _shown(value: object) -> str:
    """A value as YAML writes it in one line."""
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _as_json(layered: Layered, rows: list[Row], now: datetime) -> str:
    policy = layered.policy
    told = {
        "id": policy.id,
        "version": policy.version,
        "pack": policy.pack,
        "layer": policy.layer,
        "owner_layer": policy.owner_layer,
        "path": policy.place.path,
        "line": policy.place.line,
        "levels": list(_levels(policy, now)),
        "carried_by": [{"pack": one.name, "layer": one.layer} for one in layered.carriers],
        "delegated": [
            {"by": authority.name, "to": layer, "fields": list(fields)}
            for authority, layer, fields in _delegated(layered)
        ],
        "fields": [
            {
                "field": row.name,
                "value": row.value,
                "pack": row.by or None,
                "layer": row.layer if row.by else None,
                "place": row.place or None,
                "over": [{"value": value, "pack": by or None, "place": place or None} for value, by, place in row.over],
            }
            for row in rows
        ],
    }
    return json.dumps(told, indent=2) + "\n"
