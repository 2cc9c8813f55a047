"""Objects in JSON: ``kubectl get -o json`` prints a list of all it found; each item keeps the line it begins at."""

from __future__ import annotations

from sumptuary.sources.kubernetes.documents import MAX_DEPTH
from sumptuary.sources.kubernetes.objects import Object, objects_in
from sumptuary.values import is_list, is_map

_SPACE = " \t\r\n"


def read_list(source: bytes, shown: str, objects: list[Object]) -> list[tuple[int, str]]:
    """Append the objects of one or several JSON values; what could not be read, each with its line.

    The items of a list are decoded one by one, so that a damaged one leaves those before it.
    """
    from json import JSONDecodeError

    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [(source.count(b"\n", 0, error.start) + 1, "the file is not UTF-8")]
    reader = _Reader(text, shown, objects)
    try:
        reader.values()
    except JSONDecodeError as error:
        return [(error.lineno, f"not valid JSON: {error.msg}")]
    except ValueError as error:  # a number of thousands of digits, NaN
        return [(reader.line, f"not valid JSON: {error}")]
    except RecursionError:
        return [(reader.line, "nested too deep")]
    return []


class _Reader:
    """Walks over the outermost values of a text."""

    def __init__(self, text: str, shown: str, objects: list[Object]) -> None:
        from json import JSONDecoder

        self.text, self.shown, self.objects = text, shown, objects
        self.decode = JSONDecoder(parse_constant=_refuse).raw_decode
        self.line, self.counted = 1, 0

    def values(self) -> None:
        """Every value: one for a list or an object, several where they stand one after the other."""
        offset = self.skip(0)
        while offset < len(self.text):
            offset = self.skip(self.top(offset))

    def top(self, offset: int) -> int:
        """One outermost value; of a map the items are read one by one."""
        if self.text[offset] != "{":
            _, end = self.decode(self.text, offset)
            return end
        start, rest = offset, dict[str, object]()
        offset = self.skip(offset + 1)
        while self.text[offset : offset + 1] not in ("}", ""):
            key, offset = self.decode(self.text, offset)
            offset = self.skip(self.expect(":", self.skip(offset)))
            if key == "items" and self.text[offset : offset + 1] == "[":
                offset = self.items(offset)
            else:
                rest[str(key)], offset = self.decode(self.text, offset)
            offset = self.skip(offset)
            if self.text[offset : offset + 1] == ",":
                offset = self.skip(offset + 1)
        end = self.expect("}", offset)
        self.take(rest, start, end)
        return end

    def items(self, offset: int) -> int:
        """The objects of a list."""
        offset = self.skip(offset + 1)
        while self.text[offset : offset + 1] not in ("]", ""):
            start = offset
            value, offset = self.decode(self.text, offset)
            self.take(value, start, offset)
            offset = self.skip(offset)
            if self.text[offset : offset + 1] == ",":
                offset = self.skip(offset + 1)
        return self.expect("]", offset)

    def take(self, value: object, start: int, end: int) -> None:
        """The objects of a value.

        Raises:
            RecursionError: it is nested deeper than what is read of YAML.
        """
        if _is_deep(value):
            raise RecursionError
        line = self.line_at(start)
        self.objects += objects_in(value, self.shown, line, line + self.text.count("\n", start, end), {})

    def line_at(self, offset: int) -> int:
        """The line of an offset; offsets mostly come in order, so that the text is counted once."""
        if offset < self.counted:
            return self.text.count("\n", 0, offset) + 1
        self.line += self.text.count("\n", self.counted, offset)
        self.counted = offset
        return self.line

    def expect(self, sign: str, offset: int) -> int:
        """The offset behind a sign."""
        if self.text[offset : offset + 1] != sign:
            from json import JSONDecodeError

            raise JSONDecodeError(f"`{sign}` is missing", self.text, offset)
        return offset + 1

    def skip(self, offset: int) -> int:
        """The offset of what follows white space."""
        while offset < len(self.text) and self.text[offset] in _SPACE:
            offset += 1
        return offset


def _is_deep(value: object) -> bool:
    """Whether maps and lists stand within each other beyond the bound: whoever walks them later does so recursively."""
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            item
            for one in level
            for item in (one.values() if is_map(one) else one if is_list(one) else ())
            if is_map(item) or is_list(item)
        ]
        if not level:
            return False
    return True


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")
