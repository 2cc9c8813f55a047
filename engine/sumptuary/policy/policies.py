"""Compiles one Policy document: expands its kinds, fills in its rule's parameters, checks its message and condition."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from sumptuary.errors import SumptuaryError
from sumptuary.kinds import KINDS
from sumptuary.policy import (
    cases,
    compiled,
    conditions,
    documents,
    given,
    message,
    naming,
    parameters,
    problems,
    registry,
)
from sumptuary.policy.places import Root
from sumptuary.policy.problems import Path
from sumptuary.policy.templates import Template, checked_parameters, message_problems
from sumptuary.policy.tightening import Direction
from sumptuary.rule import Rule, load_parameters
from sumptuary.yaml_lines import Document

_KIND_WORDS = (*dict.fromkeys(f"{kind.partition('.')[0]}.*" for kind in KINDS if "." in kind), *KINDS)


class Compiler:
    """Compiles policies with the rules and templates; problems are collected."""

    def __init__(self, rules: dict[str, type[Rule]], templates: dict[str, Template] | None = None) -> None:
        self.rules = rules
        self.templates = templates or {}
        self.unread: frozenset[str] = frozenset()
        """Ids of templates whose documents are not valid as such; that is told already."""
        self.problems: list[SumptuaryError] = []

    def policy(
        self, model: documents.Policy, file: str, document: Document, root: Root, *, tests: bool = True
    ) -> compiled.Policy | None:
        """The compiled policy, or None with its problems collected. Without ``tests`` those are taken to be right."""
        return _One(self, model, file, document, root).compiled(tests=tests)

    def fresh(self) -> Compiler:
        """Another with the same rules and no problems."""
        return Compiler(self.rules, self.templates)

    def directions(self, rule: str) -> dict[str, Direction]:
        """How the parameters of a rule move when they tighten."""
        if rule in self.rules:
            return parameters.directions_of(self.rules[rule].Parameters)
        schema = self.templates[rule].schema
        return schema.directions() if schema is not None else {}

    def named(self, rule: str) -> type[Rule] | Template | None:
        """A rule or a template by its id."""
        return self.rules.get(rule) or self.templates.get(rule)


class _One:
    """The compilation of one policy."""

    def __init__(self, compiler: Compiler, model: documents.Policy, file: str, document: Document, root: Root) -> None:
        self.compiler, self.model, self.file, self.document, self.root = compiler, model, file, document, root
        self.shown = naming.shown(file, root)

    def problem(self, path: Path, text: str, *, key: bool = False, hint: str = "") -> None:
        """Collect a problem at a path."""
        self.compiler.problems.append(problems.at(self.shown, self.document, path, text, key=key, hint=hint))

    def compiled(self, *, tests: bool) -> compiled.Policy | None:
        """The policy, or None."""
        metadata, spec = self.model.metadata, self.model.spec
        rule = self.compiler.named(spec.rule)
        if rule is None and spec.rule in self.compiler.unread:
            return None
        if rule is None:
            error = unknown_rule(self.shown, self.document, spec.rule, [*self.compiler.rules, *self.compiler.templates])
            self.compiler.problems.append(error)
            return None
        template = rule if isinstance(rule, Template) else None
        before = len(self.compiler.problems)
        if tests:
            self.check_tests()
        values = self.parameters(rule)
        kinds = self.kinds(rule)
        if values is not None:
            self.check_where(rule)
            self.check_message(rule)
        if len(self.compiler.problems) > before or values is None:
            return None
        select = spec.select
        return compiled.Policy(
            id=metadata.id,
            version=metadata.version,
            title=metadata.title,
            severity=metadata.severity,
            category=metadata.category,
            owner=metadata.owner,
            description=spec.description,
            rule=spec.rule,
            rule_class=rule.run_by if isinstance(rule, Template) else registry.path_of(rule),
            parameters=values,
            kinds=kinds,
            types=tuple(select.types),
            providers=tuple(select.providers),
            sources=tuple(select.sources),
            environments=tuple(select.environments),
            purposes=tuple(select.purposes),
            tags=dict(select.tags),
            where=select.where,
            message=spec.message or (template.model.spec.message if template is not None else ""),
            remediation=spec.remediation or (template.model.spec.remediation if template is not None else ""),
            fix=spec.fix.model_dump(mode="json") if spec.fix is not None else None,
            references=tuple(metadata.references),
            enforcement=_enforcement(spec.enforcement),
            waivers=_waiver_terms(spec.waivers),
            place=naming.place(self.file, self.document.line, self.root),
            aliases=tuple(metadata.aliases),
            pack=self.root.pack,
            layer=self.root.layer,
            template=template.form() if template is not None else None,
        )

    def kinds(self, rule: type[Rule] | Template) -> tuple[str, ...]:
        """The kinds selected, without globs; never more than the rule can judge."""
        able = _expanded(rule.kinds)
        chosen: list[str] = []
        for index, pattern in enumerate(self.model.spec.select.kinds):
            path: Path = ("spec", "select", "kinds", index)
            matched = fnmatch.filter(KINDS, pattern)
            if not matched:
                self.problem(path, f"{pattern!r} matches no kind{problems.nearest(pattern, _KIND_WORDS)}")
            elif not any(kind in able for kind in matched):
                text = f"the rule {rule.id} does not judge {pattern!r}; it judges {', '.join(rule.kinds)}"
                self.problem(path, text)
            chosen.extend(kind for kind in matched if kind in able)
        return tuple(dict.fromkeys(chosen)) if self.model.spec.select.kinds else able

    def template_parameters(self, template: Template) -> dict[str, object] | None:
        """The same for a template."""
        spec = self.model.spec
        values, wrong = checked_parameters(template, spec.parameters, self.shown, self.document, ("spec", "parameters"))
        for name, profile in spec.profiles.items() if values is not None else ():
            changed, prefix = merged(spec.parameters, profile), ("spec", "profiles", name)
            wrong += checked_parameters(template, changed, self.shown, self.document, prefix, profile=True)[1]
        self.compiler.problems.extend(wrong)
        return values

    def parameters(self, rule: type[Rule] | Template) -> dict[str, object] | None:
        """The parameters that hold, defaults filled in; every profile is checked too."""
        if isinstance(rule, Template):
            return self.template_parameters(rule)
        try:
            shape = parameters.model_of(rule)
        except SumptuaryError as error:
            self.compiler.problems.append(error)
            return None
        spec = self.model.spec
        values = self.checked(rule, shape, spec.parameters, ("spec", "parameters"))
        for name, profile in spec.profiles.items() if values is not None else ():
            prefix: Path = ("spec", "profiles", name)
            self.checked(rule, shape, merged(spec.parameters, profile), prefix)
        return values

    def checked(
        self, rule: type[Rule], shape: type[BaseModel], given: dict[str, Any], prefix: Path
    ) -> dict[str, object] | None:
        """Given parameters checked against the rule's model, or None with the problems collected."""
        try:
            model = shape.model_validate_json(json.dumps(given), strict=True)
        except ValidationError as error:
            self.compiler.problems.extend(problems.placed(error, shape, self.shown, self.document, prefix))
            return None
        values: dict[str, object] = model.model_dump(mode="json")
        try:
            rule(load_parameters(rule.Parameters, values))
        except (ValueError, TypeError, ArithmeticError) as error:
            self.problem(self.named(prefix, str(error), values), f"{'.'.join(map(str, prefix))}: {error}")
            return None
        return values

    def named(self, prefix: Path, text: str, values: dict[str, object]) -> Path:
        """The parameter that a rule's complaint begins with, else all of them."""
        first = text.split(maxsplit=1)[0].strip("`'\":,") if text.strip() else ""
        for name in (first, first.partition(".")[0], first.partition("[")[0]):
            if name in values and (*prefix, name) in self.document.values:
                return (*prefix, name)
        return prefix

    def check_tests(self) -> None:
        """What the inline tests give must make resources."""
        for index, case in enumerate(self.model.spec.tests):
            if case.profile and case.profile not in self.model.spec.profiles:
                near = problems.nearest(case.profile, sorted(self.model.spec.profiles))
                self.problem(("spec", "tests", index, "profile"), f"there is no profile {case.profile!r}{near}")
            for maps, path in cases.given_maps(case):
                try:
                    given.resource_of(maps)
                except given.GivenError as error:
                    where: Path = ("spec", "tests", index, *path, *error.path)
                    key = where in self.document.keys and str(error).startswith("unknown key")
                    self.problem(where, f"{'.'.join(map(str, where))}: {error}", key=key)

    def check_where(self, rule: type[Rule] | Template) -> None:
        """The condition must compile and name what there is; that needs the ``cel`` extra."""
        path: Path = ("spec", "select", "where")
        text = self.model.spec.select.where
        if not text:
            return
        try:
            wrong = conditions.mistakes(text, self.parameter_names(rule))
        except SumptuaryError as error:
            self.problem(path, f"spec.select.where: {error.message}", hint=error.hint)
            return
        for mistake in wrong:
            line, column = self.document.place_within(path, mistake.line, mistake.column)
            place = f"{self.shown}:{line}:{column}"
            message = f"spec.select.where: {mistake.message} in {text.strip()!r}"
            self.compiler.problems.append(SumptuaryError(message, place=place))

    def parameter_names(self, rule: type[Rule] | Template) -> list[str]:
        """The names of the rule's parameters."""
        if isinstance(rule, Template):
            return rule.names
        return [field.alias or name for name, field in parameters.model_of(rule).model_fields.items()]

    def check_message(self, rule: type[Rule] | Template) -> None:
        """The placeholders must be well formed and name what there is."""
        spec = self.model.spec
        if isinstance(rule, Template):
            wrong = message_problems(spec.message, rule, self.shown, self.document, ("spec", "message"))
            self.compiler.problems.extend(wrong)
            return
        facts = getattr(rule, "facts", None)
        for text in message.mistakes(spec.message, parameters=self.parameter_names(rule), facts=facts):
            self.problem(("spec", "message"), f"spec.message: {text}")


def unknown_rule(file: str, document: Document, name: str, rules: Iterable[str]) -> SumptuaryError:
    """The error of a policy whose rule is neither installed nor a template among the documents."""
    text = f"spec.rule: no rule {name!r} is installed{problems.nearest(name, sorted(rules))}"
    return problems.at(file, document, ("spec", "rule"), text, hint="sumptuary rules list shows them")


def _expanded(patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(kind for kind in KINDS if any(fnmatch.fnmatchcase(kind, pattern) for pattern in patterns))


def merged(given: dict[str, Any], profile: dict[str, Any]) -> dict[str, Any]:
    """The parameters with a profile's values set; a dotted key reaches into a record."""
    merged: dict[str, Any] = json.loads(json.dumps(given))
    for key, value in profile.items():
        target = merged
        *way, last = key.split(".")
        for step in way:
            if not isinstance(target.get(step), dict):
                target[step] = {}
            target = target[step]
        target[last] = value
    return merged


def _waiver_terms(given: documents.WaiverTerms | None) -> compiled.WaiverTerms | None:
    return None if given is None else compiled.WaiverTerms(tuple(given.approvers), given.max_duration)


def _enforcement(given: documents.Enforcement) -> compiled.Enforcement:
    return compiled.Enforcement(
        default=given.default,
        stages={str(stage): level for stage, level in given.stages.items()},
        environments=dict(given.environments),
        ramp=tuple(sorted((step.from_.isoformat(), step.level) for step in given.ramp)),
        new_only=given.new_only,
        on_unknown=given.on_unknown,
    )
