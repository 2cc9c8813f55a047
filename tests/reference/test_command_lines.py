"""The command lines that pages show are such as the program takes, and the documents such as it reads."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from sumptuary.cli.arguments import Parser
from sumptuary.cli.program import COMMANDS, command
from sumptuary.errors import UsageError
from sumptuary.policy.compile import Compilation
from sumptuary.policy.places import Root

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("integrations/**/*.md")])
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
FENCED = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`(sumptuary [^`\n]+)`(?!`)")


def lines_of(page: Path) -> Iterator[str]:
    """The command lines of a page: lines of its blocks, parts of a pipe, and code in its text."""
    text = page.read_text(encoding="utf-8")
    for _, language, block in FENCED.findall(text):
        if language in ("", "sh", "bash", "console", "shell"):
            for line in block.replace("\\\n", " ").split("\n"):
                for part in re.split(r"\||&&|;", line):
                    found = re.match(r"\s*(?:-\s+)?(?:\$ )?(sumptuary [^#]*)", part)
                    if found:
                        yield found[1].strip()
    yield from SPAN.findall(FENCED.sub("", text))


def arguments_of(line: str) -> list[str]:
    """The words of a line, without redirections and the brackets of what may be left out."""
    line = re.sub(r"\s[<>]\s*\S+", " ", line).replace("...", " ")
    words = shlex.split(re.sub(r"(?<=\s)\[|\](?=\s|$)", " ", line), comments=True)
    return [word for word in words[1:] if word not in (".", "…")]


def complaint(line: str) -> str:
    """What the program would say of a line, or nothing."""
    name, *rest = [*arguments_of(line), ""]
    rest = [word for word in rest if word]
    if name in ("", "COMMAND", "--version", "--help") or "|" in line or (name in COMMANDS and not rest):
        return ""  # a command's bare name is a mention of it
    if name not in COMMANDS:
        return f"there is no command {name}"
    parser = Parser(prog=f"sumptuary {name}", description="")
    command(name).configure(parser)
    parser.add_argument("--debug", action="store_true")
    try:
        parser.arguments(rest)
    except UsageError as error:
        return "" if "--help" in rest else f"{error.message} ({error.hint})"
    return ""


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_command_lines_are_taken(page: Path) -> None:
    wrong = {line: said for line in lines_of(page) if (said := complaint(line))}
    assert not wrong


def test_command_lines_are_found() -> None:
    assert len([line for page in PAGES for line in lines_of(page)]) > 50
    assert complaint("sumptuary chekc .")
    assert "there is no option" in complaint("sumptuary check --no-such-option")


def test_every_command_is_found_from_the_readme() -> None:
    """Its table names what each is for; add yours there."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| [^|]+ \| `sumptuary (\S+)` \|$", text, re.MULTILINE)
    assert sorted(table) == sorted(COMMANDS)


def documents_of(page: Path) -> list[str]:
    blocks = FENCED.findall(page.read_text(encoding="utf-8"))
    return [text for _, language, text in blocks if language == "yaml" and "apiVersion: sumptuary/" in text]


@pytest.mark.parametrize("page", [page for page in PAGES if documents_of(page)], ids=lambda page: page.name)
def test_documents_are_read(page: Path) -> None:
    compilation = Compilation.begin()
    for number, text in enumerate(documents_of(page)):
        file = f"{page.name}-{number}.yaml"
        compilation.read_file(Root(file, ""), file, text.encode())
    assert [str(problem) for problem in compilation.problems] == []
    assert compilation.entries
