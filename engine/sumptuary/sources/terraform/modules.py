"""A directory of configuration as a module: its files parsed once, their blocks sorted by what they declare."""

from __future__ import annotations

import os
import re

from sumptuary.model import Place
from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.overrides import file_of, merge
from sumptuary.sources.terraform.parsing import parse
from sumptuary.sources.terraform.syntax import Attribute, Block, Body, Problem
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.terraform.value_types import Type
    from sumptuary.sources.tree import Tree

_PROVIDER = rb'(?m)^\s*"?provider"?\b'
IGNORED = frozenset({"moved", "removed", "import", "action", "ephemeral", "list", "library", "language"})
"""Blocks that neither add a resource nor change one's value."""
_LABELS = {"variable": 1, "output": 1, "provider": 1, "module": 1, "check": 1, "resource": 2, "data": 2}

SUFFIXES = (".tf", ".tofu", ".tf.json", ".tofu.json")
"""Files of configuration."""


class Declaration:
    """A block of configuration and the file it stands in.

    ``name`` is ``type.name`` for resources and data. ``damage`` says why some of what the block holds may be missing.
    ``stands_at`` gives, of a block of an interface, the address in the public module itself. The last slots keep what
    other rooms work out of the block once, however often it is evaluated.
    """

    __slots__ = (
        "block",
        "damage",
        "flags",
        "groups",
        "kind",
        "name",
        "named",
        "path",
        "places",
        "provider",
        "providers",
        "references",
        "shown",
        "source",
        "stands_at",
    )

    def __init__(self, name: str, block: Block, path: str, shown: str, damage: Unknown | None = None) -> None:
        self.name = name
        self.block = block
        self.path = path
        self.shown = shown
        self.damage = damage
        self.flags: dict[str, bool] = {}
        self.groups: dict[str, list[Block]] | None = None
        self.kind: Type | Unknown | None = None
        self.named: dict[str, list[tuple[str, ...]]] = {}
        self.places: dict[str, Place] | None = None
        self.provider = ""
        self.providers: object = None
        self.references: list[tuple[str, list[tuple[str, ...]]]] | None = None
        self.source: str | None = None
        self.stands_at: Expression | None = None

    @property
    def body(self) -> Body:
        """The block's body."""
        return self.block.body

    def place(self) -> Place:
        """Where the block stands."""
        return Place(self.shown, self.block.line, self.block.end_line)

    def place_of(self, attribute: Attribute) -> Place:
        """Where one of its attributes stands."""
        return Place(file_of(attribute, self.shown), attribute.line, attribute.end_line, attribute.expression.column)

    def expression(self, name: str) -> Expression | None:
        """The expression of an attribute, None when it is not set."""
        attribute = self.block.body.attributes.get(name)
        return attribute.expression if attribute is not None else None


class Module:
    """What a directory declares. ``complete`` is False when some of its files could not be read whole.

    ``hides_provider`` says that a provider's configuration may be among what could not: a file that cannot be opened,
    or a damaged one that names a provider. ``inferred`` names the public module that an interface stands in for.
    """

    __slots__ = (
        "calls",
        "checks",
        "complete",
        "data",
        "directory",
        "hides_provider",
        "inferred",
        "locals",
        "named",
        "outputs",
        "providers",
        "resources",
        "settings",
        "shown",
        "types",
        "variable_files",
        "variables",
    )

    def __init__(self, directory: str, shown: str) -> None:
        self.directory = directory
        self.shown = shown
        self.complete = True
        self.hides_provider = False
        self.inferred = ""
        self.variables: dict[str, Declaration] = {}
        self.outputs: dict[str, Declaration] = {}
        self.locals: dict[str, tuple[Attribute, str]] = {}
        self.resources: dict[str, Declaration] = {}
        self.data: dict[str, Declaration] = {}
        self.calls: dict[str, Declaration] = {}
        self.providers: dict[str, Declaration] = {}
        self.checks: dict[str, Declaration] = {}
        self.settings: list[Declaration] = []
        self.types: frozenset[str] = frozenset()
        self.variable_files: tuple[str, ...] = ()
        self.named: dict[str, list[tuple[str, ...]]] = {}

    @property
    def has_backend(self) -> bool:
        """Whether it says where its state is kept, which only root modules do."""
        return any(block.type in ("backend", "cloud") for each in self.settings for block in each.body.blocks)


class Library:
    """Every module of a run, read once however often it is called."""

    __slots__ = ("_modules", "tree")

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._modules: dict[str, Module | None] = {}

    def module(self, directory: str) -> Module | None:
        """The module in a directory; None when the directory holds no configuration."""
        if directory not in self._modules:
            self._modules[directory] = self._read(directory)
        return self._modules[directory]

    def _read(self, directory: str) -> Module | None:
        names = self.tree.listing(directory)
        main, override = _files(names)
        if not main and not override:
            return None
        module = Module(directory, self.tree.shown(directory))
        module.variable_files = tuple(name for name in names if name.endswith((".tfvars", ".tfvars.json")))
        for name in main:
            self._add_file(module, os.path.join(directory, name), override=False)
        for name in override:
            self._add_file(module, os.path.join(directory, name), override=True)
        module.types = frozenset(name.partition(".")[0] for name in module.resources)
        return module

    def _add_file(self, module: Module, path: str, *, override: bool) -> None:
        content = self.tree.read(path)
        if content is None:
            module.complete = False
            module.hides_provider = True
            return
        if path.endswith(".json"):
            from sumptuary.sources.terraform.json_syntax import parse_json

            file = parse_json(content)
        else:
            file = parse(content, path)
        if file.problems:
            self._report(path, file.problems, file.body)
        if any(problem.hides for problem in file.problems):
            module.complete = False
            module.hides_provider = module.hides_provider or re.search(_PROVIDER, content) is not None
        shown = self.tree.shown(path)
        if override:
            for line, what in override_with(module, file.body, path, shown):
                self.tree.coverage.note(f"{shown}:{line}: there is no {what} to override: Terraform would refuse this")
            return
        for attribute in file.body.attributes.values():
            module.complete = False
            self.tree.fail(path, attribute.line, f"{attribute.name} is set outside of any block")
        for block in file.body.blocks:
            problem = declare(module, block, path, shown, _damage(block, file.problems, shown))
            if problem:
                module.complete = False
                self.tree.fail(path, block.line, problem)

    def _report(self, path: str, problems: list[Problem], body: Body) -> None:
        for problem in problems[:5]:
            self.tree.fail(path, problem.line, problem.message)
        if not body.blocks and not body.attributes:
            self.tree.unread(path)


def _files(names: list[str]) -> tuple[list[str], list[str]]:
    """The configuration files of a directory, and its override files; ``.tofu`` stands in for ``.tf``."""
    chosen = {name for name in names if name.endswith(SUFFIXES) and not name.startswith((".", "#"))}
    for name in list(chosen):
        for tofu, plain in ((".tofu", ".tf"), (".tofu.json", ".tf.json")):
            if name.endswith(tofu):
                chosen.discard(name.removesuffix(tofu) + plain)
    main: list[str] = []
    override: list[str] = []
    for name in sorted(chosen):
        stem = name.removesuffix(".json").rpartition(".")[0]
        (override if stem == "override" or stem.endswith("_override") else main).append(name)
    return main, override


def _damage(block: Block, problems: list[Problem], shown: str) -> Unknown | None:
    """Why a block is not whole, when a problem lies inside it that more than one attribute may suffer from."""
    for problem in problems:
        if problem.hides and block.line <= problem.line <= block.end_line:
            return Unknown(f"the block could not be read whole ({shown}:{problem.line}: {problem.message})", (shown,))
    return None


def declare(module: Module, block: Block, path: str, shown: str, damage: Unknown | None) -> str:
    """Add a block to a module. Returns what is wrong with it, or nothing."""
    kind = block.type
    if kind == "locals":
        for name, attribute in block.body.attributes.items():
            if name in module.locals:
                return (
                    f"local.{name} is declared twice (first in {module.locals[name][1]}:{module.locals[name][0].line})"
                )
            module.locals[name] = (attribute, shown)
        return ""
    if kind == "terraform":
        module.settings.append(Declaration("terraform", block, path, shown))
        return ""
    wanted = _LABELS.get(kind)
    if wanted is None:
        return "" if kind in IGNORED else f"there is no block {kind!r} in Terraform"
    if len(block.labels) != wanted:
        return f"a {kind} block has {wanted} label{'s' if wanted > 1 else ''}, here are {len(block.labels)}"
    declaration = Declaration(".".join(block.labels), block, path, shown, damage)
    table = _table(module, kind)
    name = _provider_key(declaration) if kind == "provider" else declaration.name
    if name in table:
        before = table[name]
        return f"{kind} {name} is declared twice (first in {before.shown}:{before.block.line})"
    table[name] = declaration
    return ""


def _table(module: Module, kind: str) -> dict[str, Declaration]:
    return {
        "variable": module.variables,
        "output": module.outputs,
        "resource": module.resources,
        "data": module.data,
        "module": module.calls,
        "provider": module.providers,
        "check": module.checks,
    }[kind]


def _provider_key(declaration: Declaration) -> str:
    """``aws``, or ``aws.eu`` for a provider block with an alias."""
    alias = declaration.expression("alias")
    text = literal(alias) if alias is not None else None
    return f"{declaration.name}.{text}" if isinstance(text, str) and text else declaration.name


def override_with(module: Module, body: Body, path: str, shown: str) -> list[tuple[int, str]]:
    """Lay an override file over the blocks that stand, in Terraform's way. Gives line and name of what has no such."""
    alone: list[tuple[int, str]] = []
    for block in body.blocks:
        if block.type == "locals":
            for name, attribute in block.body.attributes.items():
                if name not in module.locals:
                    alone.append((attribute.line, f"local.{name}"))
                module.locals[name] = (attribute, shown)
        elif len(block.labels) == _LABELS.get(block.type, -1):
            declaration = Declaration(".".join(block.labels), block, path, shown)
            table = _table(module, block.type)
            name = _provider_key(declaration) if block.type == "provider" else declaration.name
            before = table.get(name)
            if before is None:
                alone.append((block.line, f"{block.type} {name}"))
                table[name] = declaration
            else:
                table[name] = Declaration(
                    before.name, merge(before.block, block, shown), before.path, before.shown, before.damage
                )
        elif block.type == "terraform":
            module.settings.append(Declaration("terraform", block, path, shown))
    return alone


def literal(expression: Expression) -> object:
    """The value of an expression that needs no configuration around it (a module's source, an alias)."""
    from sumptuary.sources.terraform.scope import Names

    return expression.evaluate(Names({}))
