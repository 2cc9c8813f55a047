"""Terraform's functions by family, and how a call is bound to one of them."""

from __future__ import annotations

from sumptuary.sources.terraform.lazy import settled
from sumptuary.sources.terraform.numbers import Infinite
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sumptuary.sources.terraform.functions.signature import Function
    from sumptuary.sources.terraform.scope import Scope

    Compiled = Callable[[Scope], object]

_FAMILIES = {
    "numeric": "abs ceil floor log max min parseint pow range signum",
    "strings": "chomp endswith indent join lower replace split startswith strcontains strrev substr title trim"
    " trimprefix trimsuffix trimspace upper",
    "formatting": "format formatlist",
    "patterns": "regex regexall",
    "collections": "alltrue anytrue chunklist coalesce coalescelist compact concat contains distinct element flatten"
    " index length matchkeys one reverse slice sort sum",
    "maps": "keys lookup merge transpose values zipmap",
    "sets": "setintersection setproduct setsubtract setunion",
    "encoding": "base64decode base64encode base64gzip csvdecode textdecodebase64 textencodebase64 urlencode",
    "documents": "jsondecode jsonencode yamldecode yamlencode",
    "files": "abspath basename dirname file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5 fileset"
    " filesha1 filesha256 filesha512 pathexpand templatefile templatestring",
    "dates": "formatdate timeadd timecmp",
    "hashing": "base64sha256 base64sha512 bcrypt md5 plantimestamp rsadecrypt sha1 sha256 sha512 timestamp uuid uuidv5",
    "network": "cidrhost cidrnetmask cidrsubnet cidrsubnets",
    "builtin_provider": "provider::terraform::decode_tfvars provider::terraform::encode_expr"
    " provider::terraform::encode_tfvars",
    "opentofu": "assumeequal assumelistlength assumelistlengthmax assumelistlengthmin assumemaplength"
    " assumemaplengthmax assumemaplengthmin assumenotnull assumesetlength assumesetlengthmax assumesetlengthmin"
    " assumestringprefix base64gunzip cidrcontains urldecode",
    "casts": "ephemeralasnull issensitive nonsensitive sensitive tobool tolist tomap tonumber toset tostring",
}
FAMILY_OF = {name: family for family, names in _FAMILIES.items() for name in names.split()}
"""Every function there is, and the module that holds it; a module is imported when one of its functions is used."""


def find(name: str) -> Function | None:
    """The function of a name, or None where Terraform has none."""
    family = FAMILY_OF.get(name)
    if family is None:
        return None
    from importlib import import_module

    table: dict[str, Function] = import_module(f"{__name__}.{family}").FUNCTIONS
    return table[name]


def bind(name: str, arguments: list[Compiled], expanded: bool) -> Compiled:
    """A closure that calls the function of that name. One that is not known gives Unknown, never an error."""
    name = name.removeprefix("core::")
    if name.startswith("provider::") and name not in FAMILY_OF:
        why = Unknown(f"{name}() is a function of a provider, which alone can run it", (name,))
        return lambda scope: why
    if name in ("try", "can"):
        return _try(arguments) if name == "try" else _can(arguments)
    function = find(name)
    if function is None:
        return _of_scope(name, arguments)

    def run(scope: Scope) -> object:
        scope.budget.spend()
        values = [settled(argument(scope)) for argument in arguments]
        if expanded:
            last = values.pop()
            if isinstance(last, Unknown):
                return last
            if not isinstance(last, list):
                raise EvaluationError("only a list can be expanded into arguments")
            values += last
        try:
            return function.call(scope, values)
        except EvaluationError as error:
            raise EvaluationError(f"{name}(): {error}") from None

    return run


def _of_scope(name: str, arguments: list[Compiled]) -> Compiled:
    """A function that only some scopes have (Terragrunt's): they give it under its name with ``()`` behind."""
    unknown = Unknown(f"the function {name}() is not known", (name,))

    def run(scope: Scope) -> object:
        scope.budget.spend()
        given = scope.root(f"{name}()")
        if not callable(given):
            return unknown
        try:
            return given([settled(argument(scope)) for argument in arguments])
        except EvaluationError as error:
            raise EvaluationError(f"{name}(): {error}") from None

    return run


def _try(arguments: list[Compiled]) -> Compiled:
    def run(scope: Scope) -> object:
        problem = "try() needs an argument"
        for argument in arguments:
            try:
                return settled(argument(scope))
            except EvaluationError as error:
                problem = str(error)
        raise EvaluationError(f"try(): no argument can be evaluated: {problem}")

    return run


def _can(arguments: list[Compiled]) -> Compiled:
    def run(scope: Scope) -> object:
        if len(arguments) != 1:
            raise EvaluationError("can() takes one argument")
        try:
            value = settled(arguments[0](scope))
        except EvaluationError:
            return False
        return value if isinstance(value, Unknown) and not isinstance(value, Infinite) else True

    return run
