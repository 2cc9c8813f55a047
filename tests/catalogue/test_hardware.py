"""What instance types are made of, and the names that accelerators go by."""

from __future__ import annotations

import pytest

from sumptuary.catalogue import Catalogue

CATALOGUE = Catalogue()


@pytest.mark.parametrize(
    ("provider", "sku", "model", "count", "memory", "fraction"),
    [
        ("aws", "p5.48xlarge", "H100", 8, 80, 1),
        ("aws", "p4d.24xlarge", "A100", 8, 40, 1),
        ("aws", "p4de.24xlarge", "A100", 8, 80, 1),
        ("aws", "p5en.48xlarge", "H200", 8, 141, 1),
        ("aws", "g5.12xlarge", "A10G", 4, 24, 1),
        ("aws", "g6e.48xlarge", "L40S", 8, 48, 1),
        ("aws", "g6f.large", "L4", 1, 2.794, 0.125),
        ("aws", "inf2.48xlarge", "Inferentia2", 12, 32, 1),
        ("aws", "trn2.48xlarge", "Trainium2", 16, 96, 1),
        ("aws", "trn2.3xlarge", "Trainium2", 1, 96, 1),
        ("aws", "p3.2xlarge", "V100", 1, 16, 1),
        ("aws", "p3dn.24xlarge", "V100", 8, 32, 1),
        ("aws", "ml.g5.xlarge", "A10G", 1, 24, 1),
        ("azure", "Standard_ND96isr_H100_v5", "H100", 8, 80, 1),
        ("azure", "Standard_NC40ads_H100_v5", "H100", 1, 94, 1),
        ("azure", "standard_nc96ads_a100_v4", "A100", 4, 80, 1),
        ("azure", "Standard_NC64as_T4_v3", "T4", 4, 16, 1),
        ("azure", "Standard_NV12ads_A10_v5", "A10", 1, 8, 0.333),
        ("google", "a2-ultragpu-2g", "A100", 2, 80, 1),
        ("google", "g2-standard-24", "L4", 2, 24, 1),
        ("google", "g2-standard-32", "L4", 1, 24, 1),
        ("google", "g4-standard-6", "RTX-PRO-6000", 1, 12, 0.125),
        ("google", "a3-ultragpu-8g", "H200", 8, 141, 1),
        ("google", "a4-highgpu-8g", "B200", 8, 180, 1),
    ],
)
def test_accelerators(provider: str, sku: str, model: str, count: int, memory: float, fraction: float) -> None:
    made_of = CATALOGUE.hardware(provider, sku)
    assert made_of is not None
    assert made_of.sku == sku
    assert made_of.accelerators is not None
    found = made_of.accelerators
    assert (found.model, found.count, found.memory_gib, found.fraction) == (model, count, memory, fraction)


@pytest.mark.parametrize(
    ("provider", "sku", "vcpus", "memory"),
    [
        ("aws", "m5.4xlarge", 16, 64),
        ("gcp", "n2-standard-8", 8, None),
        ("gcp", "c4-standard-96-lssd", 96, None),
        ("gcp", "e2-medium", 2, None),
        ("gcp", "n2-custom-4-8192", 4, 8),
        ("gcp", "custom-4-30720-ext", 4, 30),
        ("azure", "Standard_D4s_v5", 4, None),
        ("azure", "Standard_E8-4ds_v5", 4, None),
        ("azure", "Standard_DS3_v2", None, None),
        ("azure", "Standard_B2ms", None, None),
    ],
)
def test_types_that_certainly_have_none(provider: str, sku: str, vcpus: int | None, memory: float | None) -> None:
    made_of = CATALOGUE.hardware(provider, sku)
    assert made_of is not None
    assert (made_of.vcpus, made_of.memory_gib, made_of.accelerators) == (vcpus, memory, None)


@pytest.mark.parametrize(
    ("provider", "sku"),
    [
        ("aws", "p9.48xlarge"),
        ("azure", "Standard_NG8ads_V620_v1"),
        ("azure", "Standard_ND128isr_NDR_GB200_v6"),
        ("gcp", "a9-highgpu-8g"),
        ("gcp", "ct5p-hightpu-4t"),
        ("oci", "VM.GPU.A10"),
        ("aws", ""),
        ("gcp", "custom-" + "9" * 5000 + "-1"),
        ("gcp", "custom-4000000-1"),
        ("azure", "Standard_D" + "4" * 5000),
        ("azure", "Standard_D4" + "_a" * 50_000 + "!"),
    ],
)
def test_what_is_not_known_is_not_claimed(provider: str, sku: str) -> None:
    assert CATALOGUE.hardware(provider, sku) is None


@pytest.mark.parametrize(
    ("sku", "current"), [("g6.xlarge", True), ("m4.large", False), ("g5.xlarge", None), ("p3.2xlarge", None)]
)
def test_a_doubtful_generation_is_not_claimed(sku: str, current: bool | None) -> None:
    made_of = CATALOGUE.hardware("aws", sku)
    assert made_of is not None
    assert made_of.current_generation is current


def test_the_smallest_type_with_an_accelerator_comes_first() -> None:
    whole = [
        made.sku for made in CATALOGUE.skus_with("aws", "L4") if made.accelerators and made.accelerators.fraction == 1
    ]
    assert whole[:3] == ["g6.xlarge", "g6.2xlarge", "g6.4xlarge"]
    assert CATALOGUE.skus_with("aws", "L4")[0].sku == "g6f.large"
    assert CATALOGUE.skus_with("google", "A100-80GB")[0].sku == "a2-ultragpu-1g"
    assert [made.sku for made in CATALOGUE.skus_with("aws", "A100")] == ["p4d.24xlarge", "p4de.24xlarge"]
    assert [made.sku for made in CATALOGUE.skus_with("aws", "A100-80GB")] == ["p4de.24xlarge"]
    assert CATALOGUE.skus_with("azure", "A100-80GB")[0].sku == "Standard_NC24ads_A100_v4"
    assert {made.sku for made in CATALOGUE.skus_with("azure", "H100")} >= {
        "Standard_NC40ads_H100_v5",
        "Standard_ND96isr_H100_v5",
    }
    assert "Standard_NC40ads_H100_v5" not in {made.sku for made in CATALOGUE.skus_with("azure", "nvidia-h100-80gb")}
    assert CATALOGUE.skus_with("aws", "A9000") == ()


@pytest.mark.parametrize(
    ("text", "model", "memory"),
    [
        ("A100", "A100", 40),
        ("nvidia-tesla-a100", "A100", 40),
        ("nvidia-a100-80gb", "A100", 80),
        ("NVIDIA L4", "L4", 24),
        ("nvidia-h100-80gb", "H100", 80),
        ("H100-NVL", "H100", 94),
        ("Trainium2", "Trainium2", 96),
        ("nvidia-tesla-k80", "K80", 12),
        ("NVIDIA-A100-SXM4-80GB", "A100", 80),
        ("NVIDIA-A100-SXM4-40GB", "A100", 40),
        ("NVIDIA-H100-80GB-HBM3", "H100", 80),
        ("nvidia-h100-mega-80gb", "H100", 80),
        ("NVIDIA-H100-NVL", "H100", 94),
        ("Tesla-T4", "T4", 16),
        ("Tesla-V100-SXM2-32GB", "V100", 32),
        ("NVIDIA-L40S", "L40S", 48),
        ("RTX PRO Server 6000", "RTX-PRO-6000", 96),
        ("A100-12GB", None, None),
        ("abacus", None, None),
        ("", None, None),
    ],
)
def test_the_names_of_accelerators(text: str, model: str | None, memory: float | None) -> None:
    assert CATALOGUE.accelerator_name(text) == model
    assert CATALOGUE.accelerator_memory_gib(text) == memory


def test_every_accelerator_of_a_type_is_in_the_table_of_accelerators_with_the_same_memory() -> None:
    known = CATALOGUE.tables.table("accelerators")
    assert known is not None
    memory = {row["variant"]: row["memory_gib"] for row in known.rows()}
    other = {"U30", "Virtex UltraScale+ (VU47P)", "Qualcomm AI100"}
    for provider in ("aws", "azure", "gcp"):
        table = CATALOGUE.tables.table(provider, "hardware")
        assert table is not None
        for row in table.rows():
            if row["variant"] and row["variant"] not in other and not row.get("fraction"):
                assert row["accelerator_memory_gib"] == memory[row["variant"]], row


def test_a_gpu_type_of_every_provider_is_priced_somewhere() -> None:
    for provider, region in (("aws", "us-east-1"), ("azure", "eastus"), ("gcp", "us-central1")):
        priced = [m for m in CATALOGUE.skus_with(provider, "A100") if CATALOGUE.price(provider, m.sku, region)]
        assert priced, provider
