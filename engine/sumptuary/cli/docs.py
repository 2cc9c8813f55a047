"""``sumptuary docs``: a page a policy and a rule, and what the program takes, from the code and the documents."""

from __future__ import annotations

import os
import sys

from sumptuary.errors import UsageError
from sumptuary.reports.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

NAME = "docs"
HELP = "write a page a policy and a rule, and of what the program takes"
USUAL = "docs/reference"
"""Where a checkout keeps its pages, when it has such a directory."""

FOLDERS = ("", "policies", "rules")
"""The directories of the pages, below the output."""


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--output", metavar="DIR", help=f"where the pages go (default: {USUAL} of the checkout)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a page is not as it would be")
    parser.add_argument("--policies", action="append", default=[], metavar="PATH", help="instead of the built-in pack")
    parser.add_argument("--pack", action="append", default=[], metavar="NAME", help="a pack by name, beside --policies")
    parser.add_argument("--config", metavar="FILE", help="the project file (default: the nearest sumptuary.yaml)")


def run(arguments: Namespace) -> int:
    """Write the pages, or say which are not as they would be written.

    Raises:
        UsageError: there is nowhere to write; a page would go over a file of somebody's own, or through a link.
    """
    from sumptuary.cli import placing

    root = _output(arguments)
    wanted = _pages(arguments)
    present = {name: placing.present(root, name) for name in wanted}
    surplus = list(_surplus(root, wanted))
    if arguments.check:
        return _checked(arguments, wanted, present, surplus)
    _refuse_to_overwrite(root, present)
    changed = [name for name, text in wanted.items() if present[name] != text]
    for name in changed:
        placing.check_writable(root, name)
    for name in changed:
        placing.place(root, name, wanted[name])
    for name in surplus:
        _remove(os.path.join(root, name))
    removed = f", removed {len(surplus)}" if surplus else ""
    sys.stdout.write(printable(f"{_shown(root)}: wrote {len(changed)} of {len(wanted)} pages{removed}") + "\n")
    return 0


def _output(arguments: Namespace) -> str:
    """The directory of the pages."""
    from sumptuary.cli.places import checkout

    if arguments.output is not None:
        if os.path.lexists(arguments.output) and not os.path.isdir(arguments.output):
            raise UsageError("it is no directory", place=arguments.output, hint="--output names where the pages go")
        return os.path.abspath(str(arguments.output))
    usual = os.path.join(checkout("."), *USUAL.split("/"))
    if not os.path.isdir(usual):
        raise UsageError(f"there is no {USUAL} here", hint="say where the pages go: sumptuary docs --output DIR")
    return usual


def _pages(arguments: Namespace) -> dict[str, str]:
    """The pages as they would be written. What a run with `--policies` of another place holds, they hold."""
    from sumptuary.cli.arguments import Parser
    from sumptuary.cli.program import COMMANDS, EXIT_CODES, command
    from sumptuary.policy.load import load_with_documents
    from sumptuary.reference.commands import Listed
    from sumptuary.reference.pages import pages
    from sumptuary.reports import FORMATS

    listed: list[Listed] = []
    for name in COMMANDS:
        one = command(name)
        parser = Parser(prog=f"sumptuary {name}", description=one.HELP)
        one.configure(parser)
        listed.append(Listed(name, one.HELP, parser))
    gathered = load_with_documents(arguments.policies, packs=arguments.pack, config=arguments.config)
    return pages(gathered, listed, FORMATS, EXIT_CODES)


def _surplus(root: str, wanted: dict[str, str]) -> Iterator[str]:
    """Pages that were written once and would not be any more. Files without our first line are somebody's own."""
    from sumptuary.cli import placing
    from sumptuary.reference.setting import MARK

    for folder in FOLDERS:
        directory = os.path.join(root, folder)
        if os.path.islink(directory) or not os.path.isdir(directory):
            continue
        for file in sorted(os.listdir(directory)):
            name = f"{folder}/{file}".lstrip("/")
            path = os.path.join(directory, file)
            if name in wanted or not file.endswith(".md") or os.path.islink(path) or not os.path.isfile(path):
                continue
            if (placing.present(root, name) or "").startswith(MARK):
                yield name


def _checked(arguments: Namespace, wanted: dict[str, str], present: dict[str, str | None], surplus: list[str]) -> int:
    wrong = [(name, "is missing") for name in wanted if present[name] is None]
    wrong += [(name, "is stale") for name, text in wanted.items() if present[name] not in (None, text)]
    wrong += [(name, "is surplus") for name in surplus]
    shown = _shown(_output(arguments))
    for name, what in sorted(wrong):
        sys.stdout.write(printable(f"{shown}/{name} {what}") + "\n")
    if wrong:
        sys.stdout.write(printable(f"mend it: {_command(arguments)}") + "\n")
    else:
        sys.stdout.write(printable(f"{shown}: {len(wanted)} pages are as they would be written") + "\n")
    return 1 if wrong else 0


def _refuse_to_overwrite(root: str, present: dict[str, str | None]) -> None:
    from sumptuary.reference.setting import MARK

    for name, text in present.items():
        if text is not None and not text.startswith(MARK):
            hint = "move it away, or give another directory with --output"
            raise UsageError("it was not written by sumptuary docs", place=f"{_shown(root)}/{name}", hint=hint)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError as error:
        raise UsageError(f"it cannot be removed: {error.strerror or error}", place=path) from None


def _command(arguments: Namespace) -> str:
    """The command that writes what was checked."""
    from shlex import join

    given = ["sumptuary", "docs"]
    given += ["--output", arguments.output] if arguments.output is not None else []
    for path in arguments.policies:
        given += ["--policies", path]
    for name in arguments.pack:
        given += ["--pack", name]
    given += ["--config", arguments.config] if arguments.config is not None else []
    return join(given)


def _shown(path: str) -> str:
    from sumptuary.cli.places import shown_path

    return shown_path(path)
