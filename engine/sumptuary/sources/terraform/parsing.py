"""Reads the text of a configuration file: at once where everything in it is in order, else with the whole grammar."""

from __future__ import annotations

from sumptuary.sources.terraform import well_formed
from sumptuary.sources.terraform.syntax import File, Problem

LARGEST = 20_000_000
"""Bytes of a file that is read; people write none of a hundredth of this."""


def parse(source: bytes, path: str) -> File:
    """Read the source of a ``.tf``, ``.tofu``, ``.tfvars`` or ``.hcl`` file. Never raises; see ``File.problems``."""
    file = File(path)
    if len(source) > LARGEST:
        file.problems.append(Problem(1, 1, f"the file is too large to read ({len(source):,} bytes)"))
        return file
    if b"\0" in source:
        line = source[: source.index(b"\0")].count(b"\n") + 1
        file.problems.append(Problem(line, 1, "the file is not text: it holds NUL bytes"))
        return file
    if source.startswith(b"\xef\xbb\xbf"):
        source = source[3:]
    try:
        text = source.decode()
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        file.problems.append(Problem(line, 1, "the file is not UTF-8 text"))
        return file
    body = well_formed.read(text)
    if body is None:
        from sumptuary.sources.terraform import tolerant

        return tolerant.read(source, path)
    file.body = body
    return file
