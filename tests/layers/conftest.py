from __future__ import annotations

from pathlib import Path

import pytest

from layers.company import Company


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The company, with the working directory in its repository."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = Company(tmp_path)
    monkeypatch.chdir(found.repository)
    return found
