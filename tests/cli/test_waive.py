"""``sumptuary waive`` and ``approve``: they write what holds, refuse what would not, and overwrite nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from checkouts import GOOD, PROVIDER, TERMS, instance
from sumptuary.cli import program

Run = Callable[..., tuple[int, str, str]]

LAWS = (
    TERMS.replace('["@finops"]', '["@finops", "@leads"]')
    + """\
---
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: spend, version: 1.0.0, title: Spend is approved, severity: high, category: budgeting, owner: "@f"}
spec:
  description: Somebody who owns the money agrees first.
  select: {kinds: [change.set]}
  rule: budget-approval
  parameters:
    scope: team
    monthly_limit: {amount: "1000", currency: USD}
    monthly_increase: {amount: "1000", currency: USD}
    approvals: [{above: "0", from: ["@vp", "@finops"], min: 2}]
  enforcement: {default: soft-mandatory}
"""
)
WHO = ("--reason", "An experiment.", "--owner", "@ml", "--approver", "@finops")
NOW = ("--now", "2026-11-21T10:00:00Z")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with two instances without a team, 70.08 USD a month each."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".sumptuary").mkdir()
    (tmp_path / ".sumptuary" / "laws.yaml").write_text(LAWS)
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(PROVIDER + instance("a") + instance("b"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def sumptuary(checkout: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = program.run([*arguments, *NOW])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def statuses(sumptuary: Run, policy: str = "team-tag") -> dict[str, str]:
    document = json.loads(sumptuary("check", "--format", "json")[1])
    return {one["resource"]["address"]: one["status"] for one in document["violations"] if one["policy"] == policy}


def test_a_waiver_is_written_with_its_figures_and_holds(sumptuary: Run, checkout: Path) -> None:
    code, out, err = sumptuary("waive", "team-tag", "--address", "*.a", *WHO, "--ticket", "FIN-7", "--for", "30d")
    assert (code, err) == (0, "")
    assert "it excuses 1 violation of team-tag until 2026-12-20; what breaks it costs $70.08 a month" in out
    assert (checkout / ".sumptuary" / "waivers" / "team-tag-a.yaml").read_text() == (
        "apiVersion: sumptuary/v1\n"
        "kind: Waiver\n"
        "metadata: {id: team-tag-a}\n"
        "spec:\n"
        "  policies: [team-tag]\n"
        '  target: {address: "*.a"}\n'
        '  reason: "An experiment."\n'
        '  owner: "@ml"\n'
        '  approver: "@finops"\n'
        '  ticket: "FIN-7"\n'
        "  granted: 2026-11-21\n"
        "  expires: 2026-12-20\n"
        '  max_monthly_cost: {amount: "71", currency: USD}\n'
        "  max_matches: 1\n"
    )
    assert statuses(sumptuary) == {"aws_instance.a": "waived", "aws_instance.b": "fail"}


def test_a_violation_by_its_fingerprint_is_told_from_others_of_its_name(sumptuary: Run, checkout: Path) -> None:
    (checkout / "other").mkdir()
    (checkout / "other" / "main.tf").write_text(PROVIDER + instance("a"))
    found = json.loads(sumptuary("check", "--format", "json")[1])["violations"]
    wanted = [one for one in found if one["policy"] == "team-tag" and one["location"]["path"] == "other/main.tf"]
    code, out, _ = sumptuary("waive", wanted[0]["fingerprint"][:12], *WHO, "--for", "12h", "--output", "-")
    assert code == 0
    assert '  target: {address: "aws_instance.a", path: other}\n' in out
    assert "  granted: 2026-11-21T10:00:00Z\n  expires: 2026-11-21T22:00:00Z\n" in out
    assert not (checkout / ".sumptuary" / "waivers").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--owner", "@FinOps"), "it was approved by its own owner, @finops"),
        (("--approver", "@me"), "@me may not waive it; @finops or @leads may"),
        (("--for", "31d"), "it runs for 31 days, and may for 30d"),
        (("--max-monthly-cost", "70"), "what it matches may cost $70.08 a month, and it allows $70.00"),
        (("--max-monthly-cost", "lots"), "spec.max_monthly_cost.amount: 'lots' does not have the right form"),
        (("--id", "No Id"), "metadata.id: 'No Id' does not have the right form"),
        (("--for", "soon"), "--for takes a duration"),
        (("--reason", ""), "spec.reason"),
        (("--address", "aws_instance.z"), "nothing that breaks team-tag matches"),
    ],
)  # fmt: skip
def test_what_would_not_hold_is_not_written(
    sumptuary: Run, checkout: Path, options: tuple[str, ...], said: str
) -> None:
    code, out, err = sumptuary("waive", "team-tag", "--address", "aws_instance.a", *WHO, "--for", "30d", *options)
    assert (code, out) == (2, "")
    assert said in err
    assert not (checkout / ".sumptuary" / "waivers").exists()


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("team-tga", "did you mean `team-tag`?"),
        ("spend", "nothing breaks spend"),
        ("0123456789", "no violation has a fingerprint that begins with `0123456789`"),
        ("team-tag", "hint: it is broken by aws_instance.a, aws_instance.b"),
    ],
)
def test_what_means_nothing_is_refused_with_what_could_be_meant(sumptuary: Run, what: str, said: str) -> None:
    code, _, err = sumptuary("waive", what, *WHO, "--for", "30d")
    assert code == 2
    assert said in err


def test_a_policy_that_nobody_may_waive_is_not_waived(sumptuary: Run, checkout: Path) -> None:
    laws = checkout / ".sumptuary" / "laws.yaml"
    laws.write_text(LAWS.replace("  waivers: {", "  # waivers: {"))
    code, _, err = sumptuary("waive", "team-tag", "--path", "infra", *WHO, "--for", "1d")
    assert code == 2
    assert "nobody may waive it, since it names no approvers" in err


def test_nothing_is_overwritten_and_a_second_one_gets_another_name(sumptuary: Run, checkout: Path) -> None:
    assert sumptuary("waive", "team-tag", "--address", "*.a", *WHO, "--for", "1d", "--id", "mine")[0] == 0
    code, _, err = sumptuary("waive", "team-tag", "--address", "*.b", *WHO, "--for", "1d", "--id", "mine")
    assert (code, "the id `mine` is taken already" in err) == (2, True)
    there = checkout / "there.yaml"
    there.write_text("mine")
    code, _, err = sumptuary("waive", "team-tag", "--address", "*.b", *WHO, "--for", "1d", "--output", "there.yaml")
    assert (code, there.read_text()) == (2, "mine")
    assert "it is there already" in err
    assert sumptuary("waive", "team-tag", "--address", "*.a", *WHO, "--for", "1d")[2].endswith("covers it already\n")
    (checkout / "link.yaml").symlink_to(there)
    code, _, err = sumptuary("waive", "team-tag", "--address", "*.b", *WHO, "--for", "1d", "--output", "link.yaml")
    assert (code, there.read_text()) == (2, "mine")
    assert "nothing is written through links" in err


@pytest.mark.parametrize(
    "reason",
    ['"quoted" \\ and: {x} # no', "\x1b[31mred\x07", "\u202egnp.exe", "a\tb", "- [x]\u2028", "🐿 ünï", "no", "1e3"],
)
def test_whatever_the_reason_holds_is_written_safely_and_read_back(sumptuary: Run, checkout: Path, reason: str) -> None:
    code, out, err = sumptuary("waive", "team-tag", "--path", "infra", *WHO, "--for", "1d", "--reason", reason)
    assert code == 0, err
    (written,) = (checkout / ".sumptuary" / "waivers").iterdir()
    assert all(character.isprintable() or character == "\n" for character in written.read_text())
    document = json.loads(sumptuary("check", "--format", "json")[1])
    assert {one["waiver"]["reason"] for one in document["violations"] if "waiver" in one} == {reason}
    assert "\x1b" not in sumptuary("check")[1] + out


def test_where_something_could_not_be_read_the_exit_code_says_so(sumptuary: Run, checkout: Path) -> None:
    (checkout / "infra" / "broken.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: [\n")
    given = ("waive", "team-tag", "--address", "*.a", *WHO, "--for", "1d", "--output", "-")
    code, _, err = sumptuary(*given)
    assert (code, "could not be read" in err) == (3, True)
    assert sumptuary(*given, "--allow-incomplete")[0] == 0


def test_a_cost_that_nobody_knows_gives_no_cap(sumptuary: Run, checkout: Path) -> None:
    (checkout / "infra" / "main.tf").write_text(
        'variable "t" {}\n' + PROVIDER + instance("a").replace('"m5.large"', "var.t")
    )
    code, out, _ = sumptuary("waive", "team-tag", "--path", "infra", *WHO, "--for", "1d")
    assert (code, "so that it has no cap on it" in out) == (0, True)
    assert statuses(sumptuary) == {"aws_instance.a": "waived"}


PLAN: dict[str, object] = {
    "format_version": "1.2",
    "terraform_version": "1.9.0",
    "planned_values": {"root_module": {"resources": []}},
    "resource_changes": [
        {
            "address": "aws_instance.a",
            "mode": "managed",
            "type": "aws_instance",
            "name": "a",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {
                "actions": ["create"],
                "before": None,
                "after": {"instance_type": "p4d.24xlarge", "availability_zone": "us-east-1a", "tags": {"team": "ml"}},
                "after_unknown": {},
            },
        }
    ],
}  # fmt: skip
GIVE = ("--reason", "Spring.", "--expires", "2026-12-05")


def test_an_approval_is_for_one_plan_alone_and_two_count_together(sumptuary: Run, checkout: Path) -> None:
    plan = checkout / "plan.json"
    plan.write_text(json.dumps(PLAN))
    asked = json.loads(sumptuary("check", "plan.json", "--format", "json")[1])["violations"]
    assert {one["status"] for one in asked if one["policy"] == "spend"} == {"fail"}
    code, out, err = sumptuary("approve", "--plan", "plan.json", "--approver", "@vp", *GIVE)
    assert (code, err) == (0, "")
    assert "that is not enough yet: team ml: the monthly" in out
    assert "needs 1 of @finops" not in out
    assert "needs @finops" in out
    (first,) = (checkout / ".sumptuary" / "approvals").iterdir()
    digest = hashlib.sha256(plan.read_bytes()).hexdigest()
    assert f'  plan_digest: "sha256:{digest}"\n' in first.read_text()
    code, out, _ = sumptuary("approve", "--plan", "plan.json", "--approver", "@finops", *GIVE)
    assert (code, "not enough" in out) == (0, False)
    ran = json.loads(sumptuary("check", "plan.json", "--format", "json")[1])
    assert {one["status"] for one in ran["violations"] if one["policy"] == "spend"} == {"approved"}
    plan.write_text(json.dumps(PLAN, indent=1))
    ran = json.loads(sumptuary("check", "plan.json", "--format", "json")[1])
    assert {one["status"] for one in ran["violations"] if one["policy"] == "spend"} == {"fail"}
    assert any("is for the plan sha256:" in note for note in ran["coverage"]["notes"])
    ran = json.loads(sumptuary("check", ".", "--format", "json")[1])
    assert any("no single plan is what is judged" in note for note in ran["coverage"]["notes"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--approver", "@me"), "it would not help, so nothing was written"),
        (("--approver", "@vp", "--amount", "10"), "it would not help, so nothing was written"),
        (("--approver", "@vp", "--team", "web"), "the check asks for no approval of this scope"),
        (("--approver", "@vp", "--per", "run"), "the check asks for no approval of this scope"),
        (("--approver", "@vp", "--expires", "2026-11-20"), "it would not hold, so nothing was written: it expired on"),
        (("--approver", "@vp", "--amount", "x"), "--amount takes an amount in USD"),
        (("--approver", "@vp", "--approver", "@a", "--sign", "k"), "--sign is for one approver"),
        (("--approver", "@vp", "--sign", "k"), "the key `k` is not there"),
    ],
)
def test_an_approval_that_would_not_count_is_not_written(
    sumptuary: Run, checkout: Path, options: tuple[str, ...], said: str
) -> None:
    (checkout / "infra" / "main.tf").write_text(PROVIDER + instance("a", "p4d.24xlarge", GOOD.replace("web", "ml")))
    code, out, err = sumptuary("approve", *GIVE, *options)
    assert (code, out) == (2, "")
    assert said in err
    assert not (checkout / ".sumptuary" / "approvals").exists()


def test_spend_may_be_approved_in_advance(sumptuary: Run, checkout: Path) -> None:
    code, out, _ = sumptuary(
        "approve", "--team", "ml", "--amount", "5000", "--per", "run", "--approver", "@vp", *GIVE, "--id", "early"
    )
    assert code == 0
    assert "it is approved in advance" in out
    assert (
        '  limit: {amount: "5000", currency: USD, per: run}\n'
        in (checkout / ".sumptuary" / "approvals" / "early.yaml").read_text()
    )
