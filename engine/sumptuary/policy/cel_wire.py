"""Reads and writes protobuf's wire format, as far as a checked CEL expression needs it: no package is worth that."""

from __future__ import annotations

Field = tuple[int, int, int | bytes]
"""Of a message: number, wire type, and value (an integer for a varint, else bytes)."""


def bytes_of(message: bytes, number: int) -> bytes:
    """The first field of this number as bytes, or none."""
    return next((value for n, _, value in fields_of(message) if n == number and isinstance(value, bytes)), b"")


def fields_of(message: bytes) -> list[Field]:
    """The fields of a protobuf message: number, wire type, value (bytes, or an integer for a varint)."""
    found: list[Field] = []
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        number, wire = key >> 3, key & 7
        if wire == 0:
            integer, position = _varint(message, position)
            found.append((number, wire, integer))
            continue
        if wire == 2:
            size, position = _varint(message, position)
        else:
            size = 8 if wire == 1 else 4
        found.append((number, wire, message[position : position + size]))
        position += size
    return found


def encoded(message: list[Field]) -> bytes:
    """The reverse of ``fields_of``."""
    out = bytearray()
    for number, wire, value in message:
        out += _as_varint(number << 3 | wire)
        if isinstance(value, int):
            out += _as_varint(value)
        else:
            out += (_as_varint(len(value)) if wire == 2 else b"") + value
    return bytes(out)


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 127) << shift
        position += 1
        if byte < 128:
            return value, position
        shift += 7


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
