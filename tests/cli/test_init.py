"""``sumptuary init`` on small repositories: what it chooses and why, what it writes, and what it will not."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from sumptuary.cli import program
from sumptuary.cli.inputs import TERRAFORM
from sumptuary.cli.insertion import with_hook
from sumptuary.cli.survey import survey
from sumptuary.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
FOR_EDITORS = {".sumptuary/schemas/Project.json", ".sumptuary/schemas/document.json"}
WRITTEN = {*FOR_EDITORS, "sumptuary.yaml", ".pre-commit-config.yaml", ".github/workflows/sumptuary.yml"}
SERVER = (
    'resource "aws_instance" "web" {\n  ami = "ami-1"\n  instance_type = "m6i.large"\n  tags = { Team = "web" }\n}\n'
)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout on GitHub, which is the working directory."""
    root = tmp_path / "estate"
    config = '[core]\n\tbare = false\n[remote "up"]\n\turl = x:y/else.git\n'
    config += '[remote "origin"]\n\turl = git@github.com:acme/shop.git\n'
    files(root, {".git/config": config})
    monkeypatch.chdir(root)
    return root


def files(root: Path, content: dict[str, str]) -> None:
    for name, text in content.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def tree(root: Path) -> dict[str, str]:
    """Every file of a repository but git's, and what it holds."""
    paths = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.relative_to(root).parts)
    return {path.relative_to(root).as_posix(): path.read_bytes().decode() for path in paths}


def init(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = program.run(["init", *arguments])
    said = capsys.readouterr()
    return code, said.out + said.err


def project(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / "sumptuary.yaml").read_text(encoding="utf-8"))
    return found


def provider(region: str, alias: str = "") -> str:
    named = f'  alias = "{alias}"\n' if alias else ""
    return f'provider "aws" {{\n{named}  region = {region}\n}}\n'


def checks(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The report of a check with the settings that were written, which must load."""
    assert program.run(["check", "--format", "json"]) in (0, 1, 3)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_an_empty_repository_gets_files_that_load(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = init(capsys)
    assert code == 0
    assert set(tree(repository)) == WRITTEN
    assert project(repository) == {
        "apiVersion": "sumptuary/v1",
        "kind": "Project",
        "metadata": {"name": "shop"},
        "spec": {},
    }
    assert "no Terraform and no Kubernetes manifests here yet" in said
    assert program.run(["policies", "validate", "sumptuary.yaml"]) == 0
    capsys.readouterr()
    assert checks(capsys)["summary"]["exit_code"] == 0


def test_a_directory_that_is_no_checkout_gets_no_workflow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files(tmp_path / "on: #", {"main.tf": SERVER})
    monkeypatch.chdir(tmp_path)
    code, said = init(capsys, "on: #")
    assert code == 0
    assert "no workflow: there is no .github" in said
    assert set(tree(tmp_path / "on: #")) == {*FOR_EDITORS, "main.tf", "sumptuary.yaml", ".pre-commit-config.yaml"}
    assert project(tmp_path / "on: #")["metadata"]["name"] == "on: #"


def test_the_region_of_most_provider_blocks_holds(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files(
        repository,
        {
            "a/main.tf": provider('"us-east-1"') + SERVER,
            "b/main.tf": provider('"us-east-1"') + SERVER,
            "c/main.tf": provider('"us-east-1"') + provider('"eu-west-1"', "eu") + SERVER,
            "d/main.tf": provider("var.region") + 'variable "region" {}\n' + SERVER,
            "unsaid/main.tf": SERVER,
        },
    )
    code, said = init(capsys)
    assert code == 0
    assert "region us-east-1 for aws: 3 of 5 provider blocks say so" in said
    assert project(repository)["spec"]["context"] == {"aws": {"region": "us-east-1"}}
    priced = checks(capsys)["summary"]["monthly_cost"]["priced"]
    assert priced == 4, "the one without a provider block has the region of the settings, that of a variable has not"


def test_divided_regions_choose_none(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files(
        repository,
        {"a/main.tf": provider('"us-east-1"') + SERVER, "b/main.tf": provider('"eu-west-1"') + SERVER},
    )
    _, said = init(capsys)
    assert "no region for aws: its provider blocks are divided" in said
    assert "eu-west-1 1" in said


def test_what_variables_come_to_is_known_of_resources(repository: Path) -> None:
    local = 'locals {\n  region = "eu-west-3"\n}\n' + provider("local.region")
    files(repository, {f"{name}/main.tf": local + SERVER for name in "abc"})
    region = survey(str(repository)).regions["aws"]
    assert (region.value, region.why) == ("eu-west-3", "3 of 3 resources say so")


def test_divided_settings_are_empty(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files(repository, {"a/main.tf": provider('"us-east-1"'), "b/main.tf": provider('"eu-west-1"')})
    init(capsys)
    assert project(repository)["spec"] == {}


@pytest.mark.parametrize(
    ("directories", "wanted"),
    [
        (["live/prod/a", "live/prod/b/c", "live/dev/a"], {"production": "live/prod/**", "dev": "live/dev/**"}),
        (["a/prod", "b/prod", "a/products"], {"production": "**/prod/**"}),
        (["a/prod", "b/production", "a/other"], {"production": "**/prod*/**"}),
        (["a-prod", "b-prod", "a-dev"], {"production": "**-prod/**"}),
        (["modules/a", "infra"], {}),
        (["envs/test", "envs/prod"], {"production": "envs/prod/**", "test": "envs/test/**"}),
        (["prod/dev-tools", "live/gpu-test", "x"], {"production": "prod/**"}),
        (["eu_staging/a", "us_staging/a", "eu_prod/a"], {"production": "eu_prod/**", "staging": "**_staging/**"}),
    ],
)  # fmt: skip
def test_environments_from_directories(
    repository: Path, capsys: pytest.CaptureFixture[str], directories: list[str], wanted: dict[str, str]
) -> None:
    files(repository, {f"{directory}/main.tf": SERVER for directory in directories})
    found = survey(str(repository)).environments
    assert {name: choice.value for name, choice in found.items()} == wanted
    assert init(capsys)[0] == 0
    told = program.run(["resources"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told == 0
    for row in rows:
        expected = {name for name in wanted if row["environment"] == name} or {None}
        assert row["environment"] in expected
    assert {row["environment"] for row in rows} - {None} == set(wanted), "each pattern does what it says"


def test_an_environment_that_no_pattern_tells_is_left_open(repository: Path) -> None:
    files(repository, {f"{name}/main.tf": SERVER for name in ("a/prod", "b/live", "c/prd", "d/other")})
    told = survey(str(repository))
    assert told.environments == {}
    assert any(note.startswith("no directory for production: no single pattern holds a/prod") for note in told.notes)


def test_examples_and_tests_are_excluded_with_their_share(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files(
        repository,
        {
            "main.tf": SERVER,
            "vars.tf": "",
            "more.tf": "",
            "examples/full/main.tf": SERVER,
            "modules/a/test/main.tf": SERVER,
        },
    )
    _, said = init(capsys)
    assert "excluded **/test/** and examples/**: 40 % of the Terraform files" in said
    report = checks(capsys)
    assert report["summary"]["resources"] == 1
    assert any("left out, as the project excludes" in note for note in report["coverage"]["notes"])


def test_a_module_judged_through_its_examples_is_not_excluded(repository: Path) -> None:
    files(
        repository,
        {
            "main.tf": SERVER,
            "examples/full/main.tf": provider('"us-east-1"') + 'module "m" {\n  source = "../../"\n}\n',
        },
    )
    told = survey(str(repository))
    assert told.excluded == []
    assert "examples/** not excluded: no resource would be left" in told.notes


def test_tags_in_use_become_facts(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tagged = SERVER.replace(
        'Team = "web"',
        'Squad = "web", Stage = "production", CostCenter = "7", "delete-after" = "2020-01-01", Env = "prod"',
    )
    files(repository, {"main.tf": provider('"us-east-1"') + tagged})
    _, said = init(capsys)
    assert "facts: team is read from team, Squad: tag Squad on 1 resource" in said
    assert "read as they are, whatever their case: tag Env on 1 resource" in said
    assert "required-tags asks for cost-center, and you have tag CostCenter on 1 resource" in said
    facts = project(repository)["spec"]["facts"]
    assert facts == {
        "environment": ["environment", "env", "Stage"],
        "team": ["team", "Squad"],
        "expires-at": ["expires_at", "expires", "delete-after"],
    }
    program.run(["resources"])
    row = json.loads(capsys.readouterr().out)
    assert (row["team"], row["environment"]) == ("web", "production")
    assert row["facets"]["lifetime"]["expires_at"] == "2020-01-01"


POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: {name}, annotations: {{{note}: "x"}}}}
spec:
  containers:
    - {{name: a, image: b, resources: {{requests: {{cpu: "1", memory: 2Gi}}}}}}
"""
POOL = """\
resource "aws_eks_node_group" "a" {
  cluster_name = "c"
  instance_types = ["m6i.2xlarge"]
  scaling_config {
    min_size = 1
    max_size = 1
    desired_size = 1
  }
}
"""


def test_the_cloud_under_a_cluster_where_it_is_evident(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files(
        repository,
        {
            "main.tf": provider('"us-east-1"') + POOL,
            "deploy/a.yaml": POD.format(name="a", note="eks.amazonaws.com/compute-type"),
            "deploy/b.yaml": POD.format(name="b", note="other"),
        },
    )
    _, said = init(capsys)
    assert "kubernetes: on aws, nodes m6i.2xlarge: 1 manifest names its parts" in said
    assert project(repository)["spec"]["context"]["kubernetes"] == {
        "provider": "aws",
        "region": "us-east-1",
        "node_types": ["m6i.2xlarge"],
    }
    assert checks(capsys)["summary"]["monthly_cost"]["unpriced"] == 0


@pytest.mark.parametrize("notes", [("one", "two"), ("cloud.google.com/x", "eks.amazonaws.com/y")])
def test_the_cloud_under_a_cluster_is_not_guessed(repository: Path, notes: tuple[str, ...]) -> None:
    files(repository, {f"{n}.yaml": POD.format(name=f"p{n}", note=note) for n, note in enumerate(notes)})
    told = survey(str(repository))
    assert told.cluster is None
    assert any("the cloud under the cluster is not evident" in note for note in told.notes)


def test_a_dry_run_shows_all_and_writes_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files(repository, {"main.tf": SERVER})
    code, said = init(capsys, "--dry-run")
    assert code == 0
    assert set(tree(repository)) == {"main.tf"}
    for name in WRITTEN - FOR_EDITORS:
        assert f"+++ b/{name}" in said
    assert "+kind: Project" in said


def test_what_is_there_is_not_written_over(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files(repository, {"sumptuary.yaml": "mine\n", ".github/workflows/sumptuary.yml": "mine too\n"})
    before = tree(repository)
    for arguments in ((), ("--dry-run",)):
        code, said = init(capsys, *arguments)
        assert code == 2
        assert "sumptuary.yaml and .github/workflows/sumptuary.yml are there already, so nothing was written" in said
        assert "--force writes over it" in said
        assert tree(repository) == before
    code, said = init(capsys, "--force")
    assert code == 0
    assert "wrote over sumptuary.yaml" in said
    assert project(repository)["kind"] == "Project"


def test_a_second_time_changes_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files(repository, {"live/prod/main.tf": provider('"us-east-1"') + SERVER, "examples/main.tf": SERVER})
    assert init(capsys)[0] == 0
    before = tree(repository)
    code, said = init(capsys)
    assert code == 0
    assert tree(repository) == before
    assert said.count("is already as it would be written") == 4
    assert ".pre-commit-config.yaml has a hook of sumptuary already" in said


def test_parts_can_be_left_out(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(capsys, "--no-hook", "--no-workflow", "--no-schemas")[0] == 0
    assert set(tree(repository)) == {"sumptuary.yaml"}


def test_an_editor_finds_the_schema_that_the_settings_name(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files(repository, {"main.tf": provider('"us-east-1"') + SERVER})
    _, said = init(capsys, "--dry-run")
    assert "would write .sumptuary/schemas/Project.json, a schema for editors" in said
    init(capsys)
    first = (repository / "sumptuary.yaml").read_text().splitlines()[0]
    name = first.removeprefix("# yaml-language-server: $schema=")
    schema = json.loads((repository / name).read_text())
    jsonschema.validate(project(repository), schema)
    anything = json.loads((repository / ".sumptuary/schemas/document.json").read_text())
    jsonschema.validate(project(repository), anything)


def test_schemas_are_brought_up_to_date_without_force(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init(capsys)
    old = repository / ".sumptuary" / "schemas" / "Project.json"
    now = old.read_text()
    old.write_text("{}")
    code, said = init(capsys)
    assert code == 0
    assert "wrote over .sumptuary/schemas/Project.json" in said
    assert old.read_text() == now


def test_from_below_the_root_the_files_are_at_the_root(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files(repository, {"infra/main.tf": SERVER})
    monkeypatch.chdir(repository / "infra")
    assert init(capsys)[0] == 0
    assert set(tree(repository)) == {*WRITTEN, "infra/main.tf"}


def test_the_check_afterwards_says_what_would_block(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files(repository, {"main.tf": provider('"us-east-1"') + SERVER})
    _, said = init(capsys)
    report = checks(capsys)
    blocking = report["summary"]["violations"]["blocking"]
    assert blocking > 0
    assert f"next: {blocking} would block." in said
    assert "--base REF" in said
    assert "YOUR-ORGANISATION" in said


def test_gitlab_gets_a_file_to_include(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files(
        repository,
        {".gitlab-ci.yml": "stages: [test]\n", ".git/config": '[remote "origin"]\nurl = https://gitlab.x/a/b\n'},
    )
    code, said = init(capsys)
    assert code == 0
    assert set(tree(repository)) == {
        *FOR_EDITORS,
        ".gitlab-ci.yml",
        ".gitlab/sumptuary.gitlab-ci.yml",
        ".pre-commit-config.yaml",
        "sumptuary.yaml",
    }
    assert "- local: /.gitlab/sumptuary.gitlab-ci.yml" in said
    assert (repository / ".gitlab-ci.yml").read_text() == "stages: [test]\n"
    (include,) = yaml.safe_load((repository / ".gitlab/sumptuary.gitlab-ci.yml").read_text())["include"]
    template = ROOT / "integrations" / "gitlab" / "templates" / "sumptuary.yml"
    assert include["file"] == f"/{template.relative_to(ROOT).as_posix()}"
    taken = next(iter(yaml.safe_load_all(template.read_text(encoding="utf-8"))))["spec"]["inputs"]
    assert set(include["inputs"]) <= set(taken)


def test_the_workflow_runs_on_what_is_read_as_the_example_of_it_does(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init(capsys)[0] == 0
    example = ROOT / "integrations" / "github" / "pull-request.yml"
    written, shown = (
        # YAML 1.1 reads the key ``on`` as true
        yaml.safe_load(path.read_text(encoding="utf-8"))[True]["pull_request"]["paths"]
        for path in (repository / ".github/workflows/sumptuary.yml", example)
    )
    assert written == shown
    for name in (*TERRAFORM, ".hcl", ".yaml", ".yml"):
        assert f"**{name}" in written


def test_the_workflow_gives_the_action_only_what_it_takes(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init(capsys)
    workflow = yaml.safe_load((repository / ".github/workflows/sumptuary.yml").read_text())
    action = yaml.safe_load((ROOT / "integrations" / "github" / "action.yml").read_text(encoding="utf-8"))
    (step,) = (step for step in workflow["jobs"]["check"]["steps"] if "sumptuary" in step["uses"])
    assert step["uses"].startswith("YOUR-ORGANISATION/sumptuary/integrations/github@v")
    assert set(step["with"]) <= set(action["inputs"])


OTHERS = """\
# our hooks
default_language_version: {python: python3}   # pinned

repos:
- repo:   https://github.com/psf/black   # formatting
  rev: 24.1.0
  hooks:
  - id: black

  # the last one
- repo: local
  hooks:
  - {id: a, name: a, entry: "true", language: system}

# settings of CI
ci:
    autofix_prs: false
"""


@pytest.mark.parametrize(
    "text",
    [
        OTHERS,
        OTHERS.replace("\n", "\r\n"),
        OTHERS.partition("\n# settings")[0],
        "repos:\n      # deep\n      - repo: local\n        hooks: []\n      # the end\n\nci: {}\n",
        "repos: []\n",
        "repos:\n",
        "fail_fast: true",
        "",
        "repos: # none yet\n\nfail_fast: true\n",
        '"repos":\n  - repo: local\n    hooks: []\n',
    ],
)
def test_an_entry_is_added_and_nothing_else_changes(text: str) -> None:
    made = with_hook(text, "x")
    assert made is not None
    before, after = yaml.safe_load(text) or {}, yaml.safe_load(made)
    (*kept, ours) = after.pop("repos")
    assert kept == (before.pop("repos", None) or [])
    assert after == before
    assert [hook["id"] for hook in ours["hooks"]] == ["sumptuary"]
    lines = iter(made.splitlines())
    for line in text.replace("repos: []", "repos:").splitlines():
        assert line in lines, "every line is there, in its order"
    assert ("\r\n" in text) == ("\r\n" in made)
    assert made.count("\r\n") in (0, made.count("\n")), "line ends are not mixed"
    assert with_hook(made, "x") is None, "it is there now"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("repos: [{repo: local, hooks: []}]\n", "not written as a block"),
        ("repos: {}\n", "its `repos` is no list"),
        ("- repos\n", "it is not a map"),
        ("repos: [\n", "it is not valid YAML"),
        ("a: &a [1]\nb: *a\n", "it has YAML aliases"),
        ("{repos: []}\n", "not written as a block"),
        ("a: |\n  repos:\nrepos:\n    -\n      repo: local\n      hooks: []\n---\nb: 1\n", "it is not valid YAML"),
        ("x: " + "[" * 5000 + "\n", "it is not valid YAML"),
    ],
)
def test_what_nothing_can_be_added_to_is_named(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        with_hook(text, "there")
    assert "--no-hook" in caught.value.hint
    assert "- id: sumptuary" in caught.value.hint


@pytest.mark.parametrize(
    "entry",
    [
        "- repo: https://github.com/acme/sumptuary\n    rev: v1\n    hooks: [{id: sumptuary-all}]",
        "- repo: git@git.example:finops/sumptuary.git\n    rev: v1\n    hooks: []",
        "- repo: local\n    hooks: [{id: sumptuary, name: x, entry: y, language: system}]",
    ],
)
def test_an_entry_that_is_there_is_seen(entry: str) -> None:
    assert with_hook(f"repos:\n  {entry}\n", "x") is None


def test_a_configuration_with_comments_keeps_them(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files(repository, {".pre-commit-config.yaml": OTHERS})
    os.chmod(repository / ".pre-commit-config.yaml", 0o640)
    code, said = init(capsys)
    assert code == 0
    assert "added the hook to .pre-commit-config.yaml" in said
    made = (repository / ".pre-commit-config.yaml").read_text()
    start, _, end = made.partition("- repo: https://github.com/YOUR-ORGANISATION")
    assert OTHERS.startswith(start)
    assert OTHERS.endswith(end.partition("- id: sumptuary")[2].partition("\n")[2])
    assert stat.S_IMODE((repository / ".pre-commit-config.yaml").stat().st_mode) == 0o640


def test_a_bad_hook_configuration_stops_before_anything_is_written(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files(repository, {".pre-commit-config.yaml": "repos: ["})
    code, said = init(capsys)
    assert code == 2
    assert "it is not valid YAML" in said
    assert set(tree(repository)) == {".pre-commit-config.yaml"}


@pytest.mark.parametrize("name", ["sumptuary.yaml", ".pre-commit-config.yaml", ".github"])
def test_nothing_is_written_through_a_link(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    outside = tmp_path / "outside"
    files(outside, {"target": "keep\n"})
    (repository / name).symlink_to(outside if name == ".github" else outside / "target")
    code, said = init(capsys, "--force")
    assert code == 2
    assert "nothing is written through links" in said
    assert tree(outside) == {"target": "keep\n"}
    assert not [path for path in repository.iterdir() if path.name not in (".git", name)]


@pytest.mark.parametrize("name", ["sumptuary.yaml", ".github/workflows"])
def test_what_stands_in_the_way_is_named(repository: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    if name == "sumptuary.yaml":
        (repository / name).mkdir()
    else:
        files(repository, {name: "a file"})
    code, said = init(capsys, "--force")
    assert code == 2
    assert name in said
    assert not (repository / ".pre-commit-config.yaml").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_without_leave_to_write_nothing_is_written(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.chmod(repository, 0o500)
    try:
        code, said = init(capsys)
    finally:
        os.chmod(repository, 0o700)
    assert code == 2
    assert "it may not be written" in said
    assert not tree(repository)


def test_without_leave_to_write_into_a_directory(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As above, for those who run the tests as root: only the system's answer is a stand-in."""

    def access(path: str, _: int) -> bool:
        return not path.endswith("workflows")

    monkeypatch.setattr(os, "access", access)
    files(repository, {".github/workflows/ci.yml": "on: push\n"})
    code, said = init(capsys)
    assert code == 2
    assert "it may not be written" in said
    assert set(tree(repository)) == {".github/workflows/ci.yml"}


@pytest.mark.parametrize("path", ["no/such", "file"])
def test_a_path_that_is_no_directory_is_refused(
    repository: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    files(repository, {"file": ""})
    code, said = init(capsys, path)
    assert code == 2
    assert path in said


def test_what_is_scanned_cannot_reach_the_terminal_or_the_settings(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tag's key is quoted in the settings, and a remark stays a remark."""
    hostile = 'Squad" : x\\n- \\u001b[31m'
    files(
        repository,
        {"main.tf": SERVER.replace('Team = "web"', '"squad" = "a", "Squad" = "b"'), "dev\x1b[31m\n/main.tf": SERVER},
    )
    files(repository, {".git/config": f'[remote "origin"]\nurl = git@github.com:a/{hostile}: #\x1b[1m.git\n'})
    code, said = init(capsys)
    assert code == 0
    assert "\x1b" not in said
    assert program.run(["policies", "validate", "sumptuary.yaml"]) == 0
    assert set(project(repository)) == {"apiVersion", "kind", "metadata", "spec"}


def test_no_temporary_file_is_left_behind(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    code, said = init(capsys)
    assert code == 2
    assert "No space left on device" in said
    assert not tree(repository)


def test_packs_of_an_organisation_are_named_and_not_fetched(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files(repository, {"main.tf": SERVER})
    code, said = init(capsys, "--pack", "git+https://git.example/laws@v1.2.0#subdirectory=org", "--pack", "builtin")
    assert code == 0
    assert project(repository)["spec"]["packs"] == [
        {"pack": "git+https://git.example/laws#subdirectory=org", "version": "1.2.0"}, {"pack": "builtin"}
    ]  # fmt: skip
    assert "next: `sumptuary policies sync` fetches the packs and pins them in sumptuary.lock" in said
    assert "`sumptuary check` now says" not in said, "it would only say that they are not here"


@pytest.mark.parametrize(
    ("pack", "message"),
    [
        ("git+https://git.example/laws", "a pack from git is pinned"),
        ("https://git.example/laws", "a pack comes from a directory, an installed package, or git+https://"),
        ("../laws", "there is no pack '../laws'"),
    ],
)
def test_a_pack_that_cannot_be_is_refused_before_anything_is_written(
    repository: Path, capsys: pytest.CaptureFixture[str], pack: str, message: str
) -> None:
    code, said = init(capsys, "--pack", pack)
    assert (code, message in said, tree(repository)) == (2, True, {})
