"""Every shipped table: positive figures, each with a source, a date, a licence and a grade; sorted; in the index."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal

import pytest

from sumptuary.catalogue import importer
from sumptuary.catalogue.tables import DATA, Table, Tables

PRICES = ("on_demand", "spot", "commit_1y", "commit_3y")
GRADES = {"exact", "region-estimate", "family-estimate", "observed", "estimated"}
TABLES = Tables()
INDEX = TABLES.table("index")
assert INDEX is not None
FILES = {row["file"]: row for row in INDEX.rows()}


def table(name: str) -> Table:
    found = TABLES.table(*name.split("/"))
    assert found is not None
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_figure_is_positive_and_has_a_source_and_a_date(name: str) -> None:
    here = table(name)
    today = date(2026, 11, 21)
    for source in here.sources.values():
        assert source.name
        assert source.licence
        assert source.grade in GRADES
        assert date(2024, 1, 1) < date.fromisoformat(source.as_of) <= today
    rows = here.rows()
    keys = [row[here.columns[0]] for row in rows]
    assert keys == sorted(set(keys))
    assert len(rows) == int(FILES[name]["rows"])
    for row in rows:
        quotes = {column: here.quote(row, column) for column in PRICES}
        values = {column: quote.value for column, quote in quotes.items() if quote is not None}
        assert all(isinstance(value, Decimal) and value > 0 for value in values.values())
        on_demand = values.pop("on_demand", None)
        assert all(on_demand is None or value < on_demand for value in values.values())


def test_price_rows_say_what_they_are_or_why_they_have_no_price() -> None:
    for name in FILES:
        if name.partition("/")[0] not in ("aws", "azure", "gcp") or name.endswith(("hardware", "-ratio")):
            continue
        for row in table(name).rows():
            assert any(row.get(column) for column in PRICES) != (row.get("flag") == "unconfirmed"), (name, row)


def test_the_index_names_every_table_and_its_version_is_that_of_their_content() -> None:
    present = importer.present(DATA)
    assert set(present) == {f"{name}.csv" for name in FILES} | {"index.csv"}
    assert INDEX is not None
    assert INDEX.head["version"].startswith(max(row["newest"] for row in FILES.values()))


def test_the_data_stays_small() -> None:
    assert sum(os.path.getsize(os.path.join(DATA, f"{name}.csv")) for name in FILES) < 4_000_000


@pytest.mark.parametrize("gone", ["db.m5.large", "db-f1-micro", "1yr-all-upfront", "ARM_SKU_NAME_PLACEHOLDER"])
def test_what_is_no_price_is_not_shipped(gone: str) -> None:
    assert all(f"\n{gone}," not in text for text in importer.present(DATA).values())


def test_gpu_families_have_no_commitment_by_family() -> None:
    families = {row["family"] for row in table("aws/reserved-ratio").rows()}
    assert not families & {"p4d", "p4de", "p5", "p5e", "p5en"}
