"""A user's own prices: they win, and a mistake in them is named with its file and line."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from sumptuary.catalogue import Catalogue
from sumptuary.errors import ConfigurationError

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HEADER = "provider,sku,region,option,unit_price,currency,source,as_of\n"
GOOD = HEADER + "aws,p5.48xlarge,us-west-2,on-demand,41.28,USD,our contract,2026-10-01\n"

YAML = """\
prices:
  - provider: aws
    sku: p5.48xlarge
    region: us-east-1
    option: spot
    unit_price: 20.5
    source: our own requests
    as_of: 2026-11-20
  - {provider: gcp, sku: "disk:pd-ssd", region: "*", unit: gb-month, unit_price: "0.17", source: a, as_of: 2026-11-21}
"""


def written(directory: Path, name: str, text: str | bytes) -> str:
    path = directory / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_csv_wins_over_what_is_shipped_and_gives_what_is_not(tmp_path: Path) -> None:
    own = (
        HEADER
        + "# negotiated\n\naws,m5.large,us-east-1,on-demand,0.05,USD,our contract,2026-10-01\n"
        + GOOD[len(HEADER) :]
    )
    catalogue = Catalogue([written(tmp_path, "own.csv", own)], now=NOW)
    shipped = Catalogue(now=NOW).price("aws", "m5.large", "us-east-1")
    assert shipped is not None
    assert shipped.unit_price.expected == Decimal("0.096")
    mine = catalogue.price("aws", "m5.large", "us-east-1")
    assert mine is not None
    assert (mine.unit_price.expected, mine.source, mine.as_of) == (Decimal("0.05"), "our contract", "2026-10-01")
    assert catalogue.price("aws", "p5.48xlarge", "us-west-2") is not None
    assert catalogue.overrides == 2


def test_yaml_and_any_region_and_units(tmp_path: Path) -> None:
    catalogue = Catalogue([written(tmp_path, "own.yaml", YAML)], now=NOW)
    spot = catalogue.price("aws", "p5.48xlarge", "us-east-1", "spot")
    assert spot is not None
    assert spot.unit_price.expected == Decimal("20.5")
    disk = catalogue.price("gcp", "disk:pd-ssd", "europe-west1-b")
    assert disk is not None
    assert (disk.unit, disk.region) == ("gb-month", "europe-west1")


def test_an_old_spot_price_of_the_users_own_is_theirs_to_quote(tmp_path: Path) -> None:
    old = GOOD.replace("on-demand", "spot").replace("2026-10-01", "2024-01-01")
    catalogue = Catalogue([written(tmp_path, "own.csv", old)], now=NOW)
    assert catalogue.price("aws", "p5.48xlarge", "us-west-2", "spot") is not None
    assert catalogue.warnings()[0].startswith("spot prices used here are up to")


def test_of_two_files_the_first_wins(tmp_path: Path) -> None:
    first = written(tmp_path, "first.csv", GOOD)
    second = written(tmp_path, "second.csv", GOOD.replace("41.28", "1"))
    use = Catalogue([first, second], now=NOW).price("aws", "p5.48xlarge", "us-west-2")
    assert use is not None
    assert use.unit_price.expected == Decimal("41.28")


@pytest.mark.parametrize(
    ("name", "text", "place", "message"),
    [
        ("a.csv", "", "a.csv", "the price file is empty"),
        ("a.csv", GOOD.replace("41.28", "0"), "a.csv:2", "above 0"),
        ("a.csv", GOOD.replace("41.28", "-1"), "a.csv:2", "above 0"),
        ("a.csv", GOOD.replace("41.28", "NaN"), "a.csv:2", "above 0"),
        ("a.csv", GOOD.replace("41.28", "1e999"), "a.csv:2", "above 0"),
        ("a.csv", GOOD.replace("41.28", "forty"), "a.csv:2", "`unit_price` is a number, not `forty`"),
        ("a.csv", GOOD.replace("41.28", ""), "a.csv:2", "`unit_price` is empty"),
        ("a.csv", GOOD.replace("2026-10-01", "October"), "a.csv:2", "`as_of` is a date such as 2026-11-21"),
        ("a.csv", GOOD.replace(",USD,", ",EUR,"), "a.csv:2", "prices are in USD, not EUR"),
        ("a.csv", GOOD.replace("on-demand", "ondemand"), "a.csv:2", "`option` is one of on-demand"),
        ("a.csv", "machine x login y password hunter2\n", "a.csv:1", "the first line is no header of a price file"),
        ("a.csv", GOOD.replace("as_of", "date"), "a.csv:1", "`date` is no field of a price"),
        ("a.csv", GOOD.replace(",source,as_of", ",source"), "a.csv:1", "a price needs as_of"),
        ("a.csv", GOOD.replace(",USD,", ","), "a.csv:2", "7 columns, where the header has 8"),
        ("a.csv", GOOD + GOOD[len(HEADER) :], "a.csv:3", "this price stands in line 2 already"),
        ("a.csv", GOOD.replace("p5.48xlarge", '"p5'), "a.csv:2", "not valid CSV"),
        ("a.csv", GOOD.encode() + b"\xff\xfe\n", "a.csv:3", "the price file is not UTF-8"),
        ("a.yaml", YAML.replace("unit_price: 20.5", "unit_price: dear"), "a.yaml:2", "`unit_price` is a number"),
        ("a.yaml", YAML.replace("source: our", "sauce: our"), "a.yaml:2", "`sauce` is no field of a price"),
        ("a.yaml", "costs: []\n", "a.yaml:1", "a price file holds `prices:`, a list"),
        ("a.yaml", "prices:\n  - 12\n", "a.yaml:2", "a price is a map"),
        ("a.yaml", "prices: [\n", "a.yaml:2:1", "not valid YAML"),
    ],
)
def test_mistakes_are_named_with_their_place(
    tmp_path: Path, name: str, text: str | bytes, place: str, message: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Catalogue([written(tmp_path, name, text)], now=NOW)
    assert message in caught.value.message
    assert caught.value.place == str(tmp_path / place)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Catalogue([str(tmp_path / "none.csv")], now=NOW)
