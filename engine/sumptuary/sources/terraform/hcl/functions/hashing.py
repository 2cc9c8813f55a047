"""Functions that hash."""

from __future__ import annotations

import base64
import hashlib

from sumptuary.sources.terraform.hcl.operators import string

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def digest(algorithm: str, content: bytes) -> bytes:
    """The digest of some bytes; a fingerprint, not a safeguard."""
    return hashlib.new(algorithm, content, usedforsecurity=False).digest()


def _hex(algorithm: str) -> Callable[..., object]:
    return lambda text: digest(algorithm, string(text).encode()).hex()


def _base64(algorithm: str) -> Callable[..., object]:
    return lambda text: base64.b64encode(digest(algorithm, string(text).encode())).decode()


def _uuidv5(namespace: object, name: object) -> object:
    import uuid

    known = {
        "dns": uuid.NAMESPACE_DNS,
        "url": uuid.NAMESPACE_URL,
        "oid": uuid.NAMESPACE_OID,
        "x500": uuid.NAMESPACE_X500,
    }
    space = string(namespace)
    return str(uuid.uuid5(known.get(space) or uuid.UUID(space), string(name)))


FUNCTIONS: dict[str, Callable[..., object]] = {
    "base64sha256": _base64("sha256"),
    "base64sha512": _base64("sha512"),
    "md5": _hex("md5"),
    "sha1": _hex("sha1"),
    "sha256": _hex("sha256"),
    "sha512": _hex("sha512"),
    "uuidv5": _uuidv5,
}
