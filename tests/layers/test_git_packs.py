"""Packs of one git repository that name each other, and what ``policies diff`` says in such a repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layers.company import ORG, PROJECT, TEAM, Company
from layers.test_commands import Run, git, sumptuary

__all__ = ["sumptuary"]


@pytest.fixture
def laws(company: Company) -> Path:
    """Both packs in one repository, tagged v1.0.0, the team's at teams/ml; the shop takes the team's."""
    origin = company.directory / "laws"
    (origin / "teams").mkdir(parents=True)
    (company.directory / "org").rename(origin / "org")
    (company.directory / "team").rename(origin / "teams" / "ml")
    (origin / "teams/ml/pack.yaml").write_text(TEAM.replace("../org", "../../org"))
    git(origin, "init", "--quiet", "--initial-branch=main")
    release(origin, "v1.0.0")
    adopt(company, origin, "1.0.0")
    return origin


def release(origin: Path, tag: str) -> None:
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "--allow-empty", "-m", tag)
    git(origin, "tag", "--force", tag)


def adopt(company: Company, origin: Path, version: str, pack: str = "teams/ml") -> None:
    named = f'{{pack: "git+file://{origin}#subdirectory={pack}", version: {version}}}'
    company.write("shop/sumptuary.yaml", PROJECT.replace("{pack: ../team}", named))


def test_a_pack_takes_the_one_beside_it_at_the_same_version(sumptuary: Run, company: Company, laws: Path) -> None:
    assert sumptuary("policies", "sync")[0] == 0
    lock = json.loads((company.repository / "sumptuary.lock").read_text())
    assert [(one["pack"].partition("#")[2], one["version"]) for one in lock["packs"]] == [
        ("subdirectory=org", "1.0.0"), ("subdirectory=teams/ml", "1.0.0")
    ]  # fmt: skip
    assert sumptuary("policies", "sync", "--check") == (0, "", "")
    code, out, _ = sumptuary("policies", "explain", "required-tags")
    assert (code, "acme (organization), ml (team)" in out) == (0, True)
    (laws / "org/pack.yaml").write_text(ORG.replace("[owner, product]", "[owner]"))
    release(laws, "v2.0.0")
    adopt(company, laws, "2.0.0")
    assert sumptuary("policies", "sync", "--check")[0] == 1
    assert sumptuary("policies", "sync")[0] == 0
    assert 'over ["owner"], acme' in sumptuary("policies", "explain", "required-tags")[1]


def test_none_leads_out_of_the_repository(sumptuary: Run, company: Company, laws: Path) -> None:
    (laws / "teams/ml/pack.yaml").write_text(TEAM.replace("../org", "../../../org"))
    release(laws, "v1.0.0")
    code, _, err = sumptuary("policies", "sync")
    assert (code, "'../../../org' leads out of the repository of git+file://" in err) == (2, True)
    assert "hint: give the address of the other repository in full" in err
