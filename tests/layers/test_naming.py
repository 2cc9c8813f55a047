"""How files of packs that came from elsewhere are called, in errors, tables, JSON and pages."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from layers.company import ORG, OWN, PROJECT, TEAM, Company
from layers.test_commands import Run, git, sumptuary
from sumptuary.policy import gather, naming, places
from sumptuary.policy.load import load

__all__ = ["sumptuary"]


@pytest.fixture
def synced(sumptuary: Run, company: Company) -> Path:
    """The organisation's pack in git, which the shop takes and has synced."""
    origin = company.directory / "laws"
    origin.mkdir()
    (company.directory / "org").rename(origin / "org")
    git(origin, "init", "--quiet", "--initial-branch=main")
    release(origin, "v1.0.0")
    adopt(company, origin, "1.0.0")
    assert sumptuary("policies", "sync")[0] == 0
    return origin


def release(origin: Path, tag: str) -> None:
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "-m", tag)
    git(origin, "tag", tag)


def adopt(company: Company, origin: Path, version: str) -> None:
    named = f'{{pack: "git+file://{origin}#subdirectory=org", version: {version}}}'
    company.write("shop/sumptuary.yaml", PROJECT.replace("{pack: ../team}", named))


@pytest.mark.usefixtures("synced")
def test_a_synced_pack_is_called_by_its_name_and_version(sumptuary: Run, company: Company) -> None:
    where = "acme@1.0.0: policies/own.yaml"
    assert f"  written in {where}:1, pack acme (organization)\n" in sumptuary("policies", "explain", "org-tags")[1]
    _, out, _ = sumptuary("policies", "explain", "required-tags")
    assert "    acme (organization) acme@1.0.0: pack.yaml:10:9\n" in out
    assert sumptuary("policies", "show", "org-tags")[1].startswith(f"# {where}:1 (pack acme)\n")
    rows = json.loads(sumptuary("policies", "list", "--format", "json")[1])
    assert [row["path"] for row in rows if row["id"] == "org-tags"] == [where]
    company.write("shop/.sumptuary/own.yaml", OWN.replace("own-tags", "org-tags"))
    _, _, err = sumptuary("policies", "list")
    assert f"'org-tags' is taken already, at {where}:3" in err
    assert str(company.directory / "cache") not in err


def test_what_is_wrong_in_a_synced_pack_is_told_by_its_name(sumptuary: Run, company: Company, synced: Path) -> None:
    (synced / "org/policies/own.yaml").write_text(OWN.replace("severity: low", "severity: lo"))
    (synced / "org/pack.yaml").write_text(ORG.replace("required-tags", "required-tgs"))
    release(synced, "v2.0.0")
    adopt(company, synced, "2.0.0")
    sumptuary("policies", "sync")
    code, out, _ = sumptuary("policies", "validate")
    assert (code, out.count("\nacme@2.0.0: ")) == (2, 2)
    assert "acme@2.0.0: policies/own.yaml:3:" in out
    assert "acme@2.0.0: pack.yaml:11:9: no policy 'required-tgs' holds here" in out
    assert str(company.directory) not in out


def test_sync_tells_what_is_wrong_in_what_it_brought_by_its_address(
    sumptuary: Run, company: Company, synced: Path
) -> None:
    (synced / "org/pack.yaml").write_text(ORG.replace("layer: organization", "layer: organisation"))
    release(synced, "v2.0.0")
    adopt(company, synced, "2.0.0")
    code, _, err = sumptuary("policies", "sync")
    assert (code, "org@2.0.0: pack.yaml:3:" in err) == (2, True)
    assert "cache" not in err


@pytest.mark.usefixtures("synced")
def test_the_compiled_bundle_of_a_synced_pack_is_kept_with_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    first = load()
    monkeypatch.delattr(gather, "gather")  # nothing is compiled from here on
    second = load()
    assert first == second
    (place,) = (policy.place for policy in second.policies if policy.id == "org-tags")
    assert place.path == "acme@1.0.0: policies/own.yaml"
    assert Path(place.lies_at).is_file()


def test_an_installed_pack_is_called_by_its_package(
    sumptuary: Run, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = company.repository / ".venv/site-packages"  # below the working directory, and still nobody's own file
    site.mkdir(parents=True)
    (company.directory / "org").rename(site / "acme_rules")
    (site / "acme_rules-1.0.dist-info").mkdir()
    (site / "acme_rules-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n")
    (site / "acme_rules-1.0.dist-info/entry_points.txt").write_text("[sumptuary.packs]\nacme = acme_rules\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    company.write("shop/sumptuary.yaml", PROJECT.replace("../team", "acme"))
    _, out, _ = sumptuary("policies", "explain", "org-tags")
    assert "  written in package acme_rules: policies/own.yaml:1, pack acme (organization)\n" in out
    company.write("shop/docs/reference/.keep", "")
    assert sumptuary("docs", "--output", "docs/reference")[0] == 0
    page = (company.repository / "docs/reference/policies/org-tags.md").read_text()
    assert "| written in | `package acme_rules: policies/own.yaml` |" in page


@pytest.mark.usefixtures("company")
def test_what_ships_is_called_built_in(sumptuary: Run) -> None:
    _, out, _ = sumptuary("policies", "explain", "missing-ttl", "--format", "json")
    told = json.loads(out)
    assert told["path"] == "built-in: policies/usage-optimization/missing-ttl.yaml"
    assert {row["place"].rpartition(":")[0] for row in told["fields"] if row["pack"] == "builtin"} == {told["path"]}


def test_a_file_of_ones_own_keeps_its_path(sumptuary: Run, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company.write("shop/.sumptuary/own.yaml", OWN)
    assert "written in .sumptuary/own.yaml:1," in sumptuary("policies", "explain", "own-tags")[1]
    assert (
        f"written in {company.directory}/team/policies/own.yaml:1," in sumptuary("policies", "explain", "team-tags")[1]
    )
    monkeypatch.chdir(company.directory)
    company.write("pack.yaml", TEAM.replace("../org", "org").replace("policies/*", "team/policies/*"))
    assert "written in org/policies/own.yaml" in sumptuary("policies", "explain", "org-tags", "--policies", "org")[1]


def test_who_works_on_what_ships_knows_its_files_by_their_paths(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for package, called in (("clone/engine/sumptuary", ""), ("clone/.venv/sumptuary", naming.BUILT_IN)):
        (tmp_path / package / "policy").mkdir(parents=True)
        (tmp_path / package / "policies").mkdir()
        (tmp_path / "clone/policies").mkdir(exist_ok=True)
        monkeypatch.setattr(places, "__file__", str(tmp_path / package / "policy/places.py"))
        monkeypatch.chdir(tmp_path / "clone")
        assert places.builtin_root().called == called
        monkeypatch.chdir(tmp_path / package)  # somewhere else in the same checkout
        assert places.builtin_root().called == called
        monkeypatch.chdir(tmp_path)
        assert places.builtin_root().called == naming.BUILT_IN


@pytest.mark.parametrize(
    ("address", "version", "name", "called"),
    [
        ("git+https://git.example/finops/laws#subdirectory=packs/acme", "3.1.0", "", "acme@3.1.0: "),
        ("git+https://git.example/finops/laws.git@v1.4.0", "", "", "laws@v1.4.0: "),
        ("git+https://git.example/finops/laws@v1.4.0", "1.4.0", "acme-finops", "acme-finops@v1.4.0: "),
        ("git+ssh://git@git.example/laws", "1.0.0", "", "laws@1.0.0: "),
    ],
)
def test_a_pack_out_of_git_is_called_by_what_is_known_of_it(address: str, version: str, name: str, called: str) -> None:
    assert naming.synced(address, version, name) == called
