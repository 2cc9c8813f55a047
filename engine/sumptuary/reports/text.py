"""The report for people: the money first, then each file's violations, what is not known, and what was not judged."""

from __future__ import annotations

from dataclasses import dataclass, field

from sumptuary.money import NOTHING, ZERO, Range
from sumptuary.reports.amounts import amount, span
from sumptuary.reports.change import change_headline, mark_of, resolved
from sumptuary.reports.ledger import ledger, plural, unread, verdict
from sumptuary.reports.printable import folded, printable
from sumptuary.reports.unknowns import unknowns
from sumptuary.reports.waived import waived

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.findings import Violation
    from sumptuary.model import Place
    from sumptuary.report import Report
    from sumptuary.reports import Style

_CODES = {
    "critical": "1;31",
    "high": "31",
    "medium": "33",
    "low": "36",
    "info": "2",
    "bold": "1",
    "dim": "2",
    "money": "32",
}
_INDENT = 17


def render(report: Report, style: Style) -> str:
    """The report as text, ending in a line break."""
    if style.quiet:
        lines = [_quiet_line(violation, mark_of(violation, report), _currency(report)) for violation in _shown(report)]
        lines += [*unread(report), *filter(None, [change_headline(report)]), verdict(report)]
        return "\n".join(lines) + "\n"
    paint = Paint(style.colour)
    heads = [*folded(change_headline(report), style.width), *folded(headline(report), style.width)]
    blocks = [[paint("bold", line) for line in heads]]
    told: set[tuple[str, str]] = set()
    for path, groups in _by_file(report):
        blocks.append([paint("bold", printable(path))])
        for group in groups:
            remedy = (group.first.policy, group.first.remediation)
            blocks[-1] += _group(group, style.width, paint, _currency(report), remedy=remedy not in told)
            told.add(remedy)
    blocks += [waived(report, style.width), unknowns(report, style.width)]
    blocks += [resolved(report, style.width), ledger(report, style.width)]
    blocks.append([paint("bold", line) for line in folded(verdict(report), style.width)])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def headline(report: Report) -> str:
    """What could be saved, of how much: ``up to`` where it may as well be nothing."""
    spend, savings = report.summary.spend, report.summary.savings
    most = savings.low <= ZERO < savings.high == savings.expected
    asides = [f"saving {span(savings, spend.currency)}"] if _varies(savings, spend.currency) and not most else []
    asides += [f"{plural(spend.unpriced, 'resource')} unpriced"] if spend.unpriced else []
    aside = f" ({'; '.join(asides)})" if asides else ""
    saved = f"{'Up to ' if most else ''}{amount(savings.expected, spend.currency)} a month could be saved"
    if spend.monthly is None:
        if savings.high > ZERO:  # of what has no whole price, a part can: the hours of an instance, but not its disks
            return f"{saved} of a cost that is not known{aside}"
        if asides:
            return f"No cost is known{aside}"
        return "Nothing here is of a kind that is priced" if report.summary.resources else "No resource was found"
    cost = amount(spend.monthly.expected, spend.currency)
    if savings.high <= ZERO:
        new = "new " if report.is_held else ""
        return f"{cost} a month; no {new}saving found{aside}"
    return f"{saved} of {cost}{aside}"


class Paint:
    """Colours, where they are wanted."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, name: str, text: str) -> str:
        """The text in a colour by name; as it is when colours are off or the name has none."""
        code = _CODES.get(name)
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code and text else text


@dataclass(slots=True, eq=False, repr=False)
class Group:
    """Violations that read the same but for their address: the instances of one block."""

    first: Violation
    message: str
    mark: str = ""
    addresses: list[str] = field(default_factory=list[str])
    savings: Range = NOTHING
    alone: Range = NOTHING
    priced: int = 0

    def add(self, violation: Violation) -> None:
        """Count one more."""
        self.addresses.append(violation.resource.address)
        if violation.saving is not None:
            self.savings += violation.saving.attributed
            self.alone += violation.saving.standalone
            self.priced += 1


def _shown(report: Report) -> list[Violation]:
    """The violations a person is shown: failures and faults of rules, but not what is only recorded (audit)."""
    return [one for one in report.violations if one.status in ("fail", "error") and one.enforcement != "audit"]


def _by_file(report: Report) -> list[tuple[str, list[Group]]]:
    """Groups under their file, the file with the most to save first."""
    files: dict[str, dict[tuple[object, ...], Group]] = {}
    for violation in _shown(report):
        path = _path(violation)
        message = _without_address(violation)
        mark = mark_of(violation, report)
        key = (_line(violation), violation.policy, violation.status, violation.severity, message, mark)
        groups = files.setdefault(path, {})
        groups.setdefault((*key, violation.remediation), Group(violation, message, mark)).add(violation)
    ranked = sorted(files.items(), key=lambda item: (-sum(g.savings.expected for g in item[1].values()), item[0]))
    return [(path, list(groups.values())) for path, groups in ranked]


def _group(group: Group, width: int, paint: Paint, currency: str, *, remedy: bool) -> list[str]:
    """What is wrong, with whom, by which law; and the ``remedy``, which is told where a reader meets it first."""
    violation = group.first
    severity = violation.severity if violation.status == "fail" else "error"
    money = _money(group, currency)
    room = max(30, width - _INDENT)
    body = folded(group.message, room - len(money) - 2) or [""]
    number = str(_line(violation) or "")
    start = f"{number:>6}  {paint(severity, severity)}{' ' * (_INDENT - 8 - len(severity))}"
    gap = " " * max(2, room - len(body[0]) - len(money))
    lines = [start + body[0] + (gap + paint("money", money) if money else "")]
    rest = [
        *body[1:],
        *folded(_where(group), room),
        *folded(_law(violation, group.mark), room),
        *folded(_unpriced(violation), room),
    ]
    lines += [" " * _INDENT + line for line in rest]
    if remedy:
        lines += [" " * _INDENT + paint("dim", line) for line in folded(violation.remediation, room)]
    return lines


def _where(group: Group) -> str:
    """The address, how many more read the same, and who calls the module; a change as a whole has no address."""
    violation = group.first
    if violation.resource.kind == "change.set":
        return ""
    more = f" and {len(group.addresses) - 1} more" if len(group.addresses) > 1 else ""
    calls = violation.resource.origin.calls
    return f"{violation.resource.address}{more}{_called(calls[0].place) if calls else ''}{_written(violation)}"


def _written(violation: Violation) -> str:
    """Where the value in question was written, when that is neither the line shown nor the call's."""
    shown = {(place.path, place.line) for place in (violation.place, *_callers(violation)) if place is not None}
    places = [place for place, message in violation.related if message in ("see also", "its value is written here")]
    others = [f"{place.path}:{place.line}" for place in places if (place.path, place.line) not in shown]
    return f", written at {', '.join(dict.fromkeys(others[:2]))}" if others else ""


def _callers(violation: Violation) -> list[Place]:
    return [call.place for call in violation.resource.origin.calls]


def _called(place: Place) -> str:
    """Where the root module makes the call, which is often the line to change."""
    return f", called at {place.path}:{place.line}"


def _law(violation: Violation, mark: str) -> str:
    """The policy and what it does: ``[blocks]``, or its level and what that will become; with a base, what is new."""
    effect = "blocks" if violation.blocking else violation.enforcement
    ramp = f"; {violation.ramp}" if violation.ramp else ""
    return f"{violation.policy} [{f'{mark}, ' if mark else ''}{effect}{ramp}]"


def _unpriced(violation: Violation) -> str:
    """Why a saving has no figure, as a sentence; empty where it has one."""
    why = violation.evidence.get("saving")
    return f"saving {why}" if isinstance(why, str) and violation.saving is None else ""


def _money(group: Group, currency: str) -> str:
    """What mending it saves a month; nothing where no money is at stake, ``no price`` where it is not known."""
    if not group.priced:
        return "no price" if "saving" in group.first.evidence else ""
    if group.savings.high > ZERO:
        return f"{span(group.savings, currency)} a month"
    return f"({span(group.alone, currency)} a month alone)" if group.alone.high > ZERO else ""


def _quiet_line(violation: Violation, mark: str, currency: str) -> str:
    saving = violation.saving
    cost = span(saving.attributed, currency) if saving is not None else ""
    money = f" ({cost} a month)" if saving is not None and saving.attributed.high > ZERO else ""
    line = _line(violation)
    where = printable(_path(violation)) + (f":{line}" if line else "")
    words = ", ".join(filter(None, [mark, "blocks" if violation.blocking else ""]))
    blocks = f" [{words}]" if words else ""
    address, message = printable(violation.resource.address), printable(_without_address(violation))
    return f"{where}: {violation.severity}: {printable(violation.policy)}: {address}: {message}{money}{blocks}"


def _without_address(violation: Violation) -> str:
    """The message without the address it begins with: the report shows that beside it."""
    return violation.message.removeprefix(f"{violation.resource.address}: ").strip()


def _path(violation: Violation) -> str:
    if violation.place is not None and violation.place.path:
        return violation.place.path
    return violation.resource.origin.uri or violation.resource.id


def _line(violation: Violation) -> int:
    return violation.place.line if violation.place is not None else 0


def _currency(report: Report) -> str:
    return report.summary.spend.currency


def _varies(figure: Range, currency: str) -> bool:
    return amount(figure.low, currency) != amount(figure.high, currency)
