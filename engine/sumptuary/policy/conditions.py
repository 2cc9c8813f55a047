"""Conditions in CEL, with a third answer: not known, where the values that would decide are not.

CEL itself runs in cel-expr-python (the extra ``cel``), imported only when a policy has a condition. Unknown values are
left out of what it is given, so that reading one is an error that ``&&`` and ``||`` absorb; uses that would not notice
(``has``, ``size``, a comparison of a whole map) are replaced by such an error. What then still comes out is decided.
"""

from __future__ import annotations

from dataclasses import fields

from sumptuary.errors import SumptuaryError
from sumptuary.model import Compute, Lifetime, Storage, Usage, Workload
from sumptuary.policy.activation import FIELDS, known_part, resource_value
from sumptuary.policy.cel_tree import EACH, Step, Tree, Use
from sumptuary.values import PartialMap, Unknown, first_unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sumptuary.model import Resource

FACETS = {"compute": Compute, "workload": Workload, "lifetime": Lifetime, "usage": Usage, "storage": Storage}
HINT = "conditions need the extra: pip install 'sumptuary[cel]'"


class ConditionError(SumptuaryError):
    """A condition reads what is not there, or mistakes its type: it needs ``has()`` or another comparison."""


class SyntaxProblem(SumptuaryError):  # noqa: N818  # a problem in a document, not an error of the run
    """What is wrong with a condition's text; ``line`` and ``column`` count from 1 within it."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line, self.column = line, column


class Condition:
    """A compiled condition with its policy's parameters and the stage it is asked in."""

    __slots__ = ("_environment", "_fields", "_programs", "_tree", "_variables", "text")

    def __init__(self, text: str, parameters: dict[str, object], stage: str = "ci") -> None:
        """Compile.

        Raises:
            SumptuaryError: CEL is not installed, or the text is not a condition.
        """
        try:
            self._environment, program = _compiled(text)
        except ExceptionGroup as group:
            raise SumptuaryError(f"{text!r} is not a condition: {group.exceptions[0]}") from group
        self.text = text
        self._tree = Tree.of(program.serialize())
        self._programs: dict[frozenset[int], Any] = {frozenset(): program}
        self._variables = {"parameters": parameters, "stage": stage}
        read = {use.path[1] for use in self._tree.uses if use.path[0] == "resource" and len(use.path) > 1}
        whole = any(use.path == ("resource",) for use in self._tree.uses)
        self._fields = FIELDS if whole else tuple(name for name in FIELDS if name in read)

    def decide(self, resource: Resource) -> bool | Unknown:
        """Whether the condition holds for a resource.

        Raises:
            ConditionError: it reads a path that is absent, or compares what cannot be compared, and no unknown value
                could change that.
        """
        return self.decide_value(resource_value(resource, self._fields))

    def decide_value(self, value: dict[str, object]) -> bool | Unknown:
        """The same for a resource in the form of ``activation.resource_value``."""
        blocked: list[int] = []
        reason: Unknown | None = None
        for use in self._tree.uses:
            if use.path[0] != "resource":
                continue
            unknown, hidden = _state(value, use)
            if unknown is not None:
                reason = reason if reason is not None else unknown
                if hidden:
                    blocked.append(use.node)
        program = self._program(frozenset(blocked))
        given = {"resource": known_part(value), **self._variables}
        result = program.eval(self._environment.Activation(given))
        answer = result.value()
        if isinstance(answer, bool):
            return answer
        if reason is not None:
            return reason
        raise ConditionError(f"the condition cannot be evaluated: {_explained(str(answer))} ({self.text.strip()})")

    def _program(self, blocked: frozenset[int]) -> Any:
        """The program with these nodes replaced by an error; made once."""
        if blocked not in self._programs:
            self._programs[blocked] = self._environment.deserialize(self._tree.without(blocked))
        return self._programs[blocked]


def mistakes(text: str, parameters: list[str]) -> list[SyntaxProblem]:
    """Everything wrong with a condition's text: what does not compile, and paths that name nothing.

    Raises:
        SumptuaryError: CEL is not installed.
    """
    try:
        _, program = _compiled(text)
    except ExceptionGroup as group:
        return [problem for problem in group.exceptions if isinstance(problem, SyntaxProblem)]
    known: dict[tuple[str, ...], list[str]] = {
        ("resource",): list(FIELDS),
        ("parameters",): parameters,
        ("resource", "cost"): ["monthly"],
    }
    known |= {("resource", name): [item.name for item in fields(facet)] for name, facet in FACETS.items()}
    found: list[SyntaxProblem] = []
    for use in Tree.of(program.serialize()).uses:
        for depth in (1, 2):
            words = known.get(tuple(str(step) for step in use.path[:depth]))
            if words is not None and len(use.path) > depth and use.path[depth] not in words:
                found.append(_no_such(text, [str(step) for step in use.path[: depth + 1]], words))
    return found


def _no_such(text: str, path: list[str], words: list[str]) -> SyntaxProblem:
    """A path whose last step is not one of the words, at the place where it stands, if that can be found."""
    from difflib import get_close_matches

    close = get_close_matches(path[-1], words, n=1)
    at = max(text.find(".".join(path)), 0)
    message = f"{'.'.join(path)} names nothing" + (f"; did you mean {close[0]!r}?" if close else "")
    return SyntaxProblem(message, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


_kept: list[Any] = []


def _compiled(text: str) -> tuple[Any, Any]:
    """The environment, made once, and the compiled text; raises a group of every ``SyntaxProblem``."""
    from importlib import import_module

    try:
        cel: Any = import_module("cel_expr_python.cel")  # by name, because it ships no types
    except ImportError as error:
        raise SumptuaryError("a policy has a condition (where), and CEL is not installed", hint=HINT) from error
    if not _kept:
        variables = {"resource": cel.Type.DYN, "parameters": cel.Type.DYN, "stage": cel.Type.STRING}
        _kept.append(cel.NewEnv(variables=variables))
    try:
        program = _kept[0].compile(text)
    except RuntimeError as error:
        raise ExceptionGroup("not a condition", _problems(str(error))) from error
    kind = str(program.return_type())
    if "BOOL" not in kind and "DYN" not in kind:
        problem = SyntaxProblem(f"a condition must be true or false, and this is {kind}", 1, 1)
        raise ExceptionGroup("not a condition", [problem])
    return _kept[0], program


def _problems(text: str) -> list[SyntaxProblem]:
    """CEL's message taken apart: ``ERROR: <input>:1:8: undeclared reference to 'x' (in container '')``."""
    found: list[SyntaxProblem] = []
    for line in text.splitlines():
        _, marker, rest = line.partition("ERROR: <input>:")
        if marker:
            row, column, message = rest.split(":", 2)
            message = message.replace(" (in container '')", "").removesuffix("[INVALID_ARGUMENT]").strip()
            found.append(SyntaxProblem(message, int(row), int(column)))
    return found or [SyntaxProblem(text.strip(), 1, 1)]


def _explained(answer: str) -> str:
    """CEL's run-time error in words."""
    _, marker, key = answer.partition("Key not found in map : ")
    if marker:
        return f"{key.strip().strip(chr(34))!r} is absent; test it with has()"
    return answer.partition(": ")[2] or answer


def _state(value: object, use: Use) -> tuple[Unknown | None, bool]:
    """What is not known about a use, and whether CEL would not notice (it must be blocked then)."""
    return _walk(value, use.path[1:], use.mode)


def _walk(value: object, steps: tuple[Step, ...], mode: str) -> tuple[Unknown | None, bool]:
    if isinstance(value, Unknown):
        return value, False
    if not steps:
        return _at_end(value, mode)
    step, rest = steps[0], steps[1:]
    if step == EACH:
        items = value if is_list(value) else []
        found = [_walk(item, rest, mode) for item in items]
        unknown = next((state for state, _ in found if state is not None), None)
        return unknown, any(hidden for _, hidden in found)
    if is_list(value) and isinstance(step, int):
        return _walk(value[step], rest, mode) if 0 <= step < len(value) else (None, False)
    if not is_map(value):
        return None, False
    inner = value.get(step) if isinstance(step, str) else None
    tested = mode == "has" and not rest
    if inner is None:
        return (value.rest, tested) if isinstance(value, PartialMap) else (None, False)
    if tested:
        return (inner, True) if isinstance(inner, Unknown) else (None, False)
    return _walk(inner, rest, mode)


def _at_end(value: object, mode: str) -> tuple[Unknown | None, bool]:
    """A value used as a whole, or by its items."""
    if mode == "range" and isinstance(value, list):
        return None, False
    unknown = first_unknown(value)
    return unknown, unknown is not None
