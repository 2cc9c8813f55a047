"""Waivers and approvals in whole runs on real repositories: what the base says counts, and what the ledger tells."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from checkouts import APPROVAL, GOOD, PROVIDER, SPEND, TERMS, Report, Repository, instance


def waiver(address: str = "aws_instance.new", name: str = "w", more: str = "", **changes: str) -> str:
    fields = {"owner": "@ml", "approver": "@finops", "granted": "2026-11-10", "expires": "2026-12-08", **changes}
    return (
        f"apiVersion: sumptuary/v1\nkind: Waiver\nmetadata: {{id: {name}}}\nspec:\n  policies: [team-tag]\n"
        f"  target: {{address: {address}}}\n  reason: An experiment.\n"
        + "".join(f'  {key}: "{value}"\n' if "@" in value else f"  {key}: {value}\n" for key, value in fields.items())
        + more
    )


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One whose policies can be waived: one is given by the pipeline, nothing stands in the checkout."""
    found = Repository(tmp_path)
    (found.policies / "team.yaml").write_text(TERMS)
    return found


def new(repository: Repository, *options: str) -> tuple[dict[str, str], str]:
    """The statuses of team-tag, and the notes."""
    report = repository.report(*options)
    return report.statuses(), report.notes


def test_a_waiver_of_the_change_itself_counts_once_it_is_merged(repository: Repository) -> None:
    repository.commit({"main.tf": PROVIDER})
    repository.write({"main.tf": PROVIDER + instance("new"), ".sumptuary/w.yaml": waiver()})
    report = repository.report()
    assert (report.code, report.statuses()) == (1, {"aws_instance.new": "fail"})
    assert "the waiver w (.sumptuary/w.yaml:1) counts once it is merged" in report.notes
    repository.git("add", ".sumptuary")
    repository.git("commit", "--quiet", "--message", "Merged")
    report = repository.report()
    assert (report.code, report.statuses()) == (0, {"aws_instance.new": "waived"})
    assert report.document["summary"]["waived"] == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expires": "2026-12-09"}, "counts once it is merged"),
        ({"approver": "@ml2"}, "counts once it is merged"),
    ],
)
def test_a_change_of_a_waiver_counts_for_nothing(repository: Repository, change: dict[str, str], said: str) -> None:
    repository.commit({"main.tf": PROVIDER, ".sumptuary/w.yaml": waiver()})
    repository.write({"main.tf": PROVIDER + instance("new"), ".sumptuary/w.yaml": waiver(**change)})
    statuses, notes = new(repository)
    assert statuses == {"aws_instance.new": "waived"}
    assert said in notes


def test_a_waiver_that_the_change_removes_still_holds_for_it(repository: Repository) -> None:
    repository.commit({"main.tf": PROVIDER, ".sumptuary/w.yaml": waiver()})
    (repository.root / ".sumptuary" / "w.yaml").unlink()
    repository.write({"main.tf": PROVIDER + instance("new")})
    assert new(repository)[0] == {"aws_instance.new": "waived"}


def test_who_may_waive_is_read_from_the_base_too(repository: Repository) -> None:
    """The policy stands in the checkout, and the change names another approver, for whom a waiver waits at the base."""
    policies = {".sumptuary/team.yaml": TERMS.replace("soft-mandatory", "hard-mandatory")}
    repository.commit({"main.tf": PROVIDER, ".sumptuary/w.yaml": waiver(approver="@me"), **policies})
    (repository.policies / "team.yaml").write_text(SPEND.replace("hard-mandatory", "advisory"))
    opened = {".sumptuary/team.yaml": policies[".sumptuary/team.yaml"].replace('["@finops"]', '["@finops", "@me"]')}
    repository.write({"main.tf": PROVIDER + instance("new"), **opened})
    statuses, notes = new(repository)
    assert statuses == {"aws_instance.new": "fail"}
    assert "@me may not waive it; @finops may" in notes
    repository.commit()
    repository.write({"more.tf": instance("new2")})
    assert new(repository)[0]["aws_instance.new"] == "waived"


def test_what_the_command_line_tightens_holds_at_the_base_too(repository: Repository) -> None:
    repository.commit({"main.tf": PROVIDER, ".sumptuary/w.yaml": waiver()})
    repository.write({"main.tf": PROVIDER + instance("new")})
    statuses, notes = new(repository, "--set", "team-tag.waivers.max_duration=10d")
    assert statuses == {"aws_instance.new": "fail"}
    assert "it runs for 29 days, and may for 10d" in notes


def test_one_more_than_the_cap_takes_the_waiver_from_all(repository: Repository) -> None:
    capped = waiver("aws_instance.*", more="  max_matches: 1\n")
    repository.commit({"main.tf": PROVIDER + instance("a"), ".sumptuary/w.yaml": capped})
    assert new(repository)[0] == {"aws_instance.a": "waived"}
    repository.write({"more.tf": instance("b")})
    statuses, notes = new(repository)
    assert statuses == {"aws_instance.a": "fail", "aws_instance.b": "fail"}
    assert "it matches 2 violations, and may 1 (max_matches)" in notes


def check(repository: Repository, *options: str) -> Report:
    """A run without a base, as from the ledger's readers' view."""
    import json
    import sys

    command = [sys.executable, "-m", "sumptuary", "check", "--now", "2026-11-21", "--format", "json", *options]
    ran = subprocess.run(
        command, cwd=repository.root, env=repository.environment, capture_output=True, text=True, check=False
    )
    document = json.loads(ran.stdout)
    return Report({**document, "comparison": {}}, ran.returncode)


def test_unused_is_said_of_a_whole_run_and_of_no_other(repository: Repository) -> None:
    repository.write({"main.tf": PROVIDER, "a/main.tf": instance("a"), ".sumptuary/t.yaml": TERMS})
    repository.write({".sumptuary/w.yaml": waiver(), "a/.sumptuary/w.yaml": waiver(name="inner")})
    unused = "matches nothing that was found"
    assert check(repository).notes.count(unused) == 1
    assert check(repository, "a").notes.count("the waiver inner (a/.sumptuary/w.yaml:1) " + unused) == 1
    assert check(repository, "a").notes.count(unused) == 1
    assert unused not in check(repository, "main.tf").notes
    repository.write({"broken.tf": 'resource "x" {'})
    assert unused not in check(repository).notes


def test_pointers_are_held_against_the_waivers(repository: Repository) -> None:
    repository.write({".sumptuary/t.yaml": TERMS, ".sumptuary/w.yaml": waiver()})
    held = "# sumptuary:waiver w\n" + instance("new")
    stale = "# sumptuary:waiver w\n" + instance("good", tags=GOOD)
    typing = "# sumptuary:waiver ww\n" + instance("other", tags=GOOD)
    repository.write({"a.tf": PROVIDER + held, "b.tf": stale, "c.tf": typing})
    repository.write(
        {"pod.yaml": "# sumptuary:waiver gone\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n"}
    )
    report = check(repository)
    notes = [note for note in report.notes.splitlines() if "points to" in note]
    assert notes == [
        "b.tf:1 points to the waiver w, which covers no finding of this block",
        "c.tf:1 points to the waiver ww, which is not there; did you mean 'w'?",
        "pod.yaml:1 points to the waiver gone, which is not there",
    ]
    assert [note for note in check(repository, "b.tf").notes.splitlines() if "points to" in note] == notes[:1]


def test_a_pointer_grants_nothing(repository: Repository) -> None:
    repository.write({".sumptuary/t.yaml": TERMS, "a.tf": PROVIDER + "# sumptuary:waiver w\n" + instance("new")})
    assert check(repository).statuses() == {"aws_instance.new": "fail"}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("there is no ssh-keygen here")
    path = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "vp", "-f", str(path)], check=True)
    return path


def approve(repository: Repository, *options: str, base: str = "HEAD") -> subprocess.CompletedProcess[str]:
    import sys

    command = [sys.executable, "-m", "sumptuary", "approve", "--policies", str(repository.policies)]
    command += [
        "--base",
        base,
        "--now",
        "2026-11-21",
        "--approver",
        "@vp",
        "--reason",
        "Spring.",
        "--for",
        "30d",
        *options,
    ]
    return subprocess.run(
        command, cwd=repository.root, env=repository.environment, capture_output=True, text=True, check=False
    )


TWO = SPEND.replace('[{above: "0", from: ["@vp"], signed: true}]', '[{above: "0", from: ["@vp", "@finops"], min: 2}]')
PENDING = APPROVAL.replace("more-gpus", "first")


@pytest.mark.parametrize(
    ("approval", "named"),
    [
        (PENDING, True),
        (PENDING.replace('team: "*"', "team: web"), False),
        (PENDING.replace('team: "*"', "team: ml"), False),
        (PENDING.replace("per: month", "per: run"), False),
        (PENDING.replace("2026-12-31", "2026-01-31"), False),
        (PENDING + f'  plan_digest: "sha256:{"0" * 64}"\n', False),
    ],
)
def test_an_approval_that_is_there_and_not_in_the_base_is_named(
    repository: Repository, approval: str, named: bool
) -> None:
    (repository.policies / "team.yaml").write_text(TWO)
    repository.commit({"main.tf": PROVIDER})
    repository.write({"main.tf": PROVIDER + instance("new", "p4d.24xlarge", GOOD), ".sumptuary/first.yaml": approval})
    said = "the approval first (.sumptuary/first.yaml:1) of @finops up to $50,000.00 a month is for this too, and does "
    said += "not count yet: it is not in HEAD\n"
    ran = approve(repository)
    assert (ran.returncode, said in ran.stdout + ran.stderr) == (0, named), ran.stderr
    repository.git("add", ".sumptuary")
    repository.git("commit", "--quiet", "--message", "The first of two")
    assert "is for this too" not in approve(repository, "--force").stdout, "what counts is no longer pending"


def test_an_approval_that_does_not_help_names_what_would(repository: Repository) -> None:
    (repository.policies / "team.yaml").write_text(TWO.replace('"@vp"', '"@cfo"'))
    repository.commit({"main.tf": PROVIDER})
    repository.write({"main.tf": PROVIDER + instance("new", "p4d.24xlarge", GOOD), ".sumptuary/first.yaml": PENDING})
    ran = approve(repository)
    assert (ran.returncode, "it would not help, so nothing was written" in ran.stderr) == (2, True)
    assert "\n  hint: the approval first (.sumptuary/first.yaml:1) of @finops " in ran.stderr


def test_the_signers_are_read_from_the_base(repository: Repository, key: Path) -> None:
    (repository.policies / "team.yaml").write_text(SPEND)
    signers = f"@vp {key.with_suffix('.pub').read_text()}"
    dear = PROVIDER + instance("new", "p4d.24xlarge", GOOD)
    repository.commit({"main.tf": PROVIDER})
    repository.write({"main.tf": dear, ".sumptuary/allowed_signers": signers})
    assert "there is no file of allowed signers" in approve(repository, "--sign", str(key)).stderr
    repository.git("add", ".sumptuary")
    repository.git("commit", "--quiet", "--message", "Who may sign")
    ran = approve(repository, "--sign", str(key))
    assert ran.returncode == 0, ran.stderr
    assert "signed" in ran.stdout
    assert repository.report().code == 1, "what is signed counts no sooner than what is not"
    repository.git("add", ".sumptuary")
    repository.git("commit", "--quiet", "--message", "Approved")
    assert repository.report().statuses("spend") == {"change.set": "approved"}
    (written,) = (repository.root / ".sumptuary" / "approvals").iterdir()
    written.write_text(written.read_text().replace('"16030"', '"99999"'))
    repository.git("commit", "--quiet", "--message", "Forged", "--", ".sumptuary")
    report = repository.report()
    assert report.statuses("spend") == {"change.set": "fail"}
    assert "does not count as @vp's: the signature is not good" in report.notes


def test_an_approval_without_the_signature_that_is_asked_for_is_not_written(repository: Repository) -> None:
    (repository.policies / "team.yaml").write_text(SPEND)
    repository.commit({"main.tf": PROVIDER}).write({"main.tf": PROVIDER + instance("new", "p4d.24xlarge", GOOD)})
    ran = approve(repository)
    assert ran.returncode == 2
    assert "it would not help, so nothing was written" in ran.stderr
    assert "needs @vp, signed" in ran.stderr
    assert not (repository.root / ".sumptuary").exists()
