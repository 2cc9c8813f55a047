"""What tests of rules hand to a rule: resources as policies' inline tests write them, and a context around them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sumptuary.catalogue import Catalogue
from sumptuary.model import Estate, Resource
from sumptuary.policy.given import resource_of
from sumptuary.rule import ApprovalFact, Context

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
INPUTS = frozenset({"commitments", "base"})


def resources(*given: dict[str, Any]) -> list[Resource]:
    return [resource_of(item, index) for index, item in enumerate(given)]


def context(
    found: Sequence[Resource] = (),
    *,
    approvals: Sequence[ApprovalFact] = (),
    inputs: frozenset[str] = INPUTS,
    now: datetime = NOW,
) -> Context:
    return Context(now, Catalogue(now=now), Estate(found), tuple(approvals), inputs)
