"""What people copy works: every file is YAML, and every command in it is one that the command line takes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from integrations.commands import INTEGRATIONS, ROOT, commands, parsed, words

FILES = sorted(path for path in INTEGRATIONS.rglob("*") if path.suffix in (".yml", ".yaml"))
PACKAGE = INTEGRATIONS / "rule-package"
"""An example with a page of its own; its rule imports what rules are given."""
SCRIPTS = sorted(path for path in INTEGRATIONS.rglob("*.py") if PACKAGE not in path.parents)
PAGE = ROOT / "docs" / "ci.md"


FILLED = {"SUMPTUARY_STAGE": "ci", "SUMPTUARY_FAIL_ON": "advisory"}


def filled(variable: re.Match[str]) -> str:
    """A value that the variable may have; the scripts themselves are run by the tests of each integration."""
    return FILLED.get(variable[1], "value")


def name(path: Path) -> str:
    return path.relative_to(INTEGRATIONS).as_posix()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_the_commands_are_taken(path: Path) -> None:
    documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    assert all(isinstance(document, dict) for document in documents)
    for line in commands(documents):
        parsed([re.sub(r"\$(\w+)|\$\{[^}]*\}", filled, word) for word in words(line)[1:] if word != "$SUMPTUARY_ARGS"])


def test_some_commands_are_there_to_be_taken() -> None:
    documents = [document for path in FILES for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))]
    assert {line.split()[1] for line in commands(documents)} >= {"check", "scan", "history"}


def test_the_hooks_are_those_that_are_offered() -> None:
    offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    config = yaml.safe_load((INTEGRATIONS / "pre-commit" / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    ids = {hook["id"] for repository in config["repos"] for hook in repository["hooks"]}
    assert ids
    assert ids <= {hook["id"] for hook in offered}
    for hook in offered:
        parsed(hook["entry"].split()[1:])


def test_every_file_is_named_in_the_readme_and_no_other() -> None:
    named = set(re.findall(r"\]\(([^)]+)\)", (INTEGRATIONS / "README.md").read_text(encoding="utf-8")))
    files = [path for path in INTEGRATIONS.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    there = {name(path) for path in files if PACKAGE not in path.parents} | {name(PACKAGE / "README.md")}
    assert {link for link in named if not link.startswith("..")} == there - {"README.md"}


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_integrations_import_nothing_of_the_program(path: Path) -> None:
    imported = {
        module
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }
    assert imported
    assert not [module for module in imported if module.startswith("sumptuary")]


def blocks() -> list[tuple[str, str]]:
    """The blocks of code of the page, each with its language."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("language", "code"), blocks())
def test_the_examples_of_the_page_hold(language: str, code: str) -> None:
    lines = commands(list(yaml.safe_load_all(code))) if language == "yaml" else commands(code)
    for line in lines:
        parsed(words(line)[1:])
    assert lines or language == "yaml"
