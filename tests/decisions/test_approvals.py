from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sumptuary.decisions.approvals import expiry, standing
from sumptuary.model import Place
from sumptuary.policy.compiled import Approval


def approval(name: str, expires: str) -> Approval:
    place = Place(".sumptuary/approvals.yaml", 7)
    return Approval(name, {"team": "ml"}, "5000.50", "USD", "run", ("@leads",), "because", expires, place)


@pytest.mark.parametrize(
    ("expires", "last", "first_not"),
    [
        ("2026-12-05", "2026-12-05T23:59:59+00:00", "2026-12-06T00:00:00+00:00"),
        ("2026-12-05T12:00:00", "2026-12-05T11:59:59+00:00", "2026-12-05T12:00:00+00:00"),
        ("2026-12-05T12:00:00+02:00", "2026-12-05T09:59:59+00:00", "2026-12-05T10:00:00+00:00"),
    ],
)
def test_an_approval_holds_to_its_end_and_no_further(expires: str, last: str, first_not: str) -> None:
    documents = [approval("a", expires)]
    assert len(standing(documents, datetime.fromisoformat(last)).approvals) == 1
    assert standing(documents, datetime.fromisoformat(first_not)).approvals == ()
    assert expiry(expires) == datetime.fromisoformat(first_not)


def test_what_expired_is_named() -> None:
    found = standing([approval("old", "2026-01-01"), approval("new", "2027-01-01")], datetime(2026, 6, 1, tzinfo=UTC))
    (fact,) = found.approvals
    assert (fact.id, fact.amount, fact.scope) == ("new", Decimal("5000.50"), {"team": "ml"})
    assert found.notes == ("the approval old (.sumptuary/approvals.yaml:7) expired on 2026-01-01 and does not count",)
