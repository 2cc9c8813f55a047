"""The page of a rule: what its author wrote, a table of its parameters, and the policies that use it."""

from __future__ import annotations

import re
from inspect import cleandoc

from sumptuary.reference import fields
from sumptuary.reference.setting import block, bullets, file_name, page, prose, section, table, words
from sumptuary.reports.markup import code, link
from sumptuary.reports.printable import printable_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sumptuary.policy.compiled import Policy
    from sumptuary.policy.documents import RuleTemplate
    from sumptuary.rule import Rule

FLAGS = "What it flags"
SAVING = "How the saving is estimated"

_FENCED = re.compile(r"^(```+|~~~+)")
_TAG = re.compile(r"(`[^`\n]*`)|<(?=[A-Za-z/!?])")
_SAVES = {
    "eliminate": "What is flagged goes: its whole cost",
    "hours": "It runs fewer hours a month",
    "quantity": "Fewer of them remain",
    "sku": "It is of another SKU",
    "region": "It is priced in another region",
    "rate": "It is bought at another rate",
}
"""What each lever changes in the cost."""


def page_of_rule(rule: type[Rule], policies: Sequence[Policy]) -> str:
    """The page of a rule that is Python: its docstring, which is Markdown by contract, between title and tables."""
    from sumptuary.policy.parameters import model_of

    sections = sections_of(rule)
    return page(
        f"{code(rule.id)}: {prose(rule.title)}",
        sections.pop("", ""),
        f"It judges {words(rule.kinds)}.",
        *(section(heading, text) for heading, text in sections.items()),
        section("Parameters", fields.parameters(fields.schema_of(model_of(rule)))),
        _inputs(rule),
        _used_by(policies),
    )


def page_of_template(template: RuleTemplate, policies: Sequence[Policy]) -> str:
    """The page of a rule that is a document."""
    spec, metadata = template.spec, template.metadata
    over = ""
    if spec.over is not None:
        over = f"It looks at groups of resources that agree in {words(spec.over.group_by)}."
    kinds = spec.over.kinds if spec.over is not None else spec.kinds
    return page(
        f"{code(metadata.id)}: {prose(metadata.title)}",
        prose(spec.description),
        f"It judges {words(kinds) or 'every kind'}. {over}".strip(),
        section(FLAGS, condition_of(template), _message(spec.message)),
        section("What mends it", prose(spec.remediation)),
        section("Parameters", fields.parameters(spec.parameters)),
        section(SAVING, saving_of(template)),
        section("References", bullets(link(one) for one in metadata.references)),
        _used_by(policies),
    )


def condition_of(template: RuleTemplate) -> str:
    """What a template flags: its condition, and which way it decides."""
    spec = template.spec
    if spec.deny is not None:
        return f"A violation is what makes this true:\n\n{block('cel', spec.deny)}"
    return f"A violation is what makes this false:\n\n{block('cel', spec.require or '')}"


def sections_of(rule: type[Rule]) -> dict[str, str]:
    """A rule's docstring by its headings, fit for a page; what stands before the first is under the empty one."""
    found: dict[str, list[str]] = {"": []}
    lines, heading, fence = printable_lines(cleandoc(rule.__doc__ or "")).split("\n"), "", ""
    for line in lines:
        opened = _FENCED.match(line)
        if fence:
            fence = "" if line.strip() == fence else fence
        elif opened is not None:
            fence = opened[1]
        elif line.startswith("## "):
            heading = line[3:].strip()
            found.setdefault(heading, [])
            continue
        else:
            line = _TAG.sub(lambda found: found[1] or "&lt;", line)  # noqa: PLW2901  # HTML is no part of a page
        found[heading].append(line)
    return {name: "\n".join(text).strip("\n") for name, text in found.items()}


def _inputs(rule: type[Rule]) -> str:
    if not rule.inputs:
        return ""
    return section("Inputs", f"Where given, it weighs {words(rule.inputs)}; what is only partly known proves nothing.")


def _used_by(policies: Sequence[Policy]) -> str:
    rows = [(f"[{code(one.id)}](../policies/{file_name(one.id)})", prose(one.title)) for one in policies]
    return section("Policies that use it", table(("policy", "title"), rows))


def _message(message: str) -> str:
    return f"It says {code(message, 1000)}." if message else ""


def saving_of(template: RuleTemplate) -> str:
    """The recipe in words, with the conditions that give its figures."""
    recipe = template.spec.savings
    if recipe is None:
        return "It is not: a violation stands without a figure (which is not zero)."
    given = {"quantity": recipe.quantity, "hours": recipe.hours, "sku": recipe.sku, "region": recipe.region}
    figures = [f"{name} is {code(text, 4000)}" for name, text in given.items() if text is not None]
    if recipe.option is not None:
        figures.append(f"the rate is {code(recipe.option)}")
    said = f"{_SAVES[recipe.lever]} (lever {code(recipe.lever)})"
    return (
        f"{'; '.join((said, *figures))}. Both states are priced from the catalogue; an unknown price gives no figure."
    )
