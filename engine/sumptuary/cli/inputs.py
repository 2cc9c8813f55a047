"""Which source reads which path: the one place that knows all kinds of files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sumptuary.cli.arguments import variables
from sumptuary.cli.places import shown_path
from sumptuary.sources.terraform import Options, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from sumptuary.coverage import Coverage
    from sumptuary.model import Resource

TERRAFORM = (".tf", ".tofu", ".tfvars", ".tf.json", ".tofu.json", ".tfvars.json")
TERRAGRUNT = ("terragrunt.hcl", "terragrunt.stack.hcl")
STANDARD_INPUT = "-"
MANIFESTS = (".yaml", ".yml", ".json")
PLAN_HEAD = 65536
"""Bytes in which a plan or state names its format: it is the first thing that Terraform writes."""

ENCODING_MARKS = b"\xef\xbb\xbf\xff\xfe"
"""The bytes of which byte order marks are made."""


@dataclass(slots=True, eq=False, repr=False)
class Change:
    """A resource as it stood and as it would stand. Beside a plan, what a tree holds is taken to stay as it is.

    ``recorded`` is set for a row of an inventory: of a plan that it was read from, what stood before is lost.
    """

    before: Resource | None
    after: Resource | None
    recorded: bool = False


def changes(paths: Sequence[str], arguments: Namespace, root: str, coverage: Coverage) -> Iterator[Change]:
    """The resources of every path, each read by the source that knows it: plans first, then trees, then manifests."""
    by_kind: dict[str, list[str]] = {}
    for path in paths:
        by_kind.setdefault(_kind_of(path), []).append(path)
    for path in by_kind.get("plan", ()):
        from sumptuary.sources.terraform.plan import read_changes

        for planned in read_changes(path, coverage):
            yield Change(planned.before, planned.after)
    yield from _recorded([*by_kind.get("inventory", []), *by_kind.get("standard input", [])], coverage)
    directories = by_kind.get("directory", [])
    trees, files = [*directories, *by_kind.get("unit", [])], by_kind.get("configuration", [])
    for resource in _configuration(trees, files, arguments, root, coverage):
        yield Change(resource, resource)
    for resource in _manifests([*directories, *by_kind.get("manifest", [])], root, coverage):
        yield Change(resource, resource)
    for path in by_kind.get("", ()):
        coverage.files_seen += 1
        coverage.fail(shown_path(path), 0, "this is not a kind of file that sumptuary reads")


def _kind_of(path: str) -> str:
    """What a path argument is, by its name and, of JSON, by what it begins with; empty for what nobody reads."""
    if path == STANDARD_INPUT:
        return "standard input"
    if os.path.isdir(path):
        return "directory"
    if path.endswith(TERRAFORM):
        return "configuration"
    if os.path.basename(path) in TERRAGRUNT:
        return "unit"
    if is_inventory(path):
        return "inventory"
    if _is_plan(path):
        return "plan"
    return "manifest" if path.endswith(MANIFESTS) else ""


def _configuration(
    directories: Sequence[str], files: Sequence[str], arguments: Namespace, root: str, coverage: Coverage
) -> Iterator[Resource]:
    """Terraform under directories (or that a Terragrunt unit names), and that which files belong to."""
    trees = dict.fromkeys(directories)
    if files:
        trees.update(_roots([os.path.dirname(path) or "." for path in files], root, coverage))
    if trees:
        options = Options(variables(arguments), tuple(arguments.var_file), root, arguments.workspace)
        yield from read(list(trees), options, coverage)


def _manifests(paths: Sequence[str], root: str, coverage: Coverage) -> Iterator[Resource]:
    """Kubernetes objects under directories and in files."""
    if paths:
        from sumptuary.sources.kubernetes import read as read_manifests

        yield from read_manifests(paths, root, coverage)


def is_inventory(path: str) -> bool:
    """Whether a path is a file of rows as ``sumptuary resources`` writes them."""
    if path.endswith(TERRAFORM) or not os.path.isfile(path):
        return False
    from sumptuary.sources import inventory

    return inventory.is_inventory(path)


def _recorded(paths: Sequence[str], coverage: Coverage) -> Iterator[Change]:
    """The resources of inventories, and of standard input, whatever that carries."""
    if not paths:
        return
    from sumptuary.cli.standard_input import read_standard_input
    from sumptuary.sources.inventory import read as read_rows
    from sumptuary.sources.inventory.reading import Seen

    seen = Seen()
    for path in dict.fromkeys(paths):
        piped = path == STANDARD_INPUT
        rows = read_standard_input(coverage, seen) if piped else read_rows(path, shown_path(path), coverage, seen)
        for resource in rows:
            yield Change(resource, resource, recorded=True)


def _roots(directories: Sequence[str], root: str, coverage: Coverage) -> dict[str, None]:
    """The root modules that lead to these directories, each named by one of its files, so that no tree is walked."""
    from sumptuary.cli.callers import configuration, roots_of

    found: dict[str, None] = {}
    for directory in roots_of(directories, root):
        if (file := configuration(directory)) is not None:
            found[file] = None
        else:
            coverage.note(f"{shown_path(directory)} holds variables but no module that takes them")
    return found


def _is_plan(path: str) -> bool:
    """Whether a file is Terraform's JSON of a plan or a state, by what it begins with."""
    try:
        with open(path, "rb") as file:
            head = file.read(PLAN_HEAD)
    except OSError:
        return False
    head = head.translate(None, b"\0")  # PowerShell's > writes UTF-16, of which these ASCII letters are left
    if not head.lstrip(ENCODING_MARKS + b" \t\r\n").startswith(b"{"):
        return False
    return b'"format_version"' in head or (b'"terraform_version"' in head and b'"lineage"' in head)
