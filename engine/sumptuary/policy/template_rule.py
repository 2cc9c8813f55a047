"""Runs rule templates: a compiled policy with a template as a rule beside those in Python, over resources or groups."""

from __future__ import annotations

from sumptuary.findings import PASSED, Finding, Lever, Outcome, Skipped, Undecided
from sumptuary.money import ZERO
from sumptuary.policy.activation import INCREASE, change_value, resource_value
from sumptuary.policy.cel_functions import CURRENT
from sumptuary.policy.cel_paths import nulls_of, shape_of, with_nulls
from sumptuary.policy.conditions import GROUPED, Asked, Condition, ConditionError
from sumptuary.policy.groups import Group, group_value, grouped
from sumptuary.policy.recipes import Recipe
from sumptuary.rule import EstateRule, ResourceRule
from sumptuary.values import Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal
    from typing import Any

    from sumptuary.model import Resource
    from sumptuary.policy.compiled import Policy
    from sumptuary.rule import Context

NO_BASE = "there is no base to compare with (--base), so what the change adds is not known"


def rule_of(policy: Policy, stage: str) -> ResourceRule | EstateRule:
    """The rule that a policy's template makes with its parameters.

    Raises:
        SumptuaryError: CEL is not installed.
    """
    template: dict[str, Any] = policy.template or {}
    base: type[SingleRule] | type[GroupRule] = GroupRule if template.get("group_by") else SingleRule
    named: Any = type(base.__name__, (base,), {"id": policy.rule, "title": policy.title, "kinds": policy.kinds})
    made: SingleRule | GroupRule = named(Terms(template, policy.parameters, stage))
    return made


class Terms:
    """What a template says, ready to run: its condition, its savings recipe and the words of its findings."""

    def __init__(self, template: dict[str, Any], parameters: dict[str, object], stage: str) -> None:
        self.parameters, self.stage = parameters, stage
        self.violates = template["deny"] != ""
        self.condition = Condition(template["deny"] or template["require"], parameters, stage)
        self.recipe = Recipe(template["savings"]) if template["savings"] else None
        self.title = str(template["title"])
        self.attribute, self.confidence = str(template["attribute"]), str(template["confidence"])
        self.group_by: tuple[str, ...] = tuple(template["group_by"])
        expressions = [self.condition, *(self.recipe.expressions if self.recipe is not None else ())]
        prefix = GROUPED if self.group_by else ("resource",)
        uses = [use for expression in expressions for use in expression.uses]
        self.shape, self.nulls = shape_of(uses, *prefix), nulls_of(uses, *prefix)
        self.group_nulls = frozenset(path[0] for path in nulls_of(uses, "group") if len(path) == 1)
        changes = [use.path for expression in expressions for use in expression.uses if use.path[0] == "change"]
        self.needs_base = any(step in INCREASE for path in changes for step in path)

    def asked(self, **values: object) -> Asked:
        """What the template's expressions are asked about."""
        return Asked(values, self.parameters, self.stage)

    def finding(self, facts: dict[str, object], why_no_figure: str, slot: str = "") -> Finding:
        """A violation, its levers still to be set."""
        evidence: dict[str, object] = {"saving": f"not known: {why_no_figure}"} if why_no_figure else {}
        return Finding(
            self.title,
            attribute=self.attribute,
            facts=facts,
            evidence=evidence,
            slot=slot,
            confidence=self.confidence,
        )


def _fault(error: ConditionError) -> Finding:
    """A condition that reads what is not there: never a pass."""
    return Finding(error.message, evidence={"fault": True})


class SingleRule(ResourceRule):
    """A template over one resource (or change set) at a time."""

    parameters: Terms

    def judge(self, resource: Resource, context: Context) -> Outcome:
        """What the template says of the resource."""
        terms = self.parameters
        CURRENT.of(context)
        asked = terms.asked(resource=with_nulls(resource_value(resource, terms.shape), terms.nulls))
        facts: dict[str, object] = {}
        if resource.kind == "change.set":
            change = change_value(resource)
            if terms.needs_base and "monthly_increase" not in change:
                return Skipped(NO_BASE)
            facts["change"] = asked.values["change"] = change
        try:
            answer = terms.condition.decided(asked)
        except ConditionError as error:
            return _fault(error)
        if isinstance(answer, Unknown):
            return Undecided.on(answer, terms.attribute)
        if answer is not terms.violates:
            return PASSED
        lever, why = terms.recipe.lever(asked) if terms.recipe is not None else (None, "")
        finding = terms.finding(facts, why)
        finding.levers = (lever,) if lever is not None else ()
        return finding


class GroupRule(EstateRule):
    """A template over groups of resources that agree in some fields."""

    parameters: Terms

    def judge_estate(self, resources: Sequence[Resource], context: Context) -> Iterator[tuple[Resource, Outcome]]:
        """One outcome for each group, and one for each resource that may make a group which breaks the law."""
        terms = self.parameters
        CURRENT.of(context)
        spend = sum((one.cost.monthly.expected for one in context.estate.resources if one.cost.monthly), ZERO)
        groups, possible = grouped(resources, context.doubtful, terms.group_by)
        for group in groups:
            yield _first(group), self._outcome(group, spend)
        for group in possible:
            outcome, unknown = self._outcome(group, spend), group.unknown()
            if isinstance(outcome, (Finding, Undecided)) and unknown is not None:
                yield _first(group), Undecided.on(unknown, terms.attribute)

    def _outcome(self, group: Group, spend: Decimal) -> Outcome:
        """What the template says of a group, whichever of the doubtful resources belong to it."""
        terms = self.parameters
        ways: list[list[Resource] | None] = [*(group.ways() or [None])]
        asked = [terms.asked(group=self._value(group, members, spend)) for members in ways]
        answers, fault = set[bool](), None
        for one in asked:
            try:
                answer = terms.condition.decided(one)
            except ConditionError as error:
                fault = error
                continue
            if isinstance(answer, Unknown):
                return Undecided.on(answer, terms.attribute)
            answers.add(answer)
        if len(answers) + (fault is not None) > 1:
            return Undecided.on(group.uncountable(), terms.attribute)
        if fault is not None:
            return _fault(fault)
        return self._finding(group, asked[0]) if terms.violates in answers else PASSED

    def _value(self, group: Group, members: list[Resource] | None, spend: Decimal) -> dict[str, object]:
        """A group as its condition sees it, as far as it looks."""
        terms = self.parameters
        value = group_value(group, members, terms.group_by, terms.shape, spend, terms.group_nulls)
        if is_list(resources := value.get("resources")):
            value["resources"] = [with_nulls(one, terms.nulls) if is_map(one) else one for one in resources]
        return value

    def _finding(self, group: Group, asked: Asked) -> Finding:
        terms, value = self.parameters, asked.values["group"]
        moved, why = dict[str, tuple[Lever, ...]](), ""
        if terms.recipe is not None:
            members, why = terms.recipe.members(asked, group.certain)
            moved = {resource.id: levers for resource, levers in members}
        told = {**value, "resources": _addresses(group)} if is_map(value) else {}
        finding = terms.finding({"group": told}, why, slot=repr(group.key))
        finding.members = tuple((resource, moved.get(resource.id, ())) for resource in _ordered(group))
        finding.of_group = True
        finding.related = tuple(one.origin.place for one in _ordered(group)[1:6] if one.origin.place is not None)
        return finding


def _ordered(group: Group) -> list[Resource]:
    return sorted(group.certain, key=lambda resource: (resource.address, resource.id))


def _first(group: Group) -> Resource:
    """The resource that stands for a group: the same one as long as it is there."""
    return _ordered(group)[0]


def _addresses(group: Group) -> list[str]:
    return [resource.address for resource in _ordered(group)]
