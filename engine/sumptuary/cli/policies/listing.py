"""``policies list``: every policy that holds, in a row."""

from __future__ import annotations

import json
import sys

from sumptuary.cli.policies.laws import add_sources, laws_of, row
from sumptuary.reports.printable import printable_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "list"
HELP = "every policy"
DESCRIPTION = "List the policies that hold."


def configure(parser: ArgumentParser) -> None:
    """Add the action's options."""
    parser.add_argument("--format", choices=("text", "json"), default="text")
    add_sources(parser)


def run(arguments: Namespace) -> int:
    """Write a table, or JSON."""
    policies = laws_of(arguments).policies
    if arguments.format == "json":
        sys.stdout.write(json.dumps([row(policy) for policy in policies], indent=2) + "\n")
        return 0
    if not policies:
        sys.stdout.write("no policies hold here\n")
        return 0
    rows = [(p.id, p.severity, p.enforcement.default, p.rule, p.title) for p in policies]
    header = ("ID", "SEVERITY", "ENFORCEMENT", "RULE", "TITLE")
    widths = [max(len(line[column]) for line in (header, *rows)) for column in range(len(header))]
    for line in (header, *rows):
        text = "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True))
        sys.stdout.write(printable_lines(text).rstrip() + "\n")
    return 0
