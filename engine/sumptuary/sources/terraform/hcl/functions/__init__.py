"""Terraform's functions by name; a family's module is loaded when one of its functions is first called."""

from __future__ import annotations

from decimal import DecimalException
from importlib import import_module

from sumptuary.sources.terraform.hcl.lazy import EvaluationError, settled
from sumptuary.sources.terraform.hcl.operators import any_unknown
from sumptuary.values import PartialMap, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sumptuary.sources.terraform.hcl.scope import Scope

    Compiled = Callable[[Scope], object]
    Function = Callable[..., object]


def _names(*lines: str) -> list[str]:
    return " ".join(lines).split()


_FAMILIES = {
    "numbers": "abs ceil floor log max min parseint pow signum sum",
    "strings": "chomp endswith format formatlist indent join lower regex regexall replace split startswith strcontains "
    "strrev substr title trim trimprefix trimspace trimsuffix upper",
    "collections": "alltrue anytrue chunklist coalesce coalescelist compact concat contains distinct element flatten "
    "index keys length list lookup map matchkeys merge one range reverse setintersection setproduct setsubtract "
    "setunion slice sort transpose values zipmap",
    "casts": "ephemeralasnull issensitive nonsensitive sensitive tobool tolist tomap tonumber toset tostring",
    "encoding": "base64decode base64encode base64gzip csvdecode jsondecode jsonencode textdecodebase64 "
    "textencodebase64 urlencode urldecode yamldecode yamlencode",
    "hashing": "base64sha256 base64sha512 md5 sha1 sha256 sha512 uuidv5",
    "dates": "formatdate timeadd timecmp",
    "network": "cidrhost cidrnetmask cidrsubnet cidrsubnets",
    "files": "abspath basename dirname file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5 fileset "
    "filesha1 filesha256 filesha512 pathexpand templatefile templatestring",
}
_FAMILY_OF = {name: family for family, names in _FAMILIES.items() for name in names.split()}

AT_RUN_TIME = frozenset({"bcrypt", "plantimestamp", "rsadecrypt", "timestamp", "uuid"})
"""Functions whose result only a run can tell."""

_SEE_UNKNOWNS = frozenset(
    _names(
        "alltrue anytrue chunklist coalesce coalescelist compact concat contains distinct element flatten index keys",
        "length list lookup map matchkeys merge one reverse setproduct setunion slice values zipmap",
        "ephemeralasnull nonsensitive sensitive tolist tomap toset",
    )
)
"""Functions that tell what they can although some of their arguments are unknown; the others need all of them."""


def compile_call(name: str, arguments: list[Compiled], *, expand: bool) -> Compiled:
    """A closure that calls a function. ``expand`` spreads the last argument (``f(list...)``)."""
    name = name.removeprefix("core::")
    if name == "try":
        return _try(arguments)
    if name == "can":
        return _can(arguments)
    if name in AT_RUN_TIME:
        return _always(Unknown(f"{name}() is known when Terraform runs", (f"{name}()",)))
    if "::" in name:
        return _always(Unknown(f"{name}() runs in its provider", (f"{name}()",)))
    family = _FAMILY_OF.get(name)
    if family is None:
        return _always(Unknown(f"there is no function {name}()"))
    return _Call(name, family, arguments, expand=expand)


def _always(value: object) -> Compiled:
    return lambda scope: value


class _Call:
    """One call in the source; finds its function when it is first run."""

    __slots__ = ("arguments", "expand", "family", "function", "name", "sees")

    def __init__(self, name: str, family: str, arguments: list[Compiled], *, expand: bool) -> None:
        self.name, self.family, self.arguments, self.expand = name, family, arguments, expand
        self.function: Function | None = None
        self.sees = name in _SEE_UNKNOWNS

    def __call__(self, scope: Scope) -> object:
        values = [settled(argument(scope)) for argument in self.arguments]
        if self.expand and values:
            last = values.pop()
            if isinstance(last, Unknown):
                return _spread_unknown(self.name, values, last)
            if not isinstance(last, list):
                raise EvaluationError(f"{self.name}(): only a list can be spread with ...")
            values.extend(last)
        if not self.sees and (unknown := any_unknown(*values)) is not None:
            return unknown
        if not scope.budget.spend():
            return Unknown("this configuration is too large to evaluate")
        if self.function is None:
            module = import_module(f"sumptuary.sources.terraform.hcl.functions.{self.family}")
            self.function = module.FUNCTIONS[self.name]
        try:
            return self.function(scope, *values) if self.family == "files" else self.function(*values)
        except EvaluationError as error:
            raise EvaluationError(f"{self.name}(): {error}") from error
        except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, DecimalException) as error:
            raise EvaluationError(f"{self.name}() does not take these arguments") from error


def _spread_unknown(name: str, values: list[object], rest: Unknown) -> object:
    """A call with an unknown number of further arguments: only ``merge`` can still tell something, its keys."""
    if name != "merge":
        return rest
    known: dict[str, object] = {}
    for value in values:
        if isinstance(value, dict):
            known.update(dict.fromkeys(value, rest))
    return PartialMap(known, rest)


def _try(arguments: list[Compiled]) -> Compiled:
    def run(scope: Scope) -> object:
        problem: EvaluationError | None = None
        for argument in arguments:
            try:
                return settled(argument(scope))
            except EvaluationError as error:
                problem = error
        raise EvaluationError(f"try(): no argument can be evaluated ({problem})")

    return run


def _can(arguments: list[Compiled]) -> Compiled:
    def run(scope: Scope) -> object:
        try:
            value = settled(arguments[0](scope))
        except EvaluationError:
            return False
        return value if isinstance(value, Unknown) else True

    return run
