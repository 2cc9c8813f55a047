"""``--history`` and ``sumptuary history`` from the command line, over several runs of a small tree."""

from __future__ import annotations

import json
import sqlite3
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checkouts import TEAM_TAG
from sumptuary.cli import program
from sumptuary.cli.arguments import Output
from sumptuary.cli.outcome import deliver
from sumptuary.coverage import Coverage
from sumptuary.report import CatalogueStamp, Report, Spend, summarise

BARE = 'provider "aws" {\n  region = "us-east-1"\n}\nresource "aws_instance" "a" {\n  instance_type = "m5.large"\n%s}\n'
BROKEN = BARE % ""
MENDED = BARE % '  tags = { team = "ml" }\n'
DOUBTFUL = BARE % "  tags = var.tags\n" + 'variable "tags" {}\n'
GONE = 'provider "aws" {\n  region = "us-east-1"\n}\n'


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = tmp_path / "shop"
    (checkout / ".git").mkdir(parents=True)
    (checkout / "infra").mkdir()
    (checkout / "team.yaml").write_text(TEAM_TAG)
    monkeypatch.chdir(checkout)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def check(day: int, content: str, *options: str, path: str = "infra") -> int:
    Path("infra/main.tf").write_text(content)
    now = f"2026-11-{day:02}T08:00:00Z"
    return program.run(["check", path, "--policies", "team.yaml", "--history", "runs.sqlite", "--now", now, *options])


def asked(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, list[dict[str, object]]]:
    capsys.readouterr()
    code = program.run(
        ["history", "--history", "runs.sqlite", "--format", "json", "--now", "2026-11-21T09:00:00Z", *options]
    )
    said = capsys.readouterr()
    assert code == 0, said.err
    document = json.loads(said.out)
    assert document.pop("schema") == "sumptuary.history/v1"
    found: dict[str, list[dict[str, object]]] = document
    return found


def times(finding: dict[str, object]) -> tuple[object, ...]:
    return tuple(finding[name] for name in ("state", "first_seen", "last_seen", "resolved", "reopened", "age_days"))


def test_a_finding_is_open_resolved_and_opened_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(1, BROKEN) == 1
    assert "history: run 1 of shop/infra: 1 new, 0 reopened, 0 resolved, 1 open\n" in capsys.readouterr().err
    (first,) = asked(capsys)["findings"]
    assert times(first) == ("open", "2026-11-01T08:00:00Z", "2026-11-01T08:00:00Z", None, 0, 20)
    assert check(6, MENDED) == 0
    (second,) = asked(capsys)["findings"]
    assert times(second) == ("resolved", "2026-11-01T08:00:00Z", "2026-11-01T08:00:00Z", "2026-11-06T08:00:00Z", 0, 5)
    assert check(11, BROKEN) == 1
    (third,) = asked(capsys)["findings"]
    assert times(third) == ("open", "2026-11-01T08:00:00Z", "2026-11-11T08:00:00Z", None, 1, 20)
    assert third["address"] == "aws_instance.a"
    assert third["location"] == {"path": "infra/main.tf"}
    runs = asked(capsys)["runs"]
    assert [run["started"] for run in runs] == [f"2026-11-{day:02}T08:00:00Z" for day in (11, 6, 1)]
    assert [run["findings"] for run in runs] == [
        {"new": 0, "reopened": 1, "resolved": 0, "open": 1},
        {"new": 0, "reopened": 0, "resolved": 1, "open": 0},
        {"new": 1, "reopened": 0, "resolved": 0, "open": 1},
    ]
    cost = runs[0]["monthly_cost"]
    assert isinstance(cost, dict)
    assert cost["expected"] == "70.08"


def test_an_incomplete_run_resolves_nothing_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    check(1, BROKEN)
    Path("infra/other.tf").write_text('resource "a" {\n')
    assert check(2, GONE) == 3
    assert "something could not be read, so it resolves nothing" in capsys.readouterr().err
    assert check(3, GONE, "--allow-incomplete") == 0, "which changes the exit code, not what is known"
    found = asked(capsys)
    assert [finding["state"] for finding in found["findings"]] == ["open"]
    assert found["findings"][0]["not_known_since"] == "2026-11-02T08:00:00Z"
    assert found["runs"][0]["resolves_nothing"] == "the run was incomplete: something could not be read"
    Path("infra/other.tf").unlink()
    check(4, GONE)
    assert [finding["state"] for finding in asked(capsys)["findings"]] == ["resolved"]


def test_a_finding_that_turns_unknown_stays_open(capsys: pytest.CaptureFixture[str]) -> None:
    check(1, BROKEN)
    check(2, DOUBTFUL)
    assert "1 open; of 1 finding it cannot be told" in capsys.readouterr().err
    (finding,) = asked(capsys)["findings"]
    assert (finding["state"], finding["not_known_since"]) == ("open", "2026-11-02T08:00:00Z")
    assert "var.tags" in str(finding["not_known"])


def test_another_policy_says_nothing_of_this_one(capsys: pytest.CaptureFixture[str]) -> None:
    check(1, BROKEN)
    Path("team.yaml").write_text(TEAM_TAG.replace("team-tag", "owner-tag"))
    check(2, MENDED)
    (finding,) = asked(capsys)["findings"]
    assert (finding["state"], finding["not_known"]) == ("open", "its policy was not in force")


def test_two_scans_in_one_file_leave_each_other_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Path("other").mkdir()
    Path("other/main.tf").write_text(GONE)
    check(1, BROKEN)
    check(2, BROKEN, path="other")
    check(3, BROKEN, "--workspace", "prod")
    check(4, BROKEN, "--history-scope", "mine", path=".")
    scopes = [run["scope"] for run in asked(capsys)["runs"]]
    assert scopes == ["mine", "shop/infra (workspace prod)", "shop/other", "shop/infra"]
    states = [(finding["scope"], finding["state"]) for finding in asked(capsys)["findings"]]
    assert states == [("mine", "open"), ("shop/infra", "open"), ("shop/infra (workspace prod)", "open")]


def test_where_a_run_stands_makes_no_difference(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    check(1, BROKEN)
    monkeypatch.chdir("infra")
    options = ["--policies", "../team.yaml", "--history", "../runs.sqlite", "--now", "2026-11-02"]
    program.run(["check", ".", *options])
    assert "history: run 2 of shop/infra: 0 new, 0 reopened, 0 resolved, 1 open" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["infra/main.tf"], ["infra/main.tf", "infra"]])
def test_single_files_are_not_recorded(capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    Path("infra/main.tf").write_text(BROKEN)
    assert program.run(["check", *options, "--policies", "team.yaml", "--history", "runs.sqlite"]) == 1
    assert "history: not recorded: single files were looked at; name their directory" in capsys.readouterr().err
    assert not Path("runs.sqlite").exists()


def test_a_live_account_is_a_scope_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """As ``scan`` calls it, without the options that only files have."""
    rows = [{"provider": "aws", "account": "123456789012", "region": "us-east-1", "collector": "ec2", "status": "ok"}]
    coverage = Coverage(collectors=rows)
    summary = summarise([], coverage, resources=0, policies=1, spend=Spend())
    now = datetime(2026, 11, 21, tzinfo=UTC)
    report = Report([], coverage, summary, CatalogueStamp(), now, "scheduled")
    outputs = [Output("json", "out.json")]
    arguments = Namespace(history="runs.sqlite", history_scope="", now=now, quiet=False, no_color=True)
    assert deliver(report, outputs, arguments) == 0
    assert "history: run 1 of aws/123456789012: 0 new" in capsys.readouterr().err
    assert asked(capsys)["runs"][0]["scope"] == "aws/123456789012"


def test_filters(capsys: pytest.CaptureFixture[str]) -> None:
    check(1, BROKEN)
    check(2, MENDED, "--history-scope", "mended")
    check(3, MENDED)
    assert len(asked(capsys, "--status", "open")["findings"]) == 0
    assert len(asked(capsys, "--status", "resolved")["findings"]) == 1
    assert len(asked(capsys, "--policy", "team-tag")["findings"]) == 1
    assert len(asked(capsys, "--policy", "other")["findings"]) == 0
    assert [run["run"] for run in asked(capsys, "--scope", "mended")["runs"]] == [2]
    assert [run["run"] for run in asked(capsys, "--since", "2026-11-02T12:00Z")["runs"]] == [3]
    assert len(asked(capsys, "--since", "2026-11-03")["findings"]) == 1, "it was resolved since"
    assert len(asked(capsys, "--since", "2026-11-04")["findings"]) == 0


def test_the_text_shows_runs_and_findings(capsys: pytest.CaptureFixture[str]) -> None:
    check(1, BROKEN)
    check(2, DOUBTFUL)
    capsys.readouterr()
    program.run(["history", "--history", "runs.sqlite", "--now", "2026-11-21T09:00:00Z", "--status", "open"])
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[:4] == [
        "2 runs",
        "STARTED COST A MONTH SAVINGS OPEN NEW REOPENED RESOLVED SCOPE",
        "2026-11-02 08:00 $70.08 $0.00 1 0 0 0 shop/infra",
        "2026-11-01 08:00 $70.08 $0.00 1 1 0 0 shop/infra",
    ]
    assert lines[5] == "Open: 1 finding"
    assert lines[7] == "2026-11-01 2026-11-01 20 0 team-tag aws_instance.a in infra/main.tf"
    assert lines[8].startswith("not known since 2026-11-02: ")
    assert len(lines) == 9


def test_the_text_says_when_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    check(1, MENDED)
    capsys.readouterr()
    program.run(["history", "--history", "runs.sqlite"])
    assert capsys.readouterr().out.endswith("\n\nNo finding is recorded.\n")
    program.run(["history", "--history", "runs.sqlite", "--status", "resolved"])
    assert capsys.readouterr().out.endswith("\n\nResolved: 0 findings\n")


def test_the_text_says_when_nothing_is_left_of_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    check(1, BROKEN)
    capsys.readouterr()
    program.run(["history", "--history", "runs.sqlite", "--policy", "no-such-policy"])
    assert "No finding is recorded under what was asked for" in capsys.readouterr().out


def test_the_same_history_gives_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one.sqlite", "two.sqlite"):
        for day, content in enumerate((BROKEN, MENDED, DOUBTFUL, BROKEN), start=1):
            check(day, content, "--history", name)
    capsys.readouterr()
    said: list[str] = []
    for name in ("one.sqlite", "two.sqlite"):
        program.run(["history", "--history", name, "--format", "json", "--now", "2026-11-21"])
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


def test_hostile_names_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    check(1, BROKEN, "--history-scope", "a\x1b[31mb")
    assert "\x1b" not in capsys.readouterr().err
    program.run(["history", "--history", "runs.sqlite"])
    assert "a\\x1b[31mb" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_empty_file_is_an_empty_history(capsys: pytest.CaptureFixture[str], form: str) -> None:
    Path("runs.sqlite").write_bytes(b"")
    assert program.run(["history", "--history", "runs.sqlite", "--format", form]) == 0
    said = capsys.readouterr().out
    if form == "json":
        assert json.loads(said) == {"schema": "sumptuary.history/v1", "runs": [], "findings": []}
    else:
        assert said == "The history is empty: no run is recorded in it.\n"


MISTAKES: list[tuple[list[str], str]] = [
    ([], "name the file: sumptuary history --history FILE"),
    (["--history", ""], "name the file"),
    (["--history", "nowhere.sqlite"], "the history `nowhere.sqlite` is not there"),
    (["--history", "team.yaml"], "`team.yaml` is not a history"),
    (["--history", "runs.sqlite", "--scope", "shop/infr"], "did you mean `shop/infra`?"),
    (["--history", "runs.sqlite", "--since", "yesterday"], "--since takes an ISO 8601 date or time"),
    (["--history", "runs.sqlite", "--status", "opn"], "did you mean `open`?"),
]


@pytest.mark.parametrize(("options", "said"), MISTAKES)
def test_mistakes_say_what_to_do(capsys: pytest.CaptureFixture[str], options: list[str], said: str) -> None:
    check(1, BROKEN)
    assert program.run(["history", *options]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("name", ["nowhere/runs.sqlite", "team.yaml", "infra", "foreign.sqlite", ""])
def test_a_history_that_cannot_be_written_hides_no_report(capsys: pytest.CaptureFixture[str], name: str) -> None:
    with sqlite3.connect("foreign.sqlite") as other:
        other.execute("CREATE TABLE t (id)")
    other.close()
    assert check(1, BROKEN, "--history", name) == 2
    said = capsys.readouterr()
    assert said.out.endswith("Failed: 1 violation, 1 blocking (exit 1)\n")
    assert said.err.startswith("sumptuary: ")
    assert Path("team.yaml").read_text() == TEAM_TAG
