"""What ``sumptuary resources`` writes, judged again: the same rows, the same violations, the same money."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sumptuary.cli import check, resources
from sumptuary.coverage import Coverage
from sumptuary.kinds import KINDS
from sumptuary.model import (
    Accelerators,
    Call,
    Compute,
    Lifetime,
    Origin,
    Place,
    Requests,
    Resource,
    Storage,
    Tag,
    Tags,
    Usage,
    Workload,
)
from sumptuary.report import Report
from sumptuary.reports import inventory
from sumptuary.sources.inventory import read
from sumptuary.values import PartialMap, Unknown

ROOT = Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "fixtures"
POLICIES = {path.stem: path for path in (ROOT / "policies").glob("*/*.yaml")}
CASES = sorted(path for name in POLICIES for path in (FIXTURES / name).glob("*/"))
SCHEMA = json.loads((files("sumptuary.reports") / "resource.v1.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
NOW = "2026-11-21T12:00:00+00:00"


def judged(*arguments: str) -> Report:
    parser = ArgumentParser()
    check.configure(parser)
    return check.judged(parser.parse_args([*arguments, "--now", NOW]), Coverage())


def written(*arguments: str) -> None:
    parser = ArgumentParser()
    resources.configure(parser)
    resources.run(parser.parse_args([*arguments, "--now", NOW]))


def said(report: Report) -> list[tuple[object, ...]]:
    """All of a report that has to be the same again."""
    return [
        (
            one.policy,
            one.resource.address,
            one.status,
            one.message,
            one.reason,
            one.depends_on,
            one.remediation,
            one.blocking,
            one.fingerprint,
            (one.place.path, one.place.line) if one.place is not None else None,
            [(place.path, place.line, text) for place, text in one.related],
            (one.saving.standalone.points(), one.saving.attributed.points()) if one.saving is not None else None,
        )
        for one in report.violations
    ]


@pytest.fixture
def copied(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fixture folder in a place of its own, which is the working directory."""
    tree = tmp_path / "tree"
    shutil.copytree(request.param, tree)
    monkeypatch.chdir(tree)
    return tree


def hold_to_the_same(*arguments: str) -> Report:
    tree = judged(".", *arguments)
    written(".", "--output", "estate.ndjson")
    again = judged("estate.ndjson", *arguments)
    assert said(again) == said(tree)
    assert again.summary.spend.monthly == tree.summary.spend.monthly
    assert (again.coverage.evaluated, again.coverage.prices) == (tree.coverage.evaluated, tree.coverage.prices)
    assert (again.coverage.skipped, again.coverage.failures) == (tree.coverage.skipped, [])
    return again


@pytest.mark.parametrize("copied", CASES, ids=lambda case: f"{case.parent.name}-{case.name}", indirect=True)
def test_a_fixture_is_judged_the_same_from_its_inventory(copied: Path, request: pytest.FixtureRequest) -> None:
    policy = request.node.callspec.id.rpartition("-")[0]
    assert copied.is_dir()
    hold_to_the_same("--policies", str(POLICIES[policy]), "--root", ".")


@pytest.mark.parametrize("copied", [FIXTURES / "demo"], indirect=True)
def test_the_demo_is_judged_the_same_from_its_inventory(copied: Path) -> None:
    assert copied.is_dir()
    again = hold_to_the_same()
    assert len(again.violations) > 20
    assert {one.resource.source for one in again.violations} >= {"terraform", "commitments"}


def test_the_schema_is_one_and_holds_for_every_row_of_the_fixtures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    monkeypatch.chdir(ROOT)
    path = tmp_path / "estate.ndjson"
    written("fixtures", "--output", str(path))
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(rows) > 80
    for row in rows:
        assert [(error.json_path, error.message) for error in VALIDATOR.iter_errors(row)] == []


@pytest.mark.parametrize("copied", [FIXTURES / "demo"], indirect=True)
def test_an_inventory_comes_by_a_pipe_as_well(copied: Path) -> None:
    command = [sys.executable, "-m", "sumptuary"]
    rows = subprocess.run([*command, "resources", "--now", NOW], cwd=copied, capture_output=True, check=True).stdout
    told = subprocess.run(
        [*command, "check", "-", "--now", NOW, "--format", "json"],
        cwd=copied,
        input=b"\n" + rows + b"not a row\n",
        capture_output=True,
        check=False,
    )
    report = json.loads(told.stdout)
    assert report["summary"]["violations"]["total"] == len(
        [one for one in judged(".").violations if one.status == "fail"]
    )
    assert report["coverage"]["files"]["failed"][0]["line"] == rows.count(b"\n") + 2
    assert told.returncode == 1


@pytest.mark.parametrize("copied", [FIXTURES / "demo"], indirect=True)
def test_an_inventory_without_the_project_still_has_its_commitments(copied: Path) -> None:
    """Rows of commitments stand for the file that they were read from, and are not counted beside it."""
    written(".", "--output", "estate.ndjson")
    with_project = judged("estate.ndjson")
    os.rename("sumptuary.yaml", "elsewhere")
    without = judged("estate.ndjson")
    policy = "commitment-coverage"
    messages = [
        [one.message for one in report.violations if one.policy == policy] for report in (with_project, without)
    ]
    assert messages[0] == messages[1] != []


def test_the_sets_of_pods_of_one_job_stay_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    container = "{name: a, image: b, resources: {requests: {cpu: '4', memory: 8Gi}}}"
    pods = f"{{replicas: 2, template: {{spec: {{containers: [{container}]}}}}}}"
    job = "apiVersion: kubeflow.org/v1\nkind: PyTorchJob\nmetadata: {name: tune}\n"
    job += f"spec:\n  pytorchReplicaSpecs:\n    Master: {pods}\n    Worker: {pods}\n"
    (tmp_path / "job.yaml").write_text(job)
    monkeypatch.chdir(tmp_path)
    again = hold_to_the_same("--policies", str(POLICIES["spend-approval"]))
    assert len(again.violations) == 1


def test_of_a_plan_it_is_not_known_what_stood_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recorded plan has lost its former state: a policy on what a change adds must not see an increase of 0."""
    monkeypatch.chdir(tmp_path)
    values = {"instance_type": "p4d.24xlarge", "tags": {"team": "ml"}, "tags_all": {"team": "ml"}}
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
    made = {
        "address": "aws_instance.big",
        "mode": "managed",
        "type": "aws_instance",
        "name": "big",
        "provider_name": "registry.terraform.io/hashicorp/aws",
    }
    plan = {
        "format_version": "1.2",
        "resource_changes": [{**made, "change": change}],
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "us-east-1"}}}}
        },
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    written("plan.json", "--output", "estate.ndjson")
    policy = ("--policies", str(POLICIES["spend-approval"]))
    first, again = judged("plan.json", *policy), judged("estate.ndjson", *policy)
    assert first.violations, "the plan itself adds more than is allowed"
    assert again.summary.spend.monthly == first.summary.spend.monthly
    assert not again.violations
    assert "spend-approval" in again.coverage.skipped, "it is counted as not judged"


def spot(path: str, line: int, more: int) -> Place:
    return Place(path, line, line + more, more)


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(
    lambda name: name != "$unknown"
)
UNKNOWNS = st.builds(Unknown, WORDS.map(lambda reason: f"why {reason}"))
COUNTS = st.none() | st.integers(0, 10**6) | UNKNOWNS
TEXTS = st.none() | WORDS | UNKNOWNS
EXACT = st.decimals(0, 10**6, places=3)
NUMBERS = st.none() | st.integers(0, 10**6) | st.floats(0, 10**6, allow_subnormal=False) | UNKNOWNS
LINES = st.integers(1, 10**6)
PLACES = st.builds(spot, NAMES, LINES, st.integers(0, 50))
PARTS = st.integers(1, 1000).map(lambda part: Decimal(part) / 1000)
SCALARS = st.none() | st.booleans() | st.integers() | WORDS | UNKNOWNS | st.floats(-1e6, 1e6)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES, inner, max_size=3)
        | st.builds(PartialMap, st.dictionaries(NAMES, inner, min_size=1, max_size=3), UNKNOWNS)
    ),
    max_leaves=12,
)
ACCELERATORS = st.builds(
    Accelerators,
    WORDS,
    st.integers(0, 16) | UNKNOWNS,
    st.none() | st.floats(0, 1000, allow_subnormal=False),
    PARTS.map(float),
)
ZONES = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=ZONES | st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone


def tags_of(tags: Tags, group: Tags | None) -> Tags:
    """Tags with those of the group, which are handed down."""
    if group is not None:
        tags.group = Tags(
            {key: Tag(tag.value, "inherited", tag.place) for key, tag in group.entries.items()}, group.rest
        )
    return tags


TAGS = st.builds(
    Tags,
    st.dictionaries(NAMES, st.builds(Tag, WORDS | UNKNOWNS, st.sampled_from(["own", "label"]), st.none() | PLACES)),
    st.none() | UNKNOWNS,
)
RESOURCES = st.builds(
    Resource,
    id=NAMES,
    address=NAMES,
    kind=st.sampled_from([kind for kind in KINDS if kind != "change.set"]),
    type=WORDS,
    provider=WORDS,
    source=NAMES,
    host_provider=WORDS,
    account=TEXTS,
    region=TEXTS,
    zone=TEXTS,
    tags=st.builds(tags_of, TAGS, st.none() | TAGS),
    taggable=st.none() | st.booleans(),
    tag_attribute=WORDS,
    environment=TEXTS,
    team=TEXTS,
    attributes=st.dictionaries(NAMES, VALUES, max_size=4),
    origin=st.builds(
        Origin,
        st.none() | PLACES,
        WORDS,
        WORDS,
        st.lists(st.builds(Call, WORDS, PLACES), max_size=2).map(tuple),
        st.dictionaries(NAMES, PLACES, max_size=3),
    ),
    relations=st.dictionaries(NAMES, st.lists(WORDS, max_size=2).map(tuple), max_size=2),
    multiplicity=st.none() | UNKNOWNS,
    compute=st.none()
    | st.builds(
        Compute,
        TEXTS,
        st.lists(WORDS, max_size=2).map(tuple),
        COUNTS,
        COUNTS,
        COUNTS,
        TEXTS,
        st.none() | ACCELERATORS | UNKNOWNS,
        st.none() | st.builds(Requests, EXACT | UNKNOWNS, EXACT | UNKNOWNS, EXACT | UNKNOWNS),
        st.none() | PARTS,
        st.lists(WORDS, max_size=2).map(tuple),
        WORDS,
        WORDS,
        WORDS,
    ),
    workload=st.builds(
        Workload,
        TEXTS,
        WORDS,
        st.sampled_from(["high", "medium", "low"]),
        st.none() | st.booleans() | UNKNOWNS,
        TEXTS,
        TEXTS,
        NUMBERS,
    ),
    lifetime=st.builds(Lifetime, st.none() | MOMENTS | UNKNOWNS, TEXTS, TEXTS, TEXTS, COUNTS, st.none() | UNKNOWNS),
    usage=st.none() | st.builds(Usage, WORDS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, COUNTS, WORDS),
    storage=st.none() | st.builds(Storage, NUMBERS, TEXTS, COUNTS, COUNTS),
)


@given(RESOURCES)
def test_any_resource_comes_back_as_it_was_written(resource: Resource) -> None:
    """Written, read and written again it is the same row, and its facets are what they were."""
    (line,) = inventory.render([resource])
    coverage = Coverage()
    (again,) = read(io.BytesIO(line.encode()), "given.ndjson", coverage)
    assert not coverage.failures
    assert json.loads("".join(inventory.render([again]))) == json.loads(line)
    assert [(error.json_path, error.message) for error in VALIDATOR.iter_errors(json.loads(line))] == []
    assert again.lifetime.created == resource.lifetime.created
    assert again.tags.entries == resource.tags.entries
    group, given_group = again.tags.group, resource.tags.group
    assert (group and group.entries) == (given_group and given_group.entries)
    assert (again.origin.place, again.origin.places) == (resource.origin.place, resource.origin.places)
    assert (again.multiplicity, again.region) == (resource.multiplicity, resource.region)
    assert again.relations == resource.relations
    if resource.compute is not None:
        assert again.compute is not None
        assert again.compute.accelerators == resource.compute.accelerators
        assert again.compute.share == resource.compute.share
        assert (again.compute.requests is None) == (resource.compute.requests is None)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    coverage = Coverage()
    assert list(read(io.BytesIO(content), "given.ndjson", coverage)) == []
    assert coverage.failures or not content.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n")


KEYS = st.sampled_from(sorted(inventory.row(Resource("i", "a", "budget", "", ""))))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9) | KEYS, inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(KEYS, JSON), st.sampled_from(["compute", "workload", "lifetime", "usage", "storage"]), JSON)
def test_no_json_breaks_the_reader(changes: dict[str, object], facet: str, value: object) -> None:
    row = {"address": "a", "kind": "budget", "facets": {facet: value}, **changes}
    coverage = Coverage()
    found = list(read(io.BytesIO(json.dumps(row).encode()), "given.ndjson", coverage))
    assert len(found) + len(coverage.failures) == 1
    assert list(inventory.render(found)) or coverage.failures
