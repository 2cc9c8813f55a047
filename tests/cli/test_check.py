"""``sumptuary check`` and ``sumptuary resources`` from arguments to output, in one process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checkouts import TEAM_TAG
from sumptuary.cli import program

TREE = """\
provider "aws" {
  region = "us-east-1"
}
resource "aws_instance" "priced" {
  instance_type = "m5.large"
}
resource "aws_instance" "unpriced" {
  instance_type = var.type
}
variable "type" {}
"""


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(TREE)
    (tmp_path / "team.yaml").write_text(TEAM_TAG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def check(*options: str) -> int:
    return program.run(["check", "infra", "--policies", "team.yaml", *options])


def test_the_commonest_reasons_for_a_missing_price_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert check() == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "1 resource unpriced: its instance type is not known: var.type has no value" in said


@pytest.mark.parametrize(
    ("reasons", "last"),
    [
        (6, "unpriced: its instance type is not known: var.type5 has no value"),
        (7, "2 resources unpriced for 2 further reasons"),
    ],
)
def test_reasons_for_a_missing_price_are_counted_where_that_is_shorter(
    reasons: int, last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = [
        f'variable "type{n}" {{}}\nresource "aws_instance" "n{n}" {{ instance_type = var.type{n} }}\n'
        for n in range(reasons)
    ]
    Path("infra/main.tf").write_text('provider "aws" {\n  region = "us-east-1"\n}\n' + "".join(blocks))
    assert check() == 1
    notes = [line for line in capsys.readouterr().out.splitlines() if "unpriced" in line]
    assert notes[-1].endswith(last)


def test_reports_go_where_they_are_sent(capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--format", "json=out.json", "--format", "text=out.txt") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "Failed: 2 violations, 2 blocking (exit 1)\n"
    assert json.loads(Path("out.json").read_text())["summary"]["violations"]["total"] == 2
    assert Path("out.txt").read_text().endswith("Failed: 2 violations, 2 blocking (exit 1)\n")


def test_a_report_that_cannot_be_written_is_a_mistake_before_anything_is_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert check("--format", "json=nowhere/out.json") == 2
    assert "its directory is not there" in capsys.readouterr().err


def test_a_variable_settles_an_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    check("--var", "type=m5.large", "--format", "json")
    summary = json.loads(capsys.readouterr().out)["summary"]
    assert (summary["monthly_cost"]["priced"], summary["monthly_cost"]["unpriced"]) == (2, 0)


def test_no_policy_is_not_a_clean_bill(capsys: pytest.CaptureFixture[str]) -> None:
    Path("none").mkdir()
    assert program.run(["check", "infra", "--policies", "none"]) == 0
    assert "no policy holds here, so nothing can be found wrong" in capsys.readouterr().out


def test_resources_are_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.run(["resources", "infra", "--output", "out.ndjson"]) == 0
    assert capsys.readouterr().out == ""
    rows = [json.loads(line) for line in Path("out.ndjson").read_text().splitlines()]
    assert [row["address"] for row in rows] == ["aws_instance.priced", "aws_instance.unpriced"]
    assert rows[0]["facets"]["cost"]["monthly"]["expected"] is not None
    assert rows[1]["facets"]["cost"]["unpriced"] == "its instance type is not known: var.type has no value"


def test_resources_say_what_could_not_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    Path("infra/broken.tf").write_text('resource "a" {\n')
    assert program.run(["resources", "infra"]) == 3
    assert "not read: infra/broken.tf:1:" in capsys.readouterr().err
    assert program.run(["resources", "infra", "--allow-incomplete"]) == 0
