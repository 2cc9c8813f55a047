"""Standard input as a path (``-``): what it carries is told by how it begins."""

from __future__ import annotations

import sys

from sumptuary.sources.inventory import read as read_rows
from sumptuary.sources.inventory.lines import BLANK, MARK, Rest, begins_as_row, first_line
from sumptuary.sources.kubernetes import read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.coverage import Coverage
    from sumptuary.model import Resource
    from sumptuary.sources.inventory.reading import Seen

SHOWN = "stdin"
LIST_OF_NONE = b"items:[]"
LARGEST = 100_000_000
"""Bytes of the largest text that is read whole from standard input: what a cluster's dump may have as a file."""


def read_standard_input(coverage: Coverage, seen: Seen | None = None) -> Iterator[Resource]:
    """The resources that standard input tells of: an inventory line by line, or a text of Kubernetes objects."""
    stream = sys.stdin.buffer
    head = first_line(stream)
    if _is_inventory(head):
        yield from read_rows(Rest(head, stream), SHOWN, coverage, seen)
        return
    plain = head.translate(None, b"\0")  # of UTF-16, the ASCII letters
    if b'"terraform_version"' in plain or b'"format_version"' in plain:
        coverage.files_seen += 1
        coverage.fail(SHOWN, 0, "a plan or state is read from a file: write it to one and name that")
        return
    text = head + stream.read(LARGEST + 1 - len(head))
    if len(text) > LARGEST:
        coverage.files_seen += 1
        coverage.fail(SHOWN, 0, f"it is larger than {LARGEST // 1_000_000} MB")
        return
    yield from _objects(text, coverage)


def _objects(text: bytes, coverage: Coverage) -> Iterator[Resource]:
    """The Kubernetes objects of a text. None at all is a command before the pipe that failed, or a mistaken pipe."""
    failed, found = len(coverage.failures), False
    for resource in read_text(text, SHOWN, coverage):
        found = True
        yield resource
    if found or len(coverage.failures) > failed:
        return
    if not text.strip():
        coverage.fail(SHOWN, 0, "nothing came in: look at the command before the pipe")
    elif not _is_empty_on_purpose(text):
        coverage.fail(SHOWN, 0, "it holds no Kubernetes object, and no line of an inventory")


def _is_empty_on_purpose(text: bytes) -> bool:
    """Whether a text without objects is a list of none, as ``kubectl get`` gives, or comments of what was rendered."""
    if LIST_OF_NONE in text.translate(None, b'" \t\r\n'):
        return True
    return all(not line.strip() or line.lstrip().startswith((b"#", b"---")) for line in text.splitlines())


def _is_inventory(head: bytes) -> bool:
    """Whether standard input carries rows; a first row that is broken still shows what the others are."""
    line = head.removeprefix(MARK).strip(BLANK)
    if begins_as_row(head):
        return True
    return line.startswith(b"{") and b'"address"' in line and b'"apiVersion"' not in line
