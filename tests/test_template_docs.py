"""The examples of docs/rule-templates.md: they load together, and do as their own tests say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sumptuary.cli import program
from sumptuary.cli.judging import judged
from sumptuary.policy.cases import run
from sumptuary.policy.cel_functions import FUNCTIONS
from sumptuary.policy.load import load, load_with_tests

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs" / "rule-templates.md"
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", DOCS.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "examples"
    path.mkdir()
    for index, block in enumerate(BLOCKS):
        (path / f"{index}.yaml").write_text(block)
    return path


def test_every_example_does_as_its_tests_say(examples: Path) -> None:
    suites = load_with_tests([str(examples)], start=None)
    assert len(suites) == len(BLOCKS) >= 6
    for policy, cases in suites:
        assert {case.expect for case in cases} >= {"pass", "fail", "unknown"}, policy.id
        wrong = [(result.case.name, result.got, result.said) for result in run(policy, cases, judged) if not result.ok]
        assert not wrong, policy.id


def test_the_listing_shows_what_the_page_says(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    laws = load([str(examples)], start=None, cache=False)
    assert program.run(["rules", "list", "--policies", str(examples)]) == 0
    listed = capsys.readouterr().out
    for template in laws.templates:
        assert re.search(rf"^{template.id} +{re.escape(template.title)}", listed, re.MULTILINE)
    assert program.run(["rules", "show", "runs-at-night", "--policies", str(examples)]) == 0
    page = capsys.readouterr().out
    assert "hours_per_week (number" in page
    assert "resource.environment in ['dev', 'staging']" in page


def test_every_function_is_on_the_page() -> None:
    text = DOCS.read_text()
    assert [name for name in FUNCTIONS if f"`{name}(" not in text] == []
