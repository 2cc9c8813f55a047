"""Writes YAML as Terraform's ``yamlencode`` does: block style, strings in double quotes or as literal blocks."""

from __future__ import annotations

from sumptuary.sources.terraform.functions.documents import json_text
from sumptuary.sources.terraform.scope import TooLargeError
from sumptuary.values import is_list, is_map

_WIDTH = 80
_LONGEST_KEY = 120
_SHORT = {
    "\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r",
    "\x1b": "\\e", '"': '\\"', "\\": "\\\\", "\x85": "\\N", "\u2028": "\\L", "\u2029": "\\P",
}  # fmt: skip


def encode(value: object) -> str:
    """The value as one YAML document."""
    if (is_map(value) or is_list(value)) and value:
        return "".join(f"{line}\n" for line in _block(value, 0))
    text = _scalar(value, 0, 2)
    ending = "" if text.endswith("\n") else "\n"
    plain = not (isinstance(value, str) or is_map(value) or is_list(value))
    return f"{text}{ending}...\n" if plain else text + ending


def _block(value: object, indent: int) -> list[str]:
    """The lines of a map or list that is not empty, each with its indentation."""
    margin = " " * indent
    lines: list[str] = []
    if is_map(value):
        for key in sorted(value):
            if len(key) > _LONGEST_KEY or "\n" in key:
                raise TooLargeError("YAML with so long a key is not evaluated")
            label = f"{margin}{_quoted(key, 0, None)}:"
            lines += _after(label, value[key], indent, indent + 2, inside_map=True)
    elif is_list(value):
        for item in value:
            lines += _after(f"{margin}-", item, indent, indent + 2, inside_map=False)
    return lines


def _after(label: str, item: object, indent: int, deeper: int, *, inside_map: bool) -> list[str]:
    """The lines of a value behind its key or dash."""
    if (is_map(item) or is_list(item)) and item:
        if not inside_map:
            first, *more = _block(item, deeper)
            return [f"{label} {first[deeper:]}", *more]
        return [label, *_block(item, indent if is_list(item) else deeper)]
    return _scalar(item, len(label) + 1, deeper, start=f"{label} ").removesuffix("\n").split("\n")


def _scalar(value: object, column: int, indent: int, start: str = "") -> str:
    if not isinstance(value, str):
        return start + json_text(value)
    if "\n" in value and _may_be_block(value):
        return start + _literal(value, indent)
    return start + _quoted(value, column, indent)


def _printable(char: str) -> bool:
    code = ord(char)
    return 0x20 <= code <= 0x7E or (0xA0 <= code <= 0xD7FF and code not in (0x2028, 0x2029)) or 0xE000 <= code <= 0xFFFD


def _may_be_block(text: str) -> bool:
    return (
        all(_printable(char) or char == "\n" for char in text)
        and " \n" not in text
        and not text.endswith(" ")
        and "\ufeff" not in text
    )


def _literal(text: str, indent: int) -> str:
    hint = "2" if text.startswith((" ", "\n")) else ""
    chomp = "-" if not text.endswith("\n") else "+" if text == "\n" or text.endswith("\n\n") else ""
    margin = " " * indent
    lines = [margin + line if line else "" for line in text.removesuffix("\n").split("\n")]
    return "\n".join([f"|{hint}{chomp}", *lines]) + "\n"


def _quoted(text: str, column: int, indent: int | None) -> str:
    """The text in double quotes, folded at spaces beyond the width unless it is a key."""
    made = ['"']
    column += 1
    after_space = False
    for index, char in enumerate(text):
        if char == " " and indent is not None and not after_space and column > _WIDTH and 0 < index < len(text) - 1:
            piece = "\n" + " " * indent + ("\\" if text[index + 1] == " " else "")
            column = len(piece) - 1
        else:
            piece = _character(char)
            column += len(piece)
        after_space = char == " "
        made.append(piece)
    return "".join(made) + '"'


def _character(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if _printable(char) and char != "\ufeff":
        return char
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
