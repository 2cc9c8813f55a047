"""The command ``policies``: which laws hold, what each says, whether documents are right and do as their tests say.

Each action is a file of this package: ``NAME`` as typed, ``HELP`` in a few words, its options, and what it does.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any, Protocol

    class Action(Protocol):
        """An action's file. ``DESCRIPTION`` is what its own help says first."""

        NAME: str
        HELP: str
        DESCRIPTION: str

        def configure(self, parser: ArgumentParser) -> None:
            """Add the action's options."""
            ...

        def run(self, arguments: Namespace) -> int:
            """Do it and return the exit code."""
            ...


NAME = "policies"
HELP = "the laws that hold: list, show, explain, diff, validate, test, sync, schema"
ACTIONS = ("listing", "showing", "explaining", "comparing", "validating", "testing", "syncing", "schemas")
"""The files of the actions, in the order in which the help shows them."""


def configure(parser: ArgumentParser) -> None:
    """Add the command's actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for file in ACTIONS:
        action = _action(file)
        own = actions.add_parser(action.NAME, help=action.HELP, description=action.DESCRIPTION)
        action.configure(own)
        own.set_defaults(action_file=file)


def run(arguments: Namespace) -> int:
    """Do what the action says."""
    return _action(arguments.action_file).run(arguments)


def _action(file: str) -> Action:
    module: Any = import_module(f"sumptuary.cli.policies.{file}")
    found: Action = module
    return found
