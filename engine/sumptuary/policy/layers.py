"""Lays packs over each other: lower layers set fields of policies from above anew, and may only tighten them.

An authority that carries a policy (it holds it, extends the pack that holds it, or sets a field of it) is asked when
one below wants to loosen a field: all of them must have delegated it. Only for an uncached run.
"""

from __future__ import annotations

import fnmatch
import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from sumptuary.errors import SumptuaryError
from sumptuary.policy import compiled, documents, naming, problems
from sumptuary.policy.authorities import PROFILE, REPOSITORY, Assignment, Authority, path_of
from sumptuary.policy.places import Root
from sumptuary.policy.policies import Compiler
from sumptuary.policy.tightening import CHANGES, LOOSENS, Difference, Direction, differences
from sumptuary.policy.wording import shown
from sumptuary.values import is_list, is_map
from sumptuary.yaml_lines import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True, frozen=True)
class Step:
    """What one authority made of a policy: the fields that it set, and what that changed."""

    authority: Authority
    assignments: tuple[Assignment, ...]
    changes: tuple[Difference, ...]


@dataclass(slots=True)
class Layered:
    """A policy as it holds, as its own document has it, the steps between, and who carries it, from the highest.

    ``directions`` are those in which its rule's parameters tighten.
    """

    policy: compiled.Policy
    written: compiled.Policy
    directions: dict[str, Direction]
    steps: list[Step] = field(default_factory=list[Step])
    carriers: list[Authority] = field(default_factory=list[Authority])

    def setter(self, name: str) -> tuple[Authority, Assignment] | None:
        """Who set a field last, and where; None where it is as the policy's document has it."""
        for step in reversed(self.steps):
            for assignment in reversed(step.assignments):
                if _covers(assignment.field, name):
                    return step.authority, assignment
        return None


@dataclass(slots=True)
class Written:
    """A policy's document, as it was read and validated."""

    file: str
    document: Document
    model: documents.Policy
    root: Root

    @property
    def shown(self) -> str:
        """Its file as people are told of it."""
        return naming.shown(self.file, self.root)

    def place(self, name: str) -> str:
        """Where a field stands, or the nearest thing around it."""
        line, column = self.document.place(path_of(name), key=True)
        return f"{self.shown}:{line}:{column}"


class Layering:
    """The authorities of a run, in the order in which they speak: from the highest layer down, as they were read."""

    def __init__(self, compiler: Compiler, authorities: list[Authority]) -> None:
        self.compiler = compiler
        self.authorities = sorted(authorities, key=lambda authority: authority.rank)
        self.aliases: list[list[str]] = []
        self.problems: list[SumptuaryError] = []

    def layered(self, written: Written, policy: compiled.Policy, owner: Authority) -> Layered:
        """The policy with what every authority says of it; what they may not say is a problem."""
        self.aliases.append(written.model.metadata.aliases)
        found, value = (
            Layered(policy, policy, self.compiler.directions(policy.rule)),
            json.loads(json.dumps(written.document.value)),
        )
        carriers = [owner]
        for authority in self.authorities:
            given = self.assigned(authority, written)
            if given:
                above = [one for one in carriers if one is not authority and one.rank <= authority.rank]
                value = self.step(found, written, authority, above, given, value)
            if authority not in carriers and (given or owner.identity in authority.extends):
                carriers.append(authority)
        below = [one for one in carriers if one.rank > 0]
        found.carriers = sorted(carriers, key=lambda one: one.rank)
        found.policy.owner_layer = min(below, key=lambda one: one.rank).layer if below else REPOSITORY
        return found

    def assigned(self, authority: Authority, written: Written) -> list[Assignment]:
        """What an authority sets of a policy; a profile is told in the parameters that it stands for."""
        metadata, found = written.model.metadata, list[Assignment]()
        for assignment in authority.assignments:
            if not any(fnmatch.fnmatchcase(name, assignment.match) for name in (metadata.id, *metadata.aliases)):
                continue
            if assignment.field != PROFILE:
                found.append(assignment)
                continue
            name = str(assignment.value)
            profile = written.model.spec.profiles.get(name)
            if profile is None:
                words = sorted(written.model.spec.profiles)
                text = f"the policy {metadata.id} has no profile {name!r}{problems.nearest(name, words)}"
                self.problem(text, assignment)
                continue
            for key, value in profile.items():
                found.append(Assignment(metadata.id, f"parameters.{key}", value, assignment.place, name))
        return found

    def unmatched(self, names: list[str]) -> list[SumptuaryError]:
        """An error for each assignment that is about no policy that holds here."""
        found: list[SumptuaryError] = []
        known = [*names, *(alias for one in self.aliases for alias in one)]
        for authority in self.authorities:
            for one in authority.assignments:
                if not fnmatch.filter(known, one.match):
                    text = f"no policy {one.match!r} holds here{problems.nearest(one.match, sorted(names))}"
                    found.append(SumptuaryError(text, place=one.place))
        return found

    def step(
        self,
        found: Layered,
        written: Written,
        authority: Authority,
        above: list[Authority],
        given: list[Assignment],
        value: dict[str, Any],
    ) -> dict[str, Any]:
        """Take what an authority sets into ``found``; gives the document's value with it."""
        name = found.policy.id
        held = [
            one
            for one in given
            if not all(carrier.lets(authority.layer, name, one) for carrier in above) and not _is_offered(one, found)
        ]
        if held and above:
            bound = self.compiled(written, _with(value, held), held)
            if bound is None:
                return value
            for difference in differences(found.policy, bound, found.directions):
                if difference.effect in (LOOSENS, CHANGES):
                    self.forbid(difference, found, written, authority, above, held)
        merged = _with(value, given)
        policy = self.compiled(written, merged, given)
        if policy is None:
            return value
        changes = differences(found.policy, policy, found.directions)
        found.policy = policy
        found.steps.append(Step(authority, tuple(given), tuple(changes)))
        return merged

    def compiled(self, written: Written, value: dict[str, Any], given: list[Assignment]) -> compiled.Policy | None:
        """A policy compiled from its document's value with what was set, or None with problems at their places."""
        compiler = self.compiler.fresh()
        document = Document(value, written.document.line, values=dict.fromkeys(_paths(value), (1, 1)))
        try:
            model = documents.Policy.model_validate_json(json.dumps(value))
        except ValidationError as error:
            found = problems.placed(error, documents.Policy, written.shown, document)
            policy = None
        else:
            policy = compiler.policy(model, written.file, document, written.root, tests=False)
            found = compiler.problems
        for problem in found:
            blamed = next((one for one in given if ".".join(path_of(one.field)) in problem.message), given[0])
            self.problem(problem.message, blamed, problem.hint)
        return None if found else policy

    def forbid(
        self,
        difference: Difference,
        found: Layered,
        written: Written,
        authority: Authority,
        above: list[Authority],
        given: list[Assignment],
    ) -> None:
        """Say that a field may not be moved this way, and where those above say otherwise."""
        name, wanted = found.policy.id, difference.field
        blamed = next((one for one in given if _covers(one.field, wanted) or _covers(wanted, one.field)), given[-1])
        holding = [one for one in above if not one.lets(authority.layer, name, blamed)]
        named = " and ".join(f"{one.name} ({one.layer})" for one in holding)
        setter = found.setter(wanted)
        place = setter[1].place if setter is not None else written.place(wanted)
        does = "loosens it" if difference.effect == LOOSENS else "may be looser, for all that can be told"
        text = f"{name}: {wanted}: {shown(difference.before)} ({place}) to {shown(difference.after)} {does}"
        text += f"; {_ARTICLES[authority.layer]} may only tighten it, for {named} "
        text += "does not delegate it" if len(holding) == 1 else "do not delegate it"
        hint = f"take it out, or have {named} delegate {wanted!r} to {authority.layer}"
        self.problem(text, blamed, hint)

    def problem(self, text: str, at: Assignment, hint: str = "") -> None:
        """Collect a problem at the place of an assignment, once."""
        error = SumptuaryError(text, place=at.place, hint=hint)
        if all(str(one) != str(error) for one in self.problems):
            self.problems.append(error)


_ARTICLES = {
    "built-in": "the built-in pack",
    "organization": "an organization",
    "team": "a team",
    "repository": "a repository",
    "command-line": "the command line",
}


def _is_offered(assignment: Assignment, found: Layered) -> bool:
    """Whether it is of a profile, which the policy itself offers, and nobody above has settled the matter."""
    return bool(assignment.through) and found.setter(assignment.field) is None


def _with(value: dict[str, Any], given: list[Assignment]) -> dict[str, Any]:
    """A document's value with fields set anew; null takes one away."""
    found: dict[str, Any] = json.loads(json.dumps(value))
    for assignment in given:
        *way, last = path_of(assignment.field)
        target = found
        for step in way:
            if not isinstance(target.get(step), dict):
                target[step] = {}
            target = target[step]
        if assignment.value is None:
            target.pop(last, None)
        else:
            target[last] = assignment.value
    return found


def _paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every path within a value."""
    yield path
    inside = value.items() if is_map(value) else enumerate(value) if is_list(value) else ()
    for step, item in inside:
        yield from _paths(item, (*path, step))


def _covers(one: str, other: str) -> bool:
    """Whether a field is another, or holds it."""
    return one == other or other.startswith(f"{one}.")
