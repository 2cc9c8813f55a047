"""Accelerators and instance types, as the importer reads them; types no gathered table has are in ``written/``."""

from __future__ import annotations

import json
import os
from decimal import Decimal

from sumptuary.catalogue.import_prices import APACHE, declare
from sumptuary.catalogue.import_tables import Import, Row, dated, read_rows
from sumptuary.catalogue.names import family
from sumptuary.catalogue.tables import MAIN, Source
from sumptuary.errors import ConfigurationError

HARDWARE = (
    "sku",
    "vcpus",
    "memory_gib",
    "model",
    "variant",
    "count",
    "fraction",
    "accelerator_memory_gib",
    "current_generation",
)
ACCELERATORS = (
    "variant",
    "model",
    "vendor",
    "architecture",
    "memory_gib",
    "bandwidth_gb_s",
    "fp16_dense_tflops",
    "fp8_dense_tflops",
    "tdp_w",
    "mig_max_instances",
    "aliases",
)
MIG = ("profile", "variant", "name", "memory_gib", "slices", "max_per_gpu")
EC2_DATE = "2026-10-01"
WRONG_MEMORY = "accelerator-memory-wrong-at-source"

DOUBTFUL_GENERATIONS = frozenset({"c5", "c6gn", "g5", "m5", "m6i", "r5", "r6i", "r7g", "r7gd"})
"""Families that the table calls previous although older ones of their class (g4dn, m5a, r6g) count as current there."""

EC2_VARIANTS = {
    ("A100", 40960): "A100-40GB",
    ("A100", 81920): "A100-80GB",
    ("H100", 81920): "H100-SXM",
    ("H200", 144384): "H200-SXM",
    ("V100", 32768): "V100-32GB",
    ("RTX PRO 4500", 32768): "RTX-PRO-4500",
    ("RTX PRO Server 6000", 98304): "RTX-PRO-6000",
}
"""Which of our variants an EC2 accelerator of this name and memory (MiB) is; every other name is its own variant."""
MIG_VARIANTS = {
    "A30-24GB": ("A30",),
    "A100-40GB": ("A100-40GB",),
    "A100-80GB/H100-80GB": ("A100-80GB", "A100-80GB-PCIe", "H100-PCIe", "H100-SXM"),
    "H100-NVL-94GB": ("H100-NVL",),
    "H200-141GB": ("H200-SXM",),
    "B200-180GB": ("B200",),
    "B300-269GB": ("B300",),
    "GB200-186GB": ("GB200",),
    "GB300-278GB": ("GB300",),
    "RTX-PRO-6000-96GB": ("RTX-PRO-6000",),
}
FORM_FACTORS = ("-SXM", "-PCIe", "-NVL", "-16GB", "-32GB", "-40GB", "-80GB", "-96GB", "-144GB")


def add(source: str, written: str, result: Import) -> None:
    """Add the accelerators, their MIG profiles, and the hardware of each provider's types."""
    memory = _accelerators(source, written, result)
    _mig_profiles(source, result)
    _ec2(source, memory, result)
    for provider in ("aws", "azure", "gcp"):
        _written(provider, written, memory, result)


def model_of(variant: str) -> str:
    """The name people use of a variant: ``A100`` of ``A100-80GB-PCIe``."""
    for _ in range(2):
        for ending in FORM_FACTORS:
            variant = variant.removesuffix(ending)
    return variant


def _accelerators(source: str, written: str, result: Import) -> dict[str, str]:
    """The table of accelerators; returns the memory of each variant in GiB."""
    with open(os.path.join(source, "accelerators.json"), encoding="utf-8") as file:
        data = json.load(file)
    about = {"memory_gib": "as the maker states it; what EC2 reports may be less", "empty": "not known"}
    table = result.table("accelerators", ACCELERATORS, about)
    as_of = dated("accelerators.json", data["as_of"])
    declare("accelerators.json", table, MAIN, Source("figures with evidence, docs/prices.md", as_of, "facts", "exact"))
    for item in data["accelerators"]:
        name = item["name"]
        aliases = "|".join(sorted({alias.lower().replace(" ", "-") for alias in item["aliases"]} - {name.lower()}))
        figures = {
            "memory_gib": item["memory_gb"],
            "bandwidth_gb_s": item["memory_bandwidth_gb_s"],
            "fp16_dense_tflops": item["fp16_dense_tflops"],
            "fp8_dense_tflops": item["fp8_dense_tflops"],
            "tdp_w": item["tdp_w"],
            "mig_max_instances": item["mig_max_instances"],
        }
        row = {"variant": name, "model": model_of(name), "vendor": item["vendor"], "aliases": aliases}
        row["architecture"] = item["architecture"]
        table.add(f"accelerators.json: {name}", row | {key: "" if v is None else str(v) for key, v in figures.items()})
    for place, row in read_rows(written, "accelerators.csv"):
        table.add(place, {key: value for key, value in row.items() if key != "evidence"})
    return {name: row.get("memory_gib", "") for name, row in table.rows.items()}


def _mig_profiles(source: str, result: Import) -> None:
    with open(os.path.join(source, "mig_profiles.json"), encoding="utf-8") as file:
        data = json.load(file)
    table = result.table("mig-profiles", MIG, {"max_per_gpu": "the largest number of instances on one GPU"})
    name, _, rest = data["source"].partition(" @")
    as_of = dated("mig_profiles.json", rest.partition("(")[2].partition(")")[0])
    declare("mig_profiles.json", table, MAIN, Source(name, as_of, APACHE, "exact"))
    for gpu, profiles in data["profiles"].items():
        for variant in MIG_VARIANTS.get(gpu, (gpu,)):
            for profile in profiles:
                row = {"profile": f"{variant}/{profile['profile']}", "variant": variant, "name": profile["profile"]}
                row |= {"memory_gib": str(profile["memory_gb"]), "slices": str(profile["slices"])}
                table.add("mig_profiles.json", row | {"max_per_gpu": str(profile["max_per_gpu"])})


def _ec2(source: str, memory: dict[str, str], result: Import) -> None:
    table = result.table("aws/hardware", HARDWARE, {"provider": "aws"})
    origin = Source("EC2 DescribeInstanceTypes as in moto 5.2.5", EC2_DATE, APACHE, "exact")
    declare("ec2_instance_types.csv", table, MAIN, origin)
    for place, row in read_rows(source, "ec2_instance_types.csv"):
        facts = {"sku": row["instance_type"], "vcpus": row["vcpus"], "memory_gib": _gib(row["memory_mib"])}
        if row["current_generation"] and family(row["instance_type"]) not in DOUBTFUL_GENERATIONS:
            facts["current_generation"] = "yes" if row["current_generation"] == "true" else "no"
        if row["accelerator"]:
            facts |= _ec2_accelerators(place, row, memory)
        table.add(place, facts)


def _ec2_accelerators(place: str, row: Row, memory: dict[str, str]) -> Row:
    reported = int(row["accelerator_memory_mib"])
    name = row["accelerator"]
    variant = EC2_VARIANTS.get((name, reported), name)
    fraction = Decimal(row["accelerator_fraction"] or 1)
    if row["accelerator_kind"] in ("gpu", "neuron") and variant not in memory:
        raise ConfigurationError(f"`{name}` with {reported} MiB is no variant that is known", place=place)
    each = memory.get(variant) or _gib(str(reported))
    if variant in memory and not row["flag"].startswith(WRONG_MEMORY):
        whole = Decimal(reported) / 1024 / fraction
        if not Decimal("0.9") < whole / Decimal(each) <= Decimal("1.03"):
            raise ConfigurationError(f"EC2 reports {reported} MiB of a {variant} of {each} GiB", place=place)
    shared = "" if fraction == 1 else f"{fraction.normalize():f}"
    if shared:
        each = _gib(str(reported))
    count = row["accelerator_count"] if fraction == 1 else "1"
    named = {"model": model_of(variant), "variant": variant.replace(",", " "), "count": count}
    return named | {"fraction": shared, "accelerator_memory_gib": each}


def _written(provider: str, written: str, memory: dict[str, str], result: Import) -> None:
    """The types that a person wrote down, each with what it was verified with."""
    table = result.table(f"{provider}/hardware", HARDWARE, {"provider": provider})
    declare(provider, table, "written", Source("verified by hand, data/SOURCES.md", "2026-11-21", "facts", "exact"))
    for place, row in read_rows(written, f"hardware-{provider}.csv"):
        facts = {key: value for key, value in row.items() if key in HARDWARE}
        variant = facts["variant"]
        if variant:
            if variant not in memory:
                raise ConfigurationError(f"`{variant}` is no accelerator that is known", place=place)
            facts["model"] = model_of(variant)
            facts["accelerator_memory_gib"] = facts.get("accelerator_memory_gib") or memory[variant]
        if not row["evidence"]:
            raise ConfigurationError("what was it verified with?", place=place)
        table.add(place, facts)


def _gib(mib: str) -> str:
    return f"{(Decimal(mib) / 1024).quantize(Decimal('0.001')).normalize():f}"
