"""Turns what validation found into errors a person can mend: placed, with the offending text and the nearest word."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sumptuary.errors import SumptuaryError
from sumptuary.yaml_lines import Document

Path = tuple[str | int, ...]

PLAIN = {
    "a valid string": "text",
    "a valid array": "a list",
    "a valid list": "a list",
    "a valid tuple": "a list",
    "a valid dictionary": "a map",
    "an object": "a map",
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a valid boolean": "true or false",
    "a valid date": "a date",
}
"""What pydantic calls things, and what those who write YAML call them."""


def at(file: str, document: Document, path: Path, message: str, *, key: bool = False, hint: str = "") -> SumptuaryError:
    """An error at a path of a document; ``file`` as people are told of it (see ``naming``)."""
    line, column = document.place(path, key=key)
    return SumptuaryError(message, place=f"{file}:{line}:{column}", hint=hint)


def close(word: object, words: list[str] | tuple[str, ...]) -> str:
    """``; did you mean 'x'?`` for the nearest of the words, or nothing."""
    found = get_close_matches(str(word), words, n=1, cutoff=0.6)
    return f"; did you mean {found[0]!r}?" if found else ""


def nearest(word: object, words: list[str] | tuple[str, ...]) -> str:
    """``; did you mean 'x'?`` for the nearest of the words, or the words themselves where they are few."""
    return close(word, words) or (f"; it may be {_listed(words)}" if 0 < len(words) <= 12 else "")


def placed(
    error: ValidationError,
    model: type[BaseModel],
    file: str,
    document: Document,
    prefix: Path = (),
) -> list[SumptuaryError]:
    """Every error of a validation, one a place, in the order of the document.

    ``prefix`` is the path of the validated value in the document, ``file`` what people are told of its file.
    """
    found: dict[tuple[tuple[int, int], Path], list[str]] = {}
    for detail in error.errors(include_url=False):
        path = _path(detail, document, prefix)
        message, is_key = _message(detail, model, path, prefix)
        place = document.place(path, key=is_key)
        messages = found.setdefault((place, path), [])
        if message not in messages:
            messages.append(message)
    errors: list[SumptuaryError] = []
    for ((line, column), path), messages in sorted(found.items(), key=lambda item: item[0][0]):
        name = ".".join(str(step) for step in path)
        text = _together(messages)
        errors.append(SumptuaryError(f"{name}: {text}" if name else text, place=f"{file}:{line}:{column}"))
    return errors


def _path(detail: ErrorDetails, document: Document, prefix: Path) -> Path:
    """The error's path in the document; steps that only name a branch of a union are left out."""
    path: Path = prefix
    steps: list[str | int] = list(detail["loc"])
    while steps:
        for count in range(len(steps), 0, -1):  # a profile may name a nested parameter in one dotted key
            step = steps[0] if count == 1 else ".".join(str(part) for part in steps[:count])
            if (*path, step) in document.values:
                path += (step,)
                steps = steps[count - 1 :]
                break
        steps = steps[1:]
    return path


def in_order(errors: list[SumptuaryError]) -> list[SumptuaryError]:
    """Errors by their place, file by file in the order of their first."""
    files: dict[str, int] = {}

    def key(error: SumptuaryError) -> tuple[int, int, int]:
        file, line, column = [*error.place.rsplit(":", 2), "", ""][:3]
        order = files.setdefault(file, len(files))
        return order, int(line) if line.isdecimal() else 0, int(column) if column.isdecimal() else 0

    keyed = [(key(error), error) for error in errors]
    return [error for _, error in sorted(keyed, key=lambda pair: pair[0])]


def _together(messages: list[str]) -> str:
    """Several messages on one place: what is missing as a list, the branches of a union as alternatives."""
    if len(messages) > 1 and all(message.endswith(" is missing") for message in messages):
        return ", ".join(message.removesuffix(" is missing") for message in messages) + " are missing"
    return ", or ".join(messages)


def _message(detail: ErrorDetails, model: type[BaseModel], path: Path, prefix: Path) -> tuple[str, bool]:
    """What is wrong in words, and whether the key rather than the value is meant."""
    kind, value = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return f"unknown key {path[-1]!r}{nearest(path[-1], names_at(model, path[len(prefix) : -1]))}", True
    if kind == "missing":
        return f"{str(detail['loc'][-1])!r} is missing", False
    if kind == "literal_error":
        words = _words(detail)
        return f"{value!r} is not known{nearest(value, words)}", "[key]" in detail["loc"]
    if kind == "string_type" and isinstance(value, (int, float)):
        return f"{value!r} must be text: put it in quotes", False
    if kind in ("value_error", "assertion_error"):
        return detail["msg"].partition(", ")[2], False
    if kind == "string_pattern_mismatch":
        return f"{value!r} does not have the right form ({detail.get('ctx', {}).get('pattern')})", False
    given = f" (it is {_brief(value)})" if value is None or isinstance(value, (str, int, float, bool)) else ""
    message = detail["msg"].removeprefix("Input ").replace("should", "must")
    for theirs, ours in PLAIN.items():
        message = message.replace(theirs, ours)
    return message + given, "[key]" in detail["loc"]


def _words(detail: ErrorDetails) -> list[str]:
    """The words that a literal allows, out of pydantic's "'a', 'b' or 'c'"."""
    expected = str(detail.get("ctx", {}).get("expected", ""))
    return [part.strip().strip("'") for part in expected.replace(" or ", ", ").split(", ") if part]


def _brief(value: object) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _listed(words: list[str] | tuple[str, ...]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))


def names_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that a model allows at a path inside it."""
    here: type[BaseModel] | None = model
    annotation: Any = model
    for step in path:
        if here is not None and isinstance(step, str):
            fields = {field.alias or name: field for name, field in here.model_fields.items()}
            if step not in fields:
                return []
            annotation = fields[step].annotation
        else:
            arguments = [part for part in get_args(annotation) if part is not type(None)]
            annotation = arguments[-1] if arguments else None
        here = _model_in(annotation)
    return [field.alias or name for name, field in here.model_fields.items()] if here is not None else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation is, directly or as an optional."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel) and type(None) in get_args(annotation):
            return part
    return None
