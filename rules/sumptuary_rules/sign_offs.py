"""Who has to sign for how much, and whether the approvals at hand are enough."""

from __future__ import annotations

from fnmatch import fnmatchcase

from sumptuary.rule import ApprovalFact, Decimal, Sequence, dataclass, parameter

ANYONE = "an approval"
NO_TEAMS = ("", "all", "(no team)")
"""Words for spend that is no team's, as the engine and the rule write them."""


@dataclass(slots=True, eq=False, repr=False)
class Threshold:
    """Above an amount, so many sign-offs of these are needed."""

    above: str = parameter(doc="From this amount on, a decimal.")
    from_: list[str] = parameter(doc="Who may sign; {{ team }} stands for the team whose spend it is.")
    min: int = parameter(doc="How many of them must.", default=1, tighten="higher")
    signed: bool = parameter(
        doc="Whether only sign-offs count whose SSH signature was verified.",
        default=False,
    )

    def __post_init__(self) -> None:
        if not self.above.replace(".", "", 1).isdecimal():
            raise ValueError(f"above: {self.above!r} is not an amount such as 1000")
        if not 1 <= self.min <= max(1, len(self.from_)):
            raise ValueError(f"min: {self.min} of {len(self.from_)} cannot sign")


def covering(
    approvals: Sequence[ApprovalFact], scope: dict[str, str], per: str, amount: Decimal
) -> tuple[ApprovalFact, ...]:
    """The approvals whose scope and limit cover an amount. A scope names globs; each one it names must match."""
    return tuple(
        approval
        for approval in approvals
        if approval.per == per
        and approval.currency == "USD"
        and approval.amount >= amount
        and all(_is_like(scope.get(name), glob) for name, glob in approval.scope.items())
    )


def _is_like(text: str | None, pattern: str) -> bool:
    """Whether a text matches a glob of ``*`` and ``?``; what is not known of it matches none but ``*``.

    A bracket is a bracket: addresses have them around indices.
    """
    return pattern == "*" if text is None else fnmatchcase(text, pattern.replace("[", "[[]"))


def missing(thresholds: Sequence[Threshold], covers: Sequence[ApprovalFact], amount: Decimal, team: str) -> list[str]:
    """The sign-offs that are still needed, as phrases; none when the approvals are enough."""
    if not thresholds:
        return [] if covers else [ANYONE]
    approved = {name for approval in covers for name in approval.approvers}
    signed = {name for approval in covers for name in approval.signed}
    lacking: list[str] = []
    for threshold in thresholds:
        if amount <= Decimal(threshold.above):
            continue
        wanted = _names(threshold.from_, team)
        given = signed if threshold.signed else approved
        short = threshold.min - len(given.intersection(wanted))
        if short > 0:
            names = [name for name in wanted if name not in given]
            who = names[0] if len(names) == 1 else f"{short} of {', '.join(names)}"
            lacking.append(f"{who}, signed" if threshold.signed else who)
    return lacking if lacking or covers else [ANYONE]


def _names(patterns: Sequence[str], team: str) -> list[str]:
    """Who may sign; those of a team only where there is one."""
    nobody = team in NO_TEAMS
    found = [pattern.replace("{{team}}", "{{ team }}") for pattern in patterns]
    return [pattern.replace("{{ team }}", team) for pattern in found if not (nobody and "{{ team }}" in pattern)]
