"""Relations between resources: what an attribute's expression leads to, however tangled the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from sumptuary.coverage import Coverage
from sumptuary.sources.terraform import Options, places, read

TANGLE = "\n".join(
    f"  l{level}_{n} = [{', '.join(f'local.l{level + 1}_{other}' for other in range(6))}]"
    for level in range(8)
    for n in range(6)
)
ENDS = "\n".join(f"  l8_{n} = aws_launch_template.t.id" for n in range(6))


def test_many_names_that_lead_to_the_same_few_are_followed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "main.tf").write_text(
        f"locals {{\n{TANGLE}\n{ENDS}\n}}\n"
        'resource "aws_launch_template" "t" {}\n'
        'resource "aws_autoscaling_group" "g" {\n  launch_configuration = local.l0_0\n}\n'
    )
    asked: list[str] = []
    follow = places._named_by

    def counted(cache: dict[str, list[tuple[str, ...]]], key: str, expression: object) -> list[tuple[str, ...]]:
        asked.append(key)
        return follow(cache, key, expression)  # type: ignore[arg-type]  # handed through as it came

    monkeypatch.setattr(places, "_named_by", counted)
    found = {one.address: one for one in read([str(tmp_path)], Options(), Coverage())}
    assert found["aws_autoscaling_group.g"].relations == {"launch_configuration": ("aws_launch_template.t",)}
    assert len(asked) == 1 + 8 * 6, "each of the locals that are reached, once"
