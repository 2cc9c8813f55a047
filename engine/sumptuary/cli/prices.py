"""The command ``prices``: what the catalogue holds and how old it is, and what it knows of one SKU."""

from __future__ import annotations

import json
import sys

from sumptuary.errors import UsageError
from sumptuary.reports.printable import printable_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from sumptuary.catalogue import Catalogue
    from sumptuary.catalogue.status import Holding
    from sumptuary.findings import PriceUse

NAME = "prices"
HELP = "the price facts: status, show"


def configure(parser: ArgumentParser) -> None:
    """Add the command's actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    status = actions.add_parser("status", help="sources and ages", description="Show sources, dates and ages.")
    show = actions.add_parser("show", help="what a SKU costs", description="Show what is known of a SKU's price.")
    show.add_argument("provider", metavar="PROVIDER", help="aws, gcp or azure")
    show.add_argument("sku", metavar="SKU", help="an instance type (g5.xlarge), or an item (ebs:gp3): docs/prices.md")
    show.add_argument("--region", required=True, metavar="R", help="the provider's name of the region")
    from sumptuary.cli.arguments import add_price_options

    for action in (status, show):
        action.add_argument("--format", choices=("text", "json"), default="text")
        add_price_options(action)


def run(arguments: Namespace) -> int:
    """Do what the action says."""
    from sumptuary.catalogue import Catalogue

    catalogue = Catalogue(arguments.prices, now=arguments.now)
    return _status(catalogue, arguments) if arguments.action == "status" else _show(catalogue, arguments)


def _status(catalogue: Catalogue, arguments: Namespace) -> int:
    from sumptuary.catalogue.status import status

    found = status(catalogue)
    if arguments.format == "json":
        holdings = [
            {
                "what": one.what,
                "source": one.source,
                "licence": one.licence,
                "as_of": one.as_of,
                "grade": one.grade,
                "tables": one.tables,
                "age_days": one.age_days,
                "warning": one.warning or None,
            }
            for one in found.holdings
        ]
        answer = {"version": found.version, "tables": found.tables, "rows": found.rows}
        sys.stdout.write(json.dumps(answer | {"overrides": found.overrides, "holdings": holdings}, indent=2) + "\n")
        return 0
    sys.stdout.write(f"Catalogue {found.version}: {found.rows:,} rows in {found.tables} tables.\n")
    if found.overrides:
        sys.stdout.write(f"{found.overrides:,} prices of your own come first.\n")
    sys.stdout.write("\n")
    header = ("HOLDS", "AS OF", "AGE", "GRADE", "TABLES", "SOURCE")
    rows = [(h.what, h.as_of, _age(h), h.grade, str(h.tables), h.source) for h in found.holdings]
    _print_table([header, *rows])
    for warning in sorted({one.warning for one in found.holdings if one.warning}):
        dates = sorted({one.as_of for one in found.holdings if one.warning == warning})
        sys.stdout.write(f"\n* {warning} (as of {', '.join(dates)})")
    sys.stdout.write("\n" if any(one.warning for one in found.holdings) else "")
    return 0


def _age(holding: Holding) -> str:
    return f"{holding.age_days} d" + (" *" if holding.warning else "")


def _show(catalogue: Catalogue, arguments: Namespace) -> int:
    from sumptuary.catalogue.names import OPTIONS, provider_name
    from sumptuary.catalogue.status import known_providers

    provider, sku, region = arguments.provider, arguments.sku, arguments.region
    rates = catalogue.rates(provider, sku, region)
    if not rates:
        if provider_name(provider) not in known_providers():
            known = ", ".join(known_providers())
            raise UsageError(f"there are no prices of the provider `{provider}`", hint=f"the providers are {known}")
        _refuse_unknown(catalogue, provider, sku)
    if arguments.format == "json":
        sys.stdout.write(json.dumps({"rates": [_rate(use) for use in rates]}, indent=2) + "\n")
        return 0
    sys.stdout.write(printable_lines(f"{sku} in {region}") + "\n\n")
    header = ("OPTION", "USD", "PER", "AS OF", "GRADE", "SOURCE")
    rows = [(u.option, _amount(u), u.unit, u.as_of, u.grade, u.source) for u in rates]
    if rows:
        _print_table([header, *rows])
        sys.stdout.write("\n")
    for option in OPTIONS:
        if why := catalogue.why_unknown(provider, sku, region, option):
            sys.stdout.write(printable_lines(f"{option}: {why}") + "\n")
    for warning in catalogue.warnings():
        sys.stdout.write(f"warning: {warning}\n")
    return 0


def _refuse_unknown(catalogue: Catalogue, provider: str, sku: str) -> None:
    """A SKU that is in no table at all is most likely misspelt."""
    if catalogue.knows(provider, sku):
        return
    from sumptuary.catalogue.status import nearest_names

    close = nearest_names(catalogue, provider, sku)
    hint = f"did you mean {' or '.join(f'`{name}`' for name in close)}?" if close else "add it with --prices FILE"
    raise UsageError(f"`{sku}` is in no price table of {provider}", hint=hint)


def _rate(use: PriceUse) -> dict[str, str]:
    return {
        "option": use.option,
        "unit_price": f"{use.unit_price.expected.normalize():f}",
        "currency": "USD",
        "unit": use.unit,
        "source": use.source,
        "as_of": use.as_of,
        "grade": use.grade,
    }


def _amount(use: PriceUse) -> str:
    low, expected, high = (f"{value.normalize():f}" for value in use.unit_price.points())
    return expected if low == high else f"{expected} ({low} to {high})"


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        line = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(printable_lines(line).rstrip() + "\n")
