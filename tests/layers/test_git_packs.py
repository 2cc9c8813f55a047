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
    assert 'pack.yaml:10:9: adds "product", "model"\n' in sumptuary("policies", "explain", "required-tags")[1]


def test_none_leads_out_of_the_repository(sumptuary: Run, company: Company, laws: Path) -> None:
    (laws / "teams/ml/pack.yaml").write_text(TEAM.replace("../org", "../../../org"))
    release(laws, "v1.0.0")
    code, _, err = sumptuary("policies", "sync")
    assert (code, "'../../../org' leads out of the repository of git+file://" in err) == (2, True)
    assert "hint: give the address of the other repository in full" in err


def test_diff_against_a_revision_in_a_repository_of_packs(
    sumptuary: Run, laws: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (laws / "org/pack.yaml").write_text(ORG.replace("[owner, product]", "[owner, product, stage]"))
    ml = (laws / "teams/ml/pack.yaml").read_text()
    (laws / "teams/ml/pack.yaml").write_text(ml.replace("product, model", "product, stage, model"))
    monkeypatch.chdir(laws)
    stage = '+ required-tags: tightens parameters.tags: adds "stage"'
    assert stage in sumptuary("policies", "diff", "v1.0.0", "org")[1]
    assert stage in sumptuary("policies", "diff", "v1.0.0:org", "org")[1]
    assert sumptuary("policies", "diff", "org", "v1.0.0")[1].startswith("- required-tags: loosens parameters.tags")
    release(laws, "v1.1.0")
    assert 'tags: adds "stage"' in sumptuary("policies", "diff", "v1.0.0:teams/ml", "v1.1.0:teams/ml")[1]
    monkeypatch.chdir(laws / "org")
    assert stage in sumptuary("policies", "diff", "v1.0.0")[1]


def test_diff_never_says_that_packs_agree_which_it_did_not_compare(
    sumptuary: Run, laws: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(laws)
    code, out, err = sumptuary("policies", "diff", "v1.0.0")
    assert (code, out) == (2, "")
    assert "no pack of this checkout was compared\n  hint: name the pack: sumptuary policies diff v1.0.0 org" in err
    code, _, err = sumptuary("policies", "diff", "v1.0.0:orgs", "org")
    assert (code, "orgs: it is not there at v1.0.0" in err) == (2, True)


def test_a_fresh_machine_has_what_the_base_pins_too(
    sumptuary: Run, company: Company, laws: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (company.repository / ".git").rmdir()
    git(company.repository, "init", "--quiet", "--initial-branch=main")
    assert sumptuary("policies", "sync")[0] == 0
    git(company.repository, "add", ".")
    git(company.repository, "commit", "--quiet", "-m", "first")
    (laws / "org/pack.yaml").write_text(ORG.replace("soft-mandatory", "hard-mandatory"))
    release(laws, "v2.0.0")
    adopt(company, laws, "2.0.0")
    code, out, _ = sumptuary("policies", "sync")
    assert (code, "#subdirectory=org changed: 1.0.0 " in out) == (0, True), "an upgrade tells what it does"
    assert "+ required-tags: tightens enforcement.default: soft-mandatory to hard-mandatory" in out
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "fresh"))
    lock = (company.repository / "sumptuary.lock").read_bytes()
    assert sumptuary("policies", "sync")[0] == 0
    assert "is not on this machine" in " ".join(sumptuary("check", "--base", "main")[1].split())
    assert sumptuary("policies", "sync", "--base", "main")[0] == 0
    assert (company.repository / "sumptuary.lock").read_bytes() == lock
    assert "is not on this machine" not in " ".join(sumptuary("check", "--base", "main")[1].split())


def test_what_is_set_of_a_pack_that_is_not_here_is_no_second_mistake(
    sumptuary: Run, company: Company, laws: Path
) -> None:
    project = (company.repository / "sumptuary.yaml").read_text()
    overrides = "  overrides: [{match: org-tags, set: {severity: high}}]\n"
    (company.repository / "sumptuary.yaml").write_text(project + overrides)
    code, _, err = sumptuary("policies", "list")
    assert (code, "is not in sumptuary.lock" in err, "no policy" in err) == (2, True, False)
    assert sumptuary("policies", "sync")[0] == 0
    (company.repository / "sumptuary.yaml").write_text(project + overrides.replace("org-tags", "org-tgs"))
    assert "no policy 'org-tgs' holds here; did you mean 'org-tags'?" in sumptuary("policies", "list")[2]
