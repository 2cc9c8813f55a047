"""What is said of a comment that points to a waiver."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from decisions.test_waivers import policy, resource, violation, waiver
from sumptuary.coverage import Pointer
from sumptuary.decisions.pointers import astray
from sumptuary.decisions.waivers import excused
from sumptuary.model import Call, Place

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ABOVE = Pointer("infra/main.tf", 2, 3, "w")


@pytest.mark.parametrize(
    ("where", "name", "said"),
    [
        (("infra/main.tf", 2, 3), "w", ""),
        (("infra/main.tf", 8, 8), "w", ""),
        (("infra/main.tf", 9, 12), "w", ""),
        (("infra/main.tf", 10, 12), "w", "points to the waiver w, which covers no finding of this block"),
        (("infra/main.tf", 10, 0), "w", "points to the waiver w, which covers no finding of this block"),
        (("other.tf", 2, 3), "w", "points to the waiver w, which covers no finding of this block"),
        (("infra/main.tf", 2, 3), "ww", "points to the waiver ww, which is not there; did you mean 'w'?"),
        (("infra/main.tf", 2, 3), "later", ""),
        (("infra/main.tf", 2, 3), "", "points to no waiver: sumptuary:waiver is followed by its id"),
    ],
)
def test_a_pointer_that_leads_nowhere_is_told(where: tuple[str, int, int], name: str, said: str) -> None:
    path, line, about = where
    found = excused([violation()], [policy()], [waiver()], NOW, ".").violations
    told = list(astray([Pointer(path, line, about, name)], [waiver()], found, NOW, ["later"]))
    assert told == ([f"{path}:{line} {said}"] if said else [])


def test_a_pointer_to_a_waiver_that_does_not_hold_says_why() -> None:
    for given, why in (
        (waiver(expires="2026-11-20"), "expired on 2026-11-20 and covers nothing"),
        (waiver(approver="@x"), "covers no finding of this block"),
    ):
        found = excused([violation()], [policy()], [given], NOW, ".").violations
        (said,) = astray([ABOVE], [given], found, NOW)
        assert said == f"infra/main.tf:2 points to the waiver w, which {why}"


def test_a_pointer_may_stand_above_the_call_of_a_module() -> None:
    about = resource(path="modules/vm/main.tf")
    about.origin.calls = (Call("module.vm", Place("infra/main.tf", 3, 5)),)
    found = excused([violation(about)], [policy()], [waiver()], NOW, ".").violations
    assert list(astray([ABOVE], [waiver()], found, NOW)) == []


def test_a_pointer_at_what_cannot_be_judged_today_is_no_mistake() -> None:
    assert list(astray([ABOVE], [waiver()], [violation(status="unknown")], NOW)) == []
