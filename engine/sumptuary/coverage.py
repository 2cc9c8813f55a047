"""The ledger of what was and was not judged, so that silence never reads as health."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, frozen=True)
class FileFailure:
    """A file, or a part of one, that could not be read. ``line`` is 0 where no line is known."""

    path: str
    line: int
    message: str


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Gap:
    """A part of a live account that could not be read, so that nobody knows what is in it.

    ``finds`` are the types that might be there, each with its kind; ``inputs`` the inputs of rules that are not whole
    for want of it. ``reason`` is a phrase ("ec2.instances in eu-west-1 was denied: nobody knows what runs there").
    """

    collector: str
    provider: str
    account: str
    region: str
    finds: tuple[tuple[str, str], ...]
    reason: str
    inputs: tuple[str, ...] = ()


@dataclass(slots=True, frozen=True)
class Pointer:
    """A comment that points to a waiver: where it stands, the line of code that it is about, and the id it names."""

    path: str
    line: int
    about: int
    waiver: str


@dataclass(slots=True, eq=False, repr=False)
class Coverage:
    """Counts and names, filled by sources and by the evaluation.

    ``unresolved_modules`` names module calls whose source is not here (``module.eks (terraform-aws-modules/eks/aws)``).
    ``notes`` are things a reader should know that make nothing incomplete. ``skipped`` counts, per policy and reason,
    what was not judged because an input was not given; ``passed_over`` has the addresses, of policies that judge one
    resource at a time, and has nothing of a policy that may have left more than those unjudged. ``collectors`` has a
    row for each part of a live account, and ``gaps`` what of it could not be read. ``plans`` maps the path of each plan
    that was read to the digest of its bytes, ``pointers`` are the comments in files that point to waivers.
    """

    files_seen: int = 0
    files_read: int = 0
    failures: list[FileFailure] = field(default_factory=list[FileFailure])
    evaluated: int = 0
    unmapped: dict[str, int] = field(default_factory=dict[str, int])
    modules_resolved: int = 0
    unresolved_modules: list[str] = field(default_factory=list[str])
    collectors: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    prices: dict[str, int] = field(default_factory=lambda: {"exact": 0, "estimated": 0, "unknown": 0})
    skipped: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    passed_over: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    notes: list[str] = field(default_factory=list[str])
    gaps: list[Gap] = field(default_factory=list[Gap])
    plans: dict[str, str] = field(default_factory=dict[str, str])
    pointers: list[Pointer] = field(default_factory=list[Pointer])

    def fail(self, path: str, line: int, message: str) -> None:
        """Record that a file, or a part of it, could not be read."""
        failure = FileFailure(path, line, message)
        if failure not in self.failures:
            self.failures.append(failure)

    def skip(self, policy: str, reason: str, address: str = "") -> None:
        """Count a resource that a policy did not judge for want of an input. ``address`` is its own, where the policy
        judges each resource for itself."""
        reasons = self.skipped.setdefault(policy, {})
        reasons[reason] = reasons.get(reason, 0) + 1
        if address:
            self.passed_over.setdefault(policy, set()).add(address)

    def note(self, text: str) -> None:
        """Record something worth knowing, once."""
        if text not in self.notes:
            self.notes.append(text)

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for could be read."""
        return not self.failures and all(row.get("status") == "ok" for row in self.collectors)
