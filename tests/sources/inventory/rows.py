"""Rows as text in, resources out: what the tests of this folder share."""

from __future__ import annotations

import io
import json

from sumptuary.coverage import Coverage
from sumptuary.model import Resource
from sumptuary.sources.inventory import read

ROW: dict[str, object] = {
    "address": "aws_instance.a",
    "kind": "compute.instance",
    "type": "aws_instance",
    "provider": "aws",
    "facets": {},
    "id": ".:aws_instance.a",
}


def text_of(**changes: object) -> bytes:
    """A row with some fields changed, as a line."""
    return json.dumps({**ROW, **changes}).encode() + b"\n"


def read_bytes(content: bytes) -> tuple[list[Resource], Coverage]:
    """What is read of a file of this content, and the ledger."""
    coverage = Coverage()
    return list(read(io.BytesIO(content), "given.ndjson", coverage)), coverage


def only(**changes: object) -> Resource:
    """The resource of one row that must read without a failure."""
    found, coverage = read_bytes(text_of(**changes))
    assert not coverage.failures, coverage.failures
    (resource,) = found
    return resource


def failure(content: bytes) -> tuple[int, str]:
    """The line and message of the one failure that a file of this content has."""
    _, coverage = read_bytes(content)
    (found,) = coverage.failures
    assert found.path == "given.ndjson"
    return found.line, found.message
