"""``--base REF``: the tree as it was, judged by the same laws at the same prices: only what a change does may block.

The laws, the settings, the prices, the clock, commitments and variable files outside of the checkout are the head's.
The files and the variable files inside the checkout are the base's; and so is all that makes an approval or a waiver
count (the documents, who may approve, whose keys may sign: see ``former``), so that no change approves itself.
"""

from __future__ import annotations

import os
from argparse import Namespace
from contextlib import chdir
from dataclasses import replace

from sumptuary.cli.callers import configuration, roots_of
from sumptuary.cli.changed import Chosen
from sumptuary.cli.former import decided_before, is_in
from sumptuary.cli.inputs import TERRAFORM, changes
from sumptuary.cli.mirror import LARGEST_FILE, Mirror, mirrored
from sumptuary.cli.outcome import against_baseline, whole_report
from sumptuary.cli.places import checkout, common_directory
from sumptuary.cli.reading import Reading, gather, read_estate
from sumptuary.cli.revision import commit_of
from sumptuary.comparison import compared, narrowed
from sumptuary.coverage import Coverage
from sumptuary.errors import UsageError
from sumptuary.reports.ledger import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.model import Resource
    from sumptuary.report import Report

NAMED = 3
"""Problems in reading that are named one by one where many stood before."""
OTHER_DOCUMENTS = frozenset({"plan", "state"})
"""Sources that are no part of a tree: a plan tells what stood before it, a state is what stands."""


def judged_against_base(arguments: Namespace, coverage: Coverage) -> Report:
    """The report on what the arguments name, held against the revision that ``--base`` names.

    Raises:
        SumptuaryError: as ``gather`` does; a revision that is not there, or cannot be read.
    """
    top = _checkout(arguments)
    commit = commit_of(arguments.base, top)
    arguments.paths = [_from_here(path, top) for path in arguments.paths or ["."]]
    reading = gather(arguments, coverage)
    around = reading.circumstances
    with mirrored(top, commit, (os.getcwd(), around.root)) as mirror:
        for note in mirror.notes:
            coverage.note(note)
        around.laws = decided_before(around, mirror, arguments, coverage)
        base = _base_of(reading, mirror, arguments)
        reading.before = base.resources
        head = whole_report(reading, arguments)
        with chdir(mirror.working()):
            former = whole_report(base, arguments)
        _set_aside_unread(base.coverage, coverage, mirror)
        lenient = arguments.allow_incomplete
        spared = {policy.id for policy in around.laws.policies if policy.enforcement.new_only}
        report = compared(
            head, former, revision=arguments.base, commit=commit, allow_incomplete=lenient, new_only=spared
        )
        report = against_baseline(report, reading, arguments, mirror)
    _note_unread(base.coverage, coverage)
    chosen = Chosen.of(reading.paths)
    return report if chosen.everything else narrowed(report, chosen.holds, allow_incomplete=lenient)


def _checkout(arguments: Namespace) -> str:
    """The checkout that is compared: that of the paths, or else of the working directory."""
    start = common_directory(arguments.paths or ["."])
    for top in (checkout(start), checkout(".")):
        if os.path.exists(os.path.join(top, ".git")):
            return top
    raise UsageError("this is no git checkout", place=start, hint="--base compares with a revision of git")


def _from_here(path: str, top: str) -> str:
    """A path in the checkout, relative to the working directory: so it reads the same in the mirror."""
    absolute = os.path.abspath(path)
    return os.path.relpath(absolute) if is_in(absolute, top) else path


def _base_of(head: Reading, mirror: Mirror, arguments: Namespace) -> Reading:
    """What stood before: the tree at the base, and what the plans and states given say of it."""
    around, coverage = head.circumstances, Coverage()
    laws, root = around.laws, around.root
    if laws.project.place is not None and is_in(laws.project.place.path, mirror.top):
        place = replace(laws.project.place, path=mirror.of(laws.project.place.path))
        laws = replace(laws, project=replace(laws.project, place=place))
    former = replace(around, laws=laws, root=mirror.of(root) if is_in(root, mirror.top) else mirror.tree)
    given = Namespace(**vars(arguments))
    given.var_file = [_variable_file(file, mirror) for file in arguments.var_file]
    paths = _paths_of(head, mirror)
    with chdir(mirror.working()):
        reading = read_estate(changes(paths, given, former.root, coverage), former, coverage)
    told = head.before or []
    stood: list[Resource] = [one for one in told if one.source == "plan"]
    stood += [one for one in head.resources if one.source == "state"]
    reading.resources = stood + [one for one in reading.resources if one.source not in OTHER_DOCUMENTS]
    reading.before = None
    return reading


def _paths_of(head: Reading, mirror: Mirror) -> list[str]:
    """The paths to read at the base. A file of configuration stands for the root modules that lead to it today."""
    found: dict[str, None] = {}
    changed: list[str] = []
    for path in head.paths:
        if not os.path.isdir(path) and path.endswith(TERRAFORM):
            changed.append(os.path.dirname(path) or ".")
        elif os.path.exists(mirror.of(path)):
            found[path] = None
    for directory in roots_of(changed, head.circumstances.root) if changed else ():
        if (file := configuration(mirror.of(directory))) is not None:
            found[os.path.join(directory, os.path.basename(file))] = None
    return list(found)


def _variable_file(path: str, mirror: Mirror) -> str:
    """A variable file as it was, where the base holds it; else the very same one."""
    former = mirror.of(path)
    return former if is_in(path, mirror.top) and os.path.isfile(former) else os.path.abspath(path)


def _set_aside_unread(base: Coverage, coverage: Coverage, mirror: Mirror) -> None:
    """What could not be read at the base either, in files that are as they were, is no change's to answer for."""
    stood = [one for one in coverage.failures if one in base.failures and _unchanged(one.path, mirror)]
    if not stood:
        return
    for found in (coverage, base):
        found.failures = [one for one in found.failures if one not in stood]
    named = [f"{one.path}{f':{one.line}' if one.line else ''}: {one.message}" for one in stood[:NAMED]]
    more = [f"and {len(stood) - NAMED:,} more"] if len(stood) > NAMED else []
    what = f"{plural(len(stood), 'problem')} in reading stood at the base, in files that are unchanged"
    coverage.note(f"{what}: {'; '.join([*named, *more])}")


def _unchanged(path: str, mirror: Mirror) -> bool:
    """Whether a file has the same bytes in the checkout and at the base."""
    try:
        with open(path, "rb") as now, open(mirror.of(path), "rb") as before:
            return now.read(LARGEST_FILE + 1) == before.read(LARGEST_FILE + 1)
    except OSError:
        return False


def _note_unread(base: Coverage, coverage: Coverage) -> None:
    """What of the base could not be read makes no run incomplete, but it may make things look new."""
    if base.failures:
        first = base.failures[0]
        what = f"{plural(len(base.failures), 'problem')} kept it from being read whole"
        coverage.note(f"of the base, {what}, so that more may count as new: {first.path}: {first.message}")
