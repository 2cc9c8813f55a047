from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from sumptuary.decisions.commitments import read_commitments
from sumptuary.errors import PolicyError, SumptuaryError

YAML = """\
commitments:
  - {id: sp-1, type: savings-plan, provider: aws, hourly_commitment: 1.25, start: 2026-01-01, end: 2027-01-01}
  - id: ri-1
    type: reserved-instance
    provider: aws
    account: "111122223333"
    region: us-east-1
    sku: m5.large
    count: 3
    discount_percent: 37.5
    start: 2026-01-01
    end: 2027-01-01
"""
CSV = """\
id,type,provider,account,region,sku,count,hourly_commitment,discount_percent,start,end
sp-1,savings-plan,aws,,,,,1.25,,2026-01-01,2027-01-01

ri-1,reserved-instance,aws,111122223333,us-east-1,m5.large,3,,37.5,2026-01-01,2027-01-01
"""


@pytest.mark.parametrize(("name", "text", "lines"), [("c.yaml", YAML, [2, 3]), ("c.csv", CSV, [2, 4])])
def test_both_forms_read_alike(name: str, text: str, lines: list[int], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    plan, reserved = read_commitments(str(path))
    assert plan.attributes == {
        "id": "sp-1",
        "type": "savings-plan",
        "provider": "aws",
        "start": "2026-01-01",
        "end": "2027-01-01",
        "hourly_commitment": Decimal("1.25"),
    }
    assert (reserved.kind, reserved.type, reserved.provider) == ("commitment", "reserved-instance", "aws")
    assert (reserved.account, reserved.region, reserved.address) == ("111122223333", "us-east-1", "ri-1")
    assert reserved.attributes["count"] == 3
    assert reserved.attributes["discount_percent"] == Decimal("37.5")
    assert [item.origin.place.line for item in (plan, reserved) if item.origin.place] == lines
    assert plan.id != reserved.id


GOOD = "type: savings-plan, provider: aws, hourly_commitment: 1, start: 2026-01-01, end: 2027-01-01"
MISTAKES = [
    ("c.yaml", f"- {{id: a, {GOOD}}}\n- {{id: a, {GOOD}}}\n", ["c.yaml:2:8: id: 'a' stands in line 1 already"]),
    ("c.yaml", "- x\n", ["c.yaml:1:3: a commitment is a map of fields"]),
    ("c.yaml", "a: 1\n", ["c.yaml:1:1: a file of commitments holds a list"]),
    ("c.yaml", "- {id: a\n", ["not valid YAML"]),
    ("c.yaml", f"- {{id: a, regoin: x, {GOOD}}}\n", ["c.yaml:1:11: regoin: not a field of a commitment; did you"]),
    (
        "c.yaml",
        "- {id: a, type: saving-plan, provider: AWS, count: 1.5, account: 12, start: soon, end: 2027-13-01}\n",
        [
            "c.yaml:1:66: account: 12 must be text: put it in quotes",
            "c.yaml:1:52: count: 1.5 is not a whole number",
            "c.yaml:1:17: type: 'saving-plan' is not one of",
            "c.yaml:1:40: provider: 'AWS' is not one of aws, gcp, azure",
            "c.yaml:1:77: start: 'soon' is not a date",
            "c.yaml:1:88: end: '2027-13-01' is not a date",
        ],
    ),
    ("c.csv", "id,type\na\n", ["c.csv:2: the row has 1 fields, the header 2"]),
    ("c.csv", CSV.replace(",3,", ",many,"), ["c.csv:4: count: 'many' is not a whole number"]),
    ("c.csv", CSV.replace("2027-", "2025-"), ["c.csv:2: end: 2025-01-01 is before the start", "c.csv:4: end"]),
    ("c.csv", "id,type,provider,start,end\na,savings-plan,aws,2026-01-01,\n", ["end: is missing", "count: is missing"]),
    ("c.csv", 'id\n"a\n', ["not valid CSV"]),
    ("c.csv", CSV.replace("1.25", "-1"), ["hourly_commitment: '-1' is not a number from 0"]),
    ("c.csv", CSV.replace("37.5", "NaN"), ["discount_percent: 'NaN' is not a number from 0 to 100"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "expected"), MISTAKES)
def test_every_mistake_has_its_line(name: str, text: str, expected: list[str], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(PolicyError) as caught:
        read_commitments(str(path))
    found = [str(problem) for problem in caught.value.problems]
    assert len(found) == len(expected), found
    for line, part in zip(found, expected, strict=True):
        assert part in line


@pytest.mark.parametrize(("name", "content"), [("c.csv", b"\xff"), ("c.csv", b"x" * 1_000_001)])
def test_what_cannot_be_read_is_said(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    for path in (tmp_path / name, tmp_path / "missing.yaml", tmp_path):
        with pytest.raises(SumptuaryError):
            read_commitments(str(path))
