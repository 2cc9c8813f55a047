"""What a configuration demands of its own values: counted, and named in the ledger where it is known to be refused.

Validations, preconditions, postconditions and the assertions of checks never change a value and fail no scan: Terraform
would stop before it makes anything, and what is written is judged as it is written.
"""

from __future__ import annotations

from sumptuary.sources.terraform.namespaces import Variables
from sumptuary.sources.terraform.operators import truth
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sumptuary.coverage import Coverage
    from sumptuary.sources.terraform.expressions import Expression
    from sumptuary.sources.terraform.graph import Instance
    from sumptuary.sources.terraform.modules import Declaration, Module
    from sumptuary.sources.terraform.scope import Scope
    from sumptuary.sources.terraform.syntax import Block

NAMES = {
    "validation": "validations of variables",
    "precondition": "preconditions",
    "postcondition": "postconditions",
    "assert": "assertions of checks",
}
"""The kinds of condition, as the ledger calls them."""
MOST_NAMED = 20
"""Refusals that the ledger names for one root module."""


class Condition:
    """One condition of a module: who asks (``var.size``), what must hold, and what it says when it does not."""

    __slots__ = ("declaration", "kind", "line", "message", "subject", "test")

    def __init__(
        self, kind: str, subject: str, declaration: Declaration, line: int, test: Expression, message: Expression | None
    ) -> None:
        self.kind = kind
        self.subject = subject
        self.declaration = declaration
        self.line = line
        self.test = test
        self.message = message


def conditions_of(module: Module) -> list[Condition]:
    """Every condition that a module states."""
    return [
        *_stated(module.variables, "var.", ("validation",), ()),
        *_stated(module.outputs, "output.", ("precondition",), ()),
        *_stated(module.resources, "", ("precondition", "postcondition"), ("lifecycle",)),
        *_stated(module.data, "data.", ("precondition", "postcondition"), ("lifecycle",)),
        *_stated(module.checks, "check.", ("assert",), ()),
    ]


def _stated(
    table: dict[str, Declaration], prefix: str, kinds: tuple[str, ...], within: tuple[str, ...]
) -> Iterator[Condition]:
    for declaration in table.values():
        subject = prefix + declaration.name
        blocks: list[Block] = declaration.body.blocks
        if within:
            blocks = [inner for block in blocks if block.type in within for inner in block.body.blocks]
        for block in blocks:
            test = block.body.attributes.get("condition")
            if block.type in kinds and test is not None:
                said = block.body.attributes.get("error_message")
                message = said.expression if said is not None else None
                yield Condition(block.type, subject, declaration, block.line, test.expression, message)
        for kind in kinds:  # in JSON, blocks are arguments
            attribute = declaration.body.attributes.get(within[0] if within else kind)
            if attribute is not None:
                for entry in _entries(attribute.expression, kind if within else ""):
                    if "condition" in entry:
                        test_of, line = entry["condition"], attribute.line
                        yield Condition(kind, subject, declaration, line, test_of, entry.get("error_message"))


def _entries(expression: Expression, inside: str) -> list[dict[str, Expression]]:
    """The objects that an argument of JSON holds, one or an array of them; with ``inside``, those under that key."""
    found = [dict(each.pairs()) for each in (expression.elements() or [expression])]
    if not inside:
        return found
    return [entry for each in found if inside in each for entry in _entries(each[inside], "")]


def report(instances: Iterable[Instance], coverage: Coverage, seen: dict[str, list[Condition]]) -> None:
    """Name in the ledger the conditions of a root module, and of all it calls, that are known to be refused.

    ``seen`` is given the conditions of every module by its directory, to be counted once however often it is called.
    """
    refused: dict[str, None] = {}
    for instance in instances:
        directory = instance.module.directory
        if directory not in seen:
            seen[directory] = conditions_of(instance.module)
        if instance.doubt is not None:
            continue  # there may be no such instance
        for text in _misfits(instance):
            refused[text] = None
        for condition in seen[directory]:
            if len(refused) <= MOST_NAMED and (text := _refusal(condition, instance)):
                refused[text] = None
    for text in list(refused)[:MOST_NAMED]:
        coverage.note(text)
    if len(refused) > MOST_NAMED:
        coverage.note(f"more conditions are refused than the {MOST_NAMED} that are named")


def counted(seen: dict[str, list[Condition]]) -> str:
    """What the ledger says of all conditions that were seen; nothing where there are none."""
    kinds = [condition.kind for conditions in seen.values() for condition in conditions]
    counts = ", ".join(f"{name} {kinds.count(kind)}" for kind, name in NAMES.items() if kind in kinds)
    return f"conditions that the configuration states were seen and change nothing here: {counts}" if counts else ""


def _misfits(instance: Instance) -> list[str]:
    """What the ledger says of values that do not fit the type of their variable, each where it is given."""
    variables = instance.root("var")
    if not isinstance(variables, Variables):
        return []
    found: list[str] = []
    for name, declaration in instance.module.variables.items():
        if not _is_given(declaration, instance):
            continue  # nobody keeps a default that Terraform refuses
        variables.attribute(name)  # Terraform looks at what is given even where nothing uses it
        if name in variables.misfits:
            place = declaration.place()
            if instance.call is not None and (argument := instance.call.body.attributes.get(name)) is not None:
                place = instance.call.place_of(argument)
            why = variables.misfits[name].reason
            found.append(f"{place.path}:{place.line}: {why}, so Terraform would not plan this")
    return found


def _is_given(declaration: Declaration, instance: Instance) -> bool:
    """Whether a variable has another value than its default: authors know what they refuse of their own."""
    if instance.call is None:
        return instance.run.given.value(declaration)[0]
    return instance.call.expression(declaration.name) is not None


def _scopes(condition: Condition, instance: Instance) -> Iterator[Scope]:
    """Where a condition is evaluated: once in its module, that of a resource once for each of its instances."""
    if condition.kind == "validation":
        if _is_given(condition.declaration, instance):
            yield instance
        return
    if instance.call is None and instance.run.reusable:
        return  # its callers will give other values than these defaults
    if condition.subject.startswith(("output.", "check.")):
        yield instance
        return
    declaration = condition.declaration
    table = instance.data() if declaration.block.type == "data" else instance.resources()
    node = table.node(declaration.name)
    for key in node.expansion.keys if node is not None else ():
        if node is not None:
            yield node.made(key).scope


def _refusal(condition: Condition, instance: Instance) -> str:
    """What the ledger says of a condition that is known not to hold; nothing when it holds or nobody can tell."""
    for scope in _scopes(condition, instance):
        value = condition.test.evaluate(scope)
        if isinstance(value, Unknown):
            continue
        try:
            holds = truth(value)
        except EvaluationError:
            continue  # a condition that is no condition: Terraform refuses it for another reason
        if holds is False:
            where = f"{condition.declaration.shown}:{condition.line}: {instance.full(condition.subject)}"
            message = condition.message.evaluate(scope) if condition.message is not None else None
            told = f": {' '.join(message.split())}" if isinstance(message, str) and message.strip() else ""
            return f"{where} {_PHRASES[condition.kind]}{told}"
    return ""


_PHRASES = {
    "validation": "is refused by its own validation, so Terraform would not plan this; it was judged all the same",
    "precondition": "is refused by its own precondition, so Terraform would not plan this; it was judged all the same",
    "postcondition": "is refused by its own postcondition; it was judged all the same",
    "assert": "fails, which Terraform only warns of",
}
