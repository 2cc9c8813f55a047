"""What the importer writes into: tables with their sources, and the checks that every figure has to pass."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from sumptuary.catalogue.tables import MAIN, Source
from sumptuary.errors import ConfigurationError

Row = dict[str, str]


@dataclass(slots=True)
class Output:
    """A table that will be written: its sources by key, what its head says, and its rows by first column."""

    columns: tuple[str, ...]
    about: dict[str, str] = field(default_factory=dict[str, str])
    sources: dict[str, Source] = field(default_factory=dict[str, Source])
    rows: dict[str, Row] = field(default_factory=dict[str, Row])

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

    tables: dict[str, Output] = field(default_factory=dict[str, Output])
    left_out: dict[str, int] = field(default_factory=dict[str, int])

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
