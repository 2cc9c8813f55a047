"""Recorded answers of real accounts, read without loss; skipped where the recordings are not beside the repository."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sumptuary.model import Resource
from sumptuary.sources.aws import autoscaling, ec2, eks, rds, sagemaker
from sumptuary.sources.aws.answers import tags
from sumptuary.sources.aws.live import Where, settled

RECORDINGS = Path(__file__).parents[4] / "shared" / "recordings" / "aws"
HERE = Where("aws", "123456789012", "us-east-1")


def dated(value: dict[str, Any]) -> Any:
    """The recorder's dates as dates."""
    if value.get("__class__") != "datetime":
        return value
    return datetime(**{key: number for key, number in value.items() if key not in ("__class__", "tzinfo")})  # noqa: DTZ001


def recorded(operation: str) -> Iterator[tuple[str, Any]]:
    """Every good answer of an operation."""
    for file in sorted(RECORDINGS.glob("*.json")):
        for name, answer in json.loads(file.read_text(encoding="utf-8"), object_hook=dated).items():
            if name.rpartition("_")[0] == operation and answer["status_code"] == 200:
                yield f"{file.name}:{name}", answer["data"]


def running(answer: Any) -> list[Any]:
    every = [item for group in answer["Reservations"] for item in group["Instances"]]
    return [item for item in every if item.get("State", {}).get("Name") not in ec2.GONE]


def settled_groups(answer: Any, at: Where) -> Iterator[Resource]:
    return (settled(one) for one in autoscaling.groups(answer, at))


def settled_pool(answer: Any, at: Where) -> Iterator[Resource]:
    return (settled(one) for one in eks.node_group(answer, at))


def settled_cluster(answer: Any, at: Where) -> Iterator[Resource]:
    return (settled(one) for one in eks.cluster(answer, at))


def templates(answer: Any, at: Where) -> Iterator[Resource]:
    return (ec2.template(one, at, {}) for one in answer["LaunchTemplateVersions"])


Case = tuple[str, Callable[[Any, Where], Iterator[Resource]], Callable[[Any], list[Any]], str]
CASES: list[Case] = [
    ("ec2.DescribeInstances", ec2.instances, running, "Tags"),
    ("ec2.DescribeVolumes", ec2.volumes, lambda answer: answer["Volumes"], "Tags"),
    ("ec2.DescribeLaunchTemplateVersions", templates, lambda answer: answer["LaunchTemplateVersions"], ""),
    ("autoscaling.DescribeAutoScalingGroups", settled_groups, lambda answer: answer["AutoScalingGroups"], "Tags"),
    ("rds.DescribeDBInstances", rds.instances, lambda answer: answer["DBInstances"], "TagList"),
    ("rds.DescribeDBClusters", rds.clusters, lambda answer: answer["DBClusters"], "TagList"),
    ("eks.DescribeNodegroup", settled_pool, lambda answer: [answer["nodegroup"]], "tags"),
    ("eks.DescribeCluster", settled_cluster, lambda answer: [answer["cluster"]], "tags"),
    (
        "api.sagemaker.DescribeNotebookInstance",
        lambda answer, at: sagemaker.notebook(answer, at, {}),
        lambda answer: [answer] if answer["NotebookInstanceStatus"] not in sagemaker.NOT_KEPT else [],
        "",
    ),
    (
        "api.sagemaker.DescribeEndpoint",
        lambda answer, at: sagemaker.endpoint(answer, at, {}),
        lambda answer: [answer] if answer["EndpointStatus"] not in sagemaker.NOT_DEPLOYED else [],
        "",
    ),
    (
        "api.sagemaker.DescribeEndpointConfig",
        lambda answer, at: sagemaker.configuration(answer, [], at, {}),
        lambda answer: [answer],
        "",
    ),
    (
        "api.sagemaker.DescribeTrainingJob",
        lambda answer, at: sagemaker.training_job(answer, at, {}),
        lambda answer: [answer],
        "",
    ),
]


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recorded answers are not beside the repository")
@pytest.mark.parametrize(("operation", "read", "items", "marks"), CASES, ids=[case[0] for case in CASES])
def test_recorded_answers_are_read_without_loss(
    operation: str,
    read: Callable[[Any, Where], Iterator[Resource]],
    items: Callable[[Any], list[Any]],
    marks: str,
) -> None:
    seen = 0
    for name, answer in recorded(operation):
        given, found = items(answer), list(read(answer, HERE))
        assert len(found) == len(given), name
        versions = operation == "ec2.DescribeLaunchTemplateVersions"  # several of one template
        assert versions or len({one.id for one in found}) == len(found), name
        for item, resource in zip(given, found, strict=True):
            seen += 1
            assert resource.kind != "other", name
            assert resource.origin.uri == resource.id != "", name
            if marks:
                own = {key: value for key, value in tags(item, marks).items() if not key.startswith("aws:")}
                assert resource.tags.values() == own, name
    assert seen, "no recorded answer has anything to read"
