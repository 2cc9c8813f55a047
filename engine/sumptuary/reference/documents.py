"""The page of the documents: what each kind may hold, from the models that validate them."""

from __future__ import annotations

from sumptuary.policy.documents import KINDS
from sumptuary.reference import fields
from sumptuary.reference.setting import bullets, page, prose, section, table
from sumptuary.reports.markup import code


def page_of_documents() -> str:
    """The page of all kinds of documents."""
    return page(
        "Documents",
        "Every document begins with `apiVersion: sumptuary/v1` and its `kind`; a key that is not listed is an error. "
        "`sumptuary policies schema KIND` prints the JSON Schema of a kind, for editors.",
        bullets(f"[{code(kind)}](#{kind.lower()}): {about_kind(kind)}" for kind in KINDS),
        *(section(kind, about_kind(kind), _fields(kind)) for kind in KINDS),
    )


def about_kind(kind: str) -> str:
    """What a kind of document is, in a sentence."""
    first = (KINDS[kind].__doc__ or "").strip().partition("\n\n")[0]
    return prose(first.replace("``", ""))


def _fields(kind: str) -> str:
    rows = [
        (code(row.name), row.kind, row.default_cell(), row.meaning_cell())
        for row in fields.rows_of(fields.schema_of(KINDS[kind]))
        if row.name not in ("apiVersion", "kind")
    ]
    return table(("field", "type", "default", "meaning"), rows)
