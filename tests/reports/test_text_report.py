"""The report for people: what it says first, what it hides, and that scanned text cannot touch the terminal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reports import sample
from sumptuary.coverage import Coverage
from sumptuary.findings import Violation
from sumptuary.model import Call, Place
from sumptuary.money import Range
from sumptuary.reports import Style, render
from sumptuary.reports.amounts import amount, span
from sumptuary.reports.printable import printable, printable_lines


def text(violations: list[Violation] | None = None, *, style: Style | None = None, **options: object) -> str:
    return render("text", sample.report(violations, **options), style or Style())  # type: ignore[arg-type]


def test_the_money_comes_first() -> None:
    first = text().splitlines()[0]
    assert first == "$15,441 a month could be saved of $45,679 (saving $15,000 to $16,000; 3 resources unpriced)"


@pytest.mark.parametrize(
    ("spend", "first"),
    [
        (sample.Spend(), "Nothing here is of a kind that is priced"),
        (sample.Spend(unpriced=1), "No cost is known (1 resource unpriced)"),
        (sample.Spend(Range.of("12.5"), 1), "$12.50 a month; no saving found"),
    ],
)
def test_a_headline_claims_no_figure_that_nobody_knows(spend: sample.Spend, first: str) -> None:
    assert text([], spend=spend).splitlines()[0] == first


@pytest.mark.parametrize(
    ("saving", "first"),
    [
        (("0", "60", "60"), "Up to $60.00 a month could be saved of $100"),
        (("0", "50", "60"), "$50.00 a month could be saved of $100 (saving $0.00 to $60.00)"),
        (("30", "60", "60"), "$60.00 a month could be saved of $100 (saving $30.00 to $60.00)"),
        (("60", "60", "60"), "$60.00 a month could be saved of $100"),
    ],
)
def test_a_saving_that_may_be_nothing_is_told_as_the_most_it_can_be(saving: tuple[str, str, str], first: str) -> None:
    found = [sample.violation(saving=sample.saving(*saving))]
    assert text(found, spend=sample.Spend(Range.of("100"), 1)).splitlines()[0] == first


def test_a_saving_is_told_though_no_resource_has_a_whole_price() -> None:
    found = [sample.violation(saving=sample.saving("0", "60", "60"))]
    first = "Up to $60.00 a month could be saved of a cost that is not known (1 resource unpriced)"
    assert text(found, spend=sample.Spend(unpriced=1), style=Style(width=120)).splitlines()[0] == first


def modules(*rows: str) -> list[str]:
    output = text([], ledger=Coverage(unresolved_modules=list(rows)), style=Style(width=120))
    return output.split("Modules that are not on this machine ")[1].split("\n\n")[0].splitlines()


def test_modules_that_are_not_here_are_named_by_source_the_commonest_first() -> None:
    calls = [f"module.vpc (acme/vpc/aws ~> 6.0) at {place}/main.tf:1" for place in "abc"]
    assert modules("module.eks (acme/eks/aws) at main.tf:3", *calls) == [
        "(4): nothing in them is read. `terraform init` downloads them; a plan shows what",
        "they create.",
        "  acme/vpc/aws ~> 6.0: module.vpc at a/main.tf:1, module.vpc at b/main.tf:1 and 1 more",
        "  acme/eks/aws: module.eks at main.tf:3",
    ]


def test_a_unit_whose_module_is_not_here_is_named_once_and_no_init_is_advised() -> None:
    assert modules("a/terragrunt.hcl (tfr:///acme/vpc?version=1) at a/terragrunt.hcl:2") == [
        "(1): nothing in them is read. A plan shows what they create.",
        "  tfr:///acme/vpc?version=1: a/terragrunt.hcl:2",
    ]


def test_sources_beyond_a_screen_are_counted_by_their_calls() -> None:
    rows = [f"module.m ({name}) at {place}.tf:1" for name in "abcdefghijk" for place in "xy"]
    assert modules(*rows)[-2:] == ["  j: module.m at x.tf:1, module.m at y.tf:1", "  and 2 more: see --format json"]


def test_a_run_that_found_nothing_says_so() -> None:
    found = text([], ledger=Coverage(files_seen=1), spend=sample.Spend())
    assert found.splitlines()[0] == "No resource was found"


def test_a_remedy_is_told_where_a_reader_meets_it_first() -> None:
    def found(address: str, path: str, remediation: str) -> Violation:
        return sample.violation(sample.resource(address, path), remediation=remediation)

    output = text([found("a.one", "a.tf", "Tag it."), found("a.two", "b.tf", "Tag it."), found("a.x", "c.tf", "Else.")])
    assert output.count("Tag it.") == 1
    assert output.index("a.one") < output.index("Tag it.") < output.index("a.two")
    assert "Else." in output


def test_a_violation_shows_line_severity_message_saving_address_policy_and_remedy() -> None:
    block = text().split("training/main.tf\n")[1].split("\n\n")[0].splitlines()
    assert block[0].split() == [
        "14",
        "high",
        "8x",
        "A100-SXM4-40GB",
        "serve",
        "inference",
        "$15,000",
        "to",
        "$16,000",
        "a",
        "month",
    ]
    assert [line.strip() for line in block[1:4]] == [
        "aws_instance.chat",
        "oversized-gpu-for-inference [blocks]",
        "Set instance_type to g6.xlarge.",
    ]


def test_instances_of_one_block_are_one_entry_with_their_savings_added() -> None:
    many = [
        sample.violation(sample.resource(f"aws_instance.node[{index}]"), saving=sample.saving("10", "10", "10"))
        for index in range(8)
    ]
    output = text(many)
    assert output.count("serve inference") == 1
    assert "aws_instance.node[0] and 7 more" in output
    assert "$80.00 a month" in output


def test_a_finding_in_a_module_names_the_call() -> None:
    about = sample.resource("module.a.module.b.aws_instance.c", "modules/b/main.tf")
    about.origin.calls = (
        Call("module.a", Place("main.tf", 7)),
        Call("module.a.module.b", Place("modules/a/main.tf", 3)),
    )
    assert "module.a.module.b.aws_instance.c, called at main.tf:7" in text([sample.violation(about)])


def test_a_saving_that_nobody_can_price_says_so() -> None:
    unpriced = sample.violation(evidence={"saving": "not known: no price for x in y"})
    assert "no price" in text([unpriced])
    assert "saving not known: no price for x in y" in text([unpriced])
    assert "no price" not in text([sample.violation()])


def test_a_change_as_a_whole_has_no_address_to_show() -> None:
    about = sample.resource("change.set")
    about.kind = "change.set"
    output = text([sample.violation(about, message="change.set: too much")])
    assert "too much" in output
    assert "change.set" not in output


def test_audit_is_counted_not_shown() -> None:
    output = text([sample.violation(policy="audited", enforcement="audit")])
    assert "audited" not in output
    assert "1 violation recorded only (audit)" in output


def test_unknowns_have_their_own_section_by_reason_with_what_settles_them() -> None:
    one = [
        sample.violation(
            sample.resource(f"aws_instance.a{index}"),
            status="unknown",
            reason="var.t has no value",
            remediation="Give it.",
        )
        for index in range(5)
    ]
    output = text(one)
    section = output.split("Not known (5)")[1].split("\n\n")[0]
    assert "var.t has no value (5 resources)" in section
    assert "and 2 more" in section
    assert "Give it." in section
    assert "Incomplete: 0 violations, none blocking, 5 not known" in output


def test_everything_in_the_ledger_is_named() -> None:
    output = text()
    for expected in (
        "broken.tf:3: a block is not closed",
        "module.eks (terraform-aws-modules/eks/aws)",
        "aws_sqs_queue 3, aws_iam_role 2",
        "commitment-coverage skipped 1 resource: no commitments file was given",
        "3 files under vendor/ are excluded by sumptuary.yaml",
        "Judged 5 resources in 3 files against 6 policies.",
    ):
        assert expected in output


@pytest.mark.parametrize(
    ("violations", "ledger", "last"),
    [
        ([sample.violation(blocking=True)], None, "Failed: 1 violation, 1 blocking (exit 1)"),
        ([sample.violation()], Coverage(files_seen=1), "Passed: 1 violation, none blocking (exit 0)"),
        ([], Coverage(files_seen=1, evaluated=1), "Passed: no violations (exit 0)"),
        ([], Coverage(files_seen=1), "Nothing to judge: no resource was found (exit 0)"),
        ([], Coverage(), "Nothing to judge: there is no file here that sumptuary reads (exit 0)"),
        (
            [],
            None,
            "Incomplete: 0 violations, none blocking; 1 problem above kept something from being judged (exit 3)",
        ),
    ],
)
def test_the_last_line_is_the_verdict(violations: list[Violation], ledger: Coverage | None, last: str) -> None:
    assert text(violations, ledger=ledger, style=Style(width=120)).splitlines()[-1] == last
    assert text(violations, ledger=ledger, style=Style(quiet=True)).splitlines()[-1] == last


def test_quiet_is_a_line_a_violation_and_the_verdict() -> None:
    lines = text(style=Style(quiet=True)).splitlines()
    assert len(lines) == 6
    assert lines[4] == "broken.tf:3: not read: a block is not closed"
    assert lines[1] == (
        "training/main.tf:14: high: oversized-gpu-for-inference: aws_instance.chat: 8x A100-SXM4-40GB serve inference"
        " ($15,000 to $16,000 a month) [blocks]"
    )


@pytest.mark.parametrize("width", [80, 100, 140])
def test_lines_keep_to_the_width(width: int) -> None:
    long = sample.violation(message="word " * 60, saving=sample.saving("1000", "2000", "3000"))
    output = text([*sample.everything(), long], style=Style(width=width))
    assert max(len(line) for line in output.splitlines()) <= width


def test_no_colour_unless_asked_for() -> None:
    assert "\x1b" not in text()
    assert "\x1b[1m" in text(style=Style(colour=True))


HOSTILE = "\x1b[2J\x1b]0;owned\x07\r\n\u202egnp.exe\u200b\x9b31m\udcff"


def test_scanned_text_cannot_touch_the_terminal() -> None:
    about = sample.resource(f"aws_instance.{HOSTILE}", f"{HOSTILE}.tf")
    ledger = sample.coverage()
    ledger.fail(HOSTILE, 1, HOSTILE)
    ledger.unmapped[HOSTILE] = 1
    ledger.unresolved_modules.append(HOSTILE)
    ledger.note(HOSTILE)
    ledger.skip(HOSTILE, HOSTILE)
    ledger.collectors.append({"status": HOSTILE})
    fields = dict.fromkeys(("policy", "message", "remediation", "reason", "ramp"), HOSTILE)
    found = [sample.violation(about, status=status, **fields) for status in ("fail", "unknown", "error")]
    for quiet in (False, True):
        output = text(found, ledger=ledger, style=Style(quiet=quiet))
        assert not {character for character in output if not character.isprintable()} - {"\n"}
        assert "\u202e" not in output
        assert "\u200b" not in output


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("größe 東京 é", "größe 東京 é"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\tc", "a b c"),
        ("\u202e", "\\u202e"),
        ("\udcff", "\\udcff"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_printable(raw: str, shown: str) -> None:
    assert printable(raw) == shown


def test_line_breaks_stay_where_they_are_ours() -> None:
    assert printable_lines("a\nb\x1b") == "a\nb\\x1b"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("0", "$0.00"), ("99.999", "$100.00"), ("1234.5", "$1,234"), ("1234567.891", "$1,234,568"), ("-150", "-$150")],
)
def test_amounts(value: str, shown: str) -> None:
    assert amount(Decimal(value)) == shown


def test_a_range_is_shown_only_when_it_reads_as_one() -> None:
    assert span(Range(Decimal("100.1"), Decimal("100.2"), Decimal("100.3"))) == "$100"
    assert span(Range(Decimal(100), Decimal(150), Decimal(200))) == "$100 to $200"
    assert amount(Decimal(5), "CHF") == "CHF 5.00"
