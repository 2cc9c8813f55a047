"""Which findings concern the files that were named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reports import sample
from sumptuary.cli.changed import Chosen
from sumptuary.findings import Violation
from sumptuary.model import Place


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("prod/main.tf", "prod/prod.tfvars", "dev/main.tf", "modules/vm/main.tf"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def at(path: str, root: str = "prod", related: tuple[str, ...] = ()) -> Violation:
    about = sample.resource(path=path)
    about.origin.root = root
    return sample.violation(about, related=tuple((Place(name, 1), "called here") for name in related))


@pytest.mark.parametrize(
    ("paths", "violation", "shown"),
    [
        (["prod/main.tf"], at("prod/main.tf"), True),
        (["./prod/../prod/main.tf"], at("prod/main.tf"), True),
        (["dev/main.tf"], at("prod/main.tf"), False),
        (["modules/vm/main.tf"], at("modules/vm/main.tf"), True),
        (["prod/main.tf"], at("modules/vm/main.tf", related=("prod/main.tf",)), True),
        (["dev/main.tf"], at("modules/vm/main.tf", related=("prod/main.tf",)), False),
        (["prod/prod.tfvars"], at("modules/vm/main.tf"), True),
        (["prod/prod.tfvars"], at("dev/main.tf", root="dev"), False),
        (["dev", "prod/main.tf"], at("dev/main.tf", root="dev"), True),
        (["dev", "prod/main.tf"], at("modules/vm/main.tf", root="dev"), False),
        (["prod/main.tf"], at("production/main.tf", root="production"), False),
        ([".", "prod/main.tf"], at("modules/vm/main.tf"), True),
    ],
)
def test_what_is_shown(paths: list[str], violation: Violation, shown: bool) -> None:
    assert Chosen.of(paths).holds(violation) is shown


def test_absolute_paths_are_the_same_files() -> None:
    assert Chosen.of([os.path.abspath("prod/main.tf")]).holds(at("prod/main.tf"))


def test_whole_trees_leave_nothing_out() -> None:
    assert Chosen.of(["prod", "dev"]).everything
    assert not Chosen.of(["prod", "dev/main.tf"]).everything
