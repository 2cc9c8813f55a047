"""``sumptuary resources``: the common model itself, a JSON object a line."""

from __future__ import annotations

import sys

from sumptuary.cli.arguments import Output, add_incomplete_option, add_price_options, add_reading_options
from sumptuary.cli.reading import gather
from sumptuary.cli.writing import write
from sumptuary.coverage import Coverage
from sumptuary.pricing import price_resource
from sumptuary.report import CLEAN, INCOMPLETE
from sumptuary.reports import inventory
from sumptuary.reports.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "resources"
HELP = "the common model: what was read, one JSON object a line"


def configure(parser: ArgumentParser) -> None:
    """Add the options of the command."""
    add_reading_options(parser)
    add_price_options(parser)
    add_incomplete_option(parser)
    parser.add_argument("--output", default="", metavar="FILE", help="where to write it (default: standard output)")
    parser.set_defaults(policies=[], pack=[], commitments=[], no_cache=False)


def run(arguments: Namespace) -> int:
    """Write a line a resource; what could not be read goes to standard error, and makes the exit code 3."""
    coverage = Coverage()
    reading = gather(arguments, coverage)
    for resource in reading.resources:
        resource.cost, _ = price_resource(resource, reading.circumstances.catalogue)
    write(Output("ndjson", arguments.output), "".join(inventory.render(reading.resources)))
    for failure in coverage.failures:
        where = f"{failure.path}:{failure.line}" if failure.line else failure.path
        sys.stderr.write(f"sumptuary: not read: {printable(where)}: {printable(failure.message)}\n")
    return CLEAN if coverage.complete or arguments.allow_incomplete else INCOMPLETE
