"""The hooks as a user has them: pre-commit installs this repository into an environment and runs it on a commit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent

VIOLATING = """\
resource "aws_instance" "trainer" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "p4d.24xlarge"
}
"""
WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat}
spec: {template: {spec: {containers: [{name: chat, image: chat}]}}}
"""
OTHER_YAML = """\
services: {web: {image: nginx}}
"""
CLEAN = """\
variable "unused" {
  default = 1
}
"""


def git(directory: Path, *arguments: str) -> str:
    settings = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false"]
    command = ["git", *settings, *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=True).stdout


def hooks() -> list[dict[str, object]]:
    found = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, list)
    return found


def test_the_hooks_are_the_two_that_are_promised() -> None:
    by_id = {hook["id"]: hook for hook in hooks()}
    assert set(by_id) == {"sumptuary", "sumptuary-all"}
    assert by_id["sumptuary"]["pass_filenames"] is True
    assert by_id["sumptuary-all"]["pass_filenames"] is False


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: str(hook["id"]))
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("main.tf", True),
        ("a/b/main.tofu", True),
        ("main.tf.json", True),
        ("prod.tfvars", True),
        ("prod.tfvars.json", True),
        ("deploy/app.yaml", True),
        ("deploy/app.yml", True),
        ("terraform.tfstate", False),
        ("main.tf.bak", False),
        ("package.json", False),
        ("yaml.md", False),
    ],
)
def test_which_files_wake_a_hook(hook: dict[str, object], name: str, wanted: bool) -> None:
    import re

    assert bool(re.search(str(hook["files"]), name)) is wanted


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work tree as a repository of its own: pre-commit installs from commits only."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("this is no git checkout, and pre-commit installs from git")
    target = tmp_path_factory.mktemp("sumptuary")
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, listed):
        source = ROOT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    git(target, "init", "--quiet")
    git(target, "add", "--all", "--force")
    git(target, "commit", "--quiet", "--message", "The work tree")
    return target


@pytest.fixture(scope="session")
def pre_commit_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps what it installs; skips, visibly, where pip reaches no index to install from."""
    probe = tmp_path_factory.mktemp("index")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(probe), "pyyaml"]
    reached = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if reached.returncode != 0:
        pytest.skip("pip reaches no package index, which a hook's environment is installed from")
    return tmp_path_factory.mktemp("pre-commit-home")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository of a user: a changed file that breaks a law, and one that does too but is not changed."""
    (tmp_path / "gpu").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "main.tf").write_text(VIOLATING.replace("trainer", "elsewhere"))
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "What was there")
    (tmp_path / "gpu" / "main.tf").write_text(VIOLATING)
    (tmp_path / "gpu" / "variables.tf").write_text(CLEAN)
    (tmp_path / "deploy.yaml").write_text(WORKLOAD)
    (tmp_path / "compose.yml").write_text(OTHER_YAML)
    git(tmp_path, "add", "--all")
    return tmp_path


def try_repo(project: Path, clone: Path, home: Path, hook: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PRE_COMMIT_HOME": str(home), "PRE_COMMIT_COLOR": "never"}
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(clone), hook, "--verbose"]
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, timeout=600, check=False
    )


def test_the_hook_on_changed_files(project: Path, clone: Path, pre_commit_home: Path) -> None:
    ran = try_repo(project, clone, pre_commit_home, "sumptuary")
    assert "gpu/main.tf" in ran.stdout, ran.stdout + ran.stderr
    assert "aws_instance.trainer" in ran.stdout
    assert "aws_instance.elsewhere" not in ran.stdout
    assert "Deployment/chat" in ran.stdout
    assert "no Kubernetes object in 1 file: compose.yml" in ran.stdout
    assert "exit code: 2" not in ran.stdout
    assert "exit code: 4" not in ran.stdout


def test_the_hook_on_the_whole_tree(project: Path, clone: Path, pre_commit_home: Path) -> None:
    ran = try_repo(project, clone, pre_commit_home, "sumptuary-all")
    assert "aws_instance.trainer" in ran.stdout, ran.stdout + ran.stderr
    assert "aws_instance.elsewhere" in ran.stdout


def test_a_blocking_violation_stops_the_commit(project: Path, clone: Path, pre_commit_home: Path) -> None:
    policy = project / ".sumptuary" / "strict.yaml"
    policy.parent.mkdir()
    policy.write_text(
        "apiVersion: sumptuary/v1\n"
        "kind: Policy\n"
        "metadata: {id: team-tag, version: 1.0.0, title: Everything has a team, severity: high, category: allocation,"
        " owner: '@finops'}\n"
        "spec:\n"
        "  description: Cost without an owner is nobody's.\n"
        "  select: {kinds: [compute.instance]}\n"
        "  rule: required-tags\n"
        "  parameters: {tags: [team]}\n"
        "  enforcement: {default: hard-mandatory}\n"
    )
    git(project, "add", "--all")
    ran = try_repo(project, clone, pre_commit_home, "sumptuary")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "exit code: 1" in ran.stdout
    assert "team-tag [blocks]" in ran.stdout
