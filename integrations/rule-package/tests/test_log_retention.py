from __future__ import annotations

import pytest
from acme_rules.log_retention import LogRetention, LogRetentionParameters

from sumptuary.catalogue import Catalogue
from sumptuary.rule import Context, Estate, Finding, Passed, Resource, Skipped, Undecided, Unknown, datetime

CASES = [
    ("aws_cloudwatch_log_group", {}, Finding),
    ("aws_cloudwatch_log_group", {"retention_in_days": 0}, Finding),
    ("aws_cloudwatch_log_group", {"retention_in_days": 365}, Finding),
    ("aws_cloudwatch_log_group", {"retention_in_days": 30}, Passed),
    ("aws_cloudwatch_log_group", {"retention_in_days": Unknown("var.days has no value")}, Undecided),
    ("google_logging_project_bucket_config", {}, Skipped),
]


@pytest.mark.parametrize(("type_name", "attributes", "expected"), CASES)
def test_log_retention(type_name: str, attributes: dict[str, object], expected: type) -> None:
    resource = Resource("id", "a.b", "observability.log_group", type_name, "aws", attributes=attributes)
    now = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    context = Context(now, Catalogue(now=now), Estate([resource]))
    assert isinstance(LogRetention(LogRetentionParameters(max_days=30)).judge(resource, context), expected)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="max_days"):
        LogRetentionParameters(max_days=0)
