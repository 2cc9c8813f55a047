"""A project's settings, applied to what was read."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports import sample
from sumptuary.cli.settings import Settings
from sumptuary.coverage import Coverage
from sumptuary.model import Place, Resource
from sumptuary.policy.compiled import Project
from sumptuary.values import Unknown


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "infra").mkdir()
    monkeypatch.chdir(tmp_path)


def settings(coverage: Coverage | None = None, **fields: object) -> Settings:
    project = Project(place=Place("infra/sumptuary.yaml", 1), **fields)  # type: ignore[arg-type]
    return Settings(project, coverage if coverage is not None else Coverage())


def at(path: str, root: str) -> Resource:
    about = sample.resource(path=path)
    about.origin.root = root
    return about


@pytest.mark.parametrize(
    ("globs", "path", "root", "out"),
    [
        (("vendor/**",), "infra/vendor/a/main.tf", "infra/vendor/a", True),
        (("vendor",), "infra/vendor/a/main.tf", "infra/vendor/a", True),
        (("vendor/",), "infra/vendor/main.tf", "infra/vendor", True),
        (("vendor/**",), "infra/modules/main.tf", "infra/vendor/a", True),
        (("vendor/**",), "infra/vendors/main.tf", "infra/vendors", False),
        (("vendor/**",), "vendor/main.tf", "vendor", False),
        ((), "infra/vendor/main.tf", "infra/vendor", False),
    ],
)
def test_what_is_left_out(globs: tuple[str, ...], path: str, root: str, out: bool) -> None:
    assert settings(exclude=globs).excludes(at(path, root)) is out


def test_what_is_left_out_is_counted_and_its_failures_forgotten() -> None:
    coverage = Coverage()
    coverage.fail("infra/vendor/broken.tf", 1, "x")
    coverage.fail("infra/main.tf", 1, "x")
    applied = settings(coverage, exclude=("vendor/**",))
    applied.excludes(at("infra/vendor/main.tf", "infra/vendor"))
    applied.close()
    assert [one.path for one in coverage.failures] == ["infra/main.tf"]
    assert coverage.notes == ["left out, as the project excludes vendor/**: 1 resource"]


def test_the_context_fills_in_a_region_that_nobody_gave() -> None:
    applied = settings(context={"aws": {"region": "eu-west-1"}, "gcp": {"region": "europe-west4"}})
    silent, given, unknown, google = (sample.resource() for _ in range(4))
    silent.region, google.region, google.provider = None, None, "google"
    unknown.region = Unknown("var.region has no value")
    for about in (silent, given, unknown, google):
        applied.complete(about)
    assert [silent.region, given.region, google.region] == ["eu-west-1", "us-east-1", "europe-west4"]
    assert unknown.region == Unknown("var.region has no value")


@pytest.mark.parametrize(
    ("root", "declared", "environment"),
    [
        ("infra/live/prod/web", None, "production"),
        ("infra/prod", None, "production"),
        ("infra/product", None, None),
        ("infra/live/prod/web", "dev", "dev"),
    ],
)
def test_a_directory_tells_the_environment_that_nobody_declared(
    root: str, declared: str | None, environment: str | None
) -> None:
    about = at(f"{root}/main.tf", root)
    about.environment = declared
    settings(environments={"production": "*/prod/*"}).complete(about)
    assert about.environment == environment


def test_the_context_fills_in_a_region_that_the_provider_block_leaves_out() -> None:
    applied = settings(context={"aws": {"region": "eu-west-1"}})
    unsaid = sample.resource()
    unsaid.region = Unknown("the configuration names no region", ("provider region",))
    applied.complete(unsaid)
    assert unsaid.region == "eu-west-1"


def test_a_directory_tells_the_team_that_nobody_declared_and_the_run_says_so() -> None:
    coverage = Coverage()
    applied = settings(coverage, teams={"ml": "teams/ml/**"})
    silent, deeper, declared, elsewhere = (
        at(f"{root}/main.tf", root)
        for root in ("infra/teams/ml", "infra/teams/ml/gpu", "infra/teams/ml", "infra/teams/mlops")
    )
    declared.team = "search"
    for about in (silent, deeper, declared, elsewhere):
        applied.complete(about)
    applied.close()
    assert [one.team for one in (silent, deeper, declared, elsewhere)] == ["ml", "ml", "search", None]
    assert silent.inferred == {"team": "no tag says: by its directory, teams/ml"}
    assert declared.inferred is None
    assert coverage.notes == ["no tag says the team of 2 resources: taken to be ml, by their path (teams/ml/**)"]


def test_no_directory_tells_of_what_is_live() -> None:
    live = at("infra/prod/main.tf", "")
    live.origin.uri = "arn:aws:ec2:us-east-1:123456789012:instance/i-1"
    settings(environments={"production": "*"}, teams={"ml": "**"}).complete(live)
    assert (live.environment, live.team, live.inferred) == (None, None, None)
