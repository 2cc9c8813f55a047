"""Finds the rules that are installed, through the entry point group ``sumptuary.rules``.

A package names a module there that holds ``RULES``, a tuple of rule classes. A compiled policy carries the class's
``module:Class`` path, so that a run on cached policies imports only the rules it uses and looks through no packages.
"""

from __future__ import annotations

from sumptuary.errors import SumptuaryError
from sumptuary.rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.metadata import EntryPoint
    from typing import Any

    from typing_extensions import TypeIs

GROUP = "sumptuary.rules"


def installed() -> tuple[dict[str, type[Rule]], list[SumptuaryError]]:
    """Every rule by id, and what is wrong with the packages that offer some."""
    from importlib.metadata import entry_points

    rules: dict[str, type[Rule]] = {}
    problems: list[SumptuaryError] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name != "builtin", entry.name)):
        try:
            offered = _offered(entry)
        except SumptuaryError as error:
            problems.append(error)
            continue
        for rule in offered:
            if rule.id in rules and rules[rule.id] is not rule:
                problems.append(
                    SumptuaryError(f"two rules have the id {rule.id!r}: {path_of(rules[rule.id])} and {path_of(rule)}")
                )
            rules.setdefault(rule.id, rule)
    return rules, problems


def path_of(rule: type[Rule]) -> str:
    """``module:Class``, by which ``rule_class`` finds it again."""
    return f"{rule.__module__}:{rule.__qualname__}"


def rule_class(path: str) -> type[Rule]:
    """The rule class of a compiled policy's ``module:Class``.

    Raises:
        SumptuaryError: the module cannot be imported or holds no such rule.
    """
    from importlib import import_module

    module, _, name = path.partition(":")
    try:
        found = getattr(import_module(module), name)
    except Exception as error:  # a third party's module may fail in any way
        raise SumptuaryError(f"the rule {path} cannot be loaded: {type(error).__name__}: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Rule)):
        raise SumptuaryError(f"{path} is not a rule")
    return found


def _is_tuple(value: object) -> TypeIs[tuple[Any, ...]]:
    return isinstance(value, tuple)


def _offered(entry: EntryPoint) -> tuple[type[Rule], ...]:
    """The rules of one entry point; anything that is not as it should be is an error naming the package."""
    package = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
    hint = f"mend or remove the package {package}"
    try:
        module = entry.load()
    except Exception as error:  # a third party's module may fail in any way
        message = f"the rules of {package} cannot be loaded ({entry.value}): {type(error).__name__}: {error}"
        raise SumptuaryError(message, hint=hint) from error
    rules: object = getattr(module, "RULES", None)
    if not _is_tuple(rules):
        raise SumptuaryError(f"{entry.value} of {package} has no RULES, a tuple of rule classes", hint=hint)
    for rule in rules:
        if not (isinstance(rule, type) and issubclass(rule, Rule)):
            raise SumptuaryError(f"{rule!r} in RULES of {package} is not a rule class", hint=hint)
        missing = [name for name in ("id", "title", "kinds", "Parameters") if not hasattr(rule, name)]
        if missing:
            raise SumptuaryError(f"the rule {rule.__qualname__} of {package} lacks {', '.join(missing)}", hint=hint)
    return rules
