"""One comment a pull request: created, replaced, never that of another, and never a reason for a job to fail."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.github_api import BOT, COMMENTS, TOKEN, GitHub, github

SCRIPT = Path(__file__).parents[2] / "integrations" / "github" / "comment.py"
MARKER = "<!-- sumptuary -->"


@pytest.fixture
def api() -> Iterator[GitHub]:
    with github() as running:
        yield running


def comment(url: str, tmp_path: Path, report: str = "### Sumptuary\n") -> str:
    """Run the script as the action does; what it says. It ends with 0 in every case."""
    summary = tmp_path / "summary.md"
    summary.write_text(report)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        "TOKEN": TOKEN,
        "AUTHOR": BOT,
        "PULL_REQUEST": "7",
        "SUMMARY": str(summary),
        "GITHUB_REPOSITORY": "acme/infra",
        "GITHUB_API_URL": url,
    }
    command = [sys.executable, "-I", str(SCRIPT)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert TOKEN not in ran.stdout
    return ran.stdout


def test_it_creates_a_comment_where_there_is_none(api: GitHub, tmp_path: Path) -> None:
    api.add("Looks good", "ann")
    assert comment(api.url, tmp_path) == "commented\n"
    assert [one["body"] for one in api.comments] == ["Looks good", f"{MARKER}\n### Sumptuary\n"]
    assert api.tokens == {f"Bearer {TOKEN}"}


def test_it_replaces_its_comment(api: GitHub, tmp_path: Path) -> None:
    ours = api.add(f"{MARKER}\nold", BOT)
    assert comment(api.url, tmp_path) == "replaced the comment\n"
    assert api.body(ours) == f"{MARKER}\n### Sumptuary\n"
    assert len(api.comments) == 1


def test_it_finds_its_comment_on_a_later_page(api: GitHub, tmp_path: Path) -> None:
    for number in range(130):
        api.add(f"talk {number}", "ann")
    ours = api.add(f"{MARKER}\nold", BOT)
    comment(api.url, tmp_path)
    assert api.body(ours) == f"{MARKER}\n### Sumptuary\n"
    assert len(api.comments) == 131


@pytest.mark.parametrize(
    ("body", "by"),
    [
        (f"{MARKER}\nmine now", "mallory"),
        (f"{MARKER}\nof an account that is gone", None),
        (f"> quoted: {MARKER}", BOT),
        ("the report of another tool", BOT),
    ],
)
def test_it_leaves_the_comments_of_others(api: GitHub, tmp_path: Path, body: str, by: str | None) -> None:
    theirs = api.add(body, by)
    assert comment(api.url, tmp_path) == "commented\n"
    assert api.body(theirs) == body
    assert len(api.comments) == 2


def test_a_token_of_a_fork_is_a_warning(api: GitHub, tmp_path: Path) -> None:
    api.read_only = True
    said = comment(api.url, tmp_path)
    assert said.startswith("::warning::sumptuary did not comment: the token may not do that (HTTP 403)")
    assert "pull-requests: write" in said
    assert api.comments == []


@pytest.mark.parametrize("status", [403, 429])
def test_it_comes_back_when_it_is_asked_to(api: GitHub, tmp_path: Path, status: int) -> None:
    api.refusals = [(status, {"Retry-After": "1"})]
    start = time.monotonic()
    assert comment(api.url, tmp_path) == "commented\n"
    assert time.monotonic() - start >= 1
    assert len(api.comments) == 1


def test_it_does_not_wait_for_long(api: GitHub, tmp_path: Path) -> None:
    api.refusals = [(429, {"Retry-After": "3600"})]
    assert "come back in 3600 seconds (HTTP 429)" in comment(api.url, tmp_path)
    assert len(api.asked) == 1


def test_it_does_not_ask_for_ever(api: GitHub, tmp_path: Path) -> None:
    api.refusals = [(429, {"Retry-After": "0"})] * 20
    assert "HTTP 429" in comment(api.url, tmp_path)
    assert len(api.asked) == 4


@pytest.mark.parametrize("status", [401, 404, 422, 500])
def test_any_other_refusal_is_a_warning(api: GitHub, tmp_path: Path, status: int) -> None:
    api.refusals = [(status, {})]
    assert f"(HTTP {status})" in comment(api.url, tmp_path)
    assert api.comments == []


def test_it_takes_its_token_nowhere_else(api: GitHub, tmp_path: Path) -> None:
    with github() as elsewhere:
        api.refusals = [(307, {"Location": f"{elsewhere.url}{COMMENTS}"})]
        assert "(HTTP 307)" in comment(api.url, tmp_path)
        assert elsewhere.asked == []


def test_nobody_there_is_a_warning(tmp_path: Path) -> None:
    with github() as gone:
        pass
    assert comment(gone.url, tmp_path).startswith("::warning::sumptuary did not comment: the API gives no answer")


def test_a_long_report_is_cut_at_a_line(api: GitHub, tmp_path: Path) -> None:
    comment(api.url, tmp_path, "a line of the report\n" * 5000)
    body = api.comments[0]["body"]
    assert isinstance(body, str)
    assert 50_000 < len(body) < 65_536
    head, _, end = body.rpartition("a line of the report\n")
    assert head
    assert end == "\n*Cut here: the summary of the job has the whole report.*\n"


def test_a_report_with_the_marker_gets_no_second_one(api: GitHub, tmp_path: Path) -> None:
    comment(api.url, tmp_path, f"{MARKER}\n### Sumptuary\n")
    assert api.comments[0]["body"] == f"{MARKER}\n### Sumptuary\n"
