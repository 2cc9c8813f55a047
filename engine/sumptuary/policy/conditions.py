"""Conditions in CEL, with a third answer: not known, where the values that would decide are not.

Unknown values are left out of what CEL is given, so that reading one is an error that ``&&`` and ``||`` absorb; uses
that would not notice (``has``, ``size``, a comparison of a whole map) are replaced by such an error. What then still
comes out is decided, whatever the unknown values may turn out to be.
"""

from __future__ import annotations

from sumptuary.errors import SumptuaryError
from sumptuary.policy.activation import EACH, change_value, known_part, normalised, resource_value
from sumptuary.policy.cel_functions import CURRENT
from sumptuary.policy.cel_growth import MOST, grows_beyond
from sumptuary.policy.cel_language import HINT, NUMBERS, SUBJECTS, TEXT, TRUTH, SyntaxProblem, compiled, environment
from sumptuary.policy.cel_paths import nameless, nulls_of, shape_of, state, with_nulls, words_of
from sumptuary.policy.cel_tree import Step, Tree
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sumptuary.model import Resource
    from sumptuary.rule import Context

__all__ = [
    "HINT", "NUMBERS", "TEXT", "TRUTH", "Asked", "Condition", "ConditionError", "Expression", "SyntaxProblem",
    "mistakes",
]  # fmt: skip


class ConditionError(SumptuaryError):
    """A condition reads what is not there, or mistakes its type: it needs ``has()`` or another comparison."""


class Asked:
    """What an expression is asked about: values of ``resource``, ``group`` and ``change``, converted once.

    Several expressions of one policy may share it.
    """

    __slots__ = ("_activation", "_variables", "values")

    def __init__(self, values: dict[str, object], parameters: dict[str, object], stage: str) -> None:
        self.values = values
        self._variables: dict[str, object] = {"parameters": normalised(parameters), "stage": stage}
        self._activation: Any = None

    def activation(self) -> Any:
        """What CEL is given: all that is known."""
        if self._activation is None:
            known = {name: known_part(value) for name, value in self.values.items() if not isinstance(value, Unknown)}
            if CURRENT.now is not None:
                known["now"] = CURRENT.now
            self._activation = environment().Activation({**known, **self._variables})
        return self._activation


class Expression:
    """A compiled expression whose value may not be known."""

    __slots__ = ("_programs", "_tree", "text", "uses")

    def __init__(self, text: str, gives: tuple[str, ...] = TRUTH) -> None:
        """Compile.

        Raises:
            SumptuaryError: CEL is not installed, or the text is no such expression.
        """
        try:
            program = compiled(text, gives)
        except ExceptionGroup as group:
            raise SumptuaryError(f"{text!r} is not a condition: {group.exceptions[0]}") from group
        self.text = text
        self._tree = Tree.of(program.serialize())
        self._programs: dict[frozenset[int], Any] = {frozenset(): program}
        self.uses = tuple(use for use in self._tree.uses if use.path[0] in SUBJECTS)

    def value(self, asked: Asked) -> object:
        """The value, or ``Unknown``.

        Raises:
            ConditionError: it reads a path that is absent, or compares what cannot be compared, and no unknown value
                could change that.
        """
        blocked: list[int] = []
        reason: Unknown | None = None
        for use in self.uses:
            unknown, hidden = state(asked.values.get(str(use.path[0])), use)
            if unknown is not None:
                reason = reason if reason is not None else unknown
                if hidden:
                    blocked.append(use.node)
        CURRENT.unknown = None
        try:
            result = self._program(frozenset(blocked)).eval(asked.activation())
        except RuntimeError as error:  # the bound on its work; CEL has no other
            text = f"the condition goes through more items than the 10,000 that CEL allows ({self.shown})"
            raise ConditionError(text) from error
        if str(result.type()) != "ERROR":
            return result.plain_value()
        reason = reason if reason is not None else CURRENT.unknown
        if reason is not None:
            return reason
        raise ConditionError(f"the condition cannot be evaluated: {_explained(str(result.value()))} ({self.shown})")

    @property
    def shown(self) -> str:
        """The text on one line."""
        return " ".join(self.text.split())

    def reads(self, subject: str) -> set[Step]:
        """The first steps below a variable that are read; ``*`` where it is used as a whole."""
        return {use.path[1] if len(use.path) > 1 else "*" for use in self.uses if use.path[0] == subject}

    def _program(self, blocked: frozenset[int]) -> Any:
        """The program with these nodes replaced by an error; made once."""
        if blocked not in self._programs:
            self._programs[blocked] = environment().deserialize(self._tree.without(blocked))
        return self._programs[blocked]


class Condition(Expression):
    """A compiled condition with its policy's parameters and the stage it is asked in."""

    __slots__ = ("_nulls", "_parameters", "_shape", "_stage", "_with_change")

    def __init__(self, text: str, parameters: dict[str, object], stage: str = "ci") -> None:
        """Compile.

        Raises:
            SumptuaryError: CEL is not installed, or the text is not a condition.
        """
        super().__init__(text)
        self._parameters, self._stage = parameters, stage
        self._shape, self._nulls = shape_of(self.uses, "resource"), nulls_of(self.uses, "resource")
        self._with_change = bool(self.reads("change"))

    def begin(self, context: Context) -> None:
        """Take over the clock and the prices of a run."""
        CURRENT.of(context)

    def decide(self, resource: Resource) -> bool | Unknown:
        """Whether the condition holds for a resource.

        Raises:
            ConditionError: it reads a path that is absent, or compares what cannot be compared, and no unknown value
                could change that.
        """
        values: dict[str, object] = {"resource": with_nulls(resource_value(resource, self._shape), self._nulls)}
        if self._with_change and resource.kind == "change.set":
            values["change"] = change_value(resource)
        return self.decided(Asked(values, self._parameters, self._stage))

    def decide_value(self, value: dict[str, object]) -> bool | Unknown:
        """The same for a resource in the form of ``activation.resource_value``."""
        return self.decided(Asked({"resource": value}, self._parameters, self._stage))

    def decided(self, asked: Asked) -> bool | Unknown:
        """The same for what is asked about."""
        answer = self.value(asked)
        if isinstance(answer, (bool, Unknown)):
            return answer
        raise ConditionError(f"the condition is neither true nor false, but {answer!r} ({self.shown})")


def mistakes(
    text: str,
    parameters: Sequence[str],
    *,
    subject: str = "resource",
    grouped: Sequence[str] = (),
    gives: tuple[str, ...] = TRUTH,
) -> list[SyntaxProblem]:
    """Everything wrong with an expression's text: what does not compile, and paths that name nothing.

    ``subject`` is what it is asked about; ``grouped`` the names of the fields that make a group.

    Raises:
        SumptuaryError: CEL is not installed.
    """
    try:
        program = compiled(text, gives)
    except ExceptionGroup as group:
        return [problem for problem in group.exceptions if isinstance(problem, SyntaxProblem)]
    tree = Tree.of(program.serialize())
    if grows_beyond(tree.expression):
        return [SyntaxProblem(f"it may make a text or a list more than {MOST:,} times as large: add up in fewer steps")]
    uses = tree.uses
    found = nameless(text, uses, words_of(subject, parameters, grouped))
    for root in dict.fromkeys(str(use.path[0]) for use in uses):
        if root in SUBJECTS and (root == "group") != (subject == "group"):
            at = max(text.find(root), 0)
            has = "the template has over, so there is group" if subject == "group" else "over makes a template have one"
            row, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
            found.append(SyntaxProblem(f"there is no {root} here: {has}", row, column))
    return found


def _explained(answer: str) -> str:
    """CEL's run-time error in words."""
    _, marker, key = answer.partition("Key not found in map : ")
    if marker:
        return f"{key.strip().strip(chr(34))!r} is absent; test it with has()"
    _, marker, name = answer.partition('No value with name "')
    if marker:
        return f"there is no {name.partition(chr(34))[0]} here"
    return answer.partition(": ")[2] or answer


GROUPED = ("group", "resources", EACH)
"""The path of each resource of a group."""
