"""Digests for names and keys, from Python's own BLAKE2: loading OpenSSL for them would cost a hook 3 ms."""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # an interpreter without the module: the public door leads to the same function
    from hashlib import blake2b

__all__ = ["blake2b"]
