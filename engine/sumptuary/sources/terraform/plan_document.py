"""A plan or state as one JSON document: read member by member, its format known, and what it says of itself told."""

from __future__ import annotations

import gc
import hashlib
import json
import re
from decimal import Decimal

from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.coverage import Coverage

LARGEST_PLAN = 500_000_000
DEEPEST_MODULE = 60
_KNOWN_MAJORS = ("0", "1")
_SPACE = re.compile(r"[ \t\r\n]*")
_UNUSED = frozenset({"action_invocations", "output_changes", "relevant_attributes"})
"""Members that say nothing about what stands afterwards. Some are as large as all the rest."""
_OTHERS = {
    "provider_schemas": "the schemas of providers",
    "function_signatures": "a list of functions",
    "diagnostics": "the answer of terraform validate",
}
"""Other things that Terraform writes as JSON with a format_version."""
_DEFERRED = {
    "instance_count_unknown": "how many there will be is not known",
    "resource_config_unknown": "its configuration is not known yet",
    "provider_config_unknown": "its provider's configuration is not known yet",
    "absent_prereq": "it waits for something that does not exist yet",
    "deferred_prereq": "it waits for another change that is deferred",
}


def read_document(path: str, shown: str, coverage: Coverage) -> dict[str, object] | None:
    """The plan or state as a JSON object of a known format; None when it is not one, with the reason in the ledger."""
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_PLAN + 1)
    except OSError as error:
        coverage.fail(shown, 0, f"it cannot be read: {error.strerror or error}")
        return None
    if len(content) > LARGEST_PLAN:
        coverage.fail(shown, 0, f"it is larger than {LARGEST_PLAN // 1_000_000} MB")
        return None
    coverage.plans[shown] = f"sha256:{hashlib.sha256(content).hexdigest()}"
    try:
        text = content.decode(json.detect_encoding(content))
        del content  # beside its text, a large plan would stand in memory twice
        document = _decoded(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        coverage.fail(shown, error.lineno, f"this plan is not JSON: {error.msg}")
        return None
    except _NotAnObjectError:
        coverage.fail(shown, 1, "this is not a plan: it holds no JSON object")
        return None
    except (ValueError, RecursionError) as error:
        coverage.fail(shown, 0, f"this plan cannot be read: {error}")
        return None
    problem = _unreadable(document)
    if problem:
        coverage.fail(shown, 1, problem)
        return None
    return document


def _decoded(text: str) -> dict[str, object]:
    """The members of an object. The collector of cycles rests: JSON makes none, and it would look often."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return dict(_members(text))
    finally:
        if collects:
            gc.enable()


class _NotAnObjectError(Exception):
    """The text is JSON, but no object."""


def _members(text: str) -> Iterator[tuple[str, object]]:
    """The members of the object that a text holds, one after the other; ``_UNUSED`` ones hold None.

    ``planned_values`` repeats every resource that stands: it is kept only where the changes lack one of them, and
    ``prior_state`` where no change says what stood before.
    Raises JSONDecodeError, ValueError or RecursionError for a text that is no JSON.
    """
    repeated, repeated_at, changed = frozenset[str](), -1, frozenset[str]()
    decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse)

    def value(offset: int) -> tuple[object, int]:
        found, end = decoder.raw_decode(text, _skip(text, offset))
        return found, _skip(text, end)

    start = _skip(text, 0)
    if not text.startswith("{", start):
        _, end = value(start)
        _expect_end(text, end)
        raise _NotAnObjectError
    offset = _skip(text, start + 1)
    first = True
    while not text.startswith("}", offset):
        if not first:
            offset = _expect(text, ",", offset)
        if not text.startswith('"', offset):
            raise json.JSONDecodeError("a key in quotes is missing", text, offset)
        key, offset = value(offset)
        at = _expect(text, ":", offset)
        held, offset = value(at)
        if key == "planned_values":
            repeated, repeated_at = frozenset(_addresses(held)), at
        elif key == "resource_changes":
            changed = frozenset(str(row.get("address")) for row in _maps(held))
        told = key in _UNUSED or key == "planned_values" or (key == "prior_state" and changed)
        yield str(key), None if told else held
        first, held = False, None
    _expect_end(text, _skip(text, offset + 1))
    if not repeated <= changed:
        yield "planned_values", value(repeated_at)[0]


def _addresses(values: object) -> Iterator[str]:
    root = values.get("root_module") if is_map(values) else None
    for row in module_rows(root):
        yield str(row.get("address"))


def module_rows(module: object, depth: int = 0) -> Iterator[dict[str, object]]:
    """The resources of a module of ``planned_values`` or ``values``, and of the modules that it calls."""
    if not is_map(module) or depth > DEEPEST_MODULE:
        return
    yield from _maps(module.get("resources"))
    for child in _maps(module.get("child_modules")):
        yield from module_rows(child, depth + 1)


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


def _skip(text: str, offset: int) -> int:
    match = _SPACE.match(text, offset)
    return match.end() if match else offset


def _expect(text: str, mark: str, offset: int) -> int:
    if not text.startswith(mark, offset):
        raise json.JSONDecodeError(f"{mark} is missing", text, offset)
    return _skip(text, offset + 1)


def _expect_end(text: str, offset: int) -> None:
    if offset != len(text):
        raise json.JSONDecodeError("there is more text after its end", text, offset)


def _unreadable(document: dict[str, object]) -> str:
    """Why a JSON object is no plan or state that we know, or nothing."""
    format_version = document.get("format_version")
    if isinstance(format_version, (str, int, Decimal)) and not isinstance(format_version, bool):
        version = str(format_version)
        if version.partition(".")[0] not in _KNOWN_MAJORS:
            return f"the plan's format {version[:20]} is not known (0.x and 1.x are); a newer sumptuary may read it"
        other = next((what for key, what in _OTHERS.items() if key in document), "")
        return f"this is not a plan: it holds {other}" if other else ""
    if document.keys() & {"planned_values", "resource_changes", "values"}:
        return ""
    number = document.get("version")
    if isinstance(number, int) and document.keys() & {"resources", "modules", "lineage", "serial"}:
        if number == 4:
            return ""
        old = f" (Terraform {document['terraform_version']!s:.12})" if "terraform_version" in document else ""
        way = "Terraform 0.12 and later write 4" if number < 4 else "a newer sumptuary may read it"
        return f"the state's version {number}{old} is not known (4 is): {way}"
    if "encrypted_data" in document:
        return "this state or plan is encrypted: give the output of tofu show -json instead"
    return "this JSON is neither a plan nor a state of Terraform"


def remark(document: dict[str, object], shown: str, coverage: Coverage) -> None:
    """What a plan says of itself, into the ledger: that it is not whole, what drifted, which checks fail."""
    deferred = [reason for reason, _ in deferred_changes(document)]
    if document.get("errored") is True:
        coverage.fail(shown, 1, "Terraform could not finish this plan (errored): it holds only a part of the changes")
    if deferred:
        counted = ", ".join(f"{deferred.count(each)} because {each}" for each in sorted(set(deferred)))
        changes = f"{len(deferred)} changes" if len(deferred) > 1 else "1 change"
        coverage.fail(shown, 1, f"the plan defers {changes} to a later plan, so their cost is not known: {counted}")
    elif document.get("complete") is False and document.get("errored") is not True:
        message = "the plan is not complete by its own word (-target, or changes put off): another one will follow it"
        coverage.fail(shown, 1, message)
    _tell_drift(document, shown, coverage)
    failing = [_check_name(row) for row in _maps(document.get("checks")) if row.get("status") in ("fail", "error")]
    if failing:
        named = ", ".join(failing[:5]) + (" ..." if len(failing) > 5 else "")
        coverage.note(f"{shown}: {len(failing)} of the configuration's own checks fail in this plan: {named}")


def _tell_drift(document: dict[str, object], shown: str, coverage: Coverage) -> None:
    counts: dict[str, int] = {}
    for row in _maps(document.get("resource_drift")):
        change = row.get("change")
        actions = change.get("actions") if is_map(change) else None
        if row.get("mode", "managed") == "managed" and is_list(actions) and actions != ["no-op"]:
            word = "gone" if actions == ["delete"] else "changed"
            counts[word] = counts.get(word, 0) + 1
    if counts:
        told = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
        coverage.note(
            f"{shown}: outside Terraform, since its last run: {told}; that is no part of what this plan costs"
        )


def _check_name(row: dict[str, object]) -> str:
    address = row.get("address")
    name = address.get("to_display") if is_map(address) else None
    return name[:80] if isinstance(name, str) else "one without a name"


def deferred_changes(document: dict[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    """The managed resources whose change waits for a later plan, each with a phrase that says why."""
    for deferred in _maps(document.get("deferred_changes")):
        row, reason = deferred.get("resource_change"), deferred.get("reason")
        if is_map(row) and row.get("mode", "managed") == "managed":
            yield _DEFERRED.get(reason if isinstance(reason, str) else "", "of a reason that it does not tell"), row


def _maps(rows: object) -> Iterator[dict[str, object]]:
    for row in rows if is_list(rows) else []:
        if is_map(row):
            yield row
