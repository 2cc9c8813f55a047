"""What a repository shows of itself before it has settings: regions, environments, tags in use, examples, clusters.

Each guess is a ``Choice`` with its evidence in a line; where the evidence is divided, nothing is chosen, which is said.
"""

from __future__ import annotations

import os
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from sumptuary.cli.clouds import signs_in
from sumptuary.cli.inputs import changes
from sumptuary.coverage import Coverage
from sumptuary.facts import DEFAULT_NAMES, environment
from sumptuary.model import plain_key
from sumptuary.reports.ledger import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.model import Resource

ENVIRONMENTS = frozenset({"production", "staging", "dev", "test", "sandbox"})
_TELLING = frozenset({"production", "staging"})
"""Environments that a part of a name tells: a ``gpu-test`` and a ``dev-tools`` are mostly something else."""
_RUN_IN = frozenset({"production", "staging", "dev"})
ASIDE = ("examples", "example", "test", "tests", "fixtures", "testdata")
"""Names of directories whose configuration nobody means to pay for."""
SYNONYMS = {
    "environment": ("stage", "envname", "environmentname", "deploymentenvironment", "environmenttype", "appenv"),
    "team": ("squad", "teamname", "ownerteam", "owningteam", "tribe"),
    "workload_type": ("workload", "workloadtype"),
    "ttl": ("timetolive", "lifetime", "maxage"),
    "expires-at": ("expiry", "expiration", "expirydate", "expirationdate", "deleteafter", "expireson", "expiresat"),
    "checkpoint": ("checkpointuri", "checkpointpath", "checkpointdir"),
}
"""Other names that people give to facts, as plain as tag keys can be made."""
COST_CENTERS = ("costcenter", "costcentre")
MOST_NODE_TYPES = 6
HALF = 0.5
SHORT = 3
"""Letters in common that say too little of what a directory to come is."""


@dataclass(slots=True, frozen=True)
class Choice:
    """A value that was chosen, and the evidence for it in a few words."""

    value: str
    why: str


@dataclass(slots=True, eq=False, repr=False)
class Survey:
    """What was found. ``notes`` tell what could have been chosen and was not, and why."""

    resources: int = 0
    regions: dict[str, Choice] = field(default_factory=dict[str, Choice])
    environments: dict[str, Choice] = field(default_factory=dict[str, Choice])
    facts: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict[str, tuple[tuple[str, ...], str]])
    excluded: list[str] = field(default_factory=list[str])
    why_excluded: str = ""
    cluster: Choice | None = None
    node_types: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])


def survey(root: str) -> Survey:
    """Look at all files that sumptuary reads under a directory, as ``check`` would without settings."""
    arguments = Namespace(var=[], var_file=[], workspace="default")
    coverage = Coverage()
    found = [change.after for change in changes([root], arguments, root, coverage) if change.after is not None]
    told = Survey(resources=len(found))
    _exclude(told, found, root)
    kept = [one for one in found if not _is_aside(_paths(one, root), told.excluded)]
    _choose_regions(told, kept, root)
    _choose_environments(told, kept, root)
    _choose_facts(told, kept)
    _choose_cluster(told, kept)
    return told


def _paths(resource: Resource, root: str) -> list[str]:
    """Where a resource stands, relative to the repository: its root module, and its own file."""
    origin = resource.origin
    paths = [origin.root or "."] + ([origin.place.path] if origin.place is not None else [])
    return [os.path.relpath(path, root).replace(os.sep, "/") for path in paths]


def _is_aside(paths: Iterable[str], globs: Sequence[str]) -> bool:
    return any(fnmatchcase(f"{path}/", glob) for path in paths for glob in globs)


def _exclude(told: Survey, found: Sequence[Resource], root: str) -> None:
    """Leave examples and tests out, where something else is left."""
    terraform = _terraform_files(root)
    manifests = {_paths(one, root)[-1] for one in found if one.provider == "kubernetes"}
    files = [*terraform, *sorted(manifests)]
    globs = sorted(_asides(files))
    if not globs:
        return
    names = " and ".join(globs)
    if all(_is_aside(_paths(one, root), globs) for one in found):
        told.notes.append(f"{names} not excluded: no resource would be left")
        return
    aside = sum(_is_aside([path], globs) for path in files)
    what = "the Terraform files" if not manifests else "the manifests" if not terraform else "the files"
    told.excluded = globs
    told.why_excluded = f"{f'{100 * aside / len(files):.0f}' if 100 * aside >= len(files) else 'under 1'} % of {what}"


def _asides(files: Iterable[str]) -> set[str]:
    """Patterns of the directories whose names say that they are aside; not the test beside production."""
    folders = _folders(files)
    environments = {os.path.dirname(path) for path in folders if environment(os.path.basename(path)) in _RUN_IN}
    found: set[str] = set()
    for path in files:
        steps = path.split("/")[:-1]
        for depth, step in enumerate(steps):
            if step in ASIDE and "/".join(steps[:depth]) not in environments:
                found.add(f"{step}/**" if depth == 0 else f"**/{step}/**")
                break
    return found


def _folders(files: Iterable[str]) -> set[str]:
    """Every directory on the way to some files."""
    found: set[str] = set()
    for path in files:
        while path := os.path.dirname(path):
            found.add(path)
    return found


def _terraform_files(root: str) -> list[str]:
    from sumptuary.cli.inputs import TERRAFORM
    from sumptuary.sources.tree import Tree

    tree = Tree(root, Coverage())
    return [
        os.path.relpath(os.path.join(directory, name), tree.root).replace(os.sep, "/")
        for directory in tree.folders([root], TERRAFORM)
        for name in tree.listing(directory)
        if name.endswith(TERRAFORM)
    ]


def _choose_regions(told: Survey, kept: Sequence[Resource], root: str) -> None:
    """The region of most provider blocks, or else of most resources, which knows what variables come to."""
    blocks = _provider_regions(root, told.excluded)
    for provider in ("aws", "gcp", "azure"):
        theirs = [one.region for one in kept if one.provider == provider]
        resources = Counter(region if isinstance(region, str) else "" for region in theirs)
        counted = [(blocks.get(provider, Counter[str]()), "provider block"), (resources, "resource")]
        for said, noun in counted:
            total = sum(said.values())
            region = next((name for name, count in said.items() if name and count > HALF * total), "")
            if region:
                why = f"{said[region]} of {plural(total, noun)} {'says' if total == 1 else 'say'} so"
                told.regions[provider] = Choice(region, why)
                break
        else:
            said, noun = next((one for one in counted if any(one[0])), counted[0])
            named = ", ".join(f"{name or 'none, or a variable'} {number}" for name, number in said.most_common(4))
            told.notes += [f"no region for {provider}: its {noun}s are divided ({named})"] if any(said) else []


def _provider_regions(root: str, excluded: Sequence[str]) -> dict[str, Counter[str]]:
    """How many provider blocks name which region; empty for those that name none, or a variable."""
    from sumptuary.cli.inputs import TERRAFORM
    from sumptuary.sources.terraform.modules import Library, literal
    from sumptuary.sources.terraform.providers import CLOUDS
    from sumptuary.sources.tree import Tree

    tree = Tree(root, Coverage())
    library = Library(tree)
    found: dict[str, Counter[str]] = {}
    for directory in tree.folders([root], TERRAFORM):
        relative = os.path.relpath(directory, tree.root).replace(os.sep, "/")
        module = library.module(directory)
        if module is None or _is_aside([relative], excluded):
            continue
        for declaration in module.providers.values():
            provider = CLOUDS.get(declaration.block.labels[0]) if declaration.block.labels else None
            expression = declaration.expression("region")
            if provider in ("aws", "gcp"):
                value = literal(expression) if expression is not None else ""
                found.setdefault(provider, Counter())[value if isinstance(value, str) else ""] += 1
    return found


def _choose_environments(told: Survey, kept: Sequence[Resource], root: str) -> None:
    """A glob for each environment that names of directories tell, where one holds them and no others."""
    directories = sorted({_paths(one, root)[0] for one in kept})
    wanted: dict[str, dict[str, str]] = {}
    for directory in directories:
        told_by = [(step, name) for step in directory.split("/") if (name := _environment_of(step))]
        if told_by:
            step, name = told_by[-1]
            wanted.setdefault(name, {})[directory] = step
    for name, given in sorted(wanted.items()):
        for glob in _globs(given):
            if {path for path in directories if _infers(glob, path)} == set(given):
                told.environments[name] = Choice(glob, f"from {len(given)} director{'y' if len(given) == 1 else 'ies'}")
                break
        else:
            told.notes.append(
                f"no directory for {name}: no single pattern holds {', '.join(sorted(given)[:3])} and no others"
            )


def _environment_of(step: str) -> str:
    """The environment that a directory's name tells: as a whole, or a telling part of it; empty for none."""
    words = [word for word in step.lower().replace("_", "-").replace(".", "-").split("-") if word != "live"]
    if len(words) == 1 and environment(words[0]) in ENVIRONMENTS:  # live alone may hold live/dev
        return environment(words[0])
    return next((name for word in reversed(words) if (name := environment(word)) in _TELLING), "")


def _globs(given: dict[str, str]) -> Iterable[str]:
    """Patterns that may hold some directories, the plainest first. ``given`` maps each to the step that tells."""
    heads = {directory[: _end_of(directory, step)] for directory, step in given.items()}
    if len(heads) == 1:
        yield f"{heads.pop()}/**"
    steps = Counter(given.values())
    for step, _ in steps.most_common():
        yield f"**/{step}/**"
    start, end = _shared(steps), _shared(step[::-1] for step in steps)[::-1]
    if environment(start) in ENVIRONMENTS or len(start) > SHORT:
        yield f"**/{start}*/**"
    if len(end) > SHORT:
        yield f"**{end}/**"


def _shared(words: Iterable[str]) -> str:
    """What some words begin with."""
    return os.path.commonprefix(list(words))  # noqa: RUF071  # of words, letter by letter


def _end_of(directory: str, step: str) -> int:
    steps = directory.split("/")
    last = len(steps) - 1 - steps[::-1].index(step)
    return len("/".join(steps[: last + 1]))


def _infers(glob: str, path: str) -> bool:
    """Whether a project's pattern holds a directory, as ``Settings`` has it."""
    return fnmatchcase(f"/{path}/", glob) or fnmatchcase(f"{path}/", glob)


def _choose_facts(told: Survey, kept: Sequence[Resource]) -> None:
    """The tags in use that declare a fact under a name that is not one of the default ones."""
    used = Counter(key for one in kept for key in one.tags)
    for fact, synonyms in SYNONYMS.items():
        usual = DEFAULT_NAMES[fact.replace("-", "_")]
        others = [key for key in used if plain_key(key).replace("_", "") in synonyms and plain_key(key) not in usual]
        if others:
            others.sort(key=lambda key: (-used[key], key))
            told.facts[fact] = ((*usual, *others), _said(others, used))
    as_they_are = sorted(key for key in used if plain_key(key) in DEFAULT_NAMES["team"] + DEFAULT_NAMES["environment"])
    if as_they_are:
        told.notes.append(f"read as they are, whatever their case: {_said(as_they_are, used)}")
    billed = sorted(key for key in used if plain_key(key).replace("_", "") in COST_CENTERS and key != "cost-center")
    if billed:
        told.notes.append(f"the policy required-tags asks for cost-center, and you have {_said(billed, used)}")


def _said(keys: Iterable[str], used: Counter[str]) -> str:
    return ", ".join(f"tag {key} on {plural(used[key], 'resource')}" for key in keys)


def _choose_cluster(told: Survey, kept: Sequence[Resource]) -> None:
    """The cloud under the cluster, where manifests show it and only one; its node types, where Terraform has them."""
    manifests = [one for one in kept if one.provider == "kubernetes"]
    if not manifests:
        return
    signs = signs_in(manifests)
    evident = [cloud for cloud, count in signs.items() if count]
    if len(evident) != 1:
        why = f"signs of {' and '.join(evident)}" if evident else "nothing in the manifests shows it"
        told.notes.append(
            f"the cloud under the cluster is not evident ({why}): set context.kubernetes to have pods priced"
        )
        return
    (cloud,) = evident
    told.cluster = Choice(
        cloud, f"{plural(signs[cloud], 'manifest')} {'names' if signs[cloud] == 1 else 'name'} its parts"
    )
    pools = Counter(
        one.compute.sku
        for one in kept
        if one.kind == "compute.node_pool" and one.provider == cloud and one.compute is not None
        if isinstance(one.compute.sku, str)
    )
    told.node_types = [
        name for name, _ in sorted(pools.items(), key=lambda item: (-item[1], item[0]))[:MOST_NODE_TYPES]
    ]
