"""From an outcome to a violation: its place, message, money, enforcement and identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sumptuary.findings import Finding, Outcome, Saving, Undecided, Violation
from sumptuary.fingerprint import fingerprint
from sumptuary.model import Place, Resource
from sumptuary.money import NOTHING, Range
from sumptuary.policy.compiled import LEVELS, Policy
from sumptuary.policy.message import render
from sumptuary.savings import Claim, Known, Verdict, combine
from sumptuary.values import CALLER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.rule import Catalogue

DOWNLOADED = "/.terraform/"
"""Part of the path of module sources that somebody else wrote: nobody can mend a finding there."""


@dataclass(slots=True, eq=False, repr=False)
class Judgement:
    """What a policy's rule said of a resource, and the enforcement level that holds for it."""

    policy: Policy
    resource: Resource
    outcome: Outcome
    level: str


def attach_savings(judgements: Sequence[Judgement], catalogue: Catalogue) -> list[Verdict | None]:
    """The saving of each judgement (None where its rule names no lever), combined over all findings on a resource."""
    resources: dict[str, Resource] = {}
    claims: dict[str, list[tuple[int, Claim]]] = {}
    for index, judgement in enumerate(judgements):
        finding = judgement.outcome
        if not isinstance(finding, Finding) or finding.evidence.get("fault"):
            continue
        for resource, levers in ((judgement.resource, finding.levers), *finding.members):
            if levers:
                resources[resource.id] = resource
                key = f"{judgement.policy.rule}/{judgement.policy.id}/{finding.slot}"
                claims.setdefault(resource.id, []).append((index, Claim(key, levers, finding.confidence)))
    verdicts: list[list[Verdict]] = [[] for _ in judgements]
    known: Known = {}
    for identity, made in claims.items():
        results = combine(resources[identity], [claim for _, claim in made], catalogue, known)
        for (index, _), verdict in zip(made, results, strict=True):
            verdicts[index].append(verdict)
    return [_together(found) for found in verdicts]


def _together(verdicts: Sequence[Verdict]) -> Verdict | None:
    """One saving for a finding over several resources: the sum of those that have a figure, or why there is none."""
    savings = [verdict.saving for verdict in verdicts if verdict.saving is not None]
    if not savings:
        return verdicts[0] if verdicts else None
    if len(verdicts) == 1:
        return verdicts[0]
    standalone, attributed = NOTHING, NOTHING
    for saving in savings:
        standalone += saving.standalone
        attributed += saving.attributed
    prices = {price: None for saving in savings for price in saving.prices}
    confidence = min((saving.confidence for saving in savings), key=("low", "medium", "high").index)
    missing = len(verdicts) - len(savings)
    method = savings[0].method + (f"; {missing} of {len(verdicts)} resources have no price" if missing else "")
    return Verdict(Saving(standalone, attributed, method, confidence, tuple(prices)))


def in_context(
    judgement: Judgement, verdict: Verdict | None, stage: str, now: datetime, prefix: str, blocks_from: int
) -> Violation:
    """The violation that a report shows. ``blocks_from`` is the index in ``LEVELS`` from which it blocks."""
    policy, resource, outcome = judgement.policy, judgement.resource, judgement.outcome
    attribute = outcome.attribute if isinstance(outcome, (Finding, Undecided)) else ""
    slot, of_group = (outcome.slot, outcome.of_group) if isinstance(outcome, Finding) else ("", False)
    place, related = _places(resource, attribute)
    violation = Violation(
        policy=policy.id,
        rule=policy.rule,
        status="unknown",
        severity=policy.severity,
        confidence="high",
        enforcement=judgement.level,
        resource=resource,
        place=place,
        message="",
        fingerprint=fingerprint(policy.id, slot, resource, prefix, of_group=of_group),
        remediation=policy.remediation,
        related=related,
        ramp=policy.enforcement.coming(stage, now),
    )
    may_block = LEVELS.index(judgement.level) >= blocks_from
    if isinstance(outcome, Finding):
        _fill_finding(violation, policy, outcome, verdict)
        violation.blocking = may_block and violation.status == "fail"
    elif isinstance(outcome, Undecided):
        violation.reason, violation.depends_on = outcome.reason, outcome.depends_on
        violation.message = f"{resource.address}: cannot be judged: {outcome.reason}"
        violation.remediation = what_settles(outcome.depends_on, resource.source)
        violation.blocking = may_block and policy.enforcement.on_unknown == "fail"
    if resource.inferred:
        _say_supposed(violation, policy, resource.inferred)
    return violation


def _say_supposed(violation: Violation, policy: Policy, inferred: Mapping[str, str]) -> None:
    """Where a policy goes by an environment or team that nobody declared, it says so and is never highly certain."""
    for fact, why in inferred.items():
        if _goes_by(policy, fact):
            violation.evidence = {**violation.evidence, fact: f"{getattr(violation.resource, fact)} ({why})"}
            violation.confidence = "medium" if violation.confidence == "high" else violation.confidence


def _goes_by(policy: Policy, fact: str) -> bool:
    """Whether a policy is about some environments or teams and not others, or does more in some of them."""
    if fact == "environment" and (policy.environments or policy.enforcement.environments):
        return True
    return f".{fact}" in policy.where or f"resource.{fact}" in repr(policy.template)


def _fill_finding(violation: Violation, policy: Policy, finding: Finding, verdict: Verdict | None) -> None:
    evidence = dict(finding.evidence)
    fault = bool(evidence.pop("fault", False))
    violation.status = "error" if fault else "approved" if evidence.pop("approved", False) else "fail"
    violation.confidence = finding.confidence
    violation.fix = None if fault else policy.fix
    violation.members = tuple(resource for resource, _ in finding.members)
    fields = _fields(violation.resource, policy, finding, None if verdict is None else verdict.saving)
    violation.remediation = render(finding.remediation or policy.remediation, fields)
    violation.related += tuple((place, "see also") for place in finding.related)
    if verdict is not None:
        violation.saving = verdict.saving
        if verdict.reason:
            evidence["saving"] = f"not known: {verdict.reason}"
    violation.evidence = evidence
    if fault or not policy.message:
        violation.message = f"{violation.resource.address}: {finding.reason}"
    else:
        violation.message = render(policy.message, fields)
    _say_inferred(violation)


def _say_inferred(violation: Violation) -> None:
    """What was told from the arguments of a module that is not here is said to be, and is never highly certain."""
    source = violation.resource.attributes.get("inferred_from")
    if isinstance(source, str):
        violation.evidence["inferred_from"] = source
        violation.message += " (as its arguments say; the module itself is not here)"
        violation.confidence = "medium" if violation.confidence == "high" else violation.confidence


def _fields(resource: Resource, policy: Policy, finding: Finding, saving: Saving | None) -> dict[str, object]:
    """What a message's placeholders may name."""
    monthly: Range | None = saving.standalone if saving is not None else None
    return {
        "resource": {
            "address": resource.address,
            "kind": resource.kind,
            "type": resource.type,
            "provider": resource.provider,
            "region": resource.region,
            "environment": resource.environment,
            "team": resource.team,
            "sku": resource.compute.sku if resource.compute else None,
            "tag_attribute": resource.tag_attribute,
        },
        "parameters": policy.parameters,
        "reason": finding.reason,
        "savings": {"monthly": monthly.expected if monthly is not None else None},
        **finding.facts,
    }


def _places(resource: Resource, attribute: str) -> tuple[Place | None, tuple[tuple[Place, str], ...]]:
    """The line that an author of this repository can edit, and the lines that lead to it."""
    leaf = resource.origin.place_of(attribute) if attribute else resource.origin.place
    related = [(call.place, f"called here as {call.address}") for call in reversed(resource.origin.calls)]
    written = resource.origin.written_at(attribute) if attribute else ()
    related += [(place, "its value is written here") for place in written if place != leaf]
    if leaf is not None and DOWNLOADED in f"/{leaf.path}":
        for index, (place, _) in enumerate(related):
            if DOWNLOADED not in f"/{place.path}":
                outer = [*related[:index], *related[index + 1 :]]
                return place, ((leaf, "the block itself, in a downloaded module"), *outer)
    return leaf, tuple(related)


_FILES = (".tf", ".tofu", ".tf.json", ".tofu.json", ".hcl")


def what_settles(depends_on: Sequence[str], source: str = "") -> str:
    """What a person can do about an unknown of a source: files, or a plan, which knows no more before it is applied."""
    if "nodeSelector" in depends_on:
        return (
            "Name it with a node selector (nvidia.com/gpu.product, cloud.google.com/gke-accelerator), or the cluster's "
            "node types in sumptuary.yaml (context.kubernetes.node_types)."
        )
    if "context.kubernetes.node_types" in depends_on:
        return "Name the cluster's node types in sumptuary.yaml (context.kubernetes.node_types)."
    if CALLER in depends_on:
        return (
            "Nothing that was scanned calls this module: scan it together with the root that calls it, or check that "
            "root's plan (terraform show -json)."
        )
    variables = [name for name in depends_on if name.startswith("var.")]
    if variables:
        names = ", ".join(variables[:3])
        return f"Give {names} a value with --var or --var-file, or check the plan (terraform show -json)."
    if any(name.endswith(_FILES) for name in depends_on):
        return "Mend the file, which could not be read whole."
    if source in ("plan", "state"):
        return "It is known only after the apply." if depends_on and source == "plan" else ""
    if any(name.startswith(("data.", "module.")) or "." in name for name in depends_on):
        return "Check the plan (terraform show -json), where the value is known."
    return ""
