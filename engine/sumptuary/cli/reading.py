"""From a command's arguments to what it works on: the estate that was read, the laws, the prices and the clock."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sumptuary.catalogue import Catalogue
from sumptuary.cli.arguments import existing
from sumptuary.cli.inputs import STANDARD_INPUT, Change, changes
from sumptuary.cli.places import checkout, common_directory
from sumptuary.cli.settings import Settings
from sumptuary.coverage import Coverage
from sumptuary.facts import declare, names_of
from sumptuary.placement import doubts, place
from sumptuary.policy.load import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from sumptuary.model import Resource
    from sumptuary.policy.compiled import Laws


@dataclass(slots=True, eq=False, repr=False)
class Circumstances:
    """What a run stands on beside its estate. ``root`` is absolute: nothing outside it is read.

    ``inputs`` names the optional inputs that were given, ``commitments`` are what is held of them. ``pending`` are the
    ids of waivers that count once they are merged.
    """

    laws: Laws
    catalogue: Catalogue
    now: datetime
    root: str
    inputs: frozenset[str] = frozenset()
    commitments: tuple[Resource, ...] = ()
    pending: frozenset[str] = frozenset()

    @property
    def prefix(self) -> str:
        """The working directory within the root, with ``/``."""
        return os.path.relpath(os.getcwd(), self.root).replace(os.sep, "/")


@dataclass(slots=True, eq=False, repr=False)
class Reading:
    """What a command works on. ``paths`` are the path arguments, empty for what is live.

    ``before`` is the former estate, where plans tell it; None where there is nothing to compare with.
    """

    resources: list[Resource]
    circumstances: Circumstances
    coverage: Coverage
    paths: tuple[str, ...] = ()
    before: list[Resource] | None = None


def gather(arguments: Namespace, coverage: Coverage) -> Reading:
    """Read what the arguments name. ``coverage`` is filled on the way, so that a progress line can look at it.

    Raises:
        SumptuaryError: a path that is not there, a policy or a price file that is wrong.
    """
    paths = tuple(arguments.paths or ["."])
    files = existing([path for path in paths if path != STANDARD_INPUT], "the path")
    for file in arguments.var_file:
        existing([file], "the variable file")
    start = common_directory(files or ["."])
    circumstances = circumstances_at(start, arguments, coverage)
    found = changes(paths, arguments, circumstances.root, coverage)
    return read_estate(found, circumstances, coverage, paths)


def circumstances_at(start: str, arguments: Namespace, coverage: Coverage) -> Circumstances:
    """The laws, prices and approvals that hold in a directory, as the arguments change them.

    Raises:
        SumptuaryError: a policy, a price file or a file of commitments that is wrong.
    """
    now = arguments.now or datetime.now(UTC)
    given = getattr(arguments, "root", None)
    root = os.path.abspath(given) if given else checkout(start)
    laws = load(
        arguments.policies,
        packs=arguments.pack,
        start=start,
        config=arguments.config,
        settings=getattr(arguments, "settings", ()),
        cache=not arguments.no_cache,
    )
    catalogue = Catalogue([*laws.project.prices, *arguments.prices], now=now)
    found = Circumstances(laws, catalogue, now, root)
    for file in (*laws.project.commitments, *arguments.commitments):
        from sumptuary.decisions.commitments import read_commitments

        found.commitments += tuple(read_commitments(file))
        found.inputs |= {"commitments"}
    for note in (*laws.notes, *catalogue.warnings(now)):
        coverage.note(note)
    return found


def read_estate(
    found: Iterable[Change], circumstances: Circumstances, coverage: Coverage, paths: tuple[str, ...] = ()
) -> Reading:
    """The estate of what sources found: what people declare is told, and the project's settings are applied."""
    project = circumstances.laws.project
    names, settings = names_of(project), Settings(project, coverage)
    cluster = settings.cluster()
    for doubt in doubts(cluster, circumstances.catalogue):
        coverage.note(doubt)
    resources: list[Resource] = []
    before: list[Resource] = []
    planned = False
    for change in found:
        for one in (change.before, change.after) if change.before is not change.after else (change.after,):
            if one is None or settings.excludes(one):
                continue
            declare(one, names, circumstances.catalogue)
            settings.complete(one)
            if one.provider == "kubernetes":
                place(one, cluster, circumstances.catalogue)
            planned = planned or (one.source == "plan" and not change.recorded)
            before += [one] if one is change.before else []
            resources += [one] if one is change.after else []
    settings.close()
    recorded = {one.address for one in resources if one.kind == "commitment"}
    circumstances.inputs |= {"commitments"} if recorded else set()
    resources += [one for one in circumstances.commitments if one.address not in recorded]
    return Reading(resources, circumstances, coverage, paths, before if planned else None)
