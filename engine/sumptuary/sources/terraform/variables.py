"""The values that a root module's variables are given: variable files and the command line.

Environment variables (``TF_VAR_...``) are never looked at, so that a scan says the same on every machine.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal

from sumptuary.sources.terraform.conversion import parse_type
from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.modules import literal
from sumptuary.sources.terraform.scope import Names
from sumptuary.sources.terraform.syntax import parse
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.terraform import Options
    from sumptuary.sources.terraform.files import Tree
    from sumptuary.sources.terraform.modules import Declaration, Module

_PRIMITIVE = frozenset({"string", "number", "bool", "any"})


class Given:
    """Values by variable name, later sources over earlier ones; ``--var`` texts are read by the declared type."""

    __slots__ = ("_texts", "_values")

    def __init__(self, values: dict[str, object], texts: dict[str, str]) -> None:
        self._values = values
        self._texts = texts

    def value(self, declaration: Declaration) -> tuple[bool, object]:
        """Whether a variable was given a value, and which."""
        name = declaration.name
        if name in self._texts:
            return True, _read_text(self._texts[name], declaration)
        if name in self._values:
            return True, self._values[name]
        return False, None


def given_for(module: Module, options: Options, tree: Tree) -> Given:
    """What a root module is given, in Terraform's order: its own variable files, then the command line's."""
    values: dict[str, object] = {}
    own = [name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in module.variable_files]
    own += [name for name in module.variable_files if name.endswith((".auto.tfvars", ".auto.tfvars.json"))]
    for name in own:
        path = os.path.join(module.directory, name)
        content = tree.read(path)
        if content is None:
            module.complete = False
        else:
            values.update(_variable_file(path, content, tree))
    for name in options.var_files:
        path = os.path.abspath(name)
        try:
            with open(path, "rb") as file:
                content = file.read()
        except OSError as error:
            tree.fail(path, 0, f"it cannot be read: {error.strerror or error}")
            continue
        values.update(_variable_file(path, content, tree))
    return Given(values, options.variables)


def _variable_file(path: str, content: bytes, tree: Tree) -> dict[str, object]:
    if path.endswith(".json"):
        try:
            document: object = json.loads(content, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            tree.fail(path, getattr(error, "lineno", 0), f"this is not JSON: {error}")
            return {}
        if isinstance(document, dict):
            return document
        tree.fail(path, 1, "a variable file holds an object")
        return {}
    file = parse(content, path)
    for problem in file.problems[:5]:
        tree.fail(path, problem.line, problem.message)
    return {name: literal(attribute.expression) for name, attribute in file.body.attributes.items()}


def _read_text(text: str, declaration: Declaration) -> object:
    """A ``--var`` value: text for a variable of a primitive or no type, an expression for any other."""
    constraint = declaration.expression("type")
    if constraint is None:
        return text
    kind = parse_type(constraint)
    if isinstance(kind, Unknown) or kind.kind in _PRIMITIVE:
        return text
    return Expression(text).evaluate(Names({}))
