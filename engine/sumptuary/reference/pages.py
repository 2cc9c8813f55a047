"""All pages of a set of laws, by name: what `sumptuary docs` writes, and holds what is written against."""

from __future__ import annotations

import os

from sumptuary.errors import PolicyError
from sumptuary.policy import documents, registry
from sumptuary.policy.parameters import model_of
from sumptuary.reference import fields
from sumptuary.reference.changing import Change
from sumptuary.reference.commands import page_of_commands
from sumptuary.reference.documents import page_of_documents
from sumptuary.reference.index import index
from sumptuary.reference.policies import Subject, named, page_of_policy
from sumptuary.reference.rules import (
    FLAGS,
    SAVING,
    condition_of,
    page_of_rule,
    page_of_template,
    saving_of,
    sections_of,
)
from sumptuary.reference.setting import file_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sumptuary.policy.compile import Entry
    from sumptuary.policy.compiled import Policy
    from sumptuary.policy.gather import Gathered
    from sumptuary.reference.commands import Listed
    from sumptuary.rule import Rule


def pages(
    gathered: Gathered, commands: Sequence[Listed], formats: Sequence[str], exit_codes: dict[int, str]
) -> dict[str, str]:
    """Every page by its name (``policies/required-tags.md``), in the order of the names.

    Raises:
        PolicyError: an installed rule does not load.
    """
    rules, problems = registry.installed()
    if problems:
        raise PolicyError(problems)
    policies = gathered.laws.policies
    templates = {
        entry.model.metadata.id: entry.model
        for entry in gathered.entries
        if isinstance(entry.model, documents.RuleTemplate)
    }
    titles = {name: rule.title for name, rule in rules.items()}
    titles |= {name: template.metadata.title for name, template in templates.items()}
    found: dict[str, str] = {
        "index.md": index(policies, dict(sorted(titles.items())), commands, formats, exit_codes),
        "commands.md": page_of_commands(commands, exit_codes),
        "documents.md": page_of_documents(),
    }
    for name, rule in rules.items():
        found[f"rules/{file_name(name)}"] = page_of_rule(rule, _using(name, policies))
    for name, template in templates.items():
        found[f"rules/{file_name(name)}"] = page_of_template(template, _using(name, policies))
    for subject in _subjects(gathered, rules, templates):
        found[f"policies/{file_name(subject.policy.id)}"] = page_of_policy(subject)
    return dict(sorted(found.items()))


def _using(name: str, policies: Sequence[Policy]) -> list[Policy]:
    return [policy for policy in policies if policy.rule == name]


def _subjects(
    gathered: Gathered, rules: dict[str, type[Rule]], templates: dict[str, documents.RuleTemplate]
) -> list[Subject]:
    """Each policy that holds, with its document and what its rule's page says."""
    written = {
        entry.model.metadata.id: entry for entry in gathered.entries if isinstance(entry.model, documents.Policy)
    }
    found: list[Subject] = []
    for policy in gathered.laws.policies:
        entry = written[policy.id]
        if not isinstance(entry.model, documents.Policy):
            continue
        subject = Subject(policy, entry.model, _place(entry), changes=_changes(gathered, policy.id))
        if (rule := rules.get(policy.rule)) is not None:
            sections = sections_of(rule)
            subject.schema = fields.schema_of(model_of(rule))
            subject.flags, subject.saving = sections.get(FLAGS, ""), sections.get(SAVING, "")
        elif (template := templates.get(policy.rule)) is not None:
            subject.schema = template.spec.parameters
            subject.flags, subject.saving = condition_of(template), saving_of(template)
        found.append(subject)
    return found


def _changes(gathered: Gathered, policy: str) -> list[Change]:
    """The fields that other layers have changed; these by layer and name, not by path."""
    found: dict[str, Change] = {}
    for step in gathered.layered[policy].steps:
        layer = " ".join(filter(None, (step.authority.layer, named(step.authority.name))))
        profiles = {one.field: f", profile {one.through}" for one in step.assignments if one.through}
        for one in step.changes:
            by = layer + next((said for name, said in profiles.items() if f"{one.field}.".startswith(f"{name}.")), "")
            former = found.pop(one.field, None)  # who set it last comes last
            before = [(one.before, former.by), *former.before] if former is not None else [(one.before, "")]
            found[one.field] = Change(one.field, one.after, by, before)
    return list(found.values())


def _place(entry: Entry) -> str:
    """Where a document stands, from the root that it was read from: the same on every machine."""
    if entry.root.called:
        return entry.shown
    top = entry.root.path if os.path.isdir(entry.root.path) else os.path.dirname(entry.root.path)
    return os.path.relpath(entry.file, top).replace(os.sep, "/")
