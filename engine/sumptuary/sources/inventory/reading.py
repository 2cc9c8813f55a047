"""Reads an inventory line by line and holds one line at a time, so that a million resources take no more than one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from sumptuary.model import Place
from sumptuary.sources.inventory.fields import WrongRowError
from sumptuary.sources.inventory.lines import LONGEST_LINE, lines
from sumptuary.sources.inventory.rows import resource_of
from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

    from sumptuary.coverage import Coverage
    from sumptuary.model import Resource
    from sumptuary.sources.inventory.lines import Lines

MOST_NAMED = 100
"""Lines of one inventory that are named as not read; of the others there is a count."""
DEEPEST = 100
MOST_DIGITS = 300
"""Digits and exponents beyond this have no float, and no meaning."""


@dataclass(slots=True, eq=False, repr=False)
class Seen:
    """The lines and identities of all inventories of a run, so that nothing is counted twice and nothing is lost."""

    lines: set[int] = field(default_factory=set[int])
    identities: dict[str, int] = field(default_factory=dict[str, int])

    def before(self, resource: Resource, line: bytes) -> bool:
        """Whether the very same line was read before. Another resource of the same identity gets one of its own."""
        digest = hash(line)
        if digest in self.lines:
            return True
        self.lines.add(digest)
        identity = resource.id
        while resource.id in self.identities:
            self.identities[identity] += 1
            resource.id = f"{identity}#{self.identities[identity]}"
        self.identities[resource.id] = 1
        return False


def read_source(source: str | Lines, shown: str, coverage: Coverage, seen: Seen | None) -> Iterator[Resource]:
    """See ``read`` of this room."""
    coverage.files_seen += 1
    if not isinstance(source, str):
        coverage.files_read += 1
        yield from _resources(source, shown, coverage, seen)
        return
    try:
        with open(source, "rb") as file:
            coverage.files_read += 1
            yield from _resources(file, shown, coverage, seen)
    except OSError as error:
        coverage.fail(shown, 0, f"it cannot be read: {error.strerror or error}")


def _resources(stream: Lines, shown: str, coverage: Coverage, seen: Seen | None) -> Iterator[Resource]:
    unread = repeated = 0
    for number, line in lines(stream):
        try:
            resource = resource_of(_row(line), Place(shown, number, number))
        except (WrongRowError, RecursionError) as error:
            unread += 1
            if unread <= MOST_NAMED:
                why = f"it is nested deeper than {DEEPEST} levels" if isinstance(error, RecursionError) else str(error)
                coverage.fail(shown, number, why)
            continue
        if seen is not None and line is not None and seen.before(resource, line):
            repeated += 1
            continue
        yield resource
    if unread > MOST_NAMED:
        coverage.fail(shown, 0, f"{unread - MOST_NAMED:,} more of its lines cannot be read")
    if repeated:
        coverage.note(f"lines of {shown} that say again what another says, counted once: {repeated:,}")


def _row(line: bytes | None) -> dict[str, object]:
    """A line as a JSON object, within bounds."""
    if line is None:
        raise WrongRowError(f"it is longer than {LONGEST_LINE // 1_000_000} MB")
    try:
        row = json.loads(line.decode(), parse_constant=_no_number, parse_float=_decimal, parse_int=_whole)
    except UnicodeDecodeError:
        raise WrongRowError("it is not UTF-8") from None
    except ValueError as error:
        raise WrongRowError(f"it is not JSON: {error}") from None
    if not is_map(row):
        raise WrongRowError("it is not a JSON object: a resource is one")
    if line.count(b"{") + line.count(b"[") > DEEPEST:
        _check_depth(row)
    if b"\\u" in line and not _is_text(row):
        raise WrongRowError("it holds half a character (a lone surrogate)")
    return row


def _check_depth(row: dict[str, object]) -> None:
    level: list[object] = [row]
    for _ in range(DEEPEST):
        inner = [item for item in level if is_map(item) or is_list(item)]
        level = [value for item in inner for value in (item.values() if is_map(item) else item)]
        if not level:
            return
    raise WrongRowError(f"it is nested deeper than {DEEPEST} levels")


def _is_text(row: dict[str, object]) -> bool:
    try:
        json.dumps(row, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True


def _no_number(word: str) -> NoReturn:
    raise WrongRowError(f"it holds {word}, which is no number")


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise WrongRowError(f"it holds a number of more than {MOST_DIGITS} digits")
    return int(digits)


def _decimal(text: str) -> Decimal | int:
    """The number as it is written; without a fraction it is whole (a float writes 10 to the 16th as ``1e+16``)."""
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent that no decimal has
        number = Decimal("Infinity")
    if len(text) > MOST_DIGITS or not number.is_finite() or not -2 * MOST_DIGITS < number.adjusted() < MOST_DIGITS:
        raise WrongRowError(f"it holds a number of more than {MOST_DIGITS} digits")
    exponent = number.as_tuple().exponent
    return int(number) if isinstance(exponent, int) and exponent > 0 else number
