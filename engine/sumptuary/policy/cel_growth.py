"""How much larger an expression may make what it is given: CEL bounds the items it goes through, not what they become.

``[s].map(a, a + a).map(a, [a, a])`` doubles at each step. In ``c`` such steps, with ``p`` additions among all of them,
nothing can grow to more than ``(p / c + 1) ** c`` times its size.
"""

from __future__ import annotations

from sumptuary.policy.cel_tree import collected_in
from sumptuary.policy.cel_wire import bytes_of, fields_of

MOST = 10_000
"""Times its size that a text or list may come to."""

_ADDITION, _CONST, _CALL, _LIST, _STRUCT, _COMPREHENSION = b"_+_", 3, 6, 7, 8, 9
_INSIDE = {5: (1,), _CALL: (1, 3), _LIST: (1,), _STRUCT: (2,), _COMPREHENSION: (2, 4, 5, 6, 7)}
"""The fields of a select, call, list, struct and comprehension that are expressions, or hold some."""


def grows_beyond(expression: bytes, most: int = MOST) -> bool:
    """Whether an expression (``cel.expr.Expr``) may make something more than ``most`` times as large."""
    additions = steps = 0
    waiting = [expression]
    while waiting:
        for number, _, value in fields_of(waiting.pop()):
            if not isinstance(value, bytes) or number not in _INSIDE:
                continue
            if number == _COMPREHENSION:
                steps += 1
                additions -= bool(collected_in(bytes_of(value, 6)))  # that of the macro itself
            additions += number == _CALL and bytes_of(value, 2) == _ADDITION
            inside = [item for part, _, item in fields_of(value) if part in _INSIDE[number] and isinstance(item, bytes)]
            inside = inside if number != _STRUCT else [part for item in inside for part in _parts(item)]
            if number in (_LIST, _STRUCT):
                additions += max(0, sum(not bytes_of(item, _CONST) for item in inside) - 1)
            waiting += inside
    return steps > 0 and (additions / steps + 1) ** steps > most


def _parts(entry: bytes) -> list[bytes]:
    """The key and the value of an entry of a struct."""
    return [item for part, _, item in fields_of(entry) if part in (3, 4) and isinstance(item, bytes)]
