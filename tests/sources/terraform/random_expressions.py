"""Writes random expressions of a wanted type over what is in scope, for random configurations."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

ODD_KEYS = ("a", "b", "a.b", "c d", "é", "x/y", "0", "tab\there", 'qu"ote', "${x}", "back\\slash", "UPPER", "dash-ed")
WORDS = (
    "",
    "a",
    "b",
    "web",
    "10",
    "true",
    "Zürich",
    "a,b",
    " pad ",
    'q"q',
    "two\nlines",
    "$5",
    "50%",
    "${raw}",
    "%{r}",
)
NUMBERS = ("0", "1", "2", "7", "1.5", "0.1", "1e3", "100", "12345678901234567890", "0.30", "2.50")


@dataclass(frozen=True)
class Kind:
    """A type as the generator needs it; ``parts`` are an object's attributes or a tuple's elements."""

    name: str
    element: Kind | None = None
    parts: tuple[tuple[str, Kind], ...] = ()


STRING, NUMBER, BOOL = Kind("string"), Kind("number"), Kind("bool")
PRIMITIVES = (STRING, NUMBER, BOOL)


def list_of(element: Kind) -> Kind:
    return Kind("list", element)


def map_of(element: Kind) -> Kind:
    return Kind("map", element)


STRINGS, TEXTS = list_of(STRING), map_of(STRING)


def quoted(text: str) -> str:
    """The text as a quoted string of the language."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def random_kind(chance: Random, depth: int = 2) -> Kind:
    """A type that a value may have, collections of collections included."""
    roll = chance.random()
    if depth == 0 or roll < 0.4:
        return chance.choice(PRIMITIVES)
    if roll < 0.6:
        return list_of(random_kind(chance, depth - 1))
    if roll < 0.75:
        return map_of(random_kind(chance, depth - 1))
    if roll < 0.8:
        return Kind("set", STRING)
    names = ("name", "size", "tags", "on")[: chance.randint(1, 4)]
    return Kind("object", None, tuple((name, random_kind(chance, depth - 1)) for name in names))


@dataclass
class Scope:
    """What may be referred to: by type, what is known; and texts of expressions that only an apply settles."""

    known: dict[Kind, list[str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    splats: list[str] = field(default_factory=list)
    """Expressions of no type told: whole objects, splats and whatever else has a value."""

    def add(self, text: str, kind: Kind) -> None:
        """Put an expression in scope, and what can be reached through its attributes."""
        self.known.setdefault(kind, []).append(text)
        if kind.name == "object":
            for name, part in kind.parts:
                self.add(f"{text}.{name}", part)
        elif kind.element is not None and kind.name != "set" and not text.startswith("try("):
            key = '"a"' if kind.name == "map" else "0"
            self.splats.append(f"try({text}[{key}], null)")

    def inner(self) -> Scope:
        """A scope that may be added to without changing this one."""
        return Scope({kind: list(texts) for kind, texts in self.known.items()}, list(self.unknown), list(self.splats))


STRING_FORMS = (
    '"<${@s}-${@n}>"',
    '"x ${~ @s ~} y ${@b}"',
    '"%{ if @b }yes ${@n}%{ else ~} no %{~ endif }."',
    '"%{ for i, s in @S ~} ${i}=${s}; %{ endfor }"',
    '"%{~ for s in @S }[${s}]%{ endfor ~} "',
    *(f"{name}(@s)" for name in ("upper", "lower", "title", "trimspace", "md5", "base64encode", "urlencode")),
    'join("-", @S)',
    'format("%s/%03d", @s, floor(@n))',
    'format("%v", [@x])',
    'replace(@s, "/[a-z]+/", "<$0>")',
    "jsonencode(@x)",
    "yamlencode(@x)",
    'lookup(@M, @s, "none")',
    'coalesce(@s, "fallback")',
    "try(element(@S, abs(floor(@n))), @s)",
    "substr(@s, 0, 2)",
    "tostring(@n)",
    "[@s, @s][1]",
    "(@b ? @s : @n)",
    "(@b ? @n : @s)",
    "try(coalesce(one(@S)), @s)",
    "try(@M[@s], @s)",
    'try(regex("[a-z]", @s), "no")',
    "(try(@S[0], null) == null ? @s : @s)",
)
NUMBER_FORMS = (
    *(f"(@n {sign} @n)" for sign in "+-*"),
    "(@n / 4)",
    "(@n % 3)",
    "(1 - @n)",
    "length(@S)",
    "length(@M)",
    "length(@s)",
    "max(@n, @n)",
    "min([@n, @n]...)",
    "floor(@n)",
    "ceil(@n)",
    "try(tonumber(@s), @n)",
    "sum([@n, @n])",
    "try(index(@S, @s), @n)",
)
BOOL_FORMS = (
    *(f"(@n {sign} @n)" for sign in ("<", ">=", "==", "!=")),
    "(@y == @y)",
    "(@y != @y)",
    "(@x == null)",
    "(@b && @b)",
    "(@b || @b)",
    "!(@b)",
    "contains(@S, @s)",
    "can([@x][0])",
    "can({ name = @x }.nome)",
    'can(regex("^[a-z]+$", @s))',
    'startswith(@s, "a")',
    "alltrue([for n in [@n, @n] : n > 1])",
    "try(tobool(@s), @b)",
)
LIST_FORMS = (
    "[@e]",
    "[@e, @e]",
    "concat(@l, [@e])",
    "[for @v in @O : @B]",
    "[for @v in @O : @B if @T]",
    "[for k@v, @v in @P : @B]",
    "[for k@v, @v in @P : @B if k@v != @s]",
    "reverse(@l)",
    "values(@m)",
    "slice(concat([@e], @l), 0, 1)",
    "[{ in = @e }, { in = @e }][*].in",
    "[{ in = @e }].*.in",
    "(@b ? [] : @l)",
    "(@b ? [@e] : @l)",
    "try(@l, [])",
    "coalescelist(@l, [@e])",
    "[@e][*]",
    "chunklist(concat([@e], @l), 2)[0]",
)
STRING_LIST_FORMS = (
    "sort(@S)",
    "keys(@M)",
    "distinct(@S)",
    'split(",", @s)',
    "tolist(toset(@S))",
    "compact(@S)",
    "@s[*]",
    "flatten([@S, @s])",
    'formatlist("%s-x", @S)',
    "[for s in toset(@S) : s]",
    "[for s in setunion(@S, @S) : s]",
)
MAP_FORMS = (
    "{ @k = @e }",
    "{ (upper(@k)) : @e, z = @e }",
    "{\n @k = @e\n zz = @e\n}",
    "merge(@m, { @k = @e })",
    "merge([@m, {}]...)",
    "{ for k@v, @v in @P : k@v => @B if @T }",
    '{ for i, @v in @O : "k${i}" => @B }',
    "zipmap([@k], [@e])",
    "(@b ? @m : {})",
    "tomap({ @k = @e })",
)
GROUPED_FORM = '{ for @v in @O : length(jsonencode(@v)) > 3 ? "long" : "short" => @I... }'
_CODE = re.compile("@([a-zA-Z])")


class Writer:
    """Writes expressions over one scope."""

    def __init__(self, chance: Random, scope: Scope) -> None:
        self.chance = chance
        self.scope = scope
        self._loops = 0

    def literal(self, kind: Kind) -> str:
        """A value of the type, spelt out."""
        if kind.name == "string":
            return quoted(self.chance.choice(WORDS))
        if kind.name == "number":
            return self.chance.choice(NUMBERS)
        if kind.name == "bool":
            return self.chance.choice(("true", "false"))
        if kind.element is not None and kind.name in ("list", "set"):
            items = [self.literal(kind.element) for _ in range(self.chance.randint(0, 3))]
            return f"toset([{', '.join(items)}])" if kind.name == "set" else f"[{', '.join(items)}]"
        if kind.element is not None:
            keys = self.chance.sample(ODD_KEYS, self.chance.randint(0, 3))
            return "{" + ", ".join(f"{quoted(key)} = {self.literal(kind.element)}" for key in keys) + "}"
        return "{" + ", ".join(f"{name} = {self.literal(part)}" for name, part in kind.parts) + "}"

    def expression(self, kind: Kind, depth: int = 3) -> str:
        """An expression of the type; references, operators, functions, loops and conditionals."""
        known = self.scope.known.get(kind, ())
        roll = self.chance.random()
        if known and roll < 0.4:
            return self.chance.choice(known)
        if depth <= 0 or roll < 0.5:
            return self.literal(kind)
        if roll < 0.56:
            return self.fill("(@b ? @e : @e)", kind, depth - 1)
        if roll < 0.6:
            return self.fill("try([@x].no.such, @e)", kind, depth - 1)
        return self._made(kind, depth - 1)

    def anything(self, depth: int = 2) -> str:
        """An expression of any type."""
        if self.scope.splats and self.chance.random() < 0.2:
            return self.chance.choice(self.scope.splats)
        return self.expression(random_kind(self.chance), depth)

    def _made(self, kind: Kind, depth: int) -> str:
        plain = {"string": STRING_FORMS, "number": NUMBER_FORMS, "bool": BOOL_FORMS}
        if kind.name in plain:
            return self.fill(self.chance.choice(plain[kind.name]), kind, depth)
        if kind.element is None:
            return "{ " + ", ".join(f"{name} = {self.expression(part, depth)}" for name, part in kind.parts) + " }"
        if kind.name == "map":
            nests = kind.element.name == "list"
            forms = (*MAP_FORMS, GROUPED_FORM, GROUPED_FORM) if nests else MAP_FORMS
        else:
            forms = (*LIST_FORMS, *STRING_LIST_FORMS) if kind.element == STRING else LIST_FORMS
        made = self.fill(self.chance.choice(forms), kind.element, depth)
        return f"toset({made})" if kind.name == "set" else made

    def fill(self, form: str, element: Kind, depth: int) -> str:
        """The form with an expression in place of each code; ``element`` is what ``@e`` and its relatives are of."""
        self._loops += 1
        name, over = f"v{self._loops}", random_kind(self.chance, 1)
        alike = random_kind(self.chance, 1)
        kinds = {"s": STRING, "n": NUMBER, "b": BOOL, "S": STRINGS, "M": TEXTS, "y": alike, "e": element,
                 "l": list_of(element), "m": map_of(element), "O": list_of(over), "P": map_of(over)}  # fmt: skip

        def code(match: re.Match[str]) -> str:
            letter = match[1]
            if letter == "v":
                return name
            if letter == "k":
                return quoted(self.chance.choice(ODD_KEYS))
            if letter == "x":
                return self.anything(depth)
            if letter in "BTI":
                inner = element.element if letter == "I" and element.element is not None else element
                return self._within(name, over, BOOL if letter == "T" else inner, depth)
            return self.expression(kinds[letter], depth)

        return _CODE.sub(code, form)

    def _within(self, name: str, kind: Kind, wanted: Kind, depth: int) -> str:
        """An expression in which one more name is in scope."""
        outer, self.scope = self.scope, self.scope.inner()
        self.scope.add(name, kind)
        made = self.expression(wanted, depth)
        self.scope = outer
        return made
