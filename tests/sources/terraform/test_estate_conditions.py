"""Cases of cases/conditions.yaml; ``noted`` are all notes of the ledger, in their order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sources.terraform.estate_cases import check, load, run


@pytest.mark.parametrize("case", load("conditions"), ids=lambda case: str(case["name"]))
def test_case(case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check(case, tmp_path)
    _, coverage = run(case, tmp_path)
    if "noted" in case:
        assert coverage.notes == case["noted"]
    assert "hunter2" not in " ".join(coverage.notes)
