"""Plans and states as other tools write them to a file: UTF-16 from PowerShell, and marks in front from editors."""

from __future__ import annotations

import codecs
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

VALUES = {"instance_type": "t3.micro", "tags": {"team": "Zürich"}}
WHERE = {"mode": "managed", "type": "aws_instance", "name": "a", "provider_name": "registry.terraform.io/hashicorp/aws"}
PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "resource_changes": [
        {**WHERE, "address": "aws_instance.a", "change": {"actions": ["create"], "before": None, "after": VALUES}}
    ],
}
SHOWN: dict[str, Any] = {
    "format_version": "1.0",
    "terraform_version": "1.11.4",
    "values": {"root_module": {"resources": [{**WHERE, "address": "aws_instance.a", "values": VALUES}]}},
}
STATE: dict[str, Any] = {
    "version": 4,
    "terraform_version": "1.11.4",
    "lineage": "x",
    "resources": [
        {
            **{name: WHERE[name] for name in ("mode", "type", "name")},
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [{"attributes": VALUES}],
        }
    ],
}
ENCODINGS = {
    "UTF-8 with a mark": (codecs.BOM_UTF8, "utf-8"),
    "UTF-16, low byte first": (codecs.BOM_UTF16_LE, "utf-16-le"),
    "UTF-16, high byte first": (codecs.BOM_UTF16_BE, "utf-16-be"),
    "UTF-16 without a mark": (b"", "utf-16-le"),
}


def sumptuary(directory: Path, *words: str, given: bytes = b"") -> tuple[int, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "sumptuary", *words], cwd=directory, input=given, capture_output=True, check=False
    )
    assert b"fault" not in done.stderr, done.stderr
    return done.returncode, done.stdout.decode()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("document", [PLAN, SHOWN, STATE], ids=["plan", "shown state", "state"])
def test_a_plan_or_state_is_read_in_every_encoding(tmp_path: Path, document: dict[str, Any], encoding: str) -> None:
    mark, name = ENCODINGS[encoding]
    for indent in (None, 2):
        text = json.dumps(document, ensure_ascii=False, indent=indent) + "\r\n"
        (tmp_path / "told.json").write_bytes(mark + text.encode(name))
        code, said = sumptuary(tmp_path, "resources", "told.json")
        assert code == 0, said
        row = json.loads(said.splitlines()[-1])
        assert row["address"] == "aws_instance.a"
        assert "Zürich" in json.dumps(row, ensure_ascii=False)
        code, said = sumptuary(tmp_path, "check", "told.json", "--format", "json")
        assert json.loads(said)["coverage"]["files"]["failed"] == []
        assert json.loads(said)["summary"]["resources"] == 1


def test_a_plan_in_utf_16_cannot_be_piped_either(tmp_path: Path) -> None:
    given = codecs.BOM_UTF16_LE + json.dumps(PLAN).encode("utf-16-le")
    code, said = sumptuary(tmp_path, "check", "-", given=given)
    assert code == 3
    assert "a plan or state is read from a file" in said


def test_what_is_cut_off_or_is_no_plan_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_bytes(codecs.BOM_UTF16_LE + json.dumps(PLAN).encode("utf-16-le")[:-3])
    (tmp_path / "other.json").write_bytes(codecs.BOM_UTF16_LE + '{"a": 1}'.encode("utf-16-le"))
    code, said = sumptuary(tmp_path, "check", "cut.json", "other.json", "--format", "json")
    assert code == 3
    assert {each["path"] for each in json.loads(said)["coverage"]["files"]["failed"]} == {"cut.json", "other.json"}
