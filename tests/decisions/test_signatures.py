"""Signatures over approvals, made and verified by the real ssh-keygen: what counts, and that nothing forged does."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sumptuary.decisions import signatures
from sumptuary.decisions.approvals import standing
from sumptuary.decisions.signatures import Signers, sign
from sumptuary.errors import UsageError
from sumptuary.model import Place
from sumptuary.policy.compiled import Approval

NOW = datetime(2026, 11, 21, tzinfo=UTC)
CANONICAL = '{"apiVersion":"sumptuary/v1","kind":"Approval","spec":{"reason":"für 🐿"}}'
MESSAGE = CANONICAL.encode()

needs_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen here")
pytestmark = needs_keygen


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two key pairs, ``a`` and ``b``, and a file in which only ``a`` may sign, as @a."""
    directory = tmp_path_factory.mktemp("keys")
    for name in ("a", "b"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(directory / name)]
        subprocess.run(command, check=True)
    (directory / "signers").write_text(f"@a {public(directory, 'a')}\n@b,@c {public(directory, 'b')}\n")
    return directory


def public(directory: Path, name: str) -> str:
    return (directory / f"{name}.pub").read_text().strip()


def approval(signatures: dict[str, str], *approvers: str, **more: object) -> Approval:
    fields: dict[str, object] = {
        "id": "run",
        "scope": {"team": "ml"},
        "amount": "5000",
        "currency": "USD",
        "per": "run",
        "approvers": approvers or ("@a",),
        "reason": "r",
        "expires": "2026-12-05",
        "place": Place("a.yaml", 1),
        "signatures": tuple(signatures.items()),
        "canonical": CANONICAL,
    }
    return Approval(**{**fields, **more})  # type: ignore[arg-type]  # the fields are the test's to get right


def test_a_good_signature_counts_as_signed(keys: Path) -> None:
    given = approval({"@a": sign(MESSAGE, str(keys / "a")), "@b": sign(MESSAGE, str(keys / "b"))}, "@a", "@b", "@c")
    found = standing([given], NOW, signers=str(keys / "signers"))
    (fact,) = found.approvals
    assert (fact.approvers, fact.signed, found.notes) == (("@a", "@b", "@c"), {"@a", "@b"}, ())


def refused(given: Approval, signers: str) -> str:
    """What is said of an approval of @a alone that does not count."""
    found = standing([given], NOW, signers=signers)
    assert found.approvals == ()
    (note,) = found.notes
    start = "the approval run (a.yaml:1) does not count as @a's: the signature is not good, "
    assert note.startswith(start)
    return note.removeprefix(start)


def test_what_is_forged_does_not_count_at_all(keys: Path) -> None:
    signers = str(keys / "signers")
    good = sign(MESSAGE, str(keys / "a"))
    assert "ssh-keygen says" in refused(approval({"@a": good}, canonical=CANONICAL + " "), signers)
    assert "ssh-keygen says" in refused(approval({"@a": sign(MESSAGE, str(keys / "b"))}), signers)
    assert "ssh-keygen says" in refused(approval({"@a": "-----BEGIN SSH SIGNATURE-----\nAAAA\n"}), signers)
    assert "ssh-keygen says" in refused(approval({"@a": good.replace("A", "B", 3)}), signers)
    assert "ssh-keygen" in refused(approval({"@a": ""}), signers)
    other = keys / "other-signature"
    other.write_bytes(MESSAGE)
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", str(keys / "a"), "-n", "file", str(other)], check=True)
    assert "ssh-keygen says" in refused(approval({"@a": Path(f"{other}.sig").read_text()}), signers)


def test_of_several_approvers_only_the_forged_one_falls_away(keys: Path) -> None:
    good = sign(MESSAGE, str(keys / "a"))
    found = standing([approval({"@a": good, "@b": good}, "@a", "@b", "@c")], NOW, signers=str(keys / "signers"))
    (fact,) = found.approvals
    assert (fact.approvers, fact.signed) == (("@a", "@c"), {"@a"})
    assert "@b's" in found.notes[0]


def test_without_signers_nobody_has_signed(keys: Path, tmp_path: Path) -> None:
    given = approval({"@a": sign(MESSAGE, str(keys / "a"))})
    assert "there is no file of allowed signers" in refused(given, "")
    assert "cannot be read" in refused(given, str(tmp_path / "none"))
    assert "cannot be read" in refused(given, str(tmp_path))
    (tmp_path / "large").write_bytes(b"#" * 1_000_001)
    assert "larger than 1 MB" in refused(given, str(tmp_path / "large"))


def test_who_holds_a_key_counts_once(keys: Path) -> None:
    """@b and @c have one key: two names, one approver, in one document or in two."""
    good = sign(MESSAGE, str(keys / "b"))
    both = standing([approval({"@b": good, "@c": good}, "@b", "@c")], NOW, signers=str(keys / "signers"))
    assert [(one.approvers, one.signed) for one in both.approvals] == [(("@b",), {"@b"})]
    assert both.notes[0].endswith("the same key signs as @b, and nobody counts twice")
    two = [approval({name: good}, name, id=f"by{name[1]}") for name in ("@b", "@c")]
    found = standing(two, NOW, signers=str(keys / "signers"))
    assert [one.approvers for one in found.approvals] == [("@b",)]
    again = standing([two[0], approval({"@b": good}, "@b")], NOW, signers=str(keys / "signers"))
    assert len(again.approvals) == 2


@pytest.mark.parametrize(("until", "holds"), [("20261201", True), ("20261120", False)])
def test_keys_are_valid_by_the_clock_that_is_handed_in(keys: Path, tmp_path: Path, until: str, holds: bool) -> None:
    signers = tmp_path / "signers"
    for word in ("valid-before", "VALID-BEFORE"):
        signers.write_text(f'@a {word}="{until}" {public(keys, "a")}\n')
        found = standing([approval({"@a": sign(MESSAGE, str(keys / "a"))})], NOW, signers=str(signers))
        assert len(found.approvals) == holds


@pytest.mark.parametrize("name", ["-foo", "@a\nb", "@a\0", "x" * 300])
def test_a_hostile_name_is_no_option_and_no_crash(keys: Path, name: str) -> None:
    why = Signers(str(keys / "signers"), NOW).objection(name, sign(MESSAGE, str(keys / "a")), MESSAGE)
    assert why == "no such name can be looked up among the signers"


def test_without_ssh_keygen_the_approval_does_not_count(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = approval({"@a": sign(MESSAGE, str(keys / "a"))})
    planted = tmp_path / "ssh-keygen"
    planted.write_text("#!/bin/sh\nexit 0\n")
    planted.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}relative")
    assert refused(given, str(keys / "signers")) == "ssh-keygen is not on the search path"
    with pytest.raises(UsageError):
        sign(MESSAGE, str(keys / "a"))


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo 'unknown option -- Y' >&2; exit 1", "this ssh-keygen is too old to verify signatures"),
        ("echo 'ssh-keygen: illegal option -- Y' >&2; exit 1", "this ssh-keygen is too old to verify signatures"),
        ("exit 3", "ssh-keygen does not accept it"),
        ("exec sleep 30", "took longer than"),
    ],
)
def test_a_strange_ssh_keygen_is_told_of(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, why: str
) -> None:
    given = approval({"@a": sign(MESSAGE, str(keys / "a"))})
    (tmp_path / "ssh-keygen").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "ssh-keygen").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(signatures, "PATIENCE", 1.0)
    assert why in refused(given, str(keys / "signers"))


def test_nothing_is_left_behind(keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    good = sign(MESSAGE, str(keys / "a"))
    assert Signers(str(keys / "signers"), NOW).objection("@a", good, MESSAGE) == ""
    assert Signers(str(keys / "signers"), NOW).objection("@b", good, MESSAGE) != ""
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_none_is_a_mistake_in_the_call(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("no key")
    for name in ("none", "key"):
        with pytest.raises(UsageError):
            sign(MESSAGE, str(tmp_path / name))
