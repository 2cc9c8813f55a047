"""A second opinion on the structure of files: python-hcl2 finds the same blocks and attribute names, nested ones too.

Besides the fixtures it looks at the public repositories under the directories of SUMPTUARY_PUBLIC_TREES (a path list).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import hcl2
import pytest
from lark import Token, Tree
from lark.exceptions import LarkError

from sumptuary.sources.terraform.parsing import parse
from sumptuary.sources.terraform.syntax import Body

FIXTURES = Path(__file__).parents[3] / "fixtures"
PUBLIC = [Path(each) for each in os.environ.get("SUMPTUARY_PUBLIC_TREES", "").split(os.pathsep) if each]
needs_public = pytest.mark.skipif(not PUBLIC, reason="SUMPTUARY_PUBLIC_TREES names no directories to compare on")
THEIR_FAULTS = {
    "modules/compute/gke-node-pool/variables.tf": "a heredoc runs on to a later one's end: variables are missing",
    "modules/file-system/gke-storage/variables.tf": "a heredoc runs on to a later one's end: variables are missing",
    "modules/compute/gke-node-pool/main.tf": "an interpolation in quotes may span lines",
    "modules/tgw/hub/remote-state.tf": "a trailing if of a loop may stand before a line end",
    "resource/aws/example_KMSKeyWildcardPrincipal/pass.tf": "white space may follow a heredoc's end",
}
"""Public files that python-hcl2 reads wrongly or not at all, and what of them; Terraform reads them as we do."""
TERRAFORM = shutil.which("terraform")
SAMPLE = 40
"""Files of the public repositories in the short form."""
Structure = tuple[list[str], list[tuple[tuple[str, ...], Any]]]
"""The names of a body's attributes, and its blocks: type and labels, and what is in them."""


def ours(body: Body) -> Structure:
    return list(body.attributes), [((block.type, *block.labels), ours(block.body)) for block in body.blocks]


def theirs(body: Any) -> Structure:
    names: list[str] = []
    blocks: list[tuple[tuple[str, ...], Any]] = []
    for item in body.children:
        if not isinstance(item, Tree):
            continue
        if item.data == "attribute":
            names.append(_text(item.children[0]))
        elif item.data == "block":
            labels = [_text(each) for each in item.children if _kind(each) in ("identifier", "string")]
            inner = next(each for each in item.children if _kind(each) == "body")
            blocks.append((tuple(labels), theirs(inner)))
    return names, blocks


def _kind(node: Any) -> str:
    return str(node.data) if isinstance(node, Tree) else ""


def _text(node: Any) -> str:
    text = "".join(str(token) for token in node.scan_values(lambda each: isinstance(each, Token)))
    return text.removeprefix('"').removesuffix('"')


def terraform_reads(path: Path) -> bool | None:
    """Whether Terraform's own parser takes the file; None where there is no Terraform to ask."""
    if TERRAFORM is None:
        return None
    command = [TERRAFORM, "fmt", "-write=false", "-no-color", str(path)]
    environment = {"PATH": os.environ.get("PATH", ""), "CHECKPOINT_DISABLE": "1"}
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


def compare(files: list[Path]) -> tuple[int, list[str], list[str]]:
    """How many files both read, where they differ, and what only one of them reads, unless Terraform agrees with us."""
    agreed = 0
    different: list[str] = []
    alone: list[str] = []
    for path in files:
        if path.as_posix().endswith(tuple(THEIR_FAULTS)):
            continue
        content = path.read_bytes()
        file = parse(content, str(path))
        try:
            other = hcl2.parses_to_tree(content.decode("utf-8-sig") + "\n")
        except (LarkError, UnicodeDecodeError) as error:
            if not file.problems and terraform_reads(path) is not True:
                alone.append(f"{path}: only we read it: {str(error).splitlines()[0]}")
            continue
        if file.problems:
            if terraform_reads(path) is False:
                continue
            alone.append(f"{path}: only python-hcl2 reads it: {file.problems[0]}")
        elif ours(file.body) == theirs(next(each for each in other.children if _kind(each) == "body")):
            agreed += 1
        else:
            different.append(f"{path}: {ours(file.body)} is {theirs(other.children[0])} for python-hcl2")
    return agreed, different, alone


def public_files() -> list[Path]:
    return sorted(path for root in PUBLIC for path in root.rglob("*.tf") if path.is_file())


def test_the_fixtures_have_the_structure_that_hcl2_finds() -> None:
    agreed, different, alone = compare(sorted(FIXTURES.rglob("*.tf")))
    assert (different, alone) == ([], [])
    assert agreed > 0


@needs_public
def test_a_sample_of_public_files_has_the_structure_that_hcl2_finds() -> None:
    files = public_files()
    agreed, different, alone = compare(files[:: max(1, len(files) // SAMPLE)])
    assert (different, alone) == ([], [])
    assert agreed > 0


@needs_public
@pytest.mark.long
def test_public_files_have_the_structure_that_hcl2_finds() -> None:
    agreed, different, alone = compare(public_files())
    print(f"\n{agreed} files alike, {len(different)} different, {len(alone)} read by one only")  # noqa: T201
    assert (different, alone) == ([], [])
