"""Reports made by hand for the history: what a run found, in a line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sumptuary.coverage import Coverage
from sumptuary.findings import Saving, Violation
from sumptuary.history.record import Occasion, remember
from sumptuary.history.settle import Settled
from sumptuary.history.store import reading
from sumptuary.model import Origin, Place, Resource
from sumptuary.money import Range
from sumptuary.report import CatalogueStamp, Report, Spend, Terms, summarise

START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
POLICIES = frozenset({"tags", "spot"})


def found(name: str, status: str = "fail", policy: str = "tags", **changes: object) -> Violation:
    """A finding on ``aws_instance.<name>``; its fingerprint is made of policy, name and (unknown or not)."""
    resource = Resource(
        id=name,
        address=f"aws_instance.{name}",
        kind="compute.instance",
        type="aws_instance",
        provider="aws",
        region="us-east-1",
        origin=Origin(place=Place("main.tf", 3, 9), root="."),
    )
    for key in ("address", "account", "region"):
        if key in changes:
            setattr(resource, key, changes.pop(key))
    one = Violation(
        policy=policy,
        rule="required-tags",
        status=status,
        severity="high",
        confidence="high",
        enforcement="soft-mandatory",
        resource=resource,
        place=resource.origin.place,
        message=f"{resource.address}: the tag team is missing",
        fingerprint=f"{policy}/{name}" + ("/unknown" if status == "unknown" else ""),
        reason="var.tags has no value" if status == "unknown" else "",
        saving=Saving(Range.of("12.345"), Range.of("12.345"), "", "high"),
    )
    for key, value in changes.items():
        setattr(one, key, value)
    return one


def unread() -> Coverage:
    """A ledger with a file that could not be read."""
    ledger = Coverage(files_seen=2, files_read=1)
    ledger.fail("broken.tf", 3, "a block is not closed")
    return ledger


def report(
    *violations: Violation, day: float = 0, ledger: Coverage | None = None, terms: Terms | None = None
) -> Report:
    """The report of a run, so many days after the first."""
    coverage = ledger if ledger is not None else Coverage(files_seen=1, files_read=1)
    spend = Spend(Range.of("100.5"), 1, 0)
    summary = summarise(violations, coverage, resources=5, policies=len(POLICIES), spend=spend)
    now = START + timedelta(days=day)
    judged = terms if terms is not None else Terms(POLICIES)
    return Report(list(violations), coverage, summary, CatalogueStamp("2026.11"), now, "ci", terms=judged)


def run(file: Path, *violations: Violation, day: float, scope: str = "shop", **options: object) -> Settled:
    """Remember such a report."""
    one = report(*violations, day=day, **options)  # type: ignore[arg-type]  # the options are the caller's to get right
    return remember(str(file), one, Occasion(scope, one.now))


def rows(file: Path, query: str = "SELECT * FROM findings ORDER BY scope, fingerprint") -> list[dict[str, object]]:
    """The rows of a query."""
    with reading(str(file)) as connection:
        assert connection is not None
        cursor = connection.execute(query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]
