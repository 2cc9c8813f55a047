"""A report made by hand, with one of everything that a report can hold."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sumptuary.coverage import Coverage
from sumptuary.findings import PriceUse, Saving, Violation
from sumptuary.model import Origin, Place, Resource, Tag, Tags
from sumptuary.money import Range
from sumptuary.report import CatalogueStamp, Report, Spend, in_order, summarise
from sumptuary.values import Unknown

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def span(low: str, expected: str, high: str) -> Range:
    return Range(Decimal(low), Decimal(expected), Decimal(high))


def resource(address: str = "aws_instance.chat", path: str = "training/main.tf", line: int = 14) -> Resource:
    return Resource(
        id=address,
        address=address,
        kind="compute.instance",
        type="aws_instance",
        provider="aws",
        region="us-east-1",
        tags=Tags({"team": Tag("ml")}, rest=Unknown("var.tags has no value", ("var.tags",))),
        origin=Origin(place=Place(path, line, line + 6)),
    )


def saving(low: str, expected: str, high: str) -> Saving:
    price = PriceUse(
        "p4d.24xlarge", "us-east-1", "on-demand", Range.of("21.957642"), "hour", "aws price list", "2026-11-01", "exact"
    )
    return Saving(
        span(low, expected, high), span(low, expected, high), "sku to g6.xlarge; 730 hours a month", "high", (price,)
    )


def violation(of: Resource | None = None, **changes: object) -> Violation:
    about = of if of is not None else resource()
    fields: dict[str, object] = {
        "policy": "oversized-gpu-for-inference",
        "rule": "gpu-rightsizing",
        "status": "fail",
        "severity": "high",
        "confidence": "high",
        "enforcement": "soft-mandatory",
        "resource": about,
        "place": about.origin.place,
        "message": f"{about.address}: 8x A100-SXM4-40GB serve inference",
        "fingerprint": "0123456789abcdef",
        "remediation": "Set instance_type to g6.xlarge.",
    }
    return Violation(**{**fields, **changes})  # type: ignore[arg-type]  # the fields are the caller's to get right


def coverage() -> Coverage:
    ledger = Coverage(files_seen=4, files_read=3, evaluated=5, modules_resolved=1)
    ledger.fail("broken.tf", 3, "a block is not closed")
    ledger.unmapped = {"aws_iam_role": 2, "aws_sqs_queue": 3}
    ledger.unresolved_modules = ["module.eks (terraform-aws-modules/eks/aws)"]
    ledger.prices = {"exact": 2, "estimated": 1, "unknown": 3}
    ledger.skip("commitment-coverage", "no commitments file was given")
    ledger.note("3 files under vendor/ are excluded by sumptuary.yaml")
    return ledger


def everything() -> list[Violation]:
    chat, lost = resource(), resource("aws_instance.lost", "a.tf", 2)
    live = Resource(id="arn:aws:ec2:::i-1", address="i-1", kind="compute.instance", type="instance", provider="aws")
    live.origin = Origin(uri="arn:aws:ec2:us-east-1:123456789012:instance/i-1")
    return [
        violation(chat, saving=saving("15000", "15440.55", "16000"), blocking=True),
        violation(
            chat,
            policy="required-tags",
            rule="required-tags",
            message="aws_instance.chat: the tag service is missing",
            related=((Place("main.tf", 3, 9), "called here as module.chat"),),
            fix={"safety": "suggest"},
        ),
        violation(lost, severity="medium", enforcement="advisory", ramp="hard-mandatory from 2027-01-15 (55 days)"),
        violation(
            lost, status="unknown", reason="var.type has no value", depends_on=("var.type",), remediation="Give it."
        ),
        violation(lost, policy="audited", enforcement="audit", severity="low"),
        violation(live, evidence={"saving": "not known: the catalogue has no price"}, place=None),
    ]


def report(violations: list[Violation] | None = None, ledger: Coverage | None = None, **options: object) -> Report:
    found = in_order(everything() if violations is None else violations)
    judged = coverage() if ledger is None else ledger
    spend = options.pop("spend", Spend(span("40000", "45678.90", "50000"), 3, 3))
    assert isinstance(spend, Spend)
    summary = summarise(
        found,
        judged,
        resources=judged.evaluated,
        policies=6,
        spend=spend,
        allow_incomplete=bool(options.pop("allow_incomplete", False)),
    )
    assert not options
    return Report(found, judged, summary, CatalogueStamp("2026.11", "2026-11-01"), NOW, "ci")
