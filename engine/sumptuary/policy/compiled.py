"""A policy as the evaluation runs it: validated, resolved, and plain enough to be cached as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sumptuary.model import Place

LEVELS = ("off", "audit", "advisory", "soft-mandatory", "hard-mandatory")
STAGES = ("pre-commit", "ci", "scheduled")
LAYERS = ("built-in", "organization", "team", "repository", "command-line")
"""From the highest down: lower layers may only tighten what those above say, unless they delegate."""
SEVERITIES = ("critical", "high", "medium", "low", "info")


@dataclass(slots=True)
class Enforcement:
    """What a violation does, by stage and environment; the strictest of the two and of a ramp's past steps holds.

    A level given for a stage replaces the default there, one for an environment there; where both are given the
    stricter holds. ``ramp`` is dated steps (ISO date, level), each a floor from its day on, in every stage for which
    no level is given. ``on_unknown`` is ``report`` or ``fail``.
    """

    default: str = "advisory"
    stages: dict[str, str] = field(default_factory=dict[str, str])
    environments: dict[str, str] = field(default_factory=dict[str, str])
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
class WaiverTerms:
    """Who may approve waivers of a policy, and for how long: a duration such as ``90d``."""

    approvers: tuple[str, ...]
    max_duration: str


@dataclass(slots=True)
class Policy:
    """One law. ``kinds`` are expanded (no globs); ``types``, ``providers`` and ``sources`` are globs, empty for all.

    ``environments`` and ``purposes`` are globs of which a leading ``!`` excludes; ``tags`` maps a key to a glob that
    its value must match, or to None where the tag must be absent.
    ``parameters`` are validated JSON with the rule's defaults filled in; ``rule_class`` is ``module:Class`` of the
    rule, so that a cached policy finds its rule without looking through the installed packages. ``where`` is a CEL
    condition, empty for none. ``layer`` is where it is written, of ``LAYERS``;
    ``owner_layer`` the highest below the built-in one that carries it: that one's waivers hold even where it is
    hard-mandatory. ``aliases`` are ids that it had before. Without ``waivers`` nobody may waive it. ``template`` is
    what a run needs of the rule template that the policy uses, None for a rule in Python.
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
    environments: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    tags: dict[str, str | None] = field(default_factory=dict[str, str | None])
    where: str = ""
    message: str = ""
    remediation: str = ""
    fix: dict[str, object] | None = None
    references: tuple[str, ...] = ()
    enforcement: Enforcement = field(default_factory=Enforcement)
    waivers: WaiverTerms | None = None
    place: Place = field(default_factory=lambda: Place("", 0))
    aliases: tuple[str, ...] = ()
    pack: str = ""
    layer: str = "repository"
    owner_layer: str = "repository"
    template: dict[str, object] | None = None


@dataclass(slots=True)
class Template:
    """A rule template for those who ask which there are; what runs is in the policies that use it.

    ``group_by`` is empty for one over single resources. ``condition`` begins with ``deny:`` or ``require:``;
    ``parameters`` is its JSON Schema, ``savings`` its recipe or None.
    """

    id: str
    title: str
    description: str
    kinds: tuple[str, ...]
    group_by: tuple[str, ...]
    condition: str
    parameters: dict[str, object]
    message: str
    remediation: str
    savings: dict[str, object] | None
    references: tuple[str, ...]
    place: Place
    pack: str
    layer: str


@dataclass(slots=True)
class Approval:
    """Leave to spend up to ``amount``, as its document gives it; whether it stands is decided by ``decisions``.

    ``scope`` maps ``team``, ``environment``, ``account`` or ``address`` to a glob. ``per`` is ``run`` or ``month``.
    ``expires`` is an ISO date (it holds to the end of that day, UTC) or date-time. ``plan_digest`` is that of the only
    plan it is for, or empty. ``signatures`` are pairs of an approver and an SSH signature over ``canonical``, the
    document in the form in which it is signed; that is empty where nobody signed.
    """

    id: str
    scope: dict[str, str]
    amount: str
    currency: str
    per: str
    approvers: tuple[str, ...]
    reason: str
    expires: str
    place: Place
    plan_digest: str = ""
    signatures: tuple[tuple[str, str], ...] = ()
    canonical: str = ""


@dataclass(slots=True)
class Waiver:
    """Leave to break a law, as its document gives it; whether it holds is decided by ``decisions``.

    ``policies`` are globs over their ids; ``target`` maps ``address``, ``path``, ``account``, ``region``,
    ``environment`` or ``team`` to a glob. ``granted`` and ``expires`` are ISO dates or date-times.
    ``max_monthly_cost`` is a decimal in USD, empty without a cap; ``layer`` is where it stands, of ``LAYERS``.
    """

    id: str
    policies: tuple[str, ...]
    target: dict[str, str]
    reason: str
    owner: str
    approver: str
    ticket: str
    granted: str
    expires: str
    place: Place
    layer: str = "repository"
    max_monthly_cost: str = ""
    max_matches: int | None = None


@dataclass(slots=True)
class Project:
    """A repository's own settings (``sumptuary.yaml``). Paths are absolute; ``place`` is None without a document.

    ``context`` maps a provider to what its resources are taken to have where they do not say (``region``,
    ``provider``). ``node_types`` maps the types of a cluster's nodes, the preferred first, to how they are
    bought, empty where that is not said. ``facts`` maps a fact to the names of the tags that declare it,
    ``environments`` an environment to the path pattern it is inferred from.
    ``profiles`` maps a policy to the named parameter set that holds here. ``signers`` is the file of the SSH keys that
    may sign approvals, empty for the usual one. ``teams`` maps a team to the path pattern that it is inferred from.
    ``baseline`` is the file of adopted violations, empty for the usual one. ``currency`` is what amounts are shown in,
    as the document says it (``code``, ``rate`` for a US dollar, ``as_of``, ``source``); empty for US dollars.
    """

    name: str = ""
    place: Place | None = None
    context: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    node_types: dict[str, str] = field(default_factory=dict[str, str])
    facts: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    environments: dict[str, str] = field(default_factory=dict[str, str])
    exclude: tuple[str, ...] = ()
    commitments: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    profiles: dict[str, str] = field(default_factory=dict[str, str])
    signers: str = ""
    teams: dict[str, str] = field(default_factory=dict[str, str])
    baseline: str = ""
    currency: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class Laws:
    """Everything the documents of a run say. ``documents`` are the files read; ``notes`` what a reader should know."""

    policies: list[Policy] = field(default_factory=list[Policy])
    approvals: list[Approval] = field(default_factory=list[Approval])
    waivers: list[Waiver] = field(default_factory=list[Waiver])
    project: Project = field(default_factory=Project)
    documents: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    templates: list[Template] = field(default_factory=list[Template])
