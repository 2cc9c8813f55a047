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
MANIFESTS = (".yaml", ".yml", ".json")
PLAN_HEAD = 65536
"""Bytes in which a plan or state names its format: it is the first thing that Terraform writes."""


@dataclass(slots=True, eq=False, repr=False)
class Change:
    """A resource as it stood and as it would stand. Beside a plan, what a tree holds is taken to stay as it is."""

    before: Resource | None
    after: Resource | None


def changes(paths: Sequence[str], arguments: Namespace, root: str, coverage: Coverage) -> Iterator[Change]:
    """The resources of every path, each read by the source that knows it."""
    trees: dict[str, None] = {}
    changed: list[str] = []
    manifests: list[str] = []
    for path in paths:
        if os.path.isdir(path):
            trees[path] = None
            manifests.append(path)
        elif path.endswith(TERRAFORM):
            changed.append(os.path.dirname(path) or ".")
        elif _is_plan(path):
            from sumptuary.sources.terraform.plan import read_changes

            for planned in read_changes(path, coverage):
                yield Change(planned.before, planned.after)
        elif path.endswith(MANIFESTS):
            manifests.append(path)
        else:
            coverage.files_seen += 1
            coverage.fail(shown_path(path), 0, "this is not a kind of file that sumptuary reads")
    if changed:
        trees.update(_roots(changed, root, coverage))
    if trees:
        options = Options(variables(arguments), tuple(arguments.var_file), root, arguments.workspace)
        for resource in read(list(trees), options, coverage):
            yield Change(resource, resource)
    if manifests:
        from sumptuary.sources.kubernetes import read as read_manifests

        for resource in read_manifests(manifests, root, coverage):
            yield Change(resource, resource)


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
