"""Functions that read files: only within the scanned tree, and never through a link out of it."""

from __future__ import annotations

import base64
import posixpath

from sumptuary.sources.terraform.hcl.functions.hashing import digest
from sumptuary.sources.terraform.hcl.lazy import EvaluationError
from sumptuary.sources.terraform.hcl.operators import string
from sumptuary.sources.terraform.hcl.scope import Inner, Scope
from sumptuary.values import PartialMap, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Compiled = Callable[[Scope], object]


def _file(scope: Scope, path: object) -> object:
    content = scope.read_file(string(path))
    if isinstance(content, Unknown):
        return content
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{string(path)} is not UTF-8") from error


def _bytes_of(made: Callable[[bytes], str]) -> Callable[..., object]:
    def run(scope: Scope, path: object) -> object:
        content = scope.read_file(string(path))
        return content if isinstance(content, Unknown) else made(content)

    return run


def _hashed(algorithm: str) -> Callable[..., object]:
    return _bytes_of(lambda content: digest(algorithm, content).hex())


def _hashed64(algorithm: str) -> Callable[..., object]:
    return _bytes_of(lambda content: base64.b64encode(digest(algorithm, content)).decode())


def _templatefile(scope: Scope, path: object, variables: object) -> object:
    content = _file(scope, path)
    return content if isinstance(content, Unknown) else _render(scope, string(content), variables)


def _render(scope: Scope, template: str, variables: object) -> object:
    """A template's text with only the variables given to it in sight."""
    from sumptuary.sources.terraform.hcl.syntax import parse

    if not isinstance(variables, dict):
        raise EvaluationError("the variables of a template are a map")
    mark = "SUMPTUARY_TEMPLATE"
    while mark in template:
        mark += "_"
    trailing = "" if template.endswith("\n") else "\n"
    parsed = parse(f"t = <<{mark}\n{template}{trailing}{mark}\n".encode(), "template")
    attribute = parsed.body.attributes.get("t")
    if parsed.problems or attribute is None:
        raise EvaluationError("the template is malformed")
    inner = _TemplateScope(scope, dict(variables))
    if inner.depth > 8:
        return Unknown("templates call each other too deep")
    made = attribute.expression.evaluate(inner)
    return made.removesuffix("\n") if isinstance(made, str) and trailing else made


class _TemplateScope(Inner):
    """Sees the template's variables and nothing of the configuration around it."""

    __slots__ = ("depth",)
    depth: int

    def __init__(self, outer: Scope, names: dict[str, object]) -> None:
        super().__init__(outer, names)
        self.depth = outer.depth + 1 if isinstance(outer, _TemplateScope) else 1

    def root(self, name: str) -> object:
        if name in self.names:
            return self.names[name]
        if isinstance(self.names, PartialMap):
            return self.names.rest
        raise EvaluationError(f"the template is not given {name!r}")


def _fileexists(scope: Scope, path: object) -> object:
    content = scope.read_file(string(path))
    if isinstance(content, Unknown):
        return False if content.depends_on[:1] == ("no such file",) else content
    return True


def _within(path: object) -> object:
    return Unknown(f"{string(path)[:60]!r} depends on the machine Terraform runs on")


FUNCTIONS: dict[str, Callable[..., object]] = {
    "abspath": lambda scope, path: _within(path),
    "basename": lambda scope, path: posixpath.basename(string(path).rstrip("/")),
    "dirname": lambda scope, path: posixpath.dirname(string(path).rstrip("/")) or ".",
    "file": _file,
    "filebase64": _bytes_of(lambda content: base64.b64encode(content).decode()),
    "filebase64sha256": _hashed64("sha256"),
    "filebase64sha512": _hashed64("sha512"),
    "fileexists": _fileexists,
    "filemd5": _hashed("md5"),
    "fileset": lambda scope, path, pattern: scope.list_files(string(path), string(pattern)),
    "filesha1": _hashed("sha1"),
    "filesha256": _hashed("sha256"),
    "filesha512": _hashed("sha512"),
    "pathexpand": lambda scope, path: _within(path) if string(path).startswith("~") else string(path),
    "templatefile": _templatefile,
    "templatestring": lambda scope, template, variables: _render(scope, string(template), variables),
}
