"""The compiled bundle: validated laws kept as JSON in the user's cache, so that a hook validates nothing twice.

A bundle is found by what all documents hold, the version, and the packages that could bring rules; it holds only
while the rule modules it was compiled with are unchanged. A cache that is missing, corrupt or not writable is not used.
"""

from __future__ import annotations

import os
import sys
from dataclasses import fields

from sumptuary.errors import SumptuaryError
from sumptuary.model import Place
from sumptuary.policy.compiled import Approval, Enforcement, Laws, Policy, Project, Template, Waiver, WaiverTerms
from sumptuary.policy.places import PROJECT_DIRECTORY, Repository, Root, contents, lock_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

FORMAT = 5
KEPT = 24
"""How many bundles stay in the cache; the oldest go first."""


def laws(given: list[Root], repository: Repository, settings: Sequence[str] = (), *, cache: bool = True) -> Laws:
    """The laws of these documents: from the cache where it holds them, else compiled and kept there.

    ``settings`` are those of the command line (``ID.FIELD=VALUE``).

    Raises:
        PolicyError: documents are wrong. Laws with errors are never kept.
    """
    directory = cache_directory() if cache and not os.environ.get("SUMPTUARY_NO_CACHE") else ""
    key = _key(given, repository, settings) if directory else ""
    path = os.path.join(directory, f"{key}.json")
    if key and (kept := _kept(path)) is not None:
        return kept
    from sumptuary.policy.gather import gather

    gathered = gather(given, repository, settings)
    if key:
        _keep(directory, path, gathered.laws, gathered.further)
    return gathered.laws


def cache_directory() -> str:
    """Where bundles are kept, or empty where the user has no such place."""
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA", "")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(base):
            home = os.path.expanduser("~")
            base = os.path.join(home, ".cache") if os.path.isabs(home) else ""
    return os.path.join(base, "sumptuary", "bundles") if base else ""


def _key(given: list[Root], repository: Repository, settings: Sequence[str]) -> str:
    """A digest of all that the laws depend on; empty where something cannot be read (compiling will say what)."""
    from sumptuary import __version__
    from sumptuary.digests import blake2b

    digest = blake2b(digest_size=20)
    told = (FORMAT, __version__, sys.version_info[:3], _packages(), repository, tuple(settings))
    digest.update(repr(told).encode("utf-8", "surrogatepass"))
    own = [Root(directory, PROJECT_DIRECTORY, own=True) for directory in repository.directories]
    project = [Root(repository.project, "", own=True)] if repository.project else []
    try:
        locks = [Root(path, "", own=True) for path in lock_files(given, repository) if os.path.isfile(path)]
        for root in (*given, *own, *project, *locks):
            digest.update(_digest(root))
    except SumptuaryError:
        return ""
    return digest.hexdigest()


def _digest(root: Root) -> bytes:
    """A digest of a root: the names and contents of its documents."""
    from sumptuary.digests import blake2b

    digest = blake2b(repr(root).encode(), digest_size=20)
    for path, source in contents(root).items():
        digest.update(f"\0{path}\0{len(source)}\0".encode("utf-8", "surrogateescape"))
        digest.update(source)
    return digest.digest()


def _packages() -> list[tuple[str, int]]:
    """What tells that a package was installed or changed: the import path, and when its directories changed.

    The working directory changes all the time, and packages are not installed into it.
    """
    working = ("", os.getcwd())
    return [(entry, 0 if entry in working else _stamp(entry)[0]) for entry in sys.path]


def _stamp(path: str) -> tuple[int, int]:
    """When a file or directory changed, and its size; zeros where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)


def _kept(path: str) -> Laws | None:
    """The laws of a bundle that still holds, or None."""
    import json

    try:
        with open(path, encoding="utf-8") as file:
            if not _is_mine(file.fileno()):
                return None
            data = json.load(file)
        if any(list(_stamp(module)) != stamp for module, stamp in data["modules"]):
            return None
        if any(_digest(Root(**root)).hex() != digest for root, digest in data["further"]):
            return None
        return _laws(data["laws"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, SumptuaryError):
        return None


def _is_mine(descriptor: int) -> bool:
    """Whether nobody else could have written the file: it names code to import."""
    if os.name == "nt":
        return True
    status = os.fstat(descriptor)
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _keep(directory: str, path: str, laws: Laws, further: list[Root]) -> None:
    """Write a bundle in one step, so that nobody reads half of one; old ones are removed."""
    import json
    from dataclasses import asdict

    modules = {sys.modules[name].__file__ or "" for policy in laws.policies for name in _modules(policy.rule_class)}
    try:
        data = {
            "modules": [[module, _stamp(module)] for module in sorted(modules)],
            "further": [[asdict(root), _digest(root).hex()] for root in further],
            "laws": asdict(laws),
        }
        os.makedirs(directory, mode=0o700, exist_ok=True)
        temporary = f"{path}.{os.getpid()}.tmp"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(data, file, separators=(",", ":"))
        os.replace(temporary, path)
        _prune(directory)
    except (OSError, SumptuaryError):
        return


def _modules(rule_class: str) -> list[str]:
    """The module of a rule and the packages around it, as far as they are loaded."""
    module = rule_class.partition(":")[0]
    names = [module]
    while "." in module:
        module = module.rpartition(".")[0]
        names.append(module)
    return [name for name in names if name in sys.modules]


def _prune(directory: str) -> None:
    """Remove all but the newest bundles, and what an interrupted run left."""
    entries = [entry for entry in os.scandir(directory) if entry.name.endswith((".json", ".tmp"))]
    newest = sorted(entries, key=lambda entry: -entry.stat().st_mtime_ns)
    for entry in newest[KEPT:]:
        os.unlink(entry.path)


def _laws(data: dict[str, Any]) -> Laws:
    """The laws out of their JSON form; raises on anything that does not fit."""
    project = dict(data["project"])
    project["place"] = None if project["place"] is None else Place(**project["place"])
    project["facts"] = {fact: tuple(names) for fact, names in project["facts"].items()}
    for name in ("exclude", "commitments", "prices"):
        project[name] = tuple(project[name])
    return Laws(
        policies=[_policy(policy) for policy in data["policies"]],
        approvals=[_approval(approval) for approval in data["approvals"]],
        waivers=[_waiver(waiver) for waiver in data["waivers"]],
        project=Project(**project),
        documents=tuple(data["documents"]),
        notes=tuple(data["notes"]),
        templates=[_template(template) for template in data["templates"]],
    )


_TUPLES = tuple(item.name for item in fields(Policy) if str(item.type).startswith("tuple"))


def _policy(data: dict[str, Any]) -> Policy:
    for name in _TUPLES:
        data[name] = tuple(data[name])
    enforcement = data["enforcement"]
    enforcement["ramp"] = tuple((day, level) for day, level in enforcement["ramp"])
    data["enforcement"] = Enforcement(**enforcement)
    data["place"] = Place(**data["place"])
    if (terms := data["waivers"]) is not None:
        data["waivers"] = WaiverTerms(tuple(terms["approvers"]), terms["max_duration"])
    return Policy(**data)


def _template(data: dict[str, Any]) -> Template:
    for name in ("kinds", "group_by", "references"):
        data[name] = tuple(data[name])
    fields_of: dict[str, Any] = {**data, "place": Place(**data["place"])}
    return Template(**fields_of)


def _waiver(data: dict[str, Any]) -> Waiver:
    fields_of: dict[str, Any] = {**data, "policies": tuple(data["policies"]), "place": Place(**data["place"])}
    return Waiver(**fields_of)


def _approval(data: dict[str, Any]) -> Approval:
    fields_of: dict[str, Any] = {**data, "approvers": tuple(data["approvers"]), "place": Place(**data["place"])}
    fields_of["signatures"] = tuple((approver, signature) for approver, signature in data["signatures"])
    return Approval(**fields_of)
