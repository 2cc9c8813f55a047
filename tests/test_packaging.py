"""The wheel holds what the checkout holds: a wheel without its policies would pass everything."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GENERATED = {"__pycache__"}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built by the declared backend without a download of its own (hatchling is among the test tools)."""
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = target.glob("*.whl")
    return zipfile.ZipFile(path)


def tree(directory: str) -> set[str]:
    """The files under a directory of the checkout, relative to it."""
    root = ROOT / directory
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if not GENERATED & set(path.parts)}


@pytest.mark.parametrize(
    ("directory", "prefix"),
    [
        ("policies", "sumptuary/policies/"),
        ("engine/sumptuary", "sumptuary/"),
        ("rules/sumptuary_rules", "sumptuary_rules/"),
    ],
)
def test_the_wheel_has_every_file_of_the_tree(wheel: zipfile.ZipFile, directory: str, prefix: str) -> None:
    packed = {name.removeprefix(prefix) for name in wheel.namelist() if name.startswith(prefix)}
    wanted = tree(directory)
    assert wanted, f"{directory} is empty"
    assert wanted <= packed, sorted(wanted - packed)


def test_the_wheel_has_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"sumptuary", "sumptuary_rules"}
    assert not [name for name in wheel.namelist() if "__pycache__" in name or name.endswith(".pyc")]


def test_the_wheel_says_who_it_is(wheel: zipfile.ZipFile) -> None:
    from sumptuary import __version__

    def metadata(name: str) -> str:
        (path,) = (path for path in wheel.namelist() if path.endswith(f".dist-info/{name}"))
        return wheel.read(path).decode()

    assert f"Version: {__version__}\n" in metadata("METADATA")
    assert "License-Expression: Apache-2.0\n" in metadata("METADATA")
    assert metadata("licenses/LICENSE").lstrip().startswith("Apache License")
    assert "sumptuary = sumptuary.cli:main" in metadata("entry_points.txt")
    assert "[sumptuary.rules]\nbuiltin = sumptuary_rules" in metadata("entry_points.txt")


def test_the_changelog_knows_the_version() -> None:
    from sumptuary import __version__

    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_extras_are_the_designs() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert {"aws", "gcp", "azure", "kubernetes", "billing", "dask", "llm", "all", "test"} <= set(extras)


def test_the_policies_are_found_in_a_wheel_and_in_a_checkout(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """One function knows where they are: beside the package, or two folders up."""
    wheel.extractall(tmp_path)
    script = (
        "import sumptuary; from sumptuary.policy.load import load;"
        "from sumptuary.policy.places import builtin_directory;"
        "print(sumptuary.__file__); print(builtin_directory());"
        "print(*sorted(policy.id for policy in load(start=None, cache=False).policies))"
    )

    def ask(path: str) -> list[str]:
        command = [sys.executable, "-c", f"import sys; sys.path[:0] = {path.split(':')!r}; {script}"]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout.splitlines()

    packed, checkout = ask(str(tmp_path)), ask(f"{ROOT / 'engine'}:{ROOT / 'rules'}")
    assert packed[0].startswith(str(tmp_path))
    assert packed[1].startswith(str(tmp_path))
    assert checkout[1] == str(ROOT / "policies")
    assert packed[2] == checkout[2]
    assert len(packed[2].split()) >= 6
