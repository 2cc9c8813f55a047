"""CEL as documents write it: its variables and functions, compiling, and what is wrong with a text, in its place.

CEL itself runs in cel-expr-python (the extra ``cel``), imported only when a policy or a template has an expression.
"""

from __future__ import annotations

from sumptuary.errors import SumptuaryError
from sumptuary.policy.cel_functions import FUNCTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HINT = "conditions need the extra: pip install 'sumptuary[cel]'"
SUBJECTS = ("resource", "group", "change")
"""The variables whose values may not be known: what an expression is asked about."""

NUMBERS = ("INT", "UINT", "DOUBLE", "DYN")
TRUTH = ("BOOL", "DYN")
TEXT = ("STRING", "DYN")


class SyntaxProblem(SumptuaryError):  # noqa: N818  # a problem in a document, not an error of the run
    """What is wrong with an expression's text; ``line`` and ``column`` count from 1 within it."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line, self.column = line, column


_WANTED: dict[tuple[str, ...], str] = {
    TRUTH: "a condition must be true or false",
    NUMBERS: "it must be a number",
    TEXT: "it must be text",
}
_kept: list[Any] = []


def environment() -> Any:
    """The environment that all expressions share, made once.

    Raises:
        SumptuaryError: CEL is not installed.
    """
    if not _kept:
        from importlib import import_module

        try:
            cel: Any = import_module("cel_expr_python.cel")  # by name, because it ships no types
        except ImportError as error:
            raise SumptuaryError("a policy has a condition (where), and CEL is not installed", hint=HINT) from error
        kinds = cel.Type
        variables = dict.fromkeys((*SUBJECTS, "parameters"), kinds.DYN)
        variables |= {"stage": kinds.STRING, "now": kinds.TIMESTAMP}
        declared = [
            cel.FunctionDecl(name, [cel.Overload(name, getattr(kinds, gives), [getattr(kinds, one) for one in takes])])
            for name, (_, gives, takes) in FUNCTIONS.items()
        ]
        implemented = {name: function for name, (function, _, _) in FUNCTIONS.items()}
        _kept.append(cel.NewEnv(variables=variables, functions=declared, function_impls=implemented))
    return _kept[0]


def compiled(text: str, gives: tuple[str, ...] = TRUTH) -> Any:
    """A compiled text; ``gives`` are the types that it may come to.

    Raises:
        SumptuaryError: CEL is not installed.
        ExceptionGroup: of every ``SyntaxProblem``.
    """
    made = environment()
    try:
        program = made.compile(text)
    except RuntimeError as error:
        raise ExceptionGroup("not an expression", _problems(str(error))) from error
    kind = str(program.return_type())
    if kind not in gives:
        raise ExceptionGroup("not an expression", [SyntaxProblem(f"{_WANTED[gives]}, and this is {kind}")])
    return program


def _problems(text: str) -> list[SyntaxProblem]:
    """CEL's message taken apart: ``ERROR: <input>:1:8: undeclared reference to 'x' (in container '')``."""
    found: list[SyntaxProblem] = []
    for line in text.splitlines():
        _, marker, rest = line.partition("ERROR: <input>:")
        if marker:
            row, column, message = rest.split(":", 2)
            message = message.replace(" (in container '')", "").removesuffix("[INVALID_ARGUMENT]").strip()
            found.append(SyntaxProblem(message, int(row), int(column)))
    return found or [SyntaxProblem(text.strip())]


def matches(pattern: str, text: str) -> bool:
    """Whether a regular expression is found in a text, in linear time: CEL's own (RE2).

    Raises:
        ValueError: it is no regular expression of that language.
    """
    if len(_kept) < 2:
        _kept.append(environment().compile("parameters.text.matches(parameters.pattern)"))
    answer = _kept[1].eval(environment().Activation({"parameters": {"text": text, "pattern": pattern}})).value()
    if isinstance(answer, bool):
        return answer
    raise ValueError(str(answer).partition(": ")[2] or str(answer))
