"""The first page: the policies, the rules, the commands and the documents, each with where to read on."""

from __future__ import annotations

from sumptuary.policy.documents import KINDS
from sumptuary.reference.documents import about_kind
from sumptuary.reference.policies import MEANING
from sumptuary.reference.setting import file_name, page, prose, section, table, words
from sumptuary.reports.markup import code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sumptuary.policy.compiled import Policy
    from sumptuary.reference.commands import Listed


def index(
    policies: Sequence[Policy],
    rules: Mapping[str, str],
    commands: Sequence[Listed],
    formats: Sequence[str],
    exit_codes: Mapping[int, str],
) -> str:
    """The first page. ``rules`` maps an id to its title."""
    levels = "A violation, by its enforcement: " + "; ".join(f"{code(one)}: {said}" for one, said in MEANING.items())
    return page(
        "Reference",
        "Written by `sumptuary docs` from the code and the documents, and so as they are.",
        section("Policies", _policies(policies), f"{levels}.") if policies else "No policies hold here.",
        section("Rules", _rules(rules, policies)),
        section("Documents", _kinds(), "Their fields are on [a page of their own](documents.md)."),
        section("Commands", _commands(commands), "Their options are on [a page of their own](commands.md)."),
        section("Formats of a report", f"{words(formats)}: `--format NAME`, or `--format NAME=FILE` to write a file."),
        section(
            "Exit codes", table(("code", "meaning"), [(str(one), prose(said)) for one, said in exit_codes.items()])
        ),
    )


def _policies(policies: Sequence[Policy]) -> str:
    rows = [
        (
            f"[{code(one.id)}](policies/{file_name(one.id)})",
            one.severity,
            code(one.enforcement.default),
            _rule(one.rule),
            code(one.category),
            prose(one.title),
        )
        for one in policies
    ]
    return table(("policy", "severity", "enforcement", "rule", "category", "title"), rows)


def _rules(rules: Mapping[str, str], policies: Sequence[Policy]) -> str:
    used = {name: sum(one.rule == name for one in policies) for name in rules}
    rows = [(_rule(name), prose(title), str(used[name])) for name, title in rules.items()]
    return table(("rule", "title", "policies"), rows)


def _kinds() -> str:
    return table(
        ("kind", "what it is"), [(f"[{code(kind)}](documents.md#{kind.lower()})", about_kind(kind)) for kind in KINDS]
    )


def _commands(commands: Sequence[Listed]) -> str:
    rows = [(f"[`sumptuary {one.name}`](commands.md#sumptuary-{one.name})", prose(one.about)) for one in commands]
    return table(("command", "what it is for"), rows)


def _rule(name: str) -> str:
    return f"[{code(name)}](rules/{file_name(name)})"
