"""Reads YAML as Terraform's ``yamldecode`` does: YAML 1.1 words, bounded size, aliases counted in full."""

from __future__ import annotations

import re
from decimal import Decimal

import yaml

from sumptuary.sources.terraform import numbers
from sumptuary.sources.terraform.primitives import normalised
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError
from sumptuary.values import is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_STANDARD = "tag:yaml.org,2002:"
_KINDS = ("binary", "bool", "float", "int", "null", "str", "timestamp")
_INFINITE = frozenset(sign + word for sign in ("", "-", "+") for word in (".inf", ".Inf", ".INF"))
_LARGEST_FLOAT = 1e300
_DEEPEST = 100
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(["true", "True", "TRUE", "yes", "Yes", "YES", "y", "Y", "on", "On", "ON"], True),
    **dict.fromkeys(["false", "False", "FALSE", "no", "No", "NO", "n", "N", "off", "Off", "OFF"], False),
}
_INTEGER = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+|[-+]?[0-9]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_TIME = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:[Tt](\d\d?):(\d\d?):(\d\d?)(?:\.\d*)?(Z|[-+]\d\d:\d\d)| (\d\d?):(\d\d?):(\d\d?)(?:\.\d*)?)?",
    re.ASCII,
)


def decode(text: str, most_nodes: int) -> object:
    """The value of the one document in the text. Raises EvaluationError, or TooLargeError for a hostile one."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        reader = _Reader(iter(yaml.parse(text, Loader=loader)), most_nodes)
        return reader.document()
    except yaml.YAMLError as error:
        raise EvaluationError("the text is not YAML") from error
    except RecursionError as error:
        raise TooLargeError("the YAML is nested too deeply to evaluate") from error


class _Reader:
    """Builds the value from the parser's events."""

    def __init__(self, events: Iterator[yaml.Event], left: int) -> None:
        self.events = events
        self.left = left
        self.anchors: dict[str, tuple[object, int]] = {}

    def document(self) -> object:
        value: object = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if event.version not in (None, (1, 1)):
                    raise EvaluationError("Terraform reads YAML 1.1 only")
                if documents > 1:
                    raise EvaluationError("the YAML holds more than one document")
                value = self.node(next(self.events), 0)
        if documents == 0:
            raise EvaluationError("the YAML holds no document")
        return value

    def spend(self, nodes: int) -> None:
        self.left -= nodes
        if self.left < 0:
            raise TooLargeError("the YAML is too large to evaluate")

    def node(self, event: yaml.Event, depth: int) -> object:
        """The value that begins with an event."""
        self.spend(1)
        if depth > _DEEPEST:
            raise TooLargeError("the YAML is nested too deeply to evaluate")
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise EvaluationError(f"the YAML alias *{event.anchor} has no anchor before it")
            value, size = self.anchors[event.anchor]
            self.spend(size)
            return value
        before = self.left
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            _check_tag(event, "seq")
            value = [self.node(inner, depth + 1) for inner in self.until(yaml.SequenceEndEvent)]
        else:
            _check_tag(event, "map")
            value = self.mapping(depth)
        anchor = getattr(event, "anchor", None)
        if anchor:
            self.anchors[anchor] = (value, before - self.left + 1)
        return value

    def until(self, end: type[yaml.Event]) -> Iterator[yaml.Event]:
        while not isinstance(event := next(self.events), end):
            yield event

    def mapping(self, depth: int) -> dict[str, object]:
        made: dict[str, object] = {}
        for event in self.until(yaml.MappingEndEvent):
            merges = isinstance(event, yaml.ScalarEvent) and event.value == "<<" and not event.tag
            key = self.node(event, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if not merges:
                made[_key(key)] = value
            elif is_map(value):
                made.update(value)
            else:
                raise EvaluationError("a YAML merge needs a map")
        return made


def _key(key: object) -> str:
    from sumptuary.sources.terraform.primitives import to_string

    if key is None:
        raise EvaluationError("a YAML key is null")
    return to_string(key)


def _check_tag(event: yaml.Event, kind: str) -> None:
    tag = getattr(event, "tag", None)
    if tag and tag != _STANDARD + kind:
        raise EvaluationError(f"the YAML tag {tag} is not supported here")


def _scalar(event: yaml.ScalarEvent) -> object:
    text, tag = normalised(event.value), event.tag
    quoted = event.style in ("'", '"', "|", ">")
    if tag:
        return _tagged(text, tag, quoted=quoted)
    return text if quoted else _resolved(text)


def _tagged(text: str, tag: str, *, quoted: bool) -> object:
    """A scalar with a tag. Terraform only asks whether it is of some type; what stands in quotes stays text."""
    kind = tag.removeprefix(_STANDARD)
    if tag == kind or kind not in _KINDS:
        raise EvaluationError(f"the YAML tag {tag} is not supported")
    if kind == "str":
        return text
    if kind == "binary":
        return _base64(text)
    value = _resolved(text)
    if kind == "null":
        return text if quoted and value is None else None
    if isinstance(value, str) and not _TIME.fullmatch(text):
        raise EvaluationError(f"{text[:40]!r} is not a {kind} of YAML")
    return text if quoted else value


def _base64(text: str) -> str:
    import base64
    import binascii

    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise EvaluationError("a binary of the YAML is not base64") from error
    return text


def _resolved(text: str) -> object:
    """What a scalar without quotes stands for."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        short = len(text) < 18 and abs(float(text)) < _LARGEST_FLOAT
        return numbers.simplest(Decimal(repr(float(text)))) if short else numbers.number_literal(text)
    if text in _INFINITE:
        return numbers.Infinite(negative=text.startswith("-"))
    if text in (".nan", ".NaN", ".NAN"):
        raise EvaluationError("what is not a number cannot be a value")
    return _time(text) if _TIME.fullmatch(text) else text


def _integer(text: str) -> object:
    digits = text.lstrip("+")
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("-")
    return sign * (int(digits, 0) if digits[:2] in ("0o", "0x") else int(digits))


def _time(text: str) -> object:
    """A timestamp as Terraform writes it, without fractions of a second; text that only looks like one stays."""
    from datetime import datetime

    found = _TIME.fullmatch(text)
    if found is None:
        return text
    year, month, day = found.groups()[:3]
    hour, minute, second = (int(found[index] or found[index + 4] or 0) for index in (4, 5, 6))
    made = f"{year}-{int(month):02}-{int(day):02}T{hour:02}:{minute:02}:{second:02}{found[7] or 'Z'}"
    try:
        datetime.fromisoformat(made)
    except ValueError:
        return text
    return made
