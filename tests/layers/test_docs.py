"""The company of docs/layers.md, written out as the page has it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sumptuary.cli.program import run
from sumptuary.policy.load import load

PAGE = Path(__file__).parent.parent.parent / "docs" / "layers.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
FILES = {match[1]: text for _, text in BLOCKS if (match := re.match(r"# (\S+\.yaml)\n", text))}


@pytest.fixture(autouse=True)
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "shop" / ".git").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path / "shop")
    return tmp_path


def test_it_holds_as_the_page_says() -> None:
    held = {policy.id: policy for policy in load().policies}
    assert held["required-tags"].parameters["tags"] == ["owner", "product", "model"]
    assert held["missing-ttl"].parameters["max_ttl"] == "24h"
    assert held["oversized-gpu-for-inference"].enforcement.default == "hard-mandatory"
    assert held["required-tags"].enforcement.ramp == (("2027-03-01", "hard-mandatory"),)
    assert "bucket-tags" in held


def test_the_repository_alone_may_not_have_two_days(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = company / "shop" / "sumptuary.yaml"
    project.write_text(project.read_text().replace("24h", "96h"))
    assert run(["policies", "validate"]) == 2
    assert "may only tighten it" in capsys.readouterr().out


def test_the_commands_run(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for language, text in BLOCKS if language == "console" for line in text.splitlines()]
    typed = [shlex.split(line)[2:] for line in lines if line.startswith("$ sumptuary ")]
    assert len(typed) == 4
    for arguments in typed:
        assert run(arguments) == 0, capsys.readouterr()
