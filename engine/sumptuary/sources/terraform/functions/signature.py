"""What a function takes: the types of its arguments, and what it makes of null and of what is not known."""

from __future__ import annotations

from sumptuary.sources.terraform.numbers import Infinite
from sumptuary.sources.terraform.primitives import named, normalised, to_bool, to_number, to_string
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.sources.terraform.weights import checked
from sumptuary.values import Unknown, first_unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sumptuary.sources.terraform.scope import Scope


def _list(value: object) -> object:
    if is_list(value):
        return value
    raise EvaluationError(f"a list is required, not {named(value)}")


def _map(value: object) -> object:
    if is_map(value):
        return value
    raise EvaluationError(f"a map is required, not {named(value)}")


_TAKERS: dict[str, Callable[[object], object]] = {
    "string": to_string,
    "number": to_number,
    "bool": to_bool,
    "list": _list,
    "map": _map,
}


class Function:
    """A function and how it is called.

    ``parameters`` names a type for each argument (string, number, bool, list, map, any); ``?`` after one means it may
    be left out, ``*`` that it may repeat; ``!`` that null is allowed.
    ``sees`` tells what of the unknown reaches the function: ``nothing`` (any unknown inside an argument makes the
    result unknown), ``parts`` (arguments may hold unknown parts) or ``all``.
    """

    __slots__ = ("implementation", "least", "most", "needs_scope", "nullable", "sees", "takers")

    def __init__(self, implementation: Callable[..., object], parameters: str, sees: str, needs_scope: bool) -> None:
        self.implementation = implementation
        self.sees = sees
        self.needs_scope = needs_scope
        words = parameters.split()
        self.takers = [_TAKERS.get(word.rstrip("?*!")) for word in words]
        self.nullable = ["!" in word for word in words]
        self.least = sum(1 for word in words if "?" not in word and "*" not in word)
        self.most = None if words and "*" in words[-1] else len(words)

    def call(self, scope: Scope, values: list[object]) -> object:
        """The function's value. Raises EvaluationError where Terraform refuses the arguments."""
        count = len(values)
        if count < self.least or (self.most is not None and count > self.most):
            raise EvaluationError(f"{count} arguments are given, not {self.least if count < self.least else self.most}")
        taken: list[object] = []
        unknown: Unknown | None = None
        last = len(self.takers) - 1
        for index, value in enumerate(values):
            place = min(index, last)
            if isinstance(value, Unknown):
                unknown = value if unknown is None else unknown
                taken.append(value)
                continue
            if value is None:
                if not self.nullable[place]:
                    raise EvaluationError("an argument is null")
                taken.append(None)
                continue
            taker = self.takers[place]
            taken.append(value if taker is None else taker(value))
        if self.sees != "all":
            if unknown is None and self.sees == "nothing":
                unknown = first_unknown(taken)
            if unknown is not None:
                return Unknown(unknown.reason) if isinstance(unknown, Infinite) else unknown
        weights = scope.budget.weights
        for value in taken if weights else ():
            if (heavy := weights.get(id(value))) is not None:
                scope.budget.spend(heavy[1] >> 4)
        made = self.implementation(scope, *taken) if self.needs_scope else self.implementation(*taken)
        return normalised(made) if isinstance(made, str) else checked(made, scope.budget)


class Table(dict[str, Function]):
    """The functions of one family by name."""

    __slots__ = ()

    def function(
        self, parameters: str, *, name: str = "", sees: str = "nothing", needs_scope: bool = False
    ) -> Callable[[Callable[..., object]], Callable[..., object]]:
        """Enter the decorated Python function, under its own name without underscores at the end or under ``name``."""

        def enter(implementation: Callable[..., object]) -> Callable[..., object]:
            self[name or implementation.__name__.strip("_")] = Function(implementation, parameters, sees, needs_scope)
            return implementation

        return enter
