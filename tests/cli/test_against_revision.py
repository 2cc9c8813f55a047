"""``sumptuary check --base`` on real repositories: what blocks, what is believed, and what is left untouched."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from checkouts import APPROVAL, GOOD, PROVIDER, Repository, instance

SCHEMA = json.loads((files("sumptuary.reports") / "report.v1.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


@pytest.fixture
def standing(repository: Repository) -> Repository:
    """A repository whose one instance breaks the law."""
    return repository.commit({"infra/main.tf": PROVIDER + instance("old")})


def test_an_unchanged_tree_passes(standing: Repository) -> None:
    found = standing.report()
    assert found.statuses() == {"aws_instance.old": "baselined"}
    assert found.code == 0
    assert found.document["summary"]["baselined"] == 1


def test_what_is_new_blocks(standing: Repository) -> None:
    standing.write({"infra/more.tf": instance("new")})
    found = standing.report()
    assert found.statuses() == {"aws_instance.old": "baselined", "aws_instance.new": "fail"}
    assert found.code == 1


def test_a_change_is_held_against_any_revision(standing: Repository) -> None:
    standing.commit({"infra/more.tf": instance("new")})
    assert standing.report(base="HEAD~1").code == 1
    assert standing.report(base="main").code == 0
    standing.git("tag", "--annotate", "--message", "A tag", "v1", "HEAD~1")
    assert standing.report(base="v1").code == 1


def test_blocks_that_move_and_files_that_are_renamed_stay_the_same(standing: Repository) -> None:
    standing.git("mv", "infra/main.tf", "infra/instances.tf")
    standing.write({"infra/instances.tf": "# Moved.\n\n" + instance("old") + PROVIDER})
    found = standing.report()
    assert (found.statuses(), found.code) == ({"aws_instance.old": "baselined"}, 0)


def test_what_was_mended_is_resolved(standing: Repository) -> None:
    standing.write({"infra/main.tf": PROVIDER + instance("old", tags=GOOD)})
    found = standing.report()
    assert (found.statuses(), found.code) == ({}, 0)
    (row,) = found.comparison["resolved"]
    assert (row["policy"], row["resource"]["address"]) == ("team-tag", "aws_instance.old")
    assert row["location"] == {"path": "infra/main.tf", "line": 4, "end_line": 6}
    said = standing.run().stdout
    assert "Resolved (1): these stood at the base\n  team-tag: aws_instance.old\n" in said
    assert said.endswith("Passed: no new violations (exit 0)\n")


def test_what_stood_and_became_dearer_blocks(standing: Repository) -> None:
    standing.write({"infra/main.tf": PROVIDER + instance("old", "m5.4xlarge")})
    found = standing.report()
    assert (found.statuses(), found.code) == ({"aws_instance.old": "fail"}, 1)
    assert found.comparison["dearer"] == [row["fingerprint"] for row in found.rows]
    assert found.comparison["new"] == []
    assert "team-tag [dearer, blocks]" in standing.run().stdout


def test_the_report_says_what_the_change_costs(standing: Repository) -> None:
    standing.write({"infra/more.tf": instance("new", "m5.xlarge")})
    found, commit = standing.report(), standing.git("rev-parse", "HEAD")
    told = found.comparison
    assert (told["base"], told["commit"], told["standing"]) == ("HEAD", commit, 1)
    # 730 h x 0.096 and 730 h x 0.192
    assert told["monthly_cost_before"]["expected"] == "70.08"
    assert told["monthly_cost_change"] == {"low": "140.16", "expected": "140.16", "high": "140.16", "currency": "USD"}
    jsonschema.validate(found.document, SCHEMA)
    text = standing.run("--format", "text").stdout
    assert text.startswith("This change adds $140 a month ($70.08 -> $210): 1 new violation; 1 stood before\n")
    assert "team-tag [new, blocks]" in text
    assert "aws_instance.old" not in text
    standing.commit()
    assert "This change does not alter the monthly cost ($210): 0 new violations; 2 stood" in standing.run().stdout
    (standing.root / "infra" / "more.tf").unlink()
    assert standing.run().stdout.startswith("This change takes off $140 a month ($210 -> $70.08): 0 new violations, 1")
    quiet = standing.run("--quiet", base="HEAD~1").stdout
    assert quiet.splitlines()[-1] == "Passed: no new violations, 1 baselined (exit 0)"


def test_the_cost_of_what_has_no_price_is_not_made_up(repository: Repository) -> None:
    tree = PROVIDER + 'variable "size" {}\n' + instance("old").replace('"m5.large"', "var.size")
    repository.commit({"main.tf": tree}).write({"more.tf": instance("new")})
    found = repository.report()
    assert found.comparison["monthly_cost_change"] is None
    assert found.comparison["monthly_cost_before"]["expected"] is None
    jsonschema.validate(found.document, SCHEMA)
    assert repository.run().stdout.startswith("What this change costs is not known: 1 new violation; 1 stood")


def test_the_increase_is_judged_against_the_base(standing: Repository) -> None:
    standing.write({"infra/gpu.tf": instance("gpu", "p4d.24xlarge", GOOD)})
    found = standing.report()
    assert found.statuses("spend") == {"change.set": "fail"}
    assert found.code == 1
    standing.commit()
    assert standing.report().statuses("spend") == {}


def test_no_change_approves_itself(standing: Repository) -> None:
    standing.write({"infra/gpu.tf": instance("gpu", "p4d.24xlarge", GOOD), ".sumptuary/leave.yaml": APPROVAL})
    found = standing.report()
    assert found.statuses("spend") == {"change.set": "fail"}
    assert "the approval more-gpus (.sumptuary/leave.yaml:1) counts once it is merged" in found.notes


def test_an_approval_of_the_base_counts_as_it_stood_there(standing: Repository) -> None:
    standing.commit({".sumptuary/leave.yaml": APPROVAL.replace("50000", "5000")})
    standing.write({"infra/gpu.tf": instance("gpu", "p4d.24xlarge", GOOD), ".sumptuary/leave.yaml": APPROVAL})
    raised = standing.report()
    assert raised.statuses("spend") == {"change.set": "fail"}
    assert "counts once it is merged" in raised.notes
    standing.git("add", ".sumptuary")
    standing.git("commit", "--quiet", "--message", "Approve it")
    approved = standing.report()
    assert approved.statuses("spend") == {"change.set": "approved"}
    assert "merged" not in approved.notes


def test_an_approval_outside_of_the_checkout_is_not_the_changes_own(standing: Repository) -> None:
    (standing.policies / "leave.yaml").write_text(APPROVAL)
    standing.write({"infra/gpu.tf": instance("gpu", "p4d.24xlarge", GOOD)})
    assert standing.report().statuses("spend") == {"change.set": "approved"}


def test_policies_of_the_checkout_that_are_wrong_at_the_base_hide_no_approval(standing: Repository) -> None:
    standing.commit({".sumptuary/leave.yaml": APPROVAL, ".sumptuary/policy.yaml": "kind: Approval [\n"})
    standing.git("rm", "--quiet", ".sumptuary/policy.yaml")
    standing.write({"infra/gpu.tf": instance("gpu", "p4d.24xlarge", GOOD)})
    found = standing.report()
    assert found.statuses("spend") == {"change.set": "approved"}
    assert "of the base, .sumptuary/policy.yaml:" in found.notes


@pytest.mark.parametrize("base", ["nowhere", "-x", "--output=x", "HEAD:infra", "", "main..main", "a\nb"])
def test_a_revision_that_is_not_there_is_a_mistake_in_the_call(standing: Repository, base: str) -> None:
    ran = standing.run(base=base)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith("sumptuary: ")
    assert "fatal" not in ran.stderr


def test_a_branch_that_is_only_on_the_remote_is_suggested(standing: Repository) -> None:
    standing.git("update-ref", "refs/remotes/origin/trunk", "HEAD")
    assert "did you mean `origin/trunk`?" in standing.run(base="trunk").stderr
    assert standing.run(base="origin/trunk").returncode == 0


def test_a_shallow_clone_says_how_to_get_deeper(standing: Repository, tmp_path: Path) -> None:
    standing.commit({"infra/more.tf": instance("new")})
    shallow = tmp_path / "shallow"
    standing.git("clone", "--quiet", "--depth=1", f"file://{standing.root}", str(shallow))
    standing.root = shallow
    ran = standing.run(base="HEAD~1")
    assert ran.returncode == 2
    assert "the clone is shallow" in ran.stderr
    assert "fetch-depth: 0" in ran.stderr


def test_a_clone_without_the_bases_files_is_not_filled_over_the_network(standing: Repository, tmp_path: Path) -> None:
    standing.commit({"infra/main.tf": PROVIDER + instance("other")})
    standing.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    standing.git("clone", "--quiet", "--filter=blob:none", f"file://{standing.root}", str(partial))
    standing.root = partial
    before = state(partial / ".git")
    ran = standing.run(base="HEAD~1")
    assert ran.returncode == 2
    assert "does not hold all of it" in ran.stderr
    assert state(partial / ".git") == before


def test_no_checkout_is_a_mistake_in_the_call(repository: Repository, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    repository.root = plain
    ran = repository.run()
    assert ran.returncode == 2
    assert "this is no git checkout" in ran.stderr


def test_from_a_sub_directory_and_by_absolute_path(standing: Repository) -> None:
    standing.write({"infra/more.tf": instance("new")})
    wanted = {"aws_instance.old": "baselined", "aws_instance.new": "fail"}
    assert standing.report(at="infra").statuses() == wanted
    assert standing.report(str(standing.root / "infra")).statuses() == wanted
    assert standing.report(str(standing.root / "infra"), at="infra").statuses() == wanted
    assert standing.report("repo/infra", at="..").statuses() == wanted
    assert standing.report("..", "--root", "../infra", at="infra").code in (0, 1, 3)


def test_from_a_directory_that_the_base_does_not_have(standing: Repository, tmp_path: Path) -> None:
    standing.write({"stage/main.tf": PROVIDER + instance("new"), "README": "A file.\n"})
    (tmp_path / "aside").mkdir()
    assert standing.report(at="stage").statuses() == {"aws_instance.new": "fail"}
    assert standing.report("../repo/infra", at="../aside").statuses() == {"aws_instance.old": "baselined"}
    standing.commit({"there": "A file.\n"})
    (standing.root / "there").unlink()
    standing.write({"there/main.tf": PROVIDER})
    ran = standing.run(at="there")
    assert ran.returncode == 2
    assert "the working directory is no directory at the base" in ran.stderr


def test_a_hooks_environment_and_another_work_tree(standing: Repository, tmp_path: Path) -> None:
    other = tmp_path / "other"
    standing.git("worktree", "add", "--quiet", str(other))
    (other / "infra" / "more.tf").write_text(instance("new"))
    standing.environment |= {"GIT_DIR": str(tmp_path / "no.git"), "GIT_INDEX_FILE": str(tmp_path / "index")}
    assert standing.report().code == 0
    assert standing.report("../other").statuses()["aws_instance.new"] == "fail"


def test_the_projects_settings_hold_for_both_sides_from_anywhere(standing: Repository) -> None:
    project = 'apiVersion: sumptuary/v1\nkind: Project\nmetadata: {name: x}\nspec: {exclude: ["legacy/**"]}\n'
    standing.commit({"sumptuary.yaml": project, "legacy/main.tf": PROVIDER + instance("huge", "p4d.24xlarge")})
    standing.write({"infra/more.tf": instance("new", tags=GOOD)})
    for at in (".", "infra"):
        found = standing.report(str(standing.root), at=at)
        assert (found.statuses(), found.code) == ({"aws_instance.old": "baselined"}, 0)
        assert found.statuses("spend") == {}


def test_bare_file_arguments_are_compared_in_their_root_module(standing: Repository) -> None:
    standing.write({"infra/more.tf": instance("new")})
    standing.git("mv", "infra/main.tf", "infra/renamed.tf")
    new = standing.report("infra/more.tf")
    assert new.statuses() == {"aws_instance.new": "fail"}
    renamed = standing.report("infra/renamed.tf")
    assert (renamed.statuses(), renamed.code) == ({"aws_instance.old": "baselined"}, 0)
    assert renamed.statuses("spend") == {}


def test_a_module_that_gains_a_caller_does_not_make_the_caller_new(repository: Repository) -> None:
    repository.commit({"prod/main.tf": PROVIDER + instance("old", "p4d.24xlarge"), "m/main.tf": instance("inner")})
    repository.write({"prod/call.tf": 'module "m" {\n  source = "../m"\n}\n'})
    found = repository.report("m/main.tf")
    assert found.statuses() == {"module.m.aws_instance.inner": "fail"}
    assert found.statuses("spend") == {}


def test_a_directory_that_was_not_there_is_all_new(standing: Repository) -> None:
    standing.write({"stage/main.tf": PROVIDER + instance("new")})
    assert standing.report("stage").statuses() == {"aws_instance.new": "fail"}


def test_an_unborn_project_is_new_altogether(repository: Repository) -> None:
    repository.commit({"README": "Nothing yet.\n"}).write({"main.tf": PROVIDER + instance("new")})
    assert repository.report().statuses() == {"aws_instance.new": "fail"}


DOWNLOADED = {
    "infra/.terraform/modules/modules.json": json.dumps(
        {"Modules": [{"Key": "", "Source": "", "Dir": "."},
                     {"Key": "vm", "Source": "example/vm/aws", "Dir": ".terraform/modules/vm"}]}
    ),
    "infra/.terraform/modules/vm/main.tf": instance("inner"),
    "infra/.terraform/modules/vm/.git/config": "[core]\n",
}  # fmt: skip


def test_downloaded_modules_are_seen_by_both_sides(repository: Repository) -> None:
    call = PROVIDER + 'module "vm" {\n  source = "example/vm/aws"\n}\n'
    repository.commit({"infra/main.tf": call, ".gitignore": ".terraform/\n"}).write(DOWNLOADED)
    repository.write({"infra/more.tf": instance("new")})
    wanted = {"module.vm.aws_instance.inner": "baselined", "aws_instance.new": "fail"}
    assert repository.report().statuses() == wanted


def test_modules_that_the_change_commits_are_its_own(repository: Repository) -> None:
    call = PROVIDER + 'module "vm" {\n  source = "example/vm/aws"\n}\n'
    repository.commit({"infra/main.tf": call}).write(DOWNLOADED)
    repository.git("add", "infra/.terraform/modules/modules.json", "infra/.terraform/modules/vm/main.tf")
    assert repository.report().statuses() == {"module.vm.aws_instance.inner": "fail"}


def test_variable_files_that_git_ignores_are_seen_by_both_sides(repository: Repository) -> None:
    tree = PROVIDER + 'variable "tags" {}\n' + instance("old", tags="  tags = var.tags\n")
    repository.commit({"main.tf": tree, ".gitignore": "*.tfvars\n"}).write({"terraform.tfvars": "tags = {}\n"})
    assert repository.report().statuses() == {"aws_instance.old": "baselined"}


def test_a_variable_file_of_the_tree_is_read_as_it_was(repository: Repository, tmp_path: Path) -> None:
    tree = PROVIDER + 'variable "size" {}\n' + instance("old").replace('"m5.large"', "var.size")
    repository.commit({"main.tf": tree, "env/prod.tfvars": 'size = "m5.large"\n'})
    repository.write({"env/prod.tfvars": 'size = "m5.4xlarge"\n'})
    assert repository.report("--var-file", "env/prod.tfvars").statuses() == {"aws_instance.old": "fail"}
    elsewhere = tmp_path / "prod.tfvars"
    elsewhere.write_text('size = "m5.4xlarge"\n')
    assert repository.report("--var-file", "../prod.tfvars").statuses() == {"aws_instance.old": "baselined"}


def test_a_plan_tells_its_own_before(standing: Repository) -> None:
    def change(name: str, before: str | None, after: str) -> dict[str, object]:
        sides = [None if sku is None else {"instance_type": sku} for sku in (before, after)]
        address = {"address": f"aws_instance.{name}", "mode": "managed", "type": "aws_instance", "name": name}
        actions = ["no-op"] if before == after else ["create"]
        changed = {"actions": actions, "before": sides[0], "after": sides[1], "after_unknown": {}}
        return {**address, "provider_name": "registry.terraform.io/hashicorp/aws", "change": changed}

    rows = [change("old", "m5.large", "m5.large"), change("new", None, "m5.large")]
    plan = {"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {}, "resource_changes": rows}
    standing.write({"infra/plan.json": json.dumps(plan)})
    found = standing.report("infra/plan.json")
    assert found.statuses() == {"aws_instance.old": "baselined", "aws_instance.new": "fail"}


def state(directory: Path) -> str:
    """Names, contents and times of all that is in a directory."""
    found = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        found.update(f"{path.relative_to(directory)} {path.lstat().st_mtime_ns} {path.lstat().st_mode}".encode())
        if path.is_file() and not path.is_symlink():
            found.update(path.read_bytes())
    return found.hexdigest()


def test_nothing_is_written_into_the_repository(standing: Repository) -> None:
    standing.write({"infra/more.tf": instance("new"), "infra/old.tf": ""})
    os.utime(standing.root / "infra" / "main.tf")  # its entry in the index is stale, which a careless git would mend
    before = state(standing.root)
    standing.report()
    standing.report("infra/more.tf", at=".")
    assert state(standing.root) == before


def test_no_filter_and_no_hook_is_run(standing: Repository, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    standing.commit({".gitattributes": "* filter=evil diff=evil ident\n"})
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        script = standing.root / ".git" / "hooks" / hook
        script.write_text(f"#!/bin/sh\ntouch {canary}\n")
        script.chmod(0o755)
    command = f"touch {canary}; cat"
    for setting in ("filter.evil.smudge", "filter.evil.process", "diff.evil.textconv", "diff.evil.command"):
        standing.git("config", setting, command)
    standing.git("config", "core.fsmonitor", str(standing.root / ".git" / "hooks" / "fsmonitor-watchman"))
    standing.git("config", "core.pager", command)
    standing.git("config", "pager.ls-tree", command)
    canary.unlink(missing_ok=True)
    assert standing.report(base="HEAD~1").code == 0
    assert not canary.exists()
    standing.git("status")
    assert canary.exists(), "the traps are not set, so the test proves nothing"


def test_a_git_in_the_scanned_tree_is_not_run(standing: Repository, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    standing.commit({"git": f"#!/bin/sh\ntouch {canary}\nexit 1\n"})
    (standing.root / "git").chmod(0o755)
    standing.environment["PATH"] = f".{os.pathsep}{standing.environment['PATH']}"
    assert standing.report().code == 0
    assert not canary.exists()


def test_git_missing_is_said(standing: Repository) -> None:
    standing.environment["PATH"] = str(standing.scratch)
    ran = standing.run()
    assert ran.returncode == 2
    assert "--base needs git" in ran.stderr


def test_submodules_are_named(standing: Repository, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    for arguments in (("init", "--quiet"), ("commit", "--quiet", "--allow-empty", "--message", "Nothing")):
        standing.git(*arguments, at=inner)
    standing.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "sub")
    standing.commit()
    found = standing.report()
    assert found.code == 0
    assert "submodules were left out, so what they hold may count as new: sub" in found.notes


def test_links_lead_where_they_may(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "main.tf").write_text(instance("secret"))
    repository.write(
        {"infra/main.tf": PROVIDER + 'module "m" {\n  source = "./link"\n}\n', "m/main.tf": instance("old")}
    )
    for name, target in (("infra/link", "../m"), ("out", "../outside"), ("absolute", "/etc"), ("loop", "loop")):
        (repository.root / name).symlink_to(target)
    repository.commit()
    found = repository.report("infra")
    assert (found.statuses(), found.code) == ({"module.m.aws_instance.old": "baselined"}, 0)


def hostile(repository: Repository, *rows: tuple[str, bytes, str]) -> str:
    """A commit of a tree that git itself would not write: ``(mode, name, object)`` as they are given."""
    raw = b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(what) for mode, name, what in rows)
    tree = repository.git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", given=raw)
    return repository.git("commit-tree", "-m", "Evil", tree)


def test_paths_that_lead_out_are_not_written(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"main.tf": PROVIDER})
    blob = repository.git("hash-object", "-w", "--stdin", given=instance("old").encode())
    up = repository.git("hash-object", "-w", "--stdin", given=b"../..")
    inner = hostile(repository, ("100644", b"evil.tf", blob))
    tree = repository.git("rev-parse", f"{inner}^{{tree}}")
    commit = hostile(
        repository,
        ("40000", b"..", tree),
        ("100644", b"../../evil.tf", blob),
        ("100644", b"/evil.tf", blob),
        ("40000", b".GIT", tree),
        ("40000", b".git", tree),
        ("40000", b"git~1", tree),
        ("100644", b"\xff\xfe.tf", blob),
        ("120000", b"d", up),
        ("40000", b"d", tree),
        ("100644", b"main.tf", blob),
        ("100644", b"main.tf", blob),
    )
    before = state(tmp_path / "home"), sorted(os.listdir(tempfile.gettempdir()))
    repository.write({"main.tf": PROVIDER + instance("old")})
    found = repository.report(base=commit)
    assert found.statuses()["aws_instance.old"] == "baselined"
    assert not list(tmp_path.rglob("evil.tf"))
    assert state(tmp_path / "home") == before[0]


def test_a_tree_through_a_link_writes_nothing_outside(tmp_path: Path) -> None:
    from sumptuary.cli.revision import link, write

    target = tmp_path / "target"
    target.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (target / "deep").symlink_to(outside)
    assert not write(str(target), b"deep/file", b"x", set())
    assert not write(str(target), b"deep/further/file", b"x", set())
    assert not link(str(target), b"deep/link", b"../main.tf")
    assert list(outside.rglob("*")) in ([], [outside / "further"])
    for goal in (b"/etc/passwd", b"../outside/x", b"a/../../outside", b"", b"a\0b"):
        assert link(str(target), b"refused", goal)
        assert not os.path.lexists(target / "refused")
    assert link(str(target), b"a/b", b"../main.tf")
    assert os.readlink(target / "a" / "b") == "../main.tf"


def test_a_base_that_cannot_be_read_whole_is_noted_and_no_more(repository: Repository) -> None:
    repository.commit(
        {"main.tf": PROVIDER + instance("old"), "broken.tf": 'resource "a" {\n', "big.bin": "0" * 5_000_001}
    )
    repository.git("rm", "--quiet", "broken.tf")
    found = repository.report()
    assert found.code == 0
    assert "of the base, 2 problems kept it from being read whole" in found.notes
    assert "of the base, files that are too large were left out: big.bin" in found.notes


def test_what_could_not_be_read_before_either_is_no_changes_fault(repository: Repository) -> None:
    repository.commit({"main.tf": PROVIDER, "broken.tf": 'resource "a" {\n', "k8s/chat.yaml": "kind: Pod\n  a: [\n"})
    found = repository.report()
    assert found.code == 0
    assert "2 problems in reading stood at the base, in files that are unchanged: broken.tf:1: " in found.notes
    assert "more may count as new" not in found.notes


@pytest.mark.parametrize("broken", ['resource "a" {\n # more\n', 'resource "b" {\n'])
def test_what_cannot_be_read_in_a_file_that_changed_makes_the_run_incomplete(
    repository: Repository, broken: str
) -> None:
    repository.commit({"main.tf": PROVIDER, "broken.tf": 'resource "a" {\n'})
    repository.write({"broken.tf": broken})
    found = repository.report()
    assert found.code == 3
    assert "stood at the base" not in found.notes


def test_what_the_change_breaks_is_told_from_what_was_broken(repository: Repository) -> None:
    repository.commit({"main.tf": PROVIDER, "broken.tf": 'resource "a" {\n'})
    repository.write({"new.tf": 'resource "b" {\n'})
    found = repository.report()
    assert found.code == 3
    assert {row["path"] for row in found.document["coverage"]["files"]["failed"]} == {"new.tf"}


def test_temporary_files_do_not_go_into_the_checkout(standing: Repository) -> None:
    inside = standing.root / "scratch"
    inside.mkdir()
    standing.environment["TMPDIR"] = str(inside)
    ran = standing.run()
    assert ran.returncode == 2
    assert "outside of the checkout" in ran.stderr


def test_a_run_that_is_told_to_end_leaves_nothing_behind(standing: Repository, tmp_path: Path) -> None:
    import signal
    import time

    fifo = tmp_path / "wait"
    os.mkfifo(fifo)
    wrapper = tmp_path / "bin"
    wrapper.mkdir()
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    script = f'#!/bin/sh\ncase "$*" in *cat-file*) echo > {fifo}; exec sleep 30;; esac\nexec {real} "$@"\n'
    (wrapper / "git").write_text(script)
    (wrapper / "git").chmod(0o755)
    environment = {**standing.environment, "PATH": f"{wrapper}{os.pathsep}{standing.environment['PATH']}"}
    command = [sys.executable, "-m", "sumptuary", "check", "--base", "HEAD", "--policies", str(standing.policies)]
    with subprocess.Popen(command, cwd=standing.root, env=environment, start_new_session=True) as process:
        fifo.read_text()
        assert list(standing.scratch.iterdir())
        process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(20) == 128 + signal.SIGTERM
    assert list(standing.scratch.iterdir()) == []


def test_git_is_not_touched_without_a_base(standing: Repository) -> None:
    standing.environment["PATH"] = str(standing.scratch)
    command = [sys.executable, "-m", "sumptuary", "check", "--policies", str(standing.policies)]
    command += ["--format", "json"]
    ran = subprocess.run(command, cwd=standing.root, env=standing.environment, capture_output=True, check=False)
    assert ran.returncode == 1
    assert "comparison" not in json.loads(ran.stdout)
