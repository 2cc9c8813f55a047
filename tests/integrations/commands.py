"""Commands of sumptuary in what people copy: found in documents, and read by the program's own parsers."""

from __future__ import annotations

import re
import shlex
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from sumptuary.cli.arguments import Parser
from sumptuary.cli.program import command
from sumptuary.reports import FORMATS

ROOT = Path(__file__).resolve().parents[2]
INTEGRATIONS = ROOT / "integrations"


def commands(value: object) -> list[str]:
    """Every line of a document, or of a script in it, that runs sumptuary."""
    if isinstance(value, dict):
        return [line for item in value.values() for line in commands(item)]
    if isinstance(value, list):
        return [line for item in value for line in commands(item)]
    if not isinstance(value, str):
        return []
    return re.findall(r"^\s*(sumptuary .*)$", value.replace("\\\n", " "), re.MULTILINE)


def words(line: str) -> list[str]:
    """The words of a command in documentation: without a comment, and up to where the shell goes on."""
    found = shlex.split(line, comments=True)
    ends = [found.index(operator) for operator in ("|", "&&", ";", "||", ">") if operator in found]
    return found[: min(ends, default=len(found))]


def parsed(argv: Sequence[str]) -> Namespace:
    """The arguments as the program reads them.

    Raises:
        SumptuaryError: it would refuse them.
    """
    chosen = command(argv[0])
    parser = Parser(prog=f"sumptuary {chosen.NAME}", description=chosen.HELP)
    chosen.configure(parser)
    arguments = parser.arguments(argv[1:])
    given = getattr(arguments, "format", None) or []
    for one in [given] if isinstance(given, str) else given:
        assert one.partition("=")[0] in FORMATS, one
    return arguments
