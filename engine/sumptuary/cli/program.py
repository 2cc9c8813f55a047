"""From an argument list to an exit code: finds the command, runs it, and catches what goes wrong, in one place."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from sumptuary.errors import SumptuaryError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any, Protocol

    from sumptuary.cli.arguments import Parser

    class Command(Protocol):
        """A command's file: ``NAME`` as typed, ``HELP`` in a line, its options, and what it does."""

        NAME: str
        HELP: str

        def configure(self, parser: Parser) -> None:
            """Add the command's options."""
            ...

        def run(self, arguments: Namespace) -> int:
            """Do it and return the exit code."""
            ...


COMMANDS = (
    *("check", "scan", "resources", "policies", "rules", "prices", "history"),
    *("waive", "approve", "baseline", "init", "docs"),
)
"""The commands in the order in which the help shows them; each is a file of this name beside this one."""

FAULT, INTERRUPTED = 4, 130

EXIT_CODES = {
    0: "clean",
    1: "a blocking violation",
    2: "a mistake in the call, the configuration or a policy",
    3: "something could not be read or judged",
    4: "a fault of sumptuary itself",
}
"""What a run ends with; 1 wins over 3."""

FULL = (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT)
"""What a write to standard output ends with that nothing is wrong with but its room; files have a name."""


def run(argv: Sequence[str]) -> int:
    """Run one command line. Every way out is a code of DESIGN section 6, or 130 for Ctrl-C; no traceback escapes."""
    try:
        _open_what_is_closed()
        _tolerate_any_encoding()
        code = _dispatch(list(argv))
        sys.stdout.flush()
        return code
    except SumptuaryError as error:
        return _complain(error)
    except KeyboardInterrupt:
        sys.stderr.write("sumptuary: interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        return _quiet_pipe()
    except OSError as error:
        if error.errno not in FULL or error.filename is not None:
            return _confess(error, debug="--debug" in argv)
        return _complain(UsageError(f"standard output cannot be written: {error.strerror}"))
    except SystemExit as leaving:  # argparse after --help
        return leaving.code if isinstance(leaving.code, int) else 0
    except (Exception, RecursionError) as fault:
        return _confess(fault, debug="--debug" in argv)


def command(name: str) -> Command:
    """The command of this name; a usage error, with the nearest one there is, when there is none."""
    if name not in COMMANDS:
        from sumptuary.cli.arguments import nearest

        close = nearest(name, COMMANDS)
        hint = f"did you mean `sumptuary {close}`?" if close else f"the commands are {', '.join(COMMANDS)}"
        raise UsageError(f"there is no command `{name}`", hint=hint)
    module: Any = import_module(f"sumptuary.cli.{name}")
    found: Command = module
    return found


def _dispatch(argv: list[str]) -> int:
    from sumptuary.cli.arguments import Parser

    if not argv or argv[0] in ("-h", "--help", "help"):
        asked = bool(argv)
        (sys.stdout if asked else sys.stderr).write(_overview())
        return 0 if asked else 2
    if argv[0].startswith("-"):
        raise UsageError(f"`{argv[0]}` comes before a command", hint="options follow the command: sumptuary check ...")
    chosen = command(argv[0])
    parser = Parser(prog=f"sumptuary {chosen.NAME}", description=chosen.HELP)
    chosen.configure(parser)
    parser.add_argument("--debug", action="store_true", help="show the traceback of a fault of the program")
    return chosen.run(parser.arguments(argv[1:]))


def _overview() -> str:
    """The help of the program as a whole."""
    lines = [
        "usage: sumptuary COMMAND [OPTIONS]",
        "",
        "Spending laws for cloud and AI infrastructure, as code.",
        "",
        "commands:",
        *(f"  {name:<12}{command(name).HELP}" for name in COMMANDS),
        "",
        "  sumptuary COMMAND --help    what a command takes",
        "  sumptuary --version         the version",
        "",
        "exit codes:",
        *(f"  {number}  {meaning}" for number, meaning in EXIT_CODES.items()),
    ]
    return "\n".join(lines) + "\n"


def _complain(error: SumptuaryError) -> int:
    from sumptuary.reports.printable import printable_lines

    sys.stderr.write(f"sumptuary: {printable_lines(str(error))}\n")
    return error.exit_code


def _confess(fault: BaseException, *, debug: bool) -> int:
    from sumptuary import __version__
    from sumptuary.reports.printable import printable_lines

    if debug:
        import traceback

        sys.stderr.write(printable_lines("".join(traceback.format_exception(fault))) + "\n")
    what = printable_lines(f"{type(fault).__name__}: {fault}"[:500])
    sys.stderr.write(
        f"sumptuary: this is a fault of sumptuary itself, not of your files: {what}\n"
        f"  please report it with what the same command says with --debug, and the version, {__version__}\n"
    )
    return FAULT


def _open_what_is_closed() -> None:
    """A stream that the caller closed (``>&-``) is nobody's to read: what is said there goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - as long as the program


def _tolerate_any_encoding() -> None:
    """A character that the terminal cannot show is escaped rather than a fault."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _quiet_pipe() -> int:
    """The reader went away (``| head``): say nothing, and keep the interpreter from saying it at exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    return 128 + 13
