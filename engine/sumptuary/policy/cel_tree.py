"""Reads which paths a checked CEL expression touches, and how, out of its wire format (``cel.expr.CheckedExpr``).

A path that is selected step by step fails in CEL where a step is missing, and CEL's ``&&`` and ``||`` treat that as
not known. A path whose presence is tested, or whose value is used as a whole, does not fail: of these this module keeps
the node, so that it can be replaced by an error where the value is not fully known.
"""

from __future__ import annotations

from dataclasses import dataclass

from sumptuary.policy.activation import EACH
from sumptuary.policy.cel_wire import Field, bytes_of, encoded, fields_of

Step = str | int
Scope = dict[str, tuple[Step, ...] | None]
"""The path that each variable of a comprehension stands for, None where it is not one."""

UNKNOWN_FIELD = "$unknown"
FRESH = 1 << 40
"""Above every identity that a compiler gives to a node."""

_EXPR, _ID, _CONST, _IDENT, _SELECT, _CALL, _LIST, _STRUCT, _COMPREHENSION = 4, 2, 3, 4, 5, 6, 7, 8, 9


@dataclass(slots=True, frozen=True)
class Use:
    """A path and how the expression uses it.

    ``value`` is as a whole, ``has`` its presence, ``range`` its items, ``size`` how many there are, ``item`` as an
    item of a list of which only the size, or parts that are uses of their own, count.
    """

    path: tuple[Step, ...]
    mode: str
    node: int


@dataclass(slots=True)
class Tree:
    """A serialized expression taken apart."""

    serialized: bytes
    uses: tuple[Use, ...] = ()

    @classmethod
    def of(cls, serialized: bytes) -> Tree:
        """Read a serialized ``google.protobuf.Any`` that holds a ``CheckedExpr``."""
        reader = _Reader()
        reader.visit(bytes_of(bytes_of(serialized, 2), _EXPR), {})
        return cls(serialized, tuple(reader.uses))

    @property
    def expression(self) -> bytes:
        """The expression itself (``cel.expr.Expr``)."""
        return bytes_of(bytes_of(self.serialized, 2), _EXPR)

    def without(self, nodes: frozenset[int]) -> bytes:
        """The serialized expression with these nodes replaced by one that always fails (``resource.$unknown``)."""
        checked = bytes_of(self.serialized, 2)
        expression = _replaced(bytes_of(checked, _EXPR), nodes)
        changed = [(n, w, expression if n == _EXPR else v) for n, w, v in fields_of(checked)]
        return encoded([(n, w, encoded(changed) if n == 2 else v) for n, w, v in fields_of(self.serialized)])


class _Reader:
    """Walks the expression; ``scope`` maps a comprehension's variables to the path they stand for, or None."""

    def __init__(self) -> None:
        self.uses: list[Use] = []

    def visit(self, node: bytes, scope: Scope) -> None:
        """Record the uses of a node and of all below it."""
        chain = _chain(node, scope)
        if chain is not None:
            path, is_test = chain
            self.uses.append(Use(path, "has" if is_test else "value", _identity(node)))
            return
        for number, _, value in fields_of(node):
            if not isinstance(value, bytes):
                continue
            if number == _COMPREHENSION:
                self.comprehension(value, scope)
            elif number == _CALL and (counted := _counted(value)):
                self.items(counted, scope, "size")
            elif number in (_SELECT, _CALL, _LIST, _STRUCT):
                for child in _children(number, value):
                    self.visit(child, scope)

    def items(self, node: bytes, scope: Scope, mode: str) -> tuple[Step, ...] | None:
        """Record a list that is used by its items (``range``) or its ``size`` only; the path of its items, if any."""
        chain = _chain(node, scope)
        if chain is not None and not chain[1]:
            self.uses.append(Use(chain[0], mode, _identity(node)))
            return (*chain[0], EACH)
        value = bytes_of(node, _COMPREHENSION)
        if not value:
            self.visit(node, scope)
            return None
        return self.comprehension(value, scope, only_items=True)

    def comprehension(self, value: bytes, scope: Scope, *, only_items: bool = False) -> tuple[Step, ...] | None:
        """The range is used by its items, and the variable stands for each of them.

        With ``only_items``, what a ``filter`` or ``map`` collects is used by its items alone; the path of these.
        """
        parts = {number: item for number, _, item in fields_of(value) if isinstance(item, bytes)}
        variable, over = parts.get(1, b"").decode(), parts.get(2, b"")
        inner: Scope = {**scope, parts.get(3, b"").decode(): None, variable: None}
        if 8 in parts:
            self.visit(over, scope)
            inner[parts[8].decode()] = None
        else:
            inner[variable] = self.items(over, scope, "range")
        self.visit(parts.get(4, b""), scope)
        collected = collected_in(parts.get(6, b"")) if only_items else b""
        chain = _chain(collected, inner) if collected else None
        if chain is None or chain[1]:
            for number in (5, 6, 7):
                self.visit(parts.get(number, b""), inner)
            return None
        before = len(self.uses)
        for number in (5, 6, 7):
            self.visit(parts.get(number, b""), inner)
        node = _identity(collected)
        self.uses[before:] = [
            Use(use.path, "item", node) if use.node == node and use.mode == "value" else use
            for use in self.uses[before:]
        ]
        return chain[0]


def _chain(node: bytes, scope: Scope) -> tuple[tuple[Step, ...], bool] | None:
    """The path that a node is, from a variable through fields and constant indexes; and whether it only tests it."""
    for number, _, value in fields_of(node):
        if not isinstance(value, bytes):
            continue
        if number == _IDENT:
            name = bytes_of(value, 1).decode()
            path = scope.get(name, (name,))
            return (path, False) if path is not None else None
        if number == _SELECT:
            parts = {part: item for part, _, item in fields_of(value)}
            operand, field = parts.get(1, b""), parts.get(2, b"")
            if isinstance(operand, bytes) and isinstance(field, bytes):
                inner = _chain(operand, scope)
                if inner is not None and not inner[1]:
                    return (*inner[0], field.decode()), bool(parts.get(3, 0))
        if number == _CALL:
            return _indexed(value, scope) or _contained(value, scope)
    return None


def _counted(call: bytes) -> bytes:
    """The list or map of which a call takes the size, or none for any other call."""
    arguments = [value for number, _, value in fields_of(call) if number in (1, 3) and isinstance(value, bytes)]
    return arguments[0] if bytes_of(call, 2) == b"size" and len(arguments) == 1 else b""


def collected_in(step: bytes) -> bytes:
    """What the step of a ``filter`` or ``map`` adds to its list: ``all + [this]``, perhaps under a condition."""
    call = bytes_of(step, _CALL)
    arguments = [value for number, _, value in fields_of(call) if number == 3 and isinstance(value, bytes)]
    if bytes_of(call, 2) == b"_?_:_" and len(arguments) == 3:
        return collected_in(arguments[1])
    if bytes_of(call, 2) != b"_+_" or len(arguments) != 2:
        return b""
    items = [value for number, _, value in fields_of(bytes_of(arguments[1], _LIST)) if number == 1]
    return items[0] if len(items) == 1 and isinstance(items[0], bytes) else b""


def _contained(call: bytes, scope: Scope) -> tuple[tuple[Step, ...], bool] | None:
    """``'key' in operand`` tests the presence of the key as ``has`` does; None for any other call."""
    arguments = [value for number, _, value in fields_of(call) if number == 3 and isinstance(value, bytes)]
    if bytes_of(call, 2) != b"@in" or len(arguments) != 2:
        return None
    key, inner = _constant(arguments[0]), _chain(arguments[1], scope)
    return ((*inner[0], key), True) if inner is not None and not inner[1] and isinstance(key, str) else None


def _indexed(call: bytes, scope: Scope) -> tuple[tuple[Step, ...], bool] | None:
    """The path of ``operand[constant]``, or None for any other call."""
    arguments = [value for number, _, value in fields_of(call) if number == 3 and isinstance(value, bytes)]
    if bytes_of(call, 2) != b"_[_]" or len(arguments) != 2:
        return None
    inner, key = _chain(arguments[0], scope), _constant(arguments[1])
    return ((*inner[0], key), False) if inner is not None and not inner[1] and key is not None else None


def _constant(node: bytes) -> Step | None:
    """A node's constant text or index."""
    for number, _, value in fields_of(node):
        if number == _CONST and isinstance(value, bytes):
            for kind, _, content in fields_of(value):
                if kind == 6 and isinstance(content, bytes):
                    return content.decode()
                if kind == 3 and isinstance(content, int) and content < 2**31:
                    return content
    return None


def _children(number: int, value: bytes) -> list[bytes]:
    """The expressions directly inside a select, call, list or struct."""
    wanted = {_SELECT: (1,), _CALL: (1, 3), _LIST: (1,), _STRUCT: ()}[number]
    found = [item for part, _, item in fields_of(value) if part in wanted and isinstance(item, bytes)]
    if number == _STRUCT:
        for part, _, entry in fields_of(value):
            if part == 2 and isinstance(entry, bytes):
                found.extend(item for key, _, item in fields_of(entry) if key in (3, 4) and isinstance(item, bytes))
    return found


def _replaced(node: bytes, nodes: frozenset[int]) -> bytes:
    """A node with those below it, or itself, replaced."""
    if _identity(node) in nodes:
        fresh = FRESH + 2 * _identity(node)  # the expression's tables say of an old identity what it stands for
        variable = encoded([(_ID, 0, fresh + 1), (_IDENT, 2, encoded([(1, 2, b"resource")]))])
        select = encoded([(1, 2, variable), (2, 2, UNKNOWN_FIELD.encode())])
        return encoded([(_ID, 0, fresh), (_SELECT, 2, select)])
    inside = {_SELECT: (1,), _CALL: (1, 3), _LIST: (1,), _COMPREHENSION: (2, 4, 5, 6, 7)}
    changed: list[Field] = []
    for number, wire, value in fields_of(node):
        if isinstance(value, bytes) and number in inside:
            parts = [
                (part, kind, _replaced(item, nodes) if part in inside[number] and isinstance(item, bytes) else item)
                for part, kind, item in fields_of(value)
            ]
            changed.append((number, wire, encoded(parts)))
        elif isinstance(value, bytes) and number == _STRUCT:
            changed.append((number, wire, _replaced_entries(value, nodes)))
        else:
            changed.append((number, wire, value))
    return encoded(changed)


def _replaced_entries(struct: bytes, nodes: frozenset[int]) -> bytes:
    """A struct with its entries' keys and values replaced where asked."""
    changed: list[Field] = []
    for number, wire, entry in fields_of(struct):
        if number == 2 and isinstance(entry, bytes):
            parts = [
                (key, kind, _replaced(item, nodes) if key in (3, 4) and isinstance(item, bytes) else item)
                for key, kind, item in fields_of(entry)
            ]
            changed.append((number, wire, encoded(parts)))
        else:
            changed.append((number, wire, entry))
    return encoded(changed)


def _identity(node: bytes) -> int:
    return next((value for number, _, value in fields_of(node) if number == _ID and isinstance(value, int)), 0)
