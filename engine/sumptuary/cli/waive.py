"""``sumptuary waive``: a waiver for violations of today, with its figures filled in, or why it would not hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from sumptuary.cli.arguments import (
    add_incomplete_option,
    add_policy_options,
    add_price_options,
    add_reading_options,
    nearest,
)
from sumptuary.cli.drafting import add_draft_options, code_of, compiled, days, document, named, say, written
from sumptuary.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence
    from datetime import datetime

    from sumptuary.cli.reading import Circumstances
    from sumptuary.findings import Violation
    from sumptuary.policy.compiled import Waiver

NAME = "waive"
HELP = "write a waiver: leave to break a policy for a while, up to a cost, granted by its approver"

DIRECTORY = ".sumptuary/waivers"
TARGETS = ("address", "path", "account", "region", "environment", "team")
NAMED = 5
_FINGERPRINT = re.compile(r"[0-9a-f]{6,32}")


def configure(parser: ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("what", metavar="FINGERPRINT|POLICY", help="a violation by its fingerprint, or a policy")
    group = parser.add_argument_group("what it covers (all that is given must match)")
    for name in TARGETS:
        about = "a directory or file of the checkout, or a glob" if name == "path" else f"a glob over the {name}"
        group.add_argument(f"--{name}", metavar="GLOB", help=about)
    group = parser.add_argument_group("who, and why")
    group.add_argument("--reason", required=True, metavar="TEXT", help="why the policy is broken for a while")
    group.add_argument("--owner", required=True, metavar="@WHO", help="who asks for it, and answers for it")
    group.add_argument("--approver", required=True, metavar="@WHO", help="one of the policy's approvers; not the owner")
    group.add_argument("--ticket", default="", metavar="ID", help="where it is written down")
    group.add_argument("--max-monthly-cost", metavar="USD", help="its cap (default: what it covers costs, rounded up)")
    group.add_argument("--max-matches", type=int, metavar="N", help="its cap (default: as many as there are)")
    add_draft_options(parser, DIRECTORY)
    add_reading_options(parser)
    add_policy_options(parser)
    add_price_options(parser)
    add_incomplete_option(parser)


@dataclass(slots=True, eq=False, repr=False)
class _Asked:
    """What is to be excused: violations of one policy, in a target."""

    policy: str
    target: dict[str, str]
    violations: list[Violation]


def run(arguments: Namespace) -> int:
    """Judge, draft the waiver, try it on what was found, and write it; 3 where something could not be read.

    Raises:
        SumptuaryError: as ``check`` does; there is nothing to excuse; the waiver would not hold, or covers too little.
    """
    from sumptuary.cli.outcome import whole_report
    from sumptuary.cli.reading import gather
    from sumptuary.coverage import Coverage
    from sumptuary.decisions.waivers import cost_of

    reading = gather(arguments, Coverage())
    around = reading.circumstances
    violations = whole_report(reading, arguments).violations
    asked = _asked(arguments, violations, around)
    cost = cost_of(asked.violations)
    name = named(arguments, (asked.policy, asked.target.get("address", asked.target.get("path", ""))), _taken(around))
    text = _document(name, asked, cost, arguments, around.now)
    (draft,) = compiled(text, f"{around.root}/{DIRECTORY}/{name}.yaml").waivers()
    _refuse(draft, asked, violations, around)
    path = written(text, name, DIRECTORY, around.root, arguments)
    say(_told(draft, asked, cost, path), printed=not path)
    return code_of(reading.coverage, arguments)


def _taken(around: Circumstances) -> set[str]:
    return {one.id for one in around.laws.waivers}


def _asked(arguments: Namespace, violations: Sequence[Violation], around: Circumstances) -> _Asked:
    """What the arguments mean, of all that was found.

    Raises:
        UsageError: they mean nothing, or more than one thing.
    """
    from sumptuary.decisions.targets import matches

    found = _meant(arguments.what, violations, [policy.id for policy in around.laws.policies])
    policies = sorted({one.policy for one in found})
    if len({one.fingerprint for one in found}) > 1 and arguments.what not in policies:
        raise UsageError(f"`{arguments.what}` begins several fingerprints", hint="give more of its digits")
    target = {name: value for name in TARGETS if (value := getattr(arguments, name)) is not None}
    if not target and arguments.what in policies:
        addresses = list(dict.fromkeys(one.resource.address for one in found))
        more = f" and {len(addresses) - NAMED:,} more" if len(addresses) > NAMED else ""
        hint = f"it is broken by {', '.join(addresses[:NAMED])}{more}"
        raise UsageError("say what the waiver covers: --address or --path, with a glob", hint=hint)
    if not target:
        target = _narrowest(found, violations, around.prefix)
    chosen = [one for one in violations if one.policy == policies[0] and matches(target, one, around.prefix)]
    failing = [one for one in chosen if one.status == "fail"]
    if not failing:
        waived = [one.waiver.id for one in chosen if one.waiver is not None]
        hint = (
            f"the waiver {waived[0]} covers it already"
            if waived
            else f"see `sumptuary check` for what breaks {policies[0]}"
        )
        raise UsageError(f"nothing that breaks {policies[0]} matches", hint=hint)
    return _Asked(policies[0], target, failing)


def _meant(what: str, violations: Sequence[Violation], policies: Sequence[str]) -> list[Violation]:
    failing = [one for one in violations if one.status in ("fail", "waived")]
    if what in policies:
        found = [one for one in failing if one.policy == what]
        if not found:
            raise UsageError(f"nothing breaks {what}", hint="a waiver excuses what fails today; see `sumptuary check`")
        return found
    if _FINGERPRINT.fullmatch(what):
        found = [one for one in failing if one.fingerprint.startswith(what)]
        if not found:
            hint = "`sumptuary check --format json` gives the fingerprint of each violation"
            raise UsageError(f"no violation has a fingerprint that begins with `{what}`", hint=hint)
        return found
    close = nearest(what, policies)
    hint = f"did you mean `{close}`?" if close else "`sumptuary policies list` shows those that hold here"
    raise UsageError(f"`{what}` is no policy that holds here, and no fingerprint", hint=hint)


def _narrowest(found: Sequence[Violation], violations: Sequence[Violation], prefix: str) -> dict[str, str]:
    """A target for one violation alone: its address, and as much of its path as it takes to tell it from others."""
    import posixpath

    from sumptuary.decisions.targets import matches

    one = found[0]
    address = {"address": one.resource.address}
    paths = (one.resource.origin.root, one.place.path if one.place is not None else "")
    within = [posixpath.normpath(posixpath.join(prefix, path)) for path in paths if path]
    tried = [address, *({**address, "path": path} for path in within)]
    others = [other for other in violations if other.policy == one.policy and other.fingerprint != one.fingerprint]
    alone = (target for target in tried if not any(matches(target, other, prefix) for other in others))
    return next(alone, tried[-1])


def _document(name: str, asked: _Asked, cost: Decimal | None, arguments: Namespace, now: datetime) -> str:
    granted, expires = days(arguments, now)
    cap = arguments.max_monthly_cost
    if cap is None and cost is not None:
        cap = str(cost.quantize(Decimal(1), rounding=ROUND_CEILING))
    most = arguments.max_matches
    if most is None and all(one.resource.multiplicity is None for one in asked.violations):
        most = len(asked.violations)
    return document(
        "Waiver",
        name,
        {
            "policies": [asked.policy],
            "target": asked.target,
            "reason": arguments.reason,
            "owner": arguments.owner,
            "approver": arguments.approver,
            "ticket": arguments.ticket or None,
            "granted": granted,
            "expires": expires,
            "max_monthly_cost": {"amount": cap, "currency": "USD"} if cap is not None else None,
            "max_matches": most,
        },
    )


def _refuse(draft: Waiver, asked: _Asked, violations: Sequence[Violation], around: Circumstances) -> None:
    """Try the waiver on what was found.

    Raises:
        UsageError: it does not cover all that it is for; with why.
    """
    from sumptuary.decisions.waivers import excused

    said = excused(violations, around.laws.policies, [draft], around.now, around.prefix, around.root)
    wanted = {id(one) for one in asked.violations}
    left = [
        one for was, one in zip(violations, said.violations, strict=True) if id(was) in wanted and one.status == "fail"
    ]
    if left:
        lead = f"the waiver {draft.id} ({draft.place.path}:{draft.place.line}) "
        why = "; ".join(note.removeprefix(lead) for note in said.notes)
        raise UsageError(f"it would not hold, so nothing was written: it {why or 'covers nothing'}")


def _told(draft: Waiver, asked: _Asked, cost: Decimal | None, path: str) -> list[str]:
    from sumptuary.reports.ledger import plural

    spent = (
        f"${cost:,.2f} a month" if cost is not None else "nobody knows how much a month, so that it has no cap on it"
    )
    lines = [f"wrote {path}"] if path else []
    lines.append(
        f"it excuses {plural(len(asked.violations), 'violation')} of {asked.policy} until {draft.expires}; "
        f"what breaks it costs {spent}"
    )
    lines.append(f"next: let {draft.approver} approve the change that adds it; with --base it counts once it is merged")
    return lines
