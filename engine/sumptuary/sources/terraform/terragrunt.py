"""Terragrunt's units: a directory with a terragrunt.hcl names a module and the values of its variables."""

from __future__ import annotations

import os
from copy import copy

from sumptuary.model import Call, Place
from sumptuary.sources.terraform.generated import add_generated
from sumptuary.sources.terraform.graph import Run
from sumptuary.sources.terraform.modules import Module
from sumptuary.sources.terraform.provenance import At, trace
from sumptuary.sources.terraform.terragrunt_config import NAME, Config, Files
from sumptuary.sources.terraform.terragrunt_functions import deeper
from sumptuary.sources.terraform.terragrunt_stack import Stacks, place_of
from sumptuary.sources.terraform.variables import Given, given_for
from sumptuary.values import PartialMap, Unknown, is_list, is_map, look_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sumptuary.sources.terraform import Options
    from sumptuary.sources.terraform.modules import Declaration, Library
    from sumptuary.sources.terraform.syntax import Attribute


class Unit:
    """A directory that Terragrunt runs Terraform for: its file, what that includes, and the module that it names."""

    __slots__ = ("config", "layers", "module", "place")

    def __init__(self, config: Config) -> None:
        self.config = config
        self.layers: list[Config] = [*config.includes().values(), config]
        """The files that say something of it, the one that wins last."""
        self.module: Module | None = None
        self.place = Place(config.shown, 1)

    @property
    def directory(self) -> str:
        """Where its file stands."""
        return os.path.dirname(self.config.path)

    def value(self, name: str) -> object:
        """The value that its files give a variable; ABSENT where they give none."""
        return look_up(merged_inputs(self)[0], name)

    def places(self, name: str, keys: tuple[str, ...]) -> Iterator[Place]:
        """Where the value of a variable was written, the innermost place first; none where no file gives it."""
        for layer in reversed(self.layers):
            attribute = layer.body.attributes.get("inputs")
            inputs = layer.inputs()
            if attribute is not None and is_map(inputs) and name in inputs and _may_hold(inputs[name], keys):
                start = At(layer, attribute.expression, layer.shown, attribute.line)
                yield from trace(start, (name, *keys))
                yield Place(layer.shown, attribute.line)
                return

    def calls(self) -> tuple[Call, ...]:
        """The unit as the caller of its module, and before it the stack that names the unit."""
        within = place_of(self.config)
        outer = (Call(os.path.dirname(within.path) or ".", within),) if within is not None else ()
        return (*outer, Call(os.path.dirname(self.config.shown) or ".", self.place))


def _may_hold(value: object, keys: tuple[str, ...]) -> bool:
    """Whether a value has the first of some keys, as far as is known: of maps laid over each other the other may."""
    return not keys or not is_map(value) or isinstance(value, PartialMap) or keys[0] in value


def units_of(directories: Iterable[str], library: Library, options: Options) -> list[Unit]:
    """The units among some directories whose module is here. What is not goes into the ledger, by file and line."""
    files = Files(library)
    found: list[Unit] = []
    directories = list(directories)
    stacks = Stacks(library, options, files)
    generated = stacks.units(directories)
    for directory in directories:
        path = os.path.join(directory, NAME)
        if os.path.isfile(path) and path not in stacks.sources:
            run = Run(library, options, directory, Given({}, {}), set(), reusable=False)
            found.append(Unit(Config(run, files, path, path)))
    made = {unit.config.path for unit in found}
    found += [Unit(config) for config in generated if config.path not in made]
    parents = {layer.path for unit in found for layer in unit.layers[:-1]}
    return [unit for unit in found if unit.config.path not in parents and _is_run(unit) and _has_module(unit, library)]


def _is_run(unit: Unit) -> bool:
    """Whether Terragrunt runs it at all: ``skip`` and ``exclude`` may say no; a note says so."""
    config = unit.config
    skip = config.body.attributes.get("skip")
    said = config.setting("exclude", "if") if skip is None else (skip, config.value(skip))
    if said is None or said[1] is not True:
        return True
    config.run.library.tree.coverage.note(f"{config.shown}:{said[0].line}: Terragrunt leaves this unit out; so do we")
    return False


def _has_module(unit: Unit, library: Library) -> bool:
    """Find the module of a unit; say in the ledger why there is none."""
    source = next((said for layer in reversed(unit.layers) if (said := _source(layer)) is not None), None)
    if source is None:
        unit.module = library.module(unit.directory)
        return unit.module is not None
    layer, attribute, value = source
    unit.place = Place(layer.shown, attribute.line)
    if not isinstance(value, str):
        why = value.reason if isinstance(value, Unknown) else "its source is no text"
        _unresolved(unit, library, why)
        return False
    text = value.removeprefix("file://")
    if text.startswith((".", "/")):
        return _has_local_module(unit, library, text)
    from sumptuary.sources.terraform.interfaces import interface_of, module_of, remark

    known = interface_of(text, None)
    remark(text, library.tree.coverage)
    unit.module = module_of(known) if known is not None else None
    _unresolved(unit, library, text)
    return unit.module is not None


def _has_local_module(unit: Unit, library: Library, text: str) -> bool:
    path = os.path.normpath(os.path.join(unit.directory, text.partition("?")[0].replace("//", "/")))
    inside = "\0" not in path and library.tree.holds(path)
    unit.module = library.module(path) if inside and os.path.isdir(path) else None
    if unit.module is None:
        what = "no configuration there" if inside else "outside of the scanned tree"
        _unresolved(unit, library, f"{library.tree.shown(path)}: {what}")
    return unit.module is not None


def _source(layer: Config) -> tuple[Config, Attribute, object] | None:
    found = layer.setting("terraform", "source")
    return (layer, *found) if found is not None and found[1] not in ("", None) else None


def _unresolved(unit: Unit, library: Library, what: str) -> None:
    """A row of the ledger: a module that is not here."""
    row = f"{unit.config.shown} ({what}) at {unit.place.path}:{unit.place.line}"
    if row not in library.tree.coverage.unresolved_modules:
        library.tree.coverage.unresolved_modules.append(row)


def run_of(unit: Unit, library: Library, options: Options, reached: set[str]) -> tuple[Run, Module]:
    """The unit's module with what Terragrunt generates into it, and a run that gives it the unit's inputs."""
    module = unit.module if unit.module is not None else Module(unit.directory, unit.config.shown)
    made = copy(module)
    for block in _generated(unit):
        add_generated(made, block)
    own = given_for(module, _with_files(unit, options), library.tree)
    values, damage = merged_inputs(unit)
    run = Run(library, options, module.directory, own.over(values, damage), reached, reusable=False)
    run.unit = unit
    reached.add(unit.directory)
    return run, made


def _generated(unit: Unit) -> list[tuple[Config, Declaration]]:
    """The ``generate`` blocks, the unit's over those of the files that it includes."""
    found: dict[str, tuple[Config, Declaration]] = {}
    for layer in unit.layers:
        for block in layer.blocks("generate"):
            found[block.labels[0]] = (layer, layer.block(block))
    return list(found.values())


def merged_inputs(unit: Unit) -> tuple[dict[str, object], Unknown | None]:
    """The values of all files together, and why there may be more."""
    values: dict[str, object] = {}
    damage: Unknown | None = None
    deep = _merged_deeply(unit.config)
    for layer in unit.layers:
        inputs = layer.inputs()
        if isinstance(inputs, Unknown):
            values, damage = {}, inputs
            continue
        if isinstance(inputs, PartialMap):
            damage = inputs.rest
        if is_map(inputs):
            for name, value in inputs.items():
                values[name] = deeper(values[name], value) if deep and name in values else value
    return values, damage


def _merged_deeply(config: Config) -> bool:
    for block in config.body.blocks:
        strategy = block.body.attributes.get("merge_strategy") if block.type == "include" else None
        if strategy is not None and config.value(strategy) in ("deep", "deep_map_only"):
            return True
    return False


def _with_files(unit: Unit, options: Options) -> Options:
    """The variable files that ``extra_arguments`` name, before those of the command line."""
    named: list[str] = []
    for layer in unit.layers:
        for terraform in (block for block in layer.body.blocks if block.type == "terraform"):
            for extra in (block for block in terraform.body.blocks if block.type == "extra_arguments"):
                for kind in ("required_var_files", "optional_var_files"):
                    attribute = extra.body.attributes.get(kind)
                    listed = layer.value(attribute) if attribute is not None else None
                    for name in listed if is_list(listed) else ():
                        path = os.path.join(unit.directory, name) if isinstance(name, str) else ""
                        if os.path.isfile(path) and layer.run.library.tree.holds(path):
                            named.append(path)
    if not named:
        return options
    changed = copy(options)
    changed.var_files = (*named, *options.var_files)
    return changed
