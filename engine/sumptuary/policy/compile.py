"""Validates documents and compiles them into laws. Imports yaml and pydantic: a cached run never comes here."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import BaseModel, ValidationError

from sumptuary.errors import PolicyError, SumptuaryError
from sumptuary.model import Place
from sumptuary.policy import compiled, documents, naming, policies, problems, registry
from sumptuary.policy.authorities import Authority, identity_of
from sumptuary.policy.layers import Layered, Layering, Written
from sumptuary.policy.places import Root
from sumptuary.policy.templates import Template, templates_of
from sumptuary.rule import Rule
from sumptuary.values import is_map
from sumptuary.yaml_lines import Document, read


@dataclass(slots=True)
class Entry:
    """A document that has been validated, and where it stands."""

    file: str
    document: Document
    model: BaseModel
    root: Root

    @property
    def shown(self) -> str:
        """The file as people are told of it."""
        return naming.shown(self.file, self.root)

    def at(self, path: problems.Path, message: str, *, key: bool = False, hint: str = "") -> SumptuaryError:
        """An error at a path of this document."""
        return problems.at(self.shown, self.document, path, message, key=key, hint=hint)


@dataclass(slots=True)
class Compilation:
    """The state of one compilation: every problem is collected, and told at the end."""

    rules: dict[str, type[Rule]] = field(default_factory=dict[str, type[Rule]])
    entries: list[Entry] = field(default_factory=list[Entry])
    problems: list[SumptuaryError] = field(default_factory=list[SumptuaryError])
    files: set[str] = field(default_factory=set[str])
    layered: dict[str, Layered] = field(default_factory=dict[str, Layered])
    templates: dict[str, Template] = field(default_factory=dict[str, Template])
    unread: list[tuple[str, Document]] = field(default_factory=list[tuple[str, Document]])
    """Documents of a kind that are not valid as such; what they name is still looked at."""
    partial: bool = False
    """Whether a pack that is named could not be read: then what is set may be of its policies."""

    @classmethod
    def begin(cls) -> Compilation:
        """With the installed rules."""
        rules, wrong = registry.installed()
        return cls(rules, problems=list(wrong))

    def read_all(self, root: Root, files: dict[str, bytes]) -> None:
        """Read and validate the documents of a root; a file that was read already is not read twice, and belongs to
        the highest layer that names it."""
        for file, source in files.items():
            identity = os.path.realpath(file)
            if identity not in self.files:
                self.files.add(identity)
                self.read_file(root, file, source)
                continue
            for entry in self.entries:
                lower = compiled.LAYERS.index(entry.root.layer) > compiled.LAYERS.index(root.layer)
                if lower and os.path.realpath(entry.file) == identity:
                    entry.root = root

    def read_file(self, root: Root, file: str, source: bytes) -> None:
        """Read and validate every document of one file."""
        reading, shown = read(source), naming.shown(file, root)
        for problem in reading.problems:
            place = f"{shown}:{problem.line}:{problem.column}"
            self.problems.append(SumptuaryError(problem.message, place=place))
        if not reading.documents and not reading.problems:
            self.problems.append(SumptuaryError("the file holds no document", place=shown))
        for document in reading.documents:
            model = self.validated(shown, document)
            if model is not None:
                self.entries.append(Entry(file, document, model, root))

    def validated(self, file: str, document: Document) -> BaseModel | None:
        """The document as its model, or None with its problems collected; ``file`` as people are told of it."""
        value = document.value
        if not isinstance(value, dict) or "kind" not in value:
            hint = f"every document begins with apiVersion: {documents.API_VERSION} and kind: Policy"
            self.problems.append(problems.at(file, document, (), "not a Sumptuary document: it has no kind", hint=hint))
            return None
        kind = str(document.value_at(("kind",)))
        model = documents.KINDS.get(kind)
        if model is None:
            self.problems.append(_unknown_kind(file, document, kind))
            return None
        try:
            return model.model_validate_json(json.dumps(value))
        except ValidationError as error:
            self.problems.extend(problems.placed(error, model, file, document))
            self.unread.append((file, document))
            return None

    def chosen(self, kind: type[BaseModel]) -> Iterable[Entry]:
        """The documents of a kind, in the order read."""
        return (entry for entry in self.entries if isinstance(entry.model, kind))

    def approvals(self) -> list[compiled.Approval]:
        """The approvals as their documents give them."""
        return [_approval(entry) for entry in self.chosen(documents.Approval)]

    def waivers(self) -> list[compiled.Waiver]:
        """The waivers as their documents give them."""
        return [_waiver(entry) for entry in self.chosen(documents.Waiver)]

    def laws(
        self,
        project: compiled.Project,
        notes: tuple[str, ...] = (),
        authorities: dict[str, Authority] | None = None,
    ) -> compiled.Laws:
        """The laws that all documents make together, as ``authorities`` lay them over each other.

        Raises:
            PolicyError: with every problem found in any of them.
        """
        self.lay(authorities or {})
        for kind in (documents.Policy, documents.RuleTemplate, documents.Waiver, documents.Approval):
            self.problems.extend(_repeated(self.chosen(kind)))
        if self.problems:
            raise PolicyError(problems.in_order(self.problems))
        laws = [self.layered[name].policy for name in sorted(self.layered)]
        files = sorted({entry.file for entry in self.entries})
        described = [self.templates[name].described() for name in sorted(self.templates)]
        return compiled.Laws(laws, self.approvals(), self.waivers(), project, tuple(files), notes, described)

    def check_rules(self) -> frozenset[str]:
        """The rules that policies name which are not valid as such: a mistake there is told with the others.

        Gives the ids of templates that are not valid as such.
        """
        kinds = [(file, document, document.value_at(("kind",))) for file, document in self.unread]
        ids = [document.value_at(("metadata", "id")) for _, document, kind in kinds if kind == "RuleTemplate"]
        unread = frozenset(str(name) for name in ids)
        known = [*self.rules, *self.templates, *sorted(unread)]
        for file, document, kind in kinds:
            rule = document.value_at(("spec", "rule"))
            if kind == "Policy" and isinstance(rule, str) and rule not in known:
                self.problems.append(policies.unknown_rule(file, document, rule, known))
        return unread

    def lay(self, authorities: dict[str, Authority]) -> None:
        """Compile every policy, and lay over it what the authorities say."""
        sources = [
            (entry.model, entry.file, entry.document, entry.root)
            for entry in self.chosen(documents.RuleTemplate)
            if isinstance(entry.model, documents.RuleTemplate)
        ]
        self.templates, wrong = templates_of(sources, self.rules)
        self.problems += wrong
        compiler = policies.Compiler(self.rules, self.templates)
        compiler.unread = self.check_rules()
        layering = Layering(compiler, list(authorities.values()))
        for entry in self.chosen(documents.Policy):
            assert isinstance(entry.model, documents.Policy)  # noqa: S101  # chosen by this class
            policy = compiler.policy(entry.model, entry.file, entry.document, entry.root)
            if policy is not None:
                identity = identity_of(entry.root)
                owner = authorities.get(identity) or Authority(identity, entry.root.pack, entry.root.layer)
                written = Written(entry.file, entry.document, entry.model, entry.root)
                self.layered.setdefault(policy.id, layering.layered(written, policy, owner))
        names = [str(entry.document.value_at(("metadata", "id"))) for entry in self.chosen(documents.Policy)]
        self.problems += [*compiler.problems, *layering.problems]
        if not self.partial:
            self.problems += layering.unmatched(names)


def _unknown_kind(file: str, document: Document, kind: str) -> SumptuaryError:
    text = f"kind: {kind!r} is not known{problems.nearest(kind, list(documents.KINDS))}"
    return problems.at(file, document, ("kind",), text)


def _repeated(entries: Iterable[Entry]) -> list[SumptuaryError]:
    """An error for each id that stands twice, naming both places."""
    first: dict[str, Entry] = {}
    found: list[SumptuaryError] = []
    for entry in entries:
        name = str(entry.document.value_at(("metadata", "id")))
        if name not in first:
            first[name] = entry
            continue
        other = first[name]
        line, _ = other.document.place(("metadata", "id"))
        message = f"the id {name!r} is taken already, at {other.shown}:{line}"
        hint = "give this one another id; a policy of another pack is changed by spec.overrides of a pack or a project"
        found.append(entry.at(("metadata", "id"), message, hint=hint))
    return found


def _approval(entry: Entry) -> compiled.Approval:
    """An approval as its document gives it."""
    model = entry.model
    assert isinstance(model, documents.Approval)  # noqa: S101  # chosen by this class
    spec = model.spec
    alone = ((spec.approvers[0], spec.signature),) if spec.signature is not None else ()
    return compiled.Approval(
        id=model.metadata.id,
        scope={key: str(value) for key, value in spec.scope.model_dump(exclude_none=True).items()},
        amount=spec.limit.amount,
        currency=spec.limit.currency,
        per=spec.limit.per,
        approvers=tuple(spec.approvers),
        reason=spec.reason,
        expires=spec.expires.isoformat(),
        place=place_of(entry),
        plan_digest=spec.plan_digest or "",
        signatures=tuple((one.approver, one.signature) for one in spec.signatures) or alone,
        canonical=canonical(entry.document) if spec.signatures or alone else "",
    )


def canonical(document: Document) -> str:
    """A document in the form in which it is signed: as JSON, keys sorted, without white space and signatures."""
    told = document.value
    if is_map(told) and is_map(spec := told.get("spec")):
        told = {**told, "spec": {key: spec[key] for key in spec if key not in ("signature", "signatures")}}
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _waiver(entry: Entry) -> compiled.Waiver:
    """A waiver as its document gives it."""
    model = entry.model
    assert isinstance(model, documents.Waiver)  # noqa: S101  # chosen by this class
    spec = model.spec
    return compiled.Waiver(
        id=model.metadata.id,
        policies=tuple(spec.policies),
        target={key: str(value) for key, value in spec.target.model_dump(exclude_none=True).items()},
        reason=spec.reason,
        owner=spec.owner,
        approver=spec.approver,
        ticket=spec.ticket,
        granted=spec.granted.isoformat(),
        expires=spec.expires.isoformat(),
        place=place_of(entry),
        layer=entry.root.layer,
        max_monthly_cost=spec.max_monthly_cost.amount if spec.max_monthly_cost is not None else "",
        max_matches=spec.max_matches,
    )


def place_of(entry: Entry) -> Place:
    """Where a document stands; ``load`` shows a path relative."""
    return naming.place(entry.file, entry.document.line, entry.root)
