"""What ``sumptuary.yaml`` says of teams and currency, in the reports that people and machines read."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sumptuary.cli import program

SCHEMA = json.loads((files("sumptuary.reports") / "report.v1.schema.json").read_text(encoding="utf-8"))
ROWS = json.loads((files("sumptuary.reports") / "resource.v1.schema.json").read_text(encoding="utf-8"))
PROJECT = "apiVersion: sumptuary/v1\nkind: Project\nmetadata: {name: shop}\nspec:\n"
EUROS = '  currency: {code: EUR, rate: "0.5", as_of: 2026-11-20, source: treasury}\n'
POLICY = """\
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: small, version: 1.0.0, title: Inference is small, severity: high, category: rightsizing, owner: "@f"}
spec:
  description: Large accelerators serve little.
  select: {kinds: [compute.instance]}
  rule: gpu-rightsizing
  parameters: {allowed_accelerators: [T4, L4, A10G]}
  message: "{{ resource.address }} could save {{ savings.monthly | money }}"
  enforcement: {default: soft-mandatory, environments: {production: hard-mandatory}}
"""
MAIN = """\
provider "aws" {
  region = "us-east-1"
}
resource "aws_instance" "chat" {
  instance_type = "p4d.24xlarge"
  tags = { workload_type = "inference", squad = "search" }
}
"""


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "live" / "prod").mkdir(parents=True)
    (tmp_path / "live" / "prod" / "main.tf").write_text(MAIN)
    (tmp_path / "small.yaml").write_text(POLICY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def say(spec: str) -> None:
    Path("sumptuary.yaml").write_text(PROJECT + spec)


def ran(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    capsys.readouterr()
    program.run(["check", "--policies", "small.yaml", "--now", "2026-11-21", *options])
    said = capsys.readouterr()
    assert said.out, said.err
    return said.out


def report(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran(capsys, "--format", "json", *options))
    jsonschema.validate(found, SCHEMA)
    return found


def figures(found: dict[str, Any]) -> list[Decimal]:
    summary, (row,) = found["summary"], found["violations"]
    spans = [summary["monthly_cost"], summary["monthly_savings"]]
    spans += [row["savings"]["standalone"], row["savings"]["attributed"]]
    return [Decimal(span[name]) for span in spans for name in ("low", "expected", "high")]


def test_figures_are_shown_in_the_projects_currency_and_prices_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    dollars = report(capsys)
    assert "currency" not in dollars
    say(EUROS)
    euros = report(capsys)
    for shown, exact in zip(figures(euros), figures(dollars), strict=True):
        assert abs(shown - exact / 2) <= Decimal("0.01")
    assert euros["currency"] == {"code": "EUR", "rate": "0.5", "as_of": "2026-11-20", "source": "treasury"}
    (row,), (before,) = euros["violations"], dollars["violations"]
    codes = (euros["summary"]["monthly_cost"], euros["summary"]["monthly_savings"], row["savings"])
    assert {one["currency"] for one in codes} == {"EUR"}
    assert row["savings"]["prices"] == before["savings"]["prices"]
    assert {price["currency"] for price in row["savings"]["prices"]} == {"USD"}
    assert row["message"] == before["message"]
    assert "$" in row["message"]
    assert row["fingerprint"] == before["fingerprint"]


def test_every_output_says_the_currency_and_its_rate(capsys: pytest.CaptureFixture[str]) -> None:
    say(EUROS)
    rate = "EUR at 0.5 for a US dollar, as of 2026-11-20 (treasury)"
    for output, amount in (("text", "€"), ("markdown", "€"), ("sarif", "€"), ("junit", "€"), ("gitlab", "€")):
        said = ran(capsys, "--format", output)
        assert amount in said or "\\u20ac" in said, output
        if output in ("text", "markdown", "sarif"):
            assert rate in " ".join(said.split()).replace("\\", ""), output
    quiet = ran(capsys, "--quiet")
    assert "€" in quiet.splitlines()[0]


def test_limits_and_history_stay_in_dollars(capsys: pytest.CaptureFixture[str]) -> None:
    say("  baseline: known.json\n" + EUROS)
    program.run(["baseline", "--policies", "small.yaml", "--now", "2026-11-21"])
    (row,) = json.loads(Path("known.json").read_text())["findings"]
    assert Decimal(row["monthly_cost"]) == Decimal(report(capsys)["summary"]["monthly_cost"]["expected"]) * 2
    ran(capsys, "--history", "runs.sqlite", "--no-baseline")
    program.run(["history", "--history", "runs.sqlite", "--format", "json"])
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert "EUR" not in json.dumps(run)


def test_an_old_rate_is_said_to_be_old(capsys: pytest.CaptureFixture[str]) -> None:
    say(EUROS.replace("2026-11-20", "2026-01-20"))
    assert "as of 2026-01-20, 305 days ago (treasury)" in report(capsys)["coverage"]["notes"][0]


@pytest.mark.parametrize(
    ("currency", "said"),
    [
        ('{code: EUR, rate: "0", as_of: 2026-11-20, source: t}', "the rate is 0"),
        ('{code: USD, rate: "2", as_of: 2026-11-20, source: t}', "amounts are in USD already"),
        ("{code: EUR, rate: 0.92, as_of: 2026-11-20, source: t}", "rate"),
        ('{code: euro, rate: "1", as_of: 2026-11-20, source: t}', "code"),
        ('{code: EUR, rate: "1", source: t}', "as_of"),
    ],
)
def test_a_currency_that_makes_no_sense_is_a_mistake(
    currency: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say(f"  currency: {currency}\n")
    assert program.run(["check", "--policies", "small.yaml"]) == 2
    assert said in capsys.readouterr().err


def test_the_tag_that_names_a_team_is_the_projects_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    say('  teams: {from: ["tag:squad"], infer: {ml: "live/**"}}\n')
    assert resources(capsys)["team"] == "search"
    say('  teams: {infer: {ml: "live/**"}}\n')
    told = resources(capsys)
    assert (told["team"], told["inferred"]) == ("ml", {"team": "no tag says: by its directory, live/prod"})
    jsonschema.validate(told, ROWS)


def resources(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    program.run(["resources"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_what_hangs_on_an_inferred_environment_is_less_certain(capsys: pytest.CaptureFixture[str]) -> None:
    tagged = POLICY.replace("gpu-rightsizing", "required-tags")
    Path("small.yaml").write_text(tagged.replace("{allowed_accelerators: [T4, L4, A10G]}", "{tags: [owner]}"))
    (row,) = report(capsys)["violations"]
    assert (row["enforcement"], row["confidence"]) == ("soft-mandatory", "high")
    say('  environments: {infer: {production: "*/prod/*"}}\n')
    found = report(capsys)
    (row,) = found["violations"]
    assert (row["enforcement"], row["confidence"]) == ("hard-mandatory", "medium")
    assert row["evidence"]["environment"] == "production (no tag says: by its directory, live/prod)"
    note = "no tag says the environment of 1 resource: taken to be production, by its path (*/prod/*)"
    assert note in found["coverage"]["notes"]
    program.run(["resources"])
    Path("rows.ndjson").write_text(capsys.readouterr().out)
    assert report(capsys, "rows.ndjson")["violations"] == found["violations"]
