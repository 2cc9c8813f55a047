"""A rule's parameters as a pydantic model, made from its ``Parameters`` dataclass; imported only to validate."""

from __future__ import annotations

from dataclasses import MISSING, Field, asdict, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model
from pydantic import Field as ModelField

from sumptuary.errors import SumptuaryError
from sumptuary.policy.tightening import Direction
from sumptuary.rule import Rule

_PLAIN = (str, int, float, bool, NoneType, object, Any)
_models: dict[type, type[BaseModel]] = {}


def model_of(rule: type[Rule]) -> type[BaseModel]:
    """The model that checks a policy's parameters for this rule: strict, and no keys but the rule's own.

    Raises:
        SumptuaryError: the rule declares a parameter that a document cannot hold; the rule's author must mend it.
    """
    try:
        return _record_model(rule.Parameters)
    except (TypeError, NameError) as error:
        raise SumptuaryError(f"the parameters of the rule {rule.id!r} cannot be read: {error}") from error


def directions_of(shape: type) -> dict[str, Direction]:
    """How each parameter of a ``Parameters`` record moves when it tightens."""
    found: dict[str, Direction] = {}
    for item in fields(shape):
        record, is_list_of = item.metadata.get("record"), "list" in str(item.type)
        inner = directions_of(record) if record is not None and not is_list_of and not _is_amount(record) else None
        tighten, unlimited = item.metadata.get("tighten", ""), item.metadata.get("unlimited_when_empty", False)
        found[item.name.removesuffix("_")] = Direction(tighten, unlimited, inner)
    return found


def _is_amount(record: type) -> bool:
    """Whether a record is an amount of money, which moves as a whole."""
    return {item.name for item in fields(record)} == {"amount", "currency"}


def _record_model(shape: type) -> type[BaseModel]:
    """The model of one record, made once."""
    if shape in _models:
        return _models[shape]
    hints = get_type_hints(shape)
    members: dict[str, Any] = {}
    for item in fields(shape):
        members[item.name.removesuffix("_")] = (_annotation(hints[item.name], item), _field(item))
    model: type[BaseModel] = create_model(
        shape.__name__, __config__=ConfigDict(extra="forbid", frozen=True), __doc__=shape.__doc__, **members
    )
    _models[shape] = model
    return model


def _annotation(hint: Any, item: Field[Any]) -> Any:
    """A field's type with records as models and ``choices`` as the only words allowed."""
    choices: tuple[str, ...] = item.metadata.get("choices", ())
    return _convert(hint, Literal[choices] if choices else str, item.name)


def _convert(hint: Any, text: Any, name: str) -> Any:
    if hint is str:
        return text
    if is_dataclass(hint) and isinstance(hint, type):
        return _record_model(hint)
    if hint in _PLAIN:
        return hint
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return Union[tuple(_convert(part, text, name) for part in arguments)]  # noqa: UP007  # made at run time
    if origin is dict:
        return dict[str, _convert(arguments[1], text, name)]  # type: ignore[misc]  # made at run time
    if origin is list:
        return list[_convert(arguments[0], text, name)]  # type: ignore[misc]
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple[_convert(arguments[0], text, name), ...]  # type: ignore[misc]
    if origin is Literal:
        return hint
    raise TypeError(f"{name} is a {hint}, which a document cannot hold")


def _field(item: Field[Any]) -> Any:
    """Default and documentation of a field; its ``tighten`` direction goes into the schema."""
    tighten = item.metadata.get("tighten", "")
    extra: dict[str, Any] = {"x-tighten": tighten} if tighten else {}
    if item.metadata.get("unlimited_when_empty"):
        extra["x-unlimited-when-empty"] = True
    doc = str(item.metadata.get("doc", ""))
    if item.default_factory is not MISSING:
        make = item.default_factory
        return ModelField(default_factory=lambda: _as_model(make()), description=doc, json_schema_extra=extra or None)
    if item.default is not MISSING:
        return ModelField(default=_as_model(item.default), description=doc, json_schema_extra=extra or None)
    return ModelField(description=doc, json_schema_extra=extra or None)


def _as_model(value: Any) -> Any:
    """A default that is a record, as its model."""
    if is_dataclass(value) and not isinstance(value, type):
        return _record_model(type(value)).model_validate(asdict(value))
    if isinstance(value, (list, tuple)):
        entries: list[Any] = [_as_model(entry) for entry in value]  # pyright: ignore[reportUnknownVariableType]
        return entries if isinstance(value, list) else tuple(entries)
    return value
