"""Loops: ``for`` in its three forms and the splats, over known and partly known collections."""

from __future__ import annotations

from sumptuary.sources.terraform import operators
from sumptuary.sources.terraform.lazy import Lazy, TerraformList, TerraformSet, settled
from sumptuary.sources.terraform.numbers import Infinite
from sumptuary.sources.terraform.primitives import named, normalised, to_string
from sumptuary.sources.terraform.scope import (
    LARGEST_COLLECTION,
    LARGEST_STRING,
    EvaluationError,
    Inner,
    TooLargeError,
)
from sumptuary.sources.terraform.unification import unified
from sumptuary.sources.terraform.weights import checked
from sumptuary.values import PartialMap, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sumptuary.sources.terraform.scope import Scope

    Compiled = Callable[[Scope], object]

_NOTHING_YET = Unknown("the loop has no elements")
ITEM = "*"
"""The name under which a splat's element is in scope; no identifier can be spelt so."""


def entries(collection: object) -> list[tuple[object, object]]:
    """What a ``for`` goes over: index or key, and value. Raises EvaluationError for what is no collection."""
    if isinstance(collection, TerraformSet):
        return [(item, item) for item in collection]
    if is_list(collection):
        return list(enumerate(collection))
    if is_map(collection):
        return [(key, collection[key]) for key in sorted(collection)]
    raise EvaluationError(f"a {named(collection)} cannot be iterated over")


def iterable(value: object) -> object:
    """A collection whose elements may stay lazy: the body of the loop asks them for what it needs."""
    return value.whole() if isinstance(value, Lazy) else value


def splat(subject: Compiled, each: Compiled) -> Compiled:
    """``subject[*]`` with what follows it for each element."""

    def run(scope: Scope) -> object:
        found = operators.splat(subject(scope))
        if isinstance(found, Unknown):
            return found
        scope.budget.spend(len(found))
        made = [settled(each(Inner(scope, {ITEM: item}))) for item in found]
        typed = isinstance(found, (TerraformList, TerraformSet))
        return checked(TerraformList(unified(made)) if typed else made, scope.budget)

    return run


def loop(
    names: tuple[str, ...],
    collection: Compiled,
    key: Compiled | None,
    value: Compiled,
    test: Compiled | None,
    *,
    grouped: bool,
) -> Compiled:
    """``for names in collection: key => value... if test``; without a key the result is a tuple."""

    def run(scope: Scope) -> object:
        over = iterable(collection(scope))
        if isinstance(over, Unknown):
            return over
        gathered = _Gathered(over.rest if isinstance(over, PartialMap) else None, grouped)
        rows = entries(over)
        if not rows and test is not None:  # Terraform tries the test before it knows that there is nothing to test
            operators.truth(test(Inner(scope, dict.fromkeys(names, _NOTHING_YET))))
        for first, second in rows:
            scope.budget.spend()
            inner = Inner(scope, {names[0]: first, names[1]: second} if len(names) == 2 else {names[0]: second})
            wanted = True if test is None else operators.truth(test(inner))
            if wanted is False:
                continue
            label = settled(key(inner)) if key is not None else None
            gathered.add(wanted, label, settled(value(inner)), keyed=key is not None)
        return checked(gathered.tuple() if key is None else gathered.object(), scope.budget)

    return run


class _Gathered:
    """Collects the results of a ``for`` and remembers what of them is not certain."""

    def __init__(self, rest: Unknown | None, grouped: bool) -> None:
        self.rest = rest
        self.grouped = grouped
        self.values: list[object] = []
        self.named: dict[str, object] = {}

    def add(self, wanted: bool | Unknown, key: object, value: object, *, keyed: bool) -> None:
        """Take one result; an unknown test or key makes the whole partly known."""
        unknown = wanted if isinstance(wanted, Unknown) else key if isinstance(key, Unknown) else None
        if unknown is not None:
            self.rest = unknown if self.rest is None else self.rest.joined(unknown)
        elif not keyed:
            self.values.append(value)
        elif key is None:
            raise EvaluationError("null is not a key")
        elif self.grouped:
            group = self.named.setdefault(to_string(key), [])
            if is_list(group):
                group.append(value)
        elif to_string(key) in self.named:
            raise EvaluationError(f'two elements have the key "{to_string(key)}"')
        else:
            self.named[to_string(key)] = value

    def tuple(self) -> object:
        """The results in order, Unknown when some are not certain: their number is not known then."""
        return self.values if self.rest is None else self.rest

    def object(self) -> object:
        """The results by key, partly known when some are not certain."""
        if self.rest is None:
            return self.named
        if self.grouped:
            return PartialMap(dict.fromkeys(self.named, self.rest), self.rest)
        return PartialMap(self.named, self.rest)


def template_loop(names: tuple[str, ...], collection: Compiled, body: Compiled) -> Compiled:
    """``%{ for names in collection }body%{ endfor }``."""

    def run(scope: Scope) -> object:
        over = iterable(collection(scope))
        if isinstance(over, Unknown):
            return over
        if isinstance(over, PartialMap):
            return over.rest
        texts: list[object] = []
        length = 0
        for first, second in entries(over):
            scope.budget.spend()
            text = body(Inner(scope, {names[0]: first, names[1]: second} if len(names) == 2 else {names[0]: second}))
            length += len(text) if isinstance(text, str) else 0
            if length > LARGEST_STRING or len(texts) > LARGEST_COLLECTION:
                raise TooLargeError("a string becomes too large to evaluate")
            texts.append(text)
        return joined(texts)

    return run


def joined(values: list[object]) -> object:
    """The values as one text, Unknown when one of them is. Raises EvaluationError for null and collections."""
    texts: list[str] = []
    unknown: Unknown | None = None
    for item in values:
        value = settled(item)
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, Infinite):
            texts.append("-Inf" if value.negative else "+Inf")
        elif isinstance(value, Unknown):
            unknown = value if unknown is None else unknown.joined(value)
        elif value is None:
            raise EvaluationError("null cannot be part of a string")
        else:
            texts.append(to_string(value))
    if unknown is not None:
        return unknown
    if sum(map(len, texts)) > LARGEST_STRING:
        raise TooLargeError("a string becomes too large to evaluate")
    return normalised("".join(texts))
