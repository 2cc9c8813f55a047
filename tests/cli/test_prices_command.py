"""The command ``prices``, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sumptuary.cli.program import run

NOW = ("--now", "2026-11-21")


def show(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, str]]:
    assert run(["prices", "show", *words, *NOW, "--format", "json"]) == 0
    answer: dict[str, list[dict[str, str]]] = json.loads(capsys.readouterr().out)
    assert list(answer) == ["rates"]
    return answer["rates"]


def test_json_is_the_promised_shape(capsys: pytest.CaptureFixture[str]) -> None:
    assert show(capsys, "aws", "p5.48xlarge", "--region", "us-east-1") == [
        {
            "option": "on-demand",
            "unit_price": "55.04",
            "currency": "USD",
            "unit": "hour",
            "source": "karpenter-provider-aws price map",
            "as_of": "2026-07-20",
            "grade": "exact",
        }
    ]


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (("google", "a2-highgpu-1g", "--region", "us-central1"), ["on-demand", "spot", "commit-1y", "commit-3y"]),
        (("azure", "Standard_NC4as_T4_v3", "--region", "eastus"), ["on-demand", "spot"]),
        (("aws", "m5.4xlarge", "--region", "us-east-1"), ["on-demand", "spot", "commit-1y"]),
        (("aws", "ebs:gp3", "--region", "us-east-1"), ["on-demand"]),
        (("aws", "p5.48xlarge", "--region", "us-west-2"), []),
        (("aws", "trn2.48xlarge", "--region", "us-east-1"), []),
    ],
)
def test_the_options_that_are_known(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], options: list[str]
) -> None:
    rates = show(capsys, *words)
    assert [rate["option"] for rate in rates] == options
    assert all("E" not in rate["unit_price"] for rate in rates)


def test_text_says_why_there_is_no_spot_price(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["prices", "show", "aws", "p5.48xlarge", "--region", "us-east-1", *NOW]) == 0
    said = capsys.readouterr().out
    assert "on-demand  55.04  hour  2026-07-20  exact  karpenter-provider-aws price map\n" in said
    assert "spot: the spot price of p5.48xlarge is from 2025-06-28, 511 days ago: too old to quote\n" in said
    assert "warning: list prices used here are up to 124 days old (as of 2026-07-20)" in said


def test_a_range_is_shown_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["prices", "show", "aws", "p5.48xlarge", "--region", "us-east-1", "--now", "2026-01-01"]
    assert run(words) == 0
    assert "26.4192 (26.144 to 26.6944)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("aws", "p55.48xlarge", "--region", "us-east-1"), "did you mean `p5.48xlarge`"),
        (("azure", "standard_nc24ads_a100", "--region", "eastus"), "did you mean `Standard_NC24ads_A100_v4`"),
        (("aws", "qqqqqqqqqqqq", "--region", "us-east-1"), "add it with --prices FILE"),
        (("oci", "VM.GPU.A10", "--region", "x"), "the providers are aws, azure, gcp"),
        (("aws", "\x1b[31m", "--region", "us-east-1"), "`\\x1b[31m` is in no price table of aws"),
    ],
)
def test_a_sku_that_is_not_known_at_all(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str) -> None:
    assert run(["prices", "show", *words]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert said in output.err


def test_status_names_sources_dates_and_ages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["prices", "status", *NOW]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Catalogue 20")
    assert "AWS spot savings        2025-06-28  511 d *  observed" in said
    assert "* older than 365 days: no spot price is quoted from it (as of 2025-06-28)\n" in said
    assert run(["prices", "status", "--now", "2025-01-01"]) == 0
    assert "older than" not in capsys.readouterr().out


def test_status_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("provider,sku,region,unit_price,source,as_of\naws,x1.new,us-east-1,1,me,2026-11-01\n")
    assert run(["prices", "status", "--format", "json", "--prices", str(own), *NOW]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["overrides"] == 1
    assert answer["rows"] > 100_000
    young = {one["what"] for one in answer["holdings"] if one["warning"] is None}
    assert {"accelerators", "AWS hardware", "MIG profiles"} <= young
    rates = show(capsys, "aws", "x1.new", "--region", "us-east-1", "--prices", str(own))
    assert [rate["source"] for rate in rates] == ["me"]


def test_a_wrong_price_file_is_a_mistake_with_a_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("provider,sku,region,unit_price,source,as_of\naws,m5.large,us-east-1,-1,me,2026-11-01\n")
    assert run(["prices", "status", "--prices", str(own)]) == 2
    assert f"{own}:2: `unit_price` is above 0" in capsys.readouterr().err
