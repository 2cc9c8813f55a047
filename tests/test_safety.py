"""The promises of safety and the exit codes, held against the program as a user runs it: a tree in, an answer out."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

POLICY = """\
apiVersion: sumptuary/v1
kind: Policy
metadata: {{id: team-tag, version: 1.0.0, title: All has a team, severity: high, category: allocation, owner: "@f"}}
spec:
  description: Cost without an owner is nobody's.
  select: {{kinds: [compute.instance]}}
  rule: required-tags
  parameters: {{tags: [team]}}
  enforcement: {{default: {level}}}
"""
GOOD = 'resource "aws_instance" "good" {\n  instance_type = "t3.micro"\n  tags = { team = "web" }\n}\n'
BAD = 'resource "aws_instance" "bad" {\n  instance_type = "t3.micro"\n}\n'
BROKEN = 'resource "aws_instance" "broken" {\n  instance_type = \n'


class Tree:
    """A scanned tree with a policy beside it, not in it."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "tree"
        self.root.mkdir()
        self.policies = directory / "policies"
        self.policies.mkdir()
        self.policy("hard-mandatory")
        self.cache = directory / "cache"

    def policy(self, level: str) -> None:
        (self.policies / "team.yaml").write_text(POLICY.format(level=level))

    def write(self, files: dict[str, str | bytes]) -> Tree:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def run(self, *options: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "sumptuary", "check", "--policies", str(self.policies), *options]
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.cache), **(env or {})}
        return subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    def report(self, *options: str, env: dict[str, str] | None = None) -> dict[str, object]:
        ran = self.run("--format", "json", *options, env=env)
        assert "Traceback" not in ran.stderr
        found = json.loads(ran.stdout)
        assert isinstance(found, dict)
        assert found["summary"]["exit_code"] == ran.returncode
        return found

    def digest(self) -> str:
        """What is in the tree: names, contents, and that nothing is newer."""
        found = hashlib.sha256()
        for path in sorted(self.root.rglob("*")):
            found.update(f"{path.relative_to(self.root)} {path.lstat().st_mtime_ns}".encode())
            if path.is_file() and not path.is_symlink():
                found.update(path.read_bytes())
        return found.hexdigest()


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.mark.parametrize(
    ("files", "options", "code"),
    [
        ({"main.tf": GOOD}, [], 0),
        ({"main.tf": BAD}, [], 1),
        ({"main.tf": GOOD, "broken.tf": BROKEN}, [], 3),
        ({"main.tf": BAD, "other/broken.tf": BROKEN}, [], 1),
        ({"main.tf": GOOD, "broken.tf": BROKEN}, ["--allow-incomplete"], 0),
        ({"main.tf": BAD, "other/broken.tf": BROKEN}, ["--allow-incomplete"], 1),
        ({}, [], 0),
        ({"main.tf": GOOD}, ["nowhere"], 2),
        ({"main.tf": GOOD}, ["--policies", "nowhere.yaml"], 2),
        ({"main.tf": GOOD, "notes.md": "# Notes"}, ["notes.md"], 3),
        ({"main.tf": GOOD}, ["--stage", "production"], 2),
    ],
    ids=[
        "clean",
        "blocking",
        "broken",
        "blocking wins over broken",
        "broken allowed",
        "blocking with broken allowed",
        "nothing to judge",
        "no such path",
        "no such policy",
        "no such kind of file",
        "no such stage",
    ],
)
def test_exit_codes(tree: Tree, files: dict[str, str | bytes], options: list[str], code: int) -> None:
    ran = tree.write(files).run(*options)
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("level", "code"), [("audit", 0), ("advisory", 0), ("soft-mandatory", 1), ("hard-mandatory", 1)]
)
def test_what_blocks_is_the_enforcements_affair(tree: Tree, level: str, code: int) -> None:
    tree.policy(level)
    assert tree.write({"main.tf": BAD}).run().returncode == code
    assert tree.run("--fail-on", level).returncode == 1
    assert tree.run("--fail-on", "hard-mandatory").returncode == (level == "hard-mandatory")


@pytest.mark.parametrize(
    "policy",
    ["kind: [", "apiVersion: sumptuary/v1\nkind: Policy\nmetadata: {id: x}\n", POLICY.format(level="maybe")],
    ids=["no YAML", "fields missing", "no such level"],
)
def test_a_bad_policy_is_a_mistake_with_a_place_even_when_the_files_are_broken(tree: Tree, policy: str) -> None:
    (tree.policies / "bad.yaml").write_text(policy)
    ran = tree.write({"main.tf": BAD, "broken.tf": BROKEN}).run()
    assert ran.returncode == 2
    assert "bad.yaml:" in ran.stderr
    assert ran.stdout == ""


NASTY: dict[str, dict[str, str | bytes]] = {
    "truncated": {"a.tf": BROKEN},
    "binary": {"a.tf": bytes(range(256)) * 64},
    "not UTF-8": {"a.tf": b'resource "aws_instance" "caf\xe9" {\n  instance_type = "\xff"\n}\n'},
    "empty": {"a.tf": b""},
    "deeply nested": {"a.tf": "locals {\n  x = " + "[" * 5000 + "]" * 5000 + "\n}\n"},
    "deep parentheses": {"a.tf": "locals {\n  x = " + "(" * 20000 + "1" + ")" * 20000 + "\n}\n"},
    "a count of a billion": {"a.tf": 'resource "aws_instance" "a" {\n  count = 1000000000\n}\n'},
    "a range of a billion": {
        "a.tf": 'resource "aws_instance" "a" {\n  count = length([for i in range(1000000000) : i])\n}\n'
    },
    "a module that calls itself": {"a.tf": 'module "me" {\n  source = "./."\n}\n'},
    "modules that call each other": {
        "a/a.tf": 'module "b" {\n  source = "../b"\n}\n',
        "b/b.tf": 'module "a" {\n  source = "../a"\n}\n',
    },
    "locals that need each other": {"a.tf": "locals {\n  a = local.b\n  b = local.a\n}\n"},
    "a module that is not there": {"a.tf": 'module "m" {\n  source = "./nowhere"\n}\n'},
    "a registry module": {"a.tf": 'module "m" {\n  source = "terraform-aws-modules/eks/aws"\n}\n'},
    "JSON that is none": {"a.tf.json": "{"},
    "JSON of another shape": {"a.tf.json": "[1, 2]"},
    "deep JSON": {"a.tf.json": '{"locals": ' + "[" * 100000 + "]" * 100000 + "}"},
    "a huge number": {"a.tf": "locals {\n  x = 1e999999999\n  y = 10 * local.x\n}\n"},
    "exploding strings": {
        "a.tf": 'locals {\n  a0 = "xxxxxxxxxxxxxxxx"\n'
        + "".join(f'  a{n} = "${{local.a{n - 1}}}${{local.a{n - 1}}}${{local.a{n - 1}}}"\n' for n in range(1, 40))
        + '}\nresource "aws_instance" "a" {\n  tags = { t = local.a39 }\n}\n'
    },
    "a duplicate attribute": {"a.tf": 'resource "aws_instance" "a" {\n  ami = "a"\n  ami = "b"\n}\n'},
    "a byte-order mark": {"a.tf": b"\xef\xbb\xbf" + GOOD.encode()},
}


@pytest.mark.parametrize("name", NASTY)
def test_bad_input_hides_nothing_and_ends_soon(tree: Tree, name: str) -> None:
    """The file beside it is judged all the same; no traceback, no fault, no hang."""
    report = tree.write({**NASTY[name], "bad/main.tf": BAD}).report()
    assert report["summary"]["exit_code"] == 1  # type: ignore[index,call-overload]
    found = {violation["resource"]["address"] for violation in report["violations"]}  # type: ignore[attr-defined]
    assert "aws_instance.bad" in found


def test_what_a_broken_file_may_hold_is_unknown_in_its_own_module(tree: Tree) -> None:
    """A provider's default tags may stand in a part that cannot be read, so a missing tag is no failure there."""
    report = tree.write({"main.tf": BAD, "broken.tf": 'provider "aws" {\n  default_tags {\n'}).report()
    assert [violation["status"] for violation in report["violations"]] == ["unknown"]  # type: ignore[attr-defined]
    assert report["summary"]["exit_code"] == 3  # type: ignore[index,call-overload]


def test_a_broken_file_that_names_no_provider_hides_nothing_beside_it(tree: Tree) -> None:
    report = tree.write({"main.tf": BAD, "broken.tf": BROKEN}).report()
    assert "fail" in {violation["status"] for violation in report["violations"]}  # type: ignore[attr-defined]
    assert report["summary"]["exit_code"] == 1  # type: ignore[index,call-overload]
    assert report["coverage"]["files"]["failed"]  # type: ignore[index,call-overload]


def test_a_broken_file_is_named_with_its_line(tree: Tree) -> None:
    report = tree.write({"main.tf": GOOD, "sub/broken.tf": BROKEN}).report()
    (failed,) = report["coverage"]["files"]["failed"]  # type: ignore[index,call-overload]
    assert failed["path"] == "sub/broken.tf"
    assert failed["line"] in (1, 2)
    assert failed["message"]


def test_nothing_is_written_into_the_scanned_tree(tree: Tree, tmp_path: Path) -> None:
    tree.write(
        {
            "main.tf": BAD,
            "broken.tf": BROKEN,
            ".sumptuary/team.yaml": POLICY.format(level="audit").replace("team-tag", "own"),
        }
    )
    before = tree.digest()
    tree.run()
    tree.run("--format", f"json={tmp_path / 'report.json'}")
    assert tree.digest() == before


def test_nothing_outside_the_root_is_read(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("TOP-SECRET-9f3")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "main.tf").write_text(BAD.replace("bad", "outside"))
    tree.write(
        {
            "main.tf": 'resource "aws_instance" "a" {\n  tags = {\n    team = file("../secret.txt")\n'
            f'    other = file("{tmp_path}/secret.txt")\n    user = templatefile("../secret.txt", {{}})\n  }}\n}}\n'
            'module "m" {\n  source = "../outside"\n}\n'
        }
    )
    (tree.root / "link.tf").symlink_to(tmp_path / "outside" / "main.tf")
    (tree.root / "linked").symlink_to(tmp_path / "outside")
    (tree.root / "secret-link.txt").symlink_to(tmp_path / "secret.txt")
    tree.write({"b.tf": 'resource "aws_instance" "b" {\n  tags = { team = file("secret-link.txt") }\n}\n'})
    ran = tree.run("--format", "json")
    assert "TOP-SECRET" not in ran.stdout + ran.stderr
    assert "aws_instance.outside" not in ran.stdout
    listed = subprocess.run(
        [sys.executable, "-m", "sumptuary", "resources"], cwd=tree.root, capture_output=True, text=True, check=False
    )
    assert "aws_instance.a" in listed.stdout
    assert "TOP-SECRET" not in listed.stdout + listed.stderr


def test_no_environment_variable_is_printed(tree: Tree) -> None:
    tree.write(
        {
            "main.tf": BAD
            + 'variable "x" {}\nresource "aws_instance" "x" {\n  tags = { team = var.x, path = pathexpand("~") }\n}\n'
        }
    )
    env = {"AWS_SECRET_ACCESS_KEY": "ENV-SECRET-1", "TF_TOKEN_app": "ENV-SECRET-2", "SOME_OTHER": "ENV-SECRET-3"}
    ran = tree.run(env=env)
    broken = tree.write({"broken.tf": BROKEN}).run("--debug", env=env)
    assert "ENV-SECRET" not in ran.stdout + ran.stderr + broken.stdout + broken.stderr


def test_escapes_in_names_and_tags_do_not_reach_the_terminal(tree: Tree) -> None:
    tree.write(
        {
            "evil\x1b[2J.tf": 'resource "aws_instance" "a" {\n  for_each = toset(["\\u001b[31mred\\u202e"])\n'
            '  tags = { "\\u001b]0;owned\\u0007" = "x" }\n}\n',
            "other/broken\x1b[31m.tf": BROKEN,
        }
    )
    for options in ([], ["--quiet"], ["--format", "json"]):
        ran = tree.run(*options)
        assert ran.returncode == 1, ran.stdout + ran.stderr
        assert not set(ran.stdout + ran.stderr) & set("\x1b\x07\u202e")


def test_the_same_input_and_clock_give_the_same_bytes(tree: Tree) -> None:
    tree.write({"main.tf": BAD, "sub/broken.tf": BROKEN, "sub/b.tf": BAD.replace("bad", "worse")})
    first = tree.run("--format", "json", "--now", "2026-11-21T08:00:00Z", env={"PYTHONHASHSEED": "1"})
    second = tree.run("--format", "json", "--now", "2026-11-21T08:00:00Z", "--no-cache", env={"PYTHONHASHSEED": "2"})
    assert first.stdout == second.stdout
    assert first.stdout


def test_only_the_files_given_are_shown_but_in_their_context(tree: Tree) -> None:
    tree.write(
        {
            "main.tf": BAD + 'resource "aws_instance" "tagged" {\n  tags = local.tags\n}\n',
            "locals.tf": 'locals {\n  tags = { team = "web" }\n}\n',
            "other.tf": BAD.replace("bad", "other"),
        }
    )
    report = tree.report("main.tf")
    found = [violation["resource"]["address"] for violation in report["violations"]]  # type: ignore[attr-defined]
    assert found == ["aws_instance.bad"]
    report = tree.report("locals.tf")
    assert report["violations"] == []
    assert report["summary"]["exit_code"] == 0  # type: ignore[index,call-overload]


def test_a_changed_module_is_judged_through_its_caller(tree: Tree) -> None:
    tree.write(
        {
            "main.tf": 'module "m" {\n  source = "./modules/m"\n  tags   = { team = "web" }\n}\n',
            "modules/m/main.tf": 'variable "tags" {}\nresource "aws_instance" "in" {\n  tags = var.tags\n}\n',
        }
    )
    (tree.root / ".git").mkdir()
    report = tree.report("modules/m/main.tf")
    assert report["violations"] == []
    tree.write({"main.tf": 'module "m" {\n  source = "./modules/m"\n  tags   = {}\n}\n'})
    (violation,) = tree.report("modules/m/main.tf")["violations"]  # type: ignore[misc]
    assert violation["resource"]["address"] == "module.m.aws_instance.in"
    assert violation["status"] == "fail"


def test_a_reader_that_goes_away_is_no_fault(tree: Tree) -> None:
    tree.write({f"{n}.tf": BAD.replace("bad", f"bad{n}") for n in range(400)})
    command = f'"{sys.executable}" -m sumptuary check --policies "{tree.policies}" --format json | head -c 10'
    ran = subprocess.run(command, shell=True, cwd=tree.root, capture_output=True, text=True, check=False)  # noqa: S602  # a pipe is the point
    assert ran.stdout == '{\n  "schem'
    assert ran.stderr == ""


def test_any_locale_will_do(tree: Tree) -> None:
    tree.write({"größe.tf": BAD.replace("bad", "größe")})
    ran = tree.run(env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"})
    assert ran.returncode == 1, ran.stderr
    assert "gr\\xf6" in ran.stdout or "größe" in ran.stdout
