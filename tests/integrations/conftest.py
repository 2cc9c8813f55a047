"""An account in moto for the scheduled scans, as the tests of the live source have it."""

from __future__ import annotations

from sources.aws.conftest import account, cache, endpoint, moto

__all__ = ["account", "cache", "endpoint", "moto"]
