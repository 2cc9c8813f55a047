"""The examples of docs/policies.md are documents that hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sumptuary.cli import program
from sumptuary.decisions.commitments import read_commitments
from sumptuary.policy.conditions import mistakes
from sumptuary.policy.load import load

DOCS = Path(__file__).parent.parent / "docs" / "policies.md"
BLOCKS = re.findall(r"^```(yaml|cel)\n(.*?)^```", DOCS.read_text(), re.MULTILINE | re.DOTALL)


def documents(kind: str) -> list[str]:
    return [text for language, text in BLOCKS if language == "yaml" and f"\nkind: {kind}\n" in text]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".sumptuary" / "policies").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_the_documents_hold_together(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack,), (policy,), (project,), (approval,) = map(documents, ("Pack", "Policy", "Project", "Approval"))
    (enforcement,) = [text for _, text in BLOCKS if text.startswith("enforcement:")]
    own, shared = checkout / ".sumptuary", checkout / "shop"
    (shared / "policies").mkdir(parents=True)
    (shared / "pack.yaml").write_text(pack)
    (shared / "policies" / "p.yaml").write_text(policy)
    indented = "".join(f"  {line}\n" for line in enforcement.splitlines())
    other = policy.replace("id: api-tags", "id: other-tags").replace(
        "  enforcement:\n    default: advisory\n", indented
    )
    (own / "policies" / "q.yaml").write_text(other + "---\n" + approval)
    (checkout / "sumptuary.yaml").write_text(project)
    laws = load([str(shared)], start=".", cache=False)
    held = {policy.id: policy for policy in laws.policies}
    assert {"api-tags", "other-tags"} < set(held)
    assert held["other-tags"].enforcement.environments == {"production": "hard-mandatory"}
    assert [approval.id for approval in laws.approvals] == ["llama-finetune-week-48"]
    assert laws.project.commitments == (str(own / "commitments.yaml"),)
    assert program.run(["policies", "test", str(shared / "policies" / "p.yaml")]) == 0, capsys.readouterr().out


def test_the_commitments_are_read(tmp_path: Path) -> None:
    (text,) = [text for _, text in BLOCKS if text.startswith("- {id: sp-1")]
    (tmp_path / "c.yaml").write_text(text)
    assert [resource.address for resource in read_commitments(str(tmp_path / "c.yaml"))] == ["sp-1", "ri-1"]


def test_the_condition_compiles() -> None:
    conditions = [text for language, text in BLOCKS if language == "cel"]
    assert conditions
    for text in conditions:
        assert mistakes(text.strip(), []) == []
