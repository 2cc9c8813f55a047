"""Where the resources of a module that is not here come from: the arguments of its call, in the caller's file."""

from __future__ import annotations

from sumptuary.model import Origin, Place
from sumptuary.sources.terraform.expressions import Expression
from sumptuary.sources.terraform.lazy import settled
from sumptuary.sources.terraform.provenance import At, trace_variable
from sumptuary.values import ABSENT, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.sources.terraform.graph import Instance
    from sumptuary.sources.terraform.instances import ResourceInstance
    from sumptuary.sources.terraform.syntax import Attribute, Body

ELSEWHERE: dict[str, object] = {"metadata": None, "spec": None, "activeDeadlineSeconds": None}
"""Names of Kubernetes that rules look for everywhere: no type of a cloud has them, so they are absent, not unknown."""


def address_in_module(made: ResourceInstance, stands_at: Expression) -> str:
    """The address that the resource has once its module is here: a finding keeps its fingerprint then."""
    instance = made.node.instance
    told = settled(stands_at.evaluate(made.scope))
    return instance.full(told.replace("{}", made.index)) if isinstance(told, str) else made.address


def unseen(instance: Instance) -> object:
    """What variable files that are not here may add to what a call hands on: nothing, or Unknown.

    A root module some of whose variables have no value is run with files that are elsewhere. They may as well give
    the variables that have an empty default, which a label is made of.
    """
    call, caller = instance.call, instance.parent
    if call is None or caller is None or caller.parent is not None:
        return {}
    given = {each for attribute in call.body.attributes.values() for each in attribute.expression.references()}
    if any(each[0] == "var" for each in given):
        for name, declared in caller.module.variables.items():
            value = (
                None if "default" in declared.body.attributes else settled(Expression(f"var.{name}").evaluate(caller))
            )
            if isinstance(value, Unknown):
                return Unknown(f"{value.reason}, and what gives it one may give tags", value.depends_on)
    return {}


class InferredOrigin(Origin):
    """The lines of a call's arguments that a resource was inferred from; they are looked for when asked for."""

    __slots__ = ("made",)

    def __init__(self, made: ResourceInstance, root: str) -> None:
        instance = made.node.instance
        super().__init__(root=root, calls=instance.calls)
        self.made = made
        self.place = self._own_place()

    def place_of(self, attribute: str) -> Place | None:
        """The line in the caller's file that gives an attribute its value, or might: a key, an argument, the call."""
        head, _, rest = attribute.partition(".")
        holds_tags = head in ("tags", "tag", "labels")
        for written, keys in self._written(head, rest):
            for path in self._paths(written.expression):
                if holds_tags and not path[-1].endswith(("tags", "labels")):
                    continue  # the name that a "Name" tag is made of is no place for tags
                found = self._place((*path, *keys))
                if found is not None:
                    return found
        return self.place

    def _own_place(self) -> Place | None:
        """The key of a map that names the resource, else the argument that makes it exist, else the call."""
        declaration, instance = self.made.node.declaration, self.made.node.instance
        repeated = declaration.expression("for_each") or declaration.expression("count")
        index = self.made.index
        keys = (index[2:-2],) if index.startswith('["') else ()
        for path in self._paths(repeated) if repeated is not None else ():
            found = self._place((*path, *keys))
            if found is not None:
                return found
        return instance.calls[-1].place if instance.calls else None

    def _written(self, head: str, rest: str) -> Iterator[tuple[Attribute, tuple[str, ...]]]:
        """The expressions of the interface that an attribute's value comes from, each with the keys left to follow."""
        body: Body = self.made.node.declaration.body
        if head in body.attributes:
            yield body.attributes[head], tuple(rest.split(".")) if rest else ()
            return
        for block in body.blocks:
            name = block.labels[0] if block.type == "dynamic" and block.labels else block.type
            if name != head:
                continue
            over = block.body.attributes.get("for_each")
            if block.type == "dynamic" and over is not None:
                yield over, (rest,) if rest else ()
            else:
                inner = block.body.attributes
                yield from ((inner[key], ()) for key in ([rest] if rest in inner else [] if rest else inner))

    def _paths(self, expression: Expression) -> list[tuple[str, ...]]:
        """What an expression names of the arguments: of its own element first, as that wins over what holds for all."""
        own: list[tuple[str, ...]] = []
        shared: list[tuple[str, ...]] = []
        for reference in sorted(expression.references(), key=lambda each: (expression.text.find(".".join(each)), each)):
            root, rest = reference[0], reference[1:]
            if root == "each":
                own += self._element(rest[1:] if rest[:1] == ("value",) else ())
            elif root == "var" and rest:
                shared.append(rest)
        return [*own, *shared]

    def _element(self, keys: tuple[str, ...]) -> list[tuple[str, ...]]:
        repeated = self.made.node.declaration.expression("for_each")
        index = self.made.index
        if repeated is None or not index.startswith('["'):
            return []
        names = [reference for reference in sorted(repeated.references()) if reference[0] == "var"]
        return [(*reference[1:], index[2:-2], *keys) for reference in names]

    def _given(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """As much of a path (an argument, and keys within) as leads to a line; empty where the call gives no value."""
        value = self._argument(path[0]) if path else ABSENT
        if value is ABSENT:
            return ()
        for number, key in enumerate(path[1:], 1):
            if is_list(value):
                return path[:number]
            if not is_map(value) or key not in value:
                return ()
            value = settled(value[key])
        return path

    def _argument(self, name: str) -> object:
        """What the call (or a Terragrunt unit) gives for an argument; ABSENT where it says nothing."""
        instance = self.made.node.instance
        if instance.call is None:
            return settled(instance.run.unit.value(name)) if instance.run.unit is not None else ABSENT
        written = instance.call.body.attributes.get(name)
        return settled(written.expression.evaluate(instance.outside)) if written is not None else ABSENT

    def _place(self, path: tuple[str, ...]) -> Place | None:
        """Where a path of an argument is written: its innermost key's line, or for a whole argument its own."""
        given = self._given(path)
        if not given:
            return None
        instance, declaration = self.made.node.instance, self.made.node.declaration
        start = At(instance, Expression(given[0]), declaration.shown, 0)
        places = [each for each in trace_variable(start, given[0], given[1:]) if each.path != declaration.shown]
        if not places:
            return None
        return places[0] if len(given) > 1 or instance.call is None else places[-1]
