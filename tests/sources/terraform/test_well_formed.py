"""A file in order is read in one pass, to the same blocks, lines and texts that the whole grammar finds in it.

The two readers are held against each other over the fixtures, over thousands of damaged files and, in the long form,
over public repositories; where only the grammar complains, Terraform's own parser settles it.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sumptuary.sources.terraform import tolerant, well_formed
from sumptuary.sources.terraform.glance import Glance, UnclearError
from sumptuary.sources.terraform.nodes import Object
from sumptuary.sources.terraform.syntax import Body

FIXTURES = Path(__file__).parents[3] / "fixtures"
PUBLIC = [Path(each) for each in os.environ.get("SUMPTUARY_PUBLIC_TREES", "").split(os.pathsep) if each]
needs_public = pytest.mark.skipif(not PUBLIC, reason="SUMPTUARY_PUBLIC_TREES names no directories to compare on")
TERRAFORM = shutil.which("terraform")
GRAMMAR_ERRS = re.compile(r"\d[eE][+-]?\d|\$\$\$\{|%%%\{|\v")
"""What tree-sitter's grammar is known to misread, and Terraform and we do not."""

Row = tuple[int, str, int, int, str, int]


def rows(body: Body, depth: int = 0) -> Iterator[Row]:
    """Everything in a body with its depth, name or labels, lines, text and column."""
    for name, attribute in body.attributes.items():
        expression = attribute.expression
        yield depth, name, attribute.line, attribute.end_line, expression.text, expression.column
    for block in body.blocks:
        yield depth, " ".join((block.type, *block.labels)), block.line, block.end_line, "", 0
        yield from rows(block.body, depth + 1)


def disagreement(text: str) -> str:
    """What the two readers tell differently of a text; nothing where the first leaves it to the second."""
    quick = well_formed.read(text)
    if quick is None:
        return ""
    whole = tolerant.read(text.encode(), "main.tf")
    if whole.problems:
        return "" if GRAMMAR_ERRS.search(text) or terraform_reads(text) else f"{whole.problems} in {text!r}"
    told, expected = list(rows(quick)), list(rows(whole.body))
    if told == expected or GRAMMAR_ERRS.search(text):
        return ""
    return f"{[pair for pair in zip(told, expected, strict=False) if pair[0] != pair[1]][:3]} in {text!r}"


def terraform_reads(text: str) -> bool:
    """Whether Terraform's own parser takes the text; no, where there is no Terraform to ask."""
    if TERRAFORM is None:
        return False
    environment = {"PATH": os.environ.get("PATH", ""), "CHECKPOINT_DISABLE": "1"}
    command = [TERRAFORM, "fmt", "-"]
    ran = subprocess.run(command, env=environment, input=text.encode(), capture_output=True, check=False)
    return ran.returncode == 0


ORDINARY = [
    "",
    "# nothing but a comment",
    "a = 1",
    "a = 1 # told",
    "a=1//told\nb  =  true\n",
    "a = 1\r\nb = 2\r\n",
    "/* a licence\n * of many lines **/\n\na = var.x.y[0][\"k\"][each.key][*].z\n",
    'a = "${var.name}-${ local.x[0] } costs $5 and 100% \\"more\\"\\n"\n',
    'a = "é" # ü\nb = "ö${var.x}"\n',
    "a = [\n  1, # one\n  \"two\",\n  var.three\n]\n",
    "a = [[1, 2], [], [{ b = [3] }]]\n",
    "a = f(1, g(h(var.x)), [\n  2,\n]...)\n",
    "a = f(\n).b[0].c\n",
    "a = var.x ? 1 : 0\n",
    'a = var.x == null ? [] : var.y != "b" && !var.z || -1 < var.n ? [1] : {\n  b = 2\n}\n',
    "a = (\n  var.x\n  || (var.y && !var.z)\n) ? \"b\" : null\n",
    "a = {\n  b = 1, c = 2\n\n  # told\n  \"d e\" = {\n    f : [1]\n  } // told\n}\n",
    "a = {\n  (var.k) = g(1)\n  \"${var.k}\" = 1\n}\n",
    "a = {}\nb = { c = 1 }\nd = { e = 1, f = { g = 2 } }\n",
    "a = local.m[f(var.k)].b[var.i + 1][\"${var.k}\"].c\n",
    "a = <<-EOT\n  text # of its own } ${\"$\"}{\n  EOT\n",
    "a = <<EOT\ntext EOT\nEOTX\n EOT \nb = 1\n",
    "a = f(<<EOT\ntext\nEOT\n, 1)\n",
    "x {}\ny { a = [b] }\nz \"l\" m {\n  a = 1\n  dynamic \"n\" {\n    content {\n    }\n  }\n} # told\n",
    "a = [for k, v in var.m : { k = v } if v != null]\n",
    "a = { for k, v in var.m : k => v... }\nb = \"${f(\"x\")}\" # told\n",
]  # fmt: skip
"""Files that are read at once."""


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_file_is_read_at_once(text: str) -> None:
    assert well_formed.read(text) is not None
    assert disagreement(text) == ""


def test_the_keys_of_an_object_that_is_read_on_the_way_keep_their_place() -> None:
    text = "a = 1\nb = {\n  c = [for x in y : x]\n  d = 2\n}\n"
    quick = well_formed.read(text)
    assert quick is not None
    value = quick.attributes["b"].expression
    whole = tolerant.read(text.encode(), "main.tf").body.attributes["b"].expression
    (read, expected) = (value.node(), whole.node())
    assert isinstance(read, Object)
    assert isinstance(expected, Object)
    assert [value.text[at] for at in read.offsets] == ["c", "d"]
    assert read.offsets == expected.offsets


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a =",
        "a = \n1\n",
        "a = 1 b = 2",
        "a = 1\na = 2",
        "a = [1 2]",
        "a = [1,,2]",
        "a = (1, 2)",
        "a = f(1 2)",
        "a = f(1...)...",
        "a = x[1, 2]",
        "a = x[]",
        "a = ()",
        "a = (1]",
        "a = {b = 1]",
        "a = { b = 1 c = 2 }",
        "a = { b = 1,, c = 2 }",
        "a = { b }",
        "a = 1 +",
        "a = 1\n+ 2",
        "a = var.x ? 1\n",
        "a = var.x ? 1 : 0 : 2",
        "a = var.x : 1",
        "a = [var.x ? 1, 2]",
        "a = { b = var.x ? 1\n c = 2 }",
        'a = "b',
        'a = "b\n"',
        'a = "${}"',
        'a = "\\q"',
        "a = <<EOT\ntext\n",
        "a = <<EOT\ntext\nEOTX\n",
        "a = 1\r b = 2",
        "a = f(1,\r 2)",
        "a = f(1,\u00a02)",
        "a = 1.",
        "a = 0x1",
        "a = { for = 1 }",
        "a = {\n  for : 1\n}\n",
        'a = "\\ud83d"',
        '{ "a": 1 }',
        "a = x.",
        "a = x...",
        "a => b",
        "a == b",
        "}",
        "x {",
        "x {\n",
        "x { a = 1\n}",
        "x { a = 1, b = 2 }",
        "x { a = 1 b = 2 }",
        "x { a = 1 } y {}",
        'x "${l}" {}',
        'x "l {}',
        "x\n{}",
        "x {} }",
        "x {\n a = 1 }",
        "/* never closed",
        "x {\n" * 200 + "}\n" * 200,
    ],
)
def test_what_may_be_wrong_is_left_to_the_grammar(text: str) -> None:
    assert well_formed.read(text) is None


def test_an_argument_given_twice_is_left_to_the_grammar_in_blocks_too() -> None:
    assert well_formed.read("x {\n  a = 1\n  a = 2\n}\n") is None
    assert well_formed.read("x {\n  a = 1\n}\nx {\n  a = 2\n}\n") is not None


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("a ? b : c # d", 9),
        ('f("x", [1]) }', 11),
        ("{ a = 1 } # told", 9),
        ("x[y[z]] ,", 7),
    ],
)
def test_a_glance_finds_where_an_expression_ends(text: str, end: int) -> None:
    assert Glance(text).end_of(0) == end


def test_a_glance_gives_up_where_it_cannot_tell() -> None:
    for text in ("[for x in y : x]", '"${f(x)}"', "a ? b", "[" * 1000 + "]" * 1000):
        with pytest.raises(UnclearError):
            Glance(text).end_of(0)


@pytest.mark.parametrize(
    "text",
    [
        "a = [" + "1, " * 200_000 + "{}]",
        "a = " + "[1, 2, " * 50_000,
        "a = " + "f(x, " * 50 + "1" + ")" * 50 + "\nb = [" + "g(1), " * 100_000 + "]\n",
        "/*" + "*" * 1_000_000,
        "#" * 1_000_000,
        " " * 1_000_000 + "=",
        "\n" * 1_000_000 + "=",
        "a = <<EOT\n" + "text\n" * 200_000,
        "a = " + '"x" + ' * 100_000 + "\n",
        "x" + ' "y"' * 100_000 + "\n",
        "a = " + '"${x}' * 100_000 + "\n",
        "a = {\n" + "  b = 1 # told\n" * 100_000,
    ],
)
def test_long_texts_do_not_hang(text: str) -> None:
    started = time.process_time()
    well_formed.read(text)
    assert time.process_time() - started < 5


PIECES = [
    *'{}[]()"=:,.?!~*-+<>&|%$\\\n #/', "\r", "\r\n", "\u00a0", "==", "${", "%{", "<<EOT\n", "EOT\n", "for ", " in ",
    "if ", "...", "[*]", ".*", "/*", "*/", "//", "null", "x", "1", "é", "=>", "::", "0x1", "$$", "%%{", " ? ", " : ",
]  # fmt: skip


def damaged(text: str, chance: random.Random) -> str:
    """A window of the text with a few small changes."""
    lines = text.split("\n")
    first = chance.randrange(len(lines))
    text = "\n".join(lines[first : first + chance.choice((5, 20, 60))] if chance.random() < 0.7 else lines[:100])
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        place, kind = chance.randrange(len(text) + 1), chance.random()
        if kind < 0.5:
            text = text[:place] + chance.choice(PIECES) + text[place:]
        elif kind < 0.8:
            text = text[:place] + text[place + chance.choice((1, 1, 2, 10)) :]
        else:
            again = text[place : place + chance.randint(1, 30)]
            text = text[:place] + again + text[place:]
    return text


def hold_together(texts: list[str], times: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- the same files in every run
    at_once = 0
    for _ in range(times):
        text = damaged(chance.choice(texts), chance)
        at_once += well_formed.read(text) is not None
        assert disagreement(text) == ""
    assert at_once > times / 20, "almost nothing was read at once, so little was compared"


def fixtures() -> list[str]:
    return [*ORDINARY, *(path.read_text() for path in sorted(FIXTURES.rglob("*.tf")))]


def test_the_fixtures_are_read_at_once_and_alike() -> None:
    for text in fixtures():
        assert well_formed.read(text) is not None
        assert disagreement(text) == ""


def test_damaged_files_are_read_alike_or_left() -> None:
    hold_together(fixtures(), 3_000, 1)


def public_texts() -> Iterator[tuple[Path, str]]:
    for path in sorted(path for root in PUBLIC for path in root.rglob("*.tf") if path.is_file()):
        try:
            yield path, path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode()
        except UnicodeDecodeError:
            continue


@needs_public
@pytest.mark.long
def test_public_files_are_read_alike_and_nearly_all_at_once() -> None:
    left: list[str] = []
    for path, text in public_texts():
        assert disagreement(text) == "", path
        if well_formed.read(text) is None and not tolerant.read(text.encode(), str(path)).problems:
            left.append(str(path))
    assert len(left) < 10, left


@needs_public
@pytest.mark.long
def test_damaged_public_files_are_read_alike_or_left() -> None:
    hold_together([text for _, text in public_texts() if text], 200_000, 2)
