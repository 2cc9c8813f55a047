"""Traces a key of a map (a tag) from the block that uses it to the line that its author wrote.

The way leads through locals, variables and their defaults, arguments of module calls, outputs, ``merge`` and
conditionals. Where it cannot be told (a loop, a file that is decoded) it ends at the last line that is certain. It is
walked when somebody asks, which is when there is something to report.
"""

from __future__ import annotations

from dataclasses import dataclass

from sumptuary.model import Origin, Place
from sumptuary.sources.terraform import nodes
from sumptuary.sources.terraform.cursor import ReadError
from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.lazy import settled
from sumptuary.sources.terraform.nodes import path_of
from sumptuary.sources.terraform.overrides import file_of
from sumptuary.sources.terraform.scope import EvaluationError, TooLargeError
from sumptuary.values import PartialMap, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.sources.terraform.graph import Instance
    from sumptuary.sources.terraform.instances import ResourceInstance
    from sumptuary.sources.terraform.nodes import Node
    from sumptuary.sources.terraform.scope import Scope
    from sumptuary.sources.terraform.syntax import Attribute, Block

DEEPEST = 16
"""Steps from name to name that are followed."""


class TracedOrigin(Origin):
    """Where a resource comes from; the line of a tag's own key is looked for when it is asked for."""

    __slots__ = ("made",)

    def __init__(self, made: ResourceInstance, root: str, places: dict[str, Place]) -> None:
        instance, declaration = made.node.instance, made.node.declaration
        super().__init__(place=declaration.place(), root=root, calls=instance.calls, places=places)
        self.made = made

    def place_of(self, attribute: str) -> Place | None:
        """The most precise place known: of a key of a map its own line, wherever that map was written."""
        if attribute in self.places:
            return self.places[attribute]
        body, rest = self.made.node.declaration.body, attribute
        while True:
            head, _, rest = rest.partition(".")
            written = body.attributes.get(head)
            if written is not None and rest:
                return next(trace(self._start(written), (rest,)), None) or super().place_of(attribute)
            inner = [block for block in body.blocks if block.type == head]
            if not inner or not rest:
                return super().place_of(attribute)
            if head == "tag" and body is self.made.node.declaration.body:
                return self._row(inner, rest) or super().place_of(attribute)
            body = inner[0].body

    def _row(self, blocks: list[Block], key: str) -> Place | None:
        """The one of the ``tag`` blocks of an Auto Scaling group that is of a key, where it says so in plain text."""
        for block in reversed(blocks):
            written = block.body.attributes.get("key")
            if written is not None and written.expression.literal() == key:
                return Place(file_of(block, self.made.node.declaration.shown), block.line, block.end_line)
        return None

    def written_at(self, attribute: str) -> tuple[Place, ...]:
        """Where the value of an attribute was written, when it was handed here by name: the innermost place first."""
        body = self.made.node.declaration.body
        *blocks, name = attribute.split(".")
        for step in blocks:
            inner = next((block for block in body.blocks if block.type == step), None)
            if inner is None:
                return ()
            body = inner.body
        written = body.attributes.get(name)
        return tuple(dict.fromkeys(trace(self._start(written), ()))) if written is not None else ()

    def _start(self, written: Attribute) -> At:
        made, declaration = self.made, self.made.node.declaration
        repeated = declaration.expression("for_each")
        file = file_of(written, declaration.shown)
        return At(made.node.instance, written.expression, file, written.line, DEEPEST, made.scope, repeated)


@dataclass(slots=True, eq=False, repr=False)
class At:
    """An expression that is being looked at, in the module instance whose names it uses, and where it stands.

    ``line`` is that of the attribute that it is the value of. ``inner`` is the scope in which its block is repeated, if
    it is, and ``repeated`` the expression of that ``for_each``.
    """

    instance: Instance
    expression: Expression
    shown: str
    line: int
    left: int = DEEPEST
    inner: Scope | None = None
    repeated: Expression | None = None

    def value(self, node: Node) -> object:
        """The value of a part of the expression."""
        scope = self.inner if self.inner is not None else self.instance
        return settled(Expression.of(node, self.line).evaluate(scope))

    def place(self, offset: int | None = None) -> Place:
        """Where it stands, or an offset in its text."""
        text = self.expression.text
        if offset is None or not text:
            return Place(self.shown, self.line)
        return Place(self.shown, self.expression.line + text.count("\n", 0, offset))


def trace(at: At, keys: tuple[str, ...]) -> Iterator[Place]:
    """The places of the value under a path of keys, the innermost first; none where it cannot be told.

    Without keys, the places of what the expression itself names.
    """
    if at.left == 0:
        return
    try:
        node = at.expression.node()
    except (ReadError, EvaluationError, TooLargeError, RecursionError):
        return
    yield from _in_node(at, node, keys)


def _in_node(at: At, node: Node, keys: tuple[str, ...]) -> Iterator[Place]:
    if isinstance(node, nodes.Parentheses):
        yield from _in_node(at, node.inner, keys)
    elif isinstance(node, nodes.Object) and keys:
        yield from _in_object(at, node, keys)
    elif isinstance(node, nodes.Call):
        if keys and node.name in ("merge", "tomap", "tostring", "try", "coalesce") and not node.expanded:
            yield from _in_call(at, node, keys)
    elif isinstance(node, nodes.Conditional):
        if keys:
            said = at.value(node.condition)
            for arm in (node.yes,) if said is True else (node.no,) if said is False else (node.yes, node.no):
                yield from _in_node(at, arm, keys)
    else:
        path = path_of(node)
        if path is not None:
            yield from _by_name(at, path, keys)


def _in_call(at: At, node: nodes.Call, keys: tuple[str, ...]) -> Iterator[Place]:
    """The argument that gives the key; of ``merge`` the last one that has it."""
    for argument in reversed(node.arguments) if node.name == "merge" else node.arguments:
        has = _has(at.value(argument), keys[0])
        if has is False:
            continue
        found = next(_in_node(at, argument, keys), None)
        if found is not None:
            yield found
        if found is not None or has:
            return


def _has(value: object, key: str) -> bool | None:
    """Whether a map has a key; None where that is not known."""
    if is_map(value):
        return True if key in value else None if isinstance(value, PartialMap) else False
    return False if value is None else None


def _in_object(at: At, node: nodes.Object, keys: tuple[str, ...]) -> Iterator[Place]:
    """The last entry of this key counts, as in Terraform."""
    for index in range(len(node.pairs) - 1, -1, -1):
        key, value = node.pairs[index]
        name = key.value if isinstance(key, nodes.Literal) else None
        if name is None and (written := path_of(key)) is not None and len(written) == 1:
            name = written[0]
        if name != keys[0]:
            continue
        if len(keys) > 1 or (path_of(value) or ("",))[0] == "values":
            yield from _in_node(at, value, keys[1:])
        offset = node.offsets[index] if index < len(node.offsets) else None
        yield at.place(offset)
        return


def _by_name(at: At, path: tuple[str, ...], keys: tuple[str, ...]) -> Iterator[Place]:
    """What a traversal leads to: ``local.x.y``, ``var.x``, ``module.m.out``."""
    if len(path) < 2:
        return
    first, name, rest = path[0], path[1], (*path[2:], *keys)
    if first == "each" and name == "value" and rest:
        yield from _in_element(at, rest)
    elif first == "local":
        declared = at.instance.module.locals.get(name)
        if declared is not None:
            attribute, shown = declared
            yield from trace(At(at.instance, attribute.expression, shown, attribute.line, at.left - 1), rest)
            yield Place(shown, attribute.line)
    elif first == "var":
        yield from trace_variable(at, name, rest)
    elif first == "values":
        yield from _from_stack(at, rest, name)
    elif first == "module" and len(path) > 2 and name in at.instance.module.calls:
        called = at.instance.called(name)
        inside = next(iter(called.instances()), None) if called.missing is None else None
        output = inside.module.outputs.get(path[2]) if inside is not None else None
        value = output.body.attributes.get("value") if output is not None else None
        if inside is not None and inside.module.inferred:
            start = At(inside, at.expression, inside.module.shown, at.line, at.left - 1)
            given = trace_variable(start, path[2], (*path[3:], *keys))  # what goes in by a name comes out by it
            yield from (place for place in given if place.path != inside.module.shown)
            yield called.declaration.place()
        elif inside is not None and output is not None and value is not None:
            shown = file_of(value, output.shown)
            yield from trace(At(inside, value.expression, shown, value.line, at.left - 1), (*path[3:], *keys))
            yield Place(shown, value.line)


def _in_element(at: At, keys: tuple[str, ...]) -> Iterator[Place]:
    """The value of this element of what a block is repeated for."""
    each = at.inner.root("each") if at.inner is not None else None
    key = each.get("key") if is_map(each) else None
    if at.repeated is not None and isinstance(key, str):
        yield from trace(At(at.instance, at.repeated, at.shown, at.line, at.left - 1), (key, *keys))


def _from_stack(at: At, keys: tuple[str, ...], name: str) -> Iterator[Place]:
    """The value that a stack of Terragrunt gives to one of its units."""
    from sumptuary.sources.terraform.terragrunt_config import Config

    stacked = at.instance.stacked if isinstance(at.instance, Config) else None
    given = stacked.block.body.attributes.get("values") if stacked is not None else None
    if stacked is not None and given is not None:
        start = At(stacked.stack, given.expression, stacked.stack.shown, given.line, at.left - 1)
        yield from trace(start, (name, *keys))


def trace_variable(at: At, name: str, keys: tuple[str, ...]) -> Iterator[Place]:
    """The argument of the module's call, the line of the variable file, or the variable's default."""
    instance = at.instance
    if instance.call is not None and instance.parent is not None:
        argument = instance.call.body.attributes.get(name)
        if argument is not None:
            shown, repeated = file_of(argument, instance.call.shown), instance.call.expression("for_each")
            start = At(
                instance.parent, argument.expression, shown, argument.line, at.left - 1, instance.outside, repeated
            )
            yield from trace(start, keys)
            yield Place(shown, argument.line)
            return
    if instance.call is None and instance.run.unit is not None:
        given = list(instance.run.unit.places(name, keys))
        yield from given
        if given:
            return
    if instance.call is None and (written := instance.run.given.written(name)) is not None:
        attribute, shown = written
        yield from trace(At(instance, attribute.expression, shown, attribute.line, at.left - 1), keys)
        yield Place(shown, attribute.line)
        return
    declared = instance.module.variables.get(name)
    default = declared.body.attributes.get("default") if declared is not None else None
    if declared is None or default is None or (instance.call is None and instance.run.given.value(declared)[0]):
        return
    shown = file_of(default, declared.shown)
    yield from trace(At(instance, default.expression, shown, default.line, at.left - 1), keys)
    yield Place(shown, default.line)
