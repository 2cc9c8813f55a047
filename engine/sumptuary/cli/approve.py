"""``sumptuary approve``: an approval of the spend that a check asks about, its amount and plan filled in, signed."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal, InvalidOperation

from sumptuary.cli.arguments import (
    add_base_option,
    add_baseline_options,
    add_incomplete_option,
    add_policy_options,
    add_price_options,
    add_reading_options,
)
from sumptuary.cli.drafting import add_draft_options, code_of, compiled, days, document, named, say, written
from sumptuary.errors import UsageError
from sumptuary.values import is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

    from sumptuary.cli.reading import Circumstances
    from sumptuary.coverage import Coverage
    from sumptuary.findings import Violation
    from sumptuary.policy.compiled import Approval

NAME = "approve"
HELP = "write an approval: leave to spend above a limit, by those who own the money, signed on request"

DIRECTORY = ".sumptuary/approvals"
SCOPES = ("team", "address", "environment", "account")
NAMED = 5


def configure(parser: ArgumentParser) -> None:
    """Add the options of the command."""
    add_reading_options(parser)
    add_base_option(parser)
    parser.add_argument("--plan", metavar="FILE", help="judge this plan, and approve it alone: the digest is filled in")
    group = parser.add_argument_group("what is approved")
    for name in SCOPES:
        group.add_argument(f"--{name}", metavar="GLOB", help=f"a glob over the {name} (default: as the check says)")
    group.add_argument(
        "--amount", metavar="USD", help="up to how much (default: what the check asks about, rounded up)"
    )
    group.add_argument("--per", choices=("run", "month"), help="of one run, or a month (default: as the check says)")
    group = parser.add_argument_group("who, and why")
    group.add_argument("--approver", action="append", required=True, metavar="@WHO", help="who approves; may repeat")
    group.add_argument("--reason", required=True, metavar="TEXT", help="why the money is spent")
    group.add_argument("--sign", metavar="KEYFILE", help="sign it with an SSH key; the approver is then one")
    add_draft_options(parser, DIRECTORY)
    add_baseline_options(parser)
    add_policy_options(parser)
    add_price_options(parser)
    add_incomplete_option(parser)


@dataclass(slots=True, eq=False, repr=False)
class _Asked:
    """What needs approval: findings that name an amount, where they are in the scope; none to approve in advance."""

    scope: dict[str, str]
    per: str
    amount: Decimal
    findings: list[Violation] = field(default_factory=list["Violation"])
    pending: list[str] = field(default_factory=list[str])
    """Of each approval of the same that does not count yet, a line that says so."""


def run(arguments: Namespace) -> int:
    """Judge, draft the approval, judge again with it, and write it where it helps; 3 where something was not read.

    Raises:
        SumptuaryError: as ``check`` does; nothing is asked about; the approval would not count, or would not help.
    """
    from sumptuary.cli.places import common_directory
    from sumptuary.cli.reading import circumstances_at
    from sumptuary.coverage import Coverage

    arguments.now = arguments.now or datetime.now(UTC)
    if arguments.plan is not None:
        arguments.paths = [*arguments.paths, arguments.plan]
    if arguments.sign is not None and len(arguments.approver) > 1:
        hint = "each approver signs an approval of their own: they count together"
        raise UsageError("--sign is for one approver", hint=hint)
    around = circumstances_at(common_directory(arguments.paths or ["."]), arguments, Coverage())
    coverage = Coverage()
    asked = _asked(arguments, _judged(arguments, coverage))
    digest = _digest(coverage) if arguments.plan is not None else None
    asked.pending = [_of_pending(one, arguments.base) for one in _pending(asked, around.laws.approvals, coverage)]
    parts = ("approve", *asked.scope.values(), around.now.date().isoformat())
    name = named(arguments, parts, {one.id for one in around.laws.approvals})
    text, draft = _drafted(name, asked, digest, arguments, around)
    left = _tried(draft, asked, arguments)
    path = written(text, name, DIRECTORY, around.root, arguments)
    say(_told(draft, asked, left, path), printed=not path)
    return code_of(coverage, arguments)


def _judged(arguments: Namespace, coverage: Coverage) -> list[Violation]:
    from sumptuary.cli.check import judged

    return judged(Namespace(**vars(arguments)), coverage).violations


def _digest(coverage: Coverage) -> str:
    plans = set(coverage.plans.values())
    if len(plans) != 1:
        raise UsageError("--plan is for one plan, and for nothing beside it", hint="leave the other paths out")
    return plans.pop()


def _asked(arguments: Namespace, violations: Sequence[Violation]) -> _Asked:
    """What the check asks about, as far as the arguments mean it.

    Raises:
        UsageError: it asks about nothing in this scope, or about several things of which none is named.
    """
    given = {name: value for name in SCOPES if (value := getattr(arguments, name)) is not None}
    amount = _amount(arguments.amount)
    asking = [one for one in violations if one.status == "fail" and _scope(one) is not None]
    found = [one for one in asking if _is_within(one, given, arguments.per)]
    if not found:
        if amount is not None and given and arguments.per is not None:
            return _Asked(given, arguments.per, amount)
        hint = f"the check asks about {_listed(asking)}" if asking else "in advance: give a scope, --amount and --per"
        raise UsageError("the check asks for no approval" + (" of this scope" if asking else ""), hint=hint)
    pers = sorted({str(one.evidence["per"]) for one in found})
    scopes = {tuple(sorted(_own(one).items())): one for one in found}
    if len(pers) > 1 or (not given and len(scopes) > 1):
        hint = f"name one with --team, --address or --per: it asks about {_listed(found)}"
        raise UsageError("the check asks about several things", hint=hint)
    needed = max(_named(one) for one in found).quantize(Decimal(1), rounding=ROUND_CEILING)
    return _Asked(given or _own(found[0]), pers[0], amount if amount is not None else needed, found)


def _scope(violation: Violation) -> dict[str, str] | None:
    """Whose spend a finding is about; None of a finding that asks for no approval."""
    scope, amount = violation.evidence.get("scope"), violation.evidence.get("amount")
    if not is_map(scope) or not isinstance(amount, Decimal) or violation.evidence.get("per") not in ("run", "month"):
        return None
    return {name: value for name, value in scope.items() if isinstance(value, str)}


def _own(violation: Violation) -> dict[str, str]:
    """The narrowest scope of a finding: the run by its address, or the team."""
    scope = _scope(violation) or {}
    return {name: scope[name] for name in ("address", "team") if scope.get(name)}


def _is_within(violation: Violation, given: dict[str, str], per: str | None) -> bool:
    from sumptuary.decisions.targets import is_like

    scope = _scope(violation) or {}
    if per is not None and violation.evidence.get("per") != per:
        return False
    return all(name in scope and is_like(scope[name], pattern) for name, pattern in given.items())


def _named(violation: Violation) -> Decimal:
    amount = violation.evidence["amount"]
    assert isinstance(amount, Decimal)  # noqa: S101  # of those that have a scope
    return amount


def _pending(asked: _Asked, approvals: Sequence[Approval], coverage: Coverage) -> list[Approval]:
    """Approvals in the tree of what is asked about that the base does not have, so that they do not count."""
    from sumptuary.cli.former import counts_later

    plans = ("", *coverage.plans.values())
    return [
        one
        for one in approvals
        if counts_later("approval", one) in coverage.notes
        and one.plan_digest in plans
        and any(_is_within(finding, one.scope, one.per) for finding in asked.findings)
    ]


def _of_pending(approval: Approval, base: str) -> str:
    upto = f"{' and '.join(approval.approvers)} up to ${Decimal(approval.amount):,.2f} a {approval.per}"
    return f"{_where(approval)} of {upto} is for this too, and does not count yet: it is not in {base}"


def _where(approval: Approval) -> str:
    return f"the approval {approval.id} ({approval.place.path}:{approval.place.line})"


def _amount(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        raise UsageError(f"--amount takes an amount in USD, such as 5000; not `{text}`") from None


def _drafted(
    name: str, asked: _Asked, digest: str | None, arguments: Namespace, around: Circumstances
) -> tuple[str, Approval]:
    """The document, signed where that is asked for, and what a run will read in it."""
    _, expires = days(arguments, around.now)
    spec = {
        "scope": asked.scope,
        "limit": {"amount": format(asked.amount, "f"), "currency": "USD", "per": asked.per},
        "approvers": list(arguments.approver),
        "reason": arguments.reason,
        "expires": expires,
        "plan_digest": digest,
    }
    file = f"{around.root}/{DIRECTORY}/{name}.yaml"
    text = document("Approval", name, spec)
    compilation = compiled(text, file)
    if arguments.sign is not None:
        from sumptuary.decisions.signatures import sign
        from sumptuary.policy.compile import canonical

        message = canonical(compilation.entries[0].document).encode()
        text = document("Approval", name, {**spec, "signature": sign(message, arguments.sign)})
        compilation = compiled(text, file)
    (draft,) = compilation.approvals()
    return text, draft


def _tried(draft: Approval, asked: _Asked, arguments: Namespace) -> list[Violation]:
    """Judge again with the draft; what still needs more.

    Raises:
        UsageError: it would not count, or changes nothing.
    """
    from sumptuary.coverage import Coverage

    coverage = Coverage()
    arguments.drafts = [draft]
    again = {one.fingerprint: one for one in _judged(arguments, coverage)}
    lead = f"{_where(draft)} "
    for note in coverage.notes:
        if note.startswith(lead):
            hint = (
                "add the key to .sumptuary/allowed_signers first, of the base where there is one"
                if "sign" in note
                else ""
            )
            raise UsageError(f"it would not hold, so nothing was written: it {note.removeprefix(lead)}", hint=hint)
    after = [(one, again.get(one.fingerprint)) for one in asked.findings]
    left = [now for _, now in after if now is not None and now.status == "fail"]
    if asked.findings and len(left) == len(after) and all(now and now.message == was.message for was, now in after):
        hint = "; ".join(asked.pending)
        raise UsageError(f"it would not help, so nothing was written: {left[0].message}", hint=hint)
    return left


def _listed(found: Sequence[Violation]) -> str:
    """What findings ask about: of whom, how much, and of a run or a month."""
    told: list[str] = []
    for one in found:
        whose = ", ".join(f"{name} {value}" for name, value in _own(one).items())
        told.append(f"{whose} (${_named(one):,.0f} a {one.evidence['per']})")
    return "; ".join(told[:NAMED]) + (f"; and {len(told) - NAMED:,} more" if len(told) > NAMED else "")


def _told(draft: Approval, asked: _Asked, left: Sequence[Violation], path: str) -> list[str]:
    lines = [f"wrote {path}"] if path else []
    signed = ", signed" if draft.signatures else ""
    who = " and ".join(draft.approvers) + (" approve" if len(draft.approvers) > 1 else " approves")
    lines.append(f"{who} up to ${asked.amount:,.2f} a {asked.per} until {draft.expires}{signed}")
    lines += [f"that is not enough yet: {one.message}" for one in left]
    lines += asked.pending
    if not asked.findings:
        lines.append("the check asks for nothing of this scope today: it is approved in advance")
    lines.append("next: merge it; with --base an approval counts from then on")
    return lines
