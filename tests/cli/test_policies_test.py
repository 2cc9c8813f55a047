"""``policies test``: folders of real files, snapshots, what tests leave open, and mutants."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from policy.sample_rules import RULES
from sumptuary.cli import program
from sumptuary.errors import SumptuaryError
from sumptuary.policy import registry

Run = Callable[..., tuple[int, str, str]]

POLICY = """\
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: big-volumes, version: 1.0.0, title: No big volumes, severity: high, category: rightsizing, owner: "@x"}
spec:
  description: Why.
  select: {kinds: [storage.volume], environments: ["!production"]}
  rule: volume-size
  parameters: {max: 100}
  profiles: {tight: {max: 50}}
  message: "{{ resource.address }}: {{ reason }}"
  enforcement: {default: soft-mandatory, stages: {pre-commit: advisory}}
"""
MAIN = """\
variable "size" {}
provider "aws" { region = "us-east-1" }

resource "aws_ebs_volume" "small" {
  availability_zone = "us-east-1a"
  size              = 10 # expect: big-volumes pass
}
resource "aws_ebs_volume" "large" { # expect: big-volumes fail "500 GiB is too large"
  availability_zone = "us-east-1a"
  size              = 500
}
resource "aws_ebs_volume" "any" {
  availability_zone = "us-east-1a"
  size              = var.size # expect: big-volumes unknown "var.size"
}
resource "aws_ebs_volume" "kept" {
  availability_zone = "us-east-1a"
  size              = 500
  tags              = { environment = "production" } # expect: big-volumes skipped
}
"""

DEAR = MAIN.replace('" "any" {', '" "any" { # expect: big-volumes fail "700 GiB"').replace(
    ' # expect: big-volumes unknown "var.size"', ""
)
"""The same for one who gives the variable: the rule finds nothing but the volume to point at."""


@pytest.fixture
def sumptuary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``policies test pack`` beside a pack with one policy and one fixture folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    wrong: list[SumptuaryError] = []
    monkeypatch.setattr(registry, "installed", lambda: ({rule.id: rule for rule in RULES}, wrong))
    case().mkdir(parents=True)
    Path("pack/big-volumes.yaml").write_text(POLICY)
    (case() / "main.tf").write_text(MAIN)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = program.run(["policies", "test", "pack", *arguments])
        output = capsys.readouterr()
        return code, output.out, output.err

    return run


def case(name: str = "real", top: str = "pack/tests") -> Path:
    return Path(top) / "big-volumes" / name


def test_a_folder_beside_the_pack_does_what_its_comments_say(sumptuary: Run) -> None:
    assert sumptuary() == (0, "1 test of 1 policy: 0 failed\n", "")


def test_a_violation_at_another_line_of_the_resource_is_told_once_with_its_line(sumptuary: Run) -> None:
    main = MAIN.replace(' { # expect: big-volumes fail "500 GiB is too large"', " {")
    text = main.replace("size              = 500\n}", 'size              = 500 # expect: big-volumes fail "500 GiB"\n}')
    (case() / "main.tf").write_text(text)
    code, out, _ = sumptuary("pack")
    assert code == 1
    told = [line for line in out.splitlines() if "big-volumes:" in line]
    assert len(told) == 1
    assert "main.tf:10: big-volumes: expected fail saying '500 GiB', got fail at line 8 (" in told[0]


@pytest.mark.usefixtures("sumptuary")
def test_a_pack_answers_for_what_lies_in_it_and_for_the_fields_it_sets(capsys: pytest.CaptureFixture[str]) -> None:
    head = "apiVersion: sumptuary/v1\nkind: Pack\nmetadata: {name: over}\nspec:\n"
    body = (
        "  extends: [{pack: ../pack}]\n  policies: []\n  overrides: [{match: big-volumes, set: {parameters.max: 5}}]\n"
    )
    folder = Path("over/tests/big-volumes/smaller")
    folder.mkdir(parents=True)
    Path("over/pack.yaml").write_text(head + body)
    (folder / "main.tf").write_text(
        MAIN.replace("size              = 10 # expect: big-volumes pass", "size = 10").replace(
            '"small" {', '"small" { # expect: big-volumes fail "10 GiB"'
        )
    )
    code = program.run(["policies", "test", "over", "--coverage", "--mutate", "--min-score", "100"])
    out = capsys.readouterr().out
    assert (code, out.splitlines()[-1]) == (0, "1 test of 1 policy: 0 failed")
    assert "survived" not in out


def test_documents_in_the_folder_are_none_of_the_pack(sumptuary: Run) -> None:
    (case() / "job.yaml").write_text("apiVersion: batch/v1\nkind: Job\nmetadata: {name: x}\n")
    assert sumptuary()[0] == 0


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        (
            'fail "500 GiB is too large"',
            'fail "not so"',
            "main.tf:8: big-volumes: expected fail saying 'not so', got fail (aws_ebs_volume.large: 500 GiB is",
        ),
        (' # expect: big-volumes fail "500 GiB is too large"', "", "main.tf:8: big-volumes: nobody expected fail"),
        ("big-volumes pass", "big-volumes fail", "main.tf:6: big-volumes: expected fail, got pass"),
        ("big-volumes skipped", "big-volumes pass", "main.tf:19: big-volumes: expected pass, got skipped"),
        ('unknown "var.size"', "pass", "main.tf:14: big-volumes: expected pass, got unknown (aws_ebs_volume.any"),
        ("variable", "# expect: big-volumes pass\nvariable", "main.tf:1: big-volumes: expected pass, got nothing"),
        ("variable", "resource {\n}\nvariable", "could not be read"),
    ],
)
def test_what_does_not_come_as_expected_fails_at_its_line(was: str, becomes: str, said: str, sumptuary: Run) -> None:
    assert was in MAIN
    (case() / "main.tf").write_text(MAIN.replace(was, becomes))
    code, out, _ = sumptuary()
    assert code == 1
    assert said in out
    assert "1 test of 1 policy: 1 failed" in out


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("big-volumes", "not an expectation: 'big-volumes'"),
        ("big-volumes pas", "'pas' is not known; did you mean 'pass'?"),
        ("big-volumes pass,", "not an expectation: ''"),
        ("big-volume pass", "no policy 'big-volume' holds here; did you mean 'big-volumes'?"),
    ],
)
def test_a_comment_that_is_no_expectation_is_exit_2(comment: str, said: str, sumptuary: Run) -> None:
    (case() / "main.tf").write_text(MAIN.replace("big-volumes pass", comment))
    code, out, err = sumptuary()
    assert (code, out) == (2, "")
    assert f"pack/tests/big-volumes/real/main.tf:6: {said}" in err


def test_a_folder_of_no_policy_that_expects_something_is_exit_2(sumptuary: Run) -> None:
    Path("more/big-volume/x").mkdir(parents=True)
    assert sumptuary("--fixtures", "more")[0] == 0, "it expects nothing"
    Path("more/big-volume/x/main.tf").write_text(MAIN)
    code, _, err = sumptuary("--fixtures", "more")
    assert code == 2
    assert "more/big-volume: no policy 'big-volume' is tested here" in err
    assert "did you mean 'big-volumes'?" in err
    assert sumptuary("--fixtures", "nowhere")[0] == 2


def test_a_case_that_expects_nothing_fails(sumptuary: Run) -> None:
    case("idle").mkdir()
    code, out, _ = sumptuary()
    assert code == 1
    assert "pack/tests/big-volumes/idle: big-volumes: the case expects nothing" in out


def test_options_of_a_case(sumptuary: Run) -> None:
    (case() / "main.tf").write_text(DEAR)
    (case() / "case.yaml").write_text("variables: {size: 700}\n")
    assert sumptuary()[0] == 0
    (case() / "case.yaml").write_text("var_files: [big.tfvars]\nstage: pre-commit\nnow: 2026-03-01\n")
    (case() / "big.tfvars").write_text("size = 700\n")
    assert sumptuary()[0] == 0
    (case() / "case.yaml").write_text("variable: {size: 700}\n")
    code, _, err = sumptuary()
    assert code == 2
    assert "real/case.yaml:1:1: variable: unknown key 'variable'" in err
    assert "variables" in err


def test_a_sidecar_tells_of_files_without_comments(sumptuary: Run) -> None:
    plain = [line.partition(" # expect")[0] for line in MAIN.splitlines()]
    (case() / "main.tf").write_text("\n".join(plain) + "\n")
    expect = case() / "expect.yaml"
    expect.write_text("""\
expect:
  - {policy: big-volumes, status: fail, address: aws_ebs_volume.large, message: 500 GiB}
  - {policy: big-volumes, status: unknown, path: main.tf, line: 14}
  - {policy: big-volumes, status: pass, address: aws_ebs_volume.small}
""")
    assert sumptuary()[0] == 0
    expect.write_text(expect.read_text().replace("large, message", "small, message"))
    code, out, _ = sumptuary()
    assert code == 1
    assert "expect.yaml: expect[0]: big-volumes: expected fail saying '500 GiB', got pass" in out
    expect.write_text("expect: [{policy: big-volumes, status: fail}]\n")
    code, _, err = sumptuary()
    assert code == 2
    assert "expect.yaml:1:10: expect.0: give path and line, or address" in err


def test_a_former_state_leaves_only_what_is_new(sumptuary: Run) -> None:
    (case() / "main.tf").unlink()
    volume = 'resource "aws_ebs_volume" "NAME" { # expect: big-volumes STATUS\n  size = 500\n}\n'
    for folder in ("before", "after"):
        (case() / folder).mkdir()
        (case() / folder / "a.tf").write_text(volume.replace("NAME", "a").replace("STATUS", "baselined"))
    (case() / "after" / "b.tf").write_text(volume.replace("NAME", "b").replace("STATUS", "fail"))
    (case() / "case.yaml").write_text("{base: before, head: after}\n")
    code, out, _ = sumptuary()
    assert code == 0, out
    (case() / "case.yaml").write_text("base: before\n")
    assert "head names the folder of the new state" in sumptuary()[2]
    (case() / "case.yaml").write_text("{base: befor, head: after}\n")
    assert "there is no folder 'befor'" in sumptuary()[2]


def test_snapshots_are_written_and_differences_shown(sumptuary: Run) -> None:
    (case("whole")).mkdir()
    (case("whole") / "main.tf").write_text(MAIN.replace("# expect:", "#"))
    code, out, _ = sumptuary("--update")
    assert code == 0
    assert out.startswith("pack/tests/big-volumes/whole/snapshot.json: written\n")
    assert sumptuary() == (0, "2 tests of 1 policy: 0 failed\n", "")
    assert sumptuary("--update") == (0, "2 tests of 1 policy: 0 failed\n", ""), "nothing changed"
    held = json.loads((case("whole") / "snapshot.json").read_text())
    assert held["summary"]["violations"]["total"] == 1
    assert "catalogue" not in held
    assert "as_of" not in (case("whole") / "snapshot.json").read_text()
    Path("pack/big-volumes.yaml").write_text(POLICY.replace("severity: high", "severity: low"))
    code, out, _ = sumptuary()
    assert code == 1
    assert "whole/snapshot.json: big-volumes: the report differs (--update takes it over)" in out
    assert '-      "severity": "high",\n+      "severity": "low",' in out
    code, out, _ = sumptuary("--update")
    assert code == 0
    assert "snapshot.json: written anew" in out
    assert '+      "severity": "low",' in out


def test_coverage_says_what_is_left_open(sumptuary: Run) -> None:
    code, out, _ = sumptuary("--coverage")
    assert code == 1
    assert out.splitlines()[:2] == [
        "COVERAGE     FAIL  PASS  UNKNOWN  PARAMETERS  PROFILES  LEVELS  MESSAGE",
        "big-volumes  1/1   1/1   1/1      0/1         0/1       0/1     2/2",
    ]
    assert "big-volumes: no test minds a change of the parameter max\n" in out
    assert "big-volumes: no test uses the profile tight\n" in out
    assert "big-volumes: no test minds a change of the level for pre-commit\n" in out
    Path("pack/big-volumes.yaml").write_text(
        POLICY
        + """\
  tests:
    - {name: just, given: {kind: storage.volume, storage: {size_gib: 100}}, expect: pass}
    - {name: over, given: {kind: storage.volume, storage: {size_gib: 101}}, expect: fail, enforcement: soft-mandatory}
    - {name: tight, profile: tight, given: {kind: storage.volume, storage: {size_gib: 51}}, expect: fail}
    - name: early
      stage: pre-commit
      given: {kind: storage.volume, storage: {size_gib: 101}}
      expect: fail
      enforcement: advisory
"""
    )
    code, out, _ = sumptuary("--coverage")
    assert code == 0, out
    code, out, _ = sumptuary("--coverage", "--format", "json")
    said = json.loads(out)
    assert said["schema"] == "sumptuary.policy-tests/v1"
    assert said["summary"] == {
        "policies": 1,
        "tests": 5,
        "failed": 0,
        "untested": [],
        "holes": 0,
        "mutants": None,
        "right": True,
    }
    assert {"of": "profiles", "name": "tight", "covered": True} in said["policies"][0]["coverage"]


def test_mutants_that_no_test_minds_are_told(sumptuary: Run) -> None:
    code, out, _ = sumptuary("--mutate")
    assert code == 0, "it only reports"
    assert "big-volumes: survived: spec.parameters.max: 100 -> 101\n" in out
    assert "big-volumes: survived: spec.enforcement.stages.pre-commit: advisory taken out\n" in out
    assert "select.environments" not in out, "a test minds these"
    assert sumptuary("--mutate")[1] == out, "the same each time"
    code, out, _ = sumptuary("--mutate", "--min-score", "90")
    assert code == 1
    assert ", less than 90 %\n" in out
    code, out, _ = sumptuary("--mutate", "--format", "json")
    mutants = json.loads(out)["policies"][0]["mutants"]
    assert mutants["tried"] - len(mutants["survivors"]) == mutants["tried"] - mutants["survived"] > 0
    assert sumptuary("--min-score", "high")[0] == 2


def test_junit(sumptuary: Run) -> None:
    (case() / "main.tf").write_text(MAIN.replace("big-volumes skipped", "big-volumes pass"))
    case("idle").mkdir()
    code, out, _ = sumptuary("--format", "junit")
    assert code == 1
    suites = ET.fromstring(out)  # noqa: S314  # of our own making
    assert (suites.get("tests"), suites.get("failures")) == ("2", "2")
    messages = [failure.get("message", "") for failure in suites.iter("failure")]
    assert any("main.tf:19: big-volumes: expected pass, got skipped" in message for message in messages)


def test_only_some_policies(sumptuary: Run) -> None:
    Path("pack/other.yaml").write_text(POLICY.replace("id: big-volumes", "id: other"))
    assert sumptuary()[0] == 1, "the other one has no tests"
    assert sumptuary("--allow-untested")[0] == 0
    assert sumptuary("--only", "big-volumes") == (0, "1 test of 1 policy: 0 failed\n", "")
    code, _, err = sumptuary("--only", "big-volume")
    assert code == 2
    assert "did you mean `big-volumes`?" in err


def test_inline_cases_weigh_savings_and_levels(sumptuary: Run) -> None:
    given = "given: {kind: storage.volume, storage: {size_gib: 101}}, expect: fail"
    tests = f"  tests: [{{name: a, {given}, savings: null}}, {{name: b, {given}, enforcement: audit}}]\n"
    Path("pack/big-volumes.yaml").write_text(POLICY + tests)
    code, out, _ = sumptuary()
    assert code == 1
    assert "big-volumes: b: expected the level audit, got soft-mandatory" in out
    Path("pack/big-volumes.yaml").write_text(POLICY + tests.replace("null", '"120.50"'))
    assert "big-volumes: a: expected a monthly saving of 120.50 USD, got no figure" in sumptuary()[1]
    Path("pack/big-volumes.yaml").write_text(POLICY + f"  tests: [{{name: a, {given}, blocks: true}}]\n")
    assert sumptuary()[0] == 0
    Path("pack/big-volumes.yaml").write_text(POLICY + f"  tests: [{{name: a, {given}, blocks: false}}]\n")
    assert "big-volumes: a: expected it not to block, and it does" in sumptuary()[1]
    Path("pack/big-volumes.yaml").write_text(POLICY + f"  tests: [{{name: a, {given}, profile: tigt}}]\n")
    code, _, err = sumptuary()
    assert code == 2
    assert "there is no profile 'tigt'; did you mean 'tight'?" in err


def test_the_condition_of_a_template_is_mutated_too(sumptuary: Run) -> None:
    Path("pack/big-volumes.yaml").write_text("""\
apiVersion: sumptuary/v1
kind: RuleTemplate
metadata: {id: size-limit, title: Volumes are small}
spec:
  kinds: [storage.volume]
  parameters: {type: object, properties: {max: {type: integer}}, required: [max], additionalProperties: false}
  deny: resource.storage.size_gib > parameters.max
---
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: big-volumes, version: 1.0.0, title: Small, severity: low, category: rightsizing, owner: "@x"}
spec:
  description: Why.
  rule: size-limit
  parameters: {max: 100}
  tests:
    - {name: far below, given: {kind: storage.volume, storage: {size_gib: 5}}, expect: pass}
    - {name: far above, given: {kind: storage.volume, storage: {size_gib: 900}}, expect: fail}
""")
    (case() / "main.tf").unlink()
    case().rmdir()
    code, out, err = sumptuary("--mutate")
    assert code == 0, err
    survived = [line.partition("survived: ")[2] for line in out.splitlines() if "survived" in line]
    assert survived[-1].startswith("size-limit: spec.deny: > -> >= in `")
    assert not any("-> <=" in line for line in survived), "the two cases mind a comparison turned round"


def test_a_plan_is_judged_where_the_case_names_it(sumptuary: Run) -> None:
    (case() / "main.tf").unlink()
    values = {"size": 500, "availability_zone": "us-east-1a"}
    head = {"address": "aws_ebs_volume.a", "mode": "managed", "type": "aws_ebs_volume", "name": "a"}
    head["provider_name"] = "registry.terraform.io/hashicorp/aws"
    plan: dict[str, object] = {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [{**head, "values": values}]}},
        "resource_changes": [
            {**head, "change": {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}}
        ],
        "configuration": {"root_module": {}},
    }
    (case() / "plan.json").write_text(json.dumps(plan))
    (case() / "case.yaml").write_text("paths: [plan.json]\n")
    (case() / "expect.yaml").write_text("expect: [{policy: big-volumes, status: fail, address: aws_ebs_volume.a}]\n")
    code, out, _ = sumptuary()
    assert code == 0, out


def test_the_tests_of_a_project_beside_a_policy_are_not_taken_for_fixtures(
    sumptuary: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("laws.yaml").write_text(POLICY)
    Path("tests/unit").mkdir(parents=True)
    Path("tests/unit/a.js").write_text("call() // expect: 3\n")
    assert program.run(["policies", "test", "laws.yaml", "--allow-untested"]) == 0
    assert "without tests" in capsys.readouterr().out
    Path("pack/pack.yaml").write_text(
        "apiVersion: sumptuary/v1\nkind: Pack\nmetadata: {name: p, layer: organization, owner: x}\nspec: {}\n"
    )
    case().parent.rename("pack/tests/big-volume")
    code, _, err = sumptuary()
    assert code == 2
    assert "pack/tests/big-volume: no policy 'big-volume' is tested here" in err
