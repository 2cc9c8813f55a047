"""What matters most first, for outputs that cannot show everything: what blocks, then money, then severity."""

from __future__ import annotations

from sumptuary.money import ZERO
from sumptuary.report import SEVERITY_ORDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from sumptuary.findings import Violation

_RANKS = {severity: rank for rank, severity in enumerate(SEVERITY_ORDER)}


def by_importance(violations: Iterable[Violation]) -> list[Violation]:
    """Those that block first, then by what mending saves, then by severity; otherwise as given."""
    return sorted(violations, key=lambda one: (not one.blocking, -expected(one), severity_rank(one.severity)))


def expected(violation: Violation) -> Decimal:
    """What mending it is expected to save a month, its share of the resource's; zero where nobody can tell."""
    return violation.saving.attributed.expected if violation.saving is not None else ZERO


def severity_rank(severity: str) -> int:
    """0 for critical; severities that nobody knows come last."""
    return _RANKS.get(severity, len(_RANKS))
