"""Expressions compiled to closures: a syntax tree is walked once, whatever number of instances is evaluated."""

from __future__ import annotations

from decimal import Decimal, DecimalException

from sumptuary.sources.terraform.hcl.functions import compile_call
from sumptuary.sources.terraform.hcl.lazy import EvaluationError, TerraformSet, settled
from sumptuary.sources.terraform.hcl.operators import BINARY, UNARY, boolean, equal, index, string, tidy, unified
from sumptuary.sources.terraform.hcl.scope import Inner, Scope
from sumptuary.sources.terraform.hcl.templates import compile_template, unescape
from sumptuary.values import PartialMap, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    Compiled = Callable[[Scope], object]


def guarded(node: Node, source: bytes) -> Compiled:
    """A closure for a whole expression that never raises: what cannot be evaluated is Unknown, with the reason."""
    try:
        inner = compile_node(node, source)
    except (EvaluationError, RecursionError) as error:
        return _constant(_cannot(error))

    def run(scope: Scope) -> object:
        try:
            return settled(inner(scope))
        except (EvaluationError, RecursionError) as error:
            return _cannot(error)

    return run


def _cannot(error: Exception) -> Unknown:
    reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
    return Unknown(f"it cannot be evaluated: {reason}")


def compile_node(node: Node, source: bytes) -> Compiled:
    """The closure that evaluates a syntax node; it raises ``EvaluationError`` where Terraform would refuse.

    Raises:
        EvaluationError: the node holds a syntax error.
    """
    compiler = _COMPILERS.get(node.type)
    if compiler is None:
        raise EvaluationError(f"unexpected {text(node, source)[:40]!r}")
    return compiler(node, source)


def text(node: Node, source: bytes) -> str:
    """The source of a node."""
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def parts(node: Node) -> list[Node]:
    """The named children of a node, without comments."""
    return [child for child in node.children if child.is_named and child.type != "comment"]


def string_literal(node: Node, source: bytes) -> str:
    """The text of a quoted string that has no templates in it.

    Raises:
        EvaluationError: it has an escape that there is not.
    """
    return unescape(text(node, source)[1:-1])


def _constant(value: object) -> Compiled:
    return lambda scope: value


def _expression(node: Node, source: bytes) -> Compiled:
    first, *steps = parts(node)
    value = compile_node(first, source)
    for step in steps:
        value = _step(value, step, source)
    return value


def _inner(node: Node, source: bytes) -> Compiled:
    (child,) = parts(node)[:1]
    return compile_node(child, source)


def _literal(node: Node, source: bytes) -> Compiled:
    inner = parts(node)[0]
    if inner.type == "numeric_lit":
        return _constant(_number(text(inner, source)))
    if inner.type == "bool_lit":
        return _constant(text(inner, source) == "true")
    if inner.type == "null_lit":
        return _constant(None)
    return _constant(string_literal(inner, source))


def _number(literal: str) -> int | Decimal:
    try:
        return tidy(Decimal(literal))
    except DecimalException as error:
        raise EvaluationError(f"{literal[:20]!r} is not a number") from error


def _variable(node: Node, source: bytes) -> Compiled:
    name = text(node, source)
    return lambda scope: scope.root(name)


def _step(value: Compiled, node: Node, source: bytes) -> Compiled:
    """One step of a traversal: ``.name``, ``[key]``, ``.0``, ``[*]`` or ``.*``."""
    if node.type == "get_attr":
        name = text(node, source)[1:].strip()
        return lambda scope: index(value(scope), name)
    if node.type == "index":
        inner = parts(node)[0]
        if inner.type == "legacy_index":
            position = _number(text(inner, source)[1:])
            return lambda scope: index(value(scope), position)
        key = compile_node(parts(inner)[0], source)
        return lambda scope: index(value(scope), settled(key(scope)))
    if node.type == "splat":
        return _splat(value, parts(node)[0], source)
    raise EvaluationError(f"unexpected {text(node, source)[:40]!r}")


def _splat(value: Compiled, node: Node, source: bytes) -> Compiled:
    """``value[*].steps``: null gives no elements, what is not a list one; unknown stays unknown."""

    def element(scope: Scope) -> object:
        return scope.root("*")

    steps: Compiled = element
    for step in parts(node):
        steps = _step(steps, step, source)

    def splat(scope: Scope) -> object:
        whole = value(scope)
        if isinstance(whole, Unknown):
            return whole
        if whole is None:
            return []
        items = whole if isinstance(whole, list) else [whole]
        return [settled(steps(Inner(scope, {"*": item}))) for item in items]

    return splat


def _tuple(node: Node, source: bytes) -> Compiled:
    items = [compile_node(child, source) for child in parts(node) if child.type == "expression"]
    return lambda scope: [settled(item(scope)) for item in items]


def _object(node: Node, source: bytes) -> Compiled:
    entries: list[tuple[Compiled, Compiled]] = []
    for element in parts(node):
        if element.type == "object_elem":
            key, value = [child for child in parts(element) if child.type == "expression"]
            entries.append((_object_key(key, source), compile_node(value, source)))

    def build(scope: Scope) -> object:
        built: dict[str, object] = {}
        rest: Unknown | None = None
        for key, value in entries:
            name = settled(key(scope))
            if isinstance(name, Unknown):
                rest = name
            else:
                built[string(name)] = settled(value(scope))
        return built if rest is None else PartialMap(built, rest)

    return build


def _object_key(node: Node, source: bytes) -> Compiled:
    """A bare word as a key is that word; anything else is an expression."""
    inner = parts(node)
    if len(inner) == 1 and inner[0].type == "variable_expr":
        return _constant(text(inner[0], source))
    return compile_node(node, source)


def _operation(node: Node, source: bytes) -> Compiled:
    inner = parts(node)[0]
    operands = [child for child in inner.children if child.is_named and child.type != "comment"]
    sign = next(text(child, source) for child in inner.children if not child.is_named)
    if inner.type == "unary_operation":
        unary, operand = UNARY[sign], compile_node(operands[0], source)
        return lambda scope: unary(settled(operand(scope)))
    binary = BINARY[sign]
    left, right = (compile_node(operand, source) for operand in operands)
    if sign in ("==", "!="):
        return lambda scope: binary(left(scope), right(scope))
    return lambda scope: binary(settled(left(scope)), settled(right(scope)))


def _conditional(node: Node, source: bytes) -> Compiled:
    condition, yes, no = (compile_node(child, source) for child in parts(node))

    def choose(scope: Scope) -> object:
        decided = settled(condition(scope))
        if isinstance(decided, Unknown):
            return _either(yes, no, scope, decided)
        taken, other = (yes, no) if boolean(decided) else (no, yes)
        value = settled(taken(scope))
        if isinstance(value, (str, bool, int, Decimal)):
            return _as_unified(value, other, scope)
        return value

    return choose


def _as_unified(value: object, other: Compiled, scope: Scope) -> object:
    """The value in the type that both arms share, where the other arm can be told."""
    try:
        return unified(value, settled(other(scope)))[0]
    except EvaluationError:
        return value


def _either(yes: Compiled, no: Compiled, scope: Scope, why: Unknown) -> object:
    """A conditional whose condition is unknown: what both arms agree on is known."""
    try:
        one, other = unified(settled(yes(scope)), settled(no(scope)))
    except EvaluationError:
        return why
    if isinstance(one, dict) and isinstance(other, dict):
        shared: dict[str, object] = {}
        for key in one:
            if key in other:
                shared[key] = one[key] if equal(one[key], other[key]) is True else why
        exact = one.keys() == other.keys() and not isinstance(one, PartialMap) and not isinstance(other, PartialMap)
        return shared if exact else PartialMap(shared, why)
    return one if equal(one, other) is True else why


def _for(node: Node, source: bytes) -> Compiled:
    inner = parts(node)[0]
    intro = next(child for child in inner.children if child.type == "for_intro")
    names = [text(child, source) for child in intro.children if child.type == "identifier"]
    items = compile_node(next(child for child in intro.children if child.type == "expression"), source)
    results = [compile_node(child, source) for child in inner.children if child.type == "expression"]
    condition = next((child for child in inner.children if child.type == "for_cond"), None)
    keep = compile_node(parts(condition)[0], source) if condition is not None else None
    if inner.type == "for_tuple_expr":
        return _loop(names, items, keep, _collect_list(results[0]))
    grouped = any(child.type == "ellipsis" for child in inner.children)
    return _loop(names, items, keep, _collect_map(results[0], results[1], grouped=grouped))


def _loop(
    names: list[str],
    items: Compiled,
    keep: Compiled | None,
    collect: Callable[[list[tuple[Scope, Unknown | None]], Unknown | None], object],
) -> Compiled:
    """Run over a list, set or map; a step that may or may not be kept is handed on with the reason."""

    def run(scope: Scope) -> object:
        whole = settled(items(scope))
        if isinstance(whole, Unknown):
            return whole
        if not isinstance(whole, (list, dict)):
            raise EvaluationError("only lists, sets and maps can be looped over")
        rest = whole.rest if isinstance(whole, PartialMap) else None
        steps: list[tuple[Scope, Unknown | None]] = []
        for key, value in _pairs(whole):
            if not scope.budget.spend():
                return Unknown("the loop is too large to evaluate")
            inner = Inner(scope, {names[0]: key, names[1]: value} if len(names) > 1 else {names[0]: value})
            kept = settled(keep(inner)) if keep is not None else True
            if isinstance(kept, Unknown):
                steps.append((inner, kept))
            elif boolean(kept):
                steps.append((inner, None))
        return collect(steps, rest)

    return run


def _pairs(whole: list[object] | dict[str, object]) -> list[tuple[object, object]]:
    if isinstance(whole, dict):
        return [(key, whole[key]) for key in sorted(whole)]
    if isinstance(whole, TerraformSet):
        return [(item, item) for item in whole]
    return list(enumerate(whole))


def _collect_list(result: Compiled) -> Callable[[list[tuple[Scope, Unknown | None]], Unknown | None], object]:
    def collect(steps: list[tuple[Scope, Unknown | None]], rest: Unknown | None) -> object:
        if rest is not None:
            return rest
        for _, doubt in steps:
            if doubt is not None:
                return doubt
        return [settled(result(scope)) for scope, _ in steps]

    return collect


def _collect_map(
    key: Compiled, value: Compiled, *, grouped: bool
) -> Callable[[list[tuple[Scope, Unknown | None]], Unknown | None], object]:
    def collect(steps: list[tuple[Scope, Unknown | None]], rest: Unknown | None) -> object:
        built: dict[str, object] = {}
        for scope, doubt in steps:
            name = settled(key(scope))
            if doubt is not None or isinstance(name, Unknown):
                rest = doubt if doubt is not None else name if isinstance(name, Unknown) else rest
                continue
            made, label = settled(value(scope)), string(name)
            if grouped:
                group = built.setdefault(label, [])
                if isinstance(group, list):
                    group.append(made)
            elif label in built:
                raise EvaluationError(f"two elements have the key {label!r}")
            else:
                built[label] = made
        return built if rest is None else PartialMap(built, rest)

    return collect


def _call(node: Node, source: bytes) -> Compiled:
    name = text(node.children[0], source)
    arguments = next((child for child in node.children if child.type == "function_arguments"), None)
    children = parts(arguments) if arguments is not None else []
    compiled = [compile_node(child, source) for child in children if child.type == "expression"]
    return compile_call(name, compiled, expand=any(child.type == "ellipsis" for child in children))


def _template(node: Node, source: bytes) -> Compiled:
    return compile_template(parts(node)[0], source, compile_node)


_COMPILERS: dict[str, Callable[[Node, bytes], Compiled]] = {
    "expression": _expression,
    "literal_value": _literal,
    "string_lit": lambda node, source: _constant(string_literal(node, source)),
    "variable_expr": _variable,
    "template_expr": _template,
    "collection_value": _inner,
    "tuple": _tuple,
    "object": _object,
    "operation": _operation,
    "conditional": _conditional,
    "for_expr": _for,
    "function_call": _call,
}
