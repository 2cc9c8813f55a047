"""Paths as relative URIs, for outputs that are read by programs elsewhere."""

from __future__ import annotations

from urllib.parse import quote


def uri_of(path: str) -> str:
    """A path with ``/`` as a URI reference: percent-encoded, ``file:`` where it is absolute; any text is accepted."""
    encoded = quote(path.encode("utf-8", "surrogatepass"))
    return f"file://{encoded}" if path.startswith("/") else encoded


def within_root(path: str) -> bool:
    """Whether a path stays below the working directory."""
    return not path.startswith("/") and ".." not in path.split("/")
