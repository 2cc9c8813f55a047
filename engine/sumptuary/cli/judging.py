"""Judges the inline tests of policies with the machine that judges estates, so that a test proves what a run does."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from functools import cache

from sumptuary.catalogue import Catalogue
from sumptuary.coverage import Coverage
from sumptuary.evaluate import Law, judge, price_estate
from sumptuary.facts import declare, names_of
from sumptuary.findings import Passed, Skipped
from sumptuary.model import Estate, Resource
from sumptuary.money import to_cents
from sumptuary.policy.cases import Case, Said
from sumptuary.policy.compiled import LEVELS, Policy, Project
from sumptuary.policy.given import FREE
from sumptuary.rule import Context, EstateRule
from sumptuary.savings import Verdict
from sumptuary.verdicts import Judgement, attach_savings, in_context

BLOCKS_FROM = "soft-mandatory"
"""The level from which a run fails where the call does not say."""


def judged(policy: Policy, case: Case) -> list[Said]:
    """What a policy says of a case's resources.

    Resources that it does not select give nothing. A cost that is given stands; the others are priced.
    """
    catalogue = _catalogue(case.now)
    for resource in case.given:
        _declare(resource, catalogue)
    unpriced = [resource for resource in case.given if resource.cost.monthly is None and not resource.cost.unpriced]
    price_estate([resource for resource in unpriced if resource.kind not in FREE], catalogue, Coverage())
    law = Law(policy, case.stage)
    context = Context(case.now, catalogue, Estate(case.given), case.approvals, case.inputs)
    judgements = [
        Judgement(policy, resource, outcome, _level(policy, case, resource))
        for resource, outcome in judge(law, context)
    ]
    savings = attach_savings(judgements, catalogue)
    verdicts = [_said(judgement, saving, case) for judgement, saving in zip(judgements, savings, strict=True)]
    if not verdicts and isinstance(law.rule, EstateRule):
        selected = (resource for resource in case.given if law.selector.matches(resource) is True)
        return [Said("pass", "", _level(policy, case, resource)) for resource in selected]
    return verdicts


def _level(policy: Policy, case: Case, resource: Resource) -> str:
    environment = resource.environment if isinstance(resource.environment, str) else ""
    return policy.enforcement.level(case.stage, environment, case.now)


def _said(judgement: Judgement, verdict: Verdict | None, case: Case) -> Said:
    if isinstance(judgement.outcome, Passed):
        return Said("pass", "", judgement.level)
    if isinstance(judgement.outcome, Skipped):
        return Said("skipped", judgement.outcome.reason, judgement.level)
    violation = in_context(judgement, verdict, case.stage, case.now, "", LEVELS.index(BLOCKS_FROM))
    saving = None if violation.saving is None else to_cents(violation.saving.attributed.expected)
    return Said(violation.status, violation.message, judgement.level, saving, violation.blocking)


@cache
def _catalogue(now: datetime) -> Catalogue:
    """The shipped prices, with no overrides: a policy's tests come out the same everywhere."""
    return Catalogue(now=now)


def _declare(resource: Resource, catalogue: Catalogue) -> None:
    """Tell from tags and SKU what they declare; what the case gives outright stands."""
    given = copy(resource)
    facets = {name: copy(getattr(resource, name)) for name in ("compute", "workload", "lifetime")}
    declare(resource, names_of(Project()), catalogue)
    for name in ("environment", "team"):
        if getattr(given, name) is not None:
            setattr(resource, name, getattr(given, name))
    for name, facet in facets.items():
        if facet is None:
            continue
        for field in facet.__slots__:
            if getattr(facet, field) not in (None, "", ()):
                setattr(getattr(resource, name), field, getattr(facet, field))
