"""The worked example of a package of rules and policies: built, installed without a network, and used."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "integrations" / "rule-package"
Run = Callable[..., "subprocess.CompletedProcess[str]"]

TREE = """\
provider "aws" {
  region = "us-east-1"
}
resource "aws_cloudwatch_log_group" "api" {
  name = "/acme/api"
}
resource "aws_cloudwatch_log_group" "short" {
  name              = "/acme/short"
  retention_in_days = 14
}
resource "aws_ebs_volume" "data" {
  availability_zone = "us-east-1a"
  size              = 100
  type              = "gp2"
}
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package is installed: a directory of its own, which stands for a virtual environment's."""
    source = tmp_path_factory.mktemp("source") / "rule-package"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__"))
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*command, "--disable-pip-version-check", "--target", str(target), str(source)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return target


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Run:
    """Runs a command in a checkout of its own, with the package installed."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_text(TREE)

    def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(installed), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    return ran


def test_the_rule_and_the_template_are_listed(run: Run) -> None:
    listed = run("sumptuary", "rules", "list", "--pack", "acme").stdout
    assert re.search(r"^acme-log-retention +Logs are deleted some day$", listed, re.MULTILINE)
    assert re.search(r"^acme-volume-type +its type has a cheaper successor$", listed, re.MULTILINE)
    assert re.search(r"^required-tags ", listed, re.MULTILINE)
    page = run("sumptuary", "rules", "show", "acme-log-retention").stdout
    assert "max_days (int; by default 90)" in page


def test_the_pack_is_held_against_files(run: Run) -> None:
    for _ in ("compiled", "from the bundle"):
        done = run("sumptuary", "check", "--pack", "acme", "--format", "json", "main.tf")
        assert done.returncode == 1, done.stderr
        report = json.loads(done.stdout)
        found = {one["policy"]: one for one in report["violations"]}
        assert set(found) == {"acme-logs-end", "acme-volumes-are-gp3"}
        assert found["acme-logs-end"]["message"] == "aws_cloudwatch_log_group.api keeps its logs: for ever"
        assert found["acme-volumes-are-gp3"]["rule"] == "acme-volume-type"
        assert float(found["acme-volumes-are-gp3"]["savings"]["standalone"]["expected"]) > 0
        assert [one["location"]["line"] for one in (found["acme-logs-end"], found["acme-volumes-are-gp3"])] == [4, 14]


def test_a_project_names_the_pack(run: Run, tmp_path: Path) -> None:
    (project,) = re.findall(r"^```yaml\n(.*?)^```", (PACKAGE / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "sumptuary.yaml").write_text(project)
    listed = run("sumptuary", "policies", "list").stdout
    assert "acme-logs-end" in listed
    assert "required-tags" in listed


def test_the_packages_own_tests_pass(run: Run, installed: Path) -> None:
    done = run("sumptuary", "policies", "test", str(installed / "acme_pack"))
    assert done.returncode == 0, done.stdout + done.stderr
    done = run("pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(PACKAGE / "tests"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_the_package_its_policies_say_what_they_lack(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sumptuary", "policies", "validate", str(PACKAGE / "acme_pack")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 2
    assert "no rule 'acme-log-retention' is installed" in done.stdout + done.stderr
