"""Cases of cases/lines.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sources.terraform.estate_cases import check, load


@pytest.mark.parametrize("case", load("lines"), ids=lambda case: str(case["name"]))
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    check(case, tmp_path)
