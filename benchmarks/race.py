"""Checking Terraform: the CPU time of ``sumptuary check`` beside checkov, c7n-left and tree-sitter's parse alone.

Directories are arguments, each of them a checkout that stands on its own; nothing is downloaded but the peers, and
those only with ``--install``. What takes over a minute is run once, whatever ``--times`` says.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import peers
from startup import Once, run_once

BUDGETS = {peers.CHECKOV: 50.0, peers.C7N_LEFT: 12.0}
"""How many times our CPU time a peer must take, by DESIGN; checkov's counts with all its checks."""
AIM = 3.0
"""Times of tree-sitter's parse alone that we are on the way to; no budget, it fails nothing."""
LONG = 60_000.0
"""CPU milliseconds from which a run is not repeated."""
PARSE = """
import os, sys, tree_sitter_hcl
from tree_sitter import Language, Parser
parser = Parser(Language(tree_sitter_hcl.language()))
for directory, below, names in os.walk(sys.argv[1]):
    below[:] = [name for name in below if name not in (".git", ".terraform")]
    for name in names:
        if name.endswith((".tf", ".tofu")):
            with open(os.path.join(directory, name), "rb") as file:
                parser.parse(file.read())
"""


@dataclass(frozen=True)
class Tree:
    """A directory of the race, and what ``sumptuary resources`` reads in it."""

    path: Path
    files: int
    resources: int
    roots: list[str]


@dataclass(frozen=True)
class Field:
    """Who runs, and with what: the environment of the programs, their laws, the seconds that each has."""

    environment: dict[str, str]
    checkov: peers.Peer | None
    custodian: peers.Peer | None
    laws: Path
    times: int
    limit: float


class Run:
    """A program over a tree: CPU milliseconds of each run, which may be of many children, and the peak MB of one.

    ``fell`` counts children that fell over, ``stopped`` says that one had no time left: it needs more than is told.
    """

    def __init__(self, program: str, budget: float | None = None) -> None:
        self.program = program
        self.budget = budget
        self.runs: list[float] = []
        self.megabytes = 0.0
        self.fell = 0
        self.stopped = False

    def repeat(self, commands: list[list[str]], cwd: Path, field: Field, ends: tuple[int, ...] = (0, 1)) -> Run:
        """Run the commands one after the other as often as asked for, once where that takes long."""
        while len(self.runs) < field.times and not (self.runs and self.runs[0] > LONG):
            children = [run_once(command, cwd, field.environment, field.limit) for command in commands]
            self.runs.append(sum(child.milliseconds for child in children))
            self.megabytes = max(self.megabytes, *(child.megabytes for child in children))
            self.fell = sum(_fell(child, ends) for child in children)
            self.stopped = self.stopped or any(child.stopped for child in children)
        return self

    def holds(self, ours: float) -> bool:
        """Whether the program's budget holds; what has none always does."""
        return self.budget is None or min(self.runs) >= self.budget * ours

    def row(self, tree: str, ours: float) -> str:
        """A line of the table; the ratio is of the least of each."""
        least, sign = min(self.runs), "> " if self.stopped else ""
        ratio = f"{sign}{least / ours:.{2 if least < ours else 0}f}"
        holds = "" if self.budget is None else f"{'yes' if self.holds(ours) else '**no**'} ({self.budget:.0f})"
        program = f"{self.program}, {self.fell} of them fell over" if self.fell else self.program
        return (
            f"| {tree} | {program} | {sign}{least / 1000:.2f} | {statistics.median(self.runs) / 1000:.2f} "
            f"| {len(self.runs)} | {self.megabytes:.0f} | {ratio} | {holds} |"
        )


def _fell(child: Once, ends: tuple[int, ...]) -> bool:
    return not child.stopped and (child.code not in ends or "Traceback (most recent call last)" in child.said)


def look(path: Path, environment: dict[str, str]) -> Tree:
    """Count a tree's files, and the resources and root modules that we find in them."""
    program = [str(Path(sys.executable).parent / "sumptuary"), "resources", ".", "--allow-incomplete"]
    resources, roots = 0, set[str]()
    with subprocess.Popen(
        program, cwd=path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        for line in child.stdout or ():  # one by one: our own size would be the least that a child is measured with
            row = json.loads(line)
            if row["source"] == "terraform":
                resources += 1
                roots.add(row["root"])
    if child.returncode != 0:
        sys.exit(f"sumptuary resources failed in {path}")
    files = sum(1 for suffix in ("tf", "tofu") for file in path.rglob(f"*.{suffix}") if ".terraform" not in file.parts)
    return Tree(path, files, resources, sorted(roots))


def raced(tree: Tree, field: Field) -> list[Run]:
    """Every program over one tree: the parse alone, ourselves, and the peers."""
    check = [str(Path(sys.executable).parent / "sumptuary"), "check", ".", "--quiet"]
    run_once(check, tree.path, field.environment)  # compiles the policies
    ends = (0, 1, 3)  # 3: a module that is nowhere could not be read, which to the others is nothing
    parse = [sys.executable, "-c", PARSE, str(tree.path)]
    runs = [
        Run("tree-sitter's parse alone").repeat([parse], tree.path, field),
        Run("sumptuary check").repeat([check], tree.path, field, ends),
    ]
    if (custodian := field.custodian) is not None:
        laws, roots = field.laws / peers.C7N_LEFT, [tree.path / root for root in tree.roots]
        name = f"c7n-left, {peers.LAWS} policies, {len(roots)} runs"
        commands = [peers.custodian_command(custodian, root, laws) for root in roots]
        runs.append(Run(name, BUDGETS[peers.C7N_LEFT]).repeat(commands, tree.path, field))
    if (checkov := field.checkov) is not None:
        few = peers.checkov_command(checkov, tree.path, field.laws / peers.CHECKOV)
        runs.append(Run(f"checkov, {peers.LAWS} checks").repeat([few], tree.path, field))
        every = peers.checkov_command(checkov, tree.path, None)
        runs.append(Run("checkov, all checks", BUDGETS[peers.CHECKOV]).repeat([every], tree.path, field))
    return runs


def peer(name: str, package: str, given: Path | None, into: Path | None) -> peers.Peer | None:
    """A peer where it was told to be or is to be made; None for one that is left out."""
    program = given if given is not None else peers.install(name, into) if into is not None else None
    return peers.found(program.absolute(), package) if program is not None else None


def main() -> int:
    """Print the table; 1 when a budget does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directories", nargs="+", type=Path, metavar="DIRECTORY")
    parser.add_argument("--install", type=Path, metavar="DIR", help="make an environment for each peer here, with pip")
    parser.add_argument("--checkov", type=Path, metavar="PATH", help="checkov's executable")
    parser.add_argument("--c7n-left", type=Path, metavar="PATH", help="c7n-left's executable")
    parser.add_argument("--times", type=int, default=3, help="runs of each (default: 3)")
    parser.add_argument("--limit", type=float, default=1200, help="seconds that a run may take (default: 1200)")
    arguments = parser.parse_args()
    checkov_peer = peer(peers.CHECKOV, "checkov", arguments.checkov, arguments.install)
    custodian_peer = peer(peers.C7N_LEFT, "c7n_left", arguments.c7n_left, arguments.install)
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        peers.write_checkov(place / peers.CHECKOV)
        peers.write_custodian(place / peers.C7N_LEFT)
        for each in (checkov_peer, custodian_peer):
            if each is not None:
                peers.prove(each, place / each.program.name)
        environment = {**os.environ, "XDG_CACHE_HOME": str(place / "cache")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # installed programs have their bytecode
        field = Field(environment, checkov_peer, custodian_peer, place, arguments.times, arguments.limit)
        return report([path.absolute() for path in arguments.directories], field)


def report(directories: list[Path], field: Field) -> int:
    """Race over every directory and print what came of it."""
    versions = [f"Python {platform.python_version()}", version("sumptuary"), version("tree-sitter-hcl")]
    versions += [f"checkov {field.checkov.version}"] if field.checkov is not None else []
    versions += [f"c7n-left {field.custodian.version}"] if field.custodian is not None else []
    today = dt.datetime.now(tz=dt.UTC).date()
    print(f"{today}, {', '.join(versions)}, {platform.system()} {platform.machine()}, {os.cpu_count()} CPUs\n")
    trees = [look(path, field.environment) for path in directories]
    for tree in trees:
        print(f"- {tree.path.name}: {tree.files:,} files, {tree.resources:,} resources of {len(tree.roots)} roots")
    print("\n| tree | program | CPU s, least | median | runs | peak MB | times ours | budget holds |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    good = True
    for tree in trees:
        runs = raced(tree, field)
        ours = min(runs[1].runs)
        print("\n".join(run.row(tree.path.name, ours) for run in runs), flush=True)
        good = good and all(run.holds(ours) for run in runs)
    print(f"\nload {os.getloadavg()[0]:.1f} at the end; the aim beside tree-sitter is {AIM:.0f} times its parse")
    return 0 if good else 1


def version(package: str) -> str:
    """A package of our own environment and its version."""
    from importlib.metadata import version as version_of

    return f"{package} {version_of(package)}"


if __name__ == "__main__":
    sys.exit(main())
