"""Reads everything a run's laws consist of, packs within packs included, and compiles it. Only for an uncached run."""

from __future__ import annotations

import fnmatch
import os
from dataclasses import dataclass, field, replace

from sumptuary.errors import PolicyError, SumptuaryError
from sumptuary.policy import cases, compiled, documents, naming, problems
from sumptuary.policy.assignments import assignments_of, on_the_command_line
from sumptuary.policy.authorities import Authority, identity_of
from sumptuary.policy.compile import Compilation, Entry
from sumptuary.policy.layers import Layered
from sumptuary.policy.packs import DEEPEST, GIT, digest_of, located
from sumptuary.policy.places import (
    PACK_FILE,
    PROJECT_DIRECTORY,
    PROJECT_FILE,
    Repository,
    Root,
    builtin_directory,
    contents,
    lock_files,
)
from sumptuary.policy.project import settings_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(slots=True)
class Gathered:
    """The laws, and the roots beyond the given ones that they were read from (packs that documents name)."""

    laws: compiled.Laws
    further: list[Root] = field(default_factory=list[Root])
    entries: list[Entry] = field(default_factory=list[Entry])
    layered: dict[str, Layered] = field(default_factory=dict[str, Layered])

    def suites(self) -> list[tuple[compiled.Policy, list[cases.Case]]]:
        """Every policy as its own document has it, with its inline tests, in the order of the ids."""
        found = {
            entry.model.metadata.id: cases.cases_of(entry.model, entry.document, entry.shown)
            for entry in self.entries
            if isinstance(entry.model, documents.Policy)
        }
        return [(self.layered[policy.id].written, found[policy.id]) for policy in self.laws.policies]


def gather(given: list[Root], repository: Repository, settings: Sequence[str] = ()) -> Gathered:
    """Read and compile. ``settings`` are those of the command line (``ID.FIELD=VALUE``).

    Raises:
        PolicyError: with every problem of every document.
    """
    return _Gathering(repository).run(given, settings)


class _Gathering:
    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.compilation = Compilation.begin()
        self.further: list[Root] = []
        self.authorities: dict[str, Authority] = {}
        self.identities: dict[str, str] = {}
        self.locks: list[str] = []
        self.seen: set[str] = set()
        self.open: list[str] = []
        self.spoken = False
        """Whether the call itself brings what an organisation says: nobody below it becomes one, then."""

    def run(self, given: list[Root], settings: Sequence[str]) -> Gathered:
        """The given roots, then the project's packs, then the repository's own documents, then the command line."""
        self.locks = lock_files(given, self.repository)
        for root in given:
            self.read(root)
        self.spoken = any(one.layer == "organization" for one in self.authorities.values())
        project, notes = self.project()
        without = frozenset((*project.commitments, *project.prices))
        for directory in self.repository.directories:
            self.read(Root(directory, PROJECT_DIRECTORY, own=True), without)
        if settings:
            self.command_line(settings)
        laws = self.compilation.laws(project, notes, self.authorities)
        return Gathered(laws, self.further, self.compilation.entries, self.compilation.layered)

    def authority(self, root: Root, name: str) -> Authority:
        """Who speaks through the documents of a root."""
        identity = identity_of(root)
        self.identities[os.path.realpath(root.path)] = identity
        return self.authorities.setdefault(identity, Authority(identity, name, root.layer))

    def command_line(self, settings: Sequence[str]) -> None:
        """What ``--set ID.FIELD=VALUE`` sets."""
        authority = Authority("command line", "the command line", "command-line")
        self.authorities[authority.identity] = authority
        for text in settings:
            try:
                authority.assignments.append(on_the_command_line(text))
            except SumptuaryError as error:
                self.compilation.problems.append(error)

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
            self.authority(root, root.pack)
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
                called = f"{naming.shown(directory, root)}/" if root.called else ""
                self.pack(Root(directory, root.pack, root.own, called=called), path, inside)

    def pack(self, root: Root, pack_file: str, files: dict[str, bytes]) -> dict[str, bytes]:
        """A pack: what it extends, then the policies that its globs choose. Gives the files that it does not choose."""
        entry = self.only(documents.Pack, root, pack_file, files.pop(pack_file))
        if entry is None or not isinstance(entry.model, documents.Pack):
            return {}
        spec, metadata = entry.model.spec, entry.model.metadata
        root = entry.root = _called(root, metadata.name)
        named = replace(root, pack=metadata.name, layer=self.layer_of(entry, metadata.layer, root))
        self.open.append(os.path.realpath(root.path))
        above = [
            self.named(entry, ("spec", "extends", index), reference) for index, reference in enumerate(spec.extends)
        ]
        self.open.pop()
        authority = self.authority(named, metadata.name)
        authority.extends |= {identity for one in above if one is not None for identity in (one.identity, *one.extends)}
        authority.delegate |= {str(layer): tuple(fields) for layer, fields in spec.delegate.items()}
        authority.assignments += assignments_of(entry, spec.profiles, spec.overrides, self.compilation.problems)
        self.check_order(entry, authority, above)
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
            self.compilation.problems.append(SumptuaryError(message, place=naming.shown(file, root)))
        return None

    def named(self, entry: Entry, path: problems.Path, reference: documents.PackReference) -> Authority | None:
        """A pack that a document names; its authority, when it could be read."""
        directory = self.repository.beside(os.path.dirname(entry.file), reference.pack)
        try:
            root = located(reference.pack, reference.version or "", directory, self.locks, entry.root)
            self.check_reference(reference, root)
        except SumptuaryError as error:
            self.compilation.problems.append(entry.at((*path, "pack"), error.message, hint=error.hint))
            self.compilation.partial = True
            return None
        if os.path.realpath(root.path) in self.open:
            self.compilation.problems.append(entry.at((*path, "pack"), "the packs extend each other in a circle"))
            return None
        if len(self.open) >= DEEPEST:
            text = f"more than {DEEPEST} packs extend each other in a row"
            self.compilation.problems.append(entry.at((*path, "pack"), text))
            return None
        root = replace(root, own=root.own and entry.root.own)
        self.further.append(root)
        self.read(root)
        return self.authorities.get(self.identities.get(os.path.realpath(root.path), ""))

    def check_reference(self, reference: documents.PackReference, root: Root) -> None:
        """A digest that a document gives must be that of the pack's files.

        Raises:
            SumptuaryError: it is not.
        """
        if reference.digest is not None and (found := digest_of(root.path)) != reference.digest:
            hint = "look at what changed, then write down the new digest"
            raise SumptuaryError(f"the files of the pack {reference.pack} come to {found}", hint=hint)

    def layer_of(self, entry: Entry, layer: str, root: Root) -> str:
        """The layer of a pack. A copy of the shipped pack is its owner's; none in a repository's own directory is
        above its teams, nor is one that only the repository names beside the organisation's of the call."""
        path: problems.Path = ("metadata", "layer")
        if any(_inside(root.path, own) for own in self.repository.directories):
            if layer in ("built-in", "organization"):
                text = f"metadata.layer: a pack in {PROJECT_DIRECTORY} is of the layer team or repository"
                hint = "name a pack that lies elsewhere under spec.packs of sumptuary.yaml"
                self.compilation.problems.append(entry.at(path, text, hint=hint))
            return layer
        if layer == "built-in" and os.path.realpath(root.path) != os.path.realpath(builtin_directory()):
            layer = "organization"
        return "team" if self.spoken and layer == "organization" else layer

    def check_order(self, entry: Entry, authority: Authority, above: list[Authority | None]) -> None:
        """A pack extends packs of its own layer or of one above."""
        for index, one in enumerate(above):
            if one is not None and one.rank > authority.rank:
                text = f"the {authority.layer} pack {authority.name} cannot extend the {one.layer} pack {one.name}"
                self.compilation.problems.append(entry.at(("spec", "extends", index, "pack"), text))

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
            f"{naming.shown(outer)} does not hold here: {naming.shown(file)} is nearer"
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
            self.named(entry, ("spec", "packs", index), reference)
        own = self.authority(root, PROJECT_FILE)
        own.assignments += assignments_of(entry, model.spec.profiles, model.spec.overrides, self.compilation.problems)
        return settings_of(entry, model, self.repository), notes


def _called(root: Root, name: str) -> Root:
    """The root of a pack whose name has been read: one out of git is called by it."""
    return replace(root, called=naming.synced(root.pack, root.version, name)) if root.pack.startswith(GIT) else root


def _inside(path: str, directory: str) -> bool:
    return f"{os.path.realpath(path)}{os.sep}".startswith(os.path.join(os.path.realpath(directory), ""))


def _matches(path: str, directory: str, pattern: str) -> bool:
    """Whether a pack's glob chooses a file; ``**/`` stands for any directories, also none."""
    relative = os.path.relpath(path, directory).replace(os.sep, "/")
    wanted = pattern.removeprefix("./")
    if wanted.startswith("**/") and fnmatch.fnmatchcase(relative, wanted[3:]):
        return True
    same_depth = relative.count("/") == wanted.count("/")
    return fnmatch.fnmatchcase(relative, wanted) and (same_depth or "**" in wanted)
