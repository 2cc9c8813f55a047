"""Prices of the user's own, from a CSV or YAML file: they win over everything shipped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from sumptuary.catalogue.names import OPTIONS, provider_name, region_name
from sumptuary.errors import ConfigurationError
from sumptuary.findings import PriceUse
from sumptuary.money import Range

UNITS = ("hour", "gb-month", "gb", "iops-month", "mbps-month")
REQUIRED = ("provider", "sku", "region", "unit_price", "source", "as_of")
DEFAULTS = {"option": "on-demand", "currency": "USD", "unit": "hour"}
FIELDS = (*REQUIRED, *DEFAULTS)
MAX_BYTES = 20_000_000
HINT = f"an entry takes {', '.join(REQUIRED)}, and {', '.join(DEFAULTS)} where they differ from {DEFAULTS}"


@dataclass(slots=True, frozen=True)
class Override:
    """One price of the user's. ``key`` is (provider, sku, region, option); the region ``*`` is any."""

    key: tuple[str, str, str, str]
    unit_price: Decimal
    unit: str
    source: str
    as_of: str

    def use(self, region: str) -> PriceUse:
        """The price as a report shows it, in a region."""
        _, sku, _, option = self.key
        return PriceUse(sku, region, option, Range.of(self.unit_price), self.unit, self.source, self.as_of, "exact")


def read_overrides(path: str) -> list[Override]:
    """The prices in a file. Raises ``ConfigurationError`` at the first line that is wrong, with what it should be."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # the latter of a name that holds a NUL
        why = error.strerror if isinstance(error, OSError) else "no file has such a name"
        raise ConfigurationError(f"the price file cannot be read: {why}", place=path) from None
    if len(data) > MAX_BYTES:
        raise ConfigurationError(f"the price file is too large: at most {MAX_BYTES:,} bytes", place=path)
    entries = _yaml_entries(path, data) if path.endswith((".yaml", ".yml")) else _csv_entries(path, data)
    found: dict[tuple[str, str, str, str], tuple[int, Override]] = {}
    for line, entry in entries:
        override = _override(f"{path}:{line}", entry)
        if override.key in found:
            first = found[override.key][0]
            raise ConfigurationError(f"this price stands in line {first} already", place=f"{path}:{line}")
        found[override.key] = (line, override)
    return [override for _, override in found.values()]


def _csv_entries(path: str, data: bytes) -> list[tuple[int, dict[str, object]]]:
    import csv
    import io

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError("the price file is not UTF-8", place=f"{path}:{line}") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    entries: list[tuple[int, dict[str, object]]] = []
    try:
        for row in reader:
            if not any(cell.strip() for cell in row) or row[0].startswith("#"):
                continue
            place = f"{path}:{reader.line_num}"
            if header is None:
                header = [cell.strip() for cell in row]
                if not set(header) & set(FIELDS):  # what such a file holds is nobody's to print
                    raise ConfigurationError("the first line is no header of a price file", place=place, hint=HINT)
                _check_fields(place, header)
                continue
            if len(row) != len(header):
                raise ConfigurationError(f"{len(row)} columns, where the header has {len(header)}", place=place)
            cells = zip(header, row, strict=True)
            entries.append((reader.line_num, {name: cell.strip() for name, cell in cells if cell.strip()}))
    except csv.Error as error:
        raise ConfigurationError(f"not valid CSV: {error}", place=f"{path}:{reader.line_num}") from None
    if header is None:
        raise ConfigurationError("the price file is empty", place=path, hint=f"its header: {','.join(FIELDS)}")
    return entries


def _yaml_entries(path: str, data: bytes) -> list[tuple[int, dict[str, object]]]:
    from typing import cast

    from sumptuary.yaml_lines import read

    reading = read(data, max_bytes=MAX_BYTES, max_nodes=500_000)
    for problem in reading.problems:
        raise ConfigurationError(problem.message, place=f"{path}:{problem.line}:{problem.column}")
    entries: list[tuple[int, dict[str, object]]] = []
    for document in reading.documents:
        prices = document.value_at(("prices",))
        if not isinstance(prices, list):
            line = document.place(("prices",))[0]
            raise ConfigurationError("a price file holds `prices:`, a list", place=f"{path}:{line}", hint=HINT)
        for index, item in enumerate(cast("list[object]", prices)):
            line = document.place(("prices", index))[0]
            if not isinstance(item, dict):
                raise ConfigurationError("a price is a map", place=f"{path}:{line}", hint=HINT)
            entry = cast("dict[str, object]", item)
            _check_fields(f"{path}:{line}", list(entry))
            entries.append((line, {name: value for name, value in entry.items() if value is not None}))
    return entries


def _check_fields(place: str, names: list[str]) -> None:
    for name in names:
        if name not in FIELDS:
            raise ConfigurationError(f"`{name}` is no field of a price", place=place, hint=HINT)
    if missing := [name for name in REQUIRED if name not in names]:
        raise ConfigurationError(f"a price needs {', '.join(missing)}", place=place, hint=HINT)
    if len(set(names)) != len(names):
        raise ConfigurationError("a field stands twice", place=place)


def _override(place: str, entry: dict[str, object]) -> Override:
    texts = DEFAULTS | {name: str(value) for name, value in entry.items()}
    for name in REQUIRED:
        if not texts.get(name, "").strip():
            raise ConfigurationError(f"`{name}` is empty", place=place, hint=HINT)
    _choose(place, "option", texts["option"], OPTIONS)
    _choose(place, "unit", texts["unit"], UNITS)
    if texts["currency"] != "USD":
        hint = "convert it, and say the rate and its date in `source`"
        raise ConfigurationError(f"prices are in USD, not {texts['currency']}", place=place, hint=hint)
    provider = provider_name(texts["provider"])
    region = region_name(provider, texts["region"])
    key = (provider, texts["sku"], region, texts["option"])
    as_of = _date(place, texts["as_of"])
    return Override(key, _amount(place, texts["unit_price"]), texts["unit"], texts["source"], as_of)


def _choose(place: str, name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ConfigurationError(f"`{name}` is one of {', '.join(choices)}; not `{value}`", place=place)


def _amount(place: str, text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ConfigurationError(f"`unit_price` is a number, not `{text}`", place=place) from None
    if not amount.is_finite() or not 0 < amount < 1_000_000:
        raise ConfigurationError(f"`unit_price` is above 0 and below 1,000,000; not {text}", place=place)
    return amount


def _date(place: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ConfigurationError(f"`as_of` is a date such as 2026-11-21; not `{text}`", place=place) from None
