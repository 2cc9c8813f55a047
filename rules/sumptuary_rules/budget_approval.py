"""Checks that spend above a limit was approved by someone who owns the money."""

from __future__ import annotations

from sumptuary.rule import (
    ApprovalFact,
    Context,
    Decimal,
    EstateRule,
    Finding,
    Iterator,
    Outcome,
    Resource,
    Sequence,
    Skipped,
    Undecided,
    Unknown,
    dataclass,
    parameter,
)
from sumptuary_rules.sign_offs import Threshold, covering, missing
from sumptuary_rules.spend import WHOLE, Amount, Run, Spend, runs_of, spends_of

NO_BASE = "no base to compare with: give --base REF or a plan (terraform show -json)"


@dataclass(slots=True, eq=False, repr=False)
class Money:
    """An amount of money."""

    amount: str = parameter(doc="A decimal, such as 1000.")
    currency: str = parameter(doc="Its currency. Prices are in USD.", default="USD", choices=("USD",))

    def __post_init__(self) -> None:
        if not _is_amount(self.amount):
            raise ValueError(f"amount: {self.amount!r} is not an amount such as 1000")


@dataclass(slots=True, eq=False, repr=False)
class BudgetApprovalParameters:
    """What may be spent without asking, and who may allow more."""

    scope: str = parameter(
        doc="Whose spend is added up: everything, or each team.", default="all", choices=("all", "team")
    )
    monthly_limit: Money | None = parameter(
        doc="The most that may be spent a month in all.", default=None, tighten="lower", record=Money
    )
    monthly_increase: Money | None = parameter(
        doc="The most that a change may add a month.", default=None, tighten="lower", record=Money
    )
    percent_increase: int | float | None = parameter(
        doc="The most that a change may add, in percent of what was spent before.", default=None, tighten="lower"
    )
    per_run: Money | None = parameter(
        doc="The most that one run (a training job, work with a lifetime) may cost; a budget tag on it counts instead.",
        default=None,
        tighten="lower",
        record=Money,
    )
    approvals: list[Threshold] = parameter(
        doc="From which amount whose sign-off is needed. Without it, one approval of any approver is enough.",
        default=[],
        record=Threshold,
    )


class BudgetApproval(EstateRule):
    """Spend that nobody has approved.

    ## What it flags

    A change that adds more a month than `monthly_increase` or `percent_increase`, an estate (or a team's part of it)
    that costs more than `monthly_limit`, and a run that costs more than `per_run` or than its own `budget` tag, unless
    enough approvals cover it: in scope, unexpired, of a sufficient amount, by those whom `approvals` asks for.

    ## Why it costs

    The cheapest moment to question a hundred thousand a year is before it runs.

    ## Bad

    A run of three days that costs more than a run may:

    ```hcl
    provider "aws" {
      region = "us-east-1"
    }

    resource "aws_instance" "finetune" {
      instance_type = "p4d.24xlarge"
      tags          = { team = "ml", workload_type = "fine-tuning", ttl = "72h" }
    }
    ```

    ## Good

    The same with an approval under `.sumptuary/`:

    ```hcl
    provider "aws" {
      region = "us-east-1"
    }

    resource "aws_instance" "finetune" {
      instance_type = "p4d.24xlarge"
      tags          = { team = "ml", workload_type = "fine-tuning", ttl = "72h" }
    }
    ```

    ```yaml
    apiVersion: sumptuary/v1
    kind: Approval
    metadata: {id: llama-finetune}
    spec:
      scope: {team: ml}
      limit: {amount: "2500", currency: USD, per: run}
      approvers: ["@ml-leads"]
      reason: Fine-tune of the support model.
      expires: 2026-12-31
    ```

    ## How the saving is estimated

    It is not: what is prevented is an avoidance, and never added to savings. Amounts are list prices; of autoscaled
    groups the desired size counts.
    """

    id = "budget-approval"
    title = "Spend above a limit is approved"
    kinds = ("change.set",)
    Parameters = BudgetApprovalParameters
    facts = ("team", "change", "missing_approvals", "approved_by", "amount", "limit")
    parameters: BudgetApprovalParameters

    def judge_estate(self, resources: Sequence[Resource], context: Context) -> Iterator[tuple[Resource, Outcome]]:
        """One outcome for each scope, and one for each run above its limit."""
        for change in resources:
            for spend in spends_of(change, by_team=self.parameters.scope == "team"):
                for outcome in self._spend(spend, context):
                    yield change, outcome
            for run in runs_of(change):
                about = _place_of(run, change, context)
                for outcome in self._run(run, about, context):
                    yield about, outcome
            if self._needs_base and "monthly_increase" not in change.attributes and not change.attributes.get("live"):
                yield change, Skipped(NO_BASE)

    @property
    def _needs_base(self) -> bool:
        return self.parameters.monthly_increase is not None or self.parameters.percent_increase is not None

    def _spend(self, spend: Spend, context: Context) -> Iterator[Outcome]:
        """The total, then what the change adds: in dollars, or else in percent."""
        limits = self.parameters
        if limits.monthly_limit is not None:
            amount = limits.monthly_limit.amount
            yield from self._limit("monthly total", spend.total, spend.unpriced, amount, spend, context)
        if spend.increase is None:
            return
        outcomes: list[Outcome] = []
        if limits.monthly_increase is not None:
            amount, added = limits.monthly_increase.amount, spend.unpriced_added
            outcomes += self._limit("monthly increase", spend.increase, added, amount, spend, context)
        if not any(isinstance(outcome, Finding) for outcome in outcomes):
            outcomes = [*self._percent(spend, context)] or outcomes
        yield from outcomes

    def _limit(
        self, what: str, found: Amount | Unknown | None, unpriced: int, limit: str, spend: Spend, context: Context
    ) -> Iterator[Outcome]:
        """Whether an amount keeps a limit: what is known may break it, what has no price may not keep it."""
        if isinstance(found, Unknown):
            yield Undecided(f"{_of(spend)}the {what} is not known: {found.reason}", found.depends_on)
        elif found is not None and found.expected > Decimal(limit):
            reason = f"the {what} is ${found.expected:,.0f}, more than ${Decimal(limit):,.0f}"
            yield self._finding(reason, found, spend, context, what, limit)
        elif found is not None and unpriced:
            some = "one resource has" if unpriced == 1 else f"{unpriced} resources have"
            yield Undecided(f"{_of(spend)}the {what} is ${found.expected:,.0f} so far, but {some} no price")

    def _percent(self, spend: Spend, context: Context) -> Iterator[Outcome]:
        limit, percent, increase = self.parameters.percent_increase, spend.percent, spend.increase
        if limit is None:
            return
        if isinstance(increase, Unknown):
            yield Undecided(f"{_of(spend)}what the change adds is not known: {increase.reason}", increase.depends_on)
        elif increase is not None and percent is not None and percent > Decimal(str(limit)):
            reason = f"the monthly cost rises by {percent:.0f} %, more than {limit} %"
            yield self._finding(reason, increase, spend, context, "percent", f"{limit} %")

    def _run(self, run: Run, about: Resource, context: Context) -> Iterator[Outcome]:
        limit = run.budget if run.budget is not None else _amount(self.parameters.per_run)
        if limit is None:
            return
        if isinstance(run.cost, Unknown):
            yield Undecided(f"the cost of the run is not known: {run.cost.reason}", run.cost.depends_on)
        elif run.cost.expected > limit:
            named = "its budget of" if run.budget is not None else "the limit of"
            reason = f"a run of {run.address} costs ${run.cost.expected:,.0f}, more than {named} ${limit:,.0f}"
            spend = Spend(run.team, run.cost, None, None)
            scope = _scope_of(run, about)
            yield self._finding(reason, run.cost, spend, context, f"run {run.address}", f"{limit}", scope)

    def _finding(
        self,
        reason: str,
        found: Amount,
        spend: Spend,
        context: Context,
        what: str,
        limit: str,
        run: dict[str, str] | None = None,
    ) -> Finding:
        """A finding, approved where the approvals at hand cover it. ``run`` is the scope of a single run."""
        scope = {"team": spend.team} if run is None else run
        per = "month" if run is None else "run"
        covers = covering(context.approvals, scope, per, found.expected)
        lacking = missing(self.parameters.approvals, covers, found.expected, spend.team)
        evidence: dict[str, object] = {"amount": found.expected, "limit": limit, "per": per, "scope": scope}
        approvers = _approvers(covers)
        if not lacking:
            evidence |= {"approved": True, "approvals": [approval.id for approval in covers]}
        consent = f"needs {', and '.join(lacking)}" if lacking else f"approved by {', '.join(approvers)}"
        return Finding(
            f"{_of(spend) if run is None else ''}{reason}; {consent}",
            facts={
                "team": spend.team,
                "change": {"monthly_increase": found.expected, "low": found.low, "high": found.high},
                "missing_approvals": lacking,
                "approved_by": approvers,
                "amount": found.expected,
                "limit": limit,
            },
            evidence=evidence,
            slot=f"{spend.team} {what}".strip(),
        )


def _of(spend: Spend) -> str:
    """Whose spend it is, as a sentence begins: a team's name alone would not say what it is the name of."""
    if spend.team == WHOLE:
        return ""
    return f"{spend.team}: " if spend.team.startswith("(") else f"team {spend.team}: "


def _scope_of(run: Run, about: Resource) -> dict[str, str]:
    """What is known of a run that an approval's scope may name."""
    named = {"environment": about.environment, "account": about.account}
    known = {name: value for name, value in named.items() if isinstance(value, str)}
    return {"team": run.team, "address": run.address, **known}


def _place_of(run: Run, change: Resource, context: Context) -> Resource:
    """The resource of a run, so that the finding stands at its line; the change set where it is not there."""
    found = context.estate.by_address.get(run.address, [])
    own = [resource for resource in found if resource.id == run.id]
    return (own or found or [change])[0]


def _approvers(approvals: Sequence[ApprovalFact]) -> list[str]:
    return sorted({name for approval in approvals for name in approval.approvers})


def _amount(money: Money | None) -> Decimal | None:
    return None if money is None else Decimal(money.amount)


def _is_amount(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
