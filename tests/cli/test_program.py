"""The program around the commands: what it catches, what it says, and what it returns."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from sumptuary.cli import arguments, program
from sumptuary.errors import PolicyError, SumptuaryError, UsageError

Act = Callable[[Namespace], int]


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[Act], None]:
    """Put a command of the test's own in the place of all."""

    def install(act: Act) -> None:
        module = ModuleType("sumptuary.cli.act")
        module.NAME, module.HELP = "act", "Act."  # type: ignore[attr-defined]
        module.configure = arguments.add_policy_options  # type: ignore[attr-defined]
        module.run = act  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "sumptuary.cli.act", module)
        monkeypatch.setattr(program, "COMMANDS", ("act",))

    return install


def raising(error: BaseException) -> Act:
    def act(_: Namespace) -> int:
        raise error

    return act


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UsageError("no such thing", hint="try another"), 2, "sumptuary: no such thing\n  hint: try another\n"),
        (
            PolicyError([SumptuaryError("one", place="a:1:2"), SumptuaryError("two", place="b:3:4")]),
            2,
            "sumptuary: a:1:2: one\nb:3:4: two\n",
        ),
        (KeyboardInterrupt(), 130, "sumptuary: interrupted\n"),
        (UsageError("\x1b[31mred"), 2, "sumptuary: \\x1b[31mred\n"),
    ],
)
def test_what_goes_wrong_is_said_once(
    error: BaseException, code: int, said: str, stand_in: Callable[[Act], None], capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(raising(error))
    assert program.run(["act"]) == code
    output = capsys.readouterr()
    assert output.err == said
    assert output.out == ""


@pytest.mark.parametrize("fault", [ValueError("odd\x1b"), RecursionError("deep"), MemoryError(), AssertionError()])
def test_a_fault_of_the_program_is_confessed_without_a_traceback(
    fault: Exception, stand_in: Callable[[Act], None], capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(raising(fault))
    assert program.run(["act"]) == 4
    said = capsys.readouterr().err
    assert "this is a fault of sumptuary itself" in said
    assert type(fault).__name__ in said
    assert "Traceback" not in said
    assert "\x1b" not in said
    assert program.run(["act", "--debug"]) == 4
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_the_code_of_a_command_is_the_code_of_the_program(stand_in: Callable[[Act], None]) -> None:
    stand_in(lambda _: 3)
    assert program.run(["act"]) == 3


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["chekc"], "did you mean `sumptuary check`?"),
        (["zzz"], "the commands are check, scan"),
        (["--quiet", "check"], "options follow the command"),
    ],
)
def test_a_command_that_is_none(argv: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.run(argv) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--polices=x"], "there is no option `--polices`\n  hint: did you mean `--policies`?"),
        (["--zzz"], "there is no option `--zzz`\n  hint: see `sumptuary act --help`"),
        (["--stage", "precommit"], "--stage takes one of pre-commit, ci, scheduled; not `precommit`"),
        (["--stage", "precommit"], "did you mean `pre-commit`?"),
        (["--fail-on", "high"], "--fail-on takes one of audit, advisory, soft-mandatory, hard-mandatory; not `high`"),
        (["--stage"], "--stage takes a value, and none is given\n  hint: see `sumptuary act --help`"),
        (["stray"], "unexpected argument `stray`"),
    ],
)
def test_an_option_that_is_none(
    argv: list[str], said: str, stand_in: Callable[[Act], None], capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(lambda _: 0)
    assert program.run(["act", *argv]) == 2
    assert said in capsys.readouterr().err


def test_help_goes_to_standard_output_and_no_command_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.run(["--help"]) == 0
    asked = capsys.readouterr()
    assert program.run([]) == 2
    assert capsys.readouterr().err == asked.out
    for name in program.COMMANDS:
        assert f"\n  {name}" in asked.out


def commands_on_disk() -> set[str]:
    """The files and packages beside the program that say they are a command."""
    directory = Path(program.__file__).parent
    files = {path.stem: path for path in directory.glob("*.py")}
    packages = {path.parent.name: path for path in directory.glob("*/__init__.py")}
    found = {**files, **packages}
    return {name for name, path in found.items() if "\nNAME = " in path.read_text(encoding="utf-8")}


def test_no_command_is_forgotten() -> None:
    assert set(program.COMMANDS) == commands_on_disk()


@pytest.mark.parametrize("name", program.COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = program.command(name)
    assert name == found.NAME
    assert found.HELP
    assert not found.HELP.endswith(".")
    assert len(found.HELP) < 100
    assert program.run([name, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: sumptuary {name}")
    assert found.HELP in " ".join(said.split())


def test_help_breaks_no_word_at_a_hyphen(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.run(["check", "--help"]) == 0
    assert "missing-ttl.parameters.max_ttl=12h" in capsys.readouterr().out
