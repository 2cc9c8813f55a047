"""Fixture folders on the bench: read once as ``sumptuary check`` reads them, then judged by policy after policy."""

from __future__ import annotations

import copy
import os
from contextlib import chdir
from dataclasses import replace

from sumptuary.changes import change_set
from sumptuary.cli import check
from sumptuary.cli.arguments import Parser
from sumptuary.cli.deciding import approvals_of
from sumptuary.cli.outcome import whole_report
from sumptuary.cli.reading import gather
from sumptuary.comparison import compared
from sumptuary.coverage import Coverage
from sumptuary.evaluate import Law, judge
from sumptuary.findings import Passed, Skipped
from sumptuary.model import Estate
from sumptuary.rule import Context, EstateRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence

    from sumptuary.cli.reading import Reading
    from sumptuary.model import Resource
    from sumptuary.policy.compiled import Policy
    from sumptuary.policy.fixtures import Folder
    from sumptuary.report import Report

Quiet = dict[tuple[str, str], str]
"""What policies say without a violation: (policy, id of the resource) to ``pass`` or ``skipped``."""


class Bench:
    """A fixture folder that has been read. ``sources`` are the documents under test, empty for all that hold there."""

    def __init__(self, folder: Folder, sources: Sequence[str]) -> None:
        self.folder = folder
        self.arguments = _arguments(folder, sources)
        self.reading = _read(folder.head, self.arguments)
        self.former: Reading | None = None
        if folder.base:
            self.former = _read(folder.base, self.arguments)
            laws, before = self.reading.circumstances.laws, self.former.circumstances.laws
            self.reading.circumstances.laws = replace(laws, approvals=before.approvals, waivers=before.waivers)
            self.reading.before = self.former.resources
        self.coverage = self.reading.coverage
        self.held = {policy.id: policy for policy in self.reading.circumstances.laws.policies}

    def policies(self, others: Mapping[str, Policy] | None = None) -> list[Policy]:
        """The policies that judge this folder; ``others`` take the place of those of their ids."""
        held = {**self.held, **(others or {})}
        return [held[name] for name in self.folder.policies if name in held]

    def report(self, policies: Sequence[Policy]) -> Report:
        """What the policies say of the folder, as a run would report it; with a base, what is new since then."""
        head = self._whole(self.reading, self.folder.head, policies)
        if self.former is None:
            return head
        former = self._whole(self.former, self.folder.base, policies)
        new_only = [policy.id for policy in policies if policy.enforcement.new_only]
        return compared(head, former, revision=self.folder.options.base, commit="", new_only=new_only)

    def _whole(self, reading: Reading, directory: str, policies: Sequence[Policy]) -> Report:
        around = reading.circumstances
        laws = replace(around.laws, policies=list(policies))
        fresh = replace(reading, circumstances=replace(around, laws=laws), coverage=copy.deepcopy(reading.coverage))
        with chdir(directory):
            return whole_report(fresh, self.arguments)

    def quiet(self, policies: Sequence[Policy]) -> tuple[list[Resource], Quiet]:
        """The resources that were judged, and what the policies say of them without a violation.

        Called after ``report``, which prices them.
        """
        reading, around = self.reading, self.reading.circumstances
        resources = list(reading.resources)
        if (change := change_set(resources, reading.before)) is not None:
            resources.append(change)
        inputs = around.inputs | {"base"} if reading.before is not None else around.inputs
        context = Context(
            around.now, around.catalogue, Estate(resources), approvals_of(_anew(reading), self.arguments), inputs
        )
        found: Quiet = {}
        for policy in policies:
            law = Law(policy, self.arguments.stage)
            loud: set[str] = set()
            for resource, outcome in judge(law, context):
                if isinstance(outcome, (Passed, Skipped)):
                    found[policy.id, resource.id] = "pass" if isinstance(outcome, Passed) else "skipped"
                else:
                    loud.add(resource.id)
            if isinstance(law.rule, EstateRule):
                for resource in resources:
                    if resource.id not in loud and law.selector.matches(resource) is True:
                        found.setdefault((policy.id, resource.id), "pass")
        return resources, found


def _anew(reading: Reading) -> Reading:
    """The same reading with a ledger of its own, which judging fills."""
    return replace(reading, coverage=copy.deepcopy(reading.coverage))


def _arguments(folder: Folder, sources: Sequence[str]) -> Namespace:
    """What a call of ``sumptuary check`` in the folder would be given."""
    parser = Parser(prog="sumptuary check", description=check.HELP)
    check.configure(parser)
    given, here = folder.options, folder.path
    call = [*(given.paths or ["."]), "--now", folder.now.isoformat(), "--stage", given.stage]
    call += ["--workspace", given.workspace]
    for source in sources:
        call += ["--policies", os.path.abspath(source)]
    for name, value in given.variables.items():
        call += ["--var", f"{name}={str(value).lower() if isinstance(value, bool) else value}"]
    for option, files in (("--var-file", given.var_files), ("--commitments", given.commitments)):
        for file in files:
            call += [option, os.path.abspath(os.path.join(here, file))]
    for file in given.prices:
        call += ["--prices", os.path.abspath(os.path.join(here, file))]
    return parser.arguments(call)


def _read(directory: str, arguments: Namespace) -> Reading:
    with chdir(directory):
        arguments.root = os.getcwd()
        return gather(arguments, Coverage())
