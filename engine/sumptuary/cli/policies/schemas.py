"""``policies schema``: the JSON Schema of documents, for editors."""

from __future__ import annotations

import json
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "schema"
HELP = "the JSON Schema"
DESCRIPTION = "Print the JSON Schema of documents."


def configure(parser: ArgumentParser) -> None:
    """Add the action's options."""
    parser.add_argument("kind", nargs="?", metavar="KIND", help="Policy, Pack, Project or Approval (default: any)")


def run(arguments: Namespace) -> int:
    """Write the schema."""
    from sumptuary.policy.schema import kinds, schema_of

    if arguments.kind is not None and arguments.kind not in kinds():
        from sumptuary.cli.arguments import choose

        choose(arguments.kind, kinds(), "KIND is")
    sys.stdout.write(json.dumps(schema_of(arguments.kind), indent=2) + "\n")
    return 0
