"""One Terragrunt file as its own expressions see it: locals, includes, dependencies, and Terragrunt's functions."""

from __future__ import annotations

import os

from sumptuary.sources.terraform.graph import Instance
from sumptuary.sources.terraform.lazy import Lazy, settled
from sumptuary.sources.terraform.modules import Declaration, Module
from sumptuary.sources.terraform.parsing import parse
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.sources.terraform.syntax import Body
from sumptuary.values import PartialMap, Unknown, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.sources.terraform.graph import Run
    from sumptuary.sources.terraform.modules import Library
    from sumptuary.sources.terraform.syntax import Attribute, Block

DEEPEST = 8
"""Files read by files that are followed."""
NAME = "terragrunt.hcl"
VALUES = "terragrunt.values.hcl"
"""What Terragrunt writes beside a unit that it generates from a stack: the values that the stack gives it."""


class Files:
    """The Terragrunt files of a run, each parsed once; what is wrong with one goes into the ledger."""

    __slots__ = ("_bodies", "_sources", "library", "read")

    def __init__(self, library: Library) -> None:
        self.library = library
        self._bodies: dict[str, Body | None] = {}
        self._sources: dict[str, str] = {}
        self.read: dict[tuple[str, str], Config] = {}
        """What ``read_terragrunt_config`` gave, by the unit that asked and the file: each is evaluated once."""

    def place(self, path: str, source: str) -> None:
        """Let a file be found at a place where a run of Terragrunt would copy it to."""
        self._sources[path] = source

    def shown(self, path: str) -> str:
        """The path of a file as reports give it: where somebody can edit it."""
        return self.library.tree.shown(self._sources.get(path, path))

    def body(self, path: str) -> Body | None:
        """What a file says; None where it cannot be read."""
        path = self._sources.get(path, path)
        if path not in self._bodies:
            tree = self.library.tree
            content = tree.read(path)
            file = parse(content, path) if content is not None else None
            for problem in file.problems[:5] if file is not None else ():
                tree.fail(path, problem.line, problem.message)
            self._bodies[path] = file.body if file is not None else None
        return self._bodies[path]


class Stacked:
    """The block of a stack that a unit or stack comes from, and with it the values that it is given."""

    __slots__ = ("block", "stack")

    def __init__(self, stack: Config, block: Block) -> None:
        self.stack = stack
        self.block = block

    def value(self) -> object:
        """What the unit sees as ``values``."""
        attribute = self.block.body.attributes.get("values")
        return self.stack.value(attribute) if attribute is not None else {}


class Config(Instance):
    """A Terragrunt file. ``path`` is its own, ``child`` that of the unit that includes or reads it (or its own).

    It is evaluated as a module is that has nothing but locals, so that values are traced through it the same way.
    """

    __slots__ = ("_includes", "_inputs", "body", "child", "depth", "files_read", "path", "stacked")

    def __init__(self, run: Run, files: Files, path: str, child: str, depth: int = 0) -> None:
        shown = files.shown(path)
        module = Module(os.path.dirname(path), shown)
        body = files.body(path)
        self.body = body if body is not None else Body()
        for block in self.body.blocks:
            if block.type == "locals":
                for name, attribute in block.body.attributes.items():
                    module.locals.setdefault(name, (attribute, shown))
        super().__init__(run, module)
        self.files_read = files
        self.path = path
        self.child = child
        self.depth = depth
        self.stacked: Stacked | None = None
        self._inputs: object = None
        self._includes: dict[str, Config] | None = None

    @property
    def shown(self) -> str:
        """The path as reports give it."""
        return self.module.shown

    def root(self, name: str) -> object:
        """The value of a traversal's first name; with ``()`` behind it, the function of that name."""
        if name.endswith("()"):
            from sumptuary.sources.terraform.terragrunt_functions import function

            return function(name[:-2], self)
        if name == "include":
            return self._exposed()
        if name == "dependency":
            return _Dependencies(self)
        if name == "feature":
            return {block.labels[0]: {"value": self._default(block)} for block in self.blocks("feature")}
        if name == "values":
            return self._values()
        return super().root(name)

    def _values(self) -> object:
        """``values``: as a stack gives them, or as Terragrunt has written them beside a unit that it generated."""
        if self.stacked is not None:
            return self.stacked.value()
        path = os.path.join(os.path.dirname(self.child), VALUES)
        if os.path.isfile(path) and self.run.library.tree.holds(path):
            body = self.files_read.body(path)
            return {name: self.value(each) for name, each in body.attributes.items()} if body is not None else {}
        return Unknown("values come from a stack, and none here names this unit", ("values",))

    def blocks(self, kind: str) -> Iterator[Block]:
        """The blocks of a type that have a label."""
        return (block for block in self.body.blocks if block.type == kind and block.labels)

    def _default(self, block: Block) -> object:
        attribute = block.body.attributes.get("default")
        return self.value(attribute) if attribute is not None else None

    def value(self, attribute: Attribute) -> object:
        """The value of an attribute of this file."""
        return settled(attribute.expression.evaluate(self))

    def setting(self, kind: str, name: str) -> tuple[Attribute, object] | None:
        """An attribute of the first block of a type, with its value; None where it is not set."""
        for block in self.body.blocks:
            if block.type == kind and name in block.body.attributes:
                attribute = block.body.attributes[name]
                return attribute, self.value(attribute)
        return None

    def inputs(self) -> object:
        """What this file alone gives: a map, or Unknown; empty where it says nothing."""
        if self._inputs is None:
            self._inputs = Unknown(f"the inputs of {self.shown} depend on themselves")
            attribute = self.body.attributes.get("inputs")
            self._inputs = self.value(attribute) if attribute is not None else {}
            if not is_map(self._inputs) and not isinstance(self._inputs, Unknown):
                self._inputs = Unknown(f"the inputs of {self.shown} are no map")
        return self._inputs

    def includes(self) -> dict[str, Config]:
        """The files that this one includes, by label; what cannot be found is left out and goes into the ledger."""
        if self._includes is None:
            self._includes = {}
            for block in self.body.blocks:
                if block.type == "include" and "path" in block.body.attributes:
                    found = self._included(block.body.attributes["path"])
                    if found is not None:
                        self._includes[block.labels[0] if block.labels else ""] = found
        return self._includes

    def _included(self, attribute: Attribute) -> Config | None:
        value = self.value(attribute)
        tree = self.run.library.tree
        if isinstance(value, Unknown):
            tree.coverage.note(f"{self.shown}:{attribute.line}: what it includes is not known: {value.reason}")
            return None
        path = os.path.normpath(os.path.join(os.path.dirname(self.child), value)) if isinstance(value, str) else ""
        if not os.path.isfile(path) or not tree.holds(path):
            tree.coverage.note(f"{self.shown}:{attribute.line}: what it includes is not in the scanned tree")
            return None
        return Config(self.run, self.files_read, path, self.child, self.depth + 1) if path != self.path else None

    def _exposed(self) -> object:
        """``include.root.locals``; of an include without a label, ``include.locals``."""
        found: dict[str, object] = {}
        for name, config in self.includes().items():
            if not name:
                return config.told()
            found[name] = config.told()
        return found

    def told(self) -> object:
        """What another file sees of this one."""
        rest = Unknown(f"only the locals and inputs of {self.shown} are known", (self.shown,))
        return PartialMap({"locals": self.root("local"), "inputs": self.inputs()}, rest)

    def read(self, path: str) -> Config:
        """Another file, as ``read_terragrunt_config`` reads it. Raises EvaluationError where there is none."""
        full = os.path.normpath(os.path.join(os.path.dirname(self.path if self.depth else self.child), path))
        if not os.path.isfile(full) or not self.run.library.tree.holds(full):
            raise EvaluationError(f"there is no file {path}")
        if self.depth >= DEEPEST:
            raise EvaluationError("files read each other too deep")
        key = (self.run.directory, full)
        if key not in self.files_read.read:
            self.files_read.read[key] = Config(self.run, self.files_read, full, full, self.depth + 1)
        return self.files_read.read[key]

    def block(self, block: Block) -> Declaration:
        """One of its blocks with the file that it stands in."""
        return Declaration(".".join(block.labels), block, self.path, self.shown)


class _Dependencies(Lazy):
    """``dependency``: the outputs of other units, which only a run can tell."""

    __slots__ = ("_config",)

    def __init__(self, config: Config) -> None:
        self._config = config

    def attribute(self, name: str) -> object:
        """``dependency.vpc``."""
        full = f"dependency.{name}"
        return Unknown(f"{full} needs a run of Terragrunt", (full,))

    def whole(self) -> object:
        """All of them."""
        return Unknown("dependencies need a run of Terragrunt", ("dependency",))
