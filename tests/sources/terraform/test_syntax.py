"""Files are read into bodies with lines; whatever is wrong with one is told with its place, and never raises."""

from __future__ import annotations

import random
import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumptuary.sources.terraform.expressions import FAULT
from sumptuary.sources.terraform.parsing import parse
from sumptuary.sources.terraform.scope import Budget, Names
from sumptuary.sources.terraform.syntax import Attribute, Block, Body, File
from sumptuary.values import Unknown, first_unknown

SOURCE = """\
terraform {
  required_version = ">= 1.5"
}

# a comment
resource "aws_instance" "web" { // another
  count         = 2
  instance_type = "t3.micro" /* and one more */
  tags = merge(var.tags, {
    Name = "web-${count.index}"
  })
  user_data = <<-EOT
    #!/bin/sh
    echo ${var.x} }
  EOT

  ebs_block_device {
    device_name = "x"
  }
  dynamic "ebs_block_device" {
    for_each = var.disks
    content { volume_size = ebs_block_device.value }
  }
}

variable x {}
locals { a = 1 }
"""


def read(text: str | bytes) -> File:
    return parse(text.encode() if isinstance(text, str) else text, "main.tf")


def test_structure_and_lines() -> None:
    file = read(SOURCE)
    assert file.problems == []
    terraform, web, variable, local = file.body.blocks
    assert (terraform.type, terraform.labels, terraform.line, terraform.end_line) == ("terraform", (), 1, 3)
    assert (web.type, web.labels, web.line, web.end_line) == ("resource", ("aws_instance", "web"), 6, 24)
    assert [(name, one.line, one.end_line) for name, one in web.body.attributes.items()] == [
        ("count", 7, 7),
        ("instance_type", 8, 8),
        ("tags", 9, 11),
        ("user_data", 12, 15),
    ]
    assert web.body.attributes["tags"].expression.line == 9
    assert web.body.attributes["tags"].expression.column == 10
    assert [(one.type, one.labels, one.line, one.end_line) for one in web.body.blocks] == [
        ("ebs_block_device", (), 17, 19),
        ("dynamic", ("ebs_block_device",), 20, 23),
    ]
    assert web.body.blocks[1].body.blocks[0].body.attributes["volume_size"].line == 22
    assert (variable.type, variable.labels, local.type) == ("variable", ("x",), "locals")


def test_values_are_read_when_asked_for() -> None:
    web = read(SOURCE).body.blocks[1]
    scope = Names({"var": {"tags": {"team": "x"}, "x": "hi"}, "count": {"index": 1}})
    assert web.body.attributes["tags"].expression.evaluate(scope) == {"team": "x", "Name": "web-1"}
    assert web.body.attributes["user_data"].expression.evaluate(scope) == "#!/bin/sh\necho hi }\n"
    assert web.body.attributes["count"].expression.literal() == 2


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ('resource "a" "b" {\n  x = 1\n', 1, 'the block resource "a" "b" is not closed'),
        ("a = \n", 1, ""),
        ("a = [1, 2\nb = 3\n", 1, "this [ is not closed"),
        ('a = "x\n', 1, "this string is not closed"),
        ("x {\n  a = 1\n  a = 2\n}\n", 3, '"a" is set twice (first on line 2)'),
        ("a = 1\nb = 2\na = 3\n", 3, '"a" is set twice (first on line 1)'),
        ("a = 1 b = 2\n", 1, "a new line is missing before this"),
        ("x {} y {}\n", 1, "a new line is missing before this"),
        ("x { a = 1\n b = 2 }\n", 1, "a block on one line"),
        ("x {\n a = 1 }\n", 1, "a new line is missing before the closing brace"),
        ("x { y {} }\n", 1, "a block on one line"),
        ('x "y"\n{\n}\n', 1, "the opening brace"),
        ('x "y${z}" {\n}\n', 1, "a label must be plain text"),
        ("a =\n  1\n", 1, 'the value of "a" must begin on the same line'),
        ("}\n", 1, "unexpected }"),
        ("<html>\n<body>\n", 1, ""),
        ('# of JSON\n{ "a": 1 }\n', 2, "an argument or a block is wanted here"),
        ("a = 1\nb = { for = 1 }\n", 2, "unexpected"),
        ('a = "\\ud83d"\n', 1, "is not a character"),
        ("a = {{ .Values.x }}\n", 1, ""),
        ("{{ if .x }}\na = 1\n{{ end }}\n", 1, "a template of another language"),
        ('x "y" {\n{% for n in nodes %}\n  a = 1\n{% endfor %}\n}\n', 2, "a template of another language"),
        ("<% if x %>\nlocals {}\n", 1, "a template of another language"),
        (b"a = 1\nb = \x00\n", 2, "NUL"),
        (b'a = 1\nb = "\xff\xfe"\n', 2, "not UTF-8"),
        (b"\x7fELF\x02\x01\x01\x00\x00", 1, "NUL"),
        ("a = 1\n" + "x {\n" * 300 + "}\n" * 300, 103, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(source: str | bytes, line: int, message: str) -> None:
    file = read(source)
    assert file.problems
    assert any(message in problem.message for problem in file.problems), file.problems
    assert file.problems[0].line == line
    assert file.problems[0].column >= 1


def test_what_could_be_read_stays_readable() -> None:
    file = read('a = 1\nresource "x" "y" {\n  z = [1,\n}\nb = 2\n')
    assert file.problems
    assert "a" in file.body.attributes
    assert file.body.attributes["a"].expression.literal() == 1


@pytest.mark.parametrize(
    "source",
    ["a = {\n  b = ]\n}\n", "a = foo(1,\n", "x {\n a = 1 +\n}\n", 'a = "x\nb = "y"\n', 'a = "p4d" "x"\n', "a = 1 2\n"],
)
def test_a_damaged_expression_is_unknown(source: str) -> None:
    file = read(source)
    assert file.problems
    for attribute in every_attribute(file.body):
        assert isinstance(attribute.expression.evaluate(Names({})), Unknown)


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\n",
        b"# nothing",
        b"\xef\xbb\xbfa = 1\n",
        b"a = 1\r\nb = 2\r\n",
        b"a = 1",
        b"x { a = 1 }",
        b"x {\n\n}",
        b"a = 1e3\n",
        b'x {\n  a = 1e3\n  y {\n    b = [{ c = 1e3, d = "1e3" }, 2e-1]\n  }\n}\n',
        b"a = <<EOT\n%{ if true ~}\n ${~ 1e3 } 1e3\n%{ endif }\nEOT\n",
    ],
)
def test_what_is_fine_has_no_problems(source: bytes) -> None:
    file = read(source)
    assert file.problems == []
    if b"a =" in source:
        assert next(one.name for one in every_attribute(file.body)) == "a"


@pytest.mark.parametrize(
    "source",
    [
        "a = " + "(" * 10_000 + "1" + ")" * 10_000,
        "a = " + "[" * 10_000 + "]" * 10_000,
        "a = " + "{ b = " * 5_000 + "1" + "}" * 5_000,
        "a = " + '"${' * 3_000 + "1" + '}"' * 3_000,
        "a = " + "f(" * 10_000 + ")" * 10_000,
        "a = 1" + " + 1" * 50_000,
        "a = " + "!" * 50_000 + "true",
        "a = x" + ".y" * 50_000,
        "a = x" + "[0]" * 20_000,
        "a = true" + " ? 1 : false" * 5_000,
        "x {\n" * 10_000 + "}\n" * 10_000,
        'a = "' + "x" * 1_000_000 + '"',
        "a = " + "9" * 100_000,
        "/*" * 100_000,
        '"' * 100_001,
        "a = <<A\n" * 20_000,
    ],
)
def test_hostile_files_are_bounded(source: str) -> None:
    started = time.process_time()
    file = read(source)
    for attribute in every_attribute(file.body):
        value = attribute.expression.evaluate(Names({}))
        assert not faulty(value)
        attribute.expression.references()
    assert time.process_time() - started < 5


def every_attribute(body: Body) -> list[Attribute]:
    found: list[Attribute] = []
    waiting: list[Body | Block] = [body]
    while waiting:
        item = waiting.pop()
        inner = item.body if isinstance(item, Block) else item
        found += inner.attributes.values()
        waiting += inner.blocks
    return found


def faulty(value: object) -> bool:
    unknown = first_unknown(value)
    return unknown is not None and unknown.reason.startswith(FAULT)


PIECES = [
    *'{}[]()"=:,.?!~*-+<>&|%$\\\n #',
    "${", "%{", "<<EOT\n", "EOT\n", "for x in ", "if ", "...", "[*]", ".*", "/*", "null", "1e999", "é", "x", "1", "=>",
    "for", "endif", "else", '"a"', "a = ", "x {\n", "}\n", "\t", "\r\n", "::", "try(", "merge(", "format(", ")",
]  # fmt: skip


def survives(source: str) -> None:
    """Reads and evaluates everything; an exception, or a fault turned into an unknown, fails."""
    scope = Names({"var": {"x": 1}, "x": [1, 2], "a": {"b": "c"}})
    scope.budget = Budget(100_000)
    for attribute in every_attribute(read(source).body):
        assert not faulty(attribute.expression.evaluate(scope)), attribute.expression.text
        attribute.expression.references()
        attribute.expression.pairs()


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_the_reader_fail(text: str) -> None:
    survives(f"a = {text}\n{text}\n")


def mutated(chance: random.Random) -> str:
    text = SOURCE
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(text) + 1)
        if chance.random() < 0.5:
            text = text[:place] + chance.choice(PIECES) + text[place:]
        else:
            text = text[:place] + text[place + chance.randint(1, 30) :]
    return text


def test_a_mutated_file_is_read() -> None:
    chance = random.Random(1)  # noqa: S311 -- the same files in every run
    for _ in range(300):
        survives(mutated(chance))


@pytest.mark.long
def test_many_mutated_files_are_read() -> None:
    chance = random.Random(2)  # noqa: S311 -- the same files in every run
    for _ in range(30_000):
        survives(mutated(chance))


def test_numbers_with_exponents_are_read_and_text_is_left_alone() -> None:
    file = read('x {\n  a = 1e3\n  y {\n    b = [{ c = 25e-1, d = "1e3" }]\n  }\n}\n')
    assert file.problems == []
    inner = file.body.blocks[0].body.blocks[0].body
    assert inner.attributes["b"].expression.evaluate(Names({})) == [{"c": Decimal("2.5"), "d": "1e3"}]


@pytest.mark.parametrize(
    ("value", "line", "message"),
    [
        ('"two\nlines"', 1, "the string is not closed on its line"),
        ("[\n  1,\n  local.a::b]", 3, "unexpected '::b]'"),
        ("{ a = 1 b = 2 }", 1, "unexpected 'b = 2 }'"),
        ("<<EOT\na\n${ { a = 1 b = 2 } }\nEOT\n", 3, "unexpected 'b = 2 } }'"),
        ("0x1f", 1, "unexpected 'x1f'"),
        ("a::b", 1, "the expression ends too early"),
    ],
)
def test_a_value_that_is_no_expression_is_a_problem_of_its_own(value: str, line: int, message: str) -> None:
    file = read(f"a = {value}\nb = 1\n")
    assert [(each.line, each.message, each.hides) for each in file.problems] == [
        (line, f'the value of "a" cannot be read: {message}', False)
    ]
    assert file.body.attributes["b"].expression.literal() == 1
