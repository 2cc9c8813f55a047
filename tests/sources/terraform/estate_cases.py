"""Runs the cases under ``cases/``: small configurations, and what must be read from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from sumptuary.coverage import Coverage
from sumptuary.model import Place, Resource, Tags
from sumptuary.sources.terraform import Options, read
from sumptuary.values import to_json

CASES = Path(__file__).parent / "cases"


def load(name: str) -> list[Any]:
    """The cases of one file; each has a name, files, and expectations."""
    with (CASES / f"{name}.yaml").open(encoding="utf-8") as file:
        return list(yaml.safe_load(file))


def run(case: dict[str, Any], directory: Path) -> tuple[dict[str, Resource], Coverage]:
    """Write a case's files, read them, and give the resources by address (behind their root when there are several)."""
    (directory / ".git").mkdir(exist_ok=True)
    for name, content in case["files"].items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    coverage = Coverage()
    options = Options(
        variables={key: str(value) for key, value in case.get("variables", {}).items()},
        var_files=tuple(str(directory / name) for name in case.get("var_files", ())),
        workspace=case.get("workspace", "default"),
    )
    paths = [str(directory / name) for name in case.get("paths", ["."])]
    found = list(read(paths, options, coverage))
    keys = [resource.address for resource in found]
    several = len(set(keys)) < len(keys) or case.get("roots", False)
    resources = {f"{_root(resource, directory)}:{resource.address}" if several else resource.address: resource
                 for resource in found}  # fmt: skip
    assert len(resources) == len(found), keys
    return resources, coverage


def _root(resource: Resource, directory: Path) -> str:
    return str((Path.cwd() / resource.origin.root).resolve().relative_to(directory.resolve()))


def check(case: dict[str, Any], directory: Path) -> None:
    """Run a case and hold it against everything that it expects. What it does not name is not looked at, except that
    the addresses must be all there are, and that nothing failed unless ``failures`` says so."""
    resources, coverage = run(case, directory)
    assert sorted(resources) == sorted(case["expect"] or {})
    for address, expected in (case["expect"] or {}).items():
        _check_resource(resources[address], expected or {}, directory)
    failures = [_failure(each.path, each.line, each.message, directory) for each in coverage.failures]
    expected_failures = case.get("failures", [])
    assert len(failures) == len(expected_failures), failures
    for text, wanted in zip(sorted(failures), sorted(expected_failures), strict=True):
        start, between, end = wanted.partition(" ... ")
        assert text.startswith(start), (text, wanted)
        assert not between or text.endswith(end), (text, wanted)
    for wanted in case.get("notes", []):
        assert any(wanted in note for note in coverage.notes), coverage.notes
    assert [row.rpartition(" at ")[0] for row in coverage.unresolved_modules] == case.get("unresolved", [])


def _failure(path: str, line: int, message: str, directory: Path) -> str:
    shown = (Path.cwd() / path).resolve().relative_to(directory.resolve())
    return f"{shown}:{line}: {message}"


def _of_tags(name: str, tags: Tags, directory: Path) -> object:
    """What a case expects of tags: their values, those of the group, where each is from and where it is written."""
    if name == "tags":
        return to_json(tags.values())
    if name == "group_tags":
        return to_json(tags.group.values()) if tags.group is not None else None
    if name == "origins":
        return {key: tag.origin for key, tag in tags.entries.items()}
    if name == "tag_lines":
        return {key: tag.place.line if tag.place else 0 for key, tag in tags.entries.items()}
    return {key: _shown(tag.place, directory) for key, tag in tags.entries.items()}


OF_TAGS = ("tags", "group_tags", "origins", "tag_lines", "tag_places")


def _check_resource(resource: Resource, expected: dict[str, Any], directory: Path) -> None:
    for name, wanted in expected.items():
        actual: object
        if name in OF_TAGS:
            actual = _of_tags(name, resource.tags, directory)
        elif name == "attributes":
            actual = {path: to_json(resource.attribute(path)) for path in wanted}
        elif name in ("lines", "places"):
            places = {path: resource.origin.place_of(path) for path in wanted}
            told = {path: _shown(place, directory) for path, place in places.items()}
            actual = told if name == "places" else {path: place.line if place else 0 for path, place in places.items()}
        elif name == "written":
            actual = {path: [_shown(place, directory) for place in resource.origin.written_at(path)] for path in wanted}
        elif name == "place":
            assert resource.origin.place is not None
            path = (Path.cwd() / resource.origin.place.path).resolve().relative_to(directory.resolve())
            actual = f"{path}:{resource.origin.place.line}"
        elif name == "calls":
            actual = [f"{call.address}:{call.place.line}" for call in resource.origin.calls]
        elif name == "relations":
            actual = {path: list(addresses) for path, addresses in resource.relations.items()}
        else:
            actual = to_json(getattr(resource, name))
        assert matches(actual, wanted), f"{resource.address} {name}: {actual!r} is not {wanted!r}"


def _shown(place: Place | None, directory: Path) -> str:
    if place is None:
        return "nowhere"
    return f"{(Path.cwd() / place.path).resolve().relative_to(directory.resolve())}:{place.line}"


def matches(actual: object, wanted: object) -> bool:
    """Equal, where an expected ``$unknown`` is part of the actual reason."""
    if isinstance(wanted, dict) and isinstance(actual, dict):
        if wanted.keys() != actual.keys():
            return False
        return all(
            wanted[key] in str(actual[key]) if key == "$unknown" else matches(actual[key], wanted[key])
            for key in wanted
        )
    if isinstance(wanted, list) and isinstance(actual, list):
        return len(wanted) == len(actual) and all(matches(a, w) for a, w in zip(actual, wanted, strict=True))
    return type(actual) is type(wanted) and actual == wanted
