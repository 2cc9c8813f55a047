"""``sumptuary baseline`` and runs held against it: what is adopted, what still blocks, and what survives."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sumptuary.cli import program

REPORT, BASELINE = (
    json.loads((files("sumptuary.reports") / f"{name}.v1.schema.json").read_text(encoding="utf-8"))
    for name in ("report", "baseline")
)
POLICY = """\
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: team-tag, version: 1.0.0, title: All has a team, severity: high, category: allocation, owner: "@f"}
spec:
  description: Cost without an owner is nobody's.
  select: {kinds: [compute.instance, k8s.workload]}
  rule: required-tags
  parameters: {tags: [team]}
  enforcement: {default: hard-mandatory}
"""
PROVIDER = 'provider "aws" {\n  region = "us-east-1"\n}\n'
USUAL = Path(".sumptuary/baseline.json")


def instance(name: str, sku: str = "m5.large", more: str = "") -> str:
    return f'resource "aws_instance" "{name}" {{\n  instance_type = "{sku}"\n{more}}}\n'


TAGGED = '  tags = { team = "web" }\n'


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "shop"
    (root / ".git").mkdir(parents=True)
    monkeypatch.chdir(root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write({"team.yaml": POLICY, "infra/main.tf": PROVIDER + instance("a") + instance("b", "m5.xlarge")})
    return root


def write(files: dict[str, str]) -> None:
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def adopt(*options: str) -> int:
    return program.run(["baseline", "--policies", "team.yaml", "--now", "2026-11-21", *options])


def document(path: Path = USUAL) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    jsonschema.validate(found, BASELINE)
    return found


class Checks:
    """Runs of ``check`` as reports and exit codes."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *options: str) -> tuple[dict[str, str], int]:
        found, code = self.report(*options)
        return {row["resource"]["address"]: row["status"] for row in found["violations"]}, code

    def report(self, *options: str) -> tuple[dict[str, Any], int]:
        self.capsys.readouterr()
        command = ["check", "--policies", "team.yaml", "--now", "2026-11-21", "--format", "json", *options]
        code = program.run(command)
        said = self.capsys.readouterr()
        assert said.out, said.err
        found: dict[str, Any] = json.loads(said.out)
        jsonschema.validate(found, REPORT)
        return found, code


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Checks:
    return Checks(capsys)


def test_what_is_adopted_blocks_nothing_and_what_is_new_does(check: Checks, capsys: pytest.CaptureFixture[str]) -> None:
    assert check()[1] == 1
    assert adopt() == 0
    assert capsys.readouterr().out == "wrote .sumptuary/baseline.json\n2 violations adopted: team-tag 2\n"
    assert check() == ({"aws_instance.a": "baselined", "aws_instance.b": "baselined"}, 0)
    write({"infra/more.tf": instance("c")})
    found, code = check.report()
    assert code == 1
    (new,) = (row for row in found["violations"] if row["status"] == "fail")
    assert new["resource"]["address"] == "aws_instance.c"
    assert found["baseline"] == {
        "file": ".sumptuary/baseline.json",
        "created": "2026-11-21T00:00:00+00:00",
        "adopted": 2,
        "mended": 0,
        "standing": 2,
        "new": [new["fingerprint"]],
        "dearer": [],
    }
    assert check("--no-baseline")[0]["aws_instance.a"] == "fail"


def test_a_baseline_says_what_stood_where_and_what_it_costs() -> None:
    adopt()
    found = document()
    assert [(row["policy"], row["address"], row["path"], row["count"]) for row in found["findings"]] == [
        ("team-tag", "aws_instance.a", "infra/main.tf", 1),
        ("team-tag", "aws_instance.b", "infra/main.tf", 1),
    ]
    # 730 h x 0.096 and 730 h x 0.192
    assert [row["monthly_cost"] for row in found["findings"]] == ["70.08", "140.16"]


def test_the_same_input_gives_the_same_bytes_from_everywhere(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    adopt("--output", "-")
    first = capsys.readouterr().out
    monkeypatch.chdir(checkout / "infra")
    program.run(["baseline", "..", "--policies", "../team.yaml", "--now", "2026-11-21", "--output", "-"])
    assert capsys.readouterr().out == first
    assert not (checkout / ".sumptuary").exists()


def test_what_became_dearer_blocks(check: Checks, capsys: pytest.CaptureFixture[str]) -> None:
    adopt()
    write({"infra/main.tf": PROVIDER + instance("a", "m5.4xlarge") + instance("b", "m5.xlarge")})
    found, code = check.report()
    assert code == 1
    (dearer,) = (row for row in found["violations"] if row["status"] == "fail")
    assert found["baseline"]["dearer"] == [dearer["fingerprint"]]
    assert found["baseline"]["new"] == []
    program.run(["check", "--policies", "team.yaml", "--now", "2026-11-21"])
    assert "team-tag [dearer, blocks]" in capsys.readouterr().out


def test_of_a_policy_that_minds_only_what_is_new_nothing_that_stood_blocks(check: Checks) -> None:
    write({"team.yaml": POLICY.replace("hard-mandatory}", "hard-mandatory, new_only: true}")})
    assert check()[1] == 1, "with nothing that says what stood, all is new"
    adopt()
    write({"infra/main.tf": PROVIDER + instance("a", "m5.4xlarge") + instance("b", "m5.xlarge")})
    found, code = check.report()
    assert (code, found["summary"]["baselined"]) == (0, 2)
    assert found["violations"][0]["evidence"]["stood"].startswith("dearer than it was")
    notes = "\n".join(found["coverage"]["notes"])
    assert "team-tag blocks only what is new (new_only): of what stood before, 1 is dearer now" in notes
    write({"infra/more.tf": instance("c")})
    assert check()[1] == 1


def test_what_is_mended_is_counted_until_the_baseline_is_updated(
    check: Checks, capsys: pytest.CaptureFixture[str]
) -> None:
    adopt()
    write({"infra/main.tf": PROVIDER + instance("a", more=TAGGED) + instance("b", "m5.xlarge") + instance("c")})
    found, _ = check.report()
    assert found["baseline"]["mended"] == 1
    said = "of the baseline .sumptuary/baseline.json, 1 of 2 are mended: `sumptuary baseline --update` takes them out"
    assert said in found["coverage"]["notes"]
    before = USUAL.read_bytes()
    assert adopt() == 2
    assert "there is a baseline already, so nothing was written\n  hint: --update" in capsys.readouterr().err
    assert USUAL.read_bytes() == before
    assert adopt("--update") == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "1 of 2 are mended", "1 added", "2 violations adopted: team-tag 2"
    ]  # fmt: skip
    assert [row["address"] for row in document()["findings"]] == ["aws_instance.b", "aws_instance.c"]
    assert check()[1] == 0


def test_what_a_policy_passes_over_keeps_nothing_else_from_being_mended(capsys: pytest.CaptureFixture[str]) -> None:
    tags = '  tags = { workload_type = "training", checkpoint = "s3://a/b", ttl = "8h", team = "ml" }\n'
    runs = [instance(name, "p3.2xlarge", tags) for name in ("one", "two")]
    undeclared = instance("web", more='  tags = { ttl = "8h" }\n')
    write({"infra/main.tf": PROVIDER + "".join(runs) + undeclared})
    program.run(["baseline", "--now", "2026-11-21"])
    mine = [one["address"] for one in document()["findings"] if one["policy"] == "training-on-demand"]
    assert mine == ["aws_instance.one", "aws_instance.two"]
    capsys.readouterr()
    write({"infra/main.tf": PROVIDER + runs[0] + undeclared})
    program.run(["check", "--now", "2026-11-21"])
    assert "training-on-demand skipped 1 resource: its purpose is not declared" in capsys.readouterr().out
    program.run(["baseline", "--update", "--now", "2026-11-21"])
    assert [one["address"] for one in document()["findings"] if one["policy"] == "training-on-demand"] == mine[:1]


def test_a_run_says_nothing_of_what_it_did_not_look_at(check: Checks) -> None:
    write({"other/main.tf": PROVIDER + instance("z")})
    adopt()
    write({"infra/main.tf": PROVIDER})
    assert check.report("other")[0]["baseline"]["mended"] == 0
    assert check.report("other/main.tf")[0]["baseline"]["mended"] == 0
    assert check.report("infra")[0]["baseline"]["mended"] == 2
    adopt("other", "--update")
    assert [row["address"] for row in document()["findings"]] == [
        "aws_instance.a", "aws_instance.b", "aws_instance.z"
    ]  # fmt: skip
    adopt("--update")
    assert [row["address"] for row in document()["findings"]] == ["aws_instance.z"]


def test_what_cannot_be_read_or_judged_any_more_is_not_mended(check: Checks) -> None:
    adopt()
    write({"infra/main.tf": PROVIDER + instance("a", more="  tags = var.tags\n") + 'variable "tags" {}\n'})
    found, _ = check.report()
    assert found["baseline"]["mended"] == 1, "b is gone, of a nobody can tell"
    write({"infra/main.tf": PROVIDER + "resource {{{\n"})
    found, code = check.report()
    assert (found["baseline"]["mended"], code) == (0, 3)
    assert adopt("--update") == 3
    assert len(document()["findings"]) == 2


def test_an_unknown_that_blocks_is_adopted_too(check: Checks) -> None:
    write({
        "team.yaml": POLICY.replace("hard-mandatory}", "hard-mandatory, on_unknown: fail}"),
        "infra/main.tf": PROVIDER + instance("a", more="  tags = var.tags\n") + 'variable "tags" {}\n',
    })  # fmt: skip
    assert check() == ({"aws_instance.a": "unknown"}, 1)
    adopt()
    assert [row["status"] for row in document()["findings"]] == ["unknown"]
    assert check() == ({"aws_instance.a": "baselined"}, 0)
    write({"infra/main.tf": PROVIDER + instance("a")})
    assert check() == ({"aws_instance.a": "fail"}, 1), "what was unknown and fails now is new"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "baseline.json:1:2: the baseline is no JSON"),
        ("[]", "this is no baseline: it holds no object"),
        ('{"version": 3}', "its schema is None, not 'sumptuary.baseline/v1'"),
        ('{"schema": "sumptuary.baseline/v2"}', "this is no baseline that is known here"),
        ('{"schema": "sumptuary.baseline/v1", "created": "x"}', "the list `findings` is missing"),
        ('{"schema": "sumptuary.baseline/v1", "created": "x", "findings": [3]}', "finding 1 is no object"),
        ('{"schema": "sumptuary.baseline/v1", "created": "x", "findings": [{"policy": "p"}]}', "no text under"),
        ("[" * 100_000, "the baseline is no JSON"),
    ],
)
def test_what_is_no_baseline_is_a_mistake(content: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    write({str(USUAL): content})
    assert program.run(["check", "--policies", "team.yaml"]) == 2
    assert said in capsys.readouterr().err
    assert program.run(["check", "--policies", "team.yaml", "--no-baseline"]) == 1


ROW = '{"fingerprint": "f", "policy": "p", "address": "a", "path": null, "count": %s, "monthly_cost": %s}'


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([ROW % (0, "null")], "finding 1 has no whole number above 0 under `count`"),
        ([ROW % ("true", "null")], "under `count`"),
        ([ROW % (1, 12.5)], "finding 1 has a `monthly_cost` that is neither"),
        ([ROW % (1, '"much"')], "`monthly_cost`"),
        ([ROW % (1, '"1.5"'), ROW % (2, "null")], "finding 2 (p, a) stands in it twice"),
    ],
)
def test_a_finding_that_is_wrong_is_named(rows: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    content = '{"schema": "sumptuary.baseline/v1", "created": "x", "findings": [' + ", ".join(rows) + "]}"
    write({"b.json": content})
    assert program.run(["check", "--policies", "team.yaml", "--baseline", "b.json"]) == 2
    assert said in capsys.readouterr().err


def test_a_baseline_that_is_named_must_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.run(["check", "--policies", "team.yaml", "--baseline", "b.json"]) == 2
    assert "b.json: the baseline is not there\n  hint: write it: sumptuary baseline --output b.json" in (
        capsys.readouterr().err
    )
    assert program.run(["check", "--baseline", "b.json", "--no-baseline"]) == 2


def test_no_link_is_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    adopt("--output", "real.json")
    USUAL.parent.mkdir(exist_ok=True)
    USUAL.symlink_to(Path("real.json").resolve())
    assert program.run(["check", "--policies", "team.yaml"]) == 2
    assert "is a link" in capsys.readouterr().err


def test_the_project_says_where_its_baseline_is(check: Checks) -> None:
    project = "apiVersion: sumptuary/v1\nkind: Project\nmetadata: {name: shop}\nspec: {baseline: known.json}\n"
    write({"sumptuary.yaml": project})
    assert adopt() == 0
    assert Path("known.json").is_file()
    assert not USUAL.exists()
    assert check()[1] == 0
    Path("known.json").unlink()
    assert program.run(["check", "--policies", "team.yaml"]) == 2


def test_a_single_file_is_held_against_it_too(check: Checks) -> None:
    adopt()
    write({"infra/more.tf": instance("c")})
    assert check("infra/main.tf") == ({"aws_instance.a": "baselined", "aws_instance.b": "baselined"}, 0)
    assert check("infra/more.tf") == ({"aws_instance.c": "fail"}, 1)


def test_the_history_keeps_what_is_adopted_as_standing(check: Checks, capsys: pytest.CaptureFixture[str]) -> None:
    check("--history", "runs.sqlite")
    adopt()
    check("--history", "runs.sqlite")
    write({"infra/main.tf": PROVIDER + instance("b", "m5.xlarge")})
    check("--history", "runs.sqlite")
    capsys.readouterr()
    program.run(["history", "--history", "runs.sqlite", "--format", "json", "--now", "2026-11-21"])
    told = json.loads(capsys.readouterr().out)
    assert [run["baselined"] for run in told["runs"]] == [1, 2, 0]
    states = {row["address"]: row["state"] for row in told["findings"]}
    assert states == {"aws_instance.a": "resolved", "aws_instance.b": "accepted"}


def test_more_of_one_fingerprint_than_was_adopted_is_new(check: Checks) -> None:
    workload = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {replicas: 1, template: {spec: {containers: [{name: a, image: a}]}}}
"""
    write({"infra/main.tf": PROVIDER, "k8s/a.yaml": workload})
    adopt()
    assert [row["count"] for row in document()["findings"]] == [1]
    write({"k8s/b.yaml": workload})
    found, code = check.report()
    statuses = sorted(row["status"] for row in found["violations"])
    assert (statuses, code) == (["baselined", "fail"], 1)
