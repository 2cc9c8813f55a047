"""The instance prices of the three providers, spot figures and ratios, as the importer reads them."""

from __future__ import annotations

from decimal import Decimal

from sumptuary.catalogue.import_tables import Import, Output, Row, dated, marked, positive, read_rows
from sumptuary.catalogue.names import region_name
from sumptuary.catalogue.tables import MAIN, Source
from sumptuary.errors import ConfigurationError

APACHE = "Apache-2.0"
PRICE_COLUMNS = ("sku", "on_demand", "spot", "commit_1y", "commit_3y", "unit", "flag")
SOURCES = {
    "karpenter-provider-aws": "karpenter-provider-aws price map",
    "karpenter-provider-azure": "karpenter-provider-azure price map (Azure Retail Prices)",
    "gcosts": "gcosts pricing.yml",
}
TENANCY_UNSURE, UNCONFIRMED = "tenancy-unsure", "not-in-second-source"
PLACEHOLDER = "ARM_SKU_NAME_PLACEHOLDER"


def add(source: str, result: Import) -> None:
    """Add the price tables of every provider, and AWS's spot and ratio tables."""
    for provider in ("aws", "azure", "gcp"):
        for place, row in read_rows(source, f"{provider}.csv"):
            _price(provider, place, row, result)
    _spot_advisor(source, result)
    _region_ratios(source, result)
    _reserved_ratios(source, result)


def price_table(result: Import, provider: str, region: str) -> Output:
    """The price table of a region."""
    about = {"provider": provider, "region": region, "currency": "USD"}
    about["unit"] = "per hour, Linux, shared tenancy, where a row has no unit of its own"
    return result.table(f"{provider}/{region}", PRICE_COLUMNS, about)


def declare(place: str, table: Output, key: str, source: Source) -> None:
    """Say where a table's figures come from; one key has one source."""
    if table.sources.setdefault(key, source) != source:
        raise ConfigurationError(f"the source `{key}` has two dates or names in one table", place=place)


def _price(provider: str, place: str, row: Row, result: Import) -> None:
    if row["sku"] == PLACEHOLDER:
        return result.leave_out("placeholder rows of Azure")
    if (row["currency"], row["unit"], row["os"]) != ("USD", "hour", "linux"):
        raise ConfigurationError("only USD an hour on Linux is taken over", place=place)
    if row["flag"] not in ("", TENANCY_UNSURE, UNCONFIRMED):
        raise ConfigurationError(f"the flag `{row['flag']}` is not known", place=place)
    table = price_table(result, provider, region_name(provider, row["region"]))
    if row["flag"] == UNCONFIRMED:
        result.leave_out("prices of GCP that a second source does not confirm (kept as rows without a price)")
        return table.add(place, {"sku": row["sku"], "flag": "unconfirmed"})
    key, grade = ("tenancy", "estimated") if row["flag"] == TENANCY_UNSURE else (MAIN, "exact")
    declare(place, table, key, Source(SOURCES[row["source"]], dated(place, row["as_of"]), APACHE, grade))
    names = ("on_demand", "spot", "commit_1y", "commit_3y")
    figures = {name: positive(place, row[name]) for name in names}
    refuse_above(place, figures, "on_demand")
    table.add(place, {"sku": row["sku"]} | {name: marked(value, key) for name, value in figures.items()})
    return None


def refuse_above(place: str, figures: Row, base: str) -> None:
    """Refuse a spot or commitment price that is not below on demand."""
    for name, value in figures.items():
        if name != base and value and figures[base] and Decimal(value) >= Decimal(figures[base]):
            raise ConfigurationError(f"{name} {value} is not below {base} {figures[base]}", place=place)


def _spot_advisor(source: str, result: Import) -> None:
    """The percentage, where it is a saving at all, and the interruption band."""
    for place, row in read_rows(source, "aws_spot_advisor.csv"):
        about = {"provider": "aws", "region": row["region"], "savings_percent": "average against on demand"}
        about["interruption_band"] = "0 below 5 % a month, 1 to 10, 2 to 15, 3 to 20, 4 above"
        table = result.table(f"aws-spot/{row['region']}", ("sku", "savings_percent", "interruption_band"), about)
        declare(
            place,
            table,
            MAIN,
            Source("AWS Spot Instance Advisor via spotinfo", dated(place, row["as_of"]), APACHE, "observed"),
        )
        percent, band = int(row["savings_percent"]), int(row["interruption_band"])
        if not (-100 < percent < 100 and 0 <= band <= 4):
            raise ConfigurationError(f"{percent} % in band {band} cannot be", place=place)
        if percent <= 0:
            result.leave_out("spot savings of 0 % or less (no capacity; the band is kept)")
        saving = str(percent) if percent > 0 else ""
        table.add(place, {"sku": row["sku"], "savings_percent": saving, "interruption_band": str(band)})


def _region_ratios(source: str, result: Import) -> None:
    about = {"provider": "aws", "ratio_to_us_east_1": "a family's price in a region over us-east-1"}
    table = result.table("aws/region-ratio", ("family", "ratio_to_us_east_1"), about)
    for place, row in read_rows(source, "aws_region_ratio.csv"):
        name = f"family ratio to us-east-1 ({row['source']})"
        declare(place, table, MAIN, Source(name, dated(place, row["as_of"]), APACHE, "region-estimate"))
        ratio = positive(place, row["ratio_to_us_east_1"])
        if not Decimal("0.3") < Decimal(ratio) < 3 or int(row["samples"]) < 3:
            raise ConfigurationError(f"a ratio of {ratio} from {row['samples']} samples is not usable", place=place)
        table.add(place, {"family": f"{row['family']}/{row['region']}", "ratio_to_us_east_1": ratio})


def _reserved_ratios(source: str, result: Import) -> None:
    about = {"provider": "aws", "discount": "1 year, standard, all upfront, part of on demand"}
    table = result.table("aws/reserved-ratio", ("family", "discount"), about)
    for place, row in read_rows(source, "aws_reserved_ratio.csv"):
        name = f"1-year all-upfront family discount ({row['source']})"
        declare(place, table, MAIN, Source(name, dated(place, row["as_of"]), "AWS list", "family-estimate"))
        discount = positive(place, row["standard_1y_all_upfront_discount"])
        if not 0 < Decimal(discount) < Decimal("0.8"):
            raise ConfigurationError(f"a discount of {discount} cannot be", place=place)
        table.add(place, {"family": row["family"], "discount": discount})
