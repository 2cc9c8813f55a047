"""The loop: selection, verdicts, enforcement, places, identity and exit codes, on rules made for the purpose."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from types import ModuleType

import pytest

from sumptuary.coverage import Coverage
from sumptuary.evaluate import Setting, evaluate
from sumptuary.findings import PriceUse, Violation
from sumptuary.model import Call, Compute, Origin, Place, Resource
from sumptuary.money import Range
from sumptuary.policy.compiled import Enforcement, Policy
from sumptuary.report import Report
from sumptuary.rule import (
    PASSED,
    Context,
    EstateRule,
    Finding,
    Lever,
    Outcome,
    ResourceRule,
    Skipped,
    Undecided,
    parameter,
)
from sumptuary.values import CALLER, Unknown
from sumptuary.verdicts import what_settles

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass(slots=True)
class Threshold:
    sku: str = parameter(doc="The SKU that breaks the law.", default="big")


class BigMachine(ResourceRule):
    """Fails one SKU, offering another."""

    id, title, kinds, Parameters = "big-machine", "Big", ("compute.instance",), Threshold

    def judge(self, resource: Resource, context: Context) -> Outcome:
        sku = resource.compute.sku if resource.compute else None
        if isinstance(sku, Unknown):
            return Undecided.on(sku, "instance_type")
        if sku == "crash":
            raise ZeroDivisionError("a rule's own fault")
        if sku == "pricey":
            return Skipped("no usage was given")
        if sku != self.parameters.sku:
            return PASSED
        return Finding("it is big", "instance_type", (Lever("sku", target="small"),), facts={"seen": sku})


class Pair(EstateRule):
    """Fails when there are two."""

    id, title, kinds, Parameters = "pair", "Pair", ("compute.instance",), Threshold

    def judge_estate(self, resources: Sequence[Resource], context: Context) -> Iterator[tuple[Resource, Outcome]]:
        if len(resources) > 1:
            lever = (Lever("eliminate"),)
            yield resources[0], Finding("two are one too many", members=((resources[1], lever),))


@pytest.fixture(autouse=True)
def _rules_in_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("rules_made_for_the_test")
    module.BigMachine, module.Pair = BigMachine, Pair  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rules_made_for_the_test", module)


class Prices:
    version, as_of = "test", "2026-11-01"

    def price(self, provider: str, sku: str, region: str, option: str = "on-demand") -> PriceUse | None:
        cost = {"big": "10", "small": "1"}.get(sku)
        if cost is None or option != "on-demand":
            return None
        return PriceUse(sku, region, option, Range.of(cost), "hour", "test", "2026-11-01", "exact")

    def why_unknown(self, provider: str, sku: str, region: str, option: str = "on-demand") -> str:
        return f"no price of {sku}"


def instance(name: str, sku: object, line: int = 1, **fields: object) -> Resource:
    places = {"instance_type": Place("main.tf", line + 1)}
    resource = Resource(
        id=name, address=name, kind="compute.instance", type="aws_instance", provider="aws", region="us-east-1",
        compute=Compute(sku=sku), origin=Origin(Place("main.tf", line, line + 3), root="envs/prod", places=places),
    )  # fmt: skip
    for field, value in fields.items():
        setattr(resource, field, value)
    return resource


def law(rule: str = "BigMachine", **fields: object) -> Policy:
    given: dict[str, object] = {
        "id": "no-big", "version": "1.0.0", "title": "t", "severity": "high", "category": "rightsizing", "owner": "o",
        "description": "d", "rule": rule.lower(), "rule_class": f"rules_made_for_the_test:{rule}", "parameters": {},
        "kinds": ("compute.instance",), "message": "{{ resource.address }}: {{ reason }} ({{ seen }})",
        "remediation": "Use a small one.", "enforcement": Enforcement("soft-mandatory"),
    } | fields  # fmt: skip
    return Policy(**given)  # type: ignore[arg-type]


def run(resources: list[Resource], *policies: Policy, coverage: Coverage | None = None, **setting: object) -> Report:
    return evaluate(resources, policies, Setting(NOW, Prices(), **setting), coverage or Coverage())


def only(report: Report) -> Violation:
    (violation,) = report.violations
    return violation


def test_a_violation_has_its_place_message_money_and_blocks() -> None:
    report = run([instance("a", "big"), instance("b", "small", 9)], law())
    violation = only(report)
    assert violation.place == Place("main.tf", 2)
    assert violation.message == "a: it is big (big)"
    assert violation.remediation == "Use a small one."
    assert violation.saving is not None
    assert violation.saving.attributed.expected == Decimal("6570.00")  # 730 h x (10 - 1)
    assert report.summary.savings.expected == Decimal("6570.00")
    assert report.summary.spend.monthly == Range.of(8030)
    assert (report.summary.blocking, report.summary.exit_code) == (1, 1)


def test_what_is_waived_saves_nothing_and_leaves_its_share_to_the_others() -> None:
    laws = law(), law(id="no-big-either")

    def excuse(violations: Sequence[Violation]) -> list[Violation]:
        waived = [replace(one, status="waived", blocking=False) for one in violations if one.policy == "no-big"]
        return [*waived, *(one for one in violations if one.policy != "no-big")]

    both = run([instance("a", "big")], *laws)
    assert [one.saving.attributed.expected for one in both.violations if one.saving] == [Decimal("3285.00")] * 2
    one = run([instance("a", "big")], *laws, excuse=excuse)
    left = {v.policy: v.saving.attributed.expected for v in one.violations if v.saving and v.status == "fail"}
    assert left == {"no-big-either": Decimal("6570.00")}
    assert one.summary.savings.expected == Decimal("6570.00")
    assert (one.summary.waived, one.summary.violations, one.summary.blocking) == (1, 1, 1)


def test_an_unknown_is_reported_never_passed_and_says_what_settles_it() -> None:
    waits = Unknown("var.type has no value", ("var.type",))
    report = run([instance("a", waits)], law())
    violation = only(report)
    assert (violation.status, violation.reason, violation.blocking) == ("unknown", "var.type has no value", False)
    assert "--var-file" in violation.remediation
    assert report.summary.exit_code == 0
    strict = run([instance("a", waits)], law(enforcement=Enforcement("soft-mandatory", on_unknown="fail")))
    assert strict.summary.exit_code == 1


def test_what_only_a_caller_can_tell_asks_for_the_caller_not_for_a_variable() -> None:
    waits = Unknown("the provider is configured by whoever calls this module", (CALLER, "provider.aws", "var.labels"))
    told = only(run([instance("a", waits)], law())).remediation
    assert "the root that calls it" in told
    assert "var.labels" not in told


def test_an_unknown_environment_makes_the_selection_unknown() -> None:
    resource = instance("a", "big", environment=Unknown("var.env has no value", ("var.env",)))
    assert only(run([resource], law(environments=("!production",)))).status == "unknown"


def test_a_doubtful_selection_does_not_matter_where_the_rule_passes_anyway() -> None:
    resource = instance("a", "small", environment=Unknown("var.env has no value", ("var.env",)))
    assert run([resource], law(environments=("!production",))).violations == []


def test_a_price_that_is_not_known_leaves_the_violation_without_saving() -> None:
    report = run([instance("a", "huge")], law(parameters={"sku": "huge"}))
    violation = only(report)
    assert violation.saving is None
    assert violation.evidence["saving"] == "not known: no price of huge"
    assert report.summary.spend.unpriced == 1
    assert report.summary.spend.monthly is None


def test_a_rule_that_fails_is_named_and_hides_nothing() -> None:
    report = run([instance("a", "crash"), instance("b", "big", 9)], law())
    assert [violation.status for violation in report.violations] == ["error", "fail"]
    assert "big-machine failed here (ZeroDivisionError" in report.violations[0].message
    alone = run([instance("a", "crash")], law())
    assert alone.summary.exit_code == 3


def test_what_is_skipped_is_counted_with_its_reason() -> None:
    coverage = Coverage()
    report = run([instance("a", "pricey")], law(), coverage=coverage)
    assert report.violations == []
    assert coverage.skipped == {"no-big": {"no usage was given": 1}}


@pytest.mark.parametrize(
    ("enforcement", "stage", "environment", "level", "code"),
    [
        (Enforcement("soft-mandatory"), "ci", None, "soft-mandatory", 1),
        (Enforcement("soft-mandatory", stages={"pre-commit": "advisory"}), "pre-commit", None, "advisory", 0),
        (Enforcement("advisory", environments={"dev": "hard-mandatory"}), "ci", "dev", "hard-mandatory", 1),
        (Enforcement("advisory", ramp=(("2026-11-21", "hard-mandatory"),)), "ci", None, "hard-mandatory", 1),
        (Enforcement("advisory", ramp=(("2026-11-22", "hard-mandatory"),)), "ci", None, "advisory", 0),
    ],
)
def test_enforcement(enforcement: Enforcement, stage: str, environment: str | None, level: str, code: int) -> None:
    report = run([instance("a", "big", environment=environment)], law(enforcement=enforcement), stage=stage)
    assert only(report).enforcement == level
    assert report.summary.exit_code == code


def test_a_ramp_says_what_is_coming() -> None:
    enforcement = Enforcement("advisory", ramp=(("2027-01-15", "hard-mandatory"),))
    assert only(run([instance("a", "big")], law(enforcement=enforcement))).ramp == (
        "hard-mandatory from 2027-01-15 (55 days)"
    )


def test_off_is_silent() -> None:
    assert run([instance("a", "big")], law(enforcement=Enforcement("off"))).violations == []


def test_the_bar_can_be_moved() -> None:
    assert run([instance("a", "big")], law(), fail_on="hard-mandatory").summary.exit_code == 0


def test_a_group_finding_saves_on_its_members() -> None:
    report = run([instance("a", "big"), instance("b", "big", 9)], law("Pair", message=""))
    violation = only(report)
    assert violation.resource.address == "a"
    assert violation.saving is not None
    assert violation.saving.standalone.expected == Decimal("7300.00")


def test_two_policies_on_one_resource_never_save_more_than_it_costs() -> None:
    report = run([instance("a", "big"), instance("b", "big", 9)], law(), law("Pair", id="pair", message=""))
    assert report.summary.spend.monthly is not None
    assert report.summary.savings.expected <= report.summary.spend.monthly.expected
    on_b = [v for v in report.violations if v.policy == "pair" or v.resource.address == "b"]
    assert sum(v.saving.attributed.expected for v in on_b if v.saving) == Decimal("7300.00")


def test_a_finding_in_a_downloaded_module_points_at_the_call() -> None:
    leaf = Place(".terraform/modules/eks/main.tf", 40)
    call = Call("module.eks", Place("main.tf", 5, 9))
    resource = instance("module.eks.a", "big", origin=Origin(leaf, calls=(call,)))
    violation = only(run([resource], law()))
    assert violation.place == call.place
    assert violation.related[0][0] == leaf
    own = instance("module.x.a", "big", origin=Origin(Place("modules/x/main.tf", 3), calls=(call,)))
    violation = only(run([own], law()))
    assert violation.place == Place("modules/x/main.tf", 3)
    assert violation.related[0][0] == call.place


def test_fingerprints_survive_moved_lines_and_the_directory_of_the_call() -> None:
    first = only(run([instance("a", "big", 1)], law())).fingerprint
    moved = only(run([instance("a", "big", 99)], law())).fingerprint
    inside = instance("a", "big")
    inside.origin.root = "prod"
    assert first == moved == only(run([inside], law(), prefix="envs")).fingerprint
    assert first != only(run([instance("b", "big")], law())).fingerprint
    assert first != only(run([instance("a", "big")], law(id="other"))).fingerprint


@pytest.mark.parametrize(
    ("depends_on", "source", "said"),
    [
        (("var.size",), "terraform", "Give var.size a value with --var"),
        (("aws_vpc.main.id",), "terraform", "Check the plan"),
        (("aws_vpc.main.id",), "plan", "It is known only after the apply."),
        (("aws_vpc.main.id",), "state", ""),
        (("infra/main.tf",), "terraform", "Mend the file"),
        ((), "plan", ""),
    ],
)
def test_the_remedy_fits_what_was_read(depends_on: tuple[str, ...], source: str, said: str) -> None:
    remedy = what_settles(depends_on, source)
    assert remedy.startswith(said)
    assert bool(remedy) == bool(said)
