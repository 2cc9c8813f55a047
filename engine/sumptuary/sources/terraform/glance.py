"""Finds where an expression ends without reading what it says, as far as a glance can tell that it is in order."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Step = Callable[[], "Step | None"]

DEEPEST = 60
"""Brackets inside brackets that a glance goes through; what is deeper is read."""

BLANKS = r"[ \t\n]*+(?:(?:\r(?=\n)|#[^\n]*+|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)[ \t\n]*+)*+"
"""White space and comments, over any number of lines."""
NAME = r"[^\W\d][\w-]*+"
TEXT = r'"[^"\\$%\n]*+"'
"""A string of nothing but text. Patterns are kept small, since each start of the program compiles them anew."""
_PATH = rf"{NAME}(?:\.{NAME}|\[(?:\d++|{TEXT}|\*|{NAME}(?:\.{NAME})*+)\])*+"
SIMPLE = (
    rf'(?:"(?:[^"\\$%\n]++|\\["\\nrt]|[$%](?![$%{{])|\$\{{ *+{NAME}(?:\.{NAME}|\[\d++\])*+ *+\}})*+"|{_PATH}'
    r"|\d++(?:\.\d++)?+(?![\w.]))(?![(\[])"
)
"""A string that holds no more than traversals, a traversal, or a number."""
_ITEMS = rf"{BLANKS}(?:{SIMPLE}{BLANKS}(?:,{BLANKS}|(?=[\])])))*+"

_SPACE = re.compile(BLANKS)
_OPERAND = re.compile(
    rf"[ \t]*+[!-]*+(?:((?:{SIMPLE}|(?:{NAME}(\()|\[(?!{BLANKS}for\b)){_ITEMS}(?(2)\)|\]))(?![.\[])|{_PATH}(?=\[))"
    rf"|({NAME})?\(|[\[{{](?!{BLANKS}for\b))",
    re.ASCII,
)
"""An operand as a whole (the first group), or what opens one (with the third, a call)."""
_HEREDOC = (
    r"[ \t]*+<<-?([A-Za-z_]\w*+)\r?\n"
    r"(?:(?![ \t]*+\1(?![\w-]))(?:[^\n$%]++|[$%](?![{$%]))*+\n)*+"
    r"[ \t]*+\1(?=[ \t]*+\r?\n)"
)
"""A heredoc without a template in it."""
_KEY = re.compile(
    rf"{BLANKS}(?:(\}})|(?:{NAME}|{TEXT})[ \t]*+[=:](?![=:>])"
    rf"(?:[ \t]*+({SIMPLE})[ \t]*+(?:,|\r?(?=[\n}}])|(?:#|//)[^\n]*+(?=\n)))?)",
    re.ASCII,
)
"""The end of an object, or a key, together with its value where that is simple."""
_SIGN = rf"(&&|\|\||[=!<>]=|[-+*%<>]|/(?![/*])|[?:,)\]}}\[]|\.\.\.|\.{NAME})"
_AFTER = re.compile(BLANKS + _SIGN, re.ASCII)
_AFTER_ON_LINE = re.compile(rf"[ \t]*+(?:{_SIGN}|(?:(?:#|//)[^\n]*+|\r?)(?:\n|\Z))", re.ASCII)
_OPERATORS = frozenset(("&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%"))
_CLOSED_BY = {"call": ")", "group": ")", "tuple": "]", "index": "]", "object": "}"}


class UnclearError(Exception):
    """A glance does not tell: the expression must be read, and may be wrong."""


class Glance:
    """Goes through an expression from sign to sign; ``around`` are the brackets and conditionals it is in."""

    __slots__ = ("around", "lines_end", "position", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.around: list[str] = []
        self.lines_end = True

    def end_of(self, position: int) -> int:
        """Where the expression that begins at an offset ends. Raises UnclearError."""
        self.position = position
        self.around.clear()
        self.lines_end = True
        step: Step | None = self._operand
        while step is not None:
            step = step()
        return self.position

    def _pass_blanks(self) -> None:
        found = _SPACE.match(self.text, self.position)
        if found is not None:
            self.position = found.end()

    def _operand(self) -> Step:
        if not self.lines_end:
            self._pass_blanks()
        found = _OPERAND.match(self.text, self.position)
        if found is None:
            found = re.compile(_HEREDOC, re.ASCII).match(self.text, self.position)
        if found is None or len(self.around) > DEEPEST:
            raise UnclearError
        self.position = found.end()
        if found[1] is not None:
            return self._after
        sign = self.text[self.position - 1]
        self.lines_end = sign == "{"
        if sign == "{":
            self.around.append("object")
            return self._key
        if sign == "(" and found[3] is None:
            self.around.append("group")
            return self._operand
        self.around.append("tuple" if sign == "[" else "call")
        return self._item

    def _item(self) -> Step:
        """An element or argument, or the end of them."""
        self._pass_blanks()
        if self.text.startswith(_CLOSED_BY[self.around[-1]], self.position):
            self.position += 1
            return self._closed()
        return self._operand

    def _key(self) -> Step:
        """A key of an object, or its end."""
        found = _KEY.match(self.text, self.position)
        if found is None:
            raise UnclearError
        self.position = found.end()
        if found[1] is not None:
            return self._closed()
        return self._operand if found[2] is None else self._key

    def _closed(self) -> Step:
        self.around.pop()
        brackets = [one for one in self.around if one != "?"]
        self.lines_end = not brackets or brackets[-1] == "object"
        return self._after

    def _after(self) -> Step | None:
        """What follows an operand."""
        found = (_AFTER_ON_LINE if self.lines_end else _AFTER).match(self.text, self.position)
        if found is None:
            raise UnclearError
        inside = self.around[-1] if self.around else ""
        sign = found[1]
        if not inside and (sign is None or sign in ")]},"):
            return None
        self.position = found.end()
        if sign is None and inside == "object":
            return self._key
        if sign is not None and sign == _CLOSED_BY.get(inside):
            return self._closed()
        if sign == "," and inside in ("call", "tuple", "object"):
            return self._key if inside == "object" else self._item
        return self._on(sign, inside)

    def _on(self, sign: str | None, inside: str) -> Step:
        """The expression goes on: with an operator, a conditional, an attribute or an index."""
        if sign in _OPERATORS:
            return self._operand
        if sign == "?":
            self.around.append("?")
            return self._operand
        if sign == ":" and inside == "?":
            self.around.pop()
            return self._operand
        if sign == "[":
            self.around.append("index")
            self.lines_end = False
            return self._operand
        if sign == "..." and inside == "call":
            self._pass_blanks()
            if self.text.startswith(")", self.position):
                self.position += 1
                return self._closed()
        elif sign is not None and sign[0] == "." and sign != "...":
            return self._after
        raise UnclearError
