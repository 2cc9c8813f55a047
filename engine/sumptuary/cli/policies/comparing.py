"""``policies diff``: what one set of laws tightens and loosens against another, policy by policy."""

from __future__ import annotations

import json
import os
import sys
from contextlib import chdir
from dataclasses import dataclass

from sumptuary.cli.policies.laws import documents_at
from sumptuary.errors import UsageError
from sumptuary.reports.ledger import plural
from sumptuary.reports.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from sumptuary.policy.gather import Gathered
    from sumptuary.policy.layers import Layered

NAME = "diff"
HELP = "what tightens and what loosens"
DESCRIPTION = (
    "Compare two sets of laws. Each is a pack, a directory, a policy file, a project, builtin, or a revision of this "
    "checkout: origin/main, or v1.0.0:org for what lies at org in it. Without the second it is this repository as it "
    "is now; a revision beside a path of the checkout is that path as it was."
)

ADDED, REMOVED = "added", "removed"
MARKS = {ADDED: "+", REMOVED: "-", "tightens": "+", "loosens": "-", "changes": "~", "rewords": " "}


@dataclass(slots=True, frozen=True)
class Line:
    """One difference: in which policy, in which field (empty for the policy itself), from what to what."""

    policy: str
    effect: str
    field: str = ""
    before: object = None
    after: object = None


def configure(parser: ArgumentParser) -> None:
    """Add the action's options."""
    parser.add_argument("before", metavar="A", help="the laws as they were")
    parser.add_argument("after", metavar="B", nargs="?", default="", help="the laws as they are (default: those here)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    about = "exit 1 when anything loosens, changes without being stricter, or is removed"
    parser.add_argument("--exit-code", action="store_true", help=about)


def run(arguments: Namespace) -> int:
    """Write the differences; exit 1 on request when the laws become weaker."""
    before, after = laws_called(arguments.before, arguments.after), laws_called(arguments.after, arguments.before)
    lines = list(compared(before, after))
    if not lines and not arguments.after:
        _refuse_nothing(arguments.before)
    if arguments.format == "json":
        from sumptuary.policy.wording import record

        told = [{name: getattr(line, name) for name in Line.__slots__} for line in lines]
        sys.stdout.write(json.dumps(told, indent=2, default=record) + "\n")
    else:
        sys.stdout.write("".join(f"{printable(text)}\n" for text in as_text(lines, before, after)))
    weaker = any(line.effect in ("loosens", "changes", REMOVED) for line in lines)
    return 1 if weaker and arguments.exit_code else 0


def laws_called(name: str, other: str = "") -> dict[str, Layered]:
    """The policies that a name stands for: a path, the built-in pack, or a revision of the checkout.

    A revision is what holds there; ``REVISION:PATH``, or ``other`` where that is a path, says what of it is meant.

    Raises:
        SumptuaryError: there is no such thing, or its documents are wrong.
    """
    from sumptuary.policy.load import load_with_documents
    from sumptuary.policy.places import BUILTIN

    if name == BUILTIN:
        return _by_id(load_with_documents(packs=[BUILTIN], start=None))
    if not name or os.path.exists(name):
        return _by_id(documents_at(name or _pack_here()))
    from sumptuary.cli.mirror import mirrored
    from sumptuary.cli.places import checkout
    from sumptuary.cli.revision import commit_of

    top = checkout(".")
    if not os.path.exists(os.path.join(top, ".git")):
        raise UsageError("no such file or directory", place=name, hint="a revision needs a git checkout")
    revision, _, inside = name.partition(":")
    path = os.path.join(top, inside) if inside else _within(top, other)
    commit = commit_of(revision, top)
    with mirrored(top, commit, (os.getcwd(),)) as mirror, chdir(mirror.working()):
        if path and not os.path.exists(mirror.of(path)):
            raise UsageError(f"it is not there at {revision}", place=os.path.relpath(path, top))
        return _by_id(documents_at(mirror.of(path) if path else _pack_here()))


def _pack_here() -> str:
    """The working directory where it is a pack's; else nothing, which is the repository that it lies in."""
    from sumptuary.policy.places import PACK_FILE

    return "." if os.path.isfile(PACK_FILE) else ""


def _within(top: str, path: str) -> str:
    """A path that lies in the checkout, absolute; nothing where it does not."""
    found = os.path.abspath(path)
    return found if path and os.path.exists(path) and f"{found}{os.sep}".startswith(f"{top}{os.sep}") else ""


def _refuse_nothing(name: str) -> None:
    """Refuse to call laws equal where nothing of this repository is among them, and it has packs.

    Raises:
        UsageError: only what ships was compared, and nobody meant that.
    """
    from sumptuary.policy.places import packs_below, repository_of

    here = repository_of(".")
    if os.path.exists(name) or ":" in name or _pack_here() or here.project or here.directories:
        return
    if found := packs_below("."):
        hint = f"name the pack: sumptuary policies diff {name} {found[0]}"
        raise UsageError("no sumptuary.yaml holds here, so no pack of this checkout was compared", hint=hint)


def _by_id(gathered: Gathered) -> dict[str, Layered]:
    return gathered.layered


def compared(before: dict[str, Layered], after: dict[str, Layered]) -> Iterator[Line]:
    """Every difference, by policy. A policy that has a new id and names the old one among its aliases is the same."""
    from sumptuary.policy.tightening import differences

    renamed = {alias: name for name, one in after.items() for alias in one.policy.aliases if name not in before}
    for name in sorted({renamed.get(old, old) for old in before} | set(after)):
        old = before.get(name) or next((before[alias] for alias, new in renamed.items() if new == name), None)
        new = after.get(name)
        if old is None or new is None:
            yield Line(name, ADDED if old is None else REMOVED)
            continue
        if old.policy.id != new.policy.id:
            yield Line(name, "rewords", "id", old.policy.id, new.policy.id)
        for difference in differences(old.policy, new.policy, new.directions):
            yield Line(name, difference.effect, difference.field, difference.before, difference.after)


def as_text(lines: list[Line], before: dict[str, Layered], after: dict[str, Layered]) -> Iterator[str]:
    """The differences as lines of text, the last of which counts them."""
    from sumptuary.policy.wording import difference

    if not lines:
        yield "no difference"
        return
    for line in lines:
        what = f" {line.field}: {difference(line.before, line.after)}" if line.field else ""
        yield f"{MARKS[line.effect]} {line.policy}: {line.effect}{what}"
    for name in dict.fromkeys(line.policy for line in lines if line.field):
        old, new = before.get(name), after[name]
        if old is not None and not (old.steps or new.steps) and old.policy.version == new.policy.version:
            yield f"  {name}: the version is {new.policy.version} in both: {_step(lines, name)}"
    counts = {effect: sum(line.effect == effect for line in lines) for effect in MARKS}
    yield ", ".join(f"{count} {effect}" for effect, count in counts.items() if count) + f" in {_policies(lines)}"


def _step(lines: list[Line], name: str) -> str:
    """Which part of a semantic version the differences of a policy ask to raise."""
    effects = {line.effect for line in lines if line.policy == name}
    return "a wording raises the patch" if effects == {"rewords"} else "a change of what it says raises the minor"


def _policies(lines: list[Line]) -> str:
    return plural(len({line.policy for line in lines}), "policy")
