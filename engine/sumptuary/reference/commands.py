"""The page of what the program takes: every command and action with its arguments, as the parsers have them."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser
from dataclasses import dataclass

from sumptuary.reference.setting import page, prose, section, table, value, words
from sumptuary.reports.markup import code
from sumptuary.values import is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Action
    from collections.abc import Iterable, Iterator, Sequence

EVERYWHERE = frozenset({"--help", "--debug"})

"""Options that every command has; they are told once."""


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Listed:
    """A command: its name as typed, what it is for, and its parser."""

    name: str
    about: str
    parser: ArgumentParser


def page_of_commands(commands: Sequence[Listed], exit_codes: dict[int, str]) -> str:
    """The page of all commands."""
    codes = table(("exit code", "meaning"), [(str(number), prose(text)) for number, text in exit_codes.items()])
    every = "Each command takes `--help`, and `--debug` to show the traceback of a fault of the program."
    return page(
        "Commands",
        table(("command", "what it is for"), [(_to(one), prose(one.about)) for one in commands]),
        every,
        *(section(f"sumptuary {one.name}", *_parts(one)) for one in commands),
        section("Exit codes", codes, "1 wins over 3: a violation is reported even where something could not be read."),
    )


def _to(one: Listed) -> str:
    return f"[`sumptuary {one.name}`](#sumptuary-{one.name})"


def _parts(one: Listed) -> Iterator[str]:
    """A command's own arguments, then those of each of its actions."""
    yield f"{prose(one.about[:1].upper() + one.about[1:])}."
    yield _arguments(one.parser)
    for name, parser in _actions(one.parser):
        yield f"### sumptuary {one.name} {name}"
        yield prose(parser.description or "")
        yield _arguments(parser)


def _actions(parser: ArgumentParser) -> Iterator[tuple[str, ArgumentParser]]:
    for action in _listed(parser):
        choices: object = action.choices
        for name, chosen in choices.items() if is_map(choices) else ():
            if isinstance(chosen, ArgumentParser):
                yield name, chosen


def _arguments(parser: ArgumentParser) -> str:
    """Positional arguments first, then the options, in the order in which the help has them."""
    given = [action for action in _listed(parser) if not isinstance(action.choices, dict)]
    given = [action for action in given if action.help != SUPPRESS and not EVERYWHERE & {*action.option_strings}]
    given.sort(key=lambda action: bool(action.option_strings))
    return table(("argument", "meaning"), [(_signature(action), _meaning(action)) for action in given])


def _signature(action: Action) -> str:
    """The argument as one types it."""
    if not action.option_strings:
        many = {"*": " ...", "+": " ..."}.get(str(action.nargs), "")
        return code(f"{_placeholder(action)}{many}")
    shown = _placeholder(action)
    return ", ".join(code(f"{option} {shown}".strip()) for option in action.option_strings)


def _placeholder(action: Action) -> str:
    if action.nargs == 0:
        return ""
    if action.metavar is None:
        return action.dest.upper().replace("_", "-")
    return action.metavar if isinstance(action.metavar, str) else " ".join(action.metavar)


def _meaning(action: Action) -> str:
    """What it means, the words it may be, its default where the help does not say it, and whether it must be given."""
    parts = [prose(action.help.replace("%%", "%"))] if action.help else []
    choices: Iterable[object] = action.choices or ()
    if choices and not all(str(one) in (action.help or "") for one in choices):
        parts.append(f"one of {words(str(one) for one in choices)}")
    default: object = action.default
    if isinstance(default, (str, int, float)) and not isinstance(default, bool) and default not in ("", SUPPRESS):
        parts += [f"by default {value(default)}"] if "default" not in (action.help or "") else []
    if action.option_strings and action.required:
        parts.append("required")
    if type(action).__name__ == "_AppendAction" and "repeat" not in (action.help or ""):
        parts.append("may repeat")
    return "; ".join(parts)


def _listed(parser: ArgumentParser) -> list[Action]:
    return parser._actions  # pyright: ignore[reportPrivateUsage]  # argparse offers no other list of them
