"""The policies of a run as SARIF rules, within the lengths that GitHub takes."""

from __future__ import annotations

from sumptuary.report import PolicyNote
from sumptuary.reports.describing import sentence
from sumptuary.reports.markup import code, link, plain
from sumptuary.reports.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.report import Report

NAME, DESCRIPTION = 255, 1024
"""Characters that GitHub takes of a rule's name, and of its descriptions."""

HELP = 4_000
"""Characters of one part of a rule's help that are given."""

_PROBLEMS = {"critical": "error", "high": "error", "medium": "warning"}


class Rules:
    """The rules of a run: every policy that held, in its order, and any other that a violation names."""

    def __init__(self, report: Report) -> None:
        notes = {note.id: note for note in report.policies}
        for one in report.violations:
            if one.policy not in notes:
                notes[one.policy] = PolicyNote(one.policy, one.policy, "", one.severity, "", one.rule)
        self.descriptors = [_descriptor(note) for note in notes.values()]
        self._indices = {name: index for index, name in enumerate(notes)}

    def index(self, policy: str) -> int:
        """The place of a policy's rule in the list."""
        return self._indices[policy]


def _descriptor(note: PolicyNote) -> dict[str, object]:
    title = printable(note.title) or note.id
    references = [printable(reference) for reference in note.references]
    parts = [sentence(note.description) or sentence(title), sentence(note.remediation)]
    texts = [*(part for part in parts if part), *references, f"Policy {note.id}, rule {note.rule}."]
    marked = [*(plain(part, HELP) for part in parts if part), *(f"- {link(reference)}" for reference in references)]
    marked.append(f"Policy {code(note.id)}, rule {code(note.rule)}.")
    helps = [reference for reference in references if link(reference).startswith("<")]
    return {
        "id": note.id,
        "name": _pascal(note.id)[:NAME],
        "shortDescription": {"text": _cut(title)},
        "fullDescription": {"text": _cut(parts[0])},
        "help": {"text": "\n\n".join(texts), "markdown": "\n\n".join(marked)},
        **({"helpUri": helps[0]} if helps else {}),
        "defaultConfiguration": {"level": "note" if note.severity in ("low", "info") else "warning"},
        "properties": {
            "tags": ["finops", *([note.category] if note.category else [])],
            "problem.severity": _PROBLEMS.get(note.severity, "recommendation"),
            "severity": note.severity,
        },
    }


def _pascal(name: str) -> str:
    """``required-tags`` as ``RequiredTags``, the form that SARIF gives to names of rules."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("-")) or name


def _cut(text: str) -> str:
    return text if len(text) <= DESCRIPTION else text[: DESCRIPTION - 1] + "…"
