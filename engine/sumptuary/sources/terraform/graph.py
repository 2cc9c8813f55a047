"""Modules as they are called: each instance evaluates its own variables, locals and outputs when they are needed."""

from __future__ import annotations

import os

from sumptuary.model import Call
from sumptuary.sources.terraform.calls import Downloaded, target_of
from sumptuary.sources.terraform.expansion import (
    Expansion,
    expand,
    index_text,
    names_of,
    symbolic_names,
)
from sumptuary.sources.terraform.instances import Nodes
from sumptuary.sources.terraform.namespaces import Locals, Modules, Variables
from sumptuary.sources.terraform.providers import Configuration, passed, stands_in
from sumptuary.sources.terraform.scope import Budget, Inner, TreeFiles
from sumptuary.values import CALLER, PartialMap, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.terraform import Options
    from sumptuary.sources.terraform.modules import Declaration, Library, Module
    from sumptuary.sources.terraform.scope import FileAccess, Scope
    from sumptuary.sources.terraform.terragrunt import Unit
    from sumptuary.sources.terraform.variables import Given

DEEPEST_CALL = 30
"""Module calls within module calls beyond which nothing is expanded."""
MOST_INSTANCES = 200_000
"""Resource and module instances of one root module beyond which the rest is not expanded."""


class Run:
    """What all modules under one root share.

    ``reached`` are the directories that were called; ``left`` counts down the instances that may still be made.
    ``reusable`` says that the root is written to be called from elsewhere; ``unit`` is the Terragrunt unit that gives
    the variables, where one does.
    """

    __slots__ = (
        "budget", "directory", "downloaded", "files", "given", "left", "library", "options", "reached", "reusable",
        "unit",
    )  # fmt: skip

    def __init__(
        self, library: Library, options: Options, directory: str, given: Given, reached: set[str], *, reusable: bool
    ) -> None:
        self.library = library
        self.options = options
        self.directory = directory
        self.given = given
        self.reached = reached
        self.reusable = reusable
        self.downloaded = Downloaded(library.tree, directory)
        self.files: FileAccess = TreeFiles(library.tree.root, directory)
        self.budget = Budget()
        self.left = MOST_INSTANCES
        self.unit: Unit | None = None


class Instance:
    """One instance of a module, and the scope that its expressions see."""

    __slots__ = (
        "_called",
        "_configurations",
        "_data",
        "_names",
        "_nodes",
        "address",
        "budget",
        "call",
        "calls",
        "doubt",
        "files",
        "module",
        "outside",
        "parent",
        "run",
    )

    def __init__(self, run: Run, module: Module) -> None:
        self.run = run
        self.module = module
        self.files: FileAccess = run.files
        self.budget = run.budget
        self.address = ""
        self.parent: Instance | None = None
        self.call: Declaration | None = None
        self.outside: Scope = self
        """The scope of the caller's block, in which the arguments are evaluated."""
        self.calls: tuple[Call, ...] = ()
        self.doubt: Unknown | None = None
        """Why the number of these instances is not known, where it is not."""
        self._called: dict[str, Called] = {}
        self._configurations: dict[str, Configuration] = {}
        self._nodes: dict[str, Nodes] = {}
        self._data = Nodes(self, "data", "")
        self._names: dict[str, object] = {
            "var": Variables(self),
            "local": Locals(self),
            "module": Modules(self),
            "data": self._data,
            "path": {
                "module": self._relative(module.directory),
                "root": ".",
                "cwd": Unknown("path.cwd depends on where Terraform runs", ("path.cwd",)),
            },
            "terraform": PartialMap(
                {"workspace": run.options.workspace}, Unknown("only terraform.workspace is known", ("terraform",))
            ),
        }

    def _relative(self, directory: str) -> str:
        return os.path.relpath(directory, self.run.directory).replace(os.sep, "/")

    def root(self, name: str) -> object:
        """The value of a traversal's first name."""
        if name in self._names:
            return self._names[name]
        if name in self.module.types:
            value = self._names[name] = Nodes(self, "resource", name)
            return value
        if name == "ephemeral":
            return Unknown("ephemeral values exist only while Terraform runs", ("ephemeral",))
        if name in ("each", "count", "self"):
            return Unknown(f"{name} has no meaning here")
        return Unknown(f"{name} is not declared in {self.module.shown}")

    def full(self, name: str) -> str:
        """An address in this module as seen from the root."""
        return f"{self.address}.{name}" if self.address else name

    def resources(self) -> Nodes:
        """All resource nodes by ``type.name``."""
        nodes = self._nodes.get("resource")
        if nodes is None:
            nodes = self._nodes["resource"] = Nodes(self, "resource", "")
        return nodes

    def data(self) -> Nodes:
        """All data nodes by ``type.name``."""
        return self._data

    def called(self, name: str) -> Called:
        """What a module call of this module leads to."""
        found = self._called.get(name)
        if found is None:
            found = self._called[name] = Called(self, self.module.calls[name])
            found.find()  # once it is known here: what its source is made of may lead back to it
        return found

    def provider(self, key: str) -> Configuration | Unknown | None:
        """The provider configuration known here as ``aws`` or ``aws.eu``; None is an implicit, empty one."""
        declared = self.module.providers.get(key)
        given = passed(self.call, key) if self.call is not None else None
        if declared is not None and (given is None or not stands_in(declared)):
            found = self._configurations.get(key)
            if found is None:
                found = self._configurations[key] = Configuration(declared, self)
            return found
        if self.call is None or self.parent is None:
            if self.run.reusable:
                return Unknown("the provider is configured by whoever calls this module", (CALLER, f"provider.{key}"))
            if self.module.hides_provider:
                return Unknown("the provider may stand in what could not be read", (f"provider.{key}",))
            return None if "." not in key else Unknown(f"no provider {key} is configured", (f"provider.{key}",))
        if given is not None:
            return given if isinstance(given, Unknown) else given.among(self.parent.provider(given.name), self.outside)
        if "." in key:
            return Unknown(f"{self.address} is not given the provider {key}", (f"provider.{key}",))
        return self.parent.provider(key)


class Called:
    """A module call: where it leads, and its instances."""

    __slots__ = ("_expanding", "_expansion", "_instances", "_module", "caller", "declaration", "missing")

    def __init__(self, caller: Instance, declaration: Declaration) -> None:
        self.caller = caller
        self.declaration = declaration
        self._expansion: Expansion | None = None
        self._expanding = False
        self._instances: dict[str, Instance] = {}
        self._module: Module | None = None
        self.missing: Unknown | None = Unknown(f"{self.address} takes its source from itself", (self.address,))
        """Why there is no module to look into; what its arguments alone say may be known."""

    @property
    def address(self) -> str:
        """The address of the call, without an index."""
        return self.caller.full(f"module.{self.declaration.name}")

    def is_known(self) -> bool:
        """Whether there is anything to read: its files, or the interface of a public module."""
        return self._module is not None

    def find(self) -> None:
        """Look for the module. What is wrong, or not here, goes into the ledger."""
        self._module = self._found()

    def _found(self) -> Module | None:
        run, declaration = self.caller.run, self.declaration
        name = f"module.{declaration.name}"
        target = target_of(self.caller, declaration)
        self.missing = None
        if target.directory is None:
            if target.interface is None or not target.interface.outputs:
                self.missing = Unknown(f"{name} {target.why}", (name,))
            return target.interface
        run.reached.add(target.directory)
        level: Instance | None = self.caller
        depth = 0
        while level is not None:
            depth += 1
            if level.module.directory == target.directory:
                run.library.tree.fail(
                    declaration.path, declaration.block.line, f"{name} calls {level.module.shown} again: a cycle"
                )
                self.missing = Unknown(f"{name} calls itself", (name,))
                return None
            level = level.parent
        if depth > DEEPEST_CALL:
            message = f"module calls nest deeper than {DEEPEST_CALL}"
            run.library.tree.fail(declaration.path, declaration.block.line, message)
            self.missing = Unknown(f"{name} is nested too deep", (name,))
            return None
        module = run.library.module(target.directory)
        if module is None:
            shown = run.library.tree.shown(target.directory)
            message = f"{name}: there is no Terraform configuration in {shown}"
            run.library.tree.fail(declaration.path, declaration.block.line, message)
            self.missing = Unknown(f"{name} leads to {shown}, where there is no configuration", (name,))
        else:
            run.library.tree.coverage.modules_resolved += 1
        return module

    @property
    def expansion(self) -> Expansion:
        """The instances of the call."""
        if self._expansion is None:
            if self._expanding:
                return Expansion("count", {}, Unknown(f"{self.address} depends on itself", (self.address,)))
            self._expanding = True
            try:
                self._expansion = expand(self.declaration, self.caller, self.address)
            finally:
                self._expanding = False
        return self._expansion

    def instance(self, key: int | str | None) -> Instance | None:
        """The instance under a key."""
        expansion = self.expansion
        return self._make(index_text(key), names_of(expansion, key, expansion.keys[key]), None)

    def instances(self) -> list[Instance]:
        """Every instance, the symbolic one last."""
        found: list[Instance] = []
        for key in self.expansion.keys:
            made = self.instance(key)
            if made is None or self.caller.run.left <= 0:
                break
            found.append(made)
        if self.expansion.rest is not None:
            symbolic = self._make(self.expansion.symbolic_index, symbolic_names(self.expansion), self.expansion.rest)
            found += [symbolic] if symbolic is not None else []
        return found

    def _make(self, index: str, names: dict[str, object], doubt: Unknown | None) -> Instance | None:
        if self._module is None:
            return None
        made = self._instances.get(index)
        if made is None:
            caller, declaration = self.caller, self.declaration
            made = Instance(caller.run, self._module)
            made.address = self.address + index
            made.parent, made.call = caller, declaration
            made.outside = Inner(caller, names) if names else caller
            made.calls = (*caller.calls, Call(made.address, declaration.place()))
            made.doubt = doubt if doubt is not None else caller.doubt
            caller.run.left -= 1
            self._instances[index] = made
        return made


def root_instance(run: Run, module: Module) -> Instance:
    """The root module itself."""
    run.reached.add(module.directory)
    made = Instance(run, module)
    if run.unit is not None:
        made.calls = run.unit.calls()
    return made
