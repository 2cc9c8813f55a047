"""The options that mean the same everywhere."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from sumptuary.cli import program
from sumptuary.cli.arguments import (
    Output,
    Parser,
    add_output_options,
    add_price_options,
    add_reading_options,
    existing,
    moment,
    outputs,
    variables,
)
from sumptuary.errors import UsageError

FORMATS = ("text", "json", "sarif")


def parsed(*argv: str) -> Namespace:
    parser = Parser(prog="sumptuary check", description="Check.")
    add_reading_options(parser)
    add_price_options(parser)
    add_output_options(parser, FORMATS)
    return parser.arguments(argv)


@pytest.mark.parametrize(
    ("argv", "wanted"),
    [
        ([], [Output("text")]),
        (["--format", "json"], [Output("json")]),
        (["--output", "a.txt"], [Output("text", "a.txt")]),
        (["--format", "json", "--output", "a.json"], [Output("json", "a.json")]),
        (["--output", "a.json", "--format=json"], [Output("json", "a.json")]),
        (["--format", "json=a.json", "--format", "text"], [Output("json", "a.json"), Output("text")]),
        (
            ["--format", "json", "--output", "a", "--format", "sarif", "--output", "b"],
            [Output("json", "a"), Output("sarif", "b")],
        ),
        (["--format", "json=-"], [Output("json")]),
    ],
)
def test_formats_and_files_pair_up(argv: list[str], wanted: list[Output]) -> None:
    assert list(outputs(parsed(*argv), FORMATS, "text")) == wanted


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--format", "jsn"], "did you mean `json`?"),
        (["--format", "xml"], "--format takes one of text, json, sarif; not `xml`"),
        (["--format", "json="], "names no file"),
        (["--format", "json", "--format", "text"], "only one format can go to standard output"),
        (["--format", "json=a", "--output", "b"], "`--output b` has no --format of its own"),
        (["--format", "json=no/such/directory/a"], "its directory is not there"),
    ],
)
def test_formats_that_do_not(argv: list[str], said: str) -> None:
    with pytest.raises(UsageError) as raised:
        outputs(parsed(*argv), FORMATS, "text")
    assert said in str(raised.value)


def test_variables_keep_what_follows_the_first_equals_sign() -> None:
    assert variables(parsed("--var", "a=1", "--var", "b=x=y", "--var", "a=", "--var=c=[1, 2]")) == {
        "a": "",
        "b": "x=y",
        "c": "[1, 2]",
    }


@pytest.mark.parametrize("given", ["a", "=1", ""])
def test_a_variable_without_a_name_or_value_is_a_mistake(given: str) -> None:
    with pytest.raises(UsageError, match="NAME=VALUE"):
        variables(parsed("--var", given))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-21T08:30:00Z", datetime(2026, 11, 21, 8, 30, tzinfo=UTC)),
        ("2026-11-21T08:30+02:00", datetime(2026, 11, 21, 8, 30, tzinfo=timezone(timedelta(hours=2)))),
        ("2026-11-21T08:30:00", datetime(2026, 11, 21, 8, 30, tzinfo=UTC)),
    ],
)
def test_moments(text: str, wanted: datetime) -> None:
    assert moment(text) == wanted
    assert parsed("--now", text).now == wanted


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "", "1763712000"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(UsageError, match="ISO 8601"):
        parsed("--now", text)


def test_paths_that_are_not_there_are_named(tmp_path: Path) -> None:
    assert existing([str(tmp_path)], "the path") == [str(tmp_path)]
    with pytest.raises(UsageError, match="the path `nowhere` is not there"):
        existing([str(tmp_path), "nowhere"], "the path")


def test_a_path_that_cannot_be_reached_is_not_said_to_be_missing() -> None:
    name = "a" * 5000
    with pytest.raises(UsageError, match=f"the path `{name}` cannot be reached: File name too long"):
        existing([name], "the path")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["policies"], "policies needs to know what to do\n  hint: one of list, show, explain, diff, validate, test, "),
        (["rules"], "rules needs to know what to do\n  hint: one of list, show: `sumptuary rules list`"),
        (["prices", "show", "aws", "m5.large"], "--region is missing\n  hint: see `sumptuary prices show --help`"),
        (["prices", "show"], "PROVIDER, SKU and --region are missing"),
    ],
)
def test_what_is_missing_is_named(command: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.run(command) == 2
    assert said in capsys.readouterr().err


def test_options_and_paths_may_mix() -> None:
    found = parsed("a.tf", "--var", "x=1", "b.tf", "--quiet", "c")
    assert found.paths == ["a.tf", "b.tf", "c"]


def test_options_are_not_guessed_from_their_beginning() -> None:
    with pytest.raises(UsageError, match="there is no option `--qui`"):
        parsed("--qui")
