"""The command ``rules``: which rules there are, in Python and as templates; what each flags, asks for and saves."""

from __future__ import annotations

import json
import sys
from dataclasses import MISSING, fields, is_dataclass

from sumptuary.errors import PolicyError, SumptuaryError, UsageError
from sumptuary.reports.printable import printable_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from dataclasses import Field
    from typing import Any

    from sumptuary.policy.compiled import Template
    from sumptuary.rule import Rule

NAME = "rules"
HELP = "the rules that policies can use: list, show"


def configure(parser: ArgumentParser) -> None:
    """Add the command's actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="every rule", description="List every installed rule.")
    listing.add_argument("--format", choices=("text", "json"), default="text")
    show = actions.add_parser("show", help="a rule's page", description="Show a rule's page and its parameters.")
    show.add_argument("id", metavar="ID", help="the id of a rule or a template")
    for action in (listing, show):
        action.add_argument("--policies", action="append", default=[], metavar="PATH", help="where templates are")
        action.add_argument("--pack", action="append", default=[], metavar="NAME", help="a pack by name")


def run(arguments: Namespace) -> int:
    """List the rules or show one."""
    from sumptuary.policy.registry import installed

    rules, problems = installed()
    if problems:
        raise PolicyError(problems)
    if arguments.action == "show":
        sys.stdout.write(_page(rules[arguments.id]) if arguments.id in rules else _template(arguments, rules))
        return 0
    try:
        templates, wrong = _templates(arguments), None
    except SumptuaryError as error:  # the rules in Python are there all the same
        templates, wrong = {}, error
    everything: dict[str, type[Rule] | Template] = {**templates, **rules}
    if arguments.format == "json":
        sys.stdout.write(json.dumps([_summary(everything[name]) for name in sorted(everything)], indent=2) + "\n")
    else:
        width = max((len(name) for name in everything), default=0)
        for name in sorted(everything):
            sys.stdout.write(printable_lines(f"{name:<{width}}  {everything[name].title}").rstrip() + "\n")
    if wrong is not None:
        raise wrong
    return 0


def _templates(arguments: Namespace) -> dict[str, Template]:
    """The rule templates among the documents that hold here."""
    from sumptuary.policy.load import load

    return {template.id: template for template in load(arguments.policies, packs=arguments.pack).templates}


def _template(arguments: Namespace, rules: dict[str, type[Rule]]) -> str:
    """The page of a template."""
    from sumptuary.cli.arguments import nearest
    from sumptuary.cli.template_page import page

    templates = _templates(arguments)
    if arguments.id not in templates:
        close = nearest(arguments.id, [*rules, *templates])
        hint = f"did you mean `{close}`?" if close else "`sumptuary rules list` shows them"
        raise UsageError(f"there is no rule {arguments.id!r}: none is installed, and no template holds here", hint=hint)
    return printable_lines(page(templates[arguments.id])).rstrip() + "\n"


def _summary(rule: type[Rule] | Template) -> dict[str, object]:
    if not isinstance(rule, type):
        from sumptuary.cli.template_page import names

        where = {"template": f"{rule.place.path}:{rule.place.line}", "pack": rule.pack}
        return {
            "id": rule.id,
            "title": rule.title,
            "kinds": list(rule.kinds),
            "parameters": names(rule),
            **where,
        }
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
