"""The answer of a run: every violation, what was and was not judged, and the figures that sum it up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sumptuary.coverage import Coverage
from sumptuary.findings import Violation
from sumptuary.money import NOTHING, Range

CLEAN, BLOCKED, INCOMPLETE = 0, 1, 3
"""Exit codes that a report can come to; 2 (a mistake in the call) and 4 (a fault of the program) have no report."""


# Without the methods that nobody calls: making them costs the hook a millisecond a class.
@dataclass(slots=True, eq=False, repr=False)
class Spend:
    """What the estate costs a month at list price: ``monthly`` over the ``priced`` resources, None when none is.

    ``unpriced`` counts resources that cost something nobody can tell; those that cost nothing are in neither count.
    """

    monthly: Range | None = None
    priced: int = 0
    unpriced: int = 0
    currency: str = "USD"


@dataclass(slots=True, eq=False, repr=False)
class CatalogueStamp:
    """Which price facts a report stands on: the catalogue's version, and the date of its oldest price list used."""

    version: str = ""
    as_of: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Summary:
    """The figures of a run. ``violations``, ``by_severity`` and ``savings`` are about failures; ``unknown`` and the
    other counts do not overlap with them. ``blocking`` are those, unknowns included, that make the exit code 1."""

    resources: int
    policies: int
    violations: int
    blocking: int
    by_severity: dict[str, int]
    unknown: int
    waived: int
    approved: int
    baselined: int
    errors: int
    spend: Spend
    savings: Range
    exit_code: int


@dataclass(slots=True, eq=False, repr=False)
class Comparison:
    """How a change stands against a base revision; findings are the same where their fingerprints are.

    ``base`` is the revision as it was asked for, ``commit`` what it meant. ``spend`` is what the base costs a month,
    ``change`` what the head costs more, at the same prices; None where a side has resources but no price for any.
    ``dearer`` are the fingerprints of findings that stood before and stand for more money now: they are ``fail`` like
    new ones, while what merely stands is ``baselined``. ``resolved`` are the base's findings that are gone.
    """

    base: str
    commit: str
    spend: Spend
    dearer: frozenset[str] = frozenset()
    resolved: list[Violation] = field(default_factory=list[Violation])
    change: Range | None = None


@dataclass(slots=True, eq=False, repr=False)
class Adopted:
    """How a report stands against a baseline.

    ``file`` is the baseline's and ``created`` its moment; ``count`` the violations in it, of which ``mended`` are gone.
    ``dearer`` are the fingerprints of failures that it holds for less money.
    """

    file: str
    created: str
    count: int
    mended: int = 0
    dearer: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False, repr=False)
class Exchange:
    """The currency that a report is shown in, and what one US dollar is in it: ``rate``, of a day and from a source."""

    code: str
    rate: Decimal
    as_of: date
    source: str


@dataclass(slots=True, eq=False, repr=False)
class Terms:
    """What a run was able to find: the policies in force in its stage, by id, and the optional inputs it was given."""

    policies: frozenset[str] = frozenset()
    inputs: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False, repr=False)
class PolicyNote:
    """What a reader needs to know of a policy that held in this run; ``references`` are as its document gives them."""

    id: str
    title: str
    description: str
    severity: str
    category: str
    rule: str
    remediation: str = ""
    references: tuple[str, ...] = ()


@dataclass(slots=True, eq=False, repr=False)
class Report:
    """What one run says. ``violations`` are in report order; ``now`` is the injected clock.

    ``terms`` are set where the run is to be remembered; ``policies`` are all that it held things against. All figures
    are in US dollars; ``currency`` is what outputs show them in, None for US dollars.
    """

    violations: list[Violation]
    coverage: Coverage
    summary: Summary
    catalogue: CatalogueStamp
    now: datetime
    stage: str
    comparison: Comparison | None = None
    terms: Terms | None = None
    policies: tuple[PolicyNote, ...] = ()
    baseline: Adopted | None = None
    currency: Exchange | None = None

    @property
    def is_held(self) -> bool:
        """Whether something says what stood before, so that what fails is new or dearer."""
        return self.comparison is not None or self.baseline is not None

    @property
    def dearer(self) -> frozenset[str]:
        """The fingerprints of failures that stood before, for less money."""
        before = self.comparison.dearer if self.comparison is not None else frozenset[str]()
        return before | self.baseline.dearer if self.baseline is not None else before


SEVERITY_ORDER: tuple[str, ...] = ("critical", "high", "medium", "low", "info")


def in_order(violations: Iterable[Violation]) -> list[Violation]:
    """Violations in report order: by file and line, then address, policy and fingerprint; those without a file last."""

    def key(violation: Violation) -> tuple[bool, str, int, str, str, str, str, str]:
        place = violation.place
        path, line = (place.path, place.line) if place is not None else ("", 0)
        where = path or violation.resource.origin.uri
        about = (violation.resource.address, violation.policy, violation.fingerprint)
        return (not path, where, line, *about, violation.status, violation.message)

    return sorted(violations, key=key)


def summarise(
    violations: Sequence[Violation],
    coverage: Coverage,
    *,
    resources: int,
    policies: int,
    spend: Spend,
    allow_incomplete: bool = False,
) -> Summary:
    """The figures of these violations. Exit code 1 (something blocks) wins over 3 (something could not be judged)."""
    failed = [violation for violation in violations if violation.status == "fail"]
    by_severity: dict[str, int] = dict.fromkeys(SEVERITY_ORDER, 0)
    savings = NOTHING
    for violation in failed:
        by_severity[violation.severity] = by_severity.get(violation.severity, 0) + 1
        if violation.saving is not None:
            savings += violation.saving.attributed
    counts: dict[str, int] = dict.fromkeys(("unknown", "waived", "approved", "baselined", "error"), 0)
    for violation in violations:
        if violation.status in counts:
            counts[violation.status] += 1
    blocking = sum(violation.blocking for violation in violations)
    incomplete = not allow_incomplete and (not coverage.complete or counts["error"] > 0)
    return Summary(
        resources=resources,
        policies=policies,
        violations=len(failed),
        blocking=blocking,
        by_severity=by_severity,
        unknown=counts["unknown"],
        waived=counts["waived"],
        approved=counts["approved"],
        baselined=counts["baselined"],
        errors=counts["error"],
        spend=spend,
        savings=savings,
        exit_code=BLOCKED if blocking else INCOMPLETE if incomplete else CLEAN,
    )
