"""The configuration part of a plan: which provider a resource uses, and which resources its arguments name."""

from __future__ import annotations

import re

from sumptuary.values import ABSENT, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.model import Place

_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+|\*)\]')
DEEPEST = 30


def without_indexes(address: str) -> str:
    """``module.a.aws_instance.b`` of ``module.a["x"].aws_instance.b[0]``."""
    return _INDEX.sub("", address)


class PlanProvider:
    """A provider's configuration as a plan records it."""

    __slots__ = ("_expressions", "_variables")

    def __init__(self, expressions: dict[str, object], variables: dict[str, object]) -> None:
        self._expressions = expressions
        self._variables = variables

    def setting(self, name: str) -> object:
        """The value of an argument; ABSENT when it is not set."""
        if name not in self._expressions:
            return ABSENT
        return self._value(self._expressions[name], f"provider {name}")

    def _value(self, expression: object, name: str) -> object:
        if is_list(expression):
            return [self._value(item, name) for item in expression]
        if not is_map(expression):
            return Unknown(f"{name} is not in the plan")
        if "constant_value" in expression:
            return expression["constant_value"]
        references = expression.get("references")
        if is_list(references):
            names = [each for each in references if isinstance(each, str)]
            if len(names) == 1 and names[0].startswith("var."):
                given = self._variables.get(names[0].removeprefix("var."))
                if is_map(given) and "value" in given:
                    return given["value"]
            waits = ", ".join(names[:3])
            return Unknown(f"{name} depends on {waits}" if waits else f"{name} is not in the plan", tuple(names[:3]))
        return {key: self._value(item, f"{name}.{key}") for key, item in expression.items()}

    def default_tags(self) -> object:
        """The map of ``default_tags`` or ``default_labels``; empty when there is none."""
        labels = self.setting("default_labels")
        if labels is not ABSENT:
            return labels
        given = self.setting("default_tags")
        blocks = given[:1] if is_list(given) else [given]
        for block in blocks:
            if is_map(block):
                tags = block.get("tags")
                return tags if tags is not None else {}
            if isinstance(block, Unknown):
                return block
        return {}

    def tags_place(self) -> Place | None:
        """A plan holds no lines."""
        return None


class PlanConfiguration:
    """Providers and references by address without indexes."""

    __slots__ = ("_providers", "_references", "_used")

    def __init__(self, plan: dict[str, object]) -> None:
        configuration = plan.get("configuration")
        tree: dict[str, object] = configuration if is_map(configuration) else {}
        variables = plan.get("variables")
        self._providers: dict[str, PlanProvider] = {}
        self._used: dict[str, str] = {}
        self._references: dict[str, dict[str, list[str]]] = {}
        given: dict[str, object] = variables if is_map(variables) else {}
        providers = tree.get("provider_config")
        for key, row in (providers if is_map(providers) else {}).items():
            expressions = row.get("expressions") if is_map(row) else None
            self._providers[str(key)] = PlanProvider(expressions if is_map(expressions) else {}, given)
        self._module(tree.get("root_module"), "", 0)

    def _module(self, module: object, prefix: str, depth: int) -> None:
        if not is_map(module) or depth > DEEPEST:
            return
        rows = module.get("resources")
        for row in rows if is_list(rows) else []:
            if is_map(row) and isinstance(row.get("address"), str):
                address = f"{prefix}{row['address']}"
                key = row.get("provider_config_key")
                if isinstance(key, str):
                    self._used[address] = key
                self._references[address] = dict(_references(row.get("expressions"), ""))
        calls = module.get("module_calls")
        for name, call in (calls if is_map(calls) else {}).items():
            inner = call.get("module") if is_map(call) else None
            self._module(inner, f"{prefix}module.{name}.", depth + 1)

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
