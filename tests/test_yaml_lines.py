from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sumptuary.yaml_lines import MAX_DEPTH, read

SCALARS = [
    ("off", "off"),
    ("yes", "yes"),
    ("true", True),
    ("False", False),
    ("~", None),
    ("", None),
    ("12", 12),
    ("-3", -3),
    ("012", 12),
    ("1.5", 1.5),
    (".5", 0.5),
    ("1e3", 1000.0),
    ("1.0.0", "1.0.0"),
    ("2026-01-15", "2026-01-15"),
    ("12:30", "12:30"),
    (".inf", ".inf"),
    (".nan", ".nan"),
    ("1e99999", "1e99999"),
    ("1e400", "1e400"),
    ("-1e400", "-1e400"),
    ("'12'", "12"),
    ('"true"', "true"),
    ("1_000", "1_000"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_scalars_are_read_as_the_core_schema_does(text: str, value: object) -> None:
    reading = read(f"a: {text}\n".encode())
    assert reading.problems == []
    assert reading.documents[0].value == {"a": value}
    assert type(reading.documents[0].value["a"]) is type(value)


PROBLEMS = [
    (b"a: 1\nb: 2\na: 3\n", [(3, 1, "duplicate key 'a'; it stands in line 1 already")]),
    (b"a: {b: 1, b: 2}\n", [(1, 11, "duplicate key 'b'; it stands in line 1 already")]),
    (b"a: &x 1\nb: *x\n", [(1, 4, "anchors are not read"), (2, 4, "aliases are not read (*x)")]),
    (b"a: !!python/object:os.system x\n", [(1, 4, "tags are not read")]),
    (b"? [1]\n: 2\n", [(1, 3, "a key must be plain text")]),
    (b"a:\n  <<: {b: 1}\n", [(2, 3, "merge keys")]),
    (b"a: [1\n", [(2, 1, "not valid YAML")]),
    (b"a:\n\tb: 1\n", [(2, 1, "not valid YAML: a tab stands where only spaces indent")]),
    (b"a: \xff\n", [(1, 4, "the file is not UTF-8")]),
    (b"a: 1\nb: x\x07y\n", [(2, 5, "control characters")]),
    (b"[" * 5000, [(1, MAX_DEPTH + 1, "nested too deep")]),
    (b"a: " + b"9" * 500, [(1, 4, "500 digits")]),
    (b"x" * 1_000_001, [(1, 1, "the file is too large")]),
    (b"[" + b"1," * 30_000 + b"]", [(1, 40_000, "too many values")]),
]


@pytest.mark.parametrize(("source", "expected"), PROBLEMS, ids=[text for _, [(_, _, text), *_] in PROBLEMS])
def test_every_problem_has_its_place(source: bytes, expected: list[tuple[int, int, str]]) -> None:
    found = read(source).problems
    assert [(problem.line, problem.column) for problem in found] == [(line, column) for line, column, _ in expected]
    for problem, (_, _, text) in zip(found, expected, strict=True):
        assert text in problem.message


def test_an_alias_bomb_costs_nothing() -> None:
    bomb = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
        b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(ord("b"), ord("z"))
    )
    began = time.process_time()
    assert read(bomb).problems
    assert time.process_time() - began < 2


def test_keys_and_values_know_their_places() -> None:
    document = read(b"a: 1\nb:\n  - c: x\n    d: y\n").documents[0]
    assert document.place(("b", 0, "d")) == (4, 8)
    assert document.place(("b", 0, "d"), key=True) == (4, 5)
    assert document.place(("b", 0, "nothing", "there")) == (3, 5)
    assert document.value_at(("b", 0, "c")) == "x"
    assert document.value_at(("b", 7)) is None


def test_several_documents_each_know_their_line() -> None:
    documents = read(b"a: 1\n---\n# x\nb: 2\n---\n").documents
    assert [document.line for document in documents[:2]] == [1, 4]
    assert [document.value for document in documents] == [{"a": 1}, {"b": 2}, None]


@pytest.mark.parametrize(
    ("source", "expected"),
    [(b"w: a.b == 1\n", (1, 8)), (b'w: "a.b == 1"\n', (1, 9)), (b"w: |\n  a.b == 1\n", (2, 5))],
)
def test_a_place_within_a_text(source: bytes, expected: tuple[int, int]) -> None:
    document = read(source).documents[0]
    assert document.place_within(("w",), 1, 5) == expected


def test_the_pure_reader_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    source = b"a: 1\nb: [x, {c: 'off'}]\n---\nd: |\n  t\n"
    quick = read(source)
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert read(source) == quick


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_nothing_makes_it_raise(source: bytes) -> None:
    for problem in read(source).problems:
        assert problem.line >= 1
        assert problem.column >= 1


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(min_codepoint=58, max_codepoint=126)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc-.", min_size=1), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_what_pyyaml_writes_is_read_back(value: object) -> None:
    reading = read(yaml.safe_dump({"v": value}).encode())
    assert reading.problems == []
    assert reading.documents[0].value == {"v": value}
