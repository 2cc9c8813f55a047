"""What the base of a change decides for it (waivers, approvals, keys, the baseline), and what it makes of its laws.

What a change says otherwise counts once it is merged, wherever it lies: a pack that it names, or keys beside the
checkout, are as much its own as a file in it.
"""

from __future__ import annotations

import os
from argparse import Namespace
from contextlib import chdir
from dataclasses import replace

from sumptuary.cli.mirror import LARGEST_FILE, Mirror
from sumptuary.cli.places import common_directory, shown_path
from sumptuary.cli.reading import Circumstances
from sumptuary.cli.weakening import note_weakened
from sumptuary.coverage import Coverage
from sumptuary.decisions.approvals import expiry
from sumptuary.model import Place
from sumptuary.policy.load import load_decisions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sumptuary.policy.compiled import Approval, Laws, Policy, Project, Waiver

NOWHERE = Place("", 0)
SETTINGS = ("exclude", "environments", "facts", "teams", "context", "node_types", "currency")
"""What of a project decides which laws are about a resource, or what it costs; files of prices and commitments too."""


def decided_before(around: Circumstances, mirror: Mirror, arguments: Namespace, coverage: Coverage) -> Laws:
    """The laws with the decisions that count: those of the base in the checkout, and those outside of it that the call
    or the base names.

    What the head says otherwise is noted, as long as it would hold: people should see that it was found.
    """
    laws, former = around.laws, _laws_before(mirror, arguments, coverage)
    note_weakened(former.policies, laws, coverage)
    _note_settings(laws.project, former.project, mirror, coverage)
    _note_pending(laws.approvals, former.approvals, "approval", around, coverage)
    _note_pending(laws.waivers, former.waivers, "waiver", around, coverage)
    if (named := laws.project.baseline) and named != _as_said(former.project.baseline, mirror):
        coverage.note(f"the baseline {shown_path(named)} counts once the change is merged that names it")
    known = {one.id for one in former.waivers}
    around.pending = frozenset(one.id for one in laws.waivers if one.id not in known)
    project = replace(
        laws.project,
        signers=_as_said(former.project.signers, mirror, kept=True),
        baseline=_as_said(former.project.baseline, mirror),
    )
    return replace(
        laws,
        policies=_with_terms(laws, former, mirror, coverage),
        approvals=former.approvals,
        waivers=former.waivers,
        project=project,
    )


def _note_pending(
    given: Sequence[Approval] | Sequence[Waiver],
    former: Sequence[Approval] | Sequence[Waiver],
    kind: str,
    around: Circumstances,
    coverage: Coverage,
) -> None:
    before = [replace(one, place=NOWHERE) for one in former]
    for one in given:
        if replace(one, place=NOWHERE) not in before and around.now < expiry(one.expires):
            coverage.note(counts_later(kind, one))


def counts_later(kind: str, one: Approval | Waiver) -> str:
    """The note on a decision that the base does not have: ``approve`` looks for it among those of the check it ran."""
    return f"the {kind} {one.id} ({one.place.path}:{one.place.line}) counts once it is merged"


def _laws_before(mirror: Mirror, arguments: Namespace, coverage: Coverage) -> Laws:
    """The laws of the base, as far as they can be read, its decisions at their places in the head."""

    def former(path: str) -> str:
        return mirror.of(path) if is_in(path, mirror.top) else os.path.abspath(path)

    sources = [path for path in map(former, arguments.policies) if os.path.exists(path)]
    if arguments.policies and not sources:
        sources = [os.path.join(mirror.tree, ".git")]  # an empty directory: not the built-in pack in their place
    packs = [former(name) if os.path.isdir(name) else name for name in arguments.pack]
    config = former(arguments.config) if arguments.config is not None else None
    config = config if config is not None and os.path.isfile(config) else None
    start = mirror.of(common_directory(arguments.paths))
    with chdir(mirror.working()):
        laws, problems = load_decisions(
            sources,
            packs=packs,
            start=start,
            config=config,
            settings=arguments.settings,
            copied=(mirror.tree, mirror.top),
        )
    for problem in problems:
        coverage.note(f"of the base, {problem.replace(mirror.tree, mirror.top)}")
    laws.approvals = [replace(one, place=_as_here(one.place, mirror)) for one in laws.approvals]
    laws.waivers = [replace(one, place=_as_here(one.place, mirror)) for one in laws.waivers]
    return laws


def _as_here(place: Place, mirror: Mirror) -> Place:
    """A place in the mirror as the head would show it."""
    if not place.file and is_in(place.path, mirror.tree):
        return replace(place, path=os.path.join(mirror.top, os.path.relpath(place.path, mirror.tree)))
    return place


def _as_said(path: str, mirror: Mirror, *, kept: bool = False) -> str:
    """A file that the base names: in the mirror with ``kept``, else at its place in the checkout; empty for none."""
    if not path or kept or not is_in(path, mirror.tree):
        return path
    return os.path.join(mirror.top, os.path.relpath(path, mirror.tree))


def _with_terms(laws: Laws, former: Laws, mirror: Mirror, coverage: Coverage) -> list[Policy]:
    """The policies, each with those who might waive it before the change."""
    before = {policy.id: policy for policy in former.policies}
    if before or not former.waivers:
        return [
            replace(one, waivers=was.waivers, owner_layer=was.owner_layer) if (was := before.get(one.id)) else one
            for one in laws.policies
        ]
    coverage.note("of the base, the policies do not hold together: who may waive those of the checkout is not known")
    own = (is_in(policy.place.lies_at, mirror.top) for policy in laws.policies)
    return [replace(one, waivers=None) if is_own else one for one, is_own in zip(laws.policies, own, strict=True)]


def _note_settings(now: Project, before: Project, mirror: Mirror, coverage: Coverage) -> None:
    """Name the settings that the change makes otherwise: both sides are judged by its own."""
    changed = [name for name in SETTINGS if getattr(now, name) != getattr(before, name)]
    for name in ("prices", "commitments"):
        files, former = getattr(now, name), [_as_said(path, mirror) for path in getattr(before, name)]
        if list(files) != former:
            changed.append(name)
            continue
        for path in files:
            if is_in(path, mirror.top) and _content(path) != _content(mirror.of(path)):
                coverage.note(f"this change alters the settings that it is judged by: {name} ({shown_path(path)})")
    place = now.place or before.place
    if changed and place is not None:
        told = f"{', '.join(changed)} ({shown_path(_as_here(place, mirror).path)})"
        coverage.note(f"this change alters the settings that it is judged by: {told}")


def _content(path: str) -> bytes | None:
    """What a file holds, as far as that is read; None where it cannot be."""
    try:
        with open(path, "rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError:
        return None


def is_in(path: str, top: str) -> bool:
    """Whether a path lies in a directory, or is it."""
    return f"{os.path.abspath(path)}{os.sep}".startswith(os.path.join(top, ""))
