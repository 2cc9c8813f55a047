"""The page of a policy: what it flags and why that costs, how it is enforced and waived, and its tests as a table."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from sumptuary.policy.compiled import LEVELS, STAGES
from sumptuary.reference import changing, fields
from sumptuary.reference.rules import FLAGS, SAVING
from sumptuary.reference.setting import bullets, document, file_name, page, prose, section, table, value, words
from sumptuary.reports.markup import code, link

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sumptuary.policy import documents
    from sumptuary.policy.compiled import Enforcement, Policy
    from sumptuary.policy.documents.policies import Case, Fix, PolicySpec

MEANING = {
    "off": "not judged",
    "audit": "recorded only",
    "advisory": "shown",
    "soft-mandatory": "fails the run unless a waiver or an approval covers it",
    "hard-mandatory": "fails the run",
}
"""What a violation does at each level."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

_SAFETY = {
    "safe": "The change can be made without being looked at.",
    "suggest": "The change is suggested; look at it before it is made.",
    "manual": "A person has to do it.",
}
_BEFORE = datetime(1, 1, 1)  # noqa: DTZ001  # before any ramp: only its date is read


@dataclass(slots=True, eq=False, repr=False)
class Subject:
    """A policy to write of: as it holds, as its document says, and where that stands in its pack.

    ``flags`` and ``saving`` are what its rule's page says of that. ``changes`` are the fields that layers below have
    changed.
    """

    policy: Policy
    model: documents.Policy
    file: str
    schema: Mapping[str, object] = field(default_factory=dict[str, object])
    flags: str = ""
    saving: str = ""
    changes: Sequence[changing.Change] = ()


def page_of_policy(subject: Subject) -> str:
    """The page of a policy."""
    policy, spec = subject.policy, subject.model.spec
    return page(
        f"{code(policy.id)}: {prose(policy.title)}",
        _facts(subject),
        section("Why it costs", prose(policy.description)),
        section(FLAGS, subject.flags, "It is about:", bullets(_selection(policy)), _said(policy)),
        *_examples(spec),
        section("What mends it", prose(policy.remediation), _fix(spec.fix)),
        section("Parameters", _parameters(subject)),
        section("Profiles", _profiles(subject)),
        section(changing.TITLE, changing.told(subject.changes)),
        section("What a violation does", enforcement(policy.enforcement), _beside(policy.enforcement)),
        section("Who may waive it", _waivers(policy)),
        section(SAVING, subject.saving),
        section("References", bullets(link(one) for one in policy.references)),
        section("Tests", _tests(spec)),
    )


def enforcement(given: Enforcement) -> str:
    """A table of the levels by stage, with a column for each environment that has one of its own."""
    places = ["", *given.environments]
    header = ["stage", "everywhere" if len(places) == 1 else "elsewhere", *(f"in {code(one)}" for one in places[1:])]
    rows = [(code(stage), *(_levels(given, stage, place) for place in places)) for stage in STAGES]
    return table(header, rows)


def _levels(given: Enforcement, stage: str, environment: str) -> str:
    """The level that holds, and from which day on another does."""
    level = given.level(stage, environment, _BEFORE)
    said = [code(level)]
    for day, _ in sorted(given.ramp):
        then = given.level(stage, environment, datetime.fromisoformat(day))
        if then != level:
            said.append(f"{code(then)} from {day}")
            level = then
    return ", ".join(said)


def _beside(given: Enforcement) -> str:
    used = [level for level in LEVELS if level in _all_levels(given)]
    levels = "; ".join(f"{code(level)}: {MEANING[level]}" for level in used)
    unknown = "counts as a violation" if given.on_unknown == "fail" else "is shown and counted, and blocks nothing"
    new = " Only what is new or dearer than its base counts." if given.new_only else ""
    return f"{levels}. What cannot be known {unknown}.{new}"


def _all_levels(given: Enforcement) -> set[str]:
    return {given.default, *given.stages.values(), *given.environments.values(), *(level for _, level in given.ramp)}


def _facts(subject: Subject) -> str:
    policy = subject.policy
    rows = [
        ("severity", policy.severity),
        ("category", code(policy.category)),
        ("owner", code(policy.owner)),
        ("version", code(policy.version)),
        ("rule", f"[{code(policy.rule)}](../rules/{file_name(policy.rule)})"),
        ("layer", f"{policy.layer}{f', pack {code(policy.pack)}' if named(policy.pack) else ''}"),
        ("written in", code(subject.file)),
    ]
    if subject.changes:
        rows.append(("in force", changing.short(subject.changes)))
    if aliases := subject.model.metadata.aliases:
        rows.append(("earlier ids", words(aliases)))
    return table(("", ""), rows)


def _selection(policy: Policy) -> Iterator[str]:
    yield f"kinds: {words(globbed(policy.kinds))}"
    for name in ("types", "providers", "sources", "environments", "purposes"):
        if given := getattr(policy, name):
            yield f"{name}: {words(given)}{', where ! excludes' if any(one.startswith('!') for one in given) else ''}"
    for key, wanted in policy.tags.items():
        yield f"tag {code(key)}: {'absent' if wanted is None else code(wanted)}"
    if policy.where:
        yield f"condition: {code(policy.where, 4000)}"


def globbed(kinds: tuple[str, ...]) -> list[str]:
    """Kinds as short as they can be said: ``ml.*`` for all that begin so."""
    from sumptuary.kinds import KINDS

    said: dict[str, None] = {}
    for kind in kinds:
        family = f"{kind.partition('.')[0]}."
        all_of_it = [one for one in KINDS if one.startswith(family)]
        said[f"{family}*" if len(all_of_it) > 1 and set(all_of_it) <= set(kinds) else kind] = None
    return list(said)


def _said(policy: Policy) -> str:
    return f"The finding says {code(policy.message, 1000)}." if policy.message else ""


def _examples(spec: PolicySpec) -> Iterator[str]:
    """The first test that fails and the first that passes: they are run with the policy's tests."""
    for heading, verdict in (("Bad", "fail"), ("Good", "pass")):
        case = next((case for case in spec.tests if case.expect == verdict), None)
        if case is not None:
            said = f"; the finding speaks of {code(case.message, 600)}" if case.message and verdict == "fail" else ""
            yield section(heading, f"As its tests give it, {prose(case.name)}{said}:", document(case.given))


def _fix(fix: Fix | None) -> str:
    if fix is None:
        return ""
    steps = [
        f"Terraform: {code(one.op)} {code(one.attribute)}{f' {value(one.value)}' if one.value is not None else ''}"
        f"{f' on {words(one.types)}' if one.types else ''}{f', preferably {code(one.prefer)}' if one.prefer else ''}"
        for one in fix.terraform
    ]
    steps += [
        f"Kubernetes: {code(one.op)} {code(one.path)}{f' {value(one.value)}' if one.value is not None else ''}"
        for one in fix.kubernetes
    ]
    said = " ".join(filter(None, (prose(fix.advice), _SAFETY[fix.safety])))
    return "\n\n".join(filter(None, (said, bullets(steps))))


def _parameters(subject: Subject) -> str:
    """What the policy sets, what each means, and which way a lower layer may move it."""
    meanings = {row.name: row for row in fields.rows_of(subject.schema)}
    rows: list[list[str]] = []
    left_out = set[str]()
    for name, given in subject.policy.parameters.items():
        row = meanings.get(name)
        if given is None or (row is not None and given == row.default and name not in subject.model.spec.parameters):
            left_out.add(name)
            continue
        meaning = row.meaning_cell() if row is not None else ""
        tighter = fields.TIGHTER.get(row.tighten, "") if row is not None else ""
        rows.append([code(name), value(given), meaning, tighter])
    header = ["parameter", "here", "meaning", "a lower layer may"]
    others = {name for name in meanings if "." not in name} - {*subject.policy.parameters} or left_out
    rule = f"[the rule](../rules/{file_name(subject.policy.rule)}#parameters)"
    rest = (
        f"The others are as {rule} has them."
        if others
        else f"Their types and defaults are with {rule}."
        if rows
        else ""
    )
    return "\n\n".join(filter(None, (table(header, rows), rest)))


def named(pack: str) -> str:
    """The name of a pack, or nothing where it goes by a path, which differs from machine to machine."""
    return pack if _NAME.fullmatch(pack) else ""


def _profiles(subject: Subject) -> str:
    rows = [
        (code(name), ", ".join(f"{code(key)}: {value(given)}" for key, given in values.items()))
        for name, values in subject.model.spec.profiles.items()
    ]
    said = "A project chooses one by its name, under `profiles` of `sumptuary.yaml`." if rows else ""
    return "\n\n".join(filter(None, (said, table(("profile", "sets"), rows))))


def _waivers(policy: Policy) -> str:
    if policy.waivers is None:
        return "Nobody: it names no approvers."
    return f"{words(policy.waivers.approvers)}, for at most {code(policy.waivers.max_duration)} each time."


def _tests(spec: PolicySpec) -> str:
    rows = [(prose(one.name), value(one.given), _circumstances(one), _expected(one)) for one in spec.tests]
    if any(row[2] for row in rows):
        return table(("case", "given", "with", "expected"), rows)
    return table(("case", "given", "expected"), [(row[0], row[1], row[3]) for row in rows]) or "It has none."


def _circumstances(case: Case) -> str:
    """What a case sets beside its resources."""
    said = [f"stage {code(case.stage)}"] if case.stage != "ci" else []
    said += [f"profile {code(case.profile)}"] if case.profile else []
    said += (
        [f"the clock at {code(case.now.isoformat().removesuffix('T00:00:00+00:00'))}"] if case.now is not None else []
    )
    if case.inputs is not None:
        said.append(f"only the inputs {words(case.inputs)}" if case.inputs else "no inputs")
    return ", ".join(said)


def _expected(case: Case) -> str:
    said = [code(case.expect)]
    said += [f"as {code(case.enforcement)}"] if case.enforcement is not None else []
    if "savings" in case.model_fields_set:
        said.append("without a figure" if case.savings is None else f"saving {code(case.savings)} USD a month")
    said += [f"saying {code(case.message, 600)}"] if case.message else []
    return ", ".join(said)
