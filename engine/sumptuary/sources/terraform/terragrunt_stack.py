"""Terragrunt's stacks: one file that names units elsewhere, where each would be generated, and the values it gets."""

from __future__ import annotations

import os

from sumptuary.model import Place
from sumptuary.sources.terraform.graph import Run
from sumptuary.sources.terraform.terragrunt_config import DEEPEST, NAME, Config, Stacked
from sumptuary.sources.terraform.variables import Given
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.sources.terraform import Options
    from sumptuary.sources.terraform.modules import Library
    from sumptuary.sources.terraform.syntax import Block
    from sumptuary.sources.terraform.terragrunt_config import Files

STACK = "terragrunt.stack.hcl"
GENERATED = ".terragrunt-stack"
MOST_UNITS = 2_000
"""Units that the stacks of a scan are followed to."""


class Stacks:
    """The units that stack files stand for. ``sources`` are the files that they take units and stacks from."""

    __slots__ = ("_files", "_left", "_library", "_options", "sources")

    def __init__(self, library: Library, options: Options, files: Files) -> None:
        self._library = library
        self._options = options
        self._files = files
        self._left = MOST_UNITS
        self.sources: set[str] = set()

    def units(self, directories: list[str]) -> list[Config]:
        """The units of the stacks in some directories; what a run of Terragrunt is needed for goes into the ledger.

        A stack that another one takes is judged there, with the values that it gets.
        """
        paths = [path for each in directories if os.path.isfile(path := os.path.join(each, STACK))]
        stacks = [self._config(path, path, None) for path in paths]
        taken = {file for stack in stacks for file in self._taken(stack) if file != stack.path}
        return [unit for stack in stacks if stack.path not in taken for unit in self._of_stack(stack, 0)]

    def _taken(self, stack: Config) -> Iterator[str]:
        """The files of the stacks that a stack takes."""
        for block in stack.body.blocks:
            attribute = block.body.attributes.get("source") if block.type == "stack" else None
            source = stack.value(attribute) if attribute is not None else None
            if isinstance(source, str) and source.startswith((".", "/")):
                yield os.path.join(_directory(os.path.dirname(stack.path), source), STACK)

    def _config(self, path: str, source: str, given: Stacked | None) -> Config:
        """The file at ``source`` as it would stand at ``path``."""
        self._files.place(path, source)
        run = Run(self._library, self._options, os.path.dirname(path), Given({}, {}), set(), reusable=False)
        config = Config(run, self._files, path, path)
        config.stacked = given
        return config

    def _of_stack(self, stack: Config, depth: int) -> list[Config]:
        units: list[Config] = []
        for block in stack.body.blocks:
            if block.type not in ("unit", "stack") or not block.labels:
                continue
            made = self._generated(stack, block)
            if made is None:
                continue
            if block.type == "unit":
                units.append(made)
            elif depth < DEEPEST:
                units += self._of_stack(made, depth + 1)
            else:
                self._tell(stack, block, "stacks are nested too deep")
        return units

    def _generated(self, stack: Config, block: Block) -> Config | None:
        """What a block makes: the file that its source holds, at the place where Terragrunt would generate it."""
        source, path = self._text(stack, block, "source"), self._text(stack, block, "path")
        if source is None or path is None:
            return None
        if not source.startswith((".", "/")):
            self._tell(stack, block, source)
            return None
        tree = self._library.tree
        name = NAME if block.type == "unit" else STACK
        here = os.path.dirname(stack.path)
        where = _directory(here, source)
        file = os.path.join(where, name)
        if "\0" in file or not tree.holds(file) or not os.path.isfile(file):
            inside = "\0" not in file and tree.holds(file)
            why = f"no {name} there" if inside else "outside of the scanned tree"
            self._tell(stack, block, f"{tree.shown(where)}: {why}")
            return None
        beside = block.body.attributes.get("no_dot_terragrunt_stack")
        flat = beside is not None and stack.value(beside) is True
        target = os.path.normpath(os.path.join(here, "" if flat else GENERATED, path, name))
        if "\0" in path or not target.startswith(os.path.join(here, "")):
            self._tell(stack, block, f"its path {path!r} leads out of the stack")
            return None
        self._left -= 1
        if self._left < 0:
            tree.coverage.note(f"{stack.shown}: more than {MOST_UNITS} units in stacks; the rest was not judged")
            return None
        self.sources.add(file)
        return self._config(target, file, Stacked(stack, block))

    def _text(self, stack: Config, block: Block, name: str) -> str | None:
        attribute = block.body.attributes.get(name)
        value = stack.value(attribute) if attribute is not None else None
        if isinstance(value, str) and value:
            return value
        self._tell(stack, block, value.reason if isinstance(value, Unknown) else f"it has no {name} that is text")
        return None

    def _tell(self, stack: Config, block: Block, what: str) -> None:
        """A row of the ledger: a unit or stack whose files are not here, or cannot be told without a run."""
        row = f"{block.type}.{block.labels[0]} ({what}) at {stack.shown}:{block.line}"
        rows = self._library.tree.coverage.unresolved_modules
        if row not in rows:
            rows.append(row)


def _directory(here: str, source: str) -> str:
    return os.path.normpath(os.path.join(here, source.partition("?")[0].replace("//", "/")))


def place_of(unit: Config) -> Place | None:
    """The block of a stack that a unit comes from; None for one that has a directory of its own."""
    stacked = unit.stacked
    return Place(stacked.stack.shown, stacked.block.line) if stacked is not None else None
