"""What a JSON Schema asks for, as rows of a table: one reading for rules' parameters, templates and documents."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from sumptuary.reference.setting import prose, table, value, words
from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pydantic import BaseModel

TIGHTER = {"higher": "raise it", "lower": "lower it", "subset": "take away from it", "superset": "add to it"}
"""What a layer below may do to a parameter, by how the parameter says that it tightens."""

DEEPEST = 6
"""How many records within records are followed: a schema may name itself."""

LONGEST = 400
"""Rows that are shown of a schema, however many it has."""

_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "nothing",
}
_MANY = {
    "text": "texts",
    "whole number": "whole numbers",
    "number": "numbers",
    "record": "records",
    "a value": "values",
}
_REQUIRED = object()
_NONE = object()


@dataclass(slots=True, eq=False, repr=False)
class Row:
    """One field: its dotted path, its type in words, its default, the words it may be, its meaning, how it tightens."""

    name: str
    kind: str
    default: object
    choices: tuple[str, ...]
    meaning: str
    tighten: str

    def default_cell(self) -> str:
        """The default, or that there is none."""
        if self.default is _REQUIRED:
            return "required"
        if self.default is _NONE or self.default in (None, "", [], {}):
            return ""
        return "as below" if is_map(self.default) and self.kind == "record" else value(self.default)

    def meaning_cell(self) -> str:
        """What it means, and the words it may be."""
        said = prose(self.meaning.replace("``", ""))
        return f"{said} One of {words(self.choices)}.".strip() if self.choices else said


def schema_of(model: type[BaseModel]) -> dict[str, object]:
    """A model's JSON Schema, with the defaults that are made anew each time."""
    from pydantic.json_schema import GenerateJsonSchema

    class WithDefaults(GenerateJsonSchema):
        def default_schema(self, schema: Any) -> dict[str, Any]:
            make = schema.get("default_factory")
            if make is not None:
                schema = {**schema, "default": make()}
            return super().default_schema(schema)

    return model.model_json_schema(schema_generator=WithDefaults)


def parameters(schema: object) -> str:
    """The table of a rule's parameters; a sentence when it has none."""
    rows = [
        (value(row.name), row.kind, row.default_cell(), row.meaning_cell(), TIGHTER.get(row.tighten, ""))
        for row in rows_of(schema)
    ]
    header = ("parameter", "type", "default", "meaning", "a lower layer may")
    return table(header, rows) or "It takes no parameters."


def rows_of(schema: object) -> list[Row]:
    """The fields of a schema, those of a record below the record's own."""
    return list(islice(_rows(_map(schema), schema, "", 0), LONGEST))


def _rows(schema: dict[str, object], whole: object, prefix: str, depth: int) -> Iterator[Row]:
    required = _list(schema.get("required"))
    for name, given in _map(schema.get("properties")).items():
        if not is_map(given):
            continue
        shape, many = _shape(given, whole)
        default = _REQUIRED if name in required else given.get("default", _NONE)
        path = f"{prefix}{name}"
        yield Row(path, _kind(given, whole), default, _choices(given, whole), _said(given, whole), _tighten(given))
        if shape is not None and depth < DEEPEST:
            yield from _rows(shape, whole, f"{path}{many}.", depth + 1)


def _shape(given: dict[str, object], whole: object, depth: int = 0) -> tuple[dict[str, object] | None, str]:
    """The record that a field holds, and the sign of a list (``[]``) or map (``.*``) of them."""
    shape = _resolved(given, whole) if depth <= DEEPEST else {}
    if _map(shape.get("properties")):
        return shape, ""
    for branch in _branches(shape):
        inner, many = _shape(branch, whole, depth + 1)
        if inner is not None:
            return inner, many
    for key, sign in (("items", "[]"), ("additionalProperties", ".*")):
        entry = shape.get(key)
        if is_map(entry) and entry:
            found, many = _shape(entry, whole, depth + 1)
            if found is not None:
                return found, sign + many
    return None, ""


def _kind(given: dict[str, object], whole: object, depth: int = 0) -> str:
    """A field's type in words."""
    shape = _resolved(given, whole)
    if depth > DEEPEST:
        return "a value"
    if branches := _branches(shape):
        kinds = dict.fromkeys(_kind(branch, whole, depth + 1) for branch in branches)
        named = [kind for kind in kinds if kind != "nothing" and not (kind == "whole number" and "number" in kinds)]
        return " or ".join(named) or "nothing"
    if "const" in shape or "enum" in shape:
        return "word" if all(isinstance(one, str) for one in _allowed(shape)) else "a value"
    given_type = shape.get("type")
    if is_list(given_type):
        return " or ".join(_TYPES.get(str(one), str(one)) for one in given_type if one != "null") or "nothing"
    if given_type == "array":
        inner = shape.get("items")
        return f"list of {_many(_kind(inner, whole, depth + 1))}" if is_map(inner) and inner else "list"
    if given_type == "object":
        return _map_kind(shape, whole, depth)
    if shape.get("format") in ("date", "date-time"):
        return "date" if shape["format"] == "date" else "date and time"
    return f"{_TYPES.get(str(given_type), 'a value')}{_bounds(shape)}"


def _bounds(shape: dict[str, object]) -> str:
    """Between which numbers a number must be."""
    low, high = (shape.get(key) for key in ("minimum", "maximum"))
    if not isinstance(low, (int, float)):
        return f", at most {high:g}" if isinstance(high, (int, float)) else ""
    return f", {low:g} to {high:g}" if isinstance(high, (int, float)) else f", at least {low:g}"


def _map_kind(shape: dict[str, object], whole: object, depth: int) -> str:
    if _map(shape.get("properties")):
        return "record"
    inner = shape.get("additionalProperties")
    for pattern in _map(shape.get("patternProperties")).values():
        inner = pattern
    return f"map to {_kind(inner, whole, depth + 1)}" if is_map(inner) and inner else "map"


def _many(kind: str) -> str:
    return _MANY.get(kind, f"{kind}s" if kind == "word" else kind)


def _choices(given: dict[str, object], whole: object, depth: int = 0) -> tuple[str, ...]:
    """The words that a field, or each entry of it, may be."""
    shape = _resolved(given, whole) if depth <= DEEPEST else {}
    if allowed := _allowed(shape):
        return tuple(str(one) for one in allowed)
    for branch in _branches(shape):
        if found := _choices(branch, whole, depth + 1):
            return found
    for key in ("items", "additionalProperties"):
        inner = shape.get(key)
        if is_map(inner) and not _map(inner.get("properties")) and (found := _choices(inner, whole, depth + 1)):
            return found
    return ()


def _allowed(shape: dict[str, object]) -> list[object]:
    return [shape["const"]] if "const" in shape else _list(shape.get("enum"))


def _branches(shape: dict[str, object]) -> list[dict[str, object]]:
    given = _list(shape.get("anyOf")) or _list(shape.get("oneOf"))
    return [one for one in given if is_map(one)]


def _resolved(given: dict[str, object], whole: object) -> dict[str, object]:
    """A schema with its reference into the same document followed; others are left as they are."""
    for _ in range(DEEPEST):
        name = given.get("$ref")
        if not isinstance(name, str) or not name.startswith("#/"):
            return given
        found: object = whole
        for step in name[2:].split("/"):
            found = _map(found).get(step)
        if not is_map(found):
            return given
        given = found
    return given


def _said(given: dict[str, object], whole: object) -> str:
    """What a field means; what its record is, where the field itself does not say."""
    branches = [one for one in _branches(given) if one.get("type") != "null"]
    for one in (given, _resolved(given, whole), *(_resolved(branch, whole) for branch in branches[:1])):
        said = one.get("description")
        if isinstance(said, str):
            return said
    shape = _shape(given, whole)[0]
    said = shape.get("description") if shape is not None else None
    return said if isinstance(said, str) else ""


def _tighten(given: dict[str, object]) -> str:
    said = given.get("x-tighten")
    return said if isinstance(said, str) else ""


def _map(given: object) -> dict[str, object]:
    return given if is_map(given) else {}


def _list(given: object) -> list[object]:
    return given if is_list(given) else []
