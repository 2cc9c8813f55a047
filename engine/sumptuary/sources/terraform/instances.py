"""Resources and data sources as expressions see them: their literal arguments, and what only an apply can tell."""

from __future__ import annotations

from decimal import Decimal

from sumptuary.sources.terraform.blocks import META, argument, grouped
from sumptuary.sources.terraform.configured import Configured
from sumptuary.sources.terraform.data_sources import computed
from sumptuary.sources.terraform.expansion import (
    Expansion,
    expand,
    index_text,
    names_of,
    symbolic_names,
)
from sumptuary.sources.terraform.lazy import Lazy
from sumptuary.sources.terraform.providers import configuration_of
from sumptuary.sources.terraform.scope import Inner
from sumptuary.sources.terraform.tags import tags_all
from sumptuary.values import ABSENT, PartialMap, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.terraform.graph import Instance
    from sumptuary.sources.terraform.modules import Declaration
    from sumptuary.sources.terraform.scope import Scope
    from sumptuary.sources.terraform.syntax import Block


class Nodes(Lazy):
    """The resources (or data sources) of a module instance: all types, or those of one type."""

    __slots__ = ("_nodes", "_type", "instance", "mode")

    def __init__(self, instance: Instance, mode: str, type_name: str) -> None:
        self.instance = instance
        self.mode = mode
        self._type = type_name
        self._nodes: dict[str, Node] = {}

    def attribute(self, name: str) -> object:
        """``aws_instance`` gives the type's names, ``aws_instance.a`` the resource's value."""
        if not self._type:
            return _OfType(self, name)
        return self.instance.resources().value(f"{self._type}.{name}")

    def whole(self) -> object:
        """A namespace is no value."""
        return Unknown(f"{self._type or self.mode} is not a value")

    def node(self, name: str) -> Node | None:
        """The node of ``type.name``, None when it is not declared."""
        found = self._nodes.get(name)
        if found is None:
            table = self.instance.module.data if self.mode == "data" else self.instance.module.resources
            declaration = table.get(name)
            if declaration is None:
                return None
            found = self._nodes[name] = Node(self.instance, declaration, is_data=self.mode == "data")
        return found

    def value(self, name: str) -> object:
        """What ``type.name`` stands for in an expression."""
        node = self.node(name)
        if node is None:
            full = f"data.{name}" if self.mode == "data" else name
            return Unknown(f"{full} is not declared in {self.instance.module.shown}", (full,))
        return node.value()


class _OfType(Lazy):
    """``data.aws_ami``: the names of one type."""

    __slots__ = ("_nodes", "_type")

    def __init__(self, nodes: Nodes, type_name: str) -> None:
        self._nodes = nodes
        self._type = type_name

    def attribute(self, name: str) -> object:
        """``data.aws_ami.a``."""
        return self._nodes.value(f"{self._type}.{name}")

    def whole(self) -> object:
        """A namespace is no value."""
        return Unknown(f"data.{self._type} is not a value")


class Node:
    """One resource or data block of a module instance, and its instances."""

    __slots__ = ("_expanding", "_expansion", "_made", "_symbolic", "_value", "declaration", "instance", "is_data")

    def __init__(self, instance: Instance, declaration: Declaration, *, is_data: bool) -> None:
        self.instance = instance
        self.declaration = declaration
        self.is_data = is_data
        self._expansion: Expansion | None = None
        self._expanding = False
        self._made: dict[int | str | None, ResourceInstance] = {}
        self._symbolic: ResourceInstance | None = None
        self._value: object = ABSENT

    @property
    def address(self) -> str:
        """The address without an index, as seen from the root."""
        name = self.declaration.name
        return self.instance.full(f"data.{name}" if self.is_data else name)

    @property
    def expansion(self) -> Expansion:
        """The instances of the block."""
        if self._expansion is None:
            if self._expanding:
                return Expansion("count", {}, Unknown(f"{self.address} depends on itself", (self.address,)))
            self._expanding = True
            try:
                self._expansion = expand(self.declaration, self.instance, self.address)
            finally:
                self._expanding = False
        return self._expansion

    def made(self, key: int | str | None) -> ResourceInstance:
        """The instance under a key."""
        found = self._made.get(key)
        if found is None:
            names = names_of(self.expansion, key, self.expansion.keys[key])
            found = self._made[key] = ResourceInstance(self, index_text(key), self._scope(names))
        return found

    def symbolic(self) -> ResourceInstance | None:
        """The instance that stands for those that are not known; None when all are."""
        if self.expansion.rest is None:
            return None
        if self._symbolic is None:
            scope = self._scope(symbolic_names(self.expansion))
            self._symbolic = ResourceInstance(self, self.expansion.symbolic_index, scope)
        return self._symbolic

    def _scope(self, names: dict[str, object]) -> Scope:
        return Inner(self.instance, names) if names else self.instance

    def value(self) -> object:
        """An object; with ``count`` a list, with ``for_each`` a map of them."""
        if self._value is not ABSENT:
            return self._value
        value = self._collected(self.expansion)
        if self._expansion is not None:  # while its count is being worked out, it is not yet what it will be
            self._value = value
        return value

    def _collected(self, expansion: Expansion) -> object:
        if expansion.is_single:
            if expansion.rest is not None:
                return expansion.rest
            return self.made(None) if expansion.keys else None
        if expansion.repeated == "count":
            return expansion.rest if expansion.rest is not None else [self.made(key) for key in expansion.keys]
        known: dict[str, object] = {str(key): self.made(key) for key in expansion.keys}
        return known if expansion.rest is None else PartialMap(known, expansion.rest)


class ResourceInstance(Lazy):
    """One instance: what the configuration says of it, worked out when asked for."""

    __slots__ = ("_busy", "_values", "address", "index", "node", "scope")

    def __init__(self, node: Node, index: str, scope: Scope) -> None:
        self.node = node
        self.index = index
        self.address = node.address + index
        self.scope = scope
        self._values: dict[str, object] = {}
        self._busy: set[str] = set()
        if node.declaration.stands_at is not None:
            from sumptuary.sources.terraform.inferred import address_in_module

            self.address = address_in_module(self, node.declaration.stands_at)

    def argument(self, name: str) -> object:
        """What the block says for a name; ABSENT when it says nothing."""
        if name in self._values:
            return self._values[name]
        if name in self._busy:
            full = f"{self.address}.{name}"
            return Unknown(f"{full} depends on itself", (full,))
        self._busy.add(name)
        try:
            value = argument(self.node.declaration.body, groups_of(self.node.declaration), name, self.scope)
        finally:
            self._busy.discard(name)
        self._values[name] = value
        return value

    def attribute(self, name: str) -> object:
        """The value in an expression: as configured, else Unknown until Terraform runs."""
        value = self.argument(name) if name not in META else ABSENT
        if self.node.is_data:
            return self._read(name, value)
        if name == "tags_all" and value is ABSENT and self.node.declaration.name.startswith("aws_"):
            return tags_all(self.argument("tags"), configuration_of(self.node.instance, self.node.declaration))
        if value is ABSENT or value is None:
            return _after_apply(f"{self.address}.{name}")
        if name in groups_of(self.node.declaration):
            return _opened(value, f"{self.address}.{name}")
        return value

    def _read(self, name: str, value: object) -> object:
        """An attribute of a data source: what follows from the configuration, else Unknown."""
        told = computed(self.node, name, self.argument)
        if told is not None:
            return told
        if isinstance(value, (str, int, Decimal)):
            return value
        full = f"{self.address}.{name}"
        return Unknown(f"{full} is read at plan time", (full,))

    def whole(self) -> object:
        """The object as far as it is known."""
        when = "is read at plan time" if self.node.is_data else "is known after apply"
        rest = Unknown(f"{self.address} {when}", (self.address,))
        names = [*self.node.declaration.body.attributes, *groups_of(self.node.declaration)]
        return PartialMap({name: self.attribute(name) for name in names if name not in META}, rest)

    def configured(self) -> dict[str, object]:
        """Every attribute and nested block of the resource, each evaluated when somebody asks for it."""
        declaration = self.node.declaration
        names = [*declaration.body.attributes, *groups_of(declaration)]
        found = Configured((name for name in names if name not in META), self.argument)
        return found if declaration.damage is None else PartialMap(found.copy(), declaration.damage)


def _after_apply(full: str) -> Unknown:
    return Unknown(f"{full} is known after apply", (full,))


def _opened(value: object, full: str) -> object:
    """Nested blocks as another resource sees them: what they do not say may be computed."""
    if not is_list(value):
        return value
    blocks: list[object] = []
    for position, block in enumerate(value):
        here = f"{full}[{position}]"
        if not is_map(block):
            blocks.append(block)
            continue
        known: dict[str, object] = {}
        for key, item in block.items():
            nested = is_list(item) and bool(item) and all(is_map(each) for each in item)
            known[key] = _opened(item, f"{here}.{key}") if nested else item
        known = {key: _after_apply(f"{here}.{key}") if item is None else item for key, item in known.items()}
        blocks.append(PartialMap(known, _after_apply(here)))
    return blocks


def groups_of(declaration: Declaration) -> dict[str, list[Block]]:
    """The nested blocks of a declaration by type, sorted out once."""
    if declaration.groups is None:
        declaration.groups = grouped(declaration.body)
    return declaration.groups
