"""What people decided, laid over a run: the approvals that count in it, and the violations that waivers excuse."""

from __future__ import annotations

import os

from sumptuary.cli.changed import Chosen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Sequence

    from sumptuary.cli.reading import Reading
    from sumptuary.decisions.documents import Waiver
    from sumptuary.findings import Violation
    from sumptuary.rule import ApprovalFact


def approvals_of(reading: Reading, arguments: Namespace) -> tuple[ApprovalFact, ...]:
    """The approvals that stand in a run, with the draft that is tried; what does not count is noted."""
    around = reading.circumstances
    documents = [*around.laws.approvals, *getattr(arguments, "drafts", ())]
    if not documents:
        return ()
    from sumptuary.decisions.approvals import standing

    plans = reading.coverage.plans
    plan = next(iter(plans.values())) if len(plans) == 1 and len(reading.paths) == 1 else ""
    stand = standing(documents, around.now, plan=plan, signers=around.laws.project.signers)
    for note in stand.notes:
        reading.coverage.note(note)
    return stand.approvals


def excuse_of(reading: Reading) -> Callable[[Sequence[Violation]], list[Violation]] | None:
    """What makes of violations those that waivers cover; None where nobody speaks of one."""
    if not (reading.circumstances.laws.waivers or reading.coverage.pointers):
        return None
    return lambda violations: _excused(violations, reading)


def _excused(violations: Sequence[Violation], reading: Reading) -> list[Violation]:
    """The violations, of which what waivers cover is ``waived``; what a reader should know of waivers is noted."""
    from sumptuary.decisions.pointers import astray
    from sumptuary.decisions.waivers import excused

    around, coverage = reading.circumstances, reading.coverage
    laws = around.laws
    said = excused(violations, laws.policies, laws.waivers, around.now, around.prefix, around.root)
    for note in said.notes:
        coverage.note(note)
    for waiver in said.idle:
        if _is_whole(reading, waiver):
            where = f"{waiver.place.path}:{waiver.place.line}"
            coverage.note(f"the waiver {waiver.id} ({where}) matches nothing that was found: take it out, or mend it")
    chosen = Chosen.of(reading.paths)
    asked = [one for one in coverage.pointers if chosen.everything or chosen.names(one.path)]
    for note in astray(asked, around.laws.waivers, said.violations, around.now, around.pending):
        coverage.note(note)
    return said.violations


def _is_whole(reading: Reading, waiver: Waiver) -> bool:
    """Whether everything that a waiver could be about was judged: all below the directory that it belongs to."""
    if reading.coverage.failures or not Chosen.of(reading.paths).everything:
        return False
    before, marked, _ = os.path.abspath(waiver.place.lies_at).partition(f"{os.sep}.sumptuary{os.sep}")
    home = os.path.join(before if marked else reading.circumstances.root, "")
    return any(
        os.path.isdir(path) and home.startswith(os.path.join(os.path.abspath(path), "")) for path in reading.paths
    )
