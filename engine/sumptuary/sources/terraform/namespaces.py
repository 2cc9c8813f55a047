"""``var``, ``local`` and ``module`` as expressions see them: computed when asked for, once, and never in a circle."""

from __future__ import annotations

from sumptuary.sources.terraform.lazy import Lazy
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.values import PartialMap, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.terraform.graph import Called, Instance
    from sumptuary.sources.terraform.modules import Declaration


class Computed(Lazy):
    """An object whose attributes are kept once computed; one that needs itself is unknown."""

    __slots__ = ("_busy", "_label", "_values", "instance")

    def __init__(self, instance: Instance, label: str) -> None:
        self.instance = instance
        self._label = label
        self._values: dict[str, object] = {}
        self._busy: set[str] = set()

    def attribute(self, name: str) -> object:
        """The value of one name."""
        if name in self._values:
            return self._values[name]
        if name in self._busy:
            full = f"{self._label}{name}"
            return Unknown(f"{full} depends on itself", (full,))
        self._busy.add(name)
        try:
            value = self.compute(name)
        finally:
            self._busy.discard(name)
        self._values[name] = value
        return value

    def compute(self, name: str) -> object:
        """The value of one name, worked out."""
        raise NotImplementedError

    def names(self) -> list[str]:
        """Every name there is."""
        raise NotImplementedError

    def whole(self) -> object:
        """All names with their values."""
        return {name: self.attribute(name) for name in self.names()}


class Variables(Computed):
    """``var``: the caller's arguments (for the root module, what was given), else defaults, in the declared type.

    ``misfits`` are the values that Terraform refuses for their type, as far as they were asked for.
    """

    __slots__ = ("misfits",)

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance, "var.")
        self.misfits: dict[str, Unknown] = {}

    def names(self) -> list[str]:
        """The declared variables."""
        return list(self.instance.module.variables)

    def compute(self, name: str) -> object:
        """What was given, or the default. What is sensitive or ephemeral is Unknown: it must not reach any output."""
        declaration = self.instance.module.variables.get(name)
        label = f"{self.instance.address}.var.{name}" if self.instance.address else f"var.{name}"
        if declaration is None:
            return Unknown(f"{label} is not declared", (label,))
        if _flag(declaration, "sensitive"):
            return Unknown(f"{label} is sensitive", (label,))
        if _flag(declaration, "ephemeral"):
            return Unknown(f"{label} is ephemeral", (label,))
        given, value = self._given(declaration)
        if given and value is None and not _flag(declaration, "nullable", default=True):
            given = False
        if not given:
            default = declaration.expression("default")
            if default is None:
                return Unknown(f"{label} has no value", (label,))
            value = default.evaluate(self.instance)
        try:
            return _converted(declaration, value)
        except EvaluationError as error:
            why = self.misfits[name] = Unknown(f"the value of {label} does not fit its type: {error}", (label,))
            return why

    def _given(self, declaration: Declaration) -> tuple[bool, object]:
        instance = self.instance
        if instance.call is None:
            return instance.run.given.value(declaration)
        argument = instance.call.expression(declaration.name)
        if argument is None:
            return instance.call.damage is not None, instance.call.damage
        return True, argument.evaluate(instance.outside)


def _flag(declaration: Declaration, name: str, *, default: bool = False) -> bool:
    """A literal true or false of a declaration, read once."""
    if name not in declaration.flags:
        from sumptuary.sources.terraform.modules import literal

        expression = declaration.expression(name)
        declaration.flags[name] = literal(expression) is True if expression is not None else default
    return declaration.flags[name]


def _converted(declaration: Declaration, value: object) -> object:
    """The value in the declared type. Raises EvaluationError where it does not fit."""
    constraint = declaration.expression("type")
    if constraint is None or isinstance(value, Unknown):
        return value
    from sumptuary.sources.terraform.conversion import convert, parse_type

    if declaration.kind is None:
        declaration.kind = parse_type(constraint)
    return value if isinstance(declaration.kind, Unknown) else convert(value, declaration.kind)


class Locals(Computed):
    """``local``."""

    __slots__ = ()

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance, "local.")

    def names(self) -> list[str]:
        """The declared locals."""
        return list(self.instance.module.locals)

    def compute(self, name: str) -> object:
        """The value of a local, in its module's scope."""
        found = self.instance.module.locals.get(name)
        if name == "unseen" and self.instance.module.inferred:
            from sumptuary.sources.terraform.inferred import unseen

            return unseen(self.instance)
        if found is None:
            return Unknown(f"local.{name} is not declared in {self.instance.module.shown}", (f"local.{name}",))
        return found[0].expression.evaluate(self.instance)


class Modules(Computed):
    """``module``: the calls of this module."""

    __slots__ = ()

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance, "module.")

    def names(self) -> list[str]:
        """The names of the calls."""
        return list(self.instance.module.calls)

    def compute(self, name: str) -> object:
        """The outputs of a call: an object, or a list or map of them."""
        if name not in self.instance.module.calls:
            return Unknown(f"module.{name} is not declared in {self.instance.module.shown}", (f"module.{name}",))
        called = self.instance.called(name)
        if called.missing is not None:
            return called.missing
        return _shape(called)


def _shape(called: Called) -> object:
    expansion = called.expansion
    if expansion.is_single and (expansion.rest is not None or not expansion.keys):
        return expansion.rest
    if expansion.is_single:
        instance = called.instance(None)
        return Outputs(instance) if instance is not None else Unknown(f"{called.address} cannot be read")
    if expansion.repeated == "count":
        if expansion.rest is not None:
            return expansion.rest
        return [Outputs(each) for each in called.instances()]
    known: dict[str, object] = {}
    for key in expansion.keys:
        instance = called.instance(key)
        if instance is not None:
            known[str(key)] = Outputs(instance)
    return known if expansion.rest is None else PartialMap(known, expansion.rest)


class Outputs(Computed):
    """The outputs of one instance of a module."""

    __slots__ = ()

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance, f"{instance.address}.")

    def names(self) -> list[str]:
        """The declared outputs."""
        return list(self.instance.module.outputs)

    def compute(self, name: str) -> object:
        """The value of an output; a sensitive one is Unknown."""
        declaration = self.instance.module.outputs.get(name)
        full = f"{self.instance.address}.{name}"
        if declaration is None and self.instance.module.inferred:
            return Unknown(f"{full} is not known: the module is not downloaded", (full,))
        if declaration is None:
            hint = "" if self.instance.module.complete else ", of which not all could be read"
            return Unknown(f"{full} is not an output of {self.instance.module.shown}{hint}", (full,))
        if _flag(declaration, "sensitive"):
            return Unknown(f"{full} is sensitive", (full,))
        if _flag(declaration, "ephemeral"):
            return Unknown(f"{full} is ephemeral", (full,))
        value = declaration.expression("value")
        try:
            return _converted(declaration, value.evaluate(self.instance)) if value is not None else None
        except EvaluationError as error:
            return Unknown(f"{full}: {error}")
