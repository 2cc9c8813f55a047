"""The comment on a pull request: money first, one screen, everything said, and nothing scanned that comes alive."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reports import change, sample
from reports.test_markup import HOSTILE, LIVELY
from sumptuary.coverage import Coverage
from sumptuary.findings import Violation
from sumptuary.model import Call, Place
from sumptuary.report import CatalogueStamp, Comparison, Report, Spend
from sumptuary.reports import Style, render

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
STRICT = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
OURS = re.compile(r"<!-- sumptuary -->|<details><summary>[A-Z][a-z, ]+ \([0-9,]+\)</summary>|</details>")


def comment(report: Report) -> str:
    text = render("markdown", report, Style())
    assert text.startswith("<!-- sumptuary -->\n")
    assert len(text.encode("utf-16-le")) // 2 < 60_000
    return text


def table(report: Report) -> list[list[str]]:
    lines = [line for line in comment(report).split("\n") if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def fold(report: Report, title: str) -> list[str]:
    """The items under a title; none where there is no such fold."""
    found = re.search(rf"<summary>{title} \(([0-9,]+)\)</summary>\n\n(.*?)\n\n</details>", comment(report), re.DOTALL)
    return [line.removeprefix("- ") for line in found[2].split("\n")] if found else []


def compared(report: Report, before: Spend, difference: tuple[str, str, str] | None) -> Report:
    change = sample.span(*difference) if difference is not None else None
    return replace(report, comparison=Comparison("main", "c0ffee", before, change=change))


def test_a_change_says_first_what_it_costs() -> None:
    lines = comment(change.report()).split("\n")
    assert lines[1] == (
        "### This change adds $11,111 (from $10,000 to $12,000) a month ($34,568 → $45,679; 3 resources unpriced)"
    )
    assert lines[3].startswith(
        "3 new violations, 1 dearer, 1 resolved; 1 stood before. **Failed**: 4 violations, 2 blocking"
    )
    assert lines[3].endswith("(exit 1)")


@pytest.mark.parametrize(
    ("before", "difference", "said"),
    [
        (Spend(sample.span("50000", "50000", "50000"), 3), ("-5", "-5", "-5"), "takes off $5.00 a month"),
        (Spend(sample.span("40000", "45678.90", "50000"), 3), ("0", "0", "0"), "does not alter the monthly cost"),
        (Spend(None, 0, 4), None, "What this change costs is not known"),
    ],
)
def test_a_change_may_save_or_cost_nothing_or_nobody_knows(
    before: Spend, difference: tuple[str, str, str] | None, said: str
) -> None:
    assert said in comment(compared(sample.report([], Coverage()), before, difference)).split("\n")[1]


def test_without_a_base_it_says_what_could_be_saved() -> None:
    lines = comment(change.report(compared=False)).split("\n")
    assert lines[1].startswith("### $15,441 a month could be saved of $45,679")
    assert lines[3].startswith("**Failed**: 4 violations")


def test_the_most_important_come_first() -> None:
    rows = table(change.report())
    assert [row[0] for row in rows] == ["new, high, blocks", "new, high", "dearer, medium", "unknown, high, blocks"]
    assert rows[0] == [
        "new, high, blocks",
        "`training/main.tf:14`",
        "`aws_instance.chat`: 8x `A100-SXM4-40GB` serve inference."
        " Set `instance_type` to `g6.xlarge`. (`oversized-gpu-for-inference`)",
        "$15,000 to $16,000",
    ]
    low = sample.violation(severity="low", place=Place("low.tf", 1), blocking=True)
    paid = sample.violation(severity="low", place=Place("paid.tf", 1), saving=sample.saving("1", "1", "1"))
    grave = sample.violation(severity="critical", place=Place("grave.tf", 1))
    order = [row[1] for row in table(sample.report([grave, paid, low]))]
    assert order == ["`low.tf:1`", "`paid.tf:1`", "`grave.tf:1`"]


def test_instances_of_a_block_are_one_row_with_their_savings_together() -> None:
    found = [
        sample.violation(sample.resource(f"aws_instance.a[{number}]"), saving=sample.saving("10", "10", "10"))
        for number in range(8)
    ]
    ((severity, _, what, money),) = table(sample.report(found))
    assert severity == "high"
    assert what.startswith("`aws_instance.a[0]` and 7 more: 8x")
    assert money == "$80.00"


def test_a_row_says_who_calls_the_module() -> None:
    inside = sample.resource("module.a.aws_instance.b", "modules/a/main.tf", 3)
    inside.origin.calls = (Call("module.a", Place("main.tf", 7)), Call("module.a.module.c", Place("x.tf", 1)))
    what = table(sample.report([sample.violation(inside)]))[0][2]
    assert what.startswith("`module.a.aws_instance.b` called at `main.tf:7`: 8x")


def test_a_row_says_when_there_is_no_price() -> None:
    found = sample.violation(evidence={"saving": "not known: the catalogue has no price"})
    assert table(sample.report([found]))[0][3] == "no price"


def test_the_eleventh_and_on_are_folded() -> None:
    found = [sample.violation(place=Place("a.tf", line)) for line in range(1, 14)]
    report = sample.report(found)
    assert len(table(report)) == 10
    rest = fold(report, "Further violations")
    assert [item.split(" ", 2)[1] for item in rest] == ["`a.tf:11`", "`a.tf:12`", "`a.tf:13`"]


def test_everything_else_is_in_a_fold() -> None:
    report = change.report()
    assert fold(report, "Resolved") == [
        "high: `old.tf:9` `aws_instance.old`: 8x `A100-SXM4-40GB` serve inference."
        " It could have saved $90.00 to $110 a month."
    ]
    assert fold(report, "Not known") == ["1 resource: `var.type` has no value. `aws_instance.web`. Give it a value."]
    assert fold(report, "Not judged, and notes") == [
        "Not read: `broken.tf:3` a block is not closed",
        "Not judged: `web.tf:3` `aws_instance.web`: the rule gpu-rightsizing failed here",
        "Module not on this machine: `module.eks (terraform-aws-modules/eks/aws)`",
        "No cost model for 3 resources of type `aws_sqs_queue`",
        "No cost model for 2 resources of type `aws_iam_role`",
        "Policy `commitment-coverage` skipped 1 resource: no commitments file was given",
        "Note: 3 files under `vendor/` are excluded by `sumptuary.yaml`",
    ]
    aside = [item.split(":")[0] for item in fold(report, "Accepted, or recorded only")]
    assert aside == ["new, low, audit", "waived, high", "approved, high"]


def test_unknowns_are_told_by_reason_the_commonest_first() -> None:
    def unknown(address: str, reason: str) -> Violation:
        return sample.violation(sample.resource(address), status="unknown", reason=reason, remediation="")

    found = [unknown(f"a{number}", "it is made later") for number in range(7)]
    items = fold(sample.report([unknown("b", "no value"), *found]), "Not known")
    assert items == [
        "7 resources: it is made later. `a0`, `a1`, `a2`, `a3`, `a4` and 2 more.",
        "1 resource: no value. `b`.",
    ]


def test_the_last_line_says_what_it_stands_on() -> None:
    assert comment(change.report()).endswith(
        "\nPrices as of 2026-11-01 (catalogue 2026.11). Judged 5 resources against 6 policies. Exit code 1.\n"
    )
    bare = replace(sample.report([], Coverage()), catalogue=CatalogueStamp())
    assert "No price was used (no catalogue)." in comment(bare)


def test_a_clean_run_is_three_lines() -> None:
    text = comment(sample.report([], Coverage(files_seen=1, files_read=1, evaluated=1)))
    assert len([line for line in text.split("\n") if line]) == 4
    assert "**Passed**: no violations (exit 0)" in text


def test_a_long_report_is_cut_and_what_is_cut_is_counted() -> None:
    places = [Place("|" * 300, line) for line in range(1, 2000)]
    address = "`|" * 200
    found = [sample.violation(sample.resource(address), place=place, message="| " * 400) for place in places]
    ledger = sample.coverage()
    for number in range(2000):
        ledger.note(f"{number} " + "\U0001f600" * 200)
    report = change.report(found, ledger=ledger)
    for title, count in (("Further violations", 1989), ("Not judged, and notes", 2006)):
        items = fold(report, title)
        cut = re.fullmatch(r"and ([0-9,]+) more: see the JSON report", items[-1])
        assert cut is not None
        assert len(items) - 1 + int(cut[1].replace(",", "")) == count
        assert len(items) > 5
    assert fold(report, "Resolved")
    assert len(comment(report).encode("utf-16-le")) // 2 > 50_000
    assert comment(report).rstrip().endswith("Exit code 3.")


def hostile(one: str, two: str, three: str) -> Report:
    """A report in which every text that could be scanned is hostile."""
    about = sample.resource(one, two)
    make = sample.violation
    found = [
        make(about, policy=three, message=two, remediation=three, blocking=True, place=Place(one, 1)),
        make(about, message=three, remediation=one, saving=sample.saving("1", "2", "3")),
        make(about, status="unknown", reason=two, remediation=three),
        make(about, status="error", message=one),
        make(about, status="waived", message=three),
    ]
    ledger = sample.coverage()
    ledger.fail(one, 1, two)
    ledger.note(three)
    ledger.skip(three, one)
    ledger.unmapped = {two: 1}
    ledger.unresolved_modules = [one]
    ledger.collectors = [{"collector": three, "status": two}]
    made = change.report(found, ledger=ledger, spend=Spend(sample.span("1", "2", "3"), 1, 1, currency=one))
    assert made.comparison is not None
    gone = make(about, policy=two, message=one, severity="high", saving=sample.saving("1", "2", "3"))
    comparison = replace(made.comparison, base=two, resolved=[gone])
    return replace(made, comparison=comparison, catalogue=CatalogueStamp(two, three))


def walked(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *(token.children or []))]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_nothing_scanned_comes_alive(one: str, two: str, three: str) -> None:
    text = comment(hostile(one, two, three))
    kinds = {"heading", "paragraph", "bullet_list", "list_item", "table", "thead", "tbody", "tr", "th", "td", "strong"}
    allowed = {f"{kind}_{end}" for kind in kinds for end in ("open", "close")} | {"inline", "text", "code_inline"}
    for parser in (GITHUB, STRICT):
        tokens = walked(parser.parse(text))
        html = [token.content for token in tokens if token.type.startswith("html")]
        assert all(OURS.fullmatch(line) for content in html for line in content.strip().split("\n"))
        assert {token.type for token in tokens if not token.type.startswith("html")} <= allowed
        if parser is STRICT:  # there our own markup is text
            continue
        prose = "\n".join(token.content for token in tokens if token.type == "text")
        assert not LIVELY.search(prose)
        assert all(character.isprintable() for character in text.replace("\n", ""))
        cells = [token.type for token in tokens].count("td_open")
        rows = [token.type for token in tokens].count("tr_open") - 1
        assert cells == 4 * rows


@given(st.sampled_from(["@admin", "#1", "[x](https://e.com)", "<img src=x>", "a|b", "www.e.com", "`", "\n\n# Title"]))
def test_the_text_is_there_all_the_same(nasty: str) -> None:
    (row,) = table(sample.report([sample.violation(sample.resource(f"a{nasty}b"))]))
    shown = f"a{nasty}b".replace("\n", " ").replace("|", "\\x7c")
    assert " ".join(shown.split()) in row[2]


def test_money_of_every_size_is_prose() -> None:
    for amount in ("0.5", "12", "999999999", "-3"):
        spend = Spend(sample.span(amount, amount, amount), 1)
        heading = comment(sample.report([], Coverage(), spend=spend)).split("\n")[1]
        assert "`" not in heading
        assert f"{abs(Decimal(amount)):,.0f}"[0] in heading or "0.50" in heading
