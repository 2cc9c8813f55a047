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
from sumptuary.sources.terraform.parsing import parse
from sumptuary.sources.terraform.scope import Names
from sumptuary.values import Unknown, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.terraform import Options
    from sumptuary.sources.terraform.modules import Declaration, Module
    from sumptuary.sources.terraform.syntax import Attribute
    from sumptuary.sources.tree import Tree

_PRIMITIVE = frozenset({"string", "number", "bool", "any"})


class Given:
    """Values by variable name, later sources over earlier ones; ``--var`` texts are read by the declared type.

    ``damage`` says why values may be missing: a variable file could not be read whole. ``written`` are those of the
    values that stand in a file of Terraform's own language, each with the name of the file.
    """

    __slots__ = ("_damage", "_texts", "_values", "_written")

    def __init__(
        self,
        values: dict[str, object],
        texts: dict[str, str],
        damage: Unknown | None = None,
        written: dict[str, tuple[Attribute, str]] | None = None,
    ) -> None:
        self._values = values
        self._texts = texts
        self._damage = damage
        self._written = written if written is not None else {}

    def value(self, declaration: Declaration) -> tuple[bool, object]:
        """Whether a variable was given a value, and which."""
        name = declaration.name
        if name in self._texts:
            return True, _read_text(self._texts[name], declaration)
        if name in self._values:
            return True, self._values[name]
        return self._damage is not None, self._damage

    def written(self, name: str) -> tuple[Attribute, str] | None:
        """The line of a variable file that gives a variable its value, and the file; None where none is known."""
        return self._written.get(name) if name not in self._texts else None

    def over(self, values: dict[str, object], damage: Unknown | None) -> Given:
        """These values over others, as variable files lie over what Terragrunt hands down."""
        damage = self._damage if self._damage is not None else damage
        return Given({**values, **self._values}, self._texts, damage, self._written)


def given_for(module: Module, options: Options, tree: Tree) -> Given:
    """What a root module is given, in Terraform's order: its own variable files, then the command line's."""
    first = ("terraform.tfvars", "terraform.tfvars.json")
    own: list[str] = [name for name in first if name in module.variable_files]
    own += [name for name in module.variable_files if name.endswith((".auto.tfvars", ".auto.tfvars.json"))]
    files = _Files(tree)
    for name in own:
        path = os.path.join(module.directory, name)
        files.add(path, tree.read(path))
    for name in options.var_files:
        path = os.path.abspath(name)
        files.add(path, _chosen(path, tree))
    return Given(files.values, options.variables, files.damage, files.written)


def _chosen(path: str, tree: Tree) -> bytes | None:
    """A variable file that the command line names, which may lie anywhere."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        tree.fail(path, 0, f"it cannot be read: {error.strerror or error}")
        return None


class _Files:
    """Variable files, one laid over the other."""

    __slots__ = ("damage", "tree", "values", "written")

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.values: dict[str, object] = {}
        self.written: dict[str, tuple[Attribute, str]] = {}
        self.damage: Unknown | None = None

    def add(self, path: str, content: bytes | None) -> None:
        """Lay a file over those before it; what is wrong with it goes into the ledger."""
        if content is None:
            self._broken(path)
        elif path.endswith(".json"):
            self._add_json(path, content)
        else:
            file = parse(content, path)
            for problem in file.problems[:5]:
                self.tree.fail(path, problem.line, problem.message)
            if any(problem.hides for problem in file.problems):
                self._broken(path)
            for name, attribute in file.body.attributes.items():
                self._set(name, literal(attribute.expression), (attribute, path))

    def _set(self, name: str, value: object, written: tuple[Attribute, str] | None) -> None:
        """Give a variable a value. The lines of a file outside the scanned tree are nobody's to see."""
        self.values[name] = value
        self.written.pop(name, None)
        if written is not None and self.tree.holds(written[1]):
            self.written[name] = (written[0], self.tree.shown(written[1]))

    def _add_json(self, path: str, content: bytes) -> None:
        try:
            document: object = json.loads(content, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            self.tree.fail(path, getattr(error, "lineno", 0), f"this is not JSON: {error}")
            self._broken(path)
            return
        if is_map(document):
            for name, value in document.items():
                self._set(name, value, None)
        else:
            self.tree.fail(path, 1, "a variable file holds an object")
            self._broken(path)

    def _broken(self, path: str) -> None:
        self.damage = Unknown(
            f"the variable file {self.tree.shown(path)} could not be read whole", (self.tree.shown(path),)
        )


def _read_text(text: str, declaration: Declaration) -> object:
    """A ``--var`` value: text for a variable of a primitive or no type, an expression for any other."""
    constraint = declaration.expression("type")
    if constraint is None:
        return text
    kind = parse_type(constraint)
    if isinstance(kind, Unknown) or kind.kind in _PRIMITIVE:
        return text
    return Expression(text).evaluate(Names({}))
