"""The parameters of a rule template as their JSON Schema declares them: the schema itself checked, then what is given.

Imported only to compile templates, for jsonschema is slow to import.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators
from referencing import Registry

from sumptuary.errors import SumptuaryError
from sumptuary.policy import problems
from sumptuary.policy.cel_language import matches
from sumptuary.policy.problems import Path
from sumptuary.policy.schema_limits import Wrong, beyond_limits, properties, resolved, within
from sumptuary.policy.tightening import Direction
from sumptuary.values import is_list, is_map
from sumptuary.yaml_lines import Document

_OPEN = ("additionalProperties", "unevaluatedProperties", "allOf", "anyOf", "oneOf", "if", "$ref")
"""Where one of these is given, a schema says itself which further keys it takes."""

_TYPES = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "array": "a list",
    "object": "a map",
    "boolean": "true or false",
    "null": "null",
}
_LIMITS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
}


def _pattern(_: object, pattern: str, instance: object, __: object) -> Iterator[ValidationError]:
    """The keyword ``pattern`` by CEL's regular expressions (RE2): linear, whatever pattern and text are."""
    if isinstance(instance, str) and not matches(pattern, instance):
        yield ValidationError("it does not match")


def _unique(_: object, wanted: bool, instance: object, __: object) -> Iterator[ValidationError]:
    """The keyword ``uniqueItems``: jsonschema's own compares each item with each."""
    if wanted and is_list(instance) and len({_form(item) for item in instance}) < len(instance):
        yield ValidationError("an item stands twice")


def _form(value: object) -> str:
    """A text that two values share when JSON Schema takes them for the same: ``1.0`` is ``1``, ``true`` is not."""
    if is_map(value):
        return f"{{{','.join(f'{json.dumps(key)}:{_form(value[key])}' for key in sorted(value))}}}"
    if is_list(value):
        return f"[{','.join(map(_form, value))}]"
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)


_extend: Any = validators.extend  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # its stubs
_no_schemas: Any = Registry[Any]()
"""An empty registry: nothing is ever fetched."""
_Validator: Any = _extend(Draft202012Validator, {"pattern": _pattern, "uniqueItems": _unique})
_META: Any = Draft202012Validator(Draft202012Validator.META_SCHEMA)


@dataclass(slots=True)
class ParameterSchema:
    """A schema that has been checked, and how to check parameters against it."""

    schema: dict[str, Any]
    _validator: Any = field(init=False)

    def __post_init__(self) -> None:
        shut = {} if any(word in self.schema for word in _OPEN) else {"additionalProperties": False}
        self._validator = _validator({"type": "object", **self.schema, **shut})

    @property
    def names(self) -> list[str]:
        """The names of the parameters."""
        return list(properties(self.schema, self.schema))

    def filled(self, given: dict[str, Any]) -> dict[str, Any]:
        """A copy of given parameters with the defaults of the schema's properties where nothing is given."""
        values = copy.deepcopy(given)
        _fill(values, self.schema, self.schema)
        return values

    def mistakes(self, values: dict[str, Any]) -> list[Wrong]:
        """Everything wrong with parameters (defaults filled in), by paths within them."""
        try:
            errors = list(self._validator.iter_errors(values))
        except (ArithmeticError, RecursionError) as error:
            return [Wrong((), f"the parameters cannot be checked: {error}")]
        return [wrong for error in errors for wrong in _told(error, self.schema)]

    def directions(self) -> dict[str, Direction]:
        """How each parameter moves when it tightens."""
        return directions_in(self.schema)

    def tighten_of(self, path: str) -> str:
        """Which way a lower layer may move the parameter at a dotted path: its ``x-tighten``, or empty."""
        directions: dict[str, Direction] | None = self.directions()
        found = Direction()
        for step in path.split("."):
            found = (directions or {}).get(step, Direction())
            directions = found.fields
        return found.tighten


def schema_mistakes(schema: dict[str, Any]) -> list[Wrong]:
    """Everything wrong with a schema itself, by paths within it.

    Raises:
        SumptuaryError: CEL is not installed, which patterns need.
    """
    if schema.get("type", "object") != "object":
        return [Wrong(("type",), "parameters are a map: type must be object")]
    found = [Wrong(tuple(error.absolute_path), _words(error)) for error in _META.iter_errors(schema)]
    found = found or beyond_limits(schema)
    return found or list(_bad_defaults(schema, schema, ()))


def placed(
    wrong: Sequence[Wrong], file: str, document: Document, prefix: Path, *, dotted: bool = False
) -> list[SumptuaryError]:
    """Mistakes as errors at their places in a document; with ``dotted``, one key may name a path (``a.b: 1``)."""
    found: list[SumptuaryError] = []
    for one in wrong:
        path, rest = prefix, list(one.path)
        while rest:
            sizes = range(len(rest) if dotted else 1, 0, -1)
            size = next((count for count in sizes if (*path, _joined(rest[:count])) in document.values), 0)
            if not size:
                break
            path, rest = (*path, _joined(rest[:size])), rest[size:]
        shown = ".".join(str(step) for step in path)
        found.append(problems.at(file, document, path, f"{shown}: {one.message}", key=one.key and not rest))
    return found


def _joined(steps: Sequence[str | int]) -> str | int:
    return steps[0] if len(steps) == 1 else ".".join(str(step) for step in steps)


def _validator(schema: object) -> Any:
    return _Validator(schema, registry=_no_schemas)


def _fill(values: object, schema: object, whole: dict[str, Any]) -> None:
    """Fill in defaults, in place."""
    here = resolved(schema, whole)
    for item in values if is_list(values) else ():
        _fill(item, here.get("items"), whole)
    if not is_map(values):
        return
    for name, inner in properties(here, whole).items():
        declared = resolved(inner, whole)
        if name not in values and "default" in declared:
            values[name] = copy.deepcopy(declared["default"])
        if name in values:
            _fill(values[name], declared, whole)


def _bad_defaults(schema: object, whole: dict[str, Any], path: Path) -> Iterator[Wrong]:
    """Defaults that their own schema does not allow."""
    if not is_map(schema):
        return
    if "default" in schema:
        value = copy.deepcopy(schema["default"])
        _fill(value, schema, whole)
        for error in _validator({**schema, "$defs": whole.get("$defs", {})}).iter_errors(value):
            yield Wrong((*path, "default", *error.absolute_path), f"the default is not allowed: {_words(error)}")
    for step, inner in within(schema):
        yield from _bad_defaults(inner, whole, (*path, *step))


def _directions(schema: object, whole: dict[str, Any]) -> dict[str, Direction]:
    found: dict[str, Direction] = {}
    for name, inner in properties(schema, whole).items():
        declared = resolved(inner, whole)
        tighten, unlimited = str(declared.get("x-tighten", "")), declared.get("x-unlimited-when-empty") is True
        fields = _directions(declared, whole) if not tighten and properties(declared, whole) else None
        found[name] = Direction(tighten, unlimited, fields)
    return found


def directions_in(schema: dict[str, Any]) -> dict[str, Direction]:
    """How each parameter of a schema moves when it tightens."""
    return _directions(schema, schema)


def _told(error: Any, whole: dict[str, Any]) -> Iterator[Wrong]:
    """What one error of jsonschema means, at the path where it stands; each unknown key is one."""
    path: Path = tuple(error.absolute_path)
    if error.validator in ("additionalProperties", "unevaluatedProperties") and error.validator_value is False:
        words = list(properties(error.schema, whole))
        for key in (key for key in error.instance if key not in words):
            yield Wrong((*path, key), f"unknown key {key!r}{problems.nearest(key, words)}", key=True)
        return
    yield Wrong(path, _words(error))


def _words(error: Any) -> str:
    """An error of jsonschema in our words."""
    instance, wanted, kind = error.instance, error.validator_value, error.validator
    if kind == "type":
        kinds: list[str] = [wanted] if isinstance(wanted, str) else list(wanted)
        return f"must be {' or '.join(_TYPES.get(one, one) for one in kinds)}{_brief(instance)}"
    if kind == "enum":
        return f"{instance!r} is not known{problems.nearest(instance, [str(word) for word in wanted])}"
    if kind == "required":
        return str(error.message).replace(" is a required property", " is missing")
    if kind in _LIMITS:
        return f"must be {_LIMITS[kind]} {wanted}{_brief(instance)}"
    if kind in ("anyOf", "oneOf") and error.context:
        nearer = [inner for inner in error.context if inner.validator != "type"] or error.context
        return ", or ".join(dict.fromkeys(_words(inner) for inner in nearer))
    if kind == "pattern":
        return f"does not match {wanted!r}{_brief(instance)}"
    message = str(error.message)
    return message if len(message) <= 300 else message[:297] + "..."


def _brief(instance: object) -> str:
    if is_map(instance) or is_list(instance):
        return ""
    text = "null" if instance is None else repr(instance)
    return f" (it is {text if len(text) <= 60 else text[:57] + '...'})"
