"""``condition ? yes : no``: the arm taken in the type that both arms share, and what is certain while neither is."""

from __future__ import annotations

from sumptuary.sources.terraform import nodes, operators
from sumptuary.sources.terraform.lazy import settled
from sumptuary.sources.terraform.nodes import Node
from sumptuary.sources.terraform.primitives import named, to_string
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.sources.terraform.unification import agreed
from sumptuary.sources.terraform.value_types import REFUSED
from sumptuary.values import PartialMap, Unknown, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sumptuary.sources.terraform.scope import Scope

    Compiled = Callable[[Scope], object]
    Compile = Callable[[Node], Compiled]


class _Arm:
    """One side of a conditional, which may fail while the other is taken."""

    __slots__ = ("_compile", "_node", "_remains", "value")

    def __init__(self, node: Node, compile_node: Compile) -> None:
        self._node = node
        self._compile = compile_node
        self._remains: Compiled | None = None
        self.value = compile_node(node)

    def known(self, scope: Scope) -> object:
        """The value, Unknown where the arm fails."""
        try:
            return settled(self.value(scope))
        except EvaluationError as error:
            return Unknown(str(error))

    def attempt(self, scope: Scope) -> object:
        """The value, or where the arm fails a stand-in of the type that it has all the same."""
        try:
            return settled(self.value(scope))
        except EvaluationError:
            if self._remains is None:
                self._remains = _remains(self._node, self._compile)
            return self._remains(scope)


def conditional(node: nodes.Conditional, compile_node: Compile) -> Compiled:
    """A closure that gives the value of a conditional."""
    condition, yes, no = compile_node(node.condition), _Arm(node.yes, compile_node), _Arm(node.no, compile_node)

    def run(scope: Scope) -> object:
        holds = operators.truth(condition(scope))
        if isinstance(holds, Unknown):
            return _undecided(holds, yes.known(scope), no.known(scope))
        taken, left = (yes, no) if holds else (no, yes)
        chosen = settled(taken.value(scope))
        if chosen is None or isinstance(chosen, Unknown):
            return chosen
        other = left.attempt(scope)
        if other is None or isinstance(other, Unknown):
            return chosen
        return _agreed(chosen, other)

    return run


def _remains(node: Node, compile_node: Compile) -> Compiled:
    """What Terraform sees of a part that it refuses: the shape of what is written out, the type of what an operator
    gives, and nothing of any other part."""
    while isinstance(node, nodes.Parentheses):
        node = node.inner
    if isinstance(node, nodes.Tuple):
        items = [_Arm(item, compile_node) for item in node.items]
        return lambda scope: [item.attempt(scope) for item in items]
    if isinstance(node, nodes.Object):
        keys = [compile_node(key.inner if isinstance(key, nodes.Parentheses) else key) for key, _ in node.pairs]
        values = [_Arm(value, compile_node) for _, value in node.pairs]

        def run(scope: Scope) -> object:
            try:
                names = [to_string(settled(key(scope))) for key in keys]
            except EvaluationError:
                return REFUSED
            return dict(zip(names, (value.attempt(scope) for value in values), strict=True))

        return run
    stand_in = _stand_in(node)
    return lambda scope: stand_in


def _stand_in(node: Node) -> object:
    """A value of the type that an operator gives even where it fails."""
    if isinstance(node, nodes.Binary):
        return 0 if node.operator in "+-*/%" else True
    if isinstance(node, nodes.Unary):
        return 0 if node.operator == "-" else True
    return "" if isinstance(node, nodes.Template) else REFUSED


def _agreed(chosen: object, other: object) -> object:
    """The chosen arm, converted to the type that both arms share."""
    if type(chosen) is type(other) and isinstance(chosen, (str, bool)):
        return chosen
    if isinstance(chosen, PartialMap) or isinstance(other, PartialMap):
        return chosen
    try:
        return agreed(chosen, other)
    except EvaluationError as error:
        raise EvaluationError(
            f"the two sides of a conditional have types that do not fit: {named(chosen)} and {named(other)}"
        ) from error


def _undecided(why: Unknown, yes: object, no: object) -> object:
    """What is certain of a conditional whose condition is not known."""
    if not any(value is None or isinstance(value, Unknown) for value in (yes, no)):
        try:
            yes, no = _agreed(yes, no), _agreed(no, yes)
        except EvaluationError:
            return why
    same = operators.equals(yes, no) if not isinstance(yes, Unknown) and not isinstance(no, Unknown) else why
    if same is True:
        return yes
    if is_map(yes) and is_map(no):
        common = {
            key: value if operators.equals(value, no[key]) is True else why for key, value in yes.items() if key in no
        }
        partial = isinstance(yes, PartialMap) or isinstance(no, PartialMap)
        if partial or yes.keys() != no.keys():
            return PartialMap(common, why) if common else why
        return common
    return why
