"""The configuration part of a plan: which provider a resource uses, and which resources its arguments name."""

from __future__ import annotations

import re

from sumptuary.sources.terraform.addresses import bare
from sumptuary.sources.terraform.plan_defaults import written
from sumptuary.sources.terraform.plan_secrets import texts_in
from sumptuary.values import ABSENT, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sumptuary.model import Place

_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+|\*)\]')
_REGION = re.compile(r"[a-z]+(?:-[a-z]+)+-?\d+")
DEEPEST = 30


def without_indexes(address: str) -> str:
    """``module.a.aws_instance.b`` of ``module.a["x"].aws_instance.b[0]``."""
    return _INDEX.sub("", address)


class Variables:
    """The variables of the root module: their values, and which of them are secret."""

    __slots__ = ("_declared", "_given", "secrets")

    def __init__(self, plan: dict[str, object], root: object) -> None:
        given = plan.get("variables")
        declared = root.get("variables") if is_map(root) else None
        self._given: dict[str, object] = given if is_map(given) else {}
        self._declared: dict[str, object] = declared if is_map(declared) else {}
        self.secrets = frozenset(text for name in self._declared if self._secret(name) for text in self._texts(name))

    def _secret(self, name: str) -> bool:
        row = self._declared.get(name)
        return is_map(row) and row.get("sensitive") is True

    def _texts(self, name: str) -> Iterator[str]:
        for row, key in ((self._given.get(name), "value"), (self._declared.get(name), "default")):
            yield from texts_in(row.get(key) if is_map(row) else None)

    def value(self, name: str) -> object:
        """The value of a variable; Unknown for a secret one, ABSENT for one that the plan does not give."""
        if self._secret(name):
            return Unknown(f"var.{name} is sensitive", (f"var.{name}",))
        row = self._given.get(name)
        return row.get("value", ABSENT) if is_map(row) else ABSENT


class PlanProvider:
    """A provider's configuration as a plan records it. ``variables`` is None inside a module: its own are not told.

    ``place`` is where its default tags are written, if the configuration lies beside the plan.
    """

    __slots__ = ("_expressions", "_variables", "place")

    def __init__(self, expressions: dict[str, object], variables: Variables | None) -> None:
        self._expressions = expressions
        self._variables = variables
        self.place: Place | None = None

    def setting(self, name: str) -> object:
        """The value of an argument; ABSENT when it is not set."""
        if name not in self._expressions:
            return ABSENT
        value = self._value(self._expressions[name], f"provider {name}")
        if name == "region" and isinstance(value, str) and "references" in str(self._expressions[name]):
            # A plan tells what an expression names, not what it makes of it: "eu-${var.part}" names var.part alone.
            return value if _REGION.fullmatch(value) else Unknown(f"provider {name} is not in the plan")
        return value

    def _value(self, expression: object, name: str) -> object:
        if is_list(expression):
            return [self._value(item, name) for item in expression]
        if not is_map(expression):
            return Unknown(f"{name} is not in the plan")
        if "constant_value" in expression:
            return expression["constant_value"]
        references = expression.get("references")
        if is_list(references):
            return self._named([each for each in references if isinstance(each, str)], name)
        return {key: self._value(item, f"{name}.{key}") for key, item in expression.items()}

    def _named(self, names: list[str], name: str) -> object:
        """The value of an expression that names one variable and nothing else, in all likelihood that variable's."""
        if len(names) == 1 and names[0].startswith("var.") and self._variables is not None:
            value = self._variables.value(names[0].removeprefix("var."))
            if value is not ABSENT:
                return value
        waits = ", ".join(names[:3])
        return Unknown(f"{name} depends on {waits}" if waits else f"{name} is not in the plan", tuple(names[:3]))

    def default_tags(self) -> object:
        """The map of ``default_tags`` or ``default_labels``; empty when there is none."""
        labels = self.setting("default_labels")
        if labels is not ABSENT:
            return _only_map(labels)
        given = self.setting("default_tags")
        blocks = given[:1] if is_list(given) else [given]
        for block in blocks:
            if is_map(block):
                return _only_map(block.get("tags"))
            if isinstance(block, Unknown):
                return block
        return {}

    def tags_place(self) -> Place | None:
        """A plan holds no lines, the configuration beside it does."""
        return self.place


def _only_map(tags: object) -> object:
    """Tags that are written as ``{owner = var.owner}`` are recorded as naming var.owner: its value is not the map."""
    if tags is None:
        return {}
    return tags if is_map(tags) or isinstance(tags, Unknown) else Unknown("the provider's tags are not in the plan")


class PlanConfiguration:
    """Providers and references by address without indexes. ``secrets`` are the texts of sensitive root variables."""

    __slots__ = ("_arguments", "_computed", "_expressions", "_outputs", "_providers", "_references", "_used", "secrets")

    def __init__(self, plan: dict[str, object]) -> None:
        configuration = plan.get("configuration")
        tree: dict[str, object] = configuration if is_map(configuration) else {}
        variables = Variables(plan, tree.get("root_module"))
        self.secrets = variables.secrets
        self._providers: dict[str, PlanProvider] = {}
        self._used: dict[str, str] = {}
        self._references: dict[str, dict[str, list[str]]] = {}
        self._computed: dict[str, list[str]] = {}
        self._expressions: dict[str, object] = {}
        self._arguments: dict[str, dict[str, list[str]]] = {}
        self._outputs: dict[str, dict[str, list[str]]] = {}
        providers = tree.get("provider_config")
        for key, row in (providers if is_map(providers) else {}).items():
            expressions = row.get("expressions") if is_map(row) else None
            own = variables if is_map(row) and not row.get("module_address") else None
            self._providers[str(key)] = PlanProvider(expressions if is_map(expressions) else {}, own)
        self._module(tree.get("root_module"), "", 0)

    def _module(self, module: object, prefix: str, depth: int) -> None:
        if not is_map(module) or depth > DEEPEST:
            return
        rows = module.get("resources")
        for row in rows if is_list(rows) else []:
            if is_map(row) and isinstance(row.get("address"), str):
                self._resource(f"{prefix}{row['address']}", row)
        calls = module.get("module_calls")
        for name, call in (calls if is_map(calls) else {}).items():
            inner = call.get("module") if is_map(call) else None
            if is_map(call):
                self._arguments[f"{prefix}module.{name}"] = _named_by(call.get("expressions"))
            if is_map(inner):
                self._outputs[f"{prefix}module.{name}"] = _named_by(inner.get("outputs"))
            self._module(inner, f"{prefix}module.{name}.", depth + 1)

    def _resource(self, address: str, row: dict[str, object]) -> None:
        key, expressions = row.get("provider_config_key"), row.get("expressions")
        if isinstance(key, str):
            self._used[address] = key
        self._expressions[address] = expressions
        self._references[address] = dict(_references(expressions, ""))
        self._computed[address] = [
            name
            for name, expression in (expressions.items() if is_map(expressions) else ())
            if next(_references(expression, ""), None) is not None
        ]

    def locate(self, place_of: Callable[[str], Place | None]) -> None:
        """Set where the default tags of each provider are written, from its key (``module.a:aws.eu``)."""
        for key, provider in self._providers.items():
            provider.place = place_of(key)

    def provider(self, address: str) -> PlanProvider | None:
        """The provider that a resource uses; None is an implicit, empty one."""
        key = self._used.get(without_indexes(address), "")
        while key:
            if key in self._providers:
                return self._providers[key]
            module, _, name = key.rpartition(":")
            outer = module.rpartition("module.")[0].rstrip(".")
            key = f"{outer}:{name}" if outer else name if module else ""
        return None

    def references(self, address: str) -> dict[str, list[str]]:
        """Attribute path to what its expression names, within the resource's module."""
        return self._references.get(without_indexes(address), {})

    def argument(self, module: list[str], name: str) -> list[str]:
        """What the argument of a call names, in the caller's module. ``module`` are the steps of the called one."""
        return self._arguments.get(_bare(module), {}).get(bare(name), [])

    def outputs(self, module: list[str]) -> dict[str, list[str]]:
        """The outputs of a module, each with what it names there."""
        return self._outputs.get(_bare(module), {})

    def waiting(self, address: str, unknown: object, dynamic: frozenset[str]) -> object:
        """The marks of what is unknown after a change, of what the configuration says anything of.

        ``dynamic`` names the blocks that are made by ``dynamic``, which a plan's configuration leaves out.
        """
        expressions = self._expressions.get(without_indexes(address))
        return unknown if expressions is None else written(unknown, expressions, dynamic)

    def computed(self, address: str) -> list[str]:
        """The arguments whose expressions name anything, so that their values may be known only after apply."""
        return self._computed.get(without_indexes(address), [])


def _bare(steps: list[str]) -> str:
    return ".".join(bare(step) for step in steps)


def _named_by(expressions: object) -> dict[str, list[str]]:
    """Argument or output to all that its expression names."""
    return {
        str(name): [each for _, names in _references(expression, "") for each in names]
        for name, expression in (expressions.items() if is_map(expressions) else ())
    }


def _references(expressions: object, prefix: str, depth: int = 0) -> Iterator[tuple[str, list[str]]]:
    if is_list(expressions):
        for item in expressions:
            yield from _references(item, prefix, depth + 1)
    elif is_map(expressions) and depth < DEEPEST:
        names = expressions.get("references")
        if is_list(names):
            yield prefix.rstrip("."), [name for name in names if isinstance(name, str)]
            return
        for key, item in expressions.items():
            if key not in ("tags", "labels", "constant_value"):
                yield from _references(item, f"{prefix}{key}." if isinstance(item, (dict, list)) else prefix, depth + 1)
