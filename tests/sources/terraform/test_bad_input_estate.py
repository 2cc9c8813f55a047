"""Files that are no configuration, links, and the limits of what is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sumptuary.coverage import Coverage
from sumptuary.model import Resource
from sumptuary.sources import tree as files
from sumptuary.sources.terraform import Options, read

QUEUE = 'resource "aws_sqs_queue" "q" {}\n'


def scan(*paths: Path, root: Path | None = None) -> tuple[list[Resource], list[tuple[str, int, str]], Coverage]:
    coverage = Coverage()
    found = list(read([str(path) for path in paths], Options(scan_root=str(root) if root else None), coverage))
    return found, [(Path(each.path).name, each.line, each.message) for each in coverage.failures], coverage


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"\x7fELF\x00\x01\x02" * 50, 1, "NUL"),
        (b'# ok\nresource "a" "b" {}\n# caf\xe9\n', 3, "not UTF-8"),
        (b"{{ range .Values }}\n", 1, ""),
        (b"a = " + b"[" * 5000 + b"]" * 5000, 1, ""),
    ],
    ids=["binary", "latin-1", "another template language", "nested deep"],
)
def test_what_is_not_hcl_is_named_with_its_line(tmp_path: Path, content: bytes, line: int, message: str) -> None:
    (tmp_path / "bad.tf").write_bytes(content)
    (tmp_path / "good.tf").write_text(QUEUE)
    found, failures, _ = scan(tmp_path)
    assert [each.address for each in found] == ["aws_sqs_queue.q"]
    assert failures
    assert failures[0][:2] == ("bad.tf", line)
    assert message in failures[0][2]


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed.tf").write_text(QUEUE.replace('"q"', '"hidden"'))
    (tmp_path / "good.tf").write_text(QUEUE)
    real = open

    def guarded(path: str, mode: str = "r") -> object:
        if str(path).endswith("closed.tf"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, mode)

    monkeypatch.setattr(files, "open", guarded, raising=False)
    found, failures, coverage = scan(tmp_path)
    assert [each.address for each in found] == ["aws_sqs_queue.q"]
    assert failures == [("closed.tf", 0, "it cannot be read: Permission denied")]
    assert (coverage.files_seen, coverage.files_read) == (2, 1)
    assert not coverage.complete


def test_a_directory_that_cannot_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "good.tf").write_text(QUEUE)
    real = os.scandir

    def guarded(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(files.os, "scandir", guarded)
    found, failures, _ = scan(tmp_path)
    assert len(found) == 1
    assert failures == [("closed", 0, "the directory cannot be read: Permission denied")]


def test_a_huge_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 1_000_000)
    (tmp_path / "huge.tf").write_bytes(b"# x\n" * 250_001)
    (tmp_path / "good.tf").write_text(QUEUE)
    found, failures, _ = scan(tmp_path)
    assert len(found) == 1
    assert failures == [("huge.tf", 0, "it is larger than 1 MB")]


def test_a_directory_named_like_a_file_is_walked(tmp_path: Path) -> None:
    (tmp_path / "x.tf").mkdir()
    (tmp_path / "x.tf" / "main.tf").write_text(QUEUE)
    found, failures, _ = scan(tmp_path)
    assert [each.address for each in found] == ["aws_sqs_queue.q"]
    assert failures == []


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "main.tf").write_text(QUEUE)
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "loop.tf").symlink_to(tmp_path / "loop.tf")
    found, failures, _ = scan(tmp_path)
    assert len(found) == 1
    assert [name for name, _, _ in failures] == ["loop.tf"]


def test_links_out_of_the_tree_are_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.tf").write_text(QUEUE.replace('"q"', '"secret"'))
    (inside / "linked.tf").symlink_to(outside / "secret.tf")
    (inside / "folder").symlink_to(outside)
    (inside / "good.tf").write_text(QUEUE + 'module "m" { source = "./folder" }\n')
    found, failures, coverage = scan(inside, root=inside)
    assert [each.address for each in found] == ["aws_sqs_queue.q"]
    assert [(name, message) for name, _, message in failures] == [
        ("linked.tf", "it is a link that leads out of the scanned tree"),
        ("good.tf", "module.m: ./folder lies outside the scanned tree"),
    ]
    assert any("link out of the scanned tree" in note for note in coverage.notes)


def test_a_downloaded_module_outside_the_tree_is_not_read(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    (inside / ".terraform" / "modules").mkdir(parents=True)
    (outside / "main.tf").write_text(QUEUE)
    (inside / "main.tf").write_text('module "m" { source = "x/y/z" }\n')
    manifest = '{"Modules": [{"Key": "m", "Dir": "../outside"}, {"Key": 5}, "odd"]}'
    (inside / ".terraform" / "modules" / "modules.json").write_text(manifest)
    found, _, coverage = scan(inside, root=inside)
    assert found == []
    assert len(coverage.unresolved_modules) == 1


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    found, failures, _ = scan(tmp_path / "nothing")
    assert found == []
    assert failures == [("nothing", 0, "there is no such file or directory, or it is not Terraform")]


def test_files_are_parsed_once_however_often_a_module_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sumptuary.sources.terraform import modules

    parsed: list[str] = []
    real = modules.parse

    def counting(source: bytes, path: str) -> object:
        parsed.append(Path(path).name)
        return real(source, path)

    monkeypatch.setattr(modules, "parse", counting)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "leaf.tf").write_text(QUEUE)
    calls = "".join(f'module "m{n}" {{ source = "./m" }}\n' for n in range(30))
    (tmp_path / "main.tf").write_text(calls)
    found, _, coverage = scan(tmp_path)
    assert len(found) == 30
    assert sorted(parsed) == ["leaf.tf", "main.tf"]
    assert (coverage.files_seen, coverage.files_read, coverage.modules_resolved) == (2, 2, 30)


def test_modules_that_multiply_are_cut_off_with_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sumptuary.sources.terraform import graph

    monkeypatch.setattr(graph, "MOST_INSTANCES", 500)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "leaf.tf").write_text('resource "x_thing" "t" { count = 100 }\n')
    (tmp_path / "main.tf").write_text('module "m" {\n  source = "./m"\n  count = 100\n}\n')
    found, failures, _ = scan(tmp_path)
    assert 300 <= len(found) <= 500
    assert failures == [("leaf.tf", 1, "the root module has too many resources to write out; the rest was not judged")]


def test_modules_within_modules_that_multiply_are_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sumptuary.sources.terraform import graph

    monkeypatch.setattr(graph, "MOST_INSTANCES", 2000)
    for level in range(4):
        (tmp_path / f"m{level}").mkdir()
        text = f'module "m" {{\n  source = "../m{level + 1}"\n  count = 1000\n}}\n' if level < 3 else QUEUE
        (tmp_path / f"m{level}" / "main.tf").write_text(text)
    found, failures, _ = scan(tmp_path)
    assert len(found) <= 2000
    assert failures
    assert all("too many resources" in message for _, _, message in failures)


def test_calls_that_nest_without_end_are_cut_off(tmp_path: Path) -> None:
    for level in range(40):
        (tmp_path / f"m{level:02}").mkdir()
        text = f'module "m" {{ source = "../m{level + 1:02}" }}\n' if level < 39 else QUEUE
        (tmp_path / f"m{level:02}" / "main.tf").write_text(text)
    found, failures, _ = scan(tmp_path)
    assert [message for _, _, message in failures] == ["module calls nest deeper than 30"]
    assert [len(each.origin.calls) for each in found] == [7], "what was cut off is judged on its own"


def test_a_variable_that_nobody_declares_is_noted(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(QUEUE)
    coverage = Coverage()
    list(read([str(tmp_path)], Options(variables={"nme": "x"}), coverage))
    assert coverage.notes == ["--var nme: no module here declares this variable"]


def test_two_reads_give_the_same_order(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(QUEUE + QUEUE.replace('"q"', '"p"'))
    first = [each.id for each in scan(tmp_path)[0]]
    assert first == [each.id for each in scan(tmp_path)[0]]
    assert [name.split("/")[-1].split(":")[0] for name in first] == ["a", "a", "b", "b", "c", "c"]
