"""Evaluates expressions: each is read and compiled to a closure once, on first use, and then called."""

from __future__ import annotations

from sumptuary.sources.terraform import nodes
from sumptuary.sources.terraform.compiling import compile_node
from sumptuary.sources.terraform.cursor import ReadError
from sumptuary.sources.terraform.grammar import Reader
from sumptuary.sources.terraform.lazy import settled
from sumptuary.sources.terraform.nodes import Node, children, path_of
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError
from sumptuary.values import ABSENT, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sumptuary.sources.terraform.scope import Scope

    Compiled = Callable[[Scope], object]

FAULT = "the expression cannot be evaluated, by a fault of this program"


class Expression:
    """An expression of a file: its place, and its value in any scope.

    ``line`` and ``column`` count from 1, the column in characters. ``text`` is the expression as it is written; it is
    read when it is first needed.
    """

    __slots__ = ("_compiled", "_node", "_problem", "column", "line", "text")

    def __init__(self, text: str, line: int = 1, column: int = 1, problem: str = "") -> None:
        self.text = text
        self._node: Node | None = None
        self._compiled: Compiled | None = None
        self._problem = problem
        self.line = line
        self.column = column

    @classmethod
    def of(cls, node: Node, line: int = 1, column: int = 1, text: str = "") -> Expression:
        """An expression that was read elsewhere."""
        made = cls(text, line, column)
        made._node = node
        return made

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
            return path_of(self.node())
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
            path = (key.value,) if isinstance(key, nodes.Literal) else path_of(key)
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


def _references(node: Node, bound: frozenset[str]) -> Iterator[tuple[str, ...]]:
    path = path_of(node)
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
