"""The page on live accounts says what is true: the policy, the collectors, the options."""

from __future__ import annotations

import json
import re
from pathlib import Path

from sumptuary.cli import scan
from sumptuary.cli.arguments import Parser
from sumptuary.sources.aws import _WORDS
from sumptuary.sources.aws.collectors import COLLECTORS
from sumptuary.sources.aws.operations import READS

PAGE = (Path(__file__).parents[3] / "docs" / "live.md").read_text(encoding="utf-8")


def test_the_policy_allows_exactly_what_the_client_may_call() -> None:
    blocks = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    (policy,) = [json.loads(block) for block in blocks]
    (statement,) = policy["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == sorted(f"{service}:{operation}" for service, operation in READS)


def test_the_table_has_every_collector_and_what_it_finds() -> None:
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    for collector in COLLECTORS:
        assert f"`{collector.name}`" in table
        assert all(f"`{name}`" in table for name in collector.finds)


def test_every_status_is_explained() -> None:
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    assert all(f"| `{status}` |" in table for status in ("ok", *_WORDS))


def test_every_option_there_exists() -> None:
    parser = Parser(prog="scan", description="")
    scan.configure(parser)
    options = {option for action in parser._actions for option in action.option_strings}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE)) <= options
    own = {action.option_strings[0] for action in parser._action_groups[2]._group_actions if action.option_strings}
    assert own - {"--config"} <= set(re.findall(r"--[a-z-]+", PAGE))
