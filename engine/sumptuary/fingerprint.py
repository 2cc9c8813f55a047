"""The identity of a finding over time: what it is about, never where it stands or what it says."""

from __future__ import annotations

import posixpath

from sumptuary.digests import blake2b
from sumptuary.model import Resource


def fingerprint(policy: str, slot: str, resource: Resource, attribute: str, prefix: str) -> str:
    """32 hex digits over policy, slot, root directory, address and attribute path.

    The address holds module path, type, name and instance key. Lines, file names and messages are left out, so that a
    moved block or a reworded policy keeps its history. ``prefix`` is the working directory within the checkout, so
    that a scan from a sub-directory gives the same.
    """
    root = resource.origin.uri or posixpath.normpath(posixpath.join(prefix, resource.origin.root or "."))
    parts = (policy, slot, root, resource.address, attribute)
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
