"""The JSON Schemas of the documents, for editors: from the models that validate them, and what only code says besides.

A schema refuses nothing that a run takes. It cannot see all that a run refuses: whether a name stands for something.
"""

from __future__ import annotations

from typing import Any

from sumptuary.kinds import KINDS
from sumptuary.policy import documents
from sumptuary.policy.parameters import model_of
from sumptuary.rule import Rule
from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ANY = "document"
"""The name of the schema that takes documents of every kind."""
_REF = "#/$defs/"

Schema = dict[str, Any]


def kinds() -> tuple[str, ...]:
    """The kinds of documents that have a schema."""
    return tuple(documents.KINDS)


def schemas(rules: Iterable[type[Rule]]) -> dict[str, Schema]:
    """Every schema by its name: each kind, and ``document`` for any; they know the parameters of these rules."""
    known = tuple(rules)
    return {**{kind: schema_of(kind, known) for kind in kinds()}, ANY: schema_of(None, known)}


def schema_of(kind: str | None = None, rules: Iterable[type[Rule]] = ()) -> Schema:
    """The schema of a kind of document, or of any of them.

    Raises:
        SumptuaryError: a rule declares a parameter that a document cannot hold.
    """
    known = tuple(rules)
    if kind is not None:
        return {"$schema": DIALECT, **_refined(documents.KINDS[kind].model_json_schema(), known)}
    shapes: Schema = {}
    for name in kinds():
        shape = _refined(documents.KINDS[name].model_json_schema(), known)
        shapes |= shape.pop("$defs", {})
        shapes[name] = shape
    chosen = [
        {"if": {"required": ["kind"], "properties": {"kind": {"const": name}}}, "then": {"$ref": f"{_REF}{name}"}}
        for name in kinds()
    ]
    return {
        "$schema": DIALECT,
        "title": "A Sumptuary document",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "properties": {"apiVersion": {"const": documents.API_VERSION}, "kind": {"enum": list(kinds())}},
        "allOf": chosen,
        "$defs": dict(sorted(shapes.items())),
    }


def _refined(schema: Schema, rules: tuple[type[Rule], ...]) -> Schema:
    """A model's schema without the titles that say nothing, and with what its validators ask for."""
    refined: Schema = _untitled(schema)
    shapes: Schema = refined.setdefault("$defs", {})
    for name in ("Scope", "Target"):
        if name in shapes:
            shapes[name]["minProperties"] = 1
    if "TemplateSpec" in shapes:
        shapes["TemplateSpec"]["oneOf"] = [{"required": ["deny"]}, {"required": ["require"]}]
    if "Select" in shapes:
        _suggest(shapes["Select"]["properties"]["kinds"]["items"], KINDS)
    if "PolicySpec" in shapes:
        spec: Schema = shapes["PolicySpec"]
        _suggest(spec["properties"]["rule"], [rule.id for rule in rules])
        spec["allOf"] = [_for_rule(rule, shapes) for rule in rules]
    return refined


def _suggest(shape: Schema, words: Iterable[str]) -> None:
    """Let an editor complete words that are not the only ones."""
    shape["anyOf"] = [{"enum": list(words)}, {}]


def _for_rule(rule: type[Rule], shapes: Schema) -> Schema:
    """What the parameters and profiles of a policy that names a rule may be."""
    whole: Schema = _untitled(model_of(rule).model_json_schema())
    inner: Schema = whole.pop("$defs", {})
    for name, shape in inner.items():
        shapes[f"{rule.id}.{name}"] = _renamed(shape, rule.id)
    name = f"{rule.id}.parameters"
    shapes[name] = _renamed({**whole, "description": f"What the rule {rule.id} asks: {rule.title}"}, rule.id)
    profile = {"type": "object", "properties": shapes[name]["properties"]}
    asked: Schema = {"properties": {"parameters": {"$ref": f"{_REF}{name}"}}}
    asked["properties"]["profiles"] = {"additionalProperties": profile}
    if whole.get("required"):
        asked["required"] = ["parameters"]
    return {"if": {"required": ["rule"], "properties": {"rule": {"const": rule.id}}}, "then": asked}


def _untitled(node: Any) -> Any:
    """A schema without the titles that pydantic makes of names."""
    if is_map(node):
        return {name: _untitled(inner) for name, inner in node.items() if name != "title" or not isinstance(inner, str)}
    return [_untitled(inner) for inner in node] if is_list(node) else node


def _renamed(node: Any, rule: str) -> Any:
    """A rule's schema whose references find its shapes among those of all rules."""
    if is_map(node):
        return {
            name: f"{_REF}{rule}.{str(inner).removeprefix(_REF)}" if name == "$ref" else _renamed(inner, rule)
            for name, inner in node.items()
        }
    return [_renamed(inner, rule) for inner in node] if is_list(node) else node
