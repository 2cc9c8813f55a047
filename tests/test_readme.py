"""What the README and the documentation show is true: the demo's output, the links, and the options."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest

from sumptuary.cli.check import configure

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = r"(?<=keeps it true\) -->\n)(.*?)(?=<!-- demo: end -->)"
COMMAND = "sumptuary check . --now 2026-11-21"


def demo(tmp_path: Path) -> str:
    """The demo as `make demo` runs it, but for the clock."""
    arguments = COMMAND.split()[1:]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "sumptuary", *arguments]
    ran = subprocess.run(
        command, cwd=ROOT / "fixtures" / "demo", env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1, ran.stderr
    return ran.stdout


def test_the_readme_shows_the_demo_as_it_is(tmp_path: Path) -> None:
    """Run with UPDATE_README=1 to renew it."""
    text = README.read_text(encoding="utf-8")
    wanted = f"```\n$ cd fixtures/demo && {COMMAND}\n{demo(tmp_path)}```\n"
    begin, shown, end = re.split(
        r"(?<=keeps it true\) -->\n)(.*?)(?=<!-- demo: end -->)", text, maxsplit=1, flags=re.DOTALL
    )
    if os.environ.get("UPDATE_README"):
        README.write_text(begin + wanted + end, encoding="utf-8")
        return
    assert shown == wanted


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing


def test_every_page_is_linked_from_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert pages == set(re.findall(r"\(([\w-]+\.md)\)", index))


def test_every_option_of_check_is_documented_and_no_other() -> None:
    parser = ArgumentParser(add_help=False)
    configure(parser)
    options = {option for action in parser._actions for option in action.option_strings} | {"--debug"}
    page = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")
    table = "\n".join(line for line in page.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"--[a-z-]+", table)) == options


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_options_in_examples_exist(page: Path) -> None:
    parser = ArgumentParser(add_help=False)
    configure(parser)
    options = {option for action in parser._actions for option in action.option_strings} | {"--debug", "--version"}
    used = set(re.findall(r"sumptuary check[^\n`|]*", page.read_text(encoding="utf-8")))
    unknown = {option for line in used for option in re.findall(r"(?<!\S)--[a-z-]+", line)} - options
    assert not unknown
