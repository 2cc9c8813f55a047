"""Random type constraints for variables, and values that fit them as they are or once converted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sources.terraform.random_expressions import ODD_KEYS, Kind, Scope, Writer, quoted

if TYPE_CHECKING:
    from random import Random


def constraint(chance: Random, kind: Kind) -> str:
    """The type constraint of a kind; attributes of objects may be optional, with a default."""
    if kind.element is not None:
        return f"{kind.name}({constraint(chance, kind.element)})"
    if kind.name != "object":
        return kind.name
    parts: list[str] = []
    for name, part in kind.parts:
        inner = constraint(chance, part)
        roll = chance.random()
        parts.append(
            f"{name} = optional({inner}, {given(chance, part, sloppy=False)})" if roll < 0.4 else f"{name} = {inner}"
        )
    return f"object({{ {', '.join(parts)} }})"


def loosened(kind: Kind) -> str:
    """A constraint that leaves something open."""
    if kind.element is not None:
        return f"{kind.name}({loosened(kind.element)})"
    if kind.name == "object":
        parts = [f"{name} = {loosened(part)}" for name, part in kind.parts]
        return f"object({{ {', '.join([*parts, 'gone = optional(string)'])} }})"
    return "any"


def given(chance: Random, kind: Kind, *, sloppy: bool) -> str:
    """A value for a variable; a sloppy one needs to be converted."""
    roll = chance.random()
    if kind.element is not None:
        items = [given(chance, kind.element, sloppy=sloppy) for _ in range(chance.randint(0, 3))]
        if kind.name != "map":
            return f"[{', '.join(items)}]"
        keys = chance.sample(ODD_KEYS, len(items))
        return "{ " + ", ".join(f"{quoted(key)} = {item}" for key, item in zip(keys, items, strict=True)) + " }"
    if kind.name == "object":
        parts = [f"{name} = {given(chance, part, sloppy=sloppy)}" for name, part in kind.parts]
        return "{ " + ", ".join([*parts, "extra = [1]"] if sloppy and roll < 0.3 else parts) + " }"
    if sloppy and roll < 0.3:
        texts = {"string": ("1", "2.50", "true"), "number": ('"4"', '"0.5"', '"10"'), "bool": ('"true"', '"0"')}
        return chance.choice(texts[kind.name])
    return Writer(chance, Scope()).literal(kind)
