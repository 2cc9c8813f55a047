"""From a command's arguments to what it works on: the estate that was read, the laws, the prices and the clock."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sumptuary.catalogue import Catalogue
from sumptuary.cli.arguments import existing, variables
from sumptuary.cli.settings import Settings
from sumptuary.coverage import Coverage
from sumptuary.facts import declare, names_of
from sumptuary.policy.load import load
from sumptuary.sources.terraform import Options, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from sumptuary.model import Resource
    from sumptuary.policy.compiled import Laws
    from sumptuary.rule import ApprovalFact

TERRAFORM = (".tf", ".tofu", ".tfvars", ".tf.json", ".tofu.json", ".tfvars.json")
PLAN_HEAD = 65536
"""Bytes in which a plan or state names its format: it is the first thing that Terraform writes."""


@dataclass(slots=True, eq=False, repr=False)
class Reading:
    """What a command works on. ``paths`` are the path arguments; ``root`` is absolute, nothing outside it is read.

    ``before`` is the former estate, where plans tell it; None where there is nothing to compare with.
    """

    resources: list[Resource]
    coverage: Coverage
    laws: Laws
    catalogue: Catalogue
    approvals: tuple[ApprovalFact, ...]
    inputs: frozenset[str]
    now: datetime
    paths: tuple[str, ...]
    root: str
    before: list[Resource] | None = None


def gather(arguments: Namespace, coverage: Coverage) -> Reading:
    """Read what the arguments name. ``coverage`` is filled on the way, so that a progress line can look at it.

    Raises:
        SumptuaryError: a path that is not there, a policy or a price file that is wrong.
    """
    paths = tuple(existing(arguments.paths or ["."], "the path"))
    for file in arguments.var_file:
        existing([file], "the variable file")
    now = arguments.now or datetime.now(UTC)
    start = _common(paths)
    root = os.path.abspath(arguments.root) if arguments.root else checkout(start)
    laws = load(
        arguments.policies, packs=arguments.pack, start=start, config=arguments.config, cache=not arguments.no_cache
    )
    project = laws.project
    catalogue = Catalogue([*project.prices, *arguments.prices], now=now)
    names = names_of(project)
    resources: list[Resource] = []
    settings = Settings(project, coverage)
    before: list[Resource] = []
    for change in _estate(paths, arguments, root, coverage):
        for one in (change.before, change.after) if change.before is not change.after else (change.after,):
            if one is None or settings.excludes(one):
                continue
            declare(one, names, catalogue)
            settings.complete(one)
            before += [one] if one is change.before else []
            resources += [one] if one is change.after else []
    settings.close()
    planned = any(resource.source == "plan" for resource in (*before, *resources))
    inputs = set[str]()
    for file in (*project.commitments, *arguments.commitments):
        from sumptuary.decisions.commitments import read_commitments

        resources += read_commitments(file)
        inputs.add("commitments")
    approvals: tuple[ApprovalFact, ...] = ()
    if laws.approvals:
        from sumptuary.decisions.approvals import standing

        stand = standing(laws.approvals, now)
        approvals = stand.approvals
        for note in stand.notes:
            coverage.note(note)
    for note in (*laws.notes, *catalogue.warnings(now)):
        coverage.note(note)
    former = before if planned else None
    return Reading(resources, coverage, laws, catalogue, approvals, frozenset(inputs), now, paths, root, former)


def checkout(start: str) -> str:
    """The root of the checkout that a path lies in (the directory that holds ``.git``); without one, the working
    directory where the path lies in it, else the path's own directory."""
    here = os.path.abspath(start)
    level = here if os.path.isdir(here) else os.path.dirname(here)
    own = level
    while not os.path.exists(os.path.join(level, ".git")):
        parent = os.path.dirname(level)
        if parent == level:
            working = os.getcwd()
            return working if own == working or own.startswith(working + os.sep) else own
        level = parent
    return level


def shown_path(path: str) -> str:
    """A path as reports show it: relative to the working directory, with ``/``."""
    return os.path.relpath(path).replace(os.sep, "/")


def _common(paths: Sequence[str]) -> str:
    """The deepest directory that holds all paths."""
    absolute = [os.path.abspath(path) for path in paths]
    directories = [path if os.path.isdir(path) else os.path.dirname(path) for path in absolute]
    return os.path.commonpath(directories)


@dataclass(slots=True, eq=False, repr=False)
class Change:
    """A resource as it stood and as it would stand. Beside a plan, what a tree holds is taken to stay as it is."""

    before: Resource | None
    after: Resource | None


def _estate(paths: Sequence[str], arguments: Namespace, root: str, coverage: Coverage) -> Iterator[Change]:
    """The resources of every path, each read by the source that knows it."""
    trees: dict[str, None] = {}
    changed: list[str] = []
    for path in paths:
        if os.path.isdir(path):
            trees[path] = None
        elif path.endswith(TERRAFORM):
            changed.append(os.path.dirname(path) or ".")
        elif _is_plan(path):
            from sumptuary.sources.terraform.plan import read_changes

            for planned in read_changes(path, coverage):
                yield Change(planned.before, planned.after)
        else:
            coverage.files_seen += 1
            coverage.fail(shown_path(path), 0, "this is not a kind of file that sumptuary reads")
    if changed:
        trees.update(_roots(changed, root, coverage))
    if trees:
        options = Options(variables(arguments), tuple(arguments.var_file), root, arguments.workspace)
        for resource in read(list(trees), options, coverage):
            yield Change(resource, resource)


def _roots(directories: Sequence[str], root: str, coverage: Coverage) -> dict[str, None]:
    """The root modules that lead to these directories, each named by one of its files, so that no tree is walked."""
    from sumptuary.cli.callers import configuration, roots_of

    found: dict[str, None] = {}
    for directory in roots_of(directories, root):
        if (file := configuration(directory)) is not None:
            found[file] = None
        else:
            coverage.note(f"{shown_path(directory)} holds variables but no module that takes them")
    return found


def _is_plan(path: str) -> bool:
    """Whether a file is Terraform's JSON of a plan or a state, by what it begins with."""
    try:
        with open(path, "rb") as file:
            head = file.read(PLAN_HEAD)
    except OSError:
        return False
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    return b'"format_version"' in head or (b'"terraform_version"' in head and b'"lineage"' in head)
