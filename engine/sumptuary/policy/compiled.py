"""A policy as the evaluation runs it: validated, resolved, and plain enough to be cached as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sumptuary.model import Place

LEVELS = ("off", "audit", "advisory", "soft-mandatory", "hard-mandatory")
STAGES = ("pre-commit", "ci", "scheduled")
SEVERITIES = ("critical", "high", "medium", "low", "info")


@dataclass(slots=True, frozen=True)
class Enforcement:
    """What a violation does, by stage and environment; the strictest of the two and of a ramp's past steps holds.

    A level given for a stage replaces the default there, one for an environment there; where both are given the
    stricter holds. ``ramp`` is dated steps (ISO date, level), each a floor from its day on, in every stage for which
    no level is given. ``on_unknown`` is ``report`` or ``fail``.
    """

    default: str = "advisory"
    stages: dict[str, str] = field(default_factory=dict)
    environments: dict[str, str] = field(default_factory=dict)
    ramp: tuple[tuple[str, str], ...] = ()
    new_only: bool = False
    on_unknown: str = "report"

    def level(self, stage: str, environment: str, now: datetime) -> str:
        """The level that holds for a resource of this environment in this stage now."""
        given = [level for level in (self.stages.get(stage), self.environments.get(environment)) if level]
        level = max(given, key=LEVELS.index) if given else self.default
        if stage in self.stages:
            return level
        past = [step for day, step in self.ramp if day <= now.date().isoformat()]
        return max([level, *past], key=LEVELS.index)

    def coming(self, stage: str, now: datetime) -> str:
        """What the next ramp step will do ("hard-mandatory from 2027-01-15 (55 days)"), or empty."""
        if stage in self.stages:
            return ""
        for day, step in sorted(self.ramp):
            if day > now.date().isoformat():
                days = (datetime.fromisoformat(day).date() - now.date()).days
                return f"{step} from {day} ({days} day{'s' if days != 1 else ''})"
        return ""


@dataclass(slots=True)
class Policy:
    """One law. ``kinds`` are expanded (no globs); ``types``, ``providers`` and ``sources`` are globs, empty for all.

    ``parameters`` are validated JSON with the rule's defaults filled in; ``rule_class`` is ``module:Class`` of the
    rule, so that a cached policy finds its rule without looking through the installed packages. ``where`` is a CEL
    condition, empty for none.
    """

    id: str
    version: str
    title: str
    severity: str
    category: str
    owner: str
    description: str
    rule: str
    rule_class: str
    parameters: dict[str, object]
    kinds: tuple[str, ...]
    types: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    where: str = ""
    message: str = ""
    remediation: str = ""
    fix: dict[str, object] | None = None
    references: tuple[str, ...] = ()
    enforcement: Enforcement = field(default_factory=Enforcement)
    place: Place = field(default_factory=lambda: Place("", 0))
    pack: str = ""
