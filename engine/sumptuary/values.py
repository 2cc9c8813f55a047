"""The three states of a value: known, unknown, absent.

A known value is the bare Python value (str, bool, int, Decimal, list, dict). ``Unknown`` stands for a value that
exists but cannot be told yet; ``ABSENT`` for one that is not there. Neither is ever zero, empty or false.
"""

from __future__ import annotations

from decimal import Decimal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import TypeIs

UNKNOWN_KEY = "$unknown"
CALLER = "the caller of the module"
"""What an unknown waits for that only a root module outside the scanned tree can tell."""


class Unknown:
    """A value that exists but cannot be told yet, with the reason and what it waits for.

    ``reason`` is a phrase a person can act on ("var.tags has no value"); ``depends_on`` names what would settle it
    (``("var.tags",)``). It has no truth value: testing one is a mistake that would turn "not known" into yes or no.
    """

    __slots__ = ("depends_on", "reason")

    def __init__(self, reason: str, depends_on: tuple[str, ...] = ()) -> None:
        self.reason = reason
        self.depends_on = depends_on

    def __bool__(self) -> bool:
        raise TypeError(f"an unknown value is neither true nor false ({self.reason})")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and other.reason == self.reason and other.depends_on == self.depends_on

    def __hash__(self) -> int:
        return hash((self.reason, self.depends_on))

    def __repr__(self) -> str:
        return f"Unknown({self.reason!r})"

    def joined(self, other: Unknown) -> Unknown:
        """Both reasons as one, the first leading; what they wait for is kept once each."""
        if other.reason == self.reason:
            return self
        waits = self.depends_on + tuple(name for name in other.depends_on if name not in self.depends_on)
        return Unknown(self.reason, waits)


class Absent:
    """The type of ``ABSENT``: nothing is there. It is false, so ``if value`` reads naturally for optional things."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


class PartialMap(dict[str, object]):
    """A map of which only some entries are known; ``rest`` says why the others are not.

    A key that is in it is known to be there. A key that is not in it may still be: read it with ``look_up``.
    """

    __slots__ = ("rest",)

    def __init__(self, known: dict[str, object], rest: Unknown) -> None:
        super().__init__(known)
        self.rest = rest


def look_up(mapping: dict[str, object], key: str) -> object:
    """The value under a key: known, ``Unknown`` (the map is partly known), or ``ABSENT``. ``None`` is absent too."""
    value = mapping.get(key, ABSENT)
    if value is ABSENT and isinstance(mapping, PartialMap):
        return mapping.rest
    return ABSENT if value is None else value


def is_map(value: object) -> TypeIs[dict[str, object]]:
    """Whether a value is a map; type checkers then know what it holds, which ``isinstance`` cannot tell them."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeIs[list[object]]:
    """Whether a value is a list; see ``is_map``."""
    return isinstance(value, list)


def is_collection(value: object) -> TypeIs[list[object] | tuple[object, ...] | set[object] | frozenset[object]]:
    """Whether a value is a list, tuple or set; see ``is_map``."""
    return isinstance(value, (list, tuple, set, frozenset))


def first_unknown(value: object) -> Unknown | None:
    """The first unknown found anywhere inside a value, or None when all of it is known."""
    if isinstance(value, Unknown):
        return value
    if is_map(value):
        for item in value.values():
            if (found := first_unknown(item)) is not None:
                return found
        return value.rest if isinstance(value, PartialMap) else None
    if is_collection(value):
        for item in value:
            if (found := first_unknown(item)) is not None:
                return found
    return None


def to_json(value: object) -> object:
    """The value in JSON types: an unknown becomes ``{"$unknown": reason}``, a Decimal a number, absent null.

    A partly known map carries ``$unknown`` beside its known keys.
    """
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, Unknown):
        return {UNKNOWN_KEY: value.reason}
    if isinstance(value, Absent):
        return None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else float(value)
    if is_map(value):
        plain: dict[str, object] = {str(key): to_json(item) for key, item in value.items()}
        if isinstance(value, PartialMap):
            plain[UNKNOWN_KEY] = value.rest.reason
        return plain
    if is_collection(value):
        return [to_json(item) for item in value]
    return str(value)


def from_json(value: object, because: Callable[[object], Unknown] | None = None) -> object:
    """The reverse of ``to_json`` for maps that carry ``$unknown``; other JSON values stay as they are.

    ``because`` makes the unknown of a reason; without it, an unknown waits for what its reason names.
    """
    if is_map(value):
        known = {str(key): from_json(item, because) for key, item in value.items() if key != UNKNOWN_KEY}
        if UNKNOWN_KEY not in value:
            return known
        reason = value[UNKNOWN_KEY]
        unknown = because(reason) if because is not None else Unknown(str(reason), (str(reason),))
        return PartialMap(known, unknown) if known else unknown
    if is_list(value):
        return [from_json(item, because) for item in value]
    return value
