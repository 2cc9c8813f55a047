"""Compiles rule templates: their parameters' schema, conditions, savings and messages, each mistake at its place.

JSON Schema and CEL are imported only where there is a template.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sumptuary.errors import SumptuaryError
from sumptuary.kinds import KINDS
from sumptuary.policy import compiled, documents, message, naming, problems
from sumptuary.policy.activation import CHANGE_FIELDS, GROUP_FIELDS
from sumptuary.policy.groups import name_mistakes, name_of, path_mistake
from sumptuary.policy.places import Root
from sumptuary.policy.problems import Path
from sumptuary.policy.registry import path_of
from sumptuary.rule import Rule
from sumptuary.yaml_lines import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.policy.parameter_schema import ParameterSchema

CHANGE = "change.set"
RUN_BY = {"group": "sumptuary.policy.template_rule:GroupRule", "single": "sumptuary.policy.template_rule:SingleRule"}
"""What runs a template, as a compiled policy names the class of its rule."""

Source = tuple[documents.RuleTemplate, str, Document, Root]


@dataclass(slots=True)
class Template:
    """A template as policies use it. ``schema`` is None where it is wrong, which is told once, at the template."""

    model: documents.RuleTemplate
    file: str
    document: Document
    root: Root
    kinds: tuple[str, ...] = ()
    schema: ParameterSchema | None = None

    @property
    def id(self) -> str:
        """The name by which policies use it."""
        return self.model.metadata.id

    @property
    def shown(self) -> str:
        """Its file as people are told of it."""
        return naming.shown(self.file, self.root)

    @property
    def grouped(self) -> list[str]:
        """What ``group`` calls the fields that are grouped by."""
        over = self.model.spec.over
        return [name_of(path) for path in over.group_by] if over is not None else []

    @property
    def names(self) -> list[str]:
        """The names of its parameters."""
        return self.schema.names if self.schema is not None else list(self.model.spec.parameters.get("properties", {}))

    @property
    def facts(self) -> dict[str, list[str]]:
        """What its findings carry for a message, beside what all do."""
        if self.model.spec.over is not None:
            return {"group": [*GROUP_FIELDS, *self.grouped]}
        return {"change": list(CHANGE_FIELDS)} if self.kinds == (CHANGE,) else {}

    @property
    def run_by(self) -> str:
        """``module:Class`` of what runs it."""
        return RUN_BY["single" if self.model.spec.over is None else "group"]

    def form(self) -> dict[str, Any]:
        """What a run needs of it, as plain JSON."""
        spec = self.model.spec
        return {
            "title": self.model.metadata.title,
            "deny": spec.deny or "",
            "require": spec.require or "",
            "group_by": list(spec.over.group_by) if spec.over is not None else [],
            "savings": spec.savings.model_dump(exclude_none=True) if spec.savings is not None else None,
            "attribute": spec.attribute,
            "confidence": spec.confidence,
        }

    def described(self) -> compiled.Template:
        """The template for those who ask what there is."""
        metadata, spec, form = self.model.metadata, self.model.spec, self.form()
        return compiled.Template(
            id=metadata.id,
            title=metadata.title,
            description=spec.description,
            kinds=self.kinds,
            group_by=tuple(form["group_by"]),
            condition=f"deny: {spec.deny}" if spec.deny is not None else f"require: {spec.require}",
            parameters=spec.parameters,
            message=spec.message,
            remediation=spec.remediation,
            savings=form["savings"],
            references=tuple(metadata.references),
            place=naming.place(self.file, self.document.line, self.root),
            pack=self.root.pack,
            layer=self.root.layer,
        )


def tighten_of(template: documents.RuleTemplate, path: str) -> str:
    """Which way a lower layer may move a template's parameter at a dotted path: its ``x-tighten``, or empty."""
    from sumptuary.policy.parameter_schema import ParameterSchema

    return ParameterSchema(template.spec.parameters).tighten_of(path)


def templates_of(
    sources: Iterable[Source], rules: dict[str, type[Rule]]
) -> tuple[dict[str, Template], list[SumptuaryError]]:
    """The templates of documents by id, and everything wrong with any of them, used or not."""
    found: dict[str, Template] = {}
    wrong: list[SumptuaryError] = []
    for model, file, document, root in sources:
        template = Template(model, file, document, root)
        wrong += _One(template).problems()
        if (rule := rules.get(template.id)) is not None:
            text = f"the id {template.id!r} is taken already, by the rule {path_of(rule)}"
            wrong.append(
                problems.at(template.shown, document, ("metadata", "id"), text, hint="give the template another id")
            )
        found.setdefault(template.id, template)
    return found, wrong


class _One:
    """The compilation of one template; it fills in the template's kinds and schema."""

    def __init__(self, template: Template) -> None:
        self.template, self.spec = template, template.model.spec
        self.wrong: list[SumptuaryError] = []

    def problem(self, path: Path, text: str, *, hint: str = "") -> None:
        """Collect a problem at a path."""
        name = ".".join(str(step) for step in path)
        where = self.template
        self.wrong.append(problems.at(where.shown, where.document, path, f"{name}: {text}", hint=hint))

    def problems(self) -> list[SumptuaryError]:
        """Everything wrong with it."""
        self.kinds()
        self.grouping()
        self.asked(self.schema)
        self.asked(self.conditions)
        self.words()
        return self.wrong

    def asked(self, check: Callable[[], None]) -> None:
        """Run a check that needs CEL; that it is not installed is a problem told once."""
        try:
            check()
        except SumptuaryError as error:
            if not any(error.message in one.message for one in self.wrong):
                self.problem(("spec",), error.message, hint=error.hint)

    def kinds(self) -> None:
        """The kinds without globs; a change set is meant only where it is named."""
        over = self.spec.over
        patterns, path = (
            (self.spec.kinds, ("spec", "kinds")) if over is None else (over.kinds, ("spec", "over", "kinds"))
        )
        chosen: list[str] = []
        for index, pattern in enumerate(patterns):
            matched = fnmatch.filter(KINDS, pattern)
            if not matched:
                self.problem((*path, index), f"{pattern!r} matches no kind{problems.nearest(pattern, KINDS)}")
            chosen += [kind for kind in matched if kind != CHANGE or pattern == CHANGE]
        self.template.kinds = tuple(dict.fromkeys(chosen)) or tuple(kind for kind in KINDS if kind != CHANGE)

    def grouping(self) -> None:
        """The fields that are grouped by."""
        over = self.spec.over
        if over is None:
            return
        path: Path = ("spec", "over", "group_by")
        for index, field in enumerate(over.group_by):
            if text := path_mistake(field):
                self.problem((*path, index), text)
        for index, text in name_mistakes(over.group_by):
            self.problem((*path, index), text)

    def schema(self) -> None:
        """The JSON Schema of the parameters."""
        from sumptuary.policy.parameter_schema import ParameterSchema, placed, schema_mistakes

        template, path = self.template, ("spec", "parameters")
        wrong = schema_mistakes(self.spec.parameters)
        self.wrong += placed(wrong, template.shown, template.document, path)
        if not wrong:
            template.schema = ParameterSchema(self.spec.parameters)

    def conditions(self) -> None:
        """The condition and the expressions of the savings recipe."""
        from sumptuary.policy.cel_language import TRUTH
        from sumptuary.policy.recipes import EXPRESSIONS

        name = "deny" if self.spec.deny is not None else "require"
        self.expression(("spec", name), TRUTH)
        for key, gives in EXPRESSIONS.items():
            if getattr(self.spec.savings, key, None) is not None:
                self.expression(("spec", "savings", key), gives)

    def expression(self, path: Path, gives: tuple[str, ...]) -> None:
        """One CEL expression."""
        from sumptuary.policy.conditions import mistakes

        template = self.template
        text = str(template.document.value_at(path))
        subject = "resource" if self.spec.over is None else "group"
        wrong = mistakes(text, template.names, subject=subject, grouped=template.grouped, gives=gives)
        for mistake in wrong:
            line, column = template.document.place_within(path, mistake.line, mistake.column)
            place = f"{template.shown}:{line}:{column}"
            shown = " ".join(text.split())
            self.wrong.append(
                SumptuaryError(f"{'.'.join(map(str, path))}: {mistake.message} in {shown!r}", place=place)
            )
        if subject == "resource" and template.kinds != (CHANGE,) and _reads_change(text, gives):
            self.problem(path, f"change is there for change sets only: give kinds: [{CHANGE}]")

    def words(self) -> None:
        """The placeholders of message and remediation."""
        for name in ("message", "remediation"):
            self.wrong += message_problems(
                getattr(self.spec, name), self.template, self.template.shown, self.template.document, ("spec", name)
            )


def _reads_change(text: str, gives: tuple[str, ...]) -> bool:
    from sumptuary.policy.conditions import Expression

    try:
        return bool(Expression(text, gives).reads("change"))
    except SumptuaryError:  # it does not compile, which is told already
        return False


def message_problems(text: str, template: Template, file: str, document: Document, path: Path) -> list[SumptuaryError]:
    """What is wrong with a message over a template's findings, be it the template's own or a policy's."""
    wrong = message.mistakes(text, parameters=template.names, facts=tuple(template.facts), further=template.facts)
    return [problems.at(file, document, path, f"{'.'.join(map(str, path))}: {one}") for one in wrong]


def checked_parameters(
    template: Template, given: dict[str, Any], file: str, document: Document, prefix: Path, *, profile: bool = False
) -> tuple[dict[str, object] | None, list[SumptuaryError]]:
    """A policy's parameters with the template's defaults filled in, or None with what is wrong with them."""
    if template.schema is None:
        return None, []
    from sumptuary.policy.parameter_schema import placed

    values = template.schema.filled(given)
    wrong = template.schema.mistakes(values)
    found = placed(wrong, file, document, prefix, dotted=profile)
    return (values, []) if not found else (None, found)
