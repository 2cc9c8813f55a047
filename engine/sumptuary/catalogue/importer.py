"""Turns gathered price facts into the catalogue's tables: ``python -m sumptuary.catalogue.importer SOURCE_DIR``.

SOURCE_DIR holds the CSV and JSON files that docs/prices.md describes. The same input always gives the same bytes. A
price that is not positive, a spot price at or above on demand, a figure without a date or a currency other than USD
is refused: nothing is written then. Not on the way of ``check``.
"""

from __future__ import annotations

import csv
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from sumptuary.catalogue.tables import DATA, MAIN, Source
from sumptuary.errors import ConfigurationError

Row = dict[str, str]
WRITTEN = os.path.join(os.path.dirname(__file__), "written")
MOVED_BY = 3
VANISHED = Decimal("0.02")


@dataclass(slots=True)
class Output:
    """A table that will be written: its sources by key, what its head says, and its rows by first column."""

    columns: tuple[str, ...]
    about: dict[str, str] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)

    def add(self, place: str, row: Mapping[str, str]) -> None:
        """Add a row, or what it knows to the row of the same key. Raises where the two contradict each other."""
        key = row[self.columns[0]]
        present = self.rows.setdefault(key, {})
        for column, value in row.items():
            if column not in self.columns:
                raise ConfigurationError(f"the table has no column {column}", place=place)
            if value and present.get(column, value) != value:
                raise ConfigurationError(f"{key} has two values for {column}", place=place)
            if value:
                present[column] = value

    def text(self) -> str:
        """The file: its head, its header and its rows by key, without the columns that are empty throughout."""
        lines = [f"# {key}: {value}" for key, value in self.about.items()]
        for key, source in sorted(self.sources.items()):
            lines.append(f"# source {key}: {source.name} | {source.as_of} | {source.licence} | {source.grade}")
        used = [
            name for name in self.columns if name == self.columns[0] or any(row.get(name) for row in self.rows.values())
        ]
        lines.append(",".join(used))
        lines += [",".join(row.get(name, "") for name in used) for _, row in sorted(self.rows.items())]
        return "\n".join(lines) + "\n"


@dataclass(slots=True)
class Import:
    """Everything that an import makes, by file name without its ending (``aws/us-east-1``)."""

    tables: dict[str, Output] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def table(self, name: str, columns: tuple[str, ...], about: dict[str, str]) -> Output:
        """The table of this name, made when it is first asked for."""
        return self.tables.setdefault(name, Output(columns, dict(about)))

    def leave_out(self, why: str) -> None:
        """Count a row that is not taken over."""
        self.left_out[why] = self.left_out.get(why, 0) + 1


def read_rows(directory: str, name: str) -> Iterator[tuple[str, Row]]:
    """The rows of a CSV file, each with its place (``aws.csv:2``)."""
    path = os.path.join(directory, name)
    try:
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            for row in reader:
                yield f"{name}:{reader.line_num}", {key: value.strip() for key, value in row.items()}
    except OSError as error:
        raise ConfigurationError(f"the file cannot be read: {error.strerror}", place=path) from None


def positive(place: str, text: str) -> str:
    """A positive decimal as the tables write it: no exponent, no trailing zeros; empty stays empty (not known)."""
    if not text:
        return ""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ConfigurationError(f"`{text}` is no number", place=place) from None
    if not value.is_finite() or value <= 0:
        raise ConfigurationError(f"a figure is above 0, not {text}", place=place)
    return f"{value.normalize():f}"


def dated(place: str, text: str) -> str:
    """An ISO date; anything else is refused, because an undated figure cannot be judged."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ConfigurationError(
            f"`{text}` is no date: a figure without a date is not taken over", place=place
        ) from None


def marked(value: str, key: str) -> str:
    """A figure with the mark of its source."""
    return value if not value or key == MAIN else f"{value}@{key}"


def build(source: str, written: str = WRITTEN) -> Import:
    """All tables from a directory of gathered facts. Raises ``ConfigurationError`` at the first wrong row."""
    from sumptuary.catalogue import import_facts, import_hardware, import_prices

    result = Import()
    import_prices.add(source, result)
    import_facts.add(source, result)
    import_hardware.add(source, written, result)
    return result


def files(result: Import) -> dict[str, str]:
    """The text of every file by its path under data/, and the index with the version."""
    texts = {name: table.text() for name, table in sorted(result.tables.items())}
    digest = hashlib.sha256()
    for name, text in texts.items():
        digest.update(f"{name}\0{text}\0".encode())
    newest = max(source.as_of for table in result.tables.values() for source in table.sources.values())
    lines = [f"# version: {newest}-{digest.hexdigest()[:12]}", "file,rows,oldest,newest"]
    for name, table in sorted(result.tables.items()):
        dates = sorted(source.as_of for source in table.sources.values())
        lines.append(f"{name},{len(table.rows)},{dates[0]},{dates[-1]}")
    texts["index"] = "\n".join(lines) + "\n"
    return {f"{name}.csv": text for name, text in texts.items()}


def compare(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """What a refresh would break, a line each: tables that lose more than 2 % of their rows, prices moved 3 times."""
    for name, text in old.items():
        if name == "index.csv":
            continue
        before, after = prices_in(text), prices_in(new.get(name, ""))
        gone = {key[0] for key in before} - {key[0] for key in after}
        rows = len({key[0] for key in before})
        if rows and Decimal(len(gone)) / rows > VANISHED:
            yield f"{name}: {len(gone)} of {rows} rows vanish ({', '.join(sorted(gone)[:3])} ...)"
        for key, value in before.items():
            now = after.get(key)
            if now is not None and not value / MOVED_BY <= now <= value * MOVED_BY:
                yield f"{name}: {key[0]} {key[1]} moves from {value} to {now}"


def prices_in(text: str) -> dict[tuple[str, str], Decimal]:
    """The figures of a price table by SKU and column; of other tables none."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    columns = lines[0].split(",") if lines else []
    options = [name for name in columns if name in ("on_demand", "spot", "commit_1y", "commit_3y")]
    found: dict[tuple[str, str], Decimal] = {}
    for line in lines[1:] if options else ():
        row = dict(zip(columns, line.split(","), strict=True))
        found |= {(row["sku"], name): Decimal(row[name].partition("@")[0]) for name in options if row.get(name)}
    return found


def present(directory: str) -> dict[str, str]:
    """The tables in a directory as they are now, by path."""
    found: dict[str, str] = {}
    for place, _, names in os.walk(directory):
        for name in names:
            if name.endswith(".csv"):
                path = os.path.join(place, name)
                with open(path, encoding="utf-8", newline="") as file:
                    found[os.path.relpath(path, directory).replace(os.sep, "/")] = file.read()
    return found


def write(directory: str, texts: Mapping[str, str]) -> None:
    """Put the tables in their places and remove those that are no longer made."""
    for name in present(directory).keys() - texts.keys():
        os.remove(os.path.join(directory, name))
    for name, text in texts.items():
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)


def main(arguments: Iterable[str]) -> int:
    """Import SOURCE_DIR into data/; ``--accept`` writes although the comparison with the present tables objects."""
    words = list(arguments)
    accept = "--accept" in words
    places = [word for word in words if word != "--accept"]
    if len(places) not in (1, 2):
        sys.stderr.write("usage: python -m sumptuary.catalogue.importer SOURCE_DIR [DATA_DIR] [--accept]\n")
        return 2
    target = places[1] if len(places) == 2 else DATA
    try:
        result = build(places[0])
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    texts = files(result)
    objections = list(compare(present(target), texts))
    for objection in objections:
        sys.stderr.write(f"{objection}\n")
    if objections and not accept:
        sys.stderr.write("nothing was written; --accept writes all the same\n")
        return 1
    write(target, texts)
    rows = sum(len(table.rows) for table in result.tables.values())
    sys.stdout.write(f"{len(texts)} files, {rows:,} rows, {sum(map(len, texts.values())):,} bytes\n")
    for why, count in sorted(result.left_out.items()):
        sys.stdout.write(f"left out: {count:,} {why}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
