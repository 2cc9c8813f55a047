"""Turns gathered price facts into the catalogue's tables: ``python -m sumptuary.catalogue.importer SOURCE_DIR``.

SOURCE_DIR holds the CSV and JSON files that docs/prices.md describes. The same input always gives the same bytes. A
price that is not positive, a spot price at or above on demand, a figure without a date or a currency other than USD
is refused: nothing is written then. Not on the way of ``check``.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from sumptuary.catalogue import import_facts, import_hardware, import_prices
from sumptuary.catalogue.import_tables import Import
from sumptuary.catalogue.tables import DATA
from sumptuary.errors import ConfigurationError

WRITTEN = os.path.join(os.path.dirname(__file__), "written")
MOVED_BY = 3
VANISHED = Decimal("0.02")


def build(source: str, written: str = WRITTEN) -> Import:
    """All tables from a directory of gathered facts. Raises ``ConfigurationError`` at the first wrong row."""
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
