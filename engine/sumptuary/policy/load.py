"""Loads the laws that hold for a run: which documents they come from, out of the cache or newly compiled."""

from __future__ import annotations

import os
from dataclasses import replace

from sumptuary.errors import SumptuaryError, UsageError
from sumptuary.model import Place
from sumptuary.policy.compiled import Laws, Project
from sumptuary.policy.naming import shown
from sumptuary.policy.places import (
    BUILTIN,
    PROJECT_DIRECTORY,
    Repository,
    Root,
    builtin_root,
    contents,
    repository_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sumptuary.policy.cases import Case
    from sumptuary.policy.compiled import Policy
    from sumptuary.policy.gather import Gathered

SIGNERS = "allowed_signers"
"""The usual name of the file of SSH keys that may sign approvals, in a repository's own directory."""


def load(
    sources: Sequence[str] = (),
    *,
    packs: Sequence[str] = (),
    start: str | None = ".",
    config: str | None = None,
    settings: Sequence[str] = (),
    cache: bool = True,
) -> Laws:
    """The laws of a run.

    ``sources`` are files, directories or packs (``--policies``): given, they take the place of the built-in pack,
    unless ``packs`` (``--pack``) names it. ``start`` is the scanned path, from which ``sumptuary.yaml`` and
    ``.sumptuary/`` are looked for up to the root of the checkout; None for a run that belongs to no repository.
    ``config`` names the project document instead of looking for it. ``settings`` are fields of policies set on the
    command line (``ID.FIELD=VALUE``). ``cache`` allows the compiled bundle.

    Raises:
        PolicyError: documents are wrong; it holds every problem.
        SumptuaryError: a path or a pack that is not there, a rule's package that does not load.
    """
    from sumptuary.policy import bundle

    repository = _repository(start, config)
    laws = bundle.laws(roots(sources, packs), repository, settings, cache=cache)
    return _shown(_with_signers(laws, repository))


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
    settings: Sequence[str] = (),
) -> Gathered:
    """The laws that ``load`` would give, with the documents that they were compiled from; always compiled anew.

    Raises:
        SumptuaryError: as ``load`` does.
    """
    from sumptuary.policy.gather import gather

    gathered = gather(roots(sources, packs), _repository(start, config), settings)
    _shown(gathered.laws)
    return gathered


def load_decisions(
    sources: Sequence[str] = (),
    *,
    packs: Sequence[str] = (),
    start: str = ".",
    config: str | None = None,
    settings: Sequence[str] = (),
    copied: tuple[str, str] = ("", ""),
) -> tuple[Laws, list[str]]:
    """What people decided in a state of things that is not judged: approvals, waivers, and what makes them count.

    ``copied`` is the copy of a checkout that is read, and the checkout (see ``Repository``). Where the documents do not
    hold together, there are no policies in it: approvals and waivers are then read alone, and what is wrong is told
    beside them. Nothing is raised.
    """
    from sumptuary.policy.gather import gather

    repository, problems = repository_of(start), list[str]()
    try:
        repository = replace(_repository(start, config), copied=copied)
        laws = gather(roots(sources, packs), repository, settings).laws
    except SumptuaryError as error:
        laws, problems = _decisions_alone(sources, repository)
        first = str(error).partition("\n")[0]
        told = "whether this change loosens the policies that it is judged by cannot be told"
        problems.append(f"the policies do not hold together, so {told}: {first}")
    return _shown(_with_signers(laws, repository)), problems


def _decisions_alone(sources: Sequence[str], repository: Repository) -> tuple[Laws, list[str]]:
    """The approvals and waivers of documents of which some are wrong."""
    from sumptuary.policy.compile import Compilation

    own = [Root(directory, PROJECT_DIRECTORY, own=True) for directory in repository.directories]
    compilation = Compilation()
    for root in (*(Root(source, "") for source in sources), *own):
        try:
            files = contents(root)
        except SumptuaryError as error:
            compilation.problems.append(error)
            continue
        decided = {path: text for path, text in files.items() if b"Approval" in text or b"Waiver" in text}
        compilation.read_all(root, decided)
    laws = Laws(approvals=compilation.approvals(), waivers=compilation.waivers())
    return laws, [f"{problem.place}: {problem.message}" for problem in compilation.problems]


def _with_signers(laws: Laws, repository: Repository) -> Laws:
    """The laws with the usual file of allowed signers, where there is one and no other is named."""
    if not laws.project.signers:
        usual = (os.path.join(directory, SIGNERS) for directory in repository.directories)
        laws.project.signers = next((path for path in usual if os.path.isfile(path)), "")
    return laws


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
    for name in (name for name in packs if name != BUILTIN):
        from sumptuary.policy.packs import located

        found.append(located(name, "", os.getcwd(), ()))
    if not (sources or packs) or BUILTIN in packs:
        found.insert(0, builtin_root())
    for source in sources:
        path = os.path.abspath(source)
        if not os.path.exists(path):
            raise UsageError("no such file or directory", place=source, hint="give a file, a directory or a pack")
        found.append(Root(path, source.replace(os.sep, "/"), layer="organization"))
    return found


def _shown(laws: Laws) -> Laws:
    """The laws with their places as reports show them, relative to the working directory."""

    def relative(place: Place) -> Place:
        return place if place.file else replace(place, path=shown(place.path))

    for policy in laws.policies:
        policy.place = relative(policy.place)
    laws.templates = [replace(template, place=relative(template.place)) for template in laws.templates]
    laws.approvals = [replace(approval, place=relative(approval.place)) for approval in laws.approvals]
    laws.waivers = [replace(waiver, place=relative(waiver.place)) for waiver in laws.waivers]
    project: Project = laws.project
    if project.place is not None:
        project.place = relative(project.place)
    return laws
