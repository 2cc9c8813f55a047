"""The pages of ``sumptuary docs`` of a repository whose organisation and team have changed what ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.company import TEAM, Company
from layers.test_commands import Run, sumptuary

__all__ = ["sumptuary"]


@pytest.fixture
def pages(sumptuary: Run, company: Company) -> Path:
    company.write("team/pack.yaml", TEAM + "    - {match: missing-ttl, set: {waivers: null}}\n")
    company.project(
        "[{match: required-tags, set: {severity: critical}}, {match: oversized-gpu-*, set: {profile: strict}}]"
    )
    assert sumptuary("docs", "--output", "site")[0] == 0
    return company.repository / "site/policies"


def test_a_page_says_which_layer_changed_which_fields(pages: Path) -> None:
    page = (pages / "required-tags.md").read_text()
    assert (
        "| in force | [as changed](#set-by-layers-below) by team ml (`parameters.tags`); repository (`severity`) |"
        in page
    )
    assert "## Set by layers below" in page


def test_of_a_field_the_page_says_what_each_layer_had_made_of_it(pages: Path) -> None:
    page = (pages / "required-tags.md").read_text()
    assert (
        "| `parameters.tags` | `[owner, product, model]` | team ml "
        "| `[owner, product]` by organization acme, `[team, service, environment, cost-center]` as written |" in page
    )
    assert "| `severity` | `critical` | repository | `high` as written |" in page


def test_a_profile_is_named(pages: Path) -> None:
    page = (pages / "oversized-gpu-for-inference.md").read_text()
    assert "by team ml (`enforcement.default`); repository, profile strict (`parameters.utilization.below`) |" in page


def test_a_record_that_is_taken_away_is_told_too(pages: Path) -> None:
    page = (pages / "missing-ttl.md").read_text()
    assert "| `waivers` | nothing | team ml | `{approvers: " in page
