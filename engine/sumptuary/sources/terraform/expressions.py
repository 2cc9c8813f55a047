"""Evaluates expressions: each is read and compiled to a closure once, on first use, and then called."""

from __future__ import annotations

from sumptuary.sources.terraform import nodes, operators
from sumptuary.sources.terraform.conversion import named, normalised, to_set, to_string, unified
from sumptuary.sources.terraform.grammar import Reader, ReadError
from sumptuary.sources.terraform.lazy import Lazy, TerraformSet, settled
from sumptuary.sources.terraform.nodes import Node, children
from sumptuary.sources.terraform.scope import (
    LARGEST_COLLECTION,
    LARGEST_STRING,
    EvaluationError,
    Inner,
    TooLargeError,
)
from sumptuary.values import ABSENT, Absent, PartialMap, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sumptuary.sources.terraform.scope import Scope

    Compiled = Callable[[Scope], object]

FAULT = "the expression cannot be evaluated, by a fault of this program"

_NOTHING_YET = Unknown("the loop has no elements")
_ITEM = "*"
"""The name under which a splat's element is in scope; no identifier can be spelt so."""


class Expression:
    """An expression of a file: its place, and its value in any scope.

    ``line`` and ``column`` count from 1. The text is read when it is first needed.
    """

    __slots__ = ("_compiled", "_node", "_problem", "_text", "column", "line")

    def __init__(self, text: str | bytes, line: int = 1, column: int = 1, problem: str = "") -> None:
        self._text = text
        self._node: Node | None = None
        self._compiled: Compiled | None = None
        self._problem = problem
        self.line = line
        self.column = column

    @classmethod
    def of(cls, node: Node, line: int = 1, column: int = 1) -> Expression:
        """An expression that was read elsewhere."""
        made = cls("", line, column)
        made._node = node
        return made

    @property
    def text(self) -> str:
        """The expression as it is written."""
        text = self._text
        return text if isinstance(text, str) else text.decode("utf-8", "replace")

    def node(self) -> Node:
        """The expression's parts. Raises ReadError when the text is not an expression."""
        if self._node is None:
            if self._problem:
                raise ReadError(self._problem, 0)
            self._node = Reader(self.text.lstrip("\ufeff")).whole()
        return self._node

    def evaluate(self, scope: Scope) -> object:
        """The value in a scope. Never raises: what Terraform would refuse is Unknown with the reason."""
        try:
            if self._compiled is None:
                self._compiled = compile_node(self.node())
            return settled(self._compiled(scope))
        except ReadError as error:
            self._problem = self._problem or error.message
            return Unknown(f"the expression cannot be read: {error.message}")
        except (EvaluationError, TooLargeError) as error:
            return Unknown(str(error))
        except RecursionError:
            return Unknown("the expression is nested too deeply to evaluate")
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            return Unknown(f"{FAULT}: {error!r}")  # one expression must not hide the rest of a configuration

    def references(self) -> frozenset[tuple[str, ...]]:
        """Every traversal in it as a path of names (``("var", "x")``), each to where it stops being static."""
        try:
            return frozenset(_references(self.node(), frozenset()))
        except (ReadError, EvaluationError, TooLargeError, RecursionError):
            return frozenset()

    def traversal(self) -> tuple[str, ...] | None:
        """The path of names when the whole expression is one (``aws.west``), else None."""
        try:
            return _path(self.node())
        except (ReadError, EvaluationError, TooLargeError, RecursionError):
            return None

    def literal(self) -> object:
        """The value when it needs no scope (a number, plain text, true, null), else ABSENT."""
        try:
            node = self.node()
        except (ReadError, EvaluationError, TooLargeError, RecursionError):
            return ABSENT
        return node.value if isinstance(node, nodes.Literal) else ABSENT

    def pairs(self) -> list[tuple[str, Expression]]:
        """The entries of an object with static keys, in order; what is no such object has none."""
        node = self._outermost()
        if not isinstance(node, nodes.Object):
            return []
        found: list[tuple[str, Expression]] = []
        for key, value in node.pairs:
            path = (key.value,) if isinstance(key, nodes.Literal) else _path(key)
            if path is not None and all(isinstance(part, str) for part in path):
                found.append((".".join(str(part) for part in path), Expression.of(value, self.line, self.column)))
        return found

    def elements(self) -> list[Expression]:
        """The elements of a tuple; what is no tuple has none."""
        node = self._outermost()
        if not isinstance(node, nodes.Tuple):
            return []
        return [Expression.of(item, self.line, self.column) for item in node.items]

    def _outermost(self) -> Node | None:
        try:
            return self.node()
        except (ReadError, EvaluationError, TooLargeError, RecursionError):
            return None


def _path(node: Node) -> tuple[str, ...] | None:
    names: list[str] = []
    while isinstance(node, nodes.GetAttribute):
        names.append(node.name)
        node = node.subject
    if not isinstance(node, nodes.Variable):
        return None
    return (node.name, *reversed(names))


def _references(node: Node, bound: frozenset[str]) -> Iterator[tuple[str, ...]]:
    path = _path(node)
    if path is not None:
        if path[0] not in bound:
            yield path
        return
    if isinstance(node, nodes.For):
        yield from _references(node.collection, bound)
        inner = bound | set(node.names)
        for part in (node.key, node.value, node.test):
            if part is not None:
                yield from _references(part, inner)
    elif isinstance(node, nodes.TemplateFor):
        yield from _references(node.collection, bound)
        yield from _references(node.body, bound | set(node.names))
    else:
        for child in children(node):
            yield from _references(child, bound)


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
    return lambda scope: scope.root(_ITEM)


def _get_attribute(node: nodes.GetAttribute) -> Compiled:
    subject, name = compile_node(node.subject), node.name
    label = ".".join(_path(node.subject) or ())

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
    label = ".".join(_path(node.subject) or ())

    def run(scope: Scope) -> object:
        try:
            return operators.get_index(subject(scope), settled(key(scope)))
        except EvaluationError as error:
            raise EvaluationError(f"{label}: {error}" if label else str(error)) from None

    return run


def _splat(node: nodes.Splat) -> Compiled:
    subject, each = compile_node(node.subject), compile_node(node.each)

    def run(scope: Scope) -> object:
        found = operators.splat(subject(scope))
        if isinstance(found, Unknown):
            return found
        scope.budget.spend(len(found))
        made = [settled(each(Inner(scope, {_ITEM: item}))) for item in found]
        return to_set(unified(made)) if isinstance(found, TerraformSet) else made

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
        return lambda scope: operators.logical(operator, left(scope), right(scope))
    if operator == "==":
        return lambda scope: operators.equals(left(scope), right(scope))
    if operator == "!=":

        def differs(scope: Scope) -> object:
            same = operators.equals(left(scope), right(scope))
            return same if isinstance(same, Unknown) else not same

        return differs
    apply = operators.compare if operator in ("<", ">", "<=", ">=") else operators.arithmetic
    return lambda scope: apply(operator, settled(left(scope)), settled(right(scope)))


def _conditional(node: nodes.Conditional) -> Compiled:
    condition, yes, no = compile_node(node.condition), compile_node(node.yes), compile_node(node.no)
    stand_in_yes, stand_in_no = _stand_in(node.yes), _stand_in(node.no)

    def run(scope: Scope) -> object:
        holds = operators.truth(condition(scope))
        if isinstance(holds, Unknown):
            return _undecided(holds, _attempt(yes, scope, None), _attempt(no, scope, None))
        chosen = settled((yes if holds else no)(scope))
        if chosen is None or isinstance(chosen, Unknown):
            return chosen
        other = _attempt(no if holds else yes, scope, stand_in_no if holds else stand_in_yes)
        if other is None or isinstance(other, Unknown):
            return chosen
        return _agreed(chosen, other)

    return run


def _attempt(arm: Compiled, scope: Scope, stand_in: object) -> object:
    """An arm's value, Unknown or a stand-in of its type where it fails: only the arm taken may fail the conditional."""
    try:
        return settled(arm(scope))
    except EvaluationError as error:
        return Unknown(str(error)) if stand_in is None else stand_in


def _stand_in(node: Node) -> object:
    """A value of the type that a part has even where it fails, None where only its value tells the type."""
    while isinstance(node, nodes.Parentheses):
        node = node.inner
    if isinstance(node, nodes.Binary):
        return 0 if node.operator in "+-*/%" else True
    if isinstance(node, nodes.Unary):
        return 0 if node.operator == "-" else True
    return "" if isinstance(node, nodes.Template) else None


def _agreed(chosen: object, other: object) -> object:
    """The chosen arm, converted to the type that both arms share."""
    if type(chosen) is type(other) and isinstance(chosen, (str, bool)):
        return chosen
    if isinstance(chosen, PartialMap) or isinstance(other, PartialMap):
        return chosen
    try:
        return unified([chosen, other])[0]
    except EvaluationError as error:
        raise EvaluationError(
            f"the two sides of a conditional have types that do not fit: {named(chosen)} and {named(other)}"
        ) from error


def _undecided(why: Unknown, yes: object, no: object) -> object:
    """What is certain of a conditional whose condition is not known."""
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


def _tuple(node: nodes.Tuple) -> Compiled:
    items = [compile_node(item) for item in node.items]
    return lambda scope: [settled(item(scope)) for item in items]


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
        if rest is not None:
            return PartialMap(result, rest)
        return result

    return run


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


def _for(node: nodes.For) -> Compiled:
    collection, value = compile_node(node.collection), compile_node(node.value)
    key = compile_node(node.key) if node.key is not None else None
    test = compile_node(node.test) if node.test is not None else None
    names, grouped = node.names, node.grouped

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
        return gathered.tuple() if key is None else gathered.object()

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


def _call(node: nodes.Call) -> Compiled:
    from sumptuary.sources.terraform.functions import bind

    return bind(node.name, [compile_node(argument) for argument in node.arguments], node.expanded)


def _parentheses(node: nodes.Parentheses) -> Compiled:
    return compile_node(node.inner)


def _template(node: nodes.Template) -> Compiled:
    parts = [compile_node(part) for part in node.parts]
    return lambda scope: joined([part(scope) for part in parts])


def joined(values: list[object]) -> object:
    """The values as one text, Unknown when one of them is. Raises EvaluationError for null and collections."""
    texts: list[str] = []
    unknown: Unknown | None = None
    for item in values:
        value = settled(item)
        if isinstance(value, str):
            texts.append(value)
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


def _template_if(node: nodes.TemplateIf) -> Compiled:
    return _conditional(nodes.Conditional(node.condition, node.yes, node.no))


def _template_for(node: nodes.TemplateFor) -> Compiled:
    collection, body, names = compile_node(node.collection), compile_node(node.body), node.names

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
    nodes.Call: _call,
    nodes.Parentheses: _parentheses,
    nodes.Template: _template,
    nodes.TemplateIf: _template_if,
    nodes.TemplateFor: _template_for,
}

__all__ = ["Absent", "Expression", "compile_node", "entries", "joined"]
