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
from sumptuary.policy.cases import Case
from sumptuary.policy.compiled import Policy, Project
from sumptuary.policy.given import FREE
from sumptuary.rule import Context, EstateRule
from sumptuary.verdicts import Judgement, in_context


def judged(policy: Policy, case: Case) -> list[tuple[str, str]]:
    """What a policy says of a case's resources: a verdict and the message (or the reason) for each.

    Resources that it does not select give nothing. A cost that is given stands; the others are priced.
    """
    catalogue = _catalogue(case.now)
    for resource in case.given:
        _declare(resource, catalogue)
    unpriced = [resource for resource in case.given if resource.cost.monthly is None and not resource.cost.unpriced]
    price_estate([resource for resource in unpriced if resource.kind not in FREE], catalogue, Coverage())
    law = Law(policy)
    context = Context(case.now, catalogue, Estate(case.given), case.approvals, case.inputs)
    verdicts: list[tuple[str, str]] = []
    for resource, outcome in judge(law, context):
        if isinstance(outcome, Passed):
            verdicts.append(("pass", ""))
        elif isinstance(outcome, Skipped):
            verdicts.append(("skipped", outcome.reason))
        else:
            level = policy.enforcement.level("ci", "", case.now)
            violation = in_context(Judgement(policy, resource, outcome, level), None, "ci", case.now, "", 0)
            verdicts.append((violation.status, violation.message))
    if not verdicts and isinstance(law.rule, EstateRule):
        selected = any(law.selector.matches(resource) is True for resource in case.given)
        return [("pass", "")] if selected else []
    return verdicts


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
