"""A place in a text that is read from left to right: white space, comments, tokens and names."""

from __future__ import annotations

import re

_COMMENT = r"#[^\n]*+|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/"
SPACE = re.compile(rf"[ \t]*+(?:(?:\r(?=\n)|{_COMMENT})[ \t]*+)*+")
_SPACE_LINES = re.compile(rf"[ \t\n]*+(?:(?:\r(?=\n)|{_COMMENT})[ \t\n]*+)*+")
NAME = re.compile(r"[^\W\d][\w-]*")


class ReadError(Exception):
    """The text is not an expression. ``position`` is the offset in the text."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


class Cursor:
    """A text and how far it is read, from ``start`` on.

    ``lines_end`` tells whether a line end closes the expression here; ``gap`` is the white space last passed.
    """

    __slots__ = ("depth", "gap", "lines_end", "position", "start", "text")

    def __init__(self, text: str, position: int = 0) -> None:
        self.text = text
        self.start = position
        self.position = position
        self.depth: int = 0
        self.gap: re.Match[str] | None = None
        self.lines_end = True

    def skip(self) -> None:
        """Pass white space and comments, and line ends where they mean nothing."""
        if "/" < self.text[self.position : self.position + 1] < "\x7f":
            return  # a letter, a digit or a bracket; asked before every token, this spares most of the searches
        space = SPACE if self.lines_end else _SPACE_LINES
        found = space.match(self.text, self.position)
        if found is not None and found.end() > self.position:
            self.gap = found
            self.position = found.end()

    def read_to(self) -> int:
        """Where the last token ends: white space and comments after it are passed, but none of what was read."""
        if self.gap is not None and self.gap.end() == self.position:
            return self.gap.start()
        return self.position

    def unexpected(self) -> ReadError:
        """The error for whatever stands here."""
        rest = self.text[self.position : self.position + 12].split("\n")[0].strip()
        if self.position >= len(self.text):
            return ReadError("the expression ends too early", self.position)
        return ReadError(f"unexpected {rest!r}" if rest else "unexpected end of line", self.position)

    def at(self, token: str) -> bool:
        """Whether the token stands here, after white space."""
        if self.text.startswith(token, self.position):
            return True
        self.skip()
        return self.text.startswith(token, self.position)

    def take(self, token: str) -> bool:
        """Pass the token if it stands here."""
        if self.at(token):
            self.position += len(token)
            return True
        return False

    def expect(self, token: str) -> None:
        """Pass the token. Raises ReadError where something else stands."""
        if not self.take(token):
            raise self.unexpected()

    def name(self) -> str:
        """Pass an identifier. Raises ReadError where something else stands."""
        self.skip()
        found = NAME.match(self.text, self.position)
        if found is None:
            raise self.unexpected()
        self.position = found.end()
        return found[0]

    def word(self) -> str:
        """The identifier that stands here, not passed; empty where there is none."""
        self.skip()
        found = NAME.match(self.text, self.position)
        return found[0] if found is not None else ""

    def closed(self, bracket: str) -> None:
        """Pass the closing bracket, before which line ends mean nothing."""
        found = _SPACE_LINES.match(self.text, self.position)
        if found is not None:
            self.position = found.end()
        if not self.text.startswith(bracket, self.position):
            raise self.unexpected()
        self.position += 1
