"""Random whole configurations on ``terraform_data``: variables, locals, resources, modules, and the files around them.

A seed always gives the same configuration. Most are valid; what Terraform refuses is for the caller to count.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random

from sources.terraform.random_expressions import (
    BOOL,
    NUMBER,
    STRING,
    STRINGS,
    Kind,
    Scope,
    Writer,
    list_of,
    map_of,
    random_kind,
)
from sources.terraform.random_forms import FUNCTIONS, UNKNOWN_FORMS
from sources.terraform.random_variables import constraint, given, loosened


@dataclass
class Configuration:
    """The files of a configuration by path; and of every module call, by its path of names, source and directory."""

    files: dict[str, str] = field(default_factory=dict)
    calls: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Signature:
    """What a module asks for and gives; ``calls`` are its own calls with the directories they lead to."""

    directory: str
    variables: dict[str, tuple[Kind, bool]] = field(default_factory=dict)
    outputs: dict[str, Kind] = field(default_factory=dict)
    calls: dict[str, Signature] = field(default_factory=dict)


def configuration(seed: int) -> Configuration:
    """The configuration of a seed: a root, and modules two levels deep."""
    chance = Random(seed)  # noqa: S311 -- a fixed seed is the point
    made = Configuration()
    leaf = _Module(chance, made, "leaf", []).write()
    middle = _Module(chance, made, "mid", [leaf]).write()
    root = _Module(chance, made, "", [leaf, middle]).write()
    pending = [("", "", root)]
    while pending:
        path, source, signature = pending.pop()
        made.calls[path] = source, signature.directory or "."
        above = "../" if signature.directory else "./"
        for name, called in signature.calls.items():
            pending.append((f"{path}.{name}".lstrip("."), above + called.directory, called))
    return made


class _Module:
    """Writes one directory."""

    def __init__(self, chance: Random, made: Configuration, directory: str, callable_: list[Signature]) -> None:
        self.chance = chance
        self.made = made
        self.directory = directory
        self.callable = callable_
        self.scope = Scope()
        self.writer = Writer(chance, self.scope)
        self.blocks: list[str] = []
        self.signature = Signature(directory)
        self.values: dict[str, str] = {}
        self.json: dict[str, dict[str, object]] = {}

    def write(self) -> Signature:
        """Write everything, and tell what callers need to know."""
        steps = [self.variable] * self.chance.randint(2, 4) + [self.local] * self.chance.randint(2, 4)
        steps += [self.resource] * self.chance.randint(1, 2) + [self.local] * 2
        steps += [self.call] * (self.chance.randint(1, 2) if self.callable else 0)
        steps += [self.resource, self.local, self.json_local, self.resource, self.result, self.result, self.extra]
        for number, step in enumerate(steps):
            step(number)
        self.files()
        return self.signature

    def some(self, kind: Kind | None = None, depth: int = 3) -> str:
        return self.writer.expression(kind if kind is not None else random_kind(self.chance), depth)

    def variable(self, number: int) -> None:
        """A variable: typed or not, with a default or not, given or not."""
        name, kind = f"v{number}", random_kind(self.chance)
        lines = [f'variable "v{number}" {{']
        loose, told = self.chance.random() < 0.2, self.chance.random() < 0.75
        if told:
            lines.append(f"  type = {loosened(kind) if loose else constraint(self.chance, kind)}")
        required = self.chance.random() < 0.4
        if not required:
            lines.append(f"  default = {given(self.chance, kind, sloppy=told and not loose)}")
        if self.chance.random() < 0.2:
            lines.append("  nullable = false")
        if self.chance.random() < 0.2:
            lines.append(
                f"  validation {{\n    condition = can(jsonencode(var.{name}))\n"
                '    error_message = "no ${path.module}."\n  }'
            )
        self.blocks.append("\n".join([*lines, "}"]))
        self.signature.variables[name] = (kind, required)
        if not self.directory and (required or self.chance.random() < 0.4):
            unset = not required and "  nullable = false" in lines and self.chance.random() < 0.3
            self.values[name] = "null" if unset else given(self.chance, kind, sloppy=told and not loose)
        if told and not loose:
            self.scope.add(f"var.{name}", kind)
        else:
            self.scope.splats.append(f"var.{name}")

    def local(self, number: int) -> None:
        """A local, which may refer to all that came before; they are written in any order."""
        kind = random_kind(self.chance)
        self.blocks.append(f"locals {{\n  l{number} = {self.some(kind)}\n}}")
        self.scope.add(f"local.l{number}", kind)

    def json_local(self, number: int) -> None:
        """Locals and a resource written as JSON."""
        kind = random_kind(self.chance, 1)
        texts = {f"j{number}": f"${{{self.some(kind)}}}", f"t{number}": f"<${{{self.some(STRING)}}}> $${{x}}"}
        self.json["locals"] = {**texts, f"o{number}": [{"k ${1 + 1}": [1.5, None, True]}, "%{ if true }y%{ endif }"]}
        self.scope.add(f"local.j{number}", kind)
        self.scope.add(f"local.t{number}", STRING)
        self.scope.splats.append(f"local.o{number}")
        inputs = {"e": f"${{{self.some()}}}", "f": ["a ${" + self.some(NUMBER) + "}", {"g": "${path.module}"}]}
        self.json["resource"] = {"terraform_data": {f"r{number}": {"input": inputs, "count": "${1 + 1}"}}}
        self.scope.unknown.append(f"terraform_data.r{number}[1].id")

    def entries(self) -> list[tuple[str, Kind | None, str]]:
        """What a resource's input is made of: name, type where it is known, and expression."""
        found: list[tuple[str, Kind | None, str]] = []
        for position in range(self.chance.randint(1, 4)):
            kind = random_kind(self.chance)
            found.append((f"e{position}", kind, self.some(kind)))
        function = self.chance.choice(FUNCTIONS)
        found += [("x", None, self.writer.anything(3)), ("f", None, function), ("h", None, self.heredoc())]
        if self.scope.unknown:
            for position in range(2):
                form = self.chance.choice(UNKNOWN_FORMS)
                found.append((f"u{position}", None, form.replace("@", self.chance.choice(self.scope.unknown))))
        if self.chance.random() < 0.3:
            where = ("path.module", "path.root", "terraform.workspace", "basename(path.cwd)", "null[*]")
            found.append(("p", None, self.chance.choice(where)))
        return found

    def heredoc(self) -> str:
        """A heredoc, indented or not, with interpolations and directives on lines of their own."""
        lines = [f"a ${{{self.some(STRING, 1)}}}", f"  %{{ if {self.some(BOOL, 1)} }}", "    b", "  %{ else ~}", "",
                 "   c", "  %{ endif ~}", f"%{{ for s in {self.some(STRINGS, 1)} ~}}", "   - ${s}", "  %{~ endfor }",
                 "\ttab \\n", f"    ${{~ {self.some(NUMBER, 1)} }} $${{x}} %%{{y}}"]  # fmt: skip
        indent = self.chance.choice(("", "  ", "      "))
        dash = self.chance.choice(("", "-"))
        return f"<<{dash}EOT\n" + "\n".join(indent + line for line in lines) + f"\n{indent}EOT"

    def resource(self, number: int) -> None:
        """A resource: alone, counted, or for each of a map or a set."""
        full = f"terraform_data.r{number}"
        repeated = self.chance.choice(("", "", "count", "for_each"))
        outer = self.writer.scope
        self.writer.scope = self.scope.inner()
        head = self.repetition(repeated)
        entries = self.entries()
        self.writer.scope = outer
        body = "\n".join(f"    {name} = {expression}" for name, _, expression in entries)
        more = "  triggers_replace = [1, var.v0]\n" if "v0" in self.signature.variables else ""
        self.blocks.append(f'resource "terraform_data" "r{number}" {{\n{head}  input = {{\n{body}\n  }}\n{more}}}')
        for name, kind, _ in entries:
            self.refer(full, f"input.{name}", kind, repeated)
        whole = {"": f"{full}.input", "count": f"{full}[*].input", "for_each": f"values({full})[*].input"}
        self.scope.splats.append(whole[repeated])
        self.scope.unknown.append(f"{full}.id" if not repeated else f'join("", [for r in {full} : r.id])')

    def repetition(self, repeated: str) -> str:
        """The line with ``count`` or ``for_each``, whose names come into scope."""
        scope = self.writer.scope
        if repeated == "count":
            number = self.chance.choice(
                ("2", f"{self.some(BOOL)} ? 1 : 0", f"min(2, length({self.some(STRINGS)}))", '"1"', "1.0 + 1",
                 f"min(2, abs(floor({self.some(NUMBER)})))"))  # fmt: skip
            scope.add("count.index", NUMBER)
            return f"  count = {number}\n"
        if repeated != "for_each":
            return ""
        kind = random_kind(self.chance, 1)
        over = self.some(map_of(kind))
        if self.chance.random() < 0.4:
            kind, over = STRING, f"toset({self.some(STRINGS)})"
        scope.add("each.key", STRING)
        scope.add("each.value", kind)
        return f"  for_each = {over}\n"

    def refer(self, full: str, path: str, kind: Kind | None, repeated: str) -> None:
        """Put what can be said of a resource or a module call in scope."""
        if kind is None:
            return
        if not repeated:
            self.scope.add(f"{full}.{path}", kind)
        elif repeated == "count":
            self.scope.add(f"{full}[*].{path}", list_of(kind))
            self.scope.splats.append(f"try({full}[0].{path}, null)")
        else:
            self.scope.add(f"values({full})[*].{path}", list_of(kind))
            self.scope.add(f"{{ for k, r in {full} : k => r.{path} }}", map_of(kind))
            self.scope.splats.append(f'try({full}["a"].{path}, null)')

    def call(self, number: int) -> None:
        """A module call with its arguments; the outputs come into scope."""
        called = self.chance.choice(self.callable)
        name, full = f"m{number}", f"module.m{number}"
        repeated = self.chance.choice(("", "", "count", "for_each"))
        outer = self.writer.scope
        self.writer.scope = self.scope.inner()
        head = self.repetition(repeated)
        lines: list[str] = []
        for variable, (kind, required) in called.variables.items():
            if required or self.chance.random() < 0.5:
                lines.append(f"  {variable} = {self.some(kind, 2)}")
        self.writer.scope = outer
        source = f"./{called.directory}" if not self.directory else f"../{called.directory}"
        self.blocks.append("\n".join([f'module "{name}" {{', f'  source = "{source}"', head.rstrip("\n"), *lines, "}"]))
        self.signature.calls[name] = called
        for output, kind in called.outputs.items():
            self.refer(full, output, kind, repeated)
        self.scope.unknown.append(f"{full}.unknown" if not repeated else f'join("", [for m in {full} : m.unknown])')

    def result(self, number: int) -> None:
        """An output."""
        kind = random_kind(self.chance)
        self.blocks.append(f'output "o{number}" {{\n  value = {self.some(kind)}\n}}')
        self.signature.outputs[f"o{number}"] = kind

    def extra(self, number: int) -> None:
        """Blocks beside the resources, an output that only an apply tells, and something sensitive."""
        self.blocks += [
            f"moved {{\n  from = terraform_data.old{number}\n  to = terraform_data.r_s\n}}",
            "removed {\n  from = terraform_data.gone\n  lifecycle {\n    destroy = false\n  }\n}",
            f'check "c" {{\n  assert {{\n    condition = {self.some(BOOL)} || path.module != "x"\n'
            '    error_message = "no"\n  }\n}',
            'variable "pair" {\n  type = tuple([string, number])\n  default = [1, "2"]\n}',
            f"locals {{\n  over = {self.some(STRING)}\n  pair = var.pair\n}}",
            f'resource "terraform_data" "plain" {{\n  input = {self.writer.anything()}\n}}',
            'output "secret" {\n  sensitive = true\n  value = "x"\n}',
            f'output "unknown" {{\n  value = {self.scope.unknown[0]}\n}}',
            'variable "secret" {\n  sensitive = true\n  default = "hush"\n}',
            'resource "terraform_data" "r_s" {\n  input = ["${var.secret}-x", { a = var.secret, b = 1 }]\n}',
        ]
        if not self.directory and self.chance.random() < 0.3:
            self.blocks.append('import {\n  to = terraform_data.r_s\n  id = "known"\n}')

    def files(self) -> None:
        """Spread the blocks over files, in any order, and lay an override over some."""
        folder = f"{self.directory}/" if self.directory else ""
        self.chance.shuffle(self.blocks)
        cut = self.chance.randint(0, len(self.blocks))
        files = self.made.files
        between = self.chance.choice(("\n\n", '\n# } ${x} "\n', "\n/* {\n <<EOT */ // [\n\n"))
        files[f"{folder}main.tf"] = between.join(self.blocks[:cut]) + "\n"
        if self.chance.random() < 0.1:
            files[f"{folder}main.tf"] = files[f"{folder}main.tf"].replace("\n", "\r\n")
        files[f"{folder}more.tf"] = "\n".join(self.blocks[cut:]) + "\n"
        files[f"{folder}x.tf.json"] = json.dumps(self.json, ensure_ascii=self.chance.random() < 0.5, indent=1)
        if self.chance.random() < 0.4:
            files[f"{folder}more_override.tf"] = (
                'variable "secret" {\n  default = "over"\n}\n'
                f"locals {{\n  over = {self.writer.literal(STRING)}\n}}\n"
                f'resource "terraform_data" "plain" {{\n  triggers_replace = {self.some(depth=2)}\n}}\n'
            )
        if not folder:
            self.variable_files()

    def variable_files(self) -> None:
        """The root's values, spread over variable files of which the later ones win."""
        names = ("terraform.tfvars", "a.auto.tfvars", "b.auto.tfvars")
        lines: dict[str, list[str]] = {name: [] for name in names}
        for name, value in self.values.items():
            lines[self.chance.choice(names)].append(f"{name} = {value}")
        self.made.files |= {name: "\n".join(rows) + "\n" for name, rows in lines.items() if rows}
        if self.values and self.chance.random() < 0.3:
            self.made.files["c.auto.tfvars.json"] = json.dumps({"secret": "json"})
