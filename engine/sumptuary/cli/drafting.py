"""Drafts of decisions: the days they hold, the ids they get, the YAML they are, and the file that they go to."""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, datetime, timedelta

from sumptuary.errors import PolicyError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Collection, Mapping, Sequence

    from sumptuary.coverage import Coverage
    from sumptuary.policy.compile import Compilation

    Value = str | int | list[str] | dict[str, str]

LONGEST_ID = 80
_PLAIN = re.compile(r"[A-Za-z][A-Za-z-]*|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]+(Z|\+00:00)?)?")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def add_draft_options(parser: ArgumentParser, directory: str) -> None:
    """The days that a decision holds, its name, and where it is written."""
    group = parser.add_argument_group("what is written")
    group.add_argument("--expires", metavar="DATE", help="the last day on which it holds (UTC), or a date-time")
    group.add_argument(
        "--for", metavar="DURATION", dest="length", help="how long it holds, such as 30d, today included"
    )
    group.add_argument("--id", metavar="ID", dest="identity", help="its id (default: told from what it is about)")
    group.add_argument("--output", metavar="FILE", help=f"default: {directory}/ID.yaml of the checkout; - prints it")


def days(arguments: Namespace, now: datetime) -> tuple[str, str]:
    """From when and until when it holds, as ISO dates; as date-times where hours matter.

    Raises:
        UsageError: neither or both of ``--expires`` and ``--for``, or no such time.
    """
    from sumptuary.rule import duration

    today = now.astimezone(UTC)
    if (arguments.expires is None) == (arguments.length is None):
        raise UsageError("say until when it holds: give --expires DATE or --for DURATION, one of the two")
    if arguments.expires is not None:
        try:
            datetime.fromisoformat(arguments.expires)
        except ValueError:
            message = f"--expires takes an ISO 8601 date or time, such as 2026-12-31; not `{arguments.expires}`"
            raise UsageError(message) from None
        return today.date().isoformat(), arguments.expires
    length = duration(arguments.length)
    if length is None or not length:
        raise UsageError(f"--for takes a duration, such as 30d or 12h; not `{arguments.length}`")
    if length % timedelta(days=1):
        start = today.replace(microsecond=0)
        return _stamp(start), _stamp(start + length)
    return today.date().isoformat(), (today.date() + length - timedelta(days=1)).isoformat()


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def named(arguments: Namespace, parts: Sequence[str], taken: Collection[str]) -> str:
    """The id that was asked for, or one made of these parts that nobody has."""
    if arguments.identity is not None:
        if arguments.identity in taken:
            raise UsageError(f"the id `{arguments.identity}` is taken already", hint="give another with --id")
        return str(arguments.identity)
    words = re.findall(r"[a-z0-9]+", "-".join(parts).lower())
    name = "-".join(words)[: LONGEST_ID - 4].strip("-") or "decision"
    further = (f"{name}-{number}" for number in range(2, 1000))
    return name if name not in taken else next(one for one in further if one not in taken)


def document(kind: str, name: str, spec: Mapping[str, Value | None]) -> str:
    """A document as YAML; what is None is left out. Texts are quoted where YAML could take them for anything else."""
    lines = ["apiVersion: sumptuary/v1", f"kind: {kind}", f"metadata: {{id: {name}}}", "spec:"]
    for key, value in spec.items():
        if isinstance(value, str) and "\n" in value:
            lines += [f"  {key}: |", *(f"    {line}" for line in value.strip().split("\n"))]
        elif value is not None:
            lines.append(f"  {key}: {_flow(value)}")
    return "\n".join(lines) + "\n"


def _flow(value: Value) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _scalar(value)
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_scalar(item)}' for key, item in value.items())}}}"
    return f"[{', '.join(_scalar(item) for item in value)}]"


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return f'"{"".join(_escaped(character) for character in text)}"'


def _escaped(character: str) -> str:
    """A character within double quotes; what does not print, or could move what is beside it, as its code."""
    from sumptuary.reports.printable import printable

    if character in '"\\':
        return f"\\{character}"
    if printable(character) == character:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def compiled(text: str, file: str) -> Compilation:
    """A draft, read as a run will read it.

    Raises:
        PolicyError: it would be refused.
        UsageError: it holds what cannot be written.
    """
    from sumptuary.policy.compile import Compilation
    from sumptuary.policy.places import PROJECT_DIRECTORY, Root

    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError("an argument holds bytes that are no UTF-8, so it cannot be written down") from None
    compilation = Compilation()
    compilation.read_file(Root(file, PROJECT_DIRECTORY, own=True), file, content)
    if compilation.problems:
        raise PolicyError(compilation.problems)
    return compilation


def written(text: str, name: str, directory: str, root: str, arguments: Namespace) -> str:
    """Write a draft where nothing is yet; the path as reports show it, empty where it was printed.

    Raises:
        UsageError: something is there already, or it cannot be written.
    """
    from sumptuary.cli.places import shown_path
    from sumptuary.cli.placing import check_writable, place, present

    if arguments.output == "-":
        sys.stdout.write(text)
        return ""
    if arguments.output is not None:
        root, file = os.path.split(os.path.abspath(arguments.output))
        if not os.path.isdir(root):
            raise UsageError(f"`{arguments.output}` cannot be written: its directory is not there")
    else:
        file = f"{directory}/{name}.yaml"
    shown = shown_path(os.path.join(root, file))
    if present(root, file) is not None:
        raise UsageError("it is there already, so nothing was written", place=shown, hint="--id gives it another name")
    check_writable(root, file)
    place(root, file, text)
    return shown


def say(lines: Sequence[str], *, printed: bool) -> None:
    """Tell what was written, beside the document where that was ``printed``."""
    from sumptuary.reports.printable import printable

    stream = sys.stderr if printed else sys.stdout
    stream.write("".join(f"{printable(line)}\n" for line in lines))


def code_of(coverage: Coverage, arguments: Namespace) -> int:
    """The exit code: 3 where something could not be read, so that the figures may lack it."""
    if coverage.complete or arguments.allow_incomplete:
        return 0
    sys.stderr.write("sumptuary: something could not be read, so that the figures may lack it: see `sumptuary check`\n")
    return 3
