"""What a run says becomes of findings: seen, resolved, come back, or not known."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from history.runs import POLICIES, START, found, report, rows, run, unread
from sumptuary.coverage import Coverage
from sumptuary.history.record import Occasion, remember
from sumptuary.history.standing import stamp
from sumptuary.model import Origin
from sumptuary.report import Terms
from sumptuary.values import Unknown


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


def at(day: float) -> str:
    return stamp(START + timedelta(days=day))


def state(file: Path) -> dict[object, tuple[object, ...]]:
    names = ("first_seen", "last_seen", "resolved", "reopened")
    return {row["fingerprint"]: tuple(row[name] for name in names) for row in rows(file)}


def test_a_finding_is_open_resolved_and_comes_back(file: Path) -> None:
    first = run(file, found("a"), found("b"), day=0)
    assert (first.new, first.resolved, first.reopened, first.open) == (2, 0, 0, 2)
    second = run(file, found("b"), day=1)
    assert (second.new, second.resolved, second.reopened, second.open) == (0, 1, 0, 1)
    assert state(file)["tags/a"] == (at(0), at(0), at(1), 0)
    third = run(file, found("a"), found("b"), day=2)
    assert (third.new, third.resolved, third.reopened, third.open) == (0, 0, 1, 2)
    assert state(file)["tags/a"] == (at(0), at(2), None, 1)
    assert state(file)["tags/b"] == (at(0), at(2), None, 0)


def test_what_is_not_known_any_more_stays_open(file: Path) -> None:
    run(file, found("a"), day=0)
    assert run(file, found("a", "unknown"), day=1).open == 1
    run(file, found("a", "unknown"), day=2)
    (row,) = rows(file)
    assert (row["resolved"], row["not_known_since"], row["not_known"]) == (None, at(1), "var.tags has no value")
    assert run(file, day=3).resolved == 1
    (row,) = rows(file)
    assert (row["resolved"], row["not_known_since"], row["not_known"]) == (at(3), None, None)


def test_an_unknown_is_no_finding_and_opens_nothing_again(file: Path) -> None:
    run(file, found("a", "unknown"), day=0)
    assert rows(file) == []
    run(file, found("a"), day=1)
    run(file, day=2)
    run(file, found("a", "unknown"), day=3)
    assert state(file)["tags/a"] == (at(1), at(1), at(2), 0)


@pytest.mark.parametrize("status", ["waived", "approved", "baselined"])
def test_what_is_accepted_stands_but_is_not_open(file: Path, status: str) -> None:
    run(file, found("a"), day=0)
    accepted = run(file, found("a", status), day=1)
    assert (accepted.open, accepted.resolved) == (0, 0)
    again = run(file, found("a"), day=2)
    assert (again.open, again.reopened) == (1, 0)
    assert rows(file)[0]["status"] == "fail"


def test_two_scopes_leave_each_other_alone(file: Path) -> None:
    run(file, found("a"), day=0, scope="shop")
    assert run(file, found("b"), day=1, scope="bank").resolved == 0
    assert [row["resolved"] for row in rows(file)] == [None, None]


def away() -> Coverage:
    return Coverage(files_seen=1, files_read=1, unresolved_modules=["module.eks (acme/eks/aws) at main.tf:3"])


INCOMPLETE: list[tuple[str, dict[str, object], str]] = [
    ("a file not read", {"ledger": unread()}, "the run was incomplete: something could not be read"),
    ("nothing read", {"ledger": Coverage()}, "there was nothing to read"),
    ("another policy", {"terms": Terms(frozenset({"spot"}))}, "its policy was not in force"),
    ("a module away", {"ledger": away()}, "its module was not on this machine"),
    ("an input less", {"terms": Terms(POLICIES)}, "the run was not given usage"),
]


@pytest.mark.parametrize(("options", "why"), [row[1:] for row in INCOMPLETE], ids=[row[0] for row in INCOMPLETE])
def test_a_run_resolves_nothing_that_it_could_not_have_found(file: Path, options: dict[str, object], why: str) -> None:
    terms = Terms(POLICIES, frozenset({"usage"})) if "usage" in why else Terms(POLICIES)
    run(file, found("a", address="module.eks[0].aws_instance.a"), day=0, terms=terms)
    assert run(file, day=1, **options).resolved == 0
    (row,) = rows(file)
    assert (row["resolved"], row["not_known"], row["not_known_since"]) == (None, why, at(1))
    assert run(file, day=2, terms=terms).resolved == 1


def test_a_rule_that_fails_leaves_the_findings_of_its_policy_alone(file: Path) -> None:
    run(file, found("a"), found("a", policy="spot"), day=0)
    settled = run(file, found("b", "error"), day=1)
    assert settled.resolved == 1, "the finding of the other policy"
    assert state(file)["tags/a"][2] is None
    assert settled.open == 2, "the failure itself is open too"


def collected(**status: str) -> Coverage:
    ledger = Coverage()
    ledger.collectors = [
        {"provider": "aws", "account": "1", "region": name.replace("_", "-"), "collector": "ec2", "status": said}
        for name, said in status.items()
    ]
    return ledger


def test_of_what_is_live_a_region_that_was_not_read_resolves_nothing(file: Path) -> None:
    def live(name: str, region: str | None) -> object:
        one = found(name, account="1", region=region)
        one.place, one.resource.origin = None, Origin(uri=f"arn:{name}")
        return one

    findings = [live("east", "us-east-1"), live("west", "us-west-2"), live("all", None)]
    run(file, *findings, day=0, ledger=collected(us_east_1="ok", us_west_2="ok"))  # type: ignore[arg-type]
    run(file, day=1, ledger=collected(us_east_1="ok", us_west_2="denied"))
    assert {row["address"]: row["not_known"] for row in rows(file) if row["resolved"] is None} == {
        "aws_instance.west": "us-west-2 was not read whole",
        "aws_instance.all": "not everything was read",
    }
    run(file, day=2, ledger=collected(us_east_1="ok"))
    assert rows(file)[-1]["not_known_since"] == at(1), "a run of fewer regions tells nothing of the others"
    run(file, day=3, ledger=collected(us_east_1="ok", us_west_2="ok"))
    assert all(row["resolved"] for row in rows(file))


def test_a_run_overtaken_by_a_later_one_changes_no_finding(file: Path) -> None:
    run(file, found("a"), day=5)
    late = run(file, found("b"), day=3)
    assert late.settles == f"a run of {at(5)} is in the history already"
    assert state(file) == {"tags/a": (at(5), at(5), None, 0)}
    assert [row["settles"] for row in rows(file, "SELECT settles FROM runs ORDER BY id")] == ["", late.settles]


def test_the_instances_of_a_symbolic_block_are_one_row_with_a_count(file: Path) -> None:
    settled = run(file, found("a", "waived"), found("a"), day=0)
    assert (settled.new, settled.open) == (1, 1)
    (row,) = rows(file)
    assert (row["count"], row["status"], row["saving"]) == (2, "fail", "24.69")


def test_paths_do_not_depend_on_where_the_run_stood(file: Path) -> None:
    inside = report(found("a"))
    remember(str(file), inside, Occasion("shop", inside.now, prefix="infra/prod"))
    (row,) = rows(file)
    assert (row["path"], row["root"], row["uri"]) == ("infra/prod/main.tf", "infra/prod", None)


def test_unknown_absent_and_odd_text_are_kept_as_they_are(file: Path) -> None:
    odd = found("a", region=Unknown("var.region has no value"), account=None, message="caf\udce9 \x00 \x1b[31m")
    run(file, odd, day=0)
    (row,) = rows(file)
    assert (row["region"], row["account"]) == ("$unknown: var.region has no value", None)
    assert row["message"] == "caf\\udce9 \x00 \x1b[31m"


def test_a_run_keeps_the_figures_of_its_report(file: Path) -> None:
    run(file, found("a"), found("b", "unknown"), day=0)
    (row,) = rows(file, "SELECT * FROM runs")
    assert (row["cost_expected"], row["savings_expected"], row["currency"]) == ("100.50", "12.34", "USD")
    assert (row["violations"], row["unknown"], row["exit_code"], row["stage"]) == (1, 1, 0, "ci")
    assert (row["new"], row["open"], row["catalogue"], row["started"]) == (1, 1, "2026.11", at(0))
