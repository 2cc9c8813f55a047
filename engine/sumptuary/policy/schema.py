"""The JSON Schemas of the documents, from the models that validate them."""

from __future__ import annotations

from typing import Annotated, Any, Union

from pydantic import Field, TypeAdapter

from sumptuary.policy import documents

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def kinds() -> tuple[str, ...]:
    """The kinds of documents that have a schema."""
    return tuple(documents.KINDS)


def schema_of(kind: str | None = None) -> dict[str, Any]:
    """The schema of a kind of document, or of any of them."""
    if kind is not None:
        return {"$schema": DIALECT, **documents.KINDS[kind].model_json_schema()}
    models: Any = Union[tuple(documents.KINDS.values())]  # noqa: UP007  # made at run time
    shape: Any = Annotated[models, Field(discriminator="kind")]  # pyright: ignore[reportInvalidTypeForm]  # made here
    adapter: TypeAdapter[Any] = TypeAdapter(shape)
    return {"$schema": DIALECT, "title": "A Sumptuary document", **adapter.json_schema()}
