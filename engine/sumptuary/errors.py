"""One family of errors: what happened, where, and what to do about it."""

from __future__ import annotations


class SumptuaryError(Exception):
    """An error a person can act on. ``place`` is ``file:line:column`` or a resource id; ``hint`` the next step."""

    exit_code = 2

    def __init__(self, message: str, *, place: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        what_next = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{where}{self.message}{what_next}"


class UsageError(SumptuaryError):
    """The call is wrong: an option, a path, a name."""


class ConfigurationError(SumptuaryError):
    """``sumptuary.yaml``, the catalogue overrides or another file of the user's settings is wrong."""


class PolicyError(SumptuaryError):
    """Policy documents are wrong. Holds every problem found, each with its own place."""

    def __init__(self, problems: list[SumptuaryError]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
