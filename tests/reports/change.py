"""A report on a change, made by hand: every status, policies that explain themselves, and what the base stood at."""

from __future__ import annotations

from dataclasses import replace

from reports import sample
from sumptuary.findings import Excuse, Violation
from sumptuary.model import Place
from sumptuary.report import Comparison, PolicyNote, Report, Spend

POLICIES = (
    PolicyNote(
        id="oversized-gpu-for-inference",
        title="Inference does not run on training accelerators",
        description="A100s and H100s train; serving one model on eight of them buys memory that nobody reads.",
        severity="high",
        category="rightsizing",
        rule="gpu-rightsizing",
        remediation="Take the smallest instance whose accelerator holds the model.",
        references=("https://www.finops.org/framework/", "handbook, page 12"),
    ),
    PolicyNote("required-tags", "Tags say who pays", "Money has an owner.", "medium", "allocation", "required-tags"),
    PolicyNote("quiet", "Nothing breaks this one", "It holds.", "low", "allocation", "time-to-live"),
    PolicyNote("commitment-coverage", "Steady load is reserved", "It saves.", "info", "rates", "reservation-coverage"),
)


def excuse() -> Excuse:
    """A waiver that ends soon, whose texts are hostile."""
    return Excuse(
        id="w-7",
        owner="@web",
        approver="@finops",
        reason="A <b>test</b>\x1b[31m of [links](x)",
        expires="2026-11-30",
        ends="2026-11-30, in 9 days",
        ticket="FIN-7",
        place=Place(".sumptuary/w.yaml", 1),
    )


def statuses() -> list[Violation]:
    """One violation of each status, and two that fail."""
    chat, web = sample.resource(), sample.resource("aws_instance.web", "web.tf", 3)
    live = sample.resource("i-1")
    live.origin.place, live.origin.uri = None, "arn:aws:ec2:us-east-1:123456789012:instance/i-1"
    make = sample.violation
    return [
        make(chat, saving=sample.saving("15000", "15440.55", "16000"), blocking=True, fingerprint="f1"),
        make(web, policy="required-tags", rule="required-tags", severity="medium", fingerprint="f2"),
        make(web, severity="low", enforcement="audit", fingerprint="f3"),
        make(web, status="waived", fingerprint="f4", waiver=excuse()),
        make(web, status="approved", fingerprint="f5", evidence={"approvals": ["q3-training"]}),
        make(web, status="baselined", fingerprint="f6"),
        make(web, status="error", fingerprint="f7", message="aws_instance.web: the rule gpu-rightsizing failed here"),
        make(web, status="unknown", fingerprint="f8", reason="var.type has no value", remediation="Give it a value."),
        make(
            chat,
            status="unknown",
            blocking=True,
            fingerprint="f9",
            reason="var.size has no value",
            message="aws_instance.chat: cannot be judged: var.size has no value",
        ),
        make(live, place=None, fingerprint="f10"),
    ]


def report(violations: list[Violation] | None = None, *, compared: bool = True, **options: object) -> Report:
    """The report; with ``compared`` it is one on a change, in which ``f2`` was there before and costs more now."""
    found = sample.report(statuses() if violations is None else violations, **options)  # type: ignore[arg-type]  # passed on
    comparison = None
    if compared:
        gone = sample.violation(
            sample.resource("aws_instance.old", "old.tf", 9),
            saving=sample.saving("90", "100", "110"),
            fingerprint="gone",
            place=Place("old.tf", 9),
        )
        comparison = Comparison(
            base="origin/main",
            commit="0123456789abcdef0123456789abcdef01234567",
            spend=Spend(sample.span("30000", "34567.80", "40000"), 2, 1),
            dearer=frozenset({"f2"}),
            resolved=[gone],
            change=sample.span("10000", "11111.10", "12000"),
        )
    return replace(found, policies=POLICIES, comparison=comparison)
