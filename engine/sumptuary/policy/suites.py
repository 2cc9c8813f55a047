"""A policy with all that tests it: its document, its inline cases, its fixture folders, and variants of it to try."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from sumptuary.errors import PolicyError, SumptuaryError
from sumptuary.policy import documents, problems, registry
from sumptuary.policy.cases import Case
from sumptuary.policy.fixtures import Folder, folders
from sumptuary.policy.places import PACK_FILE, PROJECT_DIRECTORY, TESTS
from sumptuary.policy.policies import Compiler, merged
from sumptuary.policy.templates import templates_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sumptuary.policy.compile import Entry
    from sumptuary.policy.compiled import Policy
    from sumptuary.policy.gather import Gathered


@dataclass(slots=True, eq=False, repr=False)
class Suite:
    """A policy and its tests. ``profiles`` are the policy with each of its named parameter sets.

    ``borrowed`` is one of a pack that those under test extend: only what their own fixture folders say of it is tried.
    """

    policy: Policy
    entry: Entry
    compiler: Compiler
    cases: list[Case] = field(default_factory=list[Case])
    folders: list[Folder] = field(default_factory=list[Folder])
    profiles: dict[str, Policy] = field(default_factory=dict[str, "Policy"])
    borrowed: bool = False

    @property
    def document(self) -> dict[str, Any]:
        """The policy's document as it was written; a copy."""
        value: dict[str, Any] = json.loads(json.dumps(self.entry.document.value))
        return value

    def variant(self, document: dict[str, Any], compiler: Compiler | None = None) -> Policy | None:
        """The policy that another document would make in its place; None where that document is wrong."""
        compiler = (compiler or self.compiler).fresh()
        try:
            model = documents.Policy.model_validate_json(json.dumps(document))
        except ValidationError:
            return None
        made = compiler.policy(model, self.entry.file, self.entry.document, self.entry.root, tests=False)
        if made is not None:
            made.place = self.policy.place
        return made

    def profiles_of(self, document: dict[str, Any], compiler: Compiler | None = None) -> dict[str, Policy]:
        """The policy that a document makes with each of its named parameter sets, where they are right."""
        spec: dict[str, Any] = document["spec"]
        found: dict[str, Policy] = {}
        for name, values in spec.get("profiles", {}).items():
            parameters = merged(spec.get("parameters", {}), values)
            made = self.variant({**document, "spec": {**spec, "parameters": parameters}}, compiler)
            if made is not None:
                found[name] = made
        return found

    @property
    def template(self) -> dict[str, Any] | None:
        """The document of the template that is its rule; a copy, None for a rule in Python."""
        template = self.compiler.templates.get(self.policy.rule)
        return None if template is None else json.loads(json.dumps(template.document.value))

    def with_template(self, document: dict[str, Any]) -> Compiler | None:
        """A compiler that has another document for the policy's template; None where that document is wrong."""
        former = self.compiler.templates[self.policy.rule]
        try:
            model = documents.RuleTemplate.model_validate_json(json.dumps(document))
        except ValidationError:
            return None
        made, wrong = templates_of([(model, former.file, former.document, former.root)], self.compiler.rules)
        return None if wrong else Compiler(self.compiler.rules, made)


def suites_of(gathered: Gathered, fixtures: Sequence[str]) -> list[Suite]:
    """The policies of these documents with their tests, in the order of the ids.

    ``fixtures`` are directories of fixture folders beside those that a policy's pack has in ``tests/``.

    Raises:
        PolicyError: what a fixture folder expects is wrong.
    """
    rules, _ = registry.installed()
    entries = {
        entry.model.metadata.id: entry for entry in gathered.entries if isinstance(entry.model, documents.Policy)
    }
    templates, _ = templates_of(
        [
            (entry.model, entry.file, entry.document, entry.root)
            for entry in gathered.entries
            if isinstance(entry.model, documents.RuleTemplate)
        ],
        rules,
    )
    compiler = Compiler(rules, templates)
    suites = [_suite(policy, cases, entries[policy.id], compiler) for policy, cases in gathered.suites()]
    places = list(dict.fromkeys([*fixtures, *(path for suite in suites for path in _beside(suite.entry))]))
    wrong: list[SumptuaryError] = []
    for place in places:
        try:
            found = folders(place, [suite.policy.id for suite in suites], ours=place in fixtures or _is_ours(place))
        except PolicyError as error:
            wrong += error.problems
            continue
        for suite in suites:
            suite.folders += found.get(suite.policy.id, [])
    wrong += _strangers(suites)
    if wrong:
        raise PolicyError(wrong)
    return suites


def _suite(policy: Policy, cases: list[Case], entry: Entry, compiler: Compiler) -> Suite:
    suite = Suite(policy, entry, compiler, cases)
    suite.profiles = suite.profiles_of(suite.document)
    return suite


def _beside(entry: Entry) -> list[str]:
    """The ``tests`` directories from beside a policy up to the top of its pack."""
    top = entry.root.path if os.path.isdir(entry.root.path) else os.path.dirname(entry.root.path)
    found: list[str] = []
    here = os.path.dirname(entry.file)
    while True:
        path = os.path.join(here, TESTS)
        found += [os.path.abspath(path)] if os.path.isdir(path) else []
        if os.path.realpath(here) == os.path.realpath(top) or os.path.dirname(here) == here:
            return found
        here = os.path.dirname(here)


def _is_ours(tests: str) -> bool:
    """Whether a ``tests`` directory is that of a pack or of a repository's own documents."""
    around = os.path.dirname(tests)
    return os.path.basename(around) == PROJECT_DIRECTORY or os.path.isfile(os.path.join(around, PACK_FILE))


def _strangers(suites: Sequence[Suite]) -> list[SumptuaryError]:
    """Expectations of policies that do not hold here: nothing would ever meet them."""
    known = [suite.policy.id for suite in suites]
    wrong: list[SumptuaryError] = []
    for expectation in (one for suite in suites for folder in suite.folders for one in folder.expectations):
        if expectation.policy not in known:
            text = f"no policy {expectation.policy!r} holds here{problems.close(expectation.policy, known)}"
            wrong.append(SumptuaryError(text, place=expectation.place))
    return wrong
