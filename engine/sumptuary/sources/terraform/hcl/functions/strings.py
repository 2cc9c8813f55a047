"""Functions on strings."""

from __future__ import annotations

import re
from decimal import Decimal

from sumptuary.sources.terraform.hcl.functions.patterns import compiled
from sumptuary.sources.terraform.hcl.lazy import EvaluationError
from sumptuary.sources.terraform.hcl.operators import boolean, describe, number, string
from sumptuary.sources.terraform.hcl.templates import MAX_LENGTH
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_VERB = re.compile(
    r"%(?P<flags>[ +\-0#]*)(?P<width>\d+)?(?:\.(?P<precision>\d+))?(?:\[(?P<index>\d+)\])?(?P<verb>.)", re.DOTALL
)
_WIDEST = 10_000


def _format(template: object, *values: object) -> object:
    """Terraform's ``format``: the verbs v, d, s, q, t, f, e, g, x, X, o, b and %%."""
    out: list[str] = []
    position, turn, pattern = 0, 0, string(template)
    for match in _VERB.finditer(pattern):
        out.append(pattern[position : match.start()])
        position = match.end()
        if match["verb"] == "%":
            out.append("%")
            continue
        if match["index"]:
            turn = int(match["index"]) - 1
        if not 0 <= turn < len(values):
            raise EvaluationError(f"there is no value for {match[0]!r}")
        out.append(_verb(match, values[turn]))
        turn += 1
    out.append(pattern[position:])
    if turn < len(values) and "[" not in pattern:
        raise EvaluationError("there are more values than verbs")
    return "".join(out)


def _verb(match: re.Match[str], value: object) -> str:
    verb, flags = match["verb"], match["flags"] or ""
    width = min(int(match["width"] or 0), _WIDEST)
    precision = int(match["precision"]) if match["precision"] else None
    if verb == "v":
        verb = {str: "s", bool: "t"}.get(type(value), "g" if isinstance(value, (int, Decimal)) else "J")
        if "#" in flags:
            verb = "J"
    made = _plain(verb, value, flags, precision)
    if "-" in flags:
        return made.ljust(width)
    if "0" in flags and verb not in "sqtJ":
        sign = made[0] if made[:1] in "+-" and made else ""
        return sign + made[len(sign) :].rjust(width - len(sign), "0")
    return made.rjust(width)


def _plain(verb: str, value: object, flags: str, precision: int | None) -> str:
    if verb in "sq":
        made = string(value) if isinstance(value, (str, bool, int, Decimal)) else _json(value)
        made = made if precision is None else made[:precision]
        return _json(made) if verb == "q" else made
    if verb == "t":
        return string(boolean(value))
    if verb == "J":
        return _json(value)
    exact = number(value)
    plus = "+" if "+" in flags and exact >= 0 else " " if " " in flags and exact >= 0 else ""
    if verb == "g" and precision is None:
        return plus + string(exact)
    if verb in "feEgG":
        return plus + format(Decimal(exact), f".{6 if precision is None else min(precision, 150)}{verb}")
    if verb in "dboxX":
        return plus + format(int(exact), verb)
    raise EvaluationError(f"there is no verb %{verb}")


def _json(value: object) -> str:
    from sumptuary.sources.terraform.hcl.functions.encoding import jsonencode

    return jsonencode(value)


def _formatlist(template: object, *values: object) -> object:
    lists = [value for value in values if isinstance(value, list)]
    if not lists:
        return [_format(template, *values)]
    size = len(lists[0])
    if any(len(value) != size for value in lists):
        raise EvaluationError("the lists are not of the same length")
    rows = ([value[row] if isinstance(value, list) else value for value in values] for row in range(size))
    return [_format(template, *row) for row in rows]


def _join(separator: object, *lists: object) -> object:
    items: list[str] = []
    for value in lists:
        if not isinstance(value, list):
            raise EvaluationError(f"a list is needed, not {describe(value)}")
        items.extend(string(item) for item in value)
    made = string(separator).join(items) if sum(map(len, items)) < MAX_LENGTH else None
    return made if made is not None else Unknown("the string is too large to evaluate")


def _replace(text: object, old: object, new: object) -> object:
    whole, search, put = string(text), string(old), string(new)
    if len(search) > 1 and search.startswith("/") and search.endswith("/"):
        found = compiled(search[1:-1], whole)
        if isinstance(found, Unknown):
            return found
        return found.sub(_template(put), whole)
    made = len(whole) + whole.count(search) * len(put)
    return whole.replace(search, put) if made < MAX_LENGTH else Unknown("the string is too large to evaluate")


def _template(put: str) -> Callable[[re.Match[str]], str]:
    """A replacement with Go's ``$1``, ``${1}`` and ``${name}``."""
    reference = re.compile(r"\$(?:(\d+|[A-Za-z_]\w*)|\{(\w+)\}|(\$))")

    def expand(match: re.Match[str]) -> str:
        def group(found: re.Match[str]) -> str:
            if found[3]:
                return "$"
            name = found[1] or found[2]
            try:
                return match[int(name) if name.isdigit() else name] or ""
            except (IndexError, ValueError):
                return ""

        return reference.sub(group, put)

    return expand


def _captures(match: re.Match[str]) -> object:
    if match.re.groupindex:
        return dict(match.groupdict())
    return list(match.groups()) if match.re.groups else match[0]


def _regex(pattern: object, text: object) -> object:
    whole = string(text)
    found = compiled(string(pattern), whole)
    if isinstance(found, Unknown):
        return found
    match = found.search(whole)
    if match is None:
        raise EvaluationError("the pattern does not match")
    return _captures(match)


def _regexall(pattern: object, text: object) -> object:
    whole = string(text)
    found = compiled(string(pattern), whole)
    return found if isinstance(found, Unknown) else [_captures(match) for match in found.finditer(whole)]


def _split(separator: object, text: object) -> object:
    whole, mark = string(text), string(separator)
    return whole.split(mark) if mark else list(whole)


def _substr(text: object, offset: object, length: object) -> object:
    whole, start, size = string(text), int(number(offset)), int(number(length))
    start = max(0, start + len(whole)) if start < 0 else start
    return whole[start:] if size < 0 else whole[start : start + size]


def _title(text: object) -> object:
    return re.sub(r"(?:^|(?<=[^\w']))\w", lambda match: match[0].upper(), string(text))


def _indent(spaces: object, text: object) -> object:
    return string(text).replace("\n", "\n" + " " * min(int(number(spaces)), _WIDEST))


def _of(function: Callable[..., object]) -> Callable[..., object]:
    """A function whose arguments are all strings."""
    return lambda *arguments: function(*(string(argument) for argument in arguments))


FUNCTIONS: dict[str, Callable[..., object]] = {
    "chomp": _of(lambda text: text.rstrip("\r\n")),
    "endswith": _of(lambda text, end: text.endswith(end)),
    "format": _format,
    "formatlist": _formatlist,
    "indent": _indent,
    "join": _join,
    "lower": _of(str.lower),
    "regex": _regex,
    "regexall": _regexall,
    "replace": _replace,
    "split": _split,
    "startswith": _of(lambda text, start: text.startswith(start)),
    "strcontains": _of(lambda text, part: part in text),
    "strrev": _of(lambda text: text[::-1]),
    "substr": _substr,
    "title": _title,
    "trim": _of(lambda text, marks: text.strip(marks)),
    "trimprefix": _of(str.removeprefix),
    "trimspace": _of(lambda text: text.strip()),
    "trimsuffix": _of(str.removesuffix),
    "upper": _of(str.upper),
}
