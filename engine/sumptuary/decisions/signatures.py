"""SSH signatures over approvals, made and verified by ``ssh-keygen``: whose they are is for a file of signers to say.

What was signed is compared as the bytes that ``policy.compile.canonical`` gives. There is no shell, nothing that is
verified becomes an option, and what ssh-keygen reads lies in a directory that nobody else can write into.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sumptuary.errors import SumptuaryError, UsageError

NAMESPACE = "sumptuary-approval"
"""What a signature is for: one over anything else of the same bytes does not count."""
PATIENCE = 20.0
"""Seconds that all verifications of a run may take."""
LARGEST_SIGNERS = 1_000_000
LONGEST_NAME = 200
_SIGNED_FOR = 120.0
"""Seconds in which a person may enter a passphrase, or touch a key."""


@dataclass(slots=True, eq=False, repr=False)
class Signers:
    """Who may sign: ``file`` is in OpenSSH's form of allowed signers, empty where there is none.

    Keys are taken to be valid or not as of ``now``. Verifying in a run ends after ``PATIENCE``.
    """

    file: str
    now: datetime
    deadline: float = field(default_factory=lambda: time.monotonic() + PATIENCE)

    def objection(self, approver: str, signature: str, message: bytes) -> str:
        """Why a signature of ``approver`` over ``message`` does not count, as the end of a sentence; or empty."""
        if not self.file:
            return "there is no file of allowed signers to verify it with (.sumptuary/allowed_signers)"
        if not approver.isprintable() or len(approver) > LONGEST_NAME or approver.startswith("-"):
            return "no such name can be looked up among the signers"
        try:
            with open(self.file, "rb") as file:
                signers = file.read(LARGEST_SIGNERS + 1)
        except OSError as error:
            return f"the file of allowed signers cannot be read: {error.strerror or error}"
        if len(signers) > LARGEST_SIGNERS:
            return f"the file of allowed signers is larger than {LARGEST_SIGNERS // 1_000_000} MB"
        try:
            return self._verify(program(), approver, signature, message, signers)
        except SumptuaryError as error:
            return error.message
        except OSError as error:
            return f"ssh-keygen cannot be run: {error.strerror or error}"

    def _verify(self, keygen: str, approver: str, signature: str, message: bytes, signers: bytes) -> str:
        left = self.deadline - time.monotonic()
        if left <= 0:
            return f"verifying the signatures of this run took longer than {PATIENCE:.0f} seconds"
        with tempfile.TemporaryDirectory(prefix="sumptuary-signature-") as directory:
            keys, signed = os.path.join(directory, "signers"), os.path.join(directory, "signature")
            _write(keys, signers)
            _write(signed, signature.strip().encode("utf-8", "replace") + b"\n")
            asked = [keygen, "-Y", "verify", "-f", keys, "-I", approver, "-n", NAMESPACE, "-s", signed]
            if b"valid-" in signers.lower():  # only then, since an older ssh-keygen does not know the option
                asked += ["-O", f"verify-time={self.now.astimezone(UTC):%Y%m%d%H%M%S}"]
            try:
                ran = subprocess.run(  # noqa: S603  # no shell; names stand behind their options
                    asked, input=message, capture_output=True, timeout=left, check=False, cwd=directory, env=_around()
                )
            except subprocess.TimeoutExpired:
                return f"verifying the signatures of this run took longer than {PATIENCE:.0f} seconds"
        return "" if ran.returncode == 0 else _said(ran.stderr or ran.stdout)


def key_of(signature: str) -> bytes:
    """The public key that an SSH signature names, which is verified: whoever holds it is one person.

    OpenSSH's PROTOCOL.sshsig: ``SSHSIG``, the version, then the key, each text behind its length.
    """
    from base64 import b64decode

    body = signature.partition("-----BEGIN SSH SIGNATURE-----")[2].partition("-----END")[0]
    blob = b64decode("".join(body.split()))
    return blob[14 : 14 + int.from_bytes(blob[10:14], "big")]


def sign(message: bytes, key: str) -> str:
    """The SSH signature over ``message`` by a key file; ssh-keygen asks on the terminal for what it needs.

    Raises:
        UsageError: the key is not there, or ssh-keygen is not, or it does not sign.
    """
    if not os.path.isfile(key):
        raise UsageError(f"the key `{key}` is not there", hint="--sign takes a file with a private SSH key")
    with tempfile.TemporaryDirectory(prefix="sumptuary-signature-") as directory:
        told = os.path.join(directory, "approval")
        _write(told, message)
        asked = [program(), "-Y", "sign", "-f", os.path.abspath(key), "-n", NAMESPACE, told]
        try:
            ran = subprocess.run(  # noqa: S603  # no shell; the key is an absolute path
                asked, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=_SIGNED_FOR, check=False
            )
            if ran.returncode == 0:
                with open(f"{told}.sig", encoding="ascii") as file:
                    return file.read()
        except subprocess.TimeoutExpired:
            raise UsageError("ssh-keygen did not end", place=key) from None
    raise UsageError(f"ssh-keygen does not sign: {_said(ran.stderr)}", place=key)


def program() -> str:
    """Where ssh-keygen is: on the search path, but never in the working directory, which may be the scanned one.

    Raises:
        UsageError: it is nowhere.
    """
    name = "ssh-keygen.exe" if os.name == "nt" else "ssh-keygen"
    for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(directory, name)
        if os.path.isabs(directory) and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise UsageError("ssh-keygen is not on the search path", hint="it comes with OpenSSH; 8.1 or later is needed")


def _around() -> dict[str, str]:
    """What ssh-keygen sees of the environment: times are UTC, words English; no agent is asked to verify."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _said(told: bytes) -> str:
    """What ssh-keygen says of itself, in a line; an old one knows no signatures and complains of the option."""
    lines = [line.strip() for line in told.decode("utf-8", "replace").splitlines() if line.strip()]
    if any("option" in line and ("illegal" in line or "unknown" in line or "invalid" in line) for line in lines):
        return "this ssh-keygen is too old to verify signatures: OpenSSH 8.1 or later does"
    return f"ssh-keygen says: {lines[0][:200]}" if lines else "ssh-keygen does not accept it"


def _write(path: str, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
