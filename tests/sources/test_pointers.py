"""Comments that point to waivers: found in files that are read, about the code beside or below them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sumptuary.coverage import Coverage
from sumptuary.sources.pointers import MOST, pointers
from sumptuary.sources.tree import POINTER, Tree


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('# sumptuary:waiver a\nresource "x" "y" {\n}\n', [(1, 2, "a")]),
        ('// sumptuary:waiver a-1\n\n# why\nresource "x" "y" {}\n', [(1, 4, "a-1")]),
        ('/* sumptuary:waiver a */\nresource "x" "y" {}\n', [(1, 2, "a")]),
        ('/* sumptuary:waiver a*/ resource "x" "y" {}\n', [(1, 1, "a")]),
        ('resource "x" "y" { # sumptuary:waiver a\n}\n', [(1, 1, "a")]),
        ('resource "x" "y" {\n  size = 1 // sumptuary:waiver a\n}\n', [(2, 2, "a")]),
        ("# sumptuary:waiver a\r\n---\r\nkind: Pod\r\n", [(1, 3, "a")]),
        ("a: 1\n# sumptuary:waiver late", [(2, 0, "late")]),
        ("# sumptuary:waiver a\n# sumptuary:waiver b\nx = 1\n", [(1, 3, "a"), (2, 3, "b")]),
        ("#sumptuary:waiver\nx = 1\n", [(1, 2, "")]),
        ("x = 1\n# sumptuary:waiver \xff\n", [(2, 0, "\ufffd")]),
        ('x = "sumptuary:waiver a"\n', []),
        ("# nothing\n", []),
    ],
)
def test_a_pointer_is_about_the_code_beside_or_below_it(text: str, found: list[tuple[int, int, str]]) -> None:
    content = text.encode("latin-1")
    assert [(one.line, one.about, one.waiver) for one in pointers(content, "main.tf")] == found


def test_a_file_of_nothing_but_pointers_takes_no_time_to_speak_of() -> None:
    content = (b"# " + POINTER + b" a\n") * (2 * MOST)
    found = pointers(content, "main.tf")
    assert len(found) == MOST
    assert found[0].line == 1
    (long,) = pointers(b"# " + POINTER + b" " + b"a" * 4_000_000, "main.tf")
    assert len(long.waiver) < 100


def test_they_are_kept_of_each_file_once_and_only_of_what_has_comments(tmp_path: Path) -> None:
    for name in ("a.tf", "b.yaml", "c.json", "d.tfvars"):
        (tmp_path / name).write_text("# sumptuary:waiver w\n")
    coverage = Coverage()
    tree = Tree(str(tmp_path), coverage)
    for name in ("a.tf", "b.yaml", "c.json", "d.tfvars", "a.tf"):
        assert tree.read(str(tmp_path / name)) is not None
    assert sorted(one.path.rpartition("/")[2] for one in coverage.pointers) == ["a.tf", "b.yaml"]
