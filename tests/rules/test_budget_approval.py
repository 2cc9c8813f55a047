"""The rule budget-approval on change sets as the engine makes them, and on approvals of every scope."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from rules.estate import context
from sumptuary.changes import change_set
from sumptuary.model import Compute, Cost, Lifetime, Resource, Tag, Tags, Workload
from sumptuary.money import Range
from sumptuary.rule import ApprovalFact, Finding, Outcome, Skipped, Undecided, load_parameters
from sumptuary_rules.budget_approval import BudgetApproval, BudgetApprovalParameters

INCREASE = {"monthly_increase": {"amount": "1000"}}


def machine(name: str, cost: int | None, team: str | None = None, **more: Any) -> Resource:
    spent = Cost(Range.of(cost)) if cost is not None else Cost(unpriced="no price")
    return Resource(
        id=name,
        address=name,
        kind="compute.instance",
        type="aws_instance",
        provider="aws",
        cost=spent,
        team=team,
        **more,
    )


def run(name: str, cost: int | None, *, budget: str = "", bounded: bool = True) -> Resource:
    tags = Tags({"budget": Tag(budget)}) if budget else Tags()
    lifetime = Lifetime(ttl="12h") if bounded else Lifetime()
    found = machine(name, cost, "ml", tags=tags, lifetime=lifetime, workload=Workload(purpose="training"))
    found.compute = Compute(sku="p4d.24xlarge")
    found.kind = "ml.training_job"
    return found


def approval(amount: int, *approvers: str, per: str = "month", **scope: str) -> ApprovalFact:
    return ApprovalFact("a", scope, Decimal(amount), "USD", per, approvers)


def judge(
    after: list[Resource],
    before: list[Resource] | None = None,
    standing: tuple[ApprovalFact, ...] = (),
    **parameters: Any,
) -> list[tuple[str, Outcome]]:
    change = change_set(after, before)
    assert change is not None
    rule = BudgetApproval(load_parameters(BudgetApprovalParameters, parameters))
    said = rule.judge_estate([change], context([*after, change], approvals=standing))
    return [(resource.address, outcome) for resource, outcome in said]


def only(outcomes: list[tuple[str, Outcome]]) -> Any:
    ((_, outcome),) = outcomes
    return outcome


def test_what_a_change_adds_is_held_against_the_limit() -> None:
    assert judge([machine("a", 1000)], [], **INCREASE) == []
    finding = only(judge([machine("a", 1001)], [], **INCREASE))
    assert isinstance(finding, Finding)
    assert finding.facts["missing_approvals"] == ["an approval"]


def test_a_change_in_dollars_and_percent_is_said_once() -> None:
    both = INCREASE | {"percent_increase": 10}
    assert "more than $1,000" in only(judge([machine("a", 9000)], [machine("a", 5000)], **both)).reason
    assert "rises by 18 %" in only(judge([machine("a", 5900)], [machine("a", 5000)], **both)).reason


def test_each_team_is_judged_by_itself() -> None:
    after = [machine("a", 5000, "ml"), machine("b", 500, "web"), machine("c", 3000)]
    found = {outcome.facts["team"]: outcome for _, outcome in judge(after, [], scope="team", **INCREASE)}  # type: ignore[union-attr]
    assert set(found) == {"ml", "(no team)"}
    assert len({outcome.slot for outcome in found.values()}) == 2  # type: ignore[union-attr]


def test_only_teams_have_leads() -> None:
    asked = {
        "scope": "team",
        "approvals": [{"above": "0", "from_": ["@{{ team }}-leads", "@finops"], "min": 1}],
        **INCREASE,
    }
    lacking = [outcome.facts["missing_approvals"] for _, outcome in judge([machine("a", 5000)], [], **asked)]  # type: ignore[union-attr]
    assert lacking == [["@finops"]]


def test_what_the_change_adds_without_a_price_keeps_no_limit() -> None:
    old, new = machine("old", None), machine("new", None)
    assert judge([machine("a", 900), old], [old], **INCREASE) == []
    outcome = only(judge([machine("a", 900), old, new], [old], **INCREASE))
    assert isinstance(outcome, Undecided)
    assert "one resource has no price" in outcome.reason
    assert isinstance(only(judge([machine("a", 1900), new], [], **INCREASE)), Finding)


def test_what_has_no_price_keeps_no_total_either() -> None:
    total = {"monthly_limit": {"amount": "1000"}}
    assert judge([machine("a", 900)], **total) == []
    assert isinstance(only(judge([machine("a", 900), machine("b", None)], **total)), Undecided)
    assert isinstance(only(judge([machine("a", 1100), machine("b", None)], **total)), Finding)


def test_without_a_former_state_an_increase_is_not_judged() -> None:
    assert isinstance(only(judge([machine("a", 10**6)], **INCREASE)), Skipped)


def test_what_runs_already_lacks_no_former_state() -> None:
    assert judge([machine("a", 10**6, source="live")], **INCREASE) == []


@pytest.mark.parametrize(
    ("found", "holds"),
    [
        (approval(2000, "@ml-leads", team="ml"), True),
        (approval(2000, "@ml-leads", team="m*"), True),
        (approval(1999, "@ml-leads", team="ml"), False),
        (approval(2000, "@ml-leads", team="web"), False),
        (approval(2000, "@ml-leads", per="run", team="ml"), False),
        (approval(2000, "@web-leads", team="ml"), False),
        (approval(2000, "@ml-leads", team="ml", environment="prod"), False),
    ],
)
def test_an_approval_holds_in_its_scope_up_to_its_limit_by_those_who_may(found: ApprovalFact, holds: bool) -> None:
    asked = {"scope": "team", "approvals": [{"above": "1000", "from_": ["@{{ team }}-leads"]}], **INCREASE}
    outcome = only(judge([machine("a", 2000, "ml")], [], (found,), **asked))
    assert bool(outcome.evidence.get("approved")) is holds


def test_large_amounts_need_several_and_each_counts_once() -> None:
    asked = {"approvals": [{"above": "0", "from_": ["@a", "@b", "@c"], "min": 2}], **INCREASE}

    def lacking(*approvals: ApprovalFact) -> Any:
        return only(judge([machine("a", 2000)], [], approvals, **asked)).facts["missing_approvals"]

    assert lacking() == ["2 of @a, @b, @c"]
    assert lacking(approval(5000, "@a"), approval(5000, "@a")) == ["1 of @b, @c"]
    assert lacking(approval(5000, "@a"), approval(5000, "@c")) == []


def test_where_signatures_are_asked_for_only_signed_approvals_count() -> None:
    asked = {"approvals": [{"above": "0", "from_": ["@a", "@b"], "min": 2, "signed": True}], **INCREASE}

    def lacking(*signed: str) -> Any:
        given = ApprovalFact("a", {}, Decimal(5000), "USD", "month", ("@a", "@b"), frozenset(signed))
        return only(judge([machine("a", 2000)], [], (given,), **asked)).facts["missing_approvals"]

    assert lacking() == ["2 of @a, @b, signed"]
    assert lacking("@b") == ["@a, signed"]
    assert lacking("@a", "@b") == []


def test_an_approval_of_a_run_may_name_its_index_environment_and_account() -> None:
    job = run('module.x["a"].aws_instance.job[0]', 1100)
    job.environment, job.account = "dev", "123456789012"
    limit = {"per_run": {"amount": "1000"}}

    def approved(**scope: str) -> bool:
        standing = (approval(2000, "@a", per="run", **scope),)
        return bool(only(judge([job], None, standing, **limit)).evidence.get("approved"))

    assert approved(address='module.x["a"].aws_instance.job[0]')
    assert approved(address='module.x["?"].*[0]', environment="dev", account="1234*")
    assert not approved(address='module.x["a"].aws_instance.job[1]')
    assert not approved(environment="production")
    job.account = None
    assert not approved(account="1234*")


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (run("job", 900), None),
        (run("job", 1100), Finding),
        (run("job", 1100, budget="2000"), None),
        (run("job", 900, budget="$500"), Finding),
        (run("job", 1100, budget="a lot"), Finding),
        (run("job", 900, bounded=False), Undecided),
        (run("job", None), Undecided),
    ],
)
def test_a_run_is_held_against_its_own_budget_or_the_limit(resource: Resource, expected: type | None) -> None:
    outcomes = judge([resource], per_run={"amount": "1000"})
    if expected is None:
        assert outcomes == []
    else:
        ((address, outcome),) = outcomes
        assert isinstance(outcome, expected), outcome
        assert address == "job"


def test_an_approval_of_a_run_names_its_address() -> None:
    for scope, holds in (("job*", True), ("other", False)):
        leave = approval(2000, "@ml-leads", per="run", address=scope)
        outcome = only(judge([run("job", 1100)], None, (leave,), per_run={"amount": "1000"}))
        assert bool(outcome.evidence.get("approved")) is holds


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"monthly_limit": {"amount": "much"}}, "amount"),
        ({"monthly_limit": {"amount": "10²"}}, "amount"),
        ({"approvals": [{"above": "-1", "from_": ["@a"]}]}, "above"),
        ({"approvals": [{"above": "1", "from_": ["@a"], "min": 2}]}, "min"),
    ],
)
def test_parameters_that_cannot_be_are_refused(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        load_parameters(BudgetApprovalParameters, parameters)
