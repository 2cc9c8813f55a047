"""The identity of a finding over time: what it is about, never where it stands or what it says."""

from __future__ import annotations

import posixpath

from sumptuary.digests import blake2b
from sumptuary.model import Resource


def fingerprint(policy: str, slot: str, resource: Resource, prefix: str, *, of_group: bool = False) -> str:
    """32 hex digits over policy, slot, root directory and address; of a group, over policy and slot alone.

    The address holds module path, type, name and instance key. Lines, file names and messages are left out, so that a
    moved block or a reworded policy keeps its history; and so is the attribute to mend, for what is wrong stays the
    same when it is written elsewhere in the block. ``prefix`` is the working directory within the checkout, so that a
    scan from a sub-directory gives the same; what has no root, as a change has none, is the same from everywhere.
    """
    parts = (policy, slot, "", "") if of_group else (policy, slot, root_of(resource, prefix), resource.address)
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def root_of(resource: Resource, prefix: str) -> str:
    """The root directory of a resource relative to the checkout, or the ARN of what is live."""
    origin = resource.origin
    return origin.uri or (within(prefix, origin.root) if origin.root else ".")


def within(prefix: str, path: str) -> str:
    """A path of the checkout relative to it, from one that is relative to the working directory.

    Started beside or above the checkout, as many names lead down into it as steps lead up out of the directory.
    """
    steps = posixpath.normpath(posixpath.join(prefix, path)).split("/")
    up = steps.count("..")
    return "/".join(steps[2 * up :]) or "."
