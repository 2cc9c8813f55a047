"""``policies show``: one policy in full, as it holds here."""

from __future__ import annotations

import json
import sys

from sumptuary.cli.policies.laws import add_sources, laws_of, row
from sumptuary.errors import UsageError
from sumptuary.reports.printable import printable_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from sumptuary.policy.compiled import Policy

NAME = "show"
HELP = "one policy in full"
DESCRIPTION = "Show a policy as it holds here."


def configure(parser: ArgumentParser) -> None:
    """Add the action's options."""
    parser.add_argument("id", metavar="ID", help="the id of a policy")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    add_sources(parser)


def run(arguments: Namespace) -> int:
    """Write the policy's document, as YAML or as JSON."""
    from sumptuary.cli.arguments import nearest

    policies = {policy.id: policy for policy in laws_of(arguments).policies}
    policy = policies.get(arguments.id)
    if policy is None:
        close = nearest(arguments.id, policies)
        hint = f"did you mean `{close}`?" if close else "`sumptuary policies list` shows them"
        raise UsageError(f"no policy {arguments.id!r} holds here", hint=hint)
    document = document_of(policy)
    if arguments.format == "json":
        sys.stdout.write(json.dumps({**document, "place": row(policy)}, indent=2) + "\n")
        return 0
    import yaml

    place = policy.place
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    sys.stdout.write(f"# {place.path}:{place.line} (pack {policy.pack})\n{printable_lines(text)}")
    return 0


def document_of(policy: Policy) -> dict[str, object]:
    """The policy as a document: everything that holds, defaults included, what selects nothing left out."""
    enforcement = policy.enforcement
    chosen: dict[str, object] = {"kinds": list(policy.kinds)}
    for name in ("types", "providers", "sources", "environments", "purposes"):
        if given := getattr(policy, name):
            chosen[name] = list(given)
    chosen |= {"tags": policy.tags} if policy.tags else {}
    chosen |= {"where": policy.where} if policy.where else {}
    spec: dict[str, object] = {
        "description": policy.description,
        "select": chosen,
        "rule": policy.rule,
        "parameters": policy.parameters,
        "message": policy.message,
        "remediation": policy.remediation,
        "enforcement": {
            "default": enforcement.default,
            "stages": enforcement.stages,
            "environments": enforcement.environments,
            "ramp": [{"from": day, "level": level} for day, level in enforcement.ramp],
            "new_only": enforcement.new_only,
            "on_unknown": enforcement.on_unknown,
        },
        "fix": policy.fix,
    }
    names = ("id", "version", "title", "severity", "category", "owner")
    metadata: dict[str, object] = {name: getattr(policy, name) for name in names}
    metadata |= {"references": list(policy.references)} if policy.references else {}
    kept = {name: value for name, value in spec.items() if value not in ("", None)}
    return {"apiVersion": "sumptuary/v1", "kind": "Policy", "metadata": metadata, "spec": kept}
