"""Damaged configurations: whatever is cut, doubled or put in, the reader ends, raises nothing and finds no fault of its
own."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from sources.terraform.estate_cases import load
from sumptuary.coverage import Coverage
from sumptuary.sources.terraform import Options, read

PIECES = (
    *'{}"[](),=*-',
    *("${", "...", "%{if", "<<EOT", "/*", "null", "1e999", "local.a", "each.value", "var.x", "count.index", "\x00"),
    *("\n", "for_each = ", "count = ", 'dynamic "x" {', "provider = ", "for k in "),
    'module "m" { source = "./." }\n',
)
SECONDS = 2.0
"""Far above what any of them takes; a hang or an explosion is far above this."""


CASES = [each for name in ("tags", "modules", "roots", "values") for each in load(name)]


def damaged(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(text) + 1)
        kind = chance.random()
        if kind < 0.3:
            text = text[:place] + text[place + chance.randint(1, 40) :]
        elif kind < 0.7:
            text = text[:place] + chance.choice(PIECES) + text[place:]
        elif kind < 0.9:
            start = chance.randrange(len(text) + 1)
            text = text[:place] + text[start : start + chance.randint(1, 200)] + text[place:]
        else:
            text = text[:place]
    return text


def scan_damaged(seed: int, directory: Path) -> None:
    chance = random.Random(seed)  # noqa: S311 -- a fixed seed is the point
    case = chance.choice(CASES)
    directory.mkdir()
    (directory / ".git").mkdir()
    for name, content in case["files"].items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(damaged(content, chance) if chance.random() < 0.7 else content, encoding="utf-8")
    coverage = Coverage()
    started = time.process_time()
    found = list(read([str(directory)], Options(), coverage))
    assert time.process_time() - started < SECONDS, f"seed {seed}"
    assert not [each for each in coverage.failures if "report it" in each.message], f"seed {seed}"
    assert len({each.id for each in found}) == len(found), f"seed {seed}"


def test_damaged_configurations(tmp_path: Path) -> None:
    for seed in range(60):
        scan_damaged(seed, tmp_path / str(seed))


@pytest.mark.long
def test_many_damaged_configurations(tmp_path: Path) -> None:
    for seed in range(1000, 4000):
        scan_damaged(seed, tmp_path / str(seed))
