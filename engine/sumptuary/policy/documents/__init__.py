"""The documents people write, as pydantic models: the truth that validation and the JSON Schemas come from.

Imported only to validate; a run on a cached bundle never sees it. The models read JSON types strictly: text is never
taken for a number, nor a number for text. A new kind of document is a file here and a line in ``KINDS``.
"""

from __future__ import annotations

from pydantic import BaseModel

from sumptuary.policy.documents.approvals import Approval
from sumptuary.policy.documents.packs import Pack, PackReference
from sumptuary.policy.documents.policies import Case, Enforcement, Policy, WaiverTerms
from sumptuary.policy.documents.projects import Currency, Project
from sumptuary.policy.documents.strict import API_VERSION, Override
from sumptuary.policy.documents.templates import RuleTemplate
from sumptuary.policy.documents.waivers import Waiver

KINDS: dict[str, type[BaseModel]] = {
    "Policy": Policy,
    "RuleTemplate": RuleTemplate,
    "Pack": Pack,
    "Project": Project,
    "Waiver": Waiver,
    "Approval": Approval,
}
"""The kinds of documents."""

__all__ = [
    "API_VERSION",
    "KINDS",
    "Approval",
    "Case",
    "Currency",
    "Enforcement",
    "Override",
    "Pack",
    "PackReference",
    "Policy",
    "Project",
    "RuleTemplate",
    "Waiver",
    "WaiverTerms",
]
