"""A rule template as ``sumptuary rules show`` prints it: what it judges, its condition, its parameters and lever."""

from __future__ import annotations

from sumptuary.reference.fields import TIGHTER, rows_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.policy.compiled import Template
    from sumptuary.reference.fields import Row


def page(template: Template) -> str:
    """The page of a template."""
    where = f"{template.place.path}:{template.place.line}"
    lines = [f"{template.id}: {template.title}", "", f"A rule template, at {where} (pack {template.pack})"]
    lines.append(f"Judges: {', '.join(template.kinds)}")
    if template.group_by:
        lines.append(f"Together: those that agree in {', '.join(template.group_by)}")
    if template.description:
        lines += ["", template.description]
    verb, _, text = template.condition.partition(":")
    lines += ["", f"Condition ({'a violation' if verb == 'deny' else 'kept'} where it is true)", ""]
    lines += [f"  {line.strip()}" for line in text.strip().splitlines()]
    found = rows_of(template.parameters)
    lines += ["", "Parameters", ""] if found else []
    for row in found:
        kind, meaning = _plain(row)
        lines += [f"  {row.name} ({kind})", *([f"      {meaning}"] if meaning else [])]
    if template.message:
        lines += ["", "Message", "", f"  {template.message}"]
    if template.remediation:
        lines += ["", "Remediation", "", f"  {template.remediation}"]
    if template.savings is not None:
        lines += ["", "Saving", "", f"  {', '.join(f'{key}: {value}' for key, value in template.savings.items())}"]
    if template.references:
        lines += ["", "References", "", *(f"  {text}" for text in template.references)]
    return "\n".join(lines) + "\n"


def names(template: Template) -> list[str]:
    """The names of a template's parameters, those of a record with its name."""
    return [row.name for row in rows_of(template.parameters)]


def _plain(row: Row) -> tuple[str, str]:
    """What a parameter is, and what it means, without the marks of Markdown."""
    default = row.default_cell().replace("`", "")
    without = f"by default {default}" if default else "may be left out"
    kind = f"{row.kind}; {default if default == 'required' else without}"
    tighter = f"A lower layer may only {TIGHTER[row.tighten]}." if row.tighten in TIGHTER else ""
    return kind, " ".join(part for part in (row.meaning_cell().replace("`", ""), tighter) if part)
