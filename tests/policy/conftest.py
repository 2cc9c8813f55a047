from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from policy.sample_rules import RULES
from sumptuary.errors import PolicyError
from sumptuary.policy import registry
from sumptuary.policy.compiled import Laws
from sumptuary.policy.load import load

HEAD = """\
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: big-volumes, version: 1.0.0, title: T, severity: high, category: rightsizing, owner: "@x"}
spec:
  description: Why.
  rule: volume-size
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test touches the user's cache, and none sees another's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("SUMPTUARY_NO_CACHE", raising=False)
    return tmp_path / "cache"


@pytest.fixture(autouse=True)
def sample_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample rules are the installed ones."""
    monkeypatch.setattr(registry, "installed", lambda: ({rule.id: rule for rule in RULES}, []))


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a document (dedented) under the test's directory."""

    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    return written


@pytest.fixture
def policy_text() -> Callable[..., str]:
    """A policy document with further lines of its spec."""

    def text(*lines: str, name: str = "big-volumes", parameters: str = "{max: 100}") -> str:
        head = HEAD.replace("big-volumes", name) + (f"  parameters: {parameters}\n" if parameters else "")
        return head + "".join(f"  {line}\n" for line in lines)

    return text


@pytest.fixture
def complaints() -> Callable[[Path], list[str]]:
    """What loading a path complains of, each as ``line:column: message``."""

    def of(path: Path, **options: object) -> list[str]:
        try:
            laws: Laws = load([str(path)], start=None, cache=False)
        except PolicyError as error:
            return [f"{problem.place.split('.yaml:')[-1]}: {problem.message}" for problem in error.problems]
        assert laws.documents
        return []

    return of
