"""The examples of the rules' pages are run: what one calls bad breaks a built-in policy, what it calls good none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sumptuary.cli import program
from sumptuary.policy.registry import installed
from sumptuary.reference.rules import sections_of

RULES, PROBLEMS = installed()
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOW = "2026-11-21"


def laid_out(section: str, directory: Path) -> list[str]:
    """The blocks of a section as the files that they would be; the arguments that a check of them takes."""
    tree, own = directory / "tree", directory / "tree" / ".sumptuary"
    for made in (tree, own, tree / ".git"):
        made.mkdir()
    arguments = ["check", str(tree)]
    blocks = BLOCK.findall(section)
    assert blocks, "the section shows nothing"
    for number, (language, text) in enumerate(blocks):
        assert language in ("hcl", "yaml"), f"nobody runs a block of {language or 'no language'}"
        if language == "hcl":
            (tree / f"{number}.tf").write_text(text)
        elif "apiVersion: sumptuary/v1" in text:
            (own / f"{number}.yaml").write_text(text)
        elif re.search(r"^- ", text, re.MULTILINE):
            (directory / f"{number}.yaml").write_text(text)
            arguments += ["--commitments", str(directory / f"{number}.yaml")]
        else:
            (tree / f"{number}.yaml").write_text(text)
    return arguments


def verdicts(rule: str, section: str, directory: Path, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    """What a rule's policies say of the blocks of a section: each verdict with its message."""
    arguments = laid_out(section, directory)
    code = program.run([*arguments, "--format", "json", "--now", NOW, "--no-cache"])
    output = capsys.readouterr()
    assert code in (0, 1), output.err
    report = json.loads(output.out)
    assert not report["coverage"]["files"]["failed"]
    return [(one["status"], one["message"]) for one in report["violations"] if one["rule"] == rule]


def test_the_rules_load() -> None:
    assert len(RULES) >= 6
    assert not PROBLEMS


@pytest.mark.parametrize("rule", sorted(RULES))
def test_bad_breaks_a_policy(rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = verdicts(rule, sections_of(RULES[rule])["Bad"], tmp_path, capsys)
    assert "fail" in [status for status, _ in found], found


@pytest.mark.parametrize("rule", sorted(RULES))
def test_good_breaks_none(rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = verdicts(rule, sections_of(RULES[rule])["Good"], tmp_path, capsys)
    assert [one for one in found if one[0] != "approved"] == []
