"""Which directories are root modules, and the resources of each."""

from __future__ import annotations

import os

from sumptuary.sources.terraform.calls import is_computed, local_directory, may_lead_below
from sumptuary.sources.terraform.conditions import Condition, counted, report
from sumptuary.sources.terraform.facets import fill
from sumptuary.sources.terraform.graph import Run, root_instance
from sumptuary.sources.terraform.modules import SUFFIXES, Library
from sumptuary.sources.terraform.resources import read_estate
from sumptuary.sources.terraform.tags import read_tags
from sumptuary.sources.terraform.variables import given_for
from sumptuary.sources.tree import Tree, scan_root_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sumptuary.coverage import Coverage
    from sumptuary.model import Resource
    from sumptuary.sources.terraform import Options
    from sumptuary.sources.terraform.modules import Module

UNITS = ("terragrunt.hcl", "terragrunt.stack.hcl")
"""Files by which Terragrunt knows a directory that it runs Terraform for."""


def read_roots(paths: Sequence[str], options: Options, coverage: Coverage) -> Iterator[Resource]:
    """The resources of every root module under the paths, root by root in the order of the directories."""
    start = os.path.commonpath([os.path.abspath(path) for path in paths]) if paths else "."
    tree = Tree(options.scan_root or scan_root_of(start), coverage)
    library = Library(tree)
    directories = _directories(paths, tree)
    modules = {directory: module for directory in directories if (module := library.module(directory)) is not None}
    reached: set[str] = set()
    inferred: dict[str, int] = {}
    conditions: dict[str, list[Condition]] = {}
    for run, module in _roots(directories, modules, library, options, reached):
        for resource in _read_root(run, module, conditions):
            source = resource.attributes.get("inferred_from")
            if isinstance(source, str):
                inferred[source] = inferred.get(source, 0) + 1
            yield resource
    if inferred:
        coverage.note(_inferred_note(inferred))
    if stated := counted(conditions):
        coverage.note(stated)
    for name in options.variables:
        if not any(name in module.variables for module in modules.values()):
            coverage.note(f"--var {name}: no module here declares this variable")


def _roots(
    directories: list[str], modules: dict[str, Module], library: Library, options: Options, reached: set[str]
) -> Iterator[tuple[Run, Module]]:
    """Every root module: what Terragrunt's units name, what nobody calls, and what only calls itself."""
    called = _called(modules)
    with_units = [each for each in directories if any(os.path.isfile(os.path.join(each, name)) for name in UNITS)]
    if with_units:
        from sumptuary.sources.terraform.terragrunt import run_of, units_of

        for unit in units_of(with_units, library, options):
            yield run_of(unit, library, options, reached)
        called |= reached
    # where a source that is put together leads is told only when its caller is read: those callers come first
    ordered = sorted(modules.items(), key=lambda row: not any(is_computed(call) for call in row[1].calls.values()))
    for done in (called, set[str]()):
        for directory, module in ordered:
            if directory not in done and directory not in reached:
                given = given_for(module, options, library.tree)
                yield Run(library, options, directory, given, reached, reusable=is_reusable(module)), module


def _inferred_note(inferred: dict[str, int]) -> str:
    number = sum(inferred.values())
    which = ", ".join(f"{source} {count}" for source, count in sorted(inferred.items(), key=lambda each: -each[1])[:5])
    more = f" and {len(inferred) - 5} more" if len(inferred) > 5 else ""
    things = "resource was" if number == 1 else "resources were"
    return f"{number} {things} inferred from the arguments of modules that are not on this machine: {which}{more}"


def _directories(paths: Sequence[str], tree: Tree) -> list[str]:
    """The directories to look at; a file stands for the directory that it is in."""
    found: dict[str, None] = {}
    for path in paths:
        absolute = os.path.abspath(path)
        if os.path.isdir(absolute):
            for directory in tree.folders([absolute], (*SUFFIXES, *UNITS)):
                found[directory] = None
        elif absolute.endswith((*SUFFIXES, *UNITS, ".tfvars", ".tfvars.json")) and os.path.lexists(absolute):
            found[os.path.dirname(absolute)] = None
        else:
            tree.fail(absolute, 0, "there is no such file or directory, or it is not Terraform")
    return list(found)


def _called(modules: dict[str, Module]) -> set[str]:
    """The directories that another of them calls as a module, or may: those not reached in the end stand alone."""
    called: set[str] = set()
    for directory, module in modules.items():
        for declaration in module.calls.values():
            target = local_directory(declaration)
            if target is not None and target != directory:
                called.add(target)
            below = may_lead_below(declaration)
            if below is not None:
                called.update(each for each in modules if os.path.dirname(each) == below and each != directory)
    return called


def is_reusable(module: Module) -> bool:
    """Whether a directory that nobody here calls is written to be called from elsewhere.

    It has variables that must be given, and nothing that only a root module has: no provider block, no backend, no
    variable file. Its future callers' providers may add tags and choose the region, so those are not known.
    """
    if module.providers or module.has_backend or module.variable_files:
        return False
    return any("default" not in each.body.attributes for each in module.variables.values())


def _read_root(run: Run, module: Module, conditions: dict[str, list[Condition]]) -> Iterator[Resource]:
    estate, configurations = read_estate(root_instance(run, module))
    for resource in estate.resources.values():
        before = resource.tag_attribute
        fill(resource, estate, run.library.tree.coverage)
        if resource.tag_attribute != before:
            resource.tags = read_tags(resource, configurations[resource.address])
    report(estate.instances, run.library.tree.coverage, conditions)
    yield from estate.resources.values()
