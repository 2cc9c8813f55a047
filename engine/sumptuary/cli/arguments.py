"""The options that mean the same in every command, and an argument parser that says which word was meant."""

from __future__ import annotations

import os
from argparse import PARSER, REMAINDER, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sumptuary.errors import UsageError
from sumptuary.policy.compiled import LEVELS, STAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import _ArgumentGroup  # pyright: ignore[reportPrivateUsage]  # argparse has no public name for it
    from typing import Any, NoReturn


FAIL_ON = f"the enforcement from which a violation blocks: {', '.join(LEVELS[1:])} (default: soft-mandatory)"


class _Help(RawDescriptionHelpFormatter):
    """Help as wide as COLUMNS says. (Left to itself it imports ``shutil`` to ask, for every option that is added.)"""

    def __init__(self, prog: str) -> None:
        columns = os.environ.get("COLUMNS", "")
        super().__init__(prog, max_help_position=32, width=int(columns) if columns.isdecimal() else 100)

    def _split_lines(self, text: str, width: int) -> list[str]:
        """Fold at spaces only: an id with a hyphen stays one word, to be copied."""
        from textwrap import wrap

        return wrap(" ".join(text.split()), width, break_on_hyphens=False)


class Parser(ArgumentParser):
    """An argument parser whose errors are ours: exit 2, with the nearest option or word suggested."""

    def __init__(self, *, prog: str, description: str) -> None:
        super().__init__(prog=prog, description=description, allow_abbrev=False, formatter_class=_Help)

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found wrong as a usage error."""
        what, _, missing = message.rpartition("are required: ")
        if what:
            self._lacks(missing.split(", "))
        option, _, problem = message.removeprefix("argument ").rpartition(": ")
        said = f"{option} takes a value, and none is given" if problem == "expected one argument" else message
        raise UsageError(said, hint=f"see `{self.prog} --help`")

    def _lacks(self, names: Sequence[str]) -> NoReturn:
        """Say which arguments are missing; of an action, which there are."""
        for action in self._actions:
            if action.nargs == PARSER and action.choices:
                one = next(iter(action.choices))
                hint = f"one of {', '.join(action.choices)}: `{self.prog} {one}`"
                raise UsageError(f"{self.prog.rpartition(' ')[2]} needs to know what to do", hint=hint)
        listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        raise UsageError(f"{listed} {'is' if len(names) == 1 else 'are'} missing", hint=f"see `{self.prog} --help`")

    def arguments(self, args: Sequence[str]) -> Namespace:
        """The arguments; options that do not exist are named with the nearest that do."""
        if any(action.nargs in (PARSER, REMAINDER) for action in self._actions):
            found, extra = self.parse_known_args(args)
        else:  # paths may stand before, between and after options
            found, extra = self.parse_known_intermixed_args(args)
        for word in extra:
            name = word.partition("=")[0]
            if name.startswith("-"):
                close = nearest(name, [option for action in self._actions for option in action.option_strings])
                hint = f"did you mean `{close}`?" if close else f"see `{self.prog} --help`"
                raise UsageError(f"there is no option `{name}`", hint=hint)
        if extra:
            self.error(f"unexpected argument `{extra[0]}`")
        return found

    def _check_value(self, action: Any, value: object) -> None:
        if action.choices is not None and value not in action.choices:
            option = "/".join(action.option_strings) or str(action.dest)
            choose(str(value), action.choices, f"{option} takes")


def choose(value: str, choices: Iterable[str], what: str) -> str:
    """The value if it is one of the choices, else a usage error (``what`` begins it) with the nearest one."""
    known = tuple(choices)
    if value in known:
        return value
    close = nearest(value, known)
    hint = f"did you mean `{close}`?" if close else ""
    raise UsageError(f"{what} one of {', '.join(known)}; not `{value}`", hint=hint)


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice spelt most like a word, or empty when none is like it."""
    from difflib import get_close_matches

    return "".join(get_close_matches(word, list(choices), n=1, cutoff=0.6))


def add_reading_options(parser: ArgumentParser) -> None:
    """What to read and how its variables are set."""
    group = parser.add_argument_group("what is read")
    group.add_argument("paths", nargs="*", metavar="PATH", help="files or directories (default: the current directory)")
    group.add_argument("--root", metavar="DIR", help="nothing outside it is read (default: the checkout of the paths)")
    group.add_argument("--var", action="append", default=[], metavar="NAME=VALUE", help="a Terraform variable")
    group.add_argument("--var-file", action="append", default=[], metavar="FILE", help="a file of Terraform variables")
    group.add_argument("--workspace", default="default", metavar="NAME", help="the Terraform workspace")
    group.add_argument("--config", metavar="FILE", help="the project file (default: the nearest sumptuary.yaml)")


def add_base_option(parser: ArgumentParser) -> None:
    """What a change is held against."""
    about = "a git revision: only what is new or dearer since then can block"
    parser.add_argument("--base", metavar="REF", help=about)


def add_baseline_options(parser: ArgumentParser) -> None:
    """What stood when the project began."""
    about = "violations adopted by `sumptuary baseline`: they do not block (default: .sumptuary/baseline.json)"
    parser.add_argument("--baseline", metavar="FILE", help=about)
    parser.add_argument("--no-baseline", action="store_true", help="judge as though none had been adopted")


def add_policy_options(parser: ArgumentParser) -> None:
    """Which laws hold, where and when."""
    group = parser.add_argument_group("which laws hold")
    group.add_argument(
        "--policies", action="append", default=[], metavar="PATH", help="a policy file or pack, not the built-in"
    )
    group.add_argument("--pack", action="append", default=[], metavar="NAME", help="a pack by name, beside --policies")
    add_setting_option(group)
    group.add_argument("--stage", choices=STAGES, default="ci", help="pre-commit, ci (default) or scheduled")
    group.add_argument("--fail-on", choices=LEVELS[1:], default="soft-mandatory", metavar="LEVEL", help=FAIL_ON)
    group.add_argument("--commitments", action="append", default=[], metavar="FILE", help="reservations and plans held")
    group.add_argument("--no-cache", action="store_true", help="read the policies afresh, and keep nothing")


def add_setting_option(parser: ArgumentParser | _ArgumentGroup) -> None:
    """Fields of policies set for one run."""
    about = "set a field of a policy for this run, such as missing-ttl.parameters.max_ttl=12h; "
    about += "it may only tighten what a pack has not delegated"
    parser.add_argument("--set", action="append", default=[], metavar="ID.FIELD=VALUE", dest="settings", help=about)


def add_incomplete_option(parser: ArgumentParser) -> None:
    """Whether a partial answer will do."""
    parser.add_argument("--allow-incomplete", action="store_true", help="what could not be judged is no exit code 3")


def add_history_option(parser: ArgumentParser) -> None:
    """The file that remembers runs; it is for runs that look at everything."""
    group = parser.add_argument_group("what is remembered")
    group.add_argument("--history", metavar="FILE", help="record the run and its findings in this file")
    group.add_argument("--history-scope", default="", metavar="NAME", help="what it looks at (default: its paths)")


def add_price_options(parser: ArgumentParser) -> None:
    """Prices of one's own, and the clock."""
    group = parser.add_argument_group("prices and time")
    group.add_argument("--prices", action="append", default=[], metavar="FILE", help="prices that win over the shipped")
    group.add_argument("--now", type=moment, metavar="ISO8601", help="the date and time to judge by (default: now)")


def add_output_options(parser: ArgumentParser, formats: Iterable[str]) -> None:
    """What is written, where and how."""
    group = parser.add_argument_group("what is written")
    names = ", ".join(formats)
    group.add_argument("--format", action="append", default=[], metavar="NAME[=FILE]", help=f"{names}; may repeat")
    group.add_argument(
        "--output", action="append", default=[], metavar="FILE", help="the file of a --format without one"
    )
    group.add_argument("--quiet", action="store_true", help="a line a violation, and one for the whole")
    group.add_argument("--no-color", action="store_true", help="no colour, also on a terminal (as NO_COLOR does)")


@dataclass(slots=True, frozen=True)
class Output:
    """One thing to write: a format, and the file it goes to (empty for standard output)."""

    format: str
    path: str = ""


def outputs(arguments: Namespace, formats: Iterable[str], default: str) -> tuple[Output, ...]:
    """What to write. ``--output`` names the file of the ``--format`` without one, in the order given."""
    known = tuple(formats)
    files = list(arguments.output)
    wanted: list[Output] = []
    for given in arguments.format:
        name, paired, path = given.partition("=")
        choose(name, known, "--format takes")
        if paired and not path:
            raise UsageError(f"`--format {given}` names no file")
        wanted.append(Output(name, path if paired else files.pop(0) if files else ""))
    if not wanted:
        wanted.append(Output(default, files.pop(0) if files else ""))
    if files:
        raise UsageError(f"`--output {files[0]}` has no --format of its own")
    found = tuple(Output(one.format, "" if one.path == "-" else one.path) for one in wanted)
    if sum(not one.path for one in found) > 1:
        raise UsageError("only one format can go to standard output", hint="give the others a file: --format json=FILE")
    for one in found:
        if one.path and not os.path.isdir(os.path.dirname(os.path.abspath(one.path))):
            raise UsageError(f"`{one.path}` cannot be written: its directory is not there")
    return found


def variables(arguments: Namespace) -> dict[str, str]:
    """``--var NAME=VALUE`` as a map; the last of a name counts."""
    found: dict[str, str] = {}
    for given in arguments.var:
        name, equals, value = given.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"`--var {given}` is not NAME=VALUE")
        found[name.strip()] = value
    return found


def moment(text: str) -> datetime:
    """A date or date-time; without a zone it is UTC."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--now takes an ISO 8601 date or time, such as 2026-11-21T08:00:00Z; not `{text}`") from None
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)


def existing(paths: Iterable[str], what: str) -> list[str]:
    """The paths, when all of them are there; a usage error that names the first that is not, or cannot be reached."""
    found = list(paths)
    for path in found:
        try:
            os.stat(path)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            raise UsageError(f"{what} `{path}` is not there") from None
        except OSError as error:
            raise UsageError(f"{what} `{path}` cannot be reached: {error.strerror}") from None
    return found
