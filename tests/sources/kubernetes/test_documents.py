"""The YAML reader: values as PyYAML reads them, with lines, and bounds that hostile files meet."""

from __future__ import annotations

import json
import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sumptuary.sources.kubernetes.documents import read

TEXT = """\
# a comment
apiVersion: v1
metadata:
  labels: &shared
    a: "1"
    app.kubernetes.io/name: web
spec:
  containers:
    - name: one
      args: [x, 2, true, ~, 1.5, 0x1F, 2024-01-01, off]
    - name: two
      labels: *shared
---
kind: Two
merged:
  <<: {b: 2, c: 3}
  c: 4
"""


def test_values_and_lines() -> None:
    reading = read(TEXT.encode())
    assert not reading.problems
    one, two = reading.documents
    assert one.value == {
        "apiVersion": "v1",
        "metadata": {"labels": {"a": "1", "app.kubernetes.io/name": "web"}},
        "spec": {
            "containers": [
                {"name": "one", "args": ["x", 2, True, None, 1.5, "0x1F", "2024-01-01", "off"]},
                {"name": "two", "labels": {"a": "1", "app.kubernetes.io/name": "web"}},
            ]
        },
    }
    assert two.value == {"kind": "Two", "merged": {"b": 2, "c": 4}}
    assert (one.line, one.end_line, two.line) == (2, 12, 14)
    lines = {
        "apiVersion": 2,
        "metadata.labels.a": 5,
        "metadata.labels.app.kubernetes.io/name": 6,
        "spec.containers.0": 9,
        "spec.containers.1.name": 11,
        "spec.containers.1.labels.a": 5,
        "spec.containers.name": 8,
        "spec.nothing": 7,
        "nothing": 2,
    }
    assert {path: one.line_of(path) for path in lines} == lines
    assert two.line_of("merged.c") == 17


def test_a_broken_document_does_not_hide_the_others() -> None:
    reading = read(b"kind: A\n---\nkind: [\n---\nkind: C\n---\n  x: {\n---\nkind: E\n")
    assert [document.value for document in reading.documents] == [{"kind": "A"}, {"kind": "C"}, {"kind": "E"}]
    assert [problem.line for problem in reading.problems] == [4, 8]
    assert [document.line for document in reading.documents] == [1, 5, 9]


def test_a_template_is_known_as_one() -> None:
    (problem,) = read(b"kind: A\nreplicas: {{ .Values.n }}\n{{- if x }}\n").problems
    assert problem.templated


def test_what_is_not_utf8_has_its_line() -> None:
    (problem,) = read(b"a: 1\nb: \xff\n").problems
    assert (problem.line, problem.message) == (2, "the file is not UTF-8")


NAMES = "abcdefghijklmnopqrstuvw"
BOMB = "a: &a [x,x]\n" + "".join(f"{new}: &{new} [*{old},*{old}]\n" for old, new in pairwise(NAMES))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (BOMB, "unfolds"),
        ("[" * 5000, "nested deeper"),
        ("a: *nowhere\n", "stands for nothing"),
        ("a: &a\n  b: *a\n", "stands for nothing"),
        ("a: \x01\n", "not valid YAML"),
    ],
)
def test_hostile_files_end_quickly(source: str, said: str) -> None:
    before = time.process_time()
    reading = read(source.encode())
    assert said in reading.problems[0].message
    assert time.process_time() - before < 5


def test_a_merge_bomb_is_counted() -> None:
    text = "a: &a {" + ", ".join(f"k{n}: 1" for n in range(2000)) + "}\n"
    text += "".join(f"m{n}:\n  <<: [{', '.join(['*a'] * 100)}]\n" for n in range(40))
    assert "unfolds" in read(text.encode()).problems[0].message


def test_huge_numbers_stay_text() -> None:
    (document,) = read(b"a: " + b"9" * 5000 + b"\nb: 1e99999\n").documents
    assert document.value == {"a": "9" * 5000, "b": "1e99999"}


TEXTS = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | TEXTS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4))


@given(st.lists(st.dictionaries(TEXTS, VALUES, max_size=4), min_size=1, max_size=3))
def test_what_was_written_is_read(values: list[object]) -> None:
    text = "\n---\n".join(json.dumps(value) for value in values)  # which is YAML too
    reading = read(text.encode("utf-8", "surrogatepass"))
    assert not reading.problems
    assert [document.value for document in reading.documents] == values


@given(st.text(max_size=300))
def test_no_text_is_a_fault(text: str) -> None:
    reading = read(text.encode("utf-8", "surrogatepass"))
    for document in reading.documents:
        assert 1 <= document.line <= document.end_line
    lines = len(re.findall("\r\n|[\n\r\x85\u2028\u2029]", text))  # what YAML takes for a line break
    for problem in reading.problems:
        assert 1 <= problem.line <= lines + 2


BOMBS = [
    ("a text", "a: &a {x}\nb: [{aliases}]\n"),
    ("a map", "a: &a {{y: {x}}}\nb: [{aliases}]\n"),
    ("a key", "a: &a {x}\n? [{aliases}]\n: 1\n"),
]


@pytest.mark.parametrize("text", [bomb[1] for bomb in BOMBS], ids=[bomb[0] for bomb in BOMBS])
def test_aliases_of_long_texts_end_at_a_bound(text: str) -> None:
    reading = read(text.format(x="x" * 1_000_000, aliases=",".join(["*a"] * 1000)).encode())
    (problem,) = reading.problems
    assert "unfolds to more than" in problem.message


def test_what_stands_behind_a_star_is_not_repeated() -> None:
    (problem,) = read(b"password: *hunter2\n").problems
    assert "hunter2" not in problem.message
    assert problem.line == 1


def test_many_documents_with_a_broken_one_are_read_in_time() -> None:
    reading = read(b"a: 1\n---\n" * 20_000 + b"a: [\n---\na: 2\n")
    assert len(reading.documents) == 20_001
    (problem,) = reading.problems
    assert problem.line >= 40_001


@pytest.mark.parametrize("piece", [b"- a\n", b"---\n", b"? k\n"])
def test_what_is_flat_and_endless_ends_at_a_bound(piece: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumptuary.sources.kubernetes.documents.MAX_VALUES", 100_000)
    reading = read(piece * 200_000)
    assert any("unfolds to more than" in problem.message for problem in reading.problems)
