"""The examples of the paper on the policy language, where it lies beside the repository."""

from __future__ import annotations

import os
from dataclasses import make_dataclass
from pathlib import Path

import pytest
import yaml

from sumptuary.policy import registry
from sumptuary.policy.load import load, load_with_tests
from sumptuary.rule import ResourceRule, parameter

SHARED = Path(os.environ.get("SUMPTUARY_SHARED") or Path(__file__).parents[3] / "shared")
PAPER = SHARED / "POLICY_LANGUAGE.md"

pytestmark = pytest.mark.skipif(not PAPER.is_file(), reason="the papers are not beside the repository")


def blocks() -> list[str]:
    return [part.partition("```")[0] for part in PAPER.read_text().split("```yaml\n")[1:]]


def test_the_six_policies_are_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = next(block for block in blocks() if block.count("\nkind: Policy\n") == 6)
    rules: dict[str, type[ResourceRule]] = {}
    for document in yaml.safe_load_all(text):
        names = document["spec"].get("parameters", {})
        shape = make_dataclass("Parameters", [(name, object, parameter(doc="", default=None)) for name in names])
        shape.__module__ = __name__
        name = document["spec"]["rule"]
        fields = {"id": name, "title": name, "kinds": ("*",), "Parameters": shape}
        rules[name] = type("Free", (ResourceRule,), fields)
    monkeypatch.setattr(registry, "installed", lambda: (rules, []))
    (tmp_path / "six.yaml").write_text(text)
    assert len(load([str(tmp_path / "six.yaml")], start=None, cache=False).policies) == 6
    suites = load_with_tests([str(tmp_path / "six.yaml")], start=None)
    assert {policy.id: len(cases) for policy, cases in suites}["missing-ttl"] == 4


def test_the_approval_is_read(tmp_path: Path) -> None:
    text = next(block for block in blocks() if "\nkind: Approval\n" in block)
    (tmp_path / "a.yaml").write_text("---\n".join(part for part in text.split("---\n") if "Approval" in part))
    (approval,) = load([str(tmp_path / "a.yaml")], start=None, cache=False).approvals
    assert (approval.id, approval.per) == ("llama-finetune-week-48", "run")
