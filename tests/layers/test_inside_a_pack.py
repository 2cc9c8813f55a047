"""What ``policies`` shows inside a pack that no repository's documents stand around."""

from __future__ import annotations

import json

import pytest

from layers.company import OWN, Company
from layers.test_commands import Run, sumptuary

__all__ = ["sumptuary"]


@pytest.mark.parametrize("directory", [".", "policies"])
def test_the_pack_that_stands_here_is_shown_with_what_ships(
    sumptuary: Run, company: Company, monkeypatch: pytest.MonkeyPatch, directory: str
) -> None:
    (company.directory / "org/.git").mkdir()
    monkeypatch.chdir(company.directory / "org" / directory)
    code, out, err = sumptuary("policies", "list", "--format", "json")
    held = {row["id"]: row["path"] for row in json.loads(out)}
    assert (code, {"org-tags", "missing-ttl"} <= set(held)) == (0, True)
    path = "." if directory == "." else ".."
    assert err == f"with the pack that stands here; `sumptuary check` takes it by --policies {path}\n"
    code, out, _ = sumptuary("policies", "explain", "required-tags")
    assert (code, 'parameters.tags: ["owner", "product"]\n    acme (organization) ' in out) == (0, True)
    assert sumptuary("policies", "show", "org-tags")[0] == 0


def test_what_ships_is_there_also_where_the_pack_does_not_extend_it(
    sumptuary: Run, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.write("alone/pack.yaml", "apiVersion: sumptuary/v1\nkind: Pack\nmetadata: {name: alone}\n")
    company.write("alone/own.yaml", OWN)
    monkeypatch.chdir(company.directory / "alone")
    _, out, _ = sumptuary("policies", "list")
    assert "\nown-tags " in out
    assert "\nmissing-ttl " in out


def test_explain_asks_in_the_pack_of_a_path(sumptuary: Run, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(company.directory)
    code, out, err = sumptuary("policies", "explain", "org-tags", "--at", "org")
    assert (code, "written in org/policies/own.yaml:1, pack acme (organization)" in out) == (0, True)
    assert "--policies org" in err


def test_packs_that_lie_below_are_named(sumptuary: Run, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(company.directory)
    code, out, err = sumptuary("policies", "list")
    assert (code, "org-tags" in out) == (0, False)
    assert err == "without the packs that lie in this directory: --policies org shows one\n"


def test_a_repository_shows_what_it_names_itself(sumptuary: Run, company: Company) -> None:
    company.write("shop/pack.yaml", "apiVersion: sumptuary/v1\nkind: Pack\nmetadata: {name: unused}\nspec: {}\n")
    code, out, err = sumptuary("policies", "list")
    assert (code, "team-tags" in out, err) == (0, True, "")
    assert sumptuary("policies", "list", "--policies", "../org")[2] == ""


def test_validate_reads_the_pack_that_it_stands_in(
    sumptuary: Run, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    (company.directory / "org/.git").mkdir()
    company.write("org/policies/own.yaml", OWN.replace("severity: low", "severity: lo"))
    monkeypatch.chdir(company.directory / "org/policies")
    code, out, _ = sumptuary("policies", "validate")
    assert (code, "'lo' is not known" in out) == (2, True)
