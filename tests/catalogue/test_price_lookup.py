"""What the catalogue answers, what it refuses to answer and why, and what it reads to do so."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sumptuary.catalogue import Catalogue
from sumptuary.money import HOURS_PER_MONTH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.rule import Catalogue as Protocol

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(now=NOW)


def monthly(catalogue: Catalogue, provider: str, sku: str, region: str, units: int = 1) -> Decimal:
    use = catalogue.price(provider, sku, region)
    assert use is not None, catalogue.why_unknown(provider, sku, region)
    assert use.unit_price.low == use.unit_price.expected == use.unit_price.high
    times = HOURS_PER_MONTH if use.unit == "hour" else Decimal(units)
    return use.unit_price.expected * times


@pytest.mark.parametrize(
    ("sku", "units", "month"),
    [
        ("ebs:gp2", 50, "5.00"),
        ("ebs:gp3", 100, "8.00"),
        ("ebs:gp3:iops", 1000, "5.00"),
        ("ebs:gp3:throughput", 125, "5.00"),
        ("ebs:io1", 100, "12.50"),
        ("ebs:io1:iops", 1000, "65.00"),
        ("nat-gateway", 1, "32.85"),
        ("public-ipv4:idle", 1, "3.65"),
        ("load-balancer:application", 1, "16.425"),
        ("load-balancer:network", 1, "16.425"),
        ("vpc-endpoint:interface", 1, "7.30"),
        ("eks:control-plane", 1, "73.00"),
        ("s3:standard", 1000, "23.00"),
        ("logs:ingestion", 100, "50.00"),
        ("m5.4xlarge", 1, "560.64"),
        ("t3.medium", 1, "30.368"),
        ("ml.g5.xlarge", 1, "1027.84"),
        ("ml.p4d.24xlarge", 1, "18433.440459"),
        ("p5.48xlarge", 1, "40179.20"),
    ],
)
def test_known_months_in_us_east_1(catalogue: Catalogue, sku: str, units: int, month: str) -> None:
    assert monthly(catalogue, "aws", sku, "us-east-1", units) == Decimal(month)
    assert catalogue.component_price("aws", sku, "us-east-1") == catalogue.price("aws", sku, "us-east-1")


@pytest.mark.parametrize(
    ("provider", "sku", "region", "option", "price", "grade"),
    [
        ("aws", "p5.48xlarge", "us-east-1", "on-demand", "55.04", "exact"),
        ("aws", "p4d.24xlarge", "us-east-1", "on-demand", "21.957642", "exact"),
        ("aws", "p4de.24xlarge", "us-east-1", "on-demand", "27.44705", "exact"),
        ("aws", "g5.xlarge", "us-east-1", "on-demand", "1.006", "exact"),
        ("aws", "g6.xlarge", "us-east-1", "on-demand", "0.8048", "exact"),
        ("aws", "g6e.xlarge", "us-east-1", "on-demand", "1.861", "exact"),
        ("aws", "g4dn.xlarge", "us-east-1", "on-demand", "0.526", "exact"),
        ("aws", "inf2.xlarge", "us-east-1", "on-demand", "0.7582", "exact"),
        ("aws", "trn1.32xlarge", "us-east-1", "on-demand", "21.5", "exact"),
        ("aws", "m5.4xlarge", "us-east-1", "spot", "0.29678", "observed"),
        ("aws", "m5.metal", "us-east-1", "on-demand", "4.608", "estimated"),
        ("azure", "Standard_NC24ads_A100_v4", "eastus", "on-demand", "3.673", "exact"),
        ("azure", "Standard_ND96isr_H100_v5", "eastus", "on-demand", "98.32", "exact"),
        ("azure", "Standard_NC4as_T4_v3", "eastus", "spot", "0.149174", "observed"),
        ("azure", "disk:StandardSSD_LRS", "eastus", "on-demand", "0.075", "estimated"),
        ("gcp", "a2-highgpu-1g", "us-central1", "on-demand", "3.673385", "exact"),
        ("gcp", "a2-highgpu-1g", "us-central1", "spot", "1.92802", "exact"),
        ("gcp", "a2-highgpu-1g", "us-central1", "commit-1y", "2.314207", "exact"),
        ("gcp", "g2-standard-4", "us-central1", "on-demand", "0.706832", "exact"),
        ("gcp", "vertex:prediction:a2-highgpu-1g", "us-central1", "on-demand", "4.7755", "exact"),
        ("gcp", "disk:pd-balanced", "us-east1", "on-demand", "0.1", "observed"),
    ],
)
def test_cross_checked_prices(
    catalogue: Catalogue, provider: str, sku: str, region: str, option: str, price: str, grade: str
) -> None:
    use = catalogue.price(provider, sku, region, option)
    assert use is not None
    assert (use.unit_price.expected, use.grade) == (Decimal(price), grade)
    assert use.source
    assert use.as_of
    assert not catalogue.why_unknown(provider, sku, region, option)


@pytest.mark.parametrize(
    ("provider", "sku", "region", "option", "why"),
    [
        ("aws", "p5.48xlarge", "us-west-2", "on-demand", "its family has no ratio to us-east-1 there"),
        ("aws", "p5.48xlarge", "us-east-1", "spot", "is from 2025-06-28, 511 days ago: too old to quote"),
        ("aws", "p5.48xlarge", "us-east-1", "commit-1y", "no commitment price of p5.48xlarge"),
        ("aws", "g5.xlarge", "us-east-1", "commit-1y", "only known by family, which is not good enough"),
        ("aws", "m5.4xlarge", "eu-west-1", "commit-1y", "needs a sure list price"),
        ("aws", "m5.metal", "us-east-1", "commit-1y", "needs a sure list price"),
        ("aws", "m5.metal", "eu-west-1", "on-demand", "is itself not sure"),
        ("aws", "m5.large", "us-east-1", "commit-3y", "three-year commitments of AWS are not in the catalogue"),
        ("aws", "h1.2xlarge", "ap-southeast-1", "on-demand", "no price of h1.2xlarge in ap-southeast-1"),
        ("aws", "ebs:gp3", "eu-west-1", "on-demand", "no prices of aws in eu-west-1"),
        ("aws", "trn2.48xlarge", "us-east-1", "on-demand", "no price of trn2.48xlarge is in the catalogue"),
        ("gcp", "a2-highgpu-1g", "africa-south1", "on-demand", "one source lists a2-highgpu-1g in africa-south1"),
        ("azure", "Standard_NC24ads_A100_v4", "eastus", "commit-1y", "no commit-1y price"),
        ("azure", "ARM_SKU_NAME_PLACEHOLDER", "eastus2", "on-demand", "no price of ARM_SKU_NAME_PLACEHOLDER"),
        ("oci", "VM.GPU.A10", "us-ashburn-1", "on-demand", "no prices of oci in us-ashburn-1"),
        ("aws", "m5.large", "us-east-1", "on-sale", "on-sale is no purchase option"),
    ],
)
def test_what_is_not_known_has_a_reason(
    catalogue: Catalogue, provider: str, sku: str, region: str, option: str, why: str
) -> None:
    assert catalogue.price(provider, sku, region, option) is None
    assert why in catalogue.why_unknown(provider, sku, region, option)
    assert catalogue.as_of == ""


def test_another_region_is_estimated_by_the_family_and_says_so(catalogue: Catalogue) -> None:
    use = catalogue.price("aws", "m5.4xlarge", "eu-west-1")
    assert use is not None
    assert use.unit_price.expected == Decimal("0.768") * Decimal("1.115")
    assert use.grade == "region-estimate"
    assert use.as_of == "2025-03-02"
    assert "family ratio to us-east-1" in use.source


def test_a_type_that_nothing_shows_in_a_region_is_not_estimated_there(catalogue: Catalogue) -> None:
    ratios = catalogue.tables.table("aws", "region-ratio")
    assert ratios is not None
    assert ratios.row("g3/eu-west-1") is not None
    assert catalogue.price("aws", "g3.4xlarge", "us-east-1") is not None
    assert catalogue.price("aws", "g3.4xlarge", "eu-west-1") is None
    why = catalogue.why_unknown("aws", "g3.4xlarge", "eu-west-1")
    assert why == "nothing shows that g3.4xlarge is offered in eu-west-1, so it is not estimated"


def test_commitments_of_a_family_take_the_older_date_and_the_weaker_grade(catalogue: Catalogue) -> None:
    use = catalogue.price("aws", "m5.4xlarge", "us-east-1", "commit-1y")
    assert use is not None
    assert use.unit_price.expected == Decimal("0.768") * (1 - Decimal("0.412"))
    assert (use.grade, use.as_of) == ("family-estimate", "2025-04-24")


def test_spot_of_aws_is_quoted_while_the_advisor_is_young_as_a_range() -> None:
    young = Catalogue(now=datetime(2026, 6, 28, tzinfo=UTC))
    use = young.price("aws", "p5.48xlarge", "us-east-1", "spot")
    assert use is not None
    assert use.unit_price.low < use.unit_price.expected < use.unit_price.high
    assert use.unit_price.expected == Decimal("55.04") * Decimal("0.48")
    assert Catalogue(now=datetime(2026, 6, 29, tzinfo=UTC)).price("aws", "p5.48xlarge", "us-east-1", "spot") is None


def test_an_observation_grows_too_old_as_well() -> None:
    late = Catalogue(now=datetime(2027, 9, 7, tzinfo=UTC))
    assert late.price("aws", "m5.4xlarge", "us-east-1", "spot") is None
    assert "2026-09-06, 366 days ago" in late.why_unknown("aws", "m5.4xlarge", "us-east-1", "spot")
    assert late.price("aws", "m5.4xlarge", "us-east-1") is not None


@pytest.mark.parametrize(
    ("provider", "sku", "region", "same_as"),
    [
        ("google", "g2-standard-4", "us-central1-a", ("gcp", "g2-standard-4", "us-central1")),
        ("azurerm", "standard_nc24ads_a100_v4", "East US", ("azure", "Standard_NC24ads_A100_v4", "eastus")),
        ("aws", "g5.xlarge", "us-east-1a", ("aws", "g5.xlarge", "us-east-1")),
    ],
)
def test_names_as_people_write_them(
    catalogue: Catalogue, provider: str, sku: str, region: str, same_as: tuple[str, str, str]
) -> None:
    use = catalogue.price(provider, sku, region)
    assert use is not None
    assert use == catalogue.price(*same_as)


def test_a_look_up_opens_only_its_file(catalogue: Catalogue) -> None:
    assert catalogue.tables.opened() == ()
    catalogue.price("aws", "m5.4xlarge", "us-east-1")
    assert catalogue.tables.opened() == ("aws/us-east-1",)
    catalogue.price("gcp", "g2-standard-4", "us-central1")
    assert catalogue.tables.opened() == ("aws/us-east-1", "gcp/us-central1")
    catalogue.hardware("aws", "p5.48xlarge")
    assert catalogue.tables.opened()[2:] == ("aws/hardware",)


def test_the_oldest_date_used_is_kept_and_age_is_warned_of(catalogue: Catalogue) -> None:
    assert catalogue.as_of == ""
    assert catalogue.warnings() == ()
    catalogue.price("aws", "ebs:gp3", "us-east-1")
    catalogue.price("azure", "Standard_D4s_v5", "eastus")
    catalogue.price("gcp", "g2-standard-4", "us-central1", "spot")
    assert catalogue.as_of == "2026-06-18"
    assert catalogue.warnings() == (
        "list prices used here are up to 156 days old (as of 2026-06-18): check what matters",
        "spot prices used here are up to 128 days old (as of 2026-07-16): check what matters",
    )
    assert catalogue.warnings(datetime(2026, 7, 17, tzinfo=UTC)) == ()


def test_interruption_bands_hold_for_a_year(catalogue: Catalogue) -> None:
    fresh = Catalogue(now=datetime(2026, 6, 1, tzinfo=UTC))
    assert fresh.interruption_band("aws", "m5.4xlarge", "eu-west-1") == 2
    assert fresh.interruption_band("aws", "ml.m5.4xlarge", "eu-west-1") == 2
    assert fresh.interruption_band("aws", "no.such", "eu-west-1") is None
    assert fresh.interruption_band("gcp", "g2-standard-4", "us-central1") is None
    assert catalogue.interruption_band("aws", "m5.4xlarge", "eu-west-1") is None


@given(st.text(), st.text(), st.text(), st.sampled_from(("on-demand", "spot", "commit-1y", "commit-3y", "")))
def test_no_name_whatever_escapes_or_raises(provider: str, sku: str, region: str, option: str) -> None:
    catalogue = Catalogue(now=NOW)
    for known in (provider, "aws", "gcp", "azure"):
        use = catalogue.price(known, sku, region, option)
        assert (use is None) == bool(catalogue.why_unknown(known, sku, region, option))
        catalogue.hardware(known, sku)
        catalogue.skus_with(known, sku)
    assert all(not name.startswith((".", "/")) for name in catalogue.tables.opened())


@pytest.mark.parametrize(
    "sku", ["sku", "# provider: aws", "m5.large,0.096", "m5.large\nm5.xlarge", "", "\x00", "on_demand"]
)
def test_lines_that_are_no_rows_are_not_found(catalogue: Catalogue, sku: str) -> None:
    assert catalogue.price("aws", sku, "us-east-1") is None


@pytest.mark.parametrize("region", ["../aws/us-east-1", "..", "/etc/passwd", "hardware", "region-ratio", "us-east-1/x"])
def test_regions_that_are_no_regions(catalogue: Catalogue, region: str) -> None:
    assert catalogue.price("aws", "m5.large", region) is None


def test_it_is_the_catalogue_that_rules_are_promised(catalogue: Catalogue) -> None:
    promised: Protocol = catalogue
    assert promised.version == catalogue.version
    assert len(promised.version) > len("2026-11-21-")
