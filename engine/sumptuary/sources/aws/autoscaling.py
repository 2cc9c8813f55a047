"""Amazon EC2 Auto Scaling: groups, with the launch templates and configurations that describe their machines."""

from __future__ import annotations

from sumptuary.sources.aws.answers import moment, pick, row, rows, tags, text
from sumptuary.sources.aws.ec2 import node_group_of, template_key, templates_used
from sumptuary.sources.aws.live import SYSTEM, Identity, Templates, resource, settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.model import Resource
    from sumptuary.sources.aws.answers import Answer
    from sumptuary.sources.aws.client import Api
    from sumptuary.sources.aws.live import Where

_DISTRIBUTION = {
    "on_demand_base_capacity": "OnDemandBaseCapacity",
    "on_demand_percentage_above_base_capacity": "OnDemandPercentageAboveBaseCapacity",
    "on_demand_allocation_strategy": "OnDemandAllocationStrategy",
    "spot_allocation_strategy": "SpotAllocationStrategy",
}
NAMES_A_CALL = 50
"""DescribeLaunchConfigurations takes so many names."""


def collect_groups(api: Api, at: Where) -> Iterator[Resource]:
    """Every group, its instance type told from the template that it uses."""
    found = [group for page in api.pages("autoscaling", "DescribeAutoScalingGroups") for group in groups(page, at)]
    # A node group is judged in its group's place: nobody will ask for the template of the group.
    free = [group for group in found if "eks_node_group" not in group.relations]
    peers = templates_used(api, at, {use for group in free for use in _templates(group)})
    peers |= _configurations(api, at, sorted({name for group in free for name in _configuration(group)}))
    for group in found:
        yield settled(group, Templates(peers))


def groups(answer: Answer, at: Where) -> Iterator[Resource]:
    """The groups of a DescribeAutoScalingGroups answer, without facets: those need the templates."""
    for item in rows(answer, "AutoScalingGroups"):
        name, marks = text(item, "AutoScalingGroupName"), tags(item)
        attributes = pick(
            item,
            name="AutoScalingGroupName",
            min_size="MinSize",
            max_size="MaxSize",
            desired_capacity="DesiredCapacity",
            launch_configuration="LaunchConfigurationName",
            capacity_rebalance="CapacityRebalance",
            availability_zones="AvailabilityZones",
        )
        relations: dict[str, tuple[str, ...]] = {}
        if plain := row(item, "LaunchTemplate"):
            attributes["launch_template"] = [_specification(plain, relations, "launch_template")]
        if "launch_configuration" in attributes:
            relations["launch_configuration"] = (f"aws_launch_configuration.{attributes['launch_configuration']}",)
        if mixed := row(item, "MixedInstancesPolicy"):
            attributes["mixed_instances_policy"] = [_mixed(mixed, relations)]
        if pool := node_group_of(marks):
            relations["eks_node_group"] = (pool,)
        arn = text(item, "AutoScalingGroupARN") or at.arn("autoscaling", f"autoScalingGroup:{name}")
        identity = Identity("aws_autoscaling_group", arn, name, "", moment(item, "CreatedTime"))
        found = resource(identity, at, attributes, marks)
        attributes.pop("tags", None)
        if tagged := [_tag(tag) for tag in rows(item, "Tags") if not text(tag, "Key").startswith(SYSTEM)]:
            attributes["tag"] = tagged
        found.relations = relations
        yield found


def _tag(tag: Answer) -> dict[str, object]:
    """A group's tag as Terraform has it."""
    return {"value": "", **pick(tag, key="Key", value="Value", propagate_at_launch="PropagateAtLaunch")}


def _specification(given: Answer, relations: dict[str, tuple[str, ...]], path: str) -> dict[str, object]:
    """Which launch template, and which version of it; the relation leads to it."""
    relations[path] = (template_key(text(given, "LaunchTemplateId"), text(given, "Version")),)
    return pick(given, id="LaunchTemplateId", name="LaunchTemplateName", version="Version")


def _mixed(policy: Answer, relations: dict[str, tuple[str, ...]]) -> dict[str, object]:
    template, found = row(policy, "LaunchTemplate"), dict[str, object]()
    if distribution := pick(row(policy, "InstancesDistribution"), **_DISTRIBUTION):
        found["instances_distribution"] = [distribution]
    specification = _specification(
        row(template, "LaunchTemplateSpecification"), relations, "mixed_instances_policy.launch_template"
    )
    inner: dict[str, object] = {"launch_template_specification": [specification]}
    overrides = [
        pick(item, instance_type="InstanceType", weighted_capacity="WeightedCapacity")
        for item in rows(template, "Overrides")
    ]
    if overrides:
        inner["override"] = overrides
    found["launch_template"] = [inner]
    return found


def _templates(group: Resource) -> Iterator[tuple[str, str]]:
    for addresses in group.relations.values():
        for address in addresses:
            name, at, version = address.removeprefix("aws_launch_template.").partition("@")
            if at and name:
                yield name, version


def _configuration(group: Resource) -> Iterator[str]:
    if isinstance(name := group.attributes.get("launch_configuration"), str):
        yield name


def _configurations(api: Api, at: Where, names: list[str]) -> dict[str, Resource]:
    """Launch configurations by address."""
    found: dict[str, Resource] = {}
    for start in range(0, len(names), NAMES_A_CALL):
        asked = names[start : start + NAMES_A_CALL]
        for page in api.pages("autoscaling", "DescribeLaunchConfigurations", LaunchConfigurationNames=asked):
            for item in rows(page, "LaunchConfigurations"):
                configuration = launch_configuration(item, at)
                found[configuration.address] = configuration
    return found


def launch_configuration(item: Answer, at: Where) -> Resource:
    """A launch configuration: what it runs and at what price, never its user data."""
    name = text(item, "LaunchConfigurationName")
    attributes = pick(item, name="LaunchConfigurationName", instance_type="InstanceType", spot_price="SpotPrice")
    arn = text(item, "LaunchConfigurationARN") or at.arn("autoscaling", f"launchConfiguration:{name}")
    identity = Identity("aws_launch_configuration", arn, name, "", moment(item, "CreatedTime"))
    return settled(resource(identity, at, attributes, {}))
