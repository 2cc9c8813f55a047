"""The managed resources that a plan or state names, one row each, whichever part of the document names them."""

from __future__ import annotations

from dataclasses import dataclass

from sumptuary.sources.terraform.plan_document import deferred_changes, module_rows
from sumptuary.sources.terraform.plan_state import state_rows
from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.coverage import Coverage


@dataclass(slots=True, eq=False, repr=False)
class Row:
    """One resource: what stood, what will stand, and the marks of what is unknown or secret in the two.

    ``change`` is as in ``resource_changes``. ``deferred`` says why the change waits for a later plan; empty for one
    that does not. ``listed`` is set for a row that only the values hold, which leave out what is not known.
    """

    address: str
    type: str
    actions: tuple[str, ...]
    change: dict[str, object]
    deferred: str = ""
    listed: bool = False

    @property
    def marks_secrets(self) -> bool:
        """Whether the document says what is secret here; before Terraform 0.15, plans do not."""
        return "after_sensitive" in self.change or "before_sensitive" in self.change


def rows(document: dict[str, object], shown: str, coverage: Coverage) -> Iterator[Row]:
    """The rows of a document, each address once. What cannot be read goes into the ledger."""
    reading = _Rows(shown, coverage)
    listed = document.get("resource_changes")
    if not listed:
        reading.prior = _prior(document)
    if listed is not None and not is_list(listed):
        coverage.fail(shown, 1, "the resource_changes of this plan are no list")
    for item in listed if is_list(listed) else []:
        yield from reading.row(item)
    for reason, item in deferred_changes(document):
        for row in reading.row(item):
            row.deferred = reason
            yield row
    for part in ("planned_values", "values"):
        values = document.get(part)
        for item in module_rows(values.get("root_module") if is_map(values) else None):
            yield from reading.listed_row(item) if part == "planned_values" else reading.state_row(item)
    if "version" in document and "format_version" not in document:
        for item in state_rows(document):
            yield from reading.row(item)
    if reading.deposed:
        count = f"{reading.deposed} objects" if reading.deposed > 1 else "1 object"
        coverage.note(f"{shown}: {count} that earlier replacements left behind (deposed) not judged")


class _Rows:
    """Takes rows apart, and remembers which addresses it has seen."""

    def __init__(self, shown: str, coverage: Coverage) -> None:
        self.shown = shown
        self.coverage = coverage
        self.seen: set[str] = set()
        self.deposed = 0
        self.prior: dict[str, object] | None = None

    def row(self, item: object) -> Iterator[Row]:
        """A row of ``resource_changes``, or none."""
        if not is_map(item):
            self.coverage.fail(self.shown, 1, "a resource of the plan cannot be read: it is no JSON object")
            return
        if item.get("mode", "managed") != "managed":
            return
        if "deposed" in item:
            self.deposed += 1
            return
        address, type_name, change = item.get("address"), item.get("type"), item.get("change")
        if not isinstance(address, str) or not isinstance(type_name, str) or not is_map(change):
            what = address[:80] if isinstance(address, str) else "it has no address"
            self.coverage.fail(self.shown, 1, f"a resource of the plan cannot be read: {what}")
            return
        if address in self.seen:
            return
        self.seen.add(address)
        listed = change.get("actions")
        actions = tuple(str(each) for each in listed) if is_list(listed) else ("no-op",)
        yield Row(address, type_name, actions, change)

    def state_row(self, item: dict[str, object]) -> Iterator[Row]:
        """A row of a state's ``values``."""
        yield from self._value_row(item, item.get("values"))

    def listed_row(self, item: dict[str, object]) -> Iterator[Row]:
        """A row of ``planned_values`` that no change speaks of: it stays, or is new where a plan tells no changes."""
        before = item.get("values") if self.prior is None else self.prior.get(str(item.get("address")))
        for row in self._value_row(item, before):
            row.listed = True
            yield row

    def _value_row(self, item: dict[str, object], before: object) -> Iterator[Row]:
        if str(item.get("address")) in self.seen:
            return
        stands, secret = item.get("values"), item.get("sensitive_values")
        change: dict[str, object] = {"before": before, "after": stands, "after_unknown": not is_map(stands)}
        if secret is not None:
            change["after_sensitive"] = secret
        action = "create" if before is None and self.prior is not None else "no-op" if before == stands else "update"
        yield from self.row({**item, "change": {"actions": [action], **change}})


def _prior(document: dict[str, object]) -> dict[str, object]:
    """What stood before by address, for a plan that lists no changes."""
    state = document.get("prior_state")
    values = state.get("values") if is_map(state) else None
    root = values.get("root_module") if is_map(values) else None
    return {str(row.get("address")): row.get("values") for row in module_rows(root)}
