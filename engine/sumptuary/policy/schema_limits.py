"""What the JSON Schema of a template's parameters may hold: no more than can be read, and checked in bounded time.

A schema comes from a document that somebody else may have written. It fetches nothing, contains itself nowhere, is of
bounded size with its references written out, and its patterns are searched in linear time (by CEL, that is RE2).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sumptuary.policy.cel_language import matches
from sumptuary.policy.problems import Path, nearest
from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TIGHTEN = ("superset", "subset", "lower", "higher")
MAX_SIZE = 2000
"""Parts of a schema, with what its references point at counted each time: so much work is a validation at most."""

REFUSED = {
    "$id": "the schema has no name of its own",
    "$dynamicRef": "use $ref",
    "patternProperties": "use additionalProperties, with propertyNames: {pattern: ...}",
    "format": "it would not be checked; use pattern",
    "definitions": "use $defs",
    "dependencies": "use dependentRequired or dependentSchemas",
}
SINGLES = (
    "items", "contains", "additionalProperties", "unevaluatedProperties", "unevaluatedItems", "propertyNames", "not",
    "if", "then", "else",
)  # fmt: skip
MAPS = ("properties", "$defs", "dependentSchemas")
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
VALUES = ("const", "enum", "default", "examples")
"""Keywords whose value is data, not a schema."""
OTHERS = (
    "$schema", "$ref", "$comment", "title", "description", "deprecated", "type", "required", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems",
    "uniqueItems", "minContains", "maxContains", "minProperties", "maxProperties", "dependentRequired",
)  # fmt: skip
KEYWORDS = (*SINGLES, *MAPS, *LISTS, *VALUES, *OTHERS)


@dataclass(slots=True, frozen=True)
class Wrong:
    """A mistake at a path within a schema or in parameters; ``key`` when the key, not the value, is meant."""

    path: Path
    message: str
    key: bool = False


def beyond_limits(whole: dict[str, Any]) -> list[Wrong]:
    """What a schema (valid as such) holds that a template's may not.

    Raises:
        SumptuaryError: CEL is not installed, which patterns need.
    """
    found = list(_beyond(whole, (), whole))
    if found:
        return found
    definitions: dict[str, Any] = whole.get("$defs", {})
    sizes: dict[str, int] = {}
    for name in definitions:
        if _circular(name, definitions, {}):
            return [Wrong(("$defs", name), f"{name!r} contains itself; parameters have a fixed depth", key=True)]
    if _size(whole, definitions, sizes) > MAX_SIZE:
        return [Wrong((), f"the schema is too large: more than {MAX_SIZE} parts, references written out")]
    return []


def within(schema: dict[str, Any]) -> Iterator[tuple[Path, object]]:
    """The schemas directly within one, with their paths in it."""
    for word in SINGLES:
        if word in schema:
            yield (word,), schema[word]
    for word in MAPS:
        inside = schema.get(word)
        for name, inner in inside.items() if is_map(inside) else ():
            yield (word, name), inner
    for word in LISTS:
        items = schema.get(word)
        for index, inner in enumerate(items if is_list(items) else ()):
            yield (word, index), inner


def resolved(schema: object, whole: dict[str, Any]) -> dict[str, Any]:
    """A schema with what it refers to; its own keywords win."""
    if not is_map(schema):
        return {}
    target = schema.get("$ref")
    if not isinstance(target, str):
        return schema
    return {**resolved(whole.get("$defs", {}).get(_name(target)), whole), **schema}


def properties(schema: object, whole: dict[str, Any]) -> dict[str, Any]:
    """The properties that the schema of a map declares, those of its ``allOf`` included."""
    here = resolved(schema, whole)
    parts, own = here.get("allOf"), here.get("properties")
    found: dict[str, Any] = {}
    for part in parts if is_list(parts) else ():
        found |= properties(part, whole)
    return {**found, **own} if is_map(own) else found


def _name(target: str) -> str:
    """The definition that a reference names, empty for any other reference."""
    name = target.removeprefix("#/$defs/")
    return name.replace("~1", "/").replace("~0", "~") if name != target else ""


def _beyond(schema: object, path: Path, whole: dict[str, Any]) -> Iterator[Wrong]:
    """What is wrong with one schema and those within it."""
    if not is_map(schema):
        return
    for word in schema:
        if word in REFUSED:
            yield Wrong((*path, word), f"{word} is not supported: {REFUSED[word]}", key=True)
        elif word not in KEYWORDS and not word.startswith("x-"):
            yield Wrong((*path, word), f"unknown key {word!r}{nearest(word, KEYWORDS)}", key=True)
    yield from _values(schema, path, whole)
    for step, inner in within(schema):
        yield from _beyond(inner, (*path, *step), whole)


def _values(schema: dict[str, Any], path: Path, whole: dict[str, Any]) -> Iterator[Wrong]:
    """What is wrong with the values of one schema's keywords."""
    dialect, target, pattern, tighten = (schema.get(key) for key in ("$schema", "$ref", "pattern", "x-tighten"))
    if dialect is not None and str(dialect).rstrip("#") != DIALECT:
        yield Wrong((*path, "$schema"), f"only {DIALECT} is understood")
    if isinstance(target, str) and _name(target) not in whole.get("$defs", {}):
        words = [f"#/$defs/{name}" for name in whole.get("$defs", {})]
        text = f"{target!r} is not followed: only #/$defs/NAME of this schema is{nearest(target, words)}"
        yield Wrong((*path, "$ref"), text)
    if isinstance(pattern, str):
        try:
            matches(pattern, "")
        except ValueError as error:
            yield Wrong((*path, "pattern"), f"{pattern!r} is no regular expression here (RE2): {error}")
    if tighten is not None and tighten not in TIGHTEN:
        yield Wrong((*path, "x-tighten"), f"{tighten!r} is not known{nearest(tighten, TIGHTEN)}")


def _references(schema: object) -> list[str]:
    """The definitions that a schema names, anywhere within it."""
    if not is_map(schema):
        return []
    target = schema.get("$ref")
    own = [_name(target)] if isinstance(target, str) else []
    return list(dict.fromkeys([*own, *(name for _, inner in within(schema) for name in _references(inner))]))


def _circular(name: str, definitions: dict[str, Any], state: dict[str, str]) -> bool:
    """Whether following the references of a definition comes round to one that is being followed."""
    if name in state:
        return state[name] == "open"
    state[name] = "open"
    if any(_circular(inner, definitions, state) for inner in _references(definitions.get(name))):
        return True
    state[name] = "done"
    return False


def _size(schema: object, definitions: dict[str, Any], known: dict[str, int]) -> int:
    """How many parts a schema has, references written out; words to choose from count by their length."""
    if not is_map(schema):
        return 1
    size = 1 + sum(len(json.dumps(schema[word])) // 50 for word in VALUES if word in schema)
    size += sum(_size(inner, definitions, known) for _, inner in within(schema))
    target = schema.get("$ref")
    if isinstance(target, str):
        name = _name(target)
        if name not in known:
            known[name] = _size(definitions.get(name), definitions, known)
        size += known[name]
    return size
