"""``policies explain``, ``diff`` and ``sync``, as they are typed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from layers.company import ORG, PROJECT, TEAM, Company
from sumptuary.cli.program import run as main
from sumptuary.policy.packs import digest_of, store

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sumptuary(company: Company, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run


def git(directory: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True).stdout.strip()


def test_explain_names_the_layer_of_each_field(sumptuary: Run, company: Company) -> None:
    company.project("[{match: required-tags, set: {severity: critical}}]")
    code, out, _ = sumptuary("policies", "explain", "required-tags", "--now", "2026-11-21")
    assert code == 0
    assert (
        "carried by builtin (built-in), acme (organization), ml (team), sumptuary.yaml (repository); owned by " in out
    )
    assert "ci: soft-mandatory; hard-mandatory from 2027-01-15 (55 days)" in out
    lines = out.splitlines()
    at = lines.index('parameters.tags: ["owner", "product", "model"]')
    assert lines[at + 1].startswith("    ml (team) ")
    assert lines[at + 1].endswith("/team/pack.yaml:8:36")
    assert lines[at + 2].startswith("    over acme /")
    assert lines[at + 2].endswith('/org/pack.yaml:10:9: adds "model"')
    assert lines[at + 3].startswith('    over ["team", "service", "environment", "cost-center"], builtin ')
    at = lines.index("severity: critical")
    assert lines[at + 1] == "    sumptuary.yaml (repository) sumptuary.yaml:6:44"
    assert "acme (organization) leaves to team: parameters.max_ttl" in lines
    assert "acme (organization) leaves to repository: enforcement.stages.pre-commit" in lines, "of this policy alone"
    code, out, _ = sumptuary("policies", "explain", "required-tags", "--format", "json", "--now", "2026-11-21")
    fields = {row["field"]: row for row in json.loads(out)["fields"]}
    assert [over["pack"] for over in fields["parameters.tags"]["over"]] == ["builtin", "acme"]
    assert (fields["enforcement.new_only"]["pack"], fields["enforcement.new_only"]["value"]) == (None, False)


def test_explain_asks_at_a_path(sumptuary: Run, company: Company) -> None:
    company.write("shop/infra/sumptuary.yaml", PROJECT.replace("../team", "builtin"))
    _, here, _ = sumptuary("policies", "explain", "required-tags")
    _, there, _ = sumptuary("policies", "explain", "required-tags", "--at", "infra")
    assert "owned by the layer organization" in here
    assert "owned by the layer repository" in there
    code, _, err = sumptuary("policies", "explain", "required-tgs")
    assert (code, "did you mean `required-tags`?" in err) == (2, True)


def test_diff_says_what_tightens_and_what_loosens(sumptuary: Run, company: Company) -> None:
    code, out, _ = sumptuary("policies", "diff", "../org", "../team")
    assert (code, out.splitlines()) == (
        0,
        [
            "+ oversized-gpu-for-inference: tightens enforcement.default: soft-mandatory to hard-mandatory",
            '+ required-tags: tightens parameters.tags: adds "model"',
            "+ team-tags: added",
            "1 added, 2 tightens in 3 policies",
        ],
    )
    code, out, _ = sumptuary("policies", "diff", "../team", "../org", "--exit-code")
    assert code == 1
    assert "- team-tags: removed" in out
    code, out, _ = sumptuary("policies", "diff", "../org", "../org", "--exit-code")
    assert (code, out) == (0, "no difference\n")


def test_diff_asks_for_a_new_version(sumptuary: Run, company: Company) -> None:
    own = (company.directory / "org/policies/own.yaml").read_text()
    company.write("new.yaml", own.replace("tags: [a]", "tags: [a, b]").replace("id: org-tags", "id: acme-tags"))
    _, out, _ = sumptuary("policies", "diff", "../org/policies/own.yaml", "../new.yaml")
    assert out.splitlines()[:2] == ["+ acme-tags: added", "- org-tags: removed"]
    renamed = (company.directory / "new.yaml").read_text().replace("owner:", "aliases: [org-tags], owner:")
    company.write("new.yaml", renamed)
    _, out, _ = sumptuary("policies", "diff", "../org/policies/own.yaml", "../new.yaml")
    assert '+ acme-tags: tightens parameters.tags: adds "b"' in out
    company.write("new.yaml", own.replace("tags: [a]", "tags: [a, b]"))
    _, out, _ = sumptuary("policies", "diff", "../org/policies/own.yaml", "../new.yaml")
    assert "  org-tags: the version is 1.0.0 in both: a change of what it says raises the minor" in out


def test_diff_against_a_revision(sumptuary: Run, company: Company) -> None:
    company.write("shop/sumptuary.yaml", PROJECT.replace("../team", "builtin"))
    (company.repository / ".git").rmdir()
    git(company.repository, "init", "--quiet", "--initial-branch=main")
    git(company.repository, "add", ".")
    git(company.repository, "commit", "--quiet", "-m", "first")
    company.write(
        "shop/sumptuary.yaml",
        PROJECT.replace("../team", "builtin") + "  overrides: [{match: missing-ttl, set: {parameters.max_ttl: 48h}}]\n",
    )
    code, out, _ = sumptuary("policies", "diff", "main", "--exit-code")
    assert code == 1
    assert out.splitlines()[0] == "- missing-ttl: loosens parameters.max_ttl: 24h to 48h"
    code, _, err = sumptuary("policies", "diff", "none/such")
    assert (code, "git knows no commit by the name `none/such` here" in err) == (2, True)


@pytest.fixture
def upstream(company: Company) -> Path:
    """The organisation's pack in a git of its own, tagged v2.1.0; the team's pack takes it from there."""
    origin = company.directory / "origin"
    (origin / "packs").mkdir(parents=True)
    (company.directory / "org").rename(origin / "packs" / "org")
    (origin / "README.md").write_text("The laws.\n")
    git(origin, "init", "--quiet", "--initial-branch=main")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "-m", "first")
    git(origin, "tag", "v2.1.0")
    named = f'{{pack: "git+file://{origin}#subdirectory=packs/org", version: 2.1.0}}'
    company.write("team/pack.yaml", TEAM.replace("{pack: ../org}", named))
    return origin


def test_sync_brings_and_pins_what_scans_then_read(sumptuary: Run, company: Company, upstream: Path) -> None:
    code, _, err = sumptuary("policies", "list")
    assert (code, "run `sumptuary policies sync`" in err) == (2, True)
    assert sumptuary("policies", "sync", "--check")[0] == 1
    code, out, _ = sumptuary("policies", "sync")
    assert code == 0
    lock = json.loads((company.repository / "sumptuary.lock").read_text())
    assert lock["schema"] == "sumptuary.lock/v1"
    [entry] = lock["packs"]
    assert entry["commit"] == git(upstream, "rev-parse", "v2.1.0")
    assert entry["digest"] == digest_of(str(upstream / "packs" / "org"))
    assert entry["digest"] in out
    assert sumptuary("policies", "sync", "--check")[0] == 0
    code, out, _ = sumptuary("policies", "explain", "required-tags")
    assert (code, "acme (organization)" in out) == (0, True)
    upstream.rename(upstream.parent / "gone")
    assert sumptuary("policies", "list", "--no-cache")[0] == 0
    assert sumptuary("policies", "sync")[0] == 0, "what is pinned and here is not fetched again"


def test_a_moved_tag_is_refused_until_it_is_asked_for(sumptuary: Run, company: Company, upstream: Path) -> None:
    assert sumptuary("policies", "sync")[0] == 0
    before = (company.repository / "sumptuary.lock").read_text()
    pack = upstream / "packs/org/pack.yaml"
    pack.write_text(ORG.replace("[owner, product]", "[owner, product, stage]"))
    git(upstream, "commit", "--quiet", "-am", "second")
    git(upstream, "tag", "--force", "v2.1.0")
    assert sumptuary("policies", "sync")[0] == 0
    assert (company.repository / "sumptuary.lock").read_text() == before
    for path in Path(store()).iterdir():
        for document in path.rglob("*.yaml"):
            document.unlink()
    code, _, err = sumptuary("policies", "sync")
    assert (code, "somebody moved it" in err) == (2, True)
    team = (company.directory / "team/pack.yaml").read_text()
    company.write("team/pack.yaml", team.replace("[owner, product, model]", "[owner, product, stage, model]"))
    code, out, _ = sumptuary("policies", "sync", "--update")
    assert (code, " changed: 2.1.0 " in out, "`sumptuary policies diff " in out) == (0, True, True)
    assert sumptuary("policies", "list")[0] == 0


def test_a_changed_copy_is_not_read(sumptuary: Run, company: Company, upstream: Path) -> None:
    assert sumptuary("policies", "sync")[0] == 0
    [kept] = Path(store()).rglob("pack.yaml")
    kept.write_text(kept.read_text().replace("soft-mandatory", "advisory"))
    code, _, err = sumptuary("policies", "list")
    assert (code, "is not what sumptuary.lock pins" in err) == (2, True)
    assert sumptuary("policies", "sync")[0] == 0
    assert sumptuary("policies", "list")[0] == 0


def test_a_digest_in_the_document_holds(sumptuary: Run, company: Company, upstream: Path) -> None:
    team = (company.directory / "team/pack.yaml").read_text()
    wrong = "sha256:" + "0" * 64
    company.write("team/pack.yaml", team.replace("version: 2.1.0}", f'version: 2.1.0, digest: "{wrong}"}}'))
    code, _, err = sumptuary("policies", "sync")
    assert (code, f"the document wants {wrong}" in err) == (2, True)
    right = digest_of(str(upstream / "packs" / "org"))
    company.write("team/pack.yaml", team.replace("version: 2.1.0}", f'version: 2.1.0, digest: "{right}"}}'))
    assert sumptuary("policies", "sync")[0] == 0


@pytest.mark.parametrize(
    ("pack", "said"),
    [
        ("git+ext::sh -c touch% x/y@main", "a pack from git is pinned"),
        ("git+ext://sh -c touch% x/y@main", "packs are fetched by https://, ssh://, file://"),
        ("git+http://example.org/x@main", "packs are fetched by https://, ssh://, file://"),
        ("git+file:///nowhere/at/all@main", "git has no main there"),
        ("git+file:///nowhere/at/all@--upload-pack=x", "is no reference of git"),
        ("git+file:///nowhere/at/all@main#subdirectory=../x", "inside the repository"),
    ],
)
def test_what_cannot_be_fetched_is_said(sumptuary: Run, company: Company, pack: str, said: str) -> None:
    company.write("shop/sumptuary.yaml", PROJECT.replace("{pack: ../team}", f'{{pack: "{pack}"}}'))
    code, _, err = sumptuary("policies", "sync")
    assert (code, said in err) == (2, True)
    assert not (company.repository / "sumptuary.lock").exists()


def test_links_in_a_fetched_pack_lead_nowhere(sumptuary: Run, company: Company, upstream: Path) -> None:
    secret = company.write("secret.yaml", "a: b\n")
    (upstream / "packs/org/policies/link.yaml").symlink_to(secret)
    git(upstream, "add", ".")
    git(upstream, "commit", "--quiet", "-m", "link")
    git(upstream, "tag", "--force", "v2.1.0")
    sumptuary("policies", "sync")
    assert not list(Path(store()).rglob("link.yaml")) if Path(store()).exists() else True
