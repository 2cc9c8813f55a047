"""How many instances a resource or a module call has, and under which keys: ``count``, ``for_each``, ``enabled``."""

from __future__ import annotations

import json
from decimal import Decimal

from sumptuary.sources.terraform.blocks import LARGEST_EXPANSION
from sumptuary.sources.terraform.lazy import settled
from sumptuary.sources.terraform.operators import truth
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.values import PartialMap, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.terraform.modules import Declaration
    from sumptuary.sources.terraform.scope import Scope

SYMBOLIC = "*"
"""The index of the one instance that stands for those whose number is not known."""


class Expansion:
    """The instances of a block. ``repeated`` is "", "count", "for_each", or "enabled" where it may be none or one.

    ``keys`` maps the index to ``each.value`` (the index itself for count, None for a single instance); ``rest`` says
    why there may be more than these.
    """

    __slots__ = ("keys", "repeated", "rest")

    def __init__(self, repeated: str, keys: dict[int | str | None, object], rest: Unknown | None = None) -> None:
        self.repeated = repeated
        self.keys = keys
        self.rest = rest

    @property
    def is_single(self) -> bool:
        """Whether there is never more than one, which has no index."""
        return self.repeated in ("", "enabled")

    @property
    def symbolic_index(self) -> str:
        """The index of the instance that stands for those whose number is not known."""
        return "" if self.is_single else f"[{SYMBOLIC}]"


def expand(declaration: Declaration, scope: Scope, address: str) -> Expansion:
    """Evaluate ``count``, ``for_each`` or OpenTofu's ``lifecycle { enabled }``.

    What cannot be told, or is too large, is the expansion's ``rest``.
    """
    count = declaration.expression("count")
    if count is not None:
        return _count(settled(count.evaluate(scope)), address)
    each = declaration.expression("for_each")
    if each is not None:
        return _for_each(settled(each.evaluate(scope)), address)
    for block in declaration.body.blocks:
        if block.type == "lifecycle" and (enabled := block.body.attributes.get("enabled")) is not None:
            return _enabled(enabled.expression.evaluate(scope), address)
    return Expansion("", {None: None})


def _enabled(value: object, address: str) -> Expansion:
    try:
        holds = truth(value)
    except EvaluationError as error:
        holds = Unknown(str(error))
    if isinstance(holds, Unknown):
        return Expansion("enabled", {}, _wait(f"whether {address} is enabled is not known", holds))
    return Expansion("enabled", {None: None} if holds else {})


def _count(value: object, address: str) -> Expansion:
    if isinstance(value, Unknown):
        return Expansion("count", {}, _wait(f"the count of {address} is not known", value))
    number = _whole_number(value)
    if number is None or number < 0:
        return Expansion("count", {}, Unknown(f"the count of {address} is not a whole number"))
    if number > LARGEST_EXPANSION:
        return Expansion("count", {}, Unknown(f"count is {number}, too large to expand (limit {LARGEST_EXPANSION})"))
    return Expansion("count", {index: index for index in range(number)})


def _whole_number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    if isinstance(value, str) and len(value) < 20 and value.strip().isdecimal():
        return int(value)
    return None


def _for_each(value: object, address: str) -> Expansion:
    if isinstance(value, Unknown):
        return Expansion("for_each", {}, _wait(f"the keys of {address} are not known", value))
    keys: dict[int | str | None, object] = {}
    rest: Unknown | None = None
    if is_map(value):
        keys = {key: value[key] for key in sorted(value)}
        if isinstance(value, PartialMap):
            rest = _wait(f"some keys of {address} are not known", value.rest)
    elif is_list(value):  # a set; a plain list only where a conditional's other arm is a set
        for item in value:
            if isinstance(item, Unknown):
                rest = _wait(f"some keys of {address} are not known", item)
            elif isinstance(item, str):
                keys[item] = item
            else:
                rest = Unknown(f"for_each of {address} takes a set of strings")
    else:
        return Expansion("for_each", {}, Unknown(f"for_each of {address} takes a map or a set of strings"))
    if len(keys) > LARGEST_EXPANSION:
        reason = f"for_each has {len(keys)} elements, too many to expand (limit {LARGEST_EXPANSION})"
        return Expansion("for_each", {}, Unknown(reason))
    return Expansion("for_each", keys, rest)


def _wait(what: str, why: Unknown) -> Unknown:
    return Unknown(f"{what}: {why.reason}", why.depends_on)


_quoted = json.JSONEncoder(ensure_ascii=False).encode


def index_text(key: int | str | None) -> str:
    """The index of an address as Terraform prints it: nothing, ``[0]`` or ``["x"]``."""
    if key is None:
        return ""
    if isinstance(key, int):
        return f"[{key}]"
    quoted = _quoted(key).replace("${", "$${").replace("%{", "%%{")
    return f"[{quoted}]"


def names_of(expansion: Expansion, key: int | str | None, value: object) -> dict[str, object]:
    """``each`` or ``count`` for one instance; empty for a block that is not repeated."""
    if expansion.repeated == "count":
        return {"count": {"index": key}}
    if expansion.repeated == "for_each":
        return {"each": {"key": key, "value": value}}
    return {}


def symbolic_names(expansion: Expansion) -> dict[str, object]:
    """``each`` or ``count`` for the instance that stands for those that are not known."""
    if expansion.is_single:
        return {}
    why = expansion.rest if expansion.rest is not None else Unknown("the instance is not known")
    return {"count": {"index": why}} if expansion.repeated == "count" else {"each": {"key": why, "value": why}}
