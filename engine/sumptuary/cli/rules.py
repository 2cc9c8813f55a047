"""The command ``rules``: which rules are installed, and what each flags, asks for and saves."""

from __future__ import annotations

import json
import sys
from dataclasses import MISSING, fields, is_dataclass

from sumptuary.errors import PolicyError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from dataclasses import Field
    from typing import Any

    from sumptuary.rule import Rule

NAME = "rules"
HELP = "the rules that policies can use: list, show"


def configure(parser: ArgumentParser) -> None:
    """Add the command's actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="every rule", description="List every installed rule.")
    listing.add_argument("--format", choices=("text", "json"), default="text")
    show = actions.add_parser("show", help="a rule's page", description="Show a rule's page and its parameters.")
    show.add_argument("id", metavar="ID", help="the id of a rule")


def run(arguments: Namespace) -> int:
    """List the rules or show one."""
    from sumptuary.policy.registry import installed

    rules, problems = installed()
    if problems:
        raise PolicyError(problems)
    if arguments.action == "show":
        sys.stdout.write(_page(_chosen(arguments.id, rules)))
    elif arguments.format == "json":
        sys.stdout.write(json.dumps([_summary(rules[name]) for name in sorted(rules)], indent=2) + "\n")
    else:
        width = max((len(name) for name in rules), default=0)
        for name in sorted(rules):
            sys.stdout.write(f"{name:<{width}}  {rules[name].title}\n")
    return 0


def _chosen(name: str, rules: dict[str, type[Rule]]) -> type[Rule]:
    from sumptuary.cli.arguments import nearest

    if name not in rules:
        close = nearest(name, rules)
        hint = f"did you mean `{close}`?" if close else "`sumptuary rules list` shows them"
        raise UsageError(f"no rule {name!r} is installed", hint=hint)
    return rules[name]


def _summary(rule: type[Rule]) -> dict[str, object]:
    return {
        "id": rule.id,
        "title": rule.title,
        "kinds": list(rule.kinds),
        "parameters": [row[0] for row in _rows(rule.Parameters)],
        "module": rule.__module__,
    }


def _page(rule: type[Rule]) -> str:
    """The rule's docstring under its title, and a table of its parameters."""
    from inspect import cleandoc

    lines = [f"{rule.id}: {rule.title}", "", f"Judges: {', '.join(rule.kinds)}", "", cleandoc(rule.__doc__ or ""), ""]
    rows = _rows(rule.Parameters)
    if rows:
        lines += ["Parameters", ""]
        for name, kind, default, doc in rows:
            lines.append(f"  {name} ({kind}; {default})")
            if doc:
                lines.append(f"      {doc}")
    return "\n".join(lines).rstrip() + "\n"


def _rows(shape: Any, prefix: str = "") -> list[tuple[str, str, str, str]]:
    """Name, type, default and meaning of each parameter; those of a record under its name."""
    from sumptuary.reference.fields import TIGHTER

    rows: list[tuple[str, str, str, str]] = []
    for item in fields(shape):
        choices = item.metadata.get("choices", ())
        tighten = item.metadata.get("tighten", "")
        doc = item.metadata.get("doc", "")
        if choices:
            doc += f" One of {', '.join(choices)}."
        if tighten:
            doc += f" A lower layer may only {TIGHTER[tighten]}."
        record = item.metadata.get("record")
        kind = str(item.type) if isinstance(item.type, str) else getattr(item.type, "__name__", str(item.type))
        rows.append((prefix + item.name, kind, _default(item), doc.strip()))
        if is_dataclass(record):
            rows += _rows(record, f"{prefix}{item.name}.")
    return rows


def _default(item: Field[Any]) -> str:
    """A parameter's default as a document would hold it."""
    value = item.default_factory() if item.default_factory is not MISSING else item.default
    if value is MISSING:
        return "required"
    if is_dataclass(value) and not isinstance(value, type):
        return "by default as below"
    return f"by default {json.dumps(value, default=str)}"
