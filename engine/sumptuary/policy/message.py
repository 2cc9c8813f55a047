"""Renders a policy's message: ``{{ path.to.field | filter }}`` over the fields of a finding, without any logic."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from sumptuary.money import Range
from sumptuary.values import Absent, Unknown, is_collection, is_list, is_map

FILTERS = ("join", "money", "size")
MAX_VALUE = 400
RESOURCE_FIELDS = ("address", "kind", "type", "provider", "region", "environment", "team", "sku", "tag_attribute")
"""What ``resource`` has in a message."""

_CONTROLS = dict.fromkeys((*range(32), *range(127, 160), 0x2028, 0x2029), " ")
_HIDDEN = dict.fromkeys((0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_CLEAN = {**_CONTROLS, **_HIDDEN}

_Part = str | tuple[tuple[str, ...], tuple[str, ...]]
_parsed: dict[str, list[_Part]] = {}


def render(template: str, fields: dict[str, object]) -> str:
    """The template with its placeholders filled in, on one line.

    A field that is unknown or not there renders as ``unknown`` or ``-``. Values come from what was scanned: control
    and direction-changing characters are taken out, and long values cut.
    """
    parts = _parsed.get(template)
    if parts is None:
        parts = _parsed[template] = _parse(template)[0]
    return "".join(part if isinstance(part, str) else _shown(_look_up(fields, part[0]), part[1]) for part in parts)


def clean(text: str) -> str:
    """Text from outside made safe to print: on one line, no control or direction-changing characters, not too long."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    text = text.translate(_CLEAN)
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"


def mistakes(
    template: str,
    *,
    parameters: list[str],
    facts: tuple[str, ...] | None,
    further: dict[str, list[str]] | None = None,
) -> list[str]:
    """What is wrong with a template, as far as it can be told before there is a finding.

    ``parameters`` are the names of the rule's; ``facts`` those that its findings carry, None when it does not say;
    ``further`` the names below some of these.
    """
    from difflib import get_close_matches

    parts, wrong = _parse(template)
    known = {"resource": list(RESOURCE_FIELDS), "parameters": parameters, "savings": ["monthly"]}
    roots = (*known, "reason")
    known |= further or {}
    for part in parts:
        if isinstance(part, str):
            continue
        path, filters = part[0], part[1]
        for name in filters:
            if name not in FILTERS:
                wrong.append(f"no filter {name!r}; there are {', '.join(FILTERS)}")
        root, word = path[0], path[1] if len(path) > 1 else ""
        words = known.get(root) if word else None
        if words is None and facts is not None:
            words, word = [*roots, *facts], root
        if words is not None and word not in words:
            close = get_close_matches(word, words, n=1, cutoff=0.8 if root == "resource" else 0.6)
            said = f"; did you mean {close[0]!r}?" if close else ""
            if root == "resource" and len(path) > 1 and not close:
                said = f"; of a resource, a message has {', '.join(words)}"
            wrong.append(f"{{{{ {'.'.join(path)} }}}} names nothing{said}")
    return wrong


def placeholders(template: str) -> list[str]:
    """The placeholders of a template as they are written, filters included, each once."""
    parts = [part for part in _parse(template)[0] if not isinstance(part, str)]
    return list(dict.fromkeys(" | ".join((".".join(path), *filters)) for path, filters in parts))


def _parse(template: str) -> tuple[list[_Part], list[str]]:
    """The parts of a template, and what is wrong with its form."""
    parts: list[_Part] = []
    wrong: list[str] = []
    rest = template
    while rest:
        text, opened, rest = rest.partition("{{")
        if "}}" in text:
            wrong.append("}} without {{")
        if text:
            parts.append(text)
        if not opened:
            break
        inside, closed, rest = rest.partition("}}")
        if not closed:
            wrong.append("{{ without }}")
            break
        path, *filters = (piece.strip() for piece in inside.split("|"))
        steps = tuple(path.split("."))
        if not all(step and step.replace("_", "").replace("-", "").isalnum() for step in steps):
            wrong.append(f"{{{{{inside}}}}} is not a field's path: placeholders hold no logic")
            continue
        parts.append((steps, tuple(filters)))
    return parts, wrong


def _look_up(fields: dict[str, object], path: tuple[str, ...]) -> object:
    """The value at a path through maps, lists and the model's own objects; None where there is nothing."""
    value: object = fields
    for step in path:
        if is_map(value):
            value = value.get(step)
        elif is_list(value):
            value = value[int(step)] if step.isdecimal() and int(step) < len(value) else None
        elif isinstance(value, Unknown):
            return value
        elif step.startswith("_") or callable(getattr(type(value), step, None)):
            return None
        else:
            value = getattr(value, step, None)
    return value


def _shown(value: object, filters: tuple[str, ...]) -> str:
    if isinstance(value, Unknown):
        return "unknown"
    for name in filters:
        if value is None or isinstance(value, Absent):
            return "-"
        if name == "size":
            value = _size(value)
        elif name == "money":
            value = _money(value)
    return clean(_text(value))


def _size(value: object) -> int | None:
    """How many things a value holds."""
    return len(value) if is_map(value) or is_collection(value) or isinstance(value, str) else None


def _text(value: object) -> str:
    """A value as people read it."""
    if value is None or isinstance(value, Absent):
        return "-"
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Range):
        return _text(value.expected)
    if isinstance(value, (Decimal, float)):
        exact = Decimal(str(value))
        return f"{exact:f}".rstrip("0").rstrip(".") if exact.is_finite() and "." in f"{exact:f}" else f"{exact:f}"
    if is_map(value):
        return ", ".join(f"{key}={_text(item)}" for key, item in value.items()) or "none"
    if is_collection(value):
        return ", ".join(_text(item) for item in value) or "none"
    return str(value)


def _money(value: object) -> object:
    """An amount in US dollars: whole ones from a hundred on, cents below."""
    if isinstance(value, Range):
        value = value.expected
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return value
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return value
    if not amount.is_finite():
        return None
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    return f"{sign}${size:,.0f}" if size >= 100 else f"{sign}${size:,.2f}"
