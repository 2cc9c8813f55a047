"""Packs, lock files and addresses that mean harm: a message each, and nothing hangs, leaks or leads astray."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from layers.company import ORG, PROJECT, Company
from layers.test_commands import Run, git, sumptuary
from sumptuary.policy.packs import store

__all__ = ["sumptuary"]

ADDRESS = "git+https://git.example/laws"


def names(company: Company, pack: str, version: str = ", version: 1.0.0") -> None:
    company.write("shop/sumptuary.yaml", PROJECT.replace("{pack: ../team}", f'{{pack: "{pack}"{version}}}'))


def locked(**changes: str) -> str:
    entry = {"pack": ADDRESS, "version": "1.0.0", "commit": "a" * 40, "digest": f"sha256:{'a' * 64}", **changes}
    return json.dumps({"schema": "sumptuary.lock/v1", "packs": [entry]})


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        (locked(), "is not on this machine"),
        (locked(digest="sha256:../../org"), "a digest is sha256: and 64 hexadecimal digits"),
        (locked(digest="sha256:"), "a digest is sha256: and 64 hexadecimal digits"),
        (locked(digest=f"sha256:{'a' * 64}\n"), "a digest is sha256: and 64 hexadecimal digits"),
        ("[" * 100_000, "cannot be read: "),
        ("[]", "is no lock file"),
        (" " * 1_000_001, "is no lock file"),
        (b"\xff", "cannot be read: "),
    ],
)
def test_a_lock_file_leads_nowhere_else(sumptuary: Run, company: Company, lock: str | bytes, said: str) -> None:
    names(company, ADDRESS)
    path = company.repository / "sumptuary.lock"
    path.write_bytes(lock if isinstance(lock, bytes) else lock.encode())
    for command in (["policies", "list"], ["check", "."]):
        code, _, err = sumptuary(*command)
        assert (code, said in err) == (2, True), err


def test_a_lock_file_is_a_file(sumptuary: Run, company: Company) -> None:
    names(company, ADDRESS)
    path = company.repository / "sumptuary.lock"
    path.symlink_to("/dev/zero")
    code, _, err = sumptuary("policies", "list")
    assert (code, "is no file, or is a link" in err) == (2, True)
    path.unlink()
    os.mkfifo(path)
    code, _, err = sumptuary("policies", "sync")
    assert (code, "is no file, or is a link" in err) == (2, True)


@pytest.mark.parametrize("user", ["me:s3cr3t", "s3cr3t", "s3cr3t:", ":s3cr3t", "a@s3cr3t"])
def test_an_address_holds_no_credentials_and_none_is_printed(sumptuary: Run, company: Company, user: str) -> None:
    names(company, f"git+https://{user}@127.0.0.1:1/laws")
    for command in (["policies", "list"], ["policies", "sync"], ["policies", "sync", "--check"], ["check", "."]):
        code, out, err = sumptuary(*command)
        assert (code, "an address holds no credentials" in err) == (2, True), (command, err)
        assert "s3cr3t" not in out + err


@pytest.mark.parametrize("address", ["git+ssh://git@127.0.0.1:1/laws", "git+https://127.0.0.1:1/me@home/laws"])
def test_a_user_of_ssh_is_no_secret(sumptuary: Run, company: Company, address: str) -> None:
    names(company, address)
    _, _, err = sumptuary("policies", "list")
    assert "is not in sumptuary.lock" in err


@pytest.mark.parametrize(
    ("pack", "said"),
    [
        ("git+ext::sh -c touch% /tmp/x", "packs are fetched by https://"),
        ("git+-oProxyCommand=x", "packs are fetched by https://"),
        ("git+https://127.0.0.1:1/x@--upload-pack=touch", "is no reference of git"),
        ("git+https://127.0.0.1:1/x#subdirectory=../..", "behind # stands subdirectory=path"),
        ("git+https://127.0.0.1:1/x#a=b", "behind # stands subdirectory=path"),
        ("git+file:///dev/null", "git has no v1.0.0"),
        ("git+ssh://-oProxyCommand=touch/x", "git has no v1.0.0"),
        ("git+https://127.0.0.1:1/\\e[2Jx", "git has no v1.0.0"),
    ],
)
def test_an_address_is_no_option_and_runs_nothing(sumptuary: Run, company: Company, pack: str, said: str) -> None:
    names(company, pack)
    code, out, err = sumptuary("policies", "sync")
    assert (code, said in err) == (2, True), err
    assert "\x1b" not in out + err


def test_of_a_hostile_repository_only_documents_arrive(sumptuary: Run, company: Company, tmp_path: Path) -> None:
    origin, proof = tmp_path / "origin", tmp_path / "ran"
    (origin / "sub").mkdir(parents=True)
    git(origin, "init", "--quiet", "--initial-branch=main")
    for hook in ("post-checkout", "pre-receive", "post-merge", "reference-transaction", "post-upload-pack"):
        (origin / ".git/hooks" / hook).write_text(f"#!/bin/sh\ntouch {proof}\n")
        (origin / ".git/hooks" / hook).chmod(0o755)
    git(origin, "config", "uploadpack.packObjectsHook", f"touch {proof}; cat")
    git(origin, "config", "filter.x.smudge", f"touch {proof}")
    (origin / ".gitattributes").write_text("* filter=x\n")
    (origin / ".gitmodules").write_text('[submodule "s"]\n  path = s\n  url = ext::touch\n')
    (origin / "pack.yaml").write_text(ORG.replace("policies: [policies/*.yaml]", "policies: []"))
    (origin / "run.py").write_text("raise SystemExit(9)\n")
    (origin / "big.yaml").write_text("x" * 900_000)
    git(origin, "add", "--all", "--force")
    git(origin, "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "-m", "x")
    git(origin, "tag", "v1.0.0")
    proof.unlink(missing_ok=True)
    names(company, f"git+file://{origin}")
    assert sumptuary("policies", "sync")[0] == 0
    assert not proof.exists()
    kept = sorted(path.name for path in Path(store()).rglob("*") if path.is_file())
    assert kept == ["big.yaml", "pack.yaml"]
    (origin / "link.yaml").symlink_to("/etc/passwd")
    git(origin, "add", "--all", "--force")
    git(origin, "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "-m", "y")
    git(origin, "tag", "--force", "v1.0.0")
    assert sumptuary("policies", "sync", "--update")[0] in (0, 2)
    assert not [path for path in Path(store()).rglob("*") if path.is_symlink() or path.name == "link.yaml"]


def test_a_long_chain_of_packs_ends(sumptuary: Run, company: Company) -> None:
    for number in range(600):
        below = f"[{{pack: ../{number + 1}}}]" if number < 599 else "[]"
        head = f"apiVersion: sumptuary/v1\nkind: Pack\nmetadata: {{name: p{number}}}\n"
        company.write(f"shop/chain/{number}/pack.yaml", f"{head}spec: {{extends: {below}, policies: []}}\n")
    names(company, "chain/0", "")
    for command in (["policies", "list"], ["policies", "sync"]):
        code, _, err = sumptuary(*command)
        assert (code, "extend each other" in err) == (2, True), err


@pytest.mark.parametrize("name", ["a\x1b[2J.yaml", "a\nb.yaml", "a\u202eb.yaml", "-x.yaml", "a:1:2.yaml"])
def test_names_of_files_are_printed_without_control_characters(sumptuary: Run, company: Company, name: str) -> None:
    company.write("shop/.sumptuary/" + name, "kind: \x1b[2JNothing\n".replace("\x1b", "\\x1b"))
    company.write("shop/.sumptuary/b.yaml", 'kind: "\\e[2JNothing"\n')
    code, out, err = sumptuary("check", ".")
    assert code == 2
    assert not [one for one in out + err if one in "\x1b\u202e"]
    assert "fault of sumptuary" not in err


@pytest.mark.parametrize("setting", ["prices", "commitments", "baseline", "signers"])
@pytest.mark.parametrize("name", ["a\\0b", "/dev/null/x", "a/a/a/" * 300, "."])
def test_no_name_of_a_file_is_a_fault(sumptuary: Run, company: Company, setting: str, name: str) -> None:
    company.write("shop/sumptuary.yaml", PROJECT.replace("  packs: [{pack: ../team}]", f'  {setting}: "{name}"'))
    (company.repository / "main.tf").write_text('provider "aws" {}\n')
    code, _, err = sumptuary("check", ".")
    assert code == (0 if setting == "signers" else 2), err
