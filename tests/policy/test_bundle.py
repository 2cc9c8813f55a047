from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from policy import sample_rules
from sumptuary.errors import PolicyError
from sumptuary.policy import gather
from sumptuary.policy.compiled import Laws
from sumptuary.policy.load import load

Write = Callable[[str, str], Path]
PolicyText = Callable[..., str]


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """One item for every time that laws are compiled rather than taken from a bundle."""
    made: list[object] = []
    original = gather.gather

    def counted(*arguments: object) -> object:
        made.append(arguments)
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(gather, "gather", counted)
    return made


@pytest.fixture
def path(write: Write, policy_text: PolicyText) -> str:
    write("pack/inner/b.yaml", policy_text("enforcement: {ramp: [{from: 2027-01-15, level: audit}]}", name="b"))
    write("pack/a.yaml", policy_text("select: {tags: {a: null, b: x}}", "fix: {safety: manual}", name="a"))
    return str(write("pack/readme.md", "x").parent)


def bundle(cache: Path) -> Path:
    (found,) = (cache / "sumptuary" / "bundles").glob("*.json")
    return found


def test_a_bundle_gives_the_same_laws_without_compiling(path: str, compilations: list[object]) -> None:
    first, second = load([path], start=None), load([path], start=None)
    assert len(compilations) == 1
    assert first == second
    assert isinstance(second.policies[0].kinds, tuple)
    assert isinstance(second.policies[1].enforcement.ramp[0], tuple)


def change_a_document(path: str) -> None:
    document = Path(path) / "inner" / "b.yaml"
    stamp = document.stat()
    document.write_text(document.read_text().replace("max: 100", "max: 200"))
    os.utime(document, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # same size and time: only the content tells


def add_a_document(path: str) -> None:
    text = (Path(path) / "a.yaml").read_text().replace("id: a,", "id: c,")
    (Path(path) / "c.yaml").write_text(text)


def remove_a_document(path: str) -> None:
    (Path(path) / "a.yaml").unlink()


def touch_the_rule(path: str) -> None:
    os.utime(sample_rules.__file__)


def install_a_package(path: str) -> None:
    os.utime(next(entry for entry in sys.path if entry.endswith("site-packages")))


@pytest.mark.parametrize(
    "change", [change_a_document, add_a_document, remove_a_document, touch_the_rule, install_a_package]
)
def test_what_the_laws_depend_on_makes_them_compile_again(
    change: Callable[[str], None], path: str, compilations: list[object]
) -> None:
    load([path], start=None)
    change(path)
    assert load([path], start=None) == load([path], start=None, cache=False)
    assert len(compilations) == 3


def test_a_pack_that_is_extended_is_watched_too(
    write: Write, policy_text: PolicyText, compilations: list[object]
) -> None:
    write("org/a.yaml", policy_text(name="a"))
    head = "apiVersion: sumptuary/v1\nkind: Pack\nmetadata: {name: team}\n"
    team = write("team/pack.yaml", head + "spec: {extends: [{pack: ../org}], policies: [p.yaml]}\n").parent
    write("team/p.yaml", policy_text(name="p"))
    load([str(team)], start=None)
    write("org/a.yaml", policy_text(name="changed"))
    assert [policy.id for policy in load([str(team)], start=None).policies] == ["changed", "p"]
    assert len(compilations) == 2


DAMAGES: list[Callable[[str], str]] = [
    lambda text: "",
    lambda text: text[: len(text) // 2],
    lambda text: "[]",
    lambda text: "[" * 100_000,
    lambda text: json.dumps({**json.loads(text), "laws": {"policies": [{"id": 1}]}}),
    lambda text: json.dumps({**json.loads(text), "modules": 3}),
    lambda text: text.replace('"kinds"', '"kind"'),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_bundle_is_not_used(
    damage: Callable[[str], str], path: str, own_cache: Path, compilations: list[object]
) -> None:
    laws = load([path], start=None)
    file = bundle(own_cache)
    file.write_text(damage(file.read_text()))
    assert load([path], start=None) == laws
    assert len(compilations) == 2
    assert load([path], start=None) == laws
    assert len(compilations) == 2, "the damaged bundle was not replaced"


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_bundle_that_others_may_write_is_not_trusted(path: str, own_cache: Path, compilations: list[object]) -> None:
    load([path], start=None)
    assert bundle(own_cache).stat().st_mode & 0o777 == 0o600
    bundle(own_cache).chmod(0o666)
    load([path], start=None)
    assert len(compilations) == 2


def test_without_a_place_to_keep_it_everything_works(
    path: str, own_cache: Path, compilations: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    own_cache.write_text("a file stands where the directory would be")
    assert load([path], start=None) == load([path], start=None)
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "")
    load([path], start=None)
    assert len(compilations) == 3


def test_the_cache_can_be_refused(
    path: str, own_cache: Path, compilations: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    load([path], start=None, cache=False)
    monkeypatch.setenv("SUMPTUARY_NO_CACHE", "1")
    load([path], start=None)
    assert len(compilations) == 2
    assert not own_cache.exists()


def test_laws_with_errors_are_never_kept(path: str, own_cache: Path, write: Write) -> None:
    write("pack/c.yaml", "kind: No\n")
    for _ in range(2):
        with pytest.raises(PolicyError):
            load([path], start=None)
    assert not own_cache.exists()


def test_old_bundles_are_removed(path: str, own_cache: Path, write: Write, policy_text: PolicyText) -> None:
    for number in range(30):
        write("pack/c.yaml", policy_text(name=f"c{number}"))
        load([path], start=None)
    assert len(list((own_cache / "sumptuary" / "bundles").iterdir())) <= 25


CACHED_RUN = """
import sys
sys.path.insert(0, {tests!r})
from sumptuary.policy.load import load
from sumptuary.policy.select import Selector
from sumptuary.policy.message import render
laws = load([{path!r}], start=None)
[Selector(policy) for policy in laws.policies]
heavy = {{"yaml", "pydantic", "pathlib", "typing", "logging", "importlib.metadata", "cel_expr_python", "asyncio"}}
print(len(laws.policies), *sorted(heavy & set(sys.modules)))
"""


def test_a_cached_run_imports_nothing_heavy(path: str, own_cache: Path) -> None:
    tests = str(Path(__file__).parent.parent)
    script = CACHED_RUN.format(path=path, tests=tests)

    def run(source: str) -> list[str]:
        command = [sys.executable, "-I", "-c", source]
        environment = {**os.environ, "XDG_CACHE_HOME": str(own_cache)}
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.split()

    registered = "import policy.sample_rules as s; from sumptuary.policy import registry\n"
    registered += (
        "registry.installed = lambda: ({r.id: r for r in s.RULES}, [])\nfrom sumptuary.policy.load import load\n"
    )
    compiling = script.replace("from sumptuary.policy.load import load\n", registered, 1)
    assert run(compiling)[0] == "2"
    assert run(script) == ["2"]


def test_laws_are_plain_enough_for_json(path: str) -> None:
    laws: Laws = load([path], start=None)
    assert json.loads(json.dumps(laws.policies[0].parameters)) == laws.policies[0].parameters


def test_documents_are_read_up_to_the_size_that_the_reader_takes() -> None:
    from sumptuary import yaml_lines
    from sumptuary.policy import places

    assert places.MAX_BYTES == yaml_lines.MAX_BYTES
