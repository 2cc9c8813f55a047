"""Loads the laws that hold for a run: which documents they come from, out of the cache or newly compiled."""

from __future__ import annotations

import os
from dataclasses import replace

from sumptuary.errors import SumptuaryError, UsageError
from sumptuary.model import Place
from sumptuary.policy.compiled import Laws, Project
from sumptuary.policy.places import (
    BUILTIN,
    PROJECT_DIRECTORY,
    Repository,
    Root,
    builtin_directory,
    contents,
    repository_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sumptuary.policy.cases import Case
    from sumptuary.policy.compiled import Approval, Policy
    from sumptuary.policy.gather import Gathered


def load(
    sources: Sequence[str] = (),
    *,
    packs: Sequence[str] = (),
    start: str | None = ".",
    config: str | None = None,
    cache: bool = True,
) -> Laws:
    """The laws of a run.

    ``sources`` are files, directories or packs (``--policies``): given, they take the place of the built-in pack,
    unless ``packs`` (``--pack``) names it. ``start`` is the scanned path, from which ``sumptuary.yaml`` and
    ``.sumptuary/`` are looked for up to the root of the checkout; None for a run that belongs to no repository.
    ``config`` names the project document instead of looking for it. ``cache`` allows the compiled bundle.

    Raises:
        PolicyError: documents are wrong; it holds every problem.
        SumptuaryError: a path or a pack that is not there, a rule's package that does not load.
    """
    from sumptuary.policy import bundle

    return _shown(bundle.laws(roots(sources, packs), _repository(start, config), cache=cache))


def load_with_tests(
    sources: Sequence[str] = (),
    *,
    packs: Sequence[str] = (),
    start: str | None = ".",
    config: str | None = None,
) -> list[tuple[Policy, list[Case]]]:
    """Every policy that ``load`` would give, with its inline tests; always compiled anew.

    Raises:
        SumptuaryError: as ``load`` does.
    """
    from sumptuary.policy.gather import gather

    gathered = gather(roots(sources, packs), _repository(start, config))
    _shown(gathered.laws)
    return gathered.suites()


def load_with_documents(
    sources: Sequence[str] = (),
    *,
    packs: Sequence[str] = (),
    start: str | None = ".",
    config: str | None = None,
) -> Gathered:
    """The laws that ``load`` would give, with the documents that they were compiled from; always compiled anew.

    Raises:
        SumptuaryError: as ``load`` does.
    """
    from sumptuary.policy.gather import gather

    gathered = gather(roots(sources, packs), _repository(start, config))
    _shown(gathered.laws)
    return gathered


def load_approvals(sources: Sequence[str], start: str) -> tuple[list[Approval], list[str]]:
    """The approvals alone, of documents under ``sources`` and of the repository that ``start`` lies in.

    Nothing is raised: what is wrong with a document that may hold an approval is told beside them.
    """
    from sumptuary.policy.compile import Compilation

    repository = repository_of(start)
    own = [Root(directory, PROJECT_DIRECTORY, own=True) for directory in repository.directories]
    compilation = Compilation()
    for root in (*(Root(source, "") for source in sources), *own):
        try:
            files = contents(root)
        except SumptuaryError as error:
            compilation.problems.append(error)
            continue
        compilation.read_all(root, {path: source for path, source in files.items() if b"Approval" in source})
    laws = _shown(Laws(approvals=compilation.approvals()))
    return laws.approvals, [f"{problem.place}: {problem.message}" for problem in compilation.problems]


def _repository(start: str | None, config: str | None) -> Repository:
    """What the repository of the scanned path says, with the project document that the call names."""
    repository = repository_of(start) if start is not None else Repository("", ())
    if config is None:
        return repository
    if not os.path.isfile(config):
        raise UsageError("no such file", place=config, hint="--config names a document of kind Project")
    return replace(repository, project=os.path.abspath(config), outer=())


def roots(sources: Sequence[str], packs: Sequence[str]) -> list[Root]:
    """Where the policies of a call come from, before the repository's own."""
    found: list[Root] = []
    for name in packs:
        if name != BUILTIN:
            raise UsageError(f"no pack is named {name!r}", hint=f"there is {BUILTIN}; give other packs with --policies")
    if not sources or packs:
        found.append(Root(builtin_directory(), BUILTIN, layer="built-in"))
    for source in sources:
        path = os.path.abspath(source)
        if not os.path.exists(path):
            raise UsageError("no such file or directory", place=source, hint="give a file, a directory or a pack")
        found.append(Root(path, source.replace(os.sep, "/"), layer="organization"))
    return found


def _shown(laws: Laws) -> Laws:
    """The laws with their places as reports show them, relative to the working directory."""
    working = os.getcwd() + os.sep

    def relative(place: Place) -> Place:
        if not place.path.startswith(working):
            return place
        return replace(place, path=place.path[len(working) :].replace(os.sep, "/"))

    for policy in laws.policies:
        policy.place = relative(policy.place)
    laws.approvals = [replace(approval, place=relative(approval.place)) for approval in laws.approvals]
    laws.waivers = [replace(waiver, place=relative(waiver.place)) for waiver in laws.waivers]
    project: Project = laws.project
    if project.place is not None:
        project.place = relative(project.place)
    return laws
