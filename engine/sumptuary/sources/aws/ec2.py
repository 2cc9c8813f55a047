"""Amazon EC2: instances, volumes and launch templates. User data is never asked for, and never kept where it comes."""

from __future__ import annotations

from sumptuary.sources.aws.answers import moment, pick, row, rows, tags, text
from sumptuary.sources.aws.live import Identity, resource, settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.model import Resource
    from sumptuary.sources.aws.answers import Answer
    from sumptuary.sources.aws.client import Api
    from sumptuary.sources.aws.live import Where

GONE = ("terminated", "shutting-down")
ROOT_DEVICES = ("/dev/xvda", "/dev/sda1", "/dev/sda", "xvda")
"""What root devices are called, for volumes whose instance could not be read."""
_MARKETS = {"spot": "spot", "capacity-block": "capacity-block"}


def collect_instances(api: Api, at: Where) -> Iterator[Resource]:
    """Every instance that is not gone."""
    for page in api.pages("ec2", "DescribeInstances"):
        yield from instances(page, at)


def collect_volumes(api: Api, at: Where) -> Iterator[Resource]:
    """Every volume."""
    for page in api.pages("ec2", "DescribeVolumes"):
        yield from volumes(page, at)


def collect_templates(api: Api, at: Where) -> Iterator[Resource]:
    """Every launch template as its default version has it, with the template's own tags."""
    named: dict[str, Answer] = {}
    for page in api.pages("ec2", "DescribeLaunchTemplates"):
        named |= {text(item, "LaunchTemplateId"): item for item in rows(page, "LaunchTemplates")}
    if not named:
        return
    for page in api.pages("ec2", "DescribeLaunchTemplateVersions", Versions=["$Default"]):
        for version in rows(page, "LaunchTemplateVersions"):
            yield template(version, at, tags(named.get(text(version, "LaunchTemplateId"), {})))


def instances(answer: Answer, at: Where) -> Iterator[Resource]:
    """The instances of a DescribeInstances answer.

    The relations say to whom one belongs: ``autoscaling_group`` and ``eks_node_group`` by name, ``root_volume`` and
    ``volumes`` by id.
    """
    for item in rows(answer, "Reservations", "Instances"):
        state = text(row(item, "State"), "Name")
        if state in GONE:
            continue
        name, placement, marks = text(item, "InstanceId"), row(item, "Placement"), tags(item)
        attributes = pick(item, instance_type="InstanceType", ami="ImageId", ebs_optimized="EbsOptimized")
        attributes |= pick(placement, availability_zone="AvailabilityZone", tenancy="Tenancy")
        attributes["instance_state"] = state
        if (market := _MARKETS.get(text(item, "InstanceLifecycle"))) is not None:
            attributes["instance_market_options"] = [{"market_type": market}]
        zone = text(placement, "AvailabilityZone")
        identity = Identity("aws_instance", at.arn("ec2", f"instance/{name}"), name, zone, moment(item, "LaunchTime"))
        found = resource(identity, at, attributes, marks)
        found.relations = _belongings(item, marks)
        yield settled(found)


def _belongings(item: Answer, marks: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """To whom an instance belongs, by the tags that AWS sets, and which volumes are its own."""
    root = text(item, "RootDeviceName")
    relations: dict[str, tuple[str, ...]] = {}
    if group := marks.get("aws:autoscaling:groupName"):
        relations["autoscaling_group"] = (group,)
    if pool := node_group_of(marks):
        relations["eks_node_group"] = (pool,)
    for device in rows(item, "BlockDeviceMappings"):
        volume = text(row(device, "Ebs"), "VolumeId")
        if volume and root and text(device, "DeviceName") == root:
            relations["root_volume"] = (volume,)
    return relations


def node_group_of(marks: dict[str, str]) -> str:
    """``cluster/node group`` where the tags that EKS sets on groups and their instances are there, else empty."""
    cluster, name = marks.get("eks:cluster-name"), marks.get("eks:nodegroup-name")
    return f"{cluster}/{name}" if cluster and name else ""


def volumes(answer: Answer, at: Where) -> Iterator[Resource]:
    """The volumes of a DescribeVolumes answer. ``root_of`` is the instance that one seems to be the root of."""
    for item in rows(answer, "Volumes"):
        name = text(item, "VolumeId")
        attributes = pick(
            item,
            size="Size",
            type="VolumeType",
            iops="Iops",
            throughput="Throughput",
            encrypted="Encrypted",
            availability_zone="AvailabilityZone",
            snapshot_id="SnapshotId",
            multi_attach_enabled="MultiAttachEnabled",
        )
        identity = Identity(
            "aws_ebs_volume",
            at.arn("ec2", f"volume/{name}"),
            name,
            text(item, "AvailabilityZone"),
            moment(item, "CreateTime"),
        )
        found = resource(identity, at, attributes, tags(item))
        for one in rows(item, "Attachments"):
            if text(one, "Device") in ROOT_DEVICES:
                found.relations["root_of"] = (text(one, "InstanceId"),)
        yield settled(found)


def template(version: Answer, at: Where, marks: dict[str, str]) -> Resource:
    """A launch template from one of its versions."""
    name, data = text(version, "LaunchTemplateId"), row(version, "LaunchTemplateData")
    attributes = pick(version, name="LaunchTemplateName")
    attributes |= pick(data, instance_type="InstanceType", image_id="ImageId", ebs_optimized="EbsOptimized")
    market = row(data, "InstanceMarketOptions")
    if market:
        options: dict[str, object] = pick(market, market_type="MarketType")
        if spot := row(market, "SpotOptions"):
            options["spot_options"] = [
                pick(spot, max_price="MaxPrice", instance_interruption_behavior="InstanceInterruptionBehavior")
            ]
        attributes["instance_market_options"] = [options]
    arn = at.arn("ec2", f"launch-template/{name}")
    created = moment(version, "CreateTime")
    return settled(resource(Identity("aws_launch_template", arn, name, "", created), at, attributes, marks))


def templates_used(api: Api, at: Where, used: set[tuple[str, str]]) -> dict[str, Resource]:
    """The launch templates that groups use, by ``template_key``: pairs of an id and a version, one call an id."""
    found: dict[str, Resource] = {}
    wanted: dict[str, set[str]] = {}
    for name, version in used:
        wanted.setdefault(name, set()).add(version)
    for name, versions in sorted(wanted.items()):
        for version in sorted(versions):
            asked = {"LaunchTemplateId": name, "Versions": [version]}
            answer = api.find("ec2", "DescribeLaunchTemplateVersions", **asked)
            for item in rows(answer, "LaunchTemplateVersions"):
                found[template_key(name, version)] = template(item, at, {})
    return found


def template_key(name: str, version: str) -> str:
    """A launch template's version as groups refer to it: ``$Default`` where none is said."""
    return f"aws_launch_template.{name}@{version or '$Default'}"
