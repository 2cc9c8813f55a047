"""Reads what is already committed to (savings plans, reserved instances, committed use) from a YAML or CSV file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from sumptuary.errors import PolicyError, SumptuaryError
from sumptuary.model import Origin, Place, Resource
from sumptuary.values import is_list, is_map
from sumptuary.yaml_lines import MAX_BYTES, Document, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

TYPES = ("savings-plan", "reserved-instance", "committed-use")
PROVIDERS = ("aws", "gcp", "azure")
REQUIRED = ("id", "type", "provider", "start", "end")
NAMES = ("account", "region", "instance_family", "sku")
NUMBERS = ("count", "hourly_commitment", "discount_percent")
FIELDS = (*REQUIRED, *NAMES, *NUMBERS)
MAX_ROWS = 10_000


@dataclass(slots=True, frozen=True)
class _Row:
    """One commitment as written: each field's value and place."""

    line: int
    values: dict[str, object]
    places: dict[str, tuple[int, int]]


def read_commitments(path: str) -> list[Resource]:
    """The commitments of a file as resources of kind ``commitment``, each at the place of its row.

    A YAML file holds a list of maps, or a map whose ``commitments`` is one; a CSV file a header and rows. The fields:
    ``id``, ``type`` (savings-plan, reserved-instance, committed-use), ``provider`` (aws, gcp, azure), ``start`` and
    ``end`` (ISO dates) are required; ``account``, ``region``, ``instance_family``, ``sku`` narrow what it covers;
    ``count`` is a number of instances, ``hourly_commitment`` US dollars an hour, ``discount_percent`` what it is off
    the on-demand price. All stand in ``attributes``: numbers as ``int`` (count) or ``Decimal``, dates as ISO strings.

    Raises:
        PolicyError: with every mistake of the file, each with its line.
    """
    shown = os.path.relpath(path)
    shown = (path if shown.startswith("..") else shown).replace(os.sep, "/")
    try:
        with open(path, "rb") as file:
            source = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # the latter of a name that holds a NUL
        why = error.strerror if isinstance(error, OSError) else "no file has such a name"
        raise SumptuaryError(f"the commitments cannot be read: {why}", place=shown) from error
    problems: list[SumptuaryError] = []
    rows = _csv_rows(source, shown, problems) if path.lower().endswith(".csv") else _yaml_rows(source, shown, problems)
    if len(rows) > MAX_ROWS:
        raise SumptuaryError(f"more than {MAX_ROWS:,} commitments", place=shown)
    resources: list[Resource] = []
    seen: dict[str, int] = {}
    for row in rows:
        checked = _Checked(row, shown, problems)
        attributes = checked.attributes()
        identity = str(attributes.get("id", ""))
        if identity in seen:
            checked.problem("id", f"{identity!r} stands in line {seen[identity]} already")
        seen.setdefault(identity, row.line)
        resources.append(_resource(attributes, shown, row.line))
    if problems:
        raise PolicyError(problems)
    return resources


def _resource(attributes: dict[str, object], path: str, line: int) -> Resource:
    """A commitment in the common model."""
    identity = str(attributes.get("id", ""))
    return Resource(
        id=f"commitment:{path}:{identity}",
        address=identity,
        kind="commitment",
        type=str(attributes.get("type", "")),
        provider=str(attributes.get("provider", "")),
        source="commitments",
        account=_text_or_none(attributes.get("account")),
        region=_text_or_none(attributes.get("region")),
        taggable=False,
        attributes=attributes,
        origin=Origin(place=Place(path, line)),
    )


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


class _Checked:
    """One row being checked; what is wrong with it is collected."""

    def __init__(self, row: _Row, path: str, problems: list[SumptuaryError]) -> None:
        self.row, self.path, self.problems = row, path, problems

    def problem(self, name: str, message: str) -> None:
        """Collect a problem at a field, or at the row where the field is not there."""
        line, column = self.row.places.get(name, (self.row.line, 0))
        place = f"{self.path}:{line}:{column}" if column else f"{self.path}:{line}"
        self.problems.append(SumptuaryError(f"{name}: {message}", place=place))

    def attributes(self) -> dict[str, object]:
        """The row's fields in their types."""
        values = {name: value for name, value in self.row.values.items() if value not in (None, "")}
        for name in values:
            if name not in FIELDS:
                self.problem(name, f"not a field of a commitment{_nearest(name, FIELDS)}")
        for name in REQUIRED:
            if name not in values:
                self.problem(name, "is missing")
        found: dict[str, object] = {}
        for name in (*REQUIRED, *NAMES):
            if name in values and (text := self.text(name, values[name])) is not None:
                found[name] = text
        for name in NUMBERS:
            if name in values and (number := self.number(name, values[name])) is not None:
                found[name] = int(number) if name == "count" else number
        self.words(found)
        self.dates(found)
        if not {"count", "hourly_commitment"} & values.keys():
            self.problem("count", "is missing: give count (instances) or hourly_commitment (US dollars)")
        return found

    def text(self, name: str, value: object) -> str | None:
        """A field that is text; a number written without quotes (an account) is taken as it stands."""
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, int) and not isinstance(value, bool) and name == "account":
            self.problem(name, f"{value!r} must be text: put it in quotes")
        else:
            self.problem(name, f"{value!r} must be text")
        return None

    def number(self, name: str, value: object) -> Decimal | None:
        """A field that is a number of its own range."""
        try:
            number = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
        except InvalidOperation:
            number = Decimal("NaN")
        whole = name != "count" or (number.is_finite() and number == number.to_integral_value())
        most = 100 if name == "discount_percent" else 10**9
        if not number.is_finite() or not 0 <= number <= most or not whole:
            kind = "a whole number" if name == "count" else "a number"
            self.problem(name, f"{value!r} is not {kind} from 0 to {most:,}")
            return None
        return number

    def words(self, found: dict[str, object]) -> None:
        """Type and provider are words of their lists."""
        for name, words in (("type", TYPES), ("provider", PROVIDERS)):
            if name in found and found[name] not in words:
                self.problem(
                    name, f"{found[name]!r} is not one of {', '.join(words)}{_nearest(str(found[name]), words)}"
                )

    def dates(self, found: dict[str, object]) -> None:
        """Start and end are dates, in this order."""
        days: list[date] = []
        for name in ("start", "end"):
            if name not in found:
                continue
            try:
                days.append(date.fromisoformat(str(found[name])))
            except ValueError:
                self.problem(name, f"{found[name]!r} is not a date such as 2026-12-31")
        if len(days) == 2 and days[1] < days[0]:
            self.problem("end", f"{days[1]} is before the start, {days[0]}")


def _nearest(word: str, words: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, list(words), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _yaml_rows(source: bytes, path: str, problems: list[SumptuaryError]) -> list[_Row]:
    """The rows of a YAML file."""
    reading = read(source)
    problems += [SumptuaryError(item.message, place=f"{path}:{item.line}:{item.column}") for item in reading.problems]
    rows: list[_Row] = []
    for document in reading.documents:
        prefix: tuple[str | int, ...] = () if isinstance(document.value, list) else ("commitments",)
        top = document.value_at(prefix)
        if not is_list(top):
            message = "a file of commitments holds a list of them, or a map with the key commitments"
            problems.append(SumptuaryError(message, place=f"{path}:{document.line}:1"))
            continue
        for index, item in enumerate(top):
            if is_map(item):
                rows.append(_yaml_row(item, document, (*prefix, index)))
                continue
            line, column = document.place((*prefix, index))
            problems.append(SumptuaryError("a commitment is a map of fields", place=f"{path}:{line}:{column}"))
    return rows


def _yaml_row(values: dict[str, object], document: Document, at: tuple[str | int, ...]) -> _Row:
    """One row, with the places of its values."""
    line, _ = document.place(at)
    return _Row(line, values, {name: document.place((*at, name), key=name not in FIELDS) for name in values})


def _csv_rows(source: bytes, path: str, problems: list[SumptuaryError]) -> list[_Row]:
    """The rows of a CSV file with a header."""
    import csv
    import io

    if len(source) > MAX_BYTES:
        raise SumptuaryError(f"the file is too large: at most {MAX_BYTES:,} bytes", place=path)
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SumptuaryError("the file is not UTF-8", place=f"{path}:{source.count(10, 0, error.start) + 1}") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[_Row] = []
    try:
        header = [name.strip() for name in next(reader, list[str]())]
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                message = f"the row has {len(cells)} fields, the header {len(header)}"
                problems.append(SumptuaryError(message, place=f"{path}:{line}"))
                continue
            values: dict[str, object] = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
            rows.append(_Row(line, values, {}))
    except csv.Error as error:
        problems.append(SumptuaryError(f"not valid CSV: {error}", place=f"{path}:{reader.line_num}"))
    return rows
