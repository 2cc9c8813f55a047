"""Where a module call leads: a directory in the tree, one that ``terraform init`` downloaded, or nowhere here."""

from __future__ import annotations

import json
import os

from sumptuary.sources.terraform.lazy import settled
from sumptuary.sources.terraform.modules import literal
from sumptuary.values import Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.terraform.graph import Instance
    from sumptuary.sources.terraform.modules import Declaration, Module
    from sumptuary.sources.tree import Tree


class Target:
    """``directory`` is absolute; where it is None, ``why`` says what a person may do ("is not downloaded").

    ``interface`` is then what is known of the module from its arguments alone, if it is a public one.
    """

    __slots__ = ("directory", "interface", "why")

    def __init__(self, directory: str | None, why: str = "", interface: Module | None = None) -> None:
        self.directory = directory
        self.why = why
        self.interface = interface


class Downloaded:
    """The modules that ``terraform init`` fetched for a root module, by their path of call names."""

    __slots__ = ("_directories", "_directory", "_tree")

    def __init__(self, tree: Tree, directory: str) -> None:
        self._tree = tree
        self._directory = directory
        self._directories: dict[str, str] | None = None

    def directory(self, path: str) -> str | None:
        """The directory of ``eks.kms``, None when it was not downloaded."""
        if self._directories is None:
            self._directories = self._read()
        return self._directories.get(path)

    def _read(self) -> dict[str, str]:
        manifest = os.path.join(self._directory, ".terraform", "modules", "modules.json")
        if not os.path.isfile(manifest):
            return {}
        content = self._tree.read(manifest)
        if content is None:
            return {}
        try:
            document: object = json.loads(content)
        except (ValueError, RecursionError):
            self._tree.fail(manifest, 0, "this list of downloaded modules cannot be read")
            return {}
        rows = document.get("Modules") if is_map(document) else None
        found: dict[str, str] = {}
        for row in rows if is_list(rows) else []:
            key, directory = (row.get("Key"), row.get("Dir")) if is_map(row) else (None, None)
            if isinstance(key, str) and isinstance(directory, str):
                found[key] = os.path.normpath(os.path.join(self._directory, directory))
        return found


def source_of(declaration: Declaration) -> str | None:
    """The source of a module call as written; None when it is missing or not literal."""
    if declaration.source is None:
        expression = declaration.expression("source")
        value = literal(expression) if expression is not None else None
        declaration.source = value if isinstance(value, str) else ""
    return declaration.source or None


def local_directory(declaration: Declaration, source: str | None = None) -> str | None:
    """The directory that a call with a relative source names; None for any other source."""
    source = source_of(declaration) if source is None else source
    if source is None or not (source in (".", "..") or source.startswith(("./", "../"))):
        return None
    return os.path.normpath(os.path.join(os.path.dirname(declaration.path), source))


def computed_source(caller: Instance, declaration: Declaration) -> str | Unknown | None:
    """A source that is put together, as Terraform 1.15 and OpenTofu 1.8 allow, of variables and locals.

    None for what is no text: Terraform refuses it.
    """
    expression = declaration.expression("source")
    value = settled(expression.evaluate(caller)) if expression is not None else None
    return value if isinstance(value, Unknown) or (isinstance(value, str) and value) else None


def is_computed(declaration: Declaration) -> bool:
    """Whether the source of a call is put together of something, not written out."""
    return "source" in declaration.body.attributes and source_of(declaration) is None


def may_lead_below(declaration: Declaration) -> str | None:
    """The directory below which a call with a relative source that is put together leads; None for any other."""
    expression = declaration.expression("source")
    if expression is None or source_of(declaration) is not None:
        return None
    start = expression.text.removeprefix('"').partition("${")[0]
    if not start.startswith(("./", "../")):
        return None
    return os.path.normpath(os.path.join(os.path.dirname(declaration.path), os.path.dirname(start)))


def target_of(caller: Instance, declaration: Declaration) -> Target:
    """Where a call leads. What is wrong, or not here, goes into the ledger."""
    tree = caller.run.library.tree
    line = declaration.block.line
    source = source_of(declaration)
    if source is None and "source" not in declaration.body.attributes:
        tree.fail(declaration.path, line, f"module.{declaration.name} has no source")
        return Target(None, "has no source")
    if source is None:
        told = computed_source(caller, declaration)
        if told is None:
            what = "has a source that is not a text"
            tree.fail(declaration.path, declaration.body.attributes["source"].line, f"module.{declaration.name} {what}")
            return Target(None, what)
        if isinstance(told, Unknown):
            return _of_unknown_source(caller, declaration, told)
        source = told
    local = local_directory(declaration, source)
    if local is not None:
        if not tree.holds(local):
            tree.fail(declaration.path, line, f"module.{declaration.name}: {source} lies outside the scanned tree")
            return Target(None, "lies outside the scanned tree")
        if not os.path.isdir(local):
            message = f"module.{declaration.name}: there is no directory {tree.shown(local)}"
            tree.fail(declaration.path, line, message)
            return Target(None, f"leads to {tree.shown(local)}, which does not exist")
        return Target(local)
    path = _path(caller, declaration.name)
    fetched = caller.run.downloaded.directory(path)
    if fetched is not None and os.path.isdir(fetched) and tree.holds(fetched):
        return Target(fetched)
    expression = declaration.expression("version")
    version = settled(expression.evaluate(caller)) if expression is not None else None
    wanted = f"{source} {version}" if isinstance(version, str) else source
    row = f"module.{declaration.name} ({wanted}) at {declaration.shown}:{line}"
    if row not in tree.coverage.unresolved_modules:
        tree.coverage.unresolved_modules.append(row)
    from sumptuary.sources.terraform.interfaces import interface_of, module_of, remark

    known = interface_of(source, version if isinstance(version, str) else None)
    remark(source, tree.coverage)
    return Target(None, "is not downloaded", module_of(known) if known is not None else None)


def _of_unknown_source(caller: Instance, declaration: Declaration, why: Unknown) -> Target:
    """A module whose source waits for a value can still be among those that were downloaded."""
    tree = caller.run.library.tree
    fetched = caller.run.downloaded.directory(_path(caller, declaration.name))
    if fetched is not None and os.path.isdir(fetched) and tree.holds(fetched):
        return Target(fetched)
    row = f"module.{declaration.name} (source not known: {why.reason}) at {declaration.shown}:{declaration.block.line}"
    if row not in tree.coverage.unresolved_modules:
        tree.coverage.unresolved_modules.append(row)
    return Target(None, f"has a source that is not known: {why.reason}")


def _path(caller: Instance, name: str) -> str:
    """The names of the calls from the root, as in the manifest: ``eks.kms``."""
    names = [name]
    level: Instance | None = caller
    while level is not None:
        if level.call is not None:
            names.append(level.call.name)
        level = level.parent
    return ".".join(reversed(names))
