"""What must never be on the hook's path: each of these costs more than the hook may take in all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DENIED = (
    "asyncio",
    "boto3",
    "cel_expr_python",
    "concurrent.futures",
    "dask",
    "duckdb",
    "email",
    "hcl2",
    "http",
    "importlib.metadata",
    "jinja2",
    "jsonschema",
    "logging",
    "multiprocessing",
    "pathlib",
    "pyarrow",
    "pydantic",
    "referencing",
    "rich",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "tree_sitter",
    "urllib.request",
    "yaml",
)

SNIFFER = """
import sys
from sumptuary.cli import main
sys.argv[1:] = {argv!r}
code = main()
print("modules:", *sorted(sys.modules), file=sys.stderr)
sys.exit(code)
"""


def modules_of(argv: list[str], cwd: Path, cache: Path) -> tuple[set[str], int]:
    """What is imported by the end of one run, in a process of its own without site packages' start-up files."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONNOUSERSITE": "1"}
    command = [sys.executable, "-c", SNIFFER.format(argv=argv)]
    ran = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert "modules: " in ran.stderr, ran.stderr
    return set(ran.stderr.split("modules: ")[1].split()), ran.returncode


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What Python itself imports here (an editable installation's hooks among it)."""
    ran = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(ran.stdout.split())


def test_version_imports_next_to_nothing(tmp_path: Path, bare: set[str]) -> None:
    found, code = modules_of(["--version"], tmp_path, tmp_path)
    assert code == 0
    assert found - bare <= {"__future__", "sumptuary", "sumptuary.cli"}


def test_a_check_with_a_warm_bundle_imports_nothing_heavy(tmp_path: Path, bare: set[str]) -> None:
    changed = tmp_path / "tree" / "main.tf"
    changed.parent.mkdir()
    changed.write_text('resource "aws_instance" "a" {\n  instance_type = "m5.large"\n}\n')
    argv = ["check", "--stage", "pre-commit", "main.tf"]
    cold, _ = modules_of(argv, changed.parent, tmp_path / "cache")
    warm, code = modules_of(argv, changed.parent, tmp_path / "cache")
    assert code in (0, 1)
    heavy = {name for name in warm - bare if any(name == bad or name.startswith(f"{bad}.") for bad in DENIED)}
    assert not heavy
    assert "pydantic" in cold, "the first run did not compile the policies, so the second proves nothing"
    assert "sumptuary.sources.terraform" in warm
