"""What the catalogue holds, as a list: its tables with their sources, rows and ages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from sumptuary.catalogue.lookup import (
    REFUSED_SPOT_DAYS,
    STALE_DAYS,
    STALE_SPOT_DAYS,
    Catalogue,
    age_in_days,
)
from sumptuary.catalogue.names import PROVIDERS, provider_name

KINDS = {
    "aws-spot": "AWS spot savings",
    "region-ratio": "AWS region ratios",
    "reserved-ratio": "AWS 1-year commitments",
    "accelerators": "accelerators",
    "mig-profiles": "MIG profiles",
}
NAMES = {"aws": "AWS", "azure": "Azure", "gcp": "GCP"}


@dataclass(slots=True)
class Holding:
    """One kind of figures from one source at one date. ``warning`` is empty while it is young enough."""

    what: str
    source: str
    licence: str
    as_of: str
    grade: str
    tables: int
    age_days: int
    warning: str


@dataclass(slots=True, frozen=True)
class Status:
    """All holdings; ``rows`` and ``tables`` count everything shipped, ``overrides`` the user's own prices."""

    version: str
    tables: int
    rows: int
    overrides: int
    holdings: tuple[Holding, ...]


def status(catalogue: Catalogue) -> Status:
    """What there is and how old it is. Opens every table."""
    index = catalogue.tables.table("index")
    entries = index.rows() if index is not None else []
    found: dict[tuple[str, ...], Holding] = {}
    for entry in entries:
        table = catalogue.tables.table(*entry["file"].split("/"))
        if table is None:
            continue
        what = kind_of(entry["file"])
        for source in table.sources.values():
            key = (what, source.name, source.as_of, source.grade)
            if key not in found:
                days = age_in_days(source.as_of, catalogue.today)
                warning = _warning(what, source.as_of, catalogue.today)
                found[key] = Holding(what, source.name, source.licence, source.as_of, source.grade, 0, days, warning)
            found[key].tables += 1
    rows = sum(int(entry["rows"]) for entry in entries)
    holdings = tuple(found[key] for key in sorted(found))
    return Status(catalogue.version, len(entries), rows, catalogue.overrides, holdings)


def kind_of(file: str) -> str:
    """What a table holds, from its name: ``aws/us-east-1`` holds AWS prices."""
    folder, _, name = file.partition("/")
    provider = NAMES.get(folder)
    if provider is None or name in KINDS:
        return KINDS.get(name) or KINDS[folder]
    return f"{provider} {'hardware' if name == 'hardware' else 'prices'}"


def nearest_names(catalogue: Catalogue, provider: str, sku: str) -> Sequence[str]:
    """Up to three SKUs of a provider that are spelt most like one. Opens every table of the provider."""
    name = provider_name(provider)
    index = catalogue.tables.table("index")
    names: set[str] = set()
    for entry in index.rows() if index is not None else ():
        if entry["file"].startswith(f"{name}/") and not entry["file"].endswith("-ratio"):
            table = catalogue.tables.table(*entry["file"].split("/"))
            names.update(row["sku"] for row in table.rows()) if table is not None else None
    lowered = {known.lower(): known for known in sorted(names)}
    return [lowered[close] for close in get_close_matches(sku.lower(), lowered, n=3, cutoff=0.6)]


def known_providers() -> tuple[str, ...]:
    """The providers that the catalogue has tables of."""
    return tuple(sorted(set(PROVIDERS.values())))


def _warning(what: str, as_of: str, today: date) -> str:
    days = age_in_days(as_of, today)
    if "spot" in what:
        if days > REFUSED_SPOT_DAYS:
            return f"older than {REFUSED_SPOT_DAYS} days: no spot price is quoted from it"
        return f"older than {STALE_SPOT_DAYS} days" if days > STALE_SPOT_DAYS else ""
    if "prices" in what or "ratios" in what or "commitments" in what:
        return f"older than {STALE_DAYS} days" if days > STALE_DAYS else ""
    return ""
