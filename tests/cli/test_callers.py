"""From a changed module to the root modules that give it its values."""

from __future__ import annotations

from pathlib import Path

import pytest

from sumptuary.cli import callers


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("prod/main.tf", 'module "net" {\n  source = "../modules/net"\n}\n')
    write("dev/main.tf.json", '{"module": {"net": {\n"source": "../modules/net/"}}}')
    write("modules/net/main.tf", 'module "sub" {\n  source="./sub"\n}\n')
    write("modules/net/sub/main.tf", "")
    write("alone/main.tf", 'module "far" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n')
    write("round/a/main.tf", 'module "b" {\n  source = "../b"\n}\n')
    write("round/b/main.tf", 'module "a" {\n  source = "../a"\n}\n')
    write("self/main.tf", 'module "me" {\n  source = "./"\n}\n')
    write(".terraform/modules/x/main.tf", 'module "alone" {\n  source = "../../../alone"\n}\n')


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


@pytest.mark.parametrize(
    ("changed", "roots"),
    [
        (["prod"], ["prod"]),
        (["modules/net"], ["dev", "prod"]),
        (["modules/net/sub"], ["dev", "prod"]),
        (["alone"], ["alone"]),
        (["alone", "modules/net/sub"], ["alone", "dev", "prod"]),
        (["round/a"], ["round/a"]),
        (["self"], ["self"]),
        ([], []),
    ],
)
def test_roots(changed: list[str], roots: list[str]) -> None:
    assert callers.roots_of(changed, ".") == roots


def test_a_checkout_too_large_to_look_through_leaves_each_its_own_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "MAX_FILES", 2)
    assert callers.roots_of(["modules/net/sub"], ".") == ["modules/net/sub"]


def test_callers_outside_the_checkout_do_not_count() -> None:
    assert callers.roots_of(["modules/net/sub"], "modules") == ["modules/net"]


def test_a_file_stands_for_its_module() -> None:
    write("vars/prod.tfvars", "a = 1")
    write("prod/a.tf", "")
    assert callers.configuration("prod") == "prod/a.tf"
    assert callers.configuration("dev") == "dev/main.tf.json"
    assert callers.configuration("vars") is None
    assert callers.configuration("nowhere") is None
