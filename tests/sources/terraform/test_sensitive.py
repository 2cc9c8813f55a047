"""What ``sensitive()`` marks is not known, whatever is computed of it, and stands in no output."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.scope import Names
from sumptuary.values import PartialMap, Unknown, first_unknown

WHY = Unknown("var.u has no value", ("var.u",))
MARKED = Unknown("what sensitive() marks is sensitive")
NOT_TOLD = Unknown("whether a value is sensitive is known when Terraform runs")


def value_of(expression: str) -> object:
    return Expression(expression).evaluate(Names({"u": WHY}))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('sensitive("CANARY")', MARKED),
        ("sensitive(null)", MARKED),
        ("sensitive(u)", WHY),
        ('core::sensitive("CANARY")', MARKED),
        ('"a-${sensitive("CANARY")}"', MARKED),
        ('upper(sensitive("CANARY"))', MARKED),
        ('sensitive({a = "CANARY"}).a', MARKED),
        ('sensitive("CANARY") == "CANARY"', MARKED),
        ('{a = sensitive("CANARY"), b = 1}', {"a": MARKED, "b": 1}),
        ('{(sensitive("CANARY")) = 1, b = 2}', PartialMap({"b": 2}, MARKED)),
        ('[for each in sensitive(["CANARY"]) : each]', MARKED),
        ('true ? sensitive("CANARY") : 1', MARKED),
        ('try(tonumber(sensitive("CANARY")), 1)', MARKED),
        ('nonsensitive(upper(sensitive("CANARY")))', MARKED),
        ('nonsensitive(sensitive("plain"))', "plain"),
        ('nonsensitive((sensitive("plain")))', "plain"),
        ("nonsensitive(sensitive(u))", WHY),
        ('nonsensitive("plain")', "plain"),
        ("nonsensitive(u)", WHY),
        ('issensitive(sensitive("CANARY"))', True),
        ('issensitive(upper(sensitive("CANARY")))', True),
        ("issensitive(sensitive(u))", True),
        ('issensitive(nonsensitive(upper(sensitive("CANARY"))))', NOT_TOLD),
        ('issensitive(flatten([[1], [sensitive("CANARY")]]))', NOT_TOLD),
        ('issensitive({a = sensitive("CANARY")})', NOT_TOLD),
        ('issensitive("x")', NOT_TOLD),
        ("issensitive(u)", NOT_TOLD),
    ],
)
def test_what_is_marked_is_not_known(expression: str, expected: object) -> None:
    found = value_of(expression)
    assert found == expected
    assert "CANARY" not in repr(found)
    if isinstance(expected, PartialMap):
        assert isinstance(found, PartialMap)
        assert found.rest == expected.rest


@pytest.mark.parametrize("expression", ["sensitive()", "sensitive(1, 2)", "nonsensitive(sensitive())"])
def test_a_wrong_call_is_told(expression: str) -> None:
    unknown = first_unknown(value_of(expression))
    assert unknown is not None
    assert "sensitive(): " in unknown.reason
    assert "arguments are given" in unknown.reason


CONFIGURATION = """
provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { cost = sensitive("CANARY-default") }
  }
}
locals {
  secret = sensitive({ word = "CANARY-local", number = 5 })
  sized  = sensitive("p5.48xlarge")
}
resource "aws_instance" "a" {
  ami           = sensitive("CANARY-ami")
  instance_type = local.sized
  user_data     = "#!/bin/sh\\n# ${sensitive("CANARY-template")}"
  count         = tonumber(sensitive("CANARY-count"))
  tags          = { team = sensitive("CANARY-tag"), name = local.secret.word, (sensitive("CANARY-key")) = "x" }
}
resource "aws_instance" "b" {
  instance_type = tonumber(sensitive("CANARY-refused"))
  tags          = merge({ team = "web" }, sensitive({ owner = "CANARY-merge" }))
}
resource "aws_ebs_volume" "c" {
  availability_zone = "eu-west-1a"
  size              = local.secret.number
  tags              = sensitive({ team = "CANARY-all" })
}
module "m" {
  source = "./m"
  word   = sensitive("CANARY-argument")
}
output "o" {
  value = jsonencode(local.secret)
}
"""
MODULE = """
variable "word" {
  validation {
    condition     = var.word == "CANARY-other"
    error_message = "not ${var.word}"
  }
}
resource "aws_instance" "d" {
  instance_type = "t3.micro"
  tags          = { team = var.word, shout = upper(var.word) }
}
"""
IN_JSON = """
{"resource": {"aws_instance": {"e": {"instance_type": "t3.micro", "tags": {"t": "${sensitive(\\"CANARY-j\\")}"}}}}}
"""


@pytest.mark.parametrize(
    "words",
    [
        ["resources", "."],
        *(["check", ".", "--format", form] for form in ("json", "text", "markdown", "sarif", "junit", "gitlab")),
    ],
    ids=" ".join,
)
def test_no_canary_comes_out_anywhere(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "main.tf").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "more.tf.json").write_text(IN_JSON, encoding="utf-8")
    (tmp_path / "m" / "main.tf").write_text(MODULE, encoding="utf-8")
    command = [sys.executable, "-m", "sumptuary", *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert "module.m.aws_instance.d" in done.stdout
    assert "CANARY" not in done.stdout + done.stderr
    assert "p5.48xlarge" not in done.stdout + done.stderr
