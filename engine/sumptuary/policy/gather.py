"""Reads everything a run's laws consist of, packs within packs included, and compiles it. Only for an uncached run."""

from __future__ import annotations

import fnmatch
import os
from dataclasses import dataclass, field

from sumptuary.errors import PolicyError, SumptuaryError
from sumptuary.policy import cases, compiled, documents, problems
from sumptuary.policy.compile import Compilation, Entry, place_of
from sumptuary.policy.places import (
    BUILTIN,
    PACK_FILE,
    PROJECT_DIRECTORY,
    PROJECT_FILE,
    Repository,
    Root,
    builtin_directory,
    contents,
)


@dataclass(slots=True)
class Gathered:
    """The laws, and the roots beyond the given ones that they were read from (packs that documents name)."""

    laws: compiled.Laws
    further: list[Root] = field(default_factory=list[Root])
    entries: list[Entry] = field(default_factory=list[Entry])

    def suites(self) -> list[tuple[compiled.Policy, list[cases.Case]]]:
        """Every policy with its inline tests, in the order of the ids."""
        found = {
            entry.model.metadata.id: cases.cases_of(entry.model, entry.document, problems.shown(entry.file))
            for entry in self.entries
            if isinstance(entry.model, documents.Policy)
        }
        return [(policy, found[policy.id]) for policy in self.laws.policies]


def gather(given: list[Root], repository: Repository) -> Gathered:
    """Read and compile.

    Raises:
        PolicyError: with every problem of every document.
    """
    return _Gathering(repository).run(given)


class _Gathering:
    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.compilation = Compilation.begin()
        self.further: list[Root] = []
        self.settings: Entry | None = None
        self.seen: set[str] = set()

    def run(self, given: list[Root]) -> Gathered:
        """The given roots, then the project's packs, then the repository's own documents."""
        for root in given:
            self.read(root)
        project, notes = self.project()
        settings = frozenset((*project.commitments, *project.prices))
        for directory in self.repository.directories:
            self.read(Root(directory, PROJECT_DIRECTORY, own=True), settings)
        self.check_profiles()
        return Gathered(self.compilation.laws(project, notes), self.further, self.compilation.entries)

    def read(self, root: Root, without: frozenset[str] = frozenset()) -> None:
        """One root: a pack where it has a ``pack.yaml``, else every document under it."""
        identity = os.path.realpath(root.path)
        if identity in self.seen:
            return
        self.seen.add(identity)
        try:
            files = contents(root, without)
        except SumptuaryError as error:
            self.compilation.problems.append(error)
            return
        pack_file = os.path.join(root.path, PACK_FILE)
        if pack_file in files and root.path not in self.repository.directories:
            self.pack(root, pack_file, files)
        else:
            self.packs_within(root, files)
            self.compilation.read_all(root, files)
        self.stray()

    def packs_within(self, root: Root, files: dict[str, bytes]) -> None:
        """Read the packs that lie in a directory, taking their files out of ``files``.

        A pack at the top of a repository's own directory leaves the files that it does not choose: all of them hold.
        """
        found = [path for path in files if os.path.basename(path) == PACK_FILE]
        for path in sorted(found, key=lambda path: -path.count(os.sep)):
            directory = os.path.dirname(path)
            inside = {file: files.pop(file) for file in list(files) if file.startswith(directory + os.sep)}
            if directory == root.path:
                files.update(self.pack(root, path, inside))
            elif (identity := os.path.realpath(directory)) not in self.seen:
                self.seen.add(identity)
                self.pack(Root(directory, root.pack, root.own), path, inside)

    def pack(self, root: Root, pack_file: str, files: dict[str, bytes]) -> dict[str, bytes]:
        """A pack: what it extends, then the policies that its globs choose. Gives the files that it does not choose."""
        entry = self.only(documents.Pack, root, pack_file, files.pop(pack_file))
        if entry is None or not isinstance(entry.model, documents.Pack):
            return {}
        spec = entry.model.spec
        for index, reference in enumerate(spec.extends):
            self.named(entry, ("spec", "extends", index, "pack"), reference.pack)
        named = Root(root.path, entry.model.metadata.name, root.own, entry.model.metadata.layer)
        rest = dict(files)
        for index, pattern in enumerate(spec.policies):
            chosen = {path: source for path, source in files.items() if _matches(path, root.path, pattern)}
            if not chosen:
                path: problems.Path = ("spec", "policies", index)
                self.compilation.problems.append(entry.at(path, f"{pattern!r} matches no file of the pack"))
            self.compilation.read_all(named, chosen)
            rest = {path: source for path, source in rest.items() if path not in chosen}
        return rest

    def only(
        self, kind: type[documents.Pack] | type[documents.Project], root: Root, file: str, source: bytes
    ) -> Entry | None:
        """The one document that a file must hold, taken out of the entries; None with the problem collected."""
        before, wrong = len(self.compilation.entries), len(self.compilation.problems)
        self.compilation.read_all(root, {file: source})
        entries = self.compilation.entries[before:]
        del self.compilation.entries[before:]
        if len(entries) == 1 and isinstance(entries[0].model, kind):
            return entries[0]
        if len(self.compilation.problems) == wrong:
            message = f"{os.path.basename(file)} must hold one document, of kind {kind.__name__}"
            self.compilation.problems.append(SumptuaryError(message, place=problems.shown(file)))
        return None

    def named(self, entry: Entry, path: problems.Path, name: str) -> None:
        """A pack that a document names: ``builtin``, or a directory relative to the document's."""
        directory = os.path.normpath(os.path.join(os.path.dirname(entry.file), name))
        if name != BUILTIN and not os.path.isdir(directory):
            hint = f"packs are {BUILTIN} or directories, relative to the document"
            self.compilation.problems.append(entry.at(path, f"there is no pack {name!r}", hint=hint))
            return
        root = Root(builtin_directory(), BUILTIN) if name == BUILTIN else Root(directory, name, entry.root.own)
        self.further.append(root)
        self.read(root)

    def stray(self) -> None:
        """Documents that stand where they mean nothing: a Pack outside pack.yaml, a Project inside a pack."""
        for entry in list(self.compilation.entries):
            if isinstance(entry.model, (documents.Pack, documents.Project)):
                kind = entry.document.value_at(("kind",))
                wanted = "pack.yaml" if kind == "Pack" else "sumptuary.yaml"
                text = f"a document of kind {kind} is read only from {wanted}"
                self.compilation.problems.append(entry.at(("kind",), text))
                self.compilation.entries.remove(entry)

    def project(self) -> tuple[compiled.Project, tuple[str, ...]]:
        """The repository's settings, or none."""
        file = self.repository.project
        notes = tuple(
            f"{problems.shown(outer)} does not hold here: {problems.shown(file)} is nearer"
            for outer in self.repository.outer
        )
        if not file:
            return compiled.Project(), notes
        root = Root(file, PROJECT_FILE, own=True)
        entry = self.only(documents.Project, root, file, contents(root)[file])
        if entry is None or not isinstance(entry.model, documents.Project):
            raise PolicyError(problems.in_order(self.compilation.problems))
        model = entry.model
        for index, reference in enumerate(model.spec.packs):
            self.named(entry, ("spec", "packs", index, "pack"), reference.pack)
        self.settings = entry
        return _settings(entry, model), notes

    def check_profiles(self) -> None:
        """A project may choose only a profile that exists, of a policy that holds here."""
        entry = self.settings
        if entry is None or not isinstance(entry.model, documents.Project):
            return
        policies = {
            policy.model.metadata.id: policy.model
            for policy in self.compilation.entries
            if isinstance(policy.model, documents.Policy)
        }
        for name, profile in entry.model.spec.profiles.items():
            policy, path = policies.get(name), ("spec", "profiles", name)
            if policy is None:
                text = f"no policy {name!r} holds here{problems.nearest(name, sorted(policies))}"
                self.compilation.problems.append(entry.at(path, text, key=True))
            elif profile not in policy.spec.profiles:
                words = sorted(policy.spec.profiles)
                text = f"the policy {name} has no profile {profile!r}{problems.nearest(profile, words)}"
                self.compilation.problems.append(entry.at(path, text))


def _settings(entry: Entry, model: documents.Project) -> compiled.Project:
    """The project as the run uses it; its paths relative to its document made absolute."""
    spec = model.spec
    directory = os.path.dirname(os.path.abspath(entry.file))
    facts = {fact: tuple(names) for fact, names in spec.facts.items()}
    if spec.environments.from_:
        facts["environment"] = tuple(name.removeprefix("tag:") for name in spec.environments.from_)
    return compiled.Project(
        name=model.metadata.name,
        place=place_of(entry.file, entry.document),
        context={
            name: {key: value for key, value in (("region", given.region), ("provider", given.provider)) if value}
            for name, given in spec.context.items()
        },
        node_types={
            node if isinstance(node, str) else node.type: "" if isinstance(node, str) else node.capacity or ""
            for given in spec.context.values()
            for node in given.node_types
        },
        facts={str(fact): names for fact, names in facts.items()},
        environments=dict(spec.environments.infer),
        exclude=tuple(spec.exclude),
        commitments=_paths(spec.commitments, directory),
        prices=_paths(spec.prices, directory),
        profiles=dict(spec.profiles),
    )


def _paths(given: str | list[str], directory: str) -> tuple[str, ...]:
    names = [given] if isinstance(given, str) else given
    return tuple(os.path.normpath(os.path.join(directory, name)) for name in names)


def _matches(path: str, directory: str, pattern: str) -> bool:
    """Whether a pack's glob chooses a file; ``**/`` stands for any directories, also none."""
    relative = os.path.relpath(path, directory).replace(os.sep, "/")
    wanted = pattern.removeprefix("./")
    if wanted.startswith("**/") and fnmatch.fnmatchcase(relative, wanted[3:]):
        return True
    same_depth = relative.count("/") == wanted.count("/")
    return fnmatch.fnmatchcase(relative, wanted) and (same_depth or "**" in wanted)
