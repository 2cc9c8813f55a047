"""Amazon RDS, and what is managed through it (Aurora, DocumentDB, Neptune): instances and clusters."""

from __future__ import annotations

from sumptuary.sources.aws.answers import moment, pick, rows, tags, text
from sumptuary.sources.aws.live import Identity, resource, settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.model import Resource
    from sumptuary.sources.aws.answers import Answer
    from sumptuary.sources.aws.client import Api
    from sumptuary.sources.aws.live import Where

_FAMILIES = {"docdb": "aws_docdb", "neptune": "aws_neptune"}
"""Engines whose Terraform types have names of their own."""


def collect_instances(api: Api, at: Where) -> Iterator[Resource]:
    """Every database instance."""
    for page in api.pages("rds", "DescribeDBInstances"):
        yield from instances(page, at)


def collect_clusters(api: Api, at: Where) -> Iterator[Resource]:
    """Every database cluster."""
    for page in api.pages("rds", "DescribeDBClusters"):
        yield from clusters(page, at)


def instances(answer: Answer, at: Where) -> Iterator[Resource]:
    """The instances of a DescribeDBInstances answer; the members of a cluster are of the cluster's kind."""
    for item in rows(answer, "DBInstances"):
        name, member = text(item, "DBInstanceIdentifier"), text(item, "DBClusterIdentifier")
        family = _FAMILIES.get(text(item, "Engine"), "aws_rds")
        attributes = pick(
            item,
            identifier="DBInstanceIdentifier",
            cluster_identifier="DBClusterIdentifier",
            instance_class="DBInstanceClass",
            engine="Engine",
            engine_version="EngineVersion",
            allocated_storage="AllocatedStorage",
            storage_type="StorageType",
            iops="Iops",
            storage_throughput="StorageThroughput",
            multi_az="MultiAZ",
            status="DBInstanceStatus",
            backup_retention_period="BackupRetentionPeriod",
        )
        identity = Identity(
            f"{family}_cluster_instance" if member else "aws_db_instance",
            text(item, "DBInstanceArn") or at.arn("rds", f"db:{name}"),
            name,
            text(item, "AvailabilityZone"),
            moment(item, "InstanceCreateTime"),
        )
        yield settled(resource(identity, at, attributes, tags(item, "TagList")))


def clusters(answer: Answer, at: Where) -> Iterator[Resource]:
    """The clusters of a DescribeDBClusters answer."""
    for item in rows(answer, "DBClusters"):
        name = text(item, "DBClusterIdentifier")
        family = _FAMILIES.get(text(item, "Engine"), "aws_rds")
        attributes = pick(
            item,
            cluster_identifier="DBClusterIdentifier",
            engine="Engine",
            engine_mode="EngineMode",
            engine_version="EngineVersion",
            storage_type="StorageType",
            allocated_storage="AllocatedStorage",
            status="Status",
            backup_retention_period="BackupRetentionPeriod",
        )
        arn = text(item, "DBClusterArn") or at.arn("rds", f"cluster:{name}")
        identity = Identity(f"{family}_cluster", arn, name, "", moment(item, "ClusterCreateTime"))
        yield settled(resource(identity, at, attributes, tags(item, "TagList")))
