"""Hashes, and what only a run can tell: random and present things."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.values import Unknown

FUNCTIONS = Table()
function = FUNCTIONS.function
_NAMESPACES = {"dns", "url", "oid", "x500"}


def digest(algorithm: str, content: bytes) -> bytes:
    """The hash of some bytes."""
    return hashlib.new(algorithm, content, usedforsecurity=False).digest()


def _hash(algorithm: str) -> None:
    @function("string", name=algorithm)
    def run(text: str) -> object:
        return digest(algorithm, text.encode()).hex()

    del run


def _base64_hash(algorithm: str) -> None:
    @function("string", name=f"base64{algorithm}")
    def run(text: str) -> object:
        return b64encode(digest(algorithm, text.encode())).decode()

    del run


for _name in ("md5", "sha1", "sha256", "sha512"):
    _hash(_name)
_base64_hash("sha256")
_base64_hash("sha512")


def _at_run_time(name: str, parameters: str) -> None:
    @function(parameters, name=name, sees="all")
    def run(*values: object) -> object:
        del values
        return Unknown(f"{name}() is known when Terraform runs", (f"{name}()",))

    del run


_at_run_time("bcrypt", "string number?")
_at_run_time("plantimestamp", "")
_at_run_time("rsadecrypt", "string string")
_at_run_time("timestamp", "")
_at_run_time("uuid", "")


@function("string string")
def uuidv5(namespace: str, name: str) -> object:
    """The UUID that a name has in a namespace."""
    import uuid

    if namespace in _NAMESPACES:
        space: uuid.UUID = getattr(uuid, f"NAMESPACE_{namespace.upper()}")
    else:
        try:
            space = uuid.UUID(namespace)
        except ValueError as error:
            raise EvaluationError(f"{namespace[:40]!r} is not a UUID") from error
    return str(uuid.uuid5(space, name))
