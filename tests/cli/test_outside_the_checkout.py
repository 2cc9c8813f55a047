"""What a change names beside its checkout (packs, keys, a baseline) decides nothing for it as long as it is new."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checkouts import GOOD, PROVIDER, SPEND, TERMS, Repository, instance

WAIVER = """\
apiVersion: sumptuary/v1
kind: Waiver
metadata: {id: w}
spec:
  policies: [team-tag]
  target: {address: aws_instance.new}
  reason: An experiment.
  owner: "@ml"
  approver: "@finops"
  granted: 2026-11-10
  expires: 2026-12-08
"""
BAD = PROVIDER + instance("new")
MERGED = "counts once it is merged"


def pack(name: str, layer: str, extends: str = "", rest: str = "") -> str:
    return (
        f"apiVersion: sumptuary/v1\nkind: Pack\nmetadata: {{name: {name}, layer: {layer}}}\n"
        f"spec: {{extends: [{extends}]{rest}}}\n"
    )


def project(*packs: str, more: str = "") -> str:
    named = ", ".join(f"{{pack: {one}}}" for one in packs)
    return f"apiVersion: sumptuary/v1\nkind: Project\nmetadata: {{name: n}}\nspec:\n  packs: [{named}]\n{more}"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One whose organisation's pack lies beside it, named by the project or given by the pipeline."""
    found = Repository(tmp_path)
    shutil.rmtree(found.policies)
    found.policies.mkdir()
    (found.policies / "pack.yaml").write_text(pack("acme", "organization"))
    (found.policies / "team.yaml").write_text(TERMS.replace("soft-mandatory", "hard-mandatory"))
    other = tmp_path / "other"
    other.mkdir()
    (other / "pack.yaml").write_text(pack("other", "organization"))
    (other / "w.yaml").write_text(WAIVER)
    return found


def test_a_waiver_of_a_pack_that_the_change_adds_counts_once_it_is_merged(repository: Repository) -> None:
    repository.commit({"main.tf": PROVIDER, "sumptuary.yaml": project("../policies")})
    repository.write({"main.tf": BAD, "sumptuary.yaml": project("../policies", "../other")})
    report = repository.report()
    assert (report.code, report.statuses()) == (1, {"aws_instance.new": "fail"})
    assert f"the waiver w (../other/w.yaml:1) {MERGED}" in report.notes.replace(str(repository.root.parent), "..")


def test_a_pack_that_only_the_repository_names_is_no_organization_beside_the_one_that_is_given(
    repository: Repository,
) -> None:
    repository.commit({"main.tf": BAD, "sumptuary.yaml": project("../other")})
    repository.write({"more.tf": instance("more", tags=GOOD)})
    ran = repository.run("--format", "json", base="HEAD")
    rows = json.loads(ran.stdout)["violations"]
    assert {row["status"] for row in rows if row["policy"] == "team-tag"} == {"baselined"}
    assert "only a waiver in a pack of the organization does" in ran.stdout


def test_keys_outside_of_the_checkout_are_those_that_the_base_names(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")
    (repository.policies / "team.yaml").write_text(SPEND)
    repository.commit({"main.tf": PROVIDER, "sumptuary.yaml": project()})
    approval = (
        "apiVersion: sumptuary/v1\nkind: Approval\nmetadata: {id: a}\nspec:\n  scope: {team: '*'}\n"
        "  limit: {amount: '99999', per: month}\n  approvers: ['@vp']\n  reason: r\n  expires: 2026-12-05\n"
        "  signature: x\n"
    )
    repository.commit({".sumptuary/a.yaml": approval})
    repository.write({"sumptuary.yaml": project(more=f"  signers: {tmp_path}/keys\n")})
    assert "there is no file of allowed signers" in repository.report().notes
    repository.commit()
    assert "there is no file of allowed signers" not in repository.report().notes
    repository.commit({"sumptuary.yaml": project(more="  signers: ../keys\n")})
    assert "there is no file of allowed signers" not in repository.report().notes


def test_a_change_that_names_another_baseline_is_held_against_that_of_the_base(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit({"main.tf": PROVIDER})
    repository.write({"main.tf": BAD})
    command = ["baseline", "--policies", str(repository.policies), "--now", "2026-11-21", "--output", f"{tmp_path}/b"]
    subprocess.run(
        [sys.executable, "-m", "sumptuary", *command], cwd=repository.root, env=repository.environment, check=True
    )
    repository.write({"sumptuary.yaml": project(more=f"  baseline: {tmp_path}/b\n")})
    assert repository.report().statuses() == {"aws_instance.new": "fail"}
    shutil.copy(tmp_path / "b", repository.root / "fixture.json")
    (repository.root / "main.tf").write_text(PROVIDER)
    (repository.root / "sumptuary.yaml").unlink()
    repository.commit()
    repository.write({"main.tf": BAD, "sumptuary.yaml": project(more="  baseline: fixture.json\n")})
    report = repository.report()
    assert report.statuses() == {"aws_instance.new": "fail"}
    assert "the baseline fixture.json counts once the change is merged" in report.notes
    (repository.root / "main.tf").write_text(PROVIDER)
    repository.commit()
    repository.write({"main.tf": BAD})
    assert repository.report().statuses() == {"aws_instance.new": "baselined"}


def test_packs_beside_the_checkout_are_found_for_the_base_too(repository: Repository) -> None:
    (repository.policies / "team.yaml").write_text(TERMS.replace("id: team-tag", "id: other-tag"))
    (repository.root.parent / "law").mkdir()
    (repository.root.parent / "law" / "pack.yaml").write_text(pack("law", "organization"))
    (repository.root.parent / "law" / "team.yaml").write_text(TERMS)
    repository.commit({"main.tf": PROVIDER, "sumptuary.yaml": project("../law")})
    repository.write({"sumptuary.yaml": project()})
    assert "this change loosens the policies it is judged by: team-tag is gone" in repository.report().notes


def test_where_no_laws_stood_none_is_loosened(repository: Repository) -> None:
    shutil.rmtree(repository.policies)
    repository.policies = repository.root / "laws"
    repository.commit({"main.tf": PROVIDER})
    repository.write({"laws/team.yaml": TERMS})
    assert repository.report().notes == ""


def test_a_base_whose_laws_cannot_be_read_is_told(repository: Repository) -> None:
    repository.commit({"main.tf": PROVIDER, "sumptuary.yaml": project("../not-here")})
    repository.write({"sumptuary.yaml": project()})
    notes = repository.report().notes
    assert "there is no pack '../not-here'" in notes
    assert "whether this change loosens the policies that it is judged by cannot be told" in notes


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("  exclude: ['infra/**']\n", "exclude"),
        ("  environments: {infer: {production: '*'}}\n", "environments"),
        ("  facts: {environment: [stage]}\n", "facts"),
        ("  context: {aws: {region: eu-west-1}}\n", "context"),
        ("  teams: {infer: {ml: '*'}}\n", "teams"),
    ],
)
def test_settings_that_a_change_makes_are_told(repository: Repository, setting: str, name: str) -> None:
    repository.commit({"main.tf": PROVIDER, "sumptuary.yaml": project()})
    repository.write({"sumptuary.yaml": project(more=setting)})
    mark = "this change alters the settings that it is judged by"
    assert f"{mark}: {name} (sumptuary.yaml)" in repository.report().notes
    repository.commit()
    repository.write({"a.tf": instance("a", tags=GOOD)})
    assert mark not in repository.report().notes


def test_prices_that_a_change_makes_are_told(repository: Repository) -> None:
    row = "provider,sku,region,unit_price,source,as_of\naws,m5.large,us-east-1,{},contract,2026-11-01\n"
    settings = {"sumptuary.yaml": project(more="  prices: prices.csv\n")}
    repository.commit({"main.tf": PROVIDER, "prices.csv": row.format("0.09"), **settings})
    assert "alters the settings" not in repository.report().notes
    repository.write({"prices.csv": row.format("0.0001")})
    assert "this change alters the settings that it is judged by: prices (prices.csv)" in repository.report().notes
