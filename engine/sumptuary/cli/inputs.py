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
STANDARD_INPUT = "-"
MANIFESTS = (".yaml", ".yml", ".json")
PLAN_HEAD = 65536
"""Bytes in which a plan or state names its format: it is the first thing that Terraform writes."""


@dataclass(slots=True, eq=False, repr=False)
class Change:
    """A resource as it stood and as it would stand. Beside a plan, what a tree holds is taken to stay as it is."""

    before: Resource | None
    after: Resource | None


def changes(paths: Sequence[str], arguments: Namespace, root: str, coverage: Coverage) -> Iterator[Change]:
    """The resources of every path, each read by the source that knows it: plans first, then trees, then manifests."""
    by_kind: dict[str, list[str]] = {}
    for path in paths:
        by_kind.setdefault(_kind_of(path), []).append(path)
    for path in by_kind.get("plan", ()):
        from sumptuary.sources.terraform.plan import read_changes

        for planned in read_changes(path, coverage):
            yield Change(planned.before, planned.after)
    directories = by_kind.get("directory", [])
    for resource in (
        *(_standard_input(coverage) if "standard input" in by_kind else ()),
        *_configuration(directories, by_kind.get("configuration", []), arguments, root, coverage),
        *_manifests([*directories, *by_kind.get("manifest", [])], root, coverage),
    ):
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
    if _is_plan(path):
        return "plan"
    return "manifest" if path.endswith(MANIFESTS) else ""


def _configuration(
    directories: Sequence[str], files: Sequence[str], arguments: Namespace, root: str, coverage: Coverage
) -> Iterator[Resource]:
    """Terraform under directories, and that which files belong to."""
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


def _standard_input(coverage: Coverage) -> Iterator[Resource]:
    """What is piped in: rendered manifests, or what ``kubectl get -o json`` prints."""
    import sys

    from sumptuary.sources.kubernetes import read_text

    yield from read_text(sys.stdin.buffer.read(), "stdin", coverage)


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
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    return b'"format_version"' in head or (b'"terraform_version"' in head and b'"lineage"' in head)
