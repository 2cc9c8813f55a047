"""Rows read back: every field in its type, hostile lines named and passed over, memory flat."""

from __future__ import annotations

import io
import json
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from sources.inventory.rows import failure, only, read_bytes, text_of
from sumptuary.coverage import Coverage
from sumptuary.model import NO_ACCELERATORS, Accelerators, Place
from sumptuary.sources.inventory import is_inventory, read
from sumptuary.sources.inventory.lines import LONGEST_LINE, Rest, begins_as_row, first_line
from sumptuary.sources.inventory.reading import MOST_NAMED, Seen
from sumptuary.values import PartialMap, Unknown

GOOD = text_of()
DEEP = b'{"address": "a", "kind": "budget", "attributes": ' + b'{"a":' * 120 + b"1" + b"}" * 120 + b"}\n"
BOTTOMLESS = b'{"address": "a", "kind": "budget", "attributes": ' + b"[" * 200_000 + b"\n"


def test_a_row_with_the_least_is_a_resource_at_its_own_line() -> None:
    found, coverage = read_bytes(b'\n{"address": "db", "kind": "database.instance"}\n')
    (resource,) = found
    assert (resource.address, resource.source, resource.taggable) == ("db", "inventory", None)
    assert resource.origin.place == Place("given.ndjson", 2, 2)
    assert (coverage.files_seen, coverage.files_read, coverage.failures) == (1, 1, [])


def test_tags_keep_origin_place_and_what_is_not_known() -> None:
    resource = only(
        tags={"team": "ml", "env": {"$unknown": "var.env has no value"}, "$unknown": "the rest"},
        tag_origins={"team": "provider-default"},
        tag_places={"team": [3, 4, 2, "providers.tf"], "env": [9, 9, 5]},
        location={"path": "main.tf", "line": 7},
        depends_on={"var.env has no value": ["var.env"]},
    )
    team, env = resource.tags.entries["team"], resource.tags.entries["env"]
    assert (team.value, team.origin, team.place) == ("ml", "provider-default", Place("providers.tf", 3, 4, 2))
    assert env.value == Unknown("var.env has no value", ("var.env",))
    assert env.place == Place("main.tf", 9, 9, 5)
    assert resource.tags.rest == Unknown("the rest")
    assert resource.tags.look_up("owner") == Unknown("the rest")


def test_tags_of_which_nothing_is_known() -> None:
    resource = only(tags={"$unknown": "var.tags has no value"})
    assert resource.tags.entries == {}
    assert isinstance(resource.tags.rest, Unknown)


def test_attributes_keep_exact_numbers_and_what_is_not_known() -> None:
    resource = only(
        attributes={
            "user_data": {"$unknown": "withheld: never printed"},
            "block": [{"size": 0.1, "$unknown": "a part"}],
            "count": 3,
            "big": 1e16,
        }
    )
    assert isinstance(resource.attribute("user_data"), Unknown)
    block = resource.attribute("block.0")
    assert isinstance(block, PartialMap)
    assert block["size"] == Decimal("0.1")
    assert resource.attribute("count") == 3
    assert repr(resource.attribute("big")) == "10000000000000000"


def test_facets_in_their_types() -> None:
    resource = only(
        facets={
            "compute": {
                "sku": "p4d.24xlarge",
                "minimum": 0,
                "desired": {"$unknown": "var.n has no value"},
                "alternatives": ["p5.48xlarge"],
                "accelerators": {"model": "A100", "count": 8, "memory_gib": 40.0, "fraction": 0.5},
                "requests": {"vcpus": 0.1, "memory_gib": 4, "accelerators": {"$unknown": "w"}},
                "share": 0.25,
            },
            "lifetime": {"created": "2026-01-02 03:04:05+00:00", "running": {"$unknown": "it ends by itself"}},
            "usage": {"hours": 12.5, "samples": 3, "window": "30d"},
            "storage": {"size_gib": 100, "type": "gp3"},
            "multiplicity": {"$unknown": "count"},
            "cost": {"monthly": {"low": "1", "expected": "1", "high": "1"}},
        }
    )
    compute, usage, storage = resource.compute, resource.usage, resource.storage
    assert compute is not None
    assert (compute.minimum, compute.desired, compute.alternatives) == (
        0,
        Unknown("var.n has no value"),
        ("p5.48xlarge",),
    )
    assert compute.accelerators == Accelerators("A100", 8, 40.0, 0.5)
    assert compute.requests is not None
    assert (compute.requests.vcpus, compute.requests.accelerators) == (Decimal("0.1"), Unknown("w"))
    assert compute.share == Decimal("0.25")
    assert resource.lifetime.created == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert resource.lifetime.running == Unknown("it ends by itself")
    assert usage is not None
    assert (usage.hours, usage.samples) == (12.5, 3)
    assert storage is not None
    assert (storage.size_gib, type(storage.size_gib)) == (100, int)
    assert resource.multiplicity == Unknown("count")
    assert (resource.cost.monthly, resource.cost.unpriced) == (None, ""), "a cost in a row is not trusted"


def test_no_accelerators_are_no_accelerators() -> None:
    compute = only(facets={"compute": {"accelerators": {"model": "", "count": 0}}}).compute
    assert compute is not None
    assert compute.accelerators == NO_ACCELERATORS


def test_a_time_without_a_zone_is_utc() -> None:
    assert only(facets={"lifetime": {"created": "2026-01-02"}}).lifetime.created == datetime(2026, 1, 2, tzinfo=UTC)


def test_where_a_row_stands() -> None:
    live = only(location={"uri": "arn:aws:x"}, uri="arn:aws:x")
    assert (live.origin.place, live.origin.uri) == (None, "arn:aws:x")
    unnamed = only(location={"uri": "some-id"}, uri="")
    assert (unnamed.origin.place, unnamed.origin.uri) == (None, "")
    deep = only(
        location={"path": "m/a.tf", "line": 3, "end_line": 5},
        root=".",
        calls=[{"address": "module.m", "path": "main.tf", "line": 9}],
        places={"tags": [4, 4, 3], "ami": [1, 1, 0, "vars.tf"]},
        written={"ami": [[2, 2, 0], [7, 7, 0, "main.tf"]]},
    ).origin
    assert deep.written_at("ami") == (Place("m/a.tf", 2, 2), Place("main.tf", 7, 7))
    assert deep.written_at("tags") == ()
    assert deep.place_of("tags") == Place("m/a.tf", 4, 4, 3)
    assert deep.place_of("ami") == Place("vars.tf", 1, 1)
    assert [(call.address, call.place) for call in deep.calls] == [("module.m", Place("main.tf", 9))]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "compute.spaceship"}, "there is no kind 'compute.spaceship'"),
        ({"kind": "change.set"}, "there is no kind 'change.set'"),
        ({"address": ""}, "address is missing"),
        ({"address": 7}, "address is not a text"),
        ({"tags": []}, "tags is not an object"),
        ({"tags": {"team": 7}}, "tags.team is not a text"),
        ({"tags": {"team": None}}, "tags.team is not a text"),
        ({"tags": {"team": {"value": "x"}}}, "tags.team is not a text"),
        ({"tags": {"$unknown": 7}}, "an unknown with a reason"),
        ({"tag_origins": 3}, "tag_origins is not an object"),
        ({"taggable": "yes"}, "taggable is not true or false"),
        ({"attributes": [1]}, "attributes is not an object"),
        ({"facets": "none"}, "facets is not an object"),
        ({"facets": {"compute": {"desired": -1}}}, "facets.compute.desired is not a number from 0"),
        ({"facets": {"compute": {"desired": 1.5}}}, "facets.compute.desired is not a whole number"),
        ({"facets": {"compute": {"desired": True}}}, "facets.compute.desired is not a number"),
        ({"facets": {"compute": {"desired": 10**13}}}, "facets.compute.desired is not a number from 0"),
        ({"facets": {"compute": {"sku": 5}}}, "facets.compute.sku is not a text"),
        ({"facets": {"compute": {"share": 2}}}, "facets.compute.share is not a part"),
        ({"facets": {"compute": {"share": 0}}}, "facets.compute.share is not a part"),
        ({"facets": {"compute": {"alternatives": "x"}}}, "facets.compute.alternatives is not a list"),
        ({"facets": {"compute": {"accelerators": {"model": "A100"}}}}, "accelerators.count is not a whole number"),
        ({"facets": {"workload": {"confidence": "sure"}}}, "facets.workload.confidence is not one of"),
        ({"facets": {"lifetime": {"created": "soon"}}}, "facets.lifetime.created is not a date"),
        ({"facets": {"lifetime": {"running": "yes"}}}, "facets.lifetime.running is not an unknown"),
        ({"facets": {"multiplicity": 3}}, "facets.multiplicity is not an unknown"),
        ({"location": {"path": "a.tf", "line": -3}}, "location.line is not a number"),
        ({"location": {"path": "a.tf", "line": {"$unknown": "x"}}}, "location.line is not a whole number"),
        ({"places": {"a": [1]}}, "places.a is not a place"),
        ({"places": {"a": ["x", 1, 2]}}, "places.a is not a place"),
        ({"places": {"a": [True, 1, 2]}}, "places.a is not a place"),
        ({"places": {"a": [1, 1, -2]}}, "places.a is not a place"),
        ({"places": {"a": [1, 1, 2, 3]}}, "places.a is not a place"),
        ({"calls": {}}, "calls is not a list"),
        ({"calls": [3]}, "calls.0 is not an object"),
        ({"calls": [{"address": "m"}]}, "calls.0.path is not a text"),
        ({"written": {"tags": [3]}}, "written.tags.0 is not a place"),
        ({"written": {"tags": 3}}, "written.tags is not a list of places"),
        ({"relations": {"part-of": [3]}}, "relations.part-of is not a list of texts"),
        ({"depends_on": {"why": "var.a"}}, "depends_on.why is not a list of texts"),
    ],
)
def test_a_wrong_field_is_named_and_the_next_row_read(changes: dict[str, object], said: str) -> None:
    found, coverage = read_bytes(text_of(**{"tags": {"team": "x"}, **changes}) + text_of(address="aws_instance.next"))
    assert [resource.address for resource in found] == ["aws_instance.next"]
    (failed,) = coverage.failures
    assert failed.line == 1
    assert said in failed.message


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"hello\n", "it is not JSON"),
        (b'{"address": "a"\n', "it is not JSON"),
        (b"[1, 2]\n", "it is not a JSON object"),
        (b"null\n", "it is not a JSON object"),
        (b'"text"\n', "it is not a JSON object"),
        (b"{}\n", "address is missing"),
        (b'{"address": "a"}\n', "kind is missing"),
        (b'{"address": "a", "kind": "budget", "attributes": {"x": NaN}}\n', "NaN, which is no number"),
        (b'{"address": "a", "kind": "budget", "attributes": {"x": -Infinity}}\n', "-Infinity, which is no number"),
        (b'{"address": "a", "kind": "budget", "attributes": {"x": 1e999999999}}\n', "more than 300 digits"),
        (b'{"address": "a", "kind": "budget", "attributes": {"x": 1e9999999999999999999}}\n', "more than 300 digits"),
        (b'{"address": "a", "kind": "budget", "attributes": {"x": ' + b"9" * 5000 + b"}}\n", "more than 300 digits"),
        (b'{"address": "a\\ud800", "kind": "budget"}\n', "lone surrogate"),
        (b'{"address": "\xff", "kind": "budget"}\n', "it is not UTF-8"),
        (b"\x00\x01\x02\n", "it is not JSON"),
        (DEEP, "nested deeper"),
        (BOTTOMLESS, "nested deeper"),
        (b'{"address": "' + b"a" * LONGEST_LINE + b'"}\n', "longer than 5 MB"),
    ],
    ids=lambda value: value[:40].decode(errors="replace") if isinstance(value, bytes) else "",
)
def test_a_hostile_line_is_named_and_the_others_are_read(line: bytes, said: str) -> None:
    found, coverage = read_bytes(GOOD + line + b"\r\n" + text_of(address="aws_instance.next"))
    assert [resource.address for resource in found] == ["aws_instance.a", "aws_instance.next"]
    (failed,) = coverage.failures
    assert (failed.path, failed.line) == ("given.ndjson", 2)
    assert said in failed.message


def test_a_line_that_never_ends_is_passed_over_in_bounds() -> None:
    assert failure(b"x" * (3 * LONGEST_LINE)) == (1, "it is longer than 5 MB")


def test_the_last_line_needs_no_end_and_the_first_may_have_a_mark() -> None:
    found, coverage = read_bytes(b"\xef\xbb\xbf" + GOOD + b"\r\n" + text_of(address="b").rstrip())
    assert [resource.address for resource in found] == ["aws_instance.a", "b"]
    assert not coverage.failures


def test_many_bad_lines_are_counted_and_not_all_named() -> None:
    found, coverage = read_bytes(b"no\n" * (MOST_NAMED + 1234) + GOOD)
    assert len(found) == 1
    assert len(coverage.failures) == MOST_NAMED + 1
    assert coverage.failures[-1].message == "1,234 more of its lines cannot be read"


def test_a_file_that_is_not_there_is_named() -> None:
    coverage = Coverage()
    assert list(read("no/such.ndjson", "no/such.ndjson", coverage)) == []
    assert "cannot be read" in coverage.failures[0].message


def test_the_same_line_counts_once_and_the_same_identity_is_two_resources() -> None:
    coverage, seen = Coverage(), Seen()
    other = text_of(region="eu-west-1")
    first = list(read(io.BytesIO(GOOD + GOOD + other), "one.ndjson", coverage, seen))
    second = list(read(io.BytesIO(other + text_of(region="eu-west-3")), "two.ndjson", coverage, seen))
    assert [resource.id for resource in first] == [".:aws_instance.a", ".:aws_instance.a#2"]
    assert [resource.id for resource in second] == [".:aws_instance.a#3"]
    assert coverage.notes == [
        "lines of one.ndjson that say again what another says, counted once: 1",
        "lines of two.ndjson that say again what another says, counted once: 1",
    ]


@pytest.mark.parametrize(
    ("name", "content", "is_one"),
    [
        ("estate.ndjson", b"", True),
        ("estate.jsonl", b"no", True),
        ("estate.json", GOOD, True),
        ("estate", b"\xef\xbb\xbf\n \n" + GOOD, True),
        ("pod.json", b'{"apiVersion": "v1", "kind": "Pod"}', False),
        ("many.json", json.dumps({"address": 1, "kind": 2}).encode(), False),
        ("lines.txt", b"\n" * 100_000, False),
        ("broken.json", b'{"address": 1, "kind": 2, "facets": ', False),
        ("deep.json", b'{"address": 1, "kind": 2, "facets": ' + b"[" * 100_000, False),
        ("list.json", b'["address", "kind", "facets"]', False),
    ],
)
def test_what_an_inventory_looks_like(tmp_path: Path, name: str, content: bytes, is_one: bool) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert is_inventory(str(path)) is is_one


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_a_stream_whose_beginning_was_read_gives_all_of_itself(size: int) -> None:
    content = b"\n\nfirst\nsecond\n\nthird"
    stream = io.BytesIO(content)
    head = first_line(stream)
    assert head == b"\n\nfirst\n"
    rest, parts = Rest(head, stream), list[bytes]()
    while part := rest.readline(size):
        parts.append(part)
        assert len(part) <= size
        assert b"\n" not in part[:-1]
    assert b"".join(parts) == content


def test_a_first_line_that_never_ends_is_read_within_bounds() -> None:
    head = first_line(io.BytesIO(b'{"address": "kind" "facets"' + b" " * (2 * LONGEST_LINE)))
    assert len(head) == LONGEST_LINE + 1
    assert not begins_as_row(head)


class Endless:
    """A stream that makes its lines when they are asked for."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def readline(self, _: int, /) -> bytes:
        self.rows -= 1
        attributes = {"subnets": ["subnet-0a1b2c3d"] * 20, "name": f"node-{self.rows}"}
        return text_of(id=f"id-{self.rows}", attributes=attributes) if self.rows >= 0 else b""


def test_memory_stays_flat() -> None:
    coverage, count = Coverage(), 0
    stream = read(Endless(50_000), "endless.ndjson", coverage)
    next(stream)
    tracemalloc.start()
    try:
        count = 1 + sum(1 for _ in stream)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 50_000
    assert not coverage.failures
    assert peak < 300_000, f"{peak:,} bytes"
