"""Provider blocks: the one a resource uses, its region and the tags it adds."""

from __future__ import annotations

from sumptuary.sources.terraform.blocks import argument, grouped
from sumptuary.sources.terraform.cursor import ReadError
from sumptuary.sources.terraform.expansion import expand, names_of
from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.lazy import Lazy, settled
from sumptuary.sources.terraform.nodes import GetIndex, path_of
from sumptuary.sources.terraform.scope import EvaluationError, Inner, Names, TooLargeError
from sumptuary.values import ABSENT, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from sumptuary.model import Place
    from sumptuary.sources.terraform.graph import Instance
    from sumptuary.sources.terraform.modules import Declaration
    from sumptuary.sources.terraform.scope import Scope

    class Provider(Protocol):
        """A provider's configuration, from a block or from a plan."""

        def setting(self, name: str) -> object:
            """The value of an argument; ABSENT when it is not set."""
            ...

        def default_tags(self) -> object:
            """The map of AWS ``default_tags`` or Google ``default_labels``; empty when there is none."""
            ...

        def tags_place(self) -> Place | None:
            """Where the default tags stand."""
            ...


CLOUDS = {
    "aws": "aws",
    "awscc": "aws",
    "google": "gcp",
    "google-beta": "gcp",
    "azurerm": "azure",
    "azuread": "azure",
    "azapi": "azure",
}
"""Our name of the provider whose types begin with a word."""


class _Name(Lazy):
    """A provider's name in ``provider = aws.eu``: it is written like a value, but it is a name."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def attribute(self, name: str) -> object:
        """``aws.eu``."""
        return f"{self._name}.{name}"

    def whole(self) -> object:
        """``aws``."""
        return self._name


class _AnyName(Names):
    """A scope in which every name is a provider's."""

    def root(self, name: str) -> object:
        """The name itself."""
        return _Name(name)


def provider_name(expression: Expression) -> object:
    """The name in ``provider = aws.eu``, or the map of names in ``providers = {aws = aws.eu}``."""
    return settled(expression.evaluate(_AnyName({})))


class Reference:
    """A provider as a block names it: ``aws.eu``, or ``aws.by[each.key]`` of one that is made for each of several."""

    __slots__ = ("key", "name")

    def __init__(self, name: str, key: Expression | None = None) -> None:
        self.name = name
        self.key = key

    def among(self, found: Configuration | Unknown | None, scope: Scope) -> Configuration | Unknown | None:
        """The one that the key names, in the scope of the block that writes it."""
        if not isinstance(found, Configuration):
            return found
        return found.at(self.key.evaluate(scope) if self.key is not None else None)


def _reference(expression: Expression) -> Reference | Unknown:
    try:
        node = expression.node()
    except (ReadError, EvaluationError, TooLargeError, RecursionError):
        return Unknown("which provider is meant cannot be read")
    path = path_of(node.subject) if isinstance(node, GetIndex) else None
    if isinstance(node, GetIndex) and path is not None:
        return Reference(".".join(path), Expression.of(node.key, expression.line))
    name = provider_name(expression)
    return Reference(name) if isinstance(name, str) else Unknown("which provider is meant is not known")


def passed(call: Declaration, key: str) -> Reference | Unknown | None:
    """The caller's provider that a module call hands on as ``key``; None where it hands none on as that."""
    given = call.expression("providers")
    if given is None:
        return None
    if call.providers is None:
        pairs = {name: _reference(value) for name, value in given.pairs()}
        call.providers = pairs or provider_name(given)
    if isinstance(call.providers, Unknown):
        return call.providers
    named = call.providers.get(key) if is_map(call.providers) else None
    return named if isinstance(named, (Reference, Unknown)) else None


def stands_in(declaration: Declaration) -> bool:
    """Whether a provider block is empty but for its alias: it then stands in for the one that the caller hands on."""
    body = declaration.body
    return declaration.damage is None and not body.blocks and body.attributes.keys() <= {"alias", "version"}


class Configuration:
    """A provider block in a module instance. Settings are worked out when asked for."""

    __slots__ = ("_default_tags", "_of_keys", "_settings", "declaration", "scope")

    def __init__(self, declaration: Declaration, scope: Scope) -> None:
        self.declaration = declaration
        self.scope = scope
        self._settings: dict[str, object] = {}
        self._default_tags: object = ABSENT
        self._of_keys: dict[str, Configuration] | None = {} if declaration.expression("for_each") is not None else None

    def at(self, key: object) -> Configuration | Unknown:
        """Of a block that makes a provider for each of several (OpenTofu) the one of a key; else this one."""
        if self._of_keys is None:
            return self
        shown = f"provider {self.declaration.name}"
        if not isinstance(key, str):
            why = f": {key.reason}" if isinstance(key, Unknown) else ""
            return Unknown(f"which {shown} is meant is not known{why}", (shown,))
        found = self._of_keys.get(key)
        if found is None:
            expansion = expand(self.declaration, self.scope, shown)
            if key not in expansion.keys:
                none = Unknown(f"there is no {shown} for {key}", (shown,))
                return expansion.rest if expansion.rest is not None else none
            names = names_of(expansion, key, expansion.keys[key])
            found = self._of_keys[key] = Configuration(self.declaration, Inner(self.scope, names))
            found._of_keys = None
        return found

    def setting(self, name: str) -> object:
        """The value of an argument; ABSENT when it is not set."""
        if name not in self._settings:
            self._settings[name] = Unknown(f"provider {self.declaration.name}: {name} depends on itself")
            body = self.declaration.body
            value = argument(body, grouped(body), name, self.scope)
            if value is ABSENT and self.declaration.damage is not None:
                value = self.declaration.damage
            self._settings[name] = ABSENT if value is None else value
        return self._settings[name]

    def default_tags(self) -> object:
        """The map of AWS ``default_tags`` or Google ``default_labels``; empty when there is none."""
        if self._default_tags is ABSENT:
            self._default_tags = Unknown("default_tags depends on itself")
            self._default_tags = self._merged()
        return self._default_tags

    def _merged(self) -> object:
        labels = self.setting("default_labels")
        if labels is not ABSENT:
            return labels
        blocks = self.setting("default_tags")
        if is_map(blocks):
            blocks = [blocks]
        if not is_list(blocks):
            return blocks if isinstance(blocks, Unknown) else {}
        for block in blocks:
            tags: object = block.get("tags") if is_map(block) else None
            if tags is not None:
                return tags
        return {}

    def tags_place(self) -> Place:
        """Where the default tags stand."""
        return place_of_tags(self.declaration)


def place_of_tags(declaration: Declaration) -> Place:
    """Where a provider block gives default tags or labels; the block itself where it gives none."""
    for block in grouped(declaration.body).get("default_tags", []):
        body = next((inner.body for inner in block.body.blocks if inner.type == "content"), block.body)
        if (tags := body.attributes.get("tags")) is not None:
            return declaration.place_of(tags)
    labels = declaration.body.attributes.get("default_labels")
    return declaration.place_of(labels) if labels is not None else declaration.place()


def configuration_of(
    instance: Instance, declaration: Declaration, scope: Scope | None = None
) -> Configuration | Unknown | None:
    """The provider configuration that a resource or data block uses; None is the implicit, empty one.

    ``scope`` is that of one instance of the block, where it is repeated.
    """
    named = declaration.providers
    if named is None:
        expression = declaration.expression("provider")
        implied = Reference(declaration.block.labels[0].partition("_")[0])
        named = declaration.providers = _reference(expression) if expression is not None else implied
    if not isinstance(named, Reference):
        return named if isinstance(named, Unknown) else None
    return named.among(instance.provider(named.name), scope if scope is not None else instance)
