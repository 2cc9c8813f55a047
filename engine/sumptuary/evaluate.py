"""The only loop: an estate held against its laws, giving what breaks them and what mending would save."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import import_module

from sumptuary.changes import change_set
from sumptuary.coverage import Coverage
from sumptuary.errors import SumptuaryError
from sumptuary.findings import Finding, Outcome, Passed, Skipped, Undecided, Violation
from sumptuary.model import Estate, Resource
from sumptuary.money import NOTHING
from sumptuary.policy.compiled import LEVELS, Policy
from sumptuary.policy.select import Selector
from sumptuary.pricing import FREE_KINDS, price_resource
from sumptuary.report import CatalogueStamp, PolicyNote, Report, Spend, in_order, summarise
from sumptuary.rule import ApprovalFact, Context, EstateRule, ResourceRule, load_parameters
from sumptuary.values import Unknown
from sumptuary.verdicts import Judgement, attach_savings, in_context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.coverage import Gap
    from sumptuary.rule import Catalogue


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Setting:
    """The circumstances of a run: when, in which stage, at what prices, with what else at hand.

    ``fail_on`` is the enforcement level from which a violation blocks. ``prefix`` is the working directory within the
    checkout. ``inputs`` names the optional inputs that were given (``commitments``, ``base``). ``allow_incomplete``
    makes what could not be read a warning instead of exit code 3. ``excuse`` is what waivers do: it gives the
    violations again in their order, those that one covers as ``waived``.
    """

    now: datetime
    catalogue: Catalogue
    stage: str = "ci"
    fail_on: str = "soft-mandatory"
    prefix: str = ""
    approvals: tuple[ApprovalFact, ...] = ()
    inputs: frozenset[str] = frozenset()
    allow_incomplete: bool = False
    excuse: Callable[[Sequence[Violation]], list[Violation]] | None = None


@dataclass(slots=True, eq=False, repr=False)
class Law:
    """A policy ready to run: its rule made with its parameters, and what it selects."""

    policy: Policy
    stage: str = "ci"
    rule: ResourceRule | EstateRule = field(init=False)
    selector: Selector = field(init=False)

    def __post_init__(self) -> None:
        self.selector = Selector(self.policy, self.stage)
        if self.policy.template is not None:
            from sumptuary.policy.template_rule import rule_of

            self.rule = rule_of(self.policy, self.stage)
            return
        module, _, name = self.policy.rule_class.partition(":")
        rule_class = getattr(import_module(module), name)
        self.rule = rule_class(load_parameters(rule_class.Parameters, self.policy.parameters))


def price_estate(resources: Sequence[Resource], catalogue: Catalogue, coverage: Coverage) -> None:
    """Set the monthly cost of every resource, and count the grades of the prices used."""
    grades = coverage.prices
    for resource in resources:
        resource.cost, uses = price_resource(resource, catalogue)
        if resource.cost.unpriced:
            grades["unknown"] += 1
        elif uses:
            grades["exact" if all(use.grade == "exact" for use in uses) else "estimated"] += 1


def evaluate(
    resources: Sequence[Resource],
    policies: Sequence[Policy],
    setting: Setting,
    coverage: Coverage,
    before: Sequence[Resource] | None = None,
) -> Report:
    """Hold resources (facts declared, see ``facts``) against policies.

    ``before`` is the former estate, where it is known, for what a change adds. Prices are set on the way. What was
    not judged is counted in ``coverage``. A rule that fails on a resource is reported as such and the rest goes on.
    """
    price_estate(resources, setting.catalogue, coverage)
    former = None
    if before is not None:
        former = list(before)
        price_estate(former, setting.catalogue, Coverage())
    everything = list(resources)
    if (change := change_set(resources, former)) is not None:
        everything.append(change)
    judgements = _judgements(everything, policies, setting, coverage, former is not None)
    savings = attach_savings(judgements, setting.catalogue)
    blocks = LEVELS.index(setting.fail_on)
    violations = [
        in_context(judgement, saving, setting.stage, setting.now, setting.prefix, blocks)
        for judgement, saving in zip(judgements, savings, strict=True)
    ]
    if setting.excuse is not None:
        violations = _without_waived(setting.excuse(violations), judgements, setting.catalogue)
    violations = in_order(violations)
    summary = summarise(
        violations,
        coverage,
        resources=len(resources),
        policies=len(policies),
        spend=_spend(resources),
        allow_incomplete=setting.allow_incomplete,
    )
    stamp = CatalogueStamp(setting.catalogue.version, setting.catalogue.as_of)
    notes = tuple(_note(policy) for policy in policies)
    return Report(violations, coverage, summary, stamp, setting.now, setting.stage, policies=notes)


def _without_waived(
    violations: list[Violation], judgements: Sequence[Judgement], catalogue: Catalogue
) -> list[Violation]:
    """The violations, of which those that are left share among them what mending only them would save."""
    left = [index for index, one in enumerate(violations) if one.status != "waived"]
    if len(left) < len(violations):
        for index, verdict in zip(left, attach_savings([judgements[at] for at in left], catalogue), strict=True):
            violations[index].saving = verdict.saving if verdict is not None else None
    return violations


def _note(policy: Policy) -> PolicyNote:
    return PolicyNote(
        id=policy.id,
        title=policy.title,
        description=policy.description,
        severity=policy.severity,
        category=policy.category,
        rule=policy.rule,
        remediation=policy.remediation,
        references=policy.references,
    )


def _judgements(
    resources: Sequence[Resource], policies: Sequence[Policy], setting: Setting, coverage: Coverage, based: bool
) -> list[Judgement]:
    """What every policy that is in force says, but for what passes."""
    inputs = setting.inputs | {"base"} if based else setting.inputs
    context = Context(setting.now, setting.catalogue, Estate(resources), setting.approvals, inputs)
    judgements: list[Judgement] = []
    judged: set[str] = set()
    for policy in policies:
        if not coverage.gaps and not any(kind in context.estate.by_kind for kind in policy.kinds):
            continue
        law = Law(policy, setting.stage)
        law.selector.begin(context)
        gaps = _unread(law, setting, coverage, judgements) if coverage.gaps else ()
        for resource, said in judge(law, context):
            judged.add(resource.id)
            outcome = _softened(said, gaps) if gaps else said
            if isinstance(outcome, Skipped):
                alone = resource.kind != "change.set" and not isinstance(law.rule, EstateRule)
                coverage.skip(policy.id, outcome.reason, resource.address if alone else "")
            elif not isinstance(outcome, Passed):
                level = policy.enforcement.level(setting.stage, _environment(resource), setting.now)
                if level != "off":
                    judgements.append(Judgement(policy, resource, outcome, level))
    coverage.evaluated = len(judged - {"change.set"})
    return judgements


def _unread(law: Law, setting: Setting, coverage: Coverage, judgements: list[Judgement]) -> Sequence[Gap]:
    """Say unknown of what could not be read. The gaps that leave what the law weighs together only partly known."""
    from sumptuary.gaps import concerning, undecided

    policy, found = law.policy, list[Resource]()
    level = policy.enforcement.level(setting.stage, "", setting.now)
    for stand_in, outcome in undecided(law.selector, law.rule.inputs, coverage.gaps):
        found.append(stand_in)
        if level != "off":
            judgements.append(Judgement(policy, stand_in, outcome, level))
    return concerning(coverage.gaps, found) if isinstance(law.rule, EstateRule) else ()


def _softened(outcome: Outcome, gaps: Sequence[Gap]) -> Outcome:
    from sumptuary.gaps import softened

    return softened(outcome, gaps)


def _spend(resources: Sequence[Resource]) -> Spend:
    """The month's cost of all that is priced, and how many are not."""
    billed = [resource for resource in resources if resource.kind not in FREE_KINDS]
    priced = [resource.cost.monthly for resource in billed if resource.cost.monthly is not None]
    unpriced = sum(1 for resource in resources if resource.cost.unpriced)
    total = sum(priced, NOTHING)
    return Spend(total if priced else None, len(priced), unpriced)


def judge(law: Law, context: Context) -> Iterator[tuple[Resource, Outcome]]:
    """What one law says of each resource that it selects. Also the heart of policy tests."""
    rule, chosen, doubtful = law.rule, list[Resource](), list[tuple[Resource, Unknown]]()
    law.selector.begin(context)
    for kind in law.policy.kinds:
        for resource in context.estate.by_kind.get(kind, ()):
            selected = _select(law, resource)
            if isinstance(selected, Finding):
                yield resource, selected
            elif isinstance(selected, Unknown):
                doubtful.append((resource, selected))
                yield resource, _judge_doubtful(rule, resource, context, selected)
            elif not selected:
                continue
            elif isinstance(rule, EstateRule):
                chosen.append(resource)
            else:
                yield resource, _judge_one(rule, resource, context)
    if isinstance(rule, EstateRule) and chosen:
        context = replace(context, doubtful=tuple(doubtful)) if doubtful else context
        yield from _judge_all(rule, chosen, context)


def _select(law: Law, resource: Resource) -> bool | Unknown | Finding:
    try:
        return law.selector.matches(resource)
    except SumptuaryError as error:  # a condition that reads what is not there: never a pass
        return Finding(error.message, evidence={"fault": True})


def _judge_doubtful(rule: ResourceRule | EstateRule, resource: Resource, context: Context, doubt: Unknown) -> Outcome:
    """Where it is not known whether a policy is about a resource: unknown, unless the rule has nothing against it."""
    outcome = _judge_one(rule, resource, context) if isinstance(rule, ResourceRule) else None
    return outcome if isinstance(outcome, (Passed, Skipped)) else Undecided.on(doubt)


def _judge_one(rule: ResourceRule, resource: Resource, context: Context) -> Outcome:
    try:
        return rule.judge(resource, context)
    except Exception as fault:  # a rule is a guest: its fault must not hide the other findings
        return Finding(_fault(rule, fault), evidence={"fault": True})


def _judge_all(rule: EstateRule, resources: Sequence[Resource], context: Context) -> Iterator[tuple[Resource, Outcome]]:
    try:
        yield from rule.judge_estate(resources, context)
    except Exception as fault:  # see above
        yield resources[0], Finding(_fault(rule, fault), evidence={"fault": True})


def _fault(rule: ResourceRule | EstateRule, fault: Exception) -> str:
    return f"the rule {rule.id} failed here ({type(fault).__name__}: {fault}); please report it to the rule's author"


def _environment(resource: Resource) -> str:
    return resource.environment if isinstance(resource.environment, str) else ""
