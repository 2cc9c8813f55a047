"""Compiles the parts of an expression into closures, which give its value in any scope."""

from __future__ import annotations

from sumptuary.sources.terraform import conditionals, loops, nodes, operators
from sumptuary.sources.terraform.lazy import Lazy, settled
from sumptuary.sources.terraform.loops import ITEM, joined
from sumptuary.sources.terraform.nodes import Node, path_of
from sumptuary.sources.terraform.primitives import normalised, to_string
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.sources.terraform.weights import checked
from sumptuary.values import PartialMap, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sumptuary.sources.terraform.scope import Scope

    Compiled = Callable[[Scope], object]


def compile_node(node: Node) -> Compiled:
    """A closure that gives the node's value in a scope. It may raise EvaluationError, TooLargeError."""
    return _COMPILERS[type(node)](node)


def _literal(node: nodes.Literal) -> Compiled:
    value = normalised(node.value) if isinstance(node.value, str) else node.value
    return lambda scope: value


def _variable(node: nodes.Variable) -> Compiled:
    name = node.name
    return lambda scope: scope.root(name)


def _item(node: nodes.Item) -> Compiled:
    del node
    return lambda scope: scope.root(ITEM)


def _get_attribute(node: nodes.GetAttribute) -> Compiled:
    subject, name = compile_node(node.subject), node.name
    label = ".".join(path_of(node.subject) or ())

    def run(scope: Scope) -> object:
        found = subject(scope)
        if isinstance(found, Lazy):
            return found.attribute(name)
        try:
            return operators.get_attribute(found, name)
        except EvaluationError as error:
            raise EvaluationError(f"{label}: {error}" if label else str(error)) from None

    return run


def _get_index(node: nodes.GetIndex) -> Compiled:
    subject, key = compile_node(node.subject), compile_node(node.key)
    label = ".".join(path_of(node.subject) or ())

    def run(scope: Scope) -> object:
        try:
            return operators.get_index(subject(scope), settled(key(scope)))
        except EvaluationError as error:
            raise EvaluationError(f"{label}: {error}" if label else str(error)) from None

    return run


def _unary(node: nodes.Unary) -> Compiled:
    operand = compile_node(node.operand)
    if node.operator == "-":
        return lambda scope: operators.negate(settled(operand(scope)))

    def invert(scope: Scope) -> object:
        value = operators.truth(operand(scope))
        return value if isinstance(value, Unknown) else not value

    return invert


def _binary(node: nodes.Binary) -> Compiled:
    left, right, operator = compile_node(node.left), compile_node(node.right), node.operator
    if operator in ("&&", "||"):
        return lambda scope: operators.logical(operator, _value_or_error(left, scope), _value_or_error(right, scope))
    if operator == "==":
        return lambda scope: operators.equals(left(scope), right(scope))
    if operator == "!=":

        def differs(scope: Scope) -> object:
            same = operators.equals(left(scope), right(scope))
            return same if isinstance(same, Unknown) else not same

        return differs
    apply = operators.compare if operator in ("<", ">", "<=", ">=") else operators.arithmetic
    return lambda scope: apply(operator, settled(left(scope)), settled(right(scope)))


def _value_or_error(operand: Compiled, scope: Scope) -> object:
    try:
        return operand(scope)
    except EvaluationError as error:
        return error


def _conditional(node: nodes.Conditional) -> Compiled:
    return conditionals.conditional(node, compile_node)


def _tuple(node: nodes.Tuple) -> Compiled:
    items = [compile_node(item) for item in node.items]
    return lambda scope: checked([settled(item(scope)) for item in items], scope.budget)


def _key_of(node: Node) -> Compiled:
    return compile_node(node.inner if isinstance(node, nodes.Parentheses) else node)


def _object(node: nodes.Object) -> Compiled:
    pairs = [(_key_of(key), compile_node(value)) for key, value in node.pairs]

    def run(scope: Scope) -> object:
        result: dict[str, object] = {}
        rest: Unknown | None = None
        for key, value in pairs:
            name = settled(key(scope))
            if isinstance(name, Unknown):
                rest = name if rest is None else rest.joined(name)
                continue
            if name is None:
                raise EvaluationError("null is not a key")
            result[to_string(name)] = settled(value(scope))
        return checked(result if rest is None else PartialMap(result, rest), scope.budget)

    return run


def _call(node: nodes.Call) -> Compiled:
    if node.name.removeprefix("core::") == "convert" and not node.expanded:
        return _convert(node)
    from sumptuary.sources.terraform.functions import bind

    return bind(node.name, [compile_node(argument) for argument in node.arguments], node.expanded)


def _convert(node: nodes.Call) -> Compiled:
    """``convert(value, type)``, whose second argument is a type and no value."""
    if len(node.arguments) != 2:
        raise EvaluationError("convert() takes a value and a type")
    from sumptuary.sources.terraform.conversion import convert, type_of_node

    value, kind = compile_node(node.arguments[0]), type_of_node(node.arguments[1])
    return lambda scope: checked(convert(settled(value(scope)), kind), scope.budget)


def _call_or_unmarked(node: nodes.Call) -> Compiled:
    """A call; ``nonsensitive(sensitive(x))`` is x. No value can tell that it comes straight from ``sensitive()``."""
    if node.name.removeprefix("core::") == "nonsensitive" and len(node.arguments) == 1 and not node.expanded:
        inner = node.arguments[0]
        while isinstance(inner, nodes.Parentheses):
            inner = inner.inner
        if isinstance(inner, nodes.Call) and inner.name.removeprefix("core::") == "sensitive" and not inner.expanded:
            return compile_node(inner.arguments[0]) if len(inner.arguments) == 1 else _call(inner)
    return _call(node)


def _parentheses(node: nodes.Parentheses) -> Compiled:
    return compile_node(node.inner)


def _template(node: nodes.Template) -> Compiled:
    parts = [compile_node(part) for part in node.parts]
    return lambda scope: joined([part(scope) for part in parts])


def _template_if(node: nodes.TemplateIf) -> Compiled:
    return _conditional(nodes.Conditional(node.condition, node.yes, node.no))


def _splat(node: nodes.Splat) -> Compiled:
    return loops.splat(compile_node(node.subject), compile_node(node.each))


def _for(node: nodes.For) -> Compiled:
    key = compile_node(node.key) if node.key is not None else None
    test = compile_node(node.test) if node.test is not None else None
    collection, value = compile_node(node.collection), compile_node(node.value)
    return loops.loop(node.names, collection, key, value, test, grouped=node.grouped)


def _template_for(node: nodes.TemplateFor) -> Compiled:
    return loops.template_loop(node.names, compile_node(node.collection), compile_node(node.body))


_COMPILERS: dict[type[Node], Callable[..., Compiled]] = {
    nodes.Literal: _literal,
    nodes.Variable: _variable,
    nodes.Item: _item,
    nodes.GetAttribute: _get_attribute,
    nodes.GetIndex: _get_index,
    nodes.Splat: _splat,
    nodes.Unary: _unary,
    nodes.Binary: _binary,
    nodes.Conditional: _conditional,
    nodes.Tuple: _tuple,
    nodes.Object: _object,
    nodes.For: _for,
    nodes.Call: _call_or_unmarked,
    nodes.Parentheses: _parentheses,
    nodes.Template: _template,
    nodes.TemplateIf: _template_if,
    nodes.TemplateFor: _template_for,
}
