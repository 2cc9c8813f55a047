"""``--base REF``: the tree as it was, judged by the same laws at the same prices: only what a change does may block.

The laws, the settings, the prices, the clock, commitments and variable files outside of the checkout are the head's.
The files and the variable files inside the checkout are the base's; and so is all that makes an approval or a waiver
count (the documents, who may approve, whose keys may sign), so that no change approves itself.
"""

from __future__ import annotations

import os
from argparse import Namespace
from contextlib import chdir
from dataclasses import replace

from sumptuary.cli.callers import configuration, roots_of
from sumptuary.cli.changed import Chosen
from sumptuary.cli.inputs import TERRAFORM, changes
from sumptuary.cli.mirror import LARGEST_FILE, Mirror, mirrored
from sumptuary.cli.outcome import against_baseline, whole_report
from sumptuary.cli.places import checkout, common_directory
from sumptuary.cli.reading import Circumstances, Reading, gather, read_estate
from sumptuary.cli.revision import commit_of
from sumptuary.cli.weakening import note_weakened
from sumptuary.comparison import compared, narrowed
from sumptuary.coverage import Coverage
from sumptuary.decisions.approvals import expiry
from sumptuary.errors import UsageError
from sumptuary.model import Place
from sumptuary.policy.load import load_decisions
from sumptuary.reports.ledger import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sumptuary.model import Resource
    from sumptuary.policy.compiled import Approval, Laws, Policy, Waiver
    from sumptuary.report import Report

NOWHERE = Place("", 0)
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
        around.laws = _decided_before(around, mirror, arguments, coverage)
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
    return os.path.relpath(absolute) if _is_in(absolute, top) else path


def _is_in(path: str, top: str) -> bool:
    return f"{os.path.abspath(path)}{os.sep}".startswith(os.path.join(top, ""))


def _base_of(head: Reading, mirror: Mirror, arguments: Namespace) -> Reading:
    """What stood before: the tree at the base, and what the plans and states given say of it."""
    around, coverage = head.circumstances, Coverage()
    laws, root = around.laws, around.root
    if laws.project.place is not None and _is_in(laws.project.place.path, mirror.top):
        place = replace(laws.project.place, path=mirror.of(laws.project.place.path))
        laws = replace(laws, project=replace(laws.project, place=place))
    former = replace(around, laws=laws, root=mirror.of(root) if _is_in(root, mirror.top) else mirror.tree)
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
    return former if _is_in(path, mirror.top) and os.path.isfile(former) else os.path.abspath(path)


def _decided_before(around: Circumstances, mirror: Mirror, arguments: Namespace, coverage: Coverage) -> Laws:
    """The laws with the decisions that count: those of the base, and those that lie outside of the checkout.

    What the head says otherwise is noted, as long as it would hold: people should see that it was found.
    """
    laws, former = around.laws, _laws_before(mirror, arguments, coverage)
    note_weakened(former.policies, laws, coverage)
    _note_pending(laws.approvals, former.approvals, "approval", around, mirror, coverage)
    _note_pending(laws.waivers, former.waivers, "waiver", around, mirror, coverage)
    known = {one.id for one in former.waivers}
    around.pending = frozenset(one.id for one in laws.waivers if one.id not in known)
    named = laws.project.signers
    signers = named if named and not _is_in(named, mirror.top) else former.project.signers
    return replace(
        laws,
        policies=_with_terms(laws, former, mirror, coverage),
        approvals=[one for one in laws.approvals if not _is_in(one.place.path, mirror.top)] + former.approvals,
        waivers=[one for one in laws.waivers if not _is_in(one.place.path, mirror.top)] + former.waivers,
        project=replace(laws.project, signers=signers),
    )


def _note_pending(
    given: Sequence[Approval] | Sequence[Waiver],
    former: Sequence[Approval] | Sequence[Waiver],
    kind: str,
    around: Circumstances,
    mirror: Mirror,
    coverage: Coverage,
) -> None:
    before = [replace(one, place=NOWHERE) for one in former]
    for one in given:
        own = _is_in(one.place.path, mirror.top)
        if own and replace(one, place=NOWHERE) not in before and around.now < expiry(one.expires):
            coverage.note(f"the {kind} {one.id} ({one.place.path}:{one.place.line}) counts once it is merged")


def _laws_before(mirror: Mirror, arguments: Namespace, coverage: Coverage) -> Laws:
    """The laws of the base, as far as they can be read; of its decisions those that lie in the checkout."""

    def former(path: str) -> str:
        return mirror.of(path) if _is_in(path, mirror.top) else os.path.abspath(path)

    sources = [path for path in map(former, arguments.policies) if os.path.exists(path)]
    config = former(arguments.config) if arguments.config is not None else None
    config = config if config is not None and os.path.isfile(config) else None
    start = mirror.of(common_directory(arguments.paths))
    with chdir(mirror.working()):
        laws, problems = load_decisions(
            sources, packs=arguments.pack, start=start, config=config, settings=arguments.settings
        )
    for problem in problems:
        coverage.note(f"of the base, {problem}")
    laws.approvals = [replace(one, place=at) for one in laws.approvals if (at := _as_here(one.place, mirror))]
    laws.waivers = [replace(one, place=at) for one in laws.waivers if (at := _as_here(one.place, mirror))]
    return laws


def _as_here(place: Place, mirror: Mirror) -> Place | None:
    """A place in the mirror as the head would show it; None outside of the checkout."""
    if _is_in(place.path, mirror.tree):
        return replace(place, path=os.path.join(mirror.top, os.path.relpath(place.path, mirror.tree)))
    return place if _is_in(place.path, mirror.top) else None


def _with_terms(laws: Laws, former: Laws, mirror: Mirror, coverage: Coverage) -> list[Policy]:
    """The policies, each with those who might waive it before the change."""
    before = {policy.id: policy for policy in former.policies}
    if before or not former.waivers:
        return [
            replace(one, waivers=was.waivers, owner_layer=was.owner_layer) if (was := before.get(one.id)) else one
            for one in laws.policies
        ]
    coverage.note("of the base, the policies do not hold together: who may waive those of the checkout is not known")
    own = (_is_in(policy.place.path, mirror.top) for policy in laws.policies)
    return [replace(one, waivers=None) if is_own else one for one, is_own in zip(laws.policies, own, strict=True)]


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
