"""The GitHub action, run step by step in bash on a repository: its exit code, outputs, summary, comment and manners."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from integrations.github_api import github
from integrations.runner import Runner

TAGS = 'tags = { team = "a", service = "b", environment = "production", cost-center = "1" }'
TAGGED = f'resource "aws_s3_bucket" "tagged" {{\n  {TAGS}\n}}\n'
UNTAGGED = 'resource "aws_s3_bucket" "untagged" {\n}\n'
BROKEN = 'resource "aws_s3_bucket" "broken" {\n  bucket =\n'


class Repository:
    """A git repository, and the runner of a job on it."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "checkout"
        self.path.mkdir()
        self.git("init", "--quiet", "--initial-branch", "main")
        self.runner = Runner(self.path, directory / "runner")

    def git(self, *arguments: str) -> str:
        settings = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *settings, *arguments], cwd=self.path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, files: dict[str, str]) -> str:
        """Commit these files beside what is there; the commit."""
        for name, content in files.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "A commit")
        return self.git("rev-parse", "HEAD")

    def pull_request(self, base: str) -> None:
        """Make this the job of a pull request on that base."""
        self.runner.event = {"pull_request": {"number": 7, "base": {"sha": base}}}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


@pytest.mark.parametrize(
    ("files", "inputs", "code"),
    [
        ({"main.tf": TAGGED}, {}, 0),
        ({"main.tf": UNTAGGED}, {}, 1),
        ({"main.tf": UNTAGGED}, {"fail_on": "hard-mandatory"}, 0),
        ({"main.tf": UNTAGGED}, {"stage": "scheduled"}, 0),
        ({"a/main.tf": UNTAGGED, "b/main.tf": TAGGED}, {"paths": "b"}, 0),
        ({"a/main.tf": UNTAGGED, "b c/main.tf": TAGGED}, {"paths": "  b c \n\na/main.tf"}, 1),
        ({"broken.tf": BROKEN}, {}, 3),
        ({"broken.tf": BROKEN}, {"allow_incomplete": "true"}, 0),
        ({"broken.tf": BROKEN, "main.tf": UNTAGGED}, {}, 1),
    ],
)
def test_the_job_ends_as_the_check_does(
    repository: Repository, files: dict[str, str], inputs: dict[str, str], code: int
) -> None:
    repository.commit(files)
    ran = repository.runner.run(**inputs)
    assert ran.code == code, ran.log
    assert ran.outputs["exit-code"] == str(code)
    report = json.loads(Path(ran.outputs["report"]).read_text())
    assert report["summary"]["exit_code"] == code
    assert ran.outputs["violations"] == str(report["summary"]["violations"]["total"])
    assert ran.outputs["blocking"] == str(report["summary"]["violations"]["blocking"])
    assert ran.outputs["monthly-savings"] == report["summary"]["monthly_savings"]["expected"]
    assert json.loads(Path(ran.outputs["sarif"]).read_text())["version"] == "2.1.0"
    assert ran.summary == Path(ran.outputs["summary"]).read_text() != ""
    assert "Judged" in ran.log


@pytest.mark.parametrize("inputs", [{"policies": "nowhere.yaml"}, {"args": "--no-such-option"}, {"base": "nonsense"}])
def test_a_mistake_is_2_and_says_so_everywhere(repository: Repository, inputs: dict[str, str]) -> None:
    repository.commit({"main.tf": UNTAGGED})
    ran = repository.runner.run(**inputs)
    assert ran.code == 2
    assert ran.outputs["exit-code"] == "2"
    assert ran.outputs["report"] == ran.outputs["violations"] == ran.outputs["sarif"] == ""
    assert "Nothing was judged (exit code 2)" in ran.summary
    assert "::error::sumptuary judged nothing (exit code 2)" in ran.log
    assert ran.used == []


def test_further_arguments_are_one_a_line(repository: Repository) -> None:
    repository.commit(
        {"main.tf": 'variable "t" {\n  type = map(string)\n}\nresource "aws_s3_bucket" "b" {\n  tags = var.t\n}\n'}
    )
    tags = '{ team = "a", service = "b", environment = "dev", cost-center = "1" }'
    assert repository.runner.run(args=f"--var=t={tags}\n--now=2026-11-21").code == 0
    assert repository.runner.run(args='--var\nt={ environment = "prod" }').code == 1


def test_policies_are_one_a_line(repository: Repository) -> None:
    policy = (Path(__file__).parents[2] / "policies" / "usage-optimization" / "missing-ttl.yaml").read_text()
    policy = policy.replace("id: missing-ttl", "id: our-ttl")
    repository.commit({"main.tf": UNTAGGED, "laws/a b.yaml": policy})
    assert repository.runner.run(policies="laws/a b.yaml").code == 0
    assert repository.runner.run(policies="laws/a b.yaml", args="--pack=builtin").code == 1


class TestBase:
    def test_what_stood_before_does_not_block(self, repository: Repository) -> None:
        base = repository.commit({"main.tf": UNTAGGED})
        repository.commit({"other.tf": TAGGED})
        repository.pull_request(base)
        assert repository.runner.run().code == 0
        assert repository.runner.run(base="none").code == 1

    def test_what_the_change_adds_blocks(self, repository: Repository) -> None:
        base = repository.commit({"main.tf": TAGGED})
        repository.commit({"other.tf": UNTAGGED})
        repository.pull_request(base)
        ran = repository.runner.run()
        assert ran.code == 1
        assert ran.outputs["blocking"] == "1"
        assert ran.outputs["monthly-change"] == "0.00"

    def test_what_the_change_costs_is_an_output(self, repository: Repository) -> None:
        server = (
            'provider "aws" {\n  region = "us-east-1"\n}\nresource "aws_instance" "web" {\n  instance_type = "%s"\n}\n'
        )
        base = repository.commit({"main.tf": server % "m5.large"})
        repository.commit({"main.tf": server % "m5.xlarge"})
        repository.pull_request(base)
        outputs = repository.runner.run().outputs
        report = json.loads(Path(outputs["report"]).read_text())
        assert Decimal(outputs["monthly-change"]) > 0
        assert outputs["monthly-change"] == report["comparison"]["monthly_cost_change"]["expected"]

    def test_a_base_that_is_named_wins(self, repository: Repository) -> None:
        old = repository.commit({"main.tf": TAGGED})
        new = repository.commit({"other.tf": UNTAGGED})
        repository.pull_request(new)
        assert repository.runner.run().code == 0
        assert repository.runner.run(base=old).code == 1

    def test_a_merge_group_has_a_base_too(self, repository: Repository) -> None:
        base = repository.commit({"main.tf": UNTAGGED})
        repository.runner.event = {"merge_group": {"base_sha": base}}
        assert repository.runner.run().code == 0

    def test_what_others_merged_since_the_event_is_not_of_the_change(self, repository: Repository) -> None:
        stale = repository.commit({"main.tf": TAGGED})
        repository.git("checkout", "--quiet", "-b", "change")
        repository.commit({"change.tf": "# nothing\n"})
        repository.git("checkout", "--quiet", "main")
        repository.commit({"others.tf": UNTAGGED})
        repository.git("merge", "--quiet", "--no-ff", "--no-edit", "change")
        repository.pull_request(stale)
        assert repository.runner.run().code == 1
        repository.runner.variables["GITHUB_REF"] = "refs/pull/7/merge"
        assert repository.runner.run().code == 0

    def test_a_clone_two_commits_deep_is_enough_for_the_merge(self, tmp_path: Path) -> None:
        origin = Repository(tmp_path)
        stale = origin.commit({"main.tf": UNTAGGED})
        origin.git("checkout", "--quiet", "-b", "change")
        origin.commit({"change.tf": TAGGED})
        origin.git("checkout", "--quiet", "main")
        origin.commit({"others.tf": "# nothing\n"})
        origin.git("merge", "--quiet", "--no-ff", "--no-edit", "change")
        for depth, code in (("1", 2), ("2", 0)):
            clone = tmp_path / f"depth-{depth}"
            origin.git("clone", "--quiet", "--depth", depth, origin.path.as_uri(), str(clone))
            runner = Runner(clone, tmp_path / f"runner-{depth}")
            runner.event = {"pull_request": {"number": 7, "base": {"sha": stale}}}
            runner.variables["GITHUB_REF"] = "refs/pull/7/merge"
            ran = runner.run(comment="false")
            assert ran.code == code, ran.log
            assert ("fetch-depth" in ran.log) is (code == 2)


class TestComment:
    def test_it_is_made_and_kept(self, repository: Repository) -> None:
        base = repository.commit({"main.tf": TAGGED})
        repository.commit({"other.tf": UNTAGGED})
        repository.pull_request(base)
        with github() as api:
            repository.runner.variables["GITHUB_API_URL"] = api.url
            first = repository.runner.run()
            assert first.code == 1
            assert len(api.comments) == 1
            assert "aws_s3_bucket.untagged" in str(api.comments[0]["body"])
            repository.commit({"other.tf": TAGGED.replace("tagged", "other")})
            assert repository.runner.run().code == 0
            assert len(api.comments) == 1
            assert "aws_s3_bucket.untagged" not in str(api.comments[0]["body"])
            assert api.tokens == {"Bearer t0ken"}

    def test_it_says_that_nothing_was_judged(self, repository: Repository) -> None:
        repository.commit({"main.tf": TAGGED})
        repository.pull_request("main")
        with github() as api:
            repository.runner.variables["GITHUB_API_URL"] = api.url
            assert repository.runner.run(policies="nowhere.yaml").code == 2
            assert "Nothing was judged" in str(api.comments[0]["body"])

    @pytest.mark.parametrize(("content", "code"), [(TAGGED, 0), (UNTAGGED, 1)])
    def test_a_token_that_may_not_comment_changes_nothing(
        self, repository: Repository, content: str, code: int
    ) -> None:
        base = repository.commit({"README": "nothing yet"})
        repository.commit({"main.tf": content})
        repository.pull_request(base)
        with github() as api:
            api.read_only = True
            repository.runner.variables["GITHUB_API_URL"] = api.url
            ran = repository.runner.run()
        assert ran.code == code
        assert "::warning::sumptuary did not comment" in ran.log
        assert "t0ken" not in ran.log

    def test_none_is_made_without_a_pull_request_or_a_wish(self, repository: Repository) -> None:
        base = repository.commit({"main.tf": TAGGED})
        with github() as api:
            repository.runner.variables["GITHUB_API_URL"] = api.url
            repository.runner.run()
            repository.pull_request(base)
            repository.runner.run(comment="false")
            assert api.asked == []


def test_findings_are_uploaded_when_wanted(repository: Repository) -> None:
    repository.commit({"main.tf": UNTAGGED})
    assert repository.runner.run().used == []
    ran = repository.runner.run(sarif="true", python_version="3.12")
    assert [one["uses"] for one in ran.used] == ["actions/setup-python@v6", "github/codeql-action/upload-sarif@v4"]
    assert ran.used[1]["sarif_file"] == ran.outputs["sarif"]


HOSTILE = """$(touch pwned) `touch pwned` "; touch pwned; " '; touch pwned; '"""


@pytest.mark.parametrize("name", ["paths", "base", "policies", "stage", "fail_on", "args", "install", "comment_author"])
def test_no_input_is_shell(repository: Repository, name: str) -> None:
    repository.commit({"main.tf": TAGGED})
    ran = repository.runner.run(**{name: HOSTILE})
    assert not list(repository.path.rglob("pwned"))
    assert not list(repository.runner.temporary.glob("pwned"))
    assert ran.code == (0 if name == "comment_author" else 2), ran.log


@pytest.mark.parametrize("name", ["paths", "base", "policies", "stage", "fail_on"])
def test_no_input_but_the_arguments_is_an_option(repository: Repository, name: str) -> None:
    repository.commit({"main.tf": TAGGED})
    ran = repository.runner.run(**{name: "--version"})
    assert ran.code == 2, ran.log


def test_what_is_scanned_gives_the_runner_no_commands(repository: Repository) -> None:
    name = "::error::pwned"
    repository.commit(
        {f"{name}.tf": UNTAGGED.replace("untagged", "x"), "main.tf": f'module "{name}" {{\n  source = "a"\n}}\n'}
    )
    ran = repository.runner.run()
    lines = ran.log.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("::stop-commands::"))
    guard = lines[begin].removeprefix("::stop-commands::")
    assert len(guard) == 32
    end = lines.index(f"::{guard}::")
    heard = [line for line in (*lines[:begin], *lines[end + 1 :]) if line.lstrip().startswith(("::", "##["))]
    assert heard == []
    assert any(name in line for line in lines[begin:end])


def test_it_installs_what_it_is_told_and_nothing_of_the_checkout(repository: Repository, tmp_path: Path) -> None:
    """A wheel without dependencies needs no index; modules of the checkout with the names of Python's are not run."""
    wheel = tmp_path / "sumptuary-9.9-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("fake_sumptuary.py", "def main():\n    print('sumptuary 9.9 of the wheel')\n    return 4\n")
        file.writestr("sumptuary-9.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: sumptuary\nVersion: 9.9\n")
        file.writestr("sumptuary-9.9.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(
            "sumptuary-9.9.dist-info/entry_points.txt", "[console_scripts]\nsumptuary = fake_sumptuary:main\n"
        )
        file.writestr("sumptuary-9.9.dist-info/RECORD", "")
    trap = "open('pwned', 'w').close()\n"
    repository.commit({f"{name}.py": trap for name in ("venv", "pip", "json", "re", "urllib", "sys")})
    ran = repository.runner.run(install=str(wheel))
    assert "sumptuary 9.9 of the wheel" in ran.log, ran.log
    assert ran.code == 4
    assert not (repository.path / "pwned").exists()


def test_it_says_what_is_missing(repository: Repository) -> None:
    repository.commit({"main.tf": TAGGED})
    (repository.runner.temporary / "bin" / "sumptuary").unlink()
    repository.runner.path = f"{repository.runner.temporary / 'bin'}:/usr/bin:/bin"
    ran = repository.runner.run()
    assert ran.code == 2
    assert "sumptuary is not on the search path" in ran.log


def test_packs_out_of_git_are_fetched_before_the_check(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sumptuary.cli import program

    (tmp_path / "laws").mkdir()
    laws = Repository(tmp_path / "laws")
    head = "apiVersion: sumptuary/v1\nkind: Pack\nmetadata: {name: acme, layer: organization}\nspec:\n"
    laws.commit({"pack.yaml": f"{head}  extends: [{{pack: builtin}}]\n  policies: []\n"})
    laws.git("tag", "v1.0.0")
    project = "apiVersion: sumptuary/v1\nkind: Project\nmetadata: {name: shop}\nspec:\n"
    named = f'  packs: [{{pack: "git+file://{laws.path}", version: 1.0.0}}]\n'
    base = repository.commit({"sumptuary.yaml": project + named})
    repository.pull_request(base)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "of the author"))
    assert program.run(["policies", "sync", str(repository.path)]) == 0
    repository.commit({"main.tf": TAGGED})
    ran = repository.runner.run()
    assert ran.code == 0, ran.log
    laws.path.rename(tmp_path / "gone")
    shutil.rmtree(repository.runner.temporary / "cache")
    ran = repository.runner.run()
    assert (ran.code, "Nothing was judged (exit code 2)" in ran.summary) == (2, True), ran.log
