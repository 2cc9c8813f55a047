"""Functions that read files, only inside the scanned tree, and those on paths."""

from __future__ import annotations

import base64
import os

from sumptuary.sources.terraform.functions.hashing import digest
from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.values import PartialMap, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sumptuary.sources.terraform.scope import FileAccess, Scope

FUNCTIONS = Table()
function = FUNCTIONS.function
_INSIDE = ""
"""A name that nobody can write, which is true inside of a template."""


def text_of(scope: Scope, path: str) -> str | Unknown:
    """The text of a file in the tree. Raises EvaluationError where there is none."""
    content = scope.files.read(path)
    if isinstance(content, (Unknown, str)):
        return content
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{path} is not UTF-8 text") from error


@function("string", needs_scope=True)
def file(scope: Scope, path: str) -> object:
    """The text of a file."""
    return text_of(scope, path)


def _of_bytes(name: str, make: Callable[[bytes], str]) -> None:
    @function("string", name=name, needs_scope=True)
    def run(scope: Scope, path: str) -> object:
        content = scope.files.read(path)
        return content if isinstance(content, Unknown) else make(content)

    del run


def _hex(algorithm: str) -> Callable[[bytes], str]:
    return lambda content: digest(algorithm, content).hex()


def _base64(algorithm: str) -> Callable[[bytes], str]:
    return lambda content: base64.b64encode(digest(algorithm, content)).decode()


_of_bytes("filebase64", lambda content: base64.b64encode(content).decode())
for _name in ("md5", "sha1", "sha256", "sha512"):
    _of_bytes(f"file{_name}", _hex(_name))
_of_bytes("filebase64sha256", _base64("sha256"))
_of_bytes("filebase64sha512", _base64("sha512"))


@function("string", needs_scope=True)
def fileexists(scope: Scope, path: str) -> object:
    """Whether there is such a file."""
    return scope.files.exists(path)


@function("string string", needs_scope=True)
def fileset(scope: Scope, directory: str, pattern: str) -> object:
    """The files of a directory that match a pattern."""
    from sumptuary.sources.terraform.equality import to_set

    found = scope.files.matching(directory, pattern)
    return found if isinstance(found, Unknown) else to_set(found)


@function("string map", needs_scope=True, sees="parts")
def templatefile(scope: Scope, path: str, variables: dict[str, object]) -> object:
    """A template file filled in with the variables given to it."""
    text = text_of(scope, path)
    return text if isinstance(text, Unknown) else fill_in(scope, text, variables)


@function("string map", needs_scope=True, sees="parts")
def templatestring(scope: Scope, text: str, variables: dict[str, object]) -> object:
    """A template filled in with the variables given to it."""
    return fill_in(scope, text, variables)


def fill_in(scope: Scope, text: str, variables: dict[str, object]) -> object:
    """The text of a template that sees only its variables; Unknown inside of another template."""
    if scope.root(_INSIDE) is True:
        return Unknown("a template calls another one, which OpenTofu fills in and Terraform refuses")
    from sumptuary.sources.terraform.compiling import compile_node
    from sumptuary.sources.terraform.cursor import ReadError
    from sumptuary.sources.terraform.loops import joined
    from sumptuary.sources.terraform.templates import read_template

    try:
        compiled = compile_node(read_template(text))
    except ReadError as error:
        line = text.count("\n", 0, error.position) + 1
        raise EvaluationError(f"the template cannot be read: {error.message} (line {line} of it)") from error
    return joined([compiled(_TemplateScope(scope, variables))])


class _TemplateScope:
    """Sees a template's variables and nothing of the configuration around it."""

    __slots__ = ("_variables", "budget", "files")

    def __init__(self, outer: Scope, variables: dict[str, object]) -> None:
        self._variables = variables
        self.files: FileAccess = outer.files
        self.budget = outer.budget

    def root(self, name: str) -> object:
        if name in self._variables:
            return self._variables[name]
        if name == _INSIDE:
            return True
        if isinstance(self._variables, PartialMap):
            return self._variables.rest
        raise EvaluationError(f"the template is not given the variable {name}")


def _outside(path: str) -> Unknown:
    return Unknown(f"the full path of {path[:60]} depends on the machine that runs Terraform")


@function("string")
def abspath(path: str) -> object:
    """Not told for relative paths: it depends on the machine."""
    return os.path.normpath(path) if path.startswith("/") else _outside(path)


@function("string")
def pathexpand(path: str) -> object:
    """The path, unless it lies in a home directory."""
    return _outside(path) if path.startswith("~") else path


@function("string")
def basename(path: str) -> object:
    """The last part of a path."""
    if not path:
        return "."
    return os.path.basename(path.rstrip("/")) or "/"


@function("string")
def dirname(path: str) -> object:
    """A path without its last part."""
    folder = path[: path.rfind("/") + 1]
    if not folder:
        return "."
    cleaned = os.path.normpath(folder)
    return cleaned[1:] if cleaned.startswith("//") else cleaned
