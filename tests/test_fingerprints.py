"""Fingerprints of real trees survive what people do to files without changing what is wrong."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from sumptuary.cli import program
from sumptuary.fingerprint import within

FIXTURES = Path(__file__).parents[1] / "fixtures"
TREES = ("demo", "required-tags/bad", "missing-ttl/bad", "oversized-gpu-for-inference/bad", "commitment-coverage/bad")
BLOCK = re.compile(r"^(?=(?:resource|module|provider|variable|data|locals|output|terraform)\b)", re.MULTILINE)

Change = Callable[[Path, random.Random], None]


def moved_lines(tree: Path, chance: random.Random) -> None:
    for path in [*tree.rglob("*.tf"), *tree.rglob("*.yaml")]:
        if path.name != "sumptuary.yaml":
            path.write_text("# a remark\n" * chance.randint(1, 40) + path.read_text())


def renamed_files(tree: Path, chance: random.Random) -> None:
    for path in tree.rglob("*.tf"):
        path.rename(path.with_name(f"{chance.choice('az')}-{path.name}"))
    for path in tree.rglob("*.yaml"):
        if path.name not in ("sumptuary.yaml", "commitments.yaml") and ".sumptuary" not in path.parts:
            path.rename(path.with_name(f"{chance.choice('az')}-{path.name}"))


def reordered_blocks(tree: Path, chance: random.Random) -> None:
    for path in tree.rglob("*.tf"):
        head, *blocks = BLOCK.split(path.read_text())
        chance.shuffle(blocks)
        path.write_text("\n".join([head, *blocks]))
    for path in tree.rglob("*.yaml"):
        if ".sumptuary" not in path.parts:
            documents = re.split(r"^---\n", path.read_text(), flags=re.MULTILINE)
            chance.shuffle(documents)
            path.write_text("\n---\n".join(one for one in documents if one.strip()))


def one_file(tree: Path, chance: random.Random) -> None:
    for directory in {path.parent for path in tree.rglob("*.tf")}:
        paths = sorted(directory.glob("*.tf"))
        chance.shuffle(paths)
        text = "\n".join(path.read_text() for path in paths)
        for path in paths:
            path.unlink()
        (directory / "all.tf").write_text(text)


def fingerprints(tree: Path, capsys: pytest.CaptureFixture[str], *paths: str) -> Counter[tuple[str, str, str]]:
    capsys.readouterr()
    program.run(["check", *paths, "--now", "2026-11-21", "--format", "json"])
    said = capsys.readouterr()
    assert said.out, said.err
    rows = json.loads(said.out)["violations"]
    return Counter((row["fingerprint"], row["policy"], row["status"]) for row in rows)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def copied(name: str) -> Path:
        tree = tmp_path / "tree"
        shutil.copytree(FIXTURES / name, tree)
        (tree / ".git").mkdir()
        monkeypatch.chdir(tree)
        return tree

    return copied


@pytest.mark.parametrize("name", TREES)
@pytest.mark.parametrize(
    "change", [moved_lines, renamed_files, reordered_blocks, one_file], ids=lambda one: one.__name__
)
def test_what_is_wrong_stays_the_same(
    name: str, change: Change, copy: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    tree = copy(name)
    before = fingerprints(tree, capsys)
    assert before
    chance = random.Random(name)  # noqa: S311  # the same changes each time
    for _ in range(2):
        change(tree, chance)
        assert fingerprints(tree, capsys) == before


def test_from_below_it_is_the_same(
    copy: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = copy("demo")
    before = fingerprints(tree, capsys)
    monkeypatch.chdir(tree / "production")
    assert fingerprints(tree, capsys, "..") == before
    monkeypatch.chdir(tree.parent)
    assert fingerprints(tree, capsys, "tree") == before


GROUP = """\
provider "aws" {
  region = "us-east-1"
}
resource "aws_instance" "a" {
  instance_type = "%s"
  tags          = { environment = "production" }
}
resource "aws_instance" "b" {
  instance_type = "m5.2xlarge"
  tags          = { environment = "production" }
}
"""


def test_a_group_is_the_same_whichever_of_its_resources_it_is_told_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    Path("none.yaml").write_text("[]\n")
    told: list[dict[str, object]] = []
    for size in ("m5.large", "m5.8xlarge"):
        Path("main.tf").write_text(GROUP % size)
        capsys.readouterr()
        program.run(["check", "--now", "2026-11-21", "--format", "json", "--commitments", "none.yaml"])
        rows = json.loads(capsys.readouterr().out)["violations"]
        told += [row for row in rows if row["policy"] == "commitment-coverage"]
    first, second = told
    assert first["resource"]["address"] != second["resource"]["address"]
    assert first["fingerprint"] == second["fingerprint"]


POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: serve, namespace: shop, labels: {workload-type: inference}}
spec:
  replicas: 1
  template:
    spec:
      nodeSelector: {cloud.google.com/gke-accelerator: nvidia-tesla-a100}
      containers:
%s
"""
CONTAINERS = [
    "        - {name: model, image: a, resources: {limits: {nvidia.com/gpu: 1}}}",
    "        - {name: proxy, image: b}",
]


def test_a_sidecar_before_the_container_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    found: list[Counter[tuple[str, str, str]]] = []
    for containers in (CONTAINERS, CONTAINERS[::-1], CONTAINERS[:1]):
        Path("a.yaml").write_text(POD % "\n".join(containers))
        found.append(fingerprints(tmp_path, capsys))
    assert found[0]
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("prefix", "path", "found"),
    [
        (".", "infra", "infra"),
        (".", ".", "."),
        ("infra", "..", "."),
        ("infra", "../live/prod", "live/prod"),
        ("..", "shop/infra", "infra"),
        ("..", "shop", "."),
        ("../..", "code/shop/infra", "infra"),
        ("../aside", "../shop/infra", "infra"),
    ],
)
def test_a_path_is_told_from_the_root_of_the_checkout(prefix: str, path: str, found: str) -> None:
    assert within(prefix, path) == found
