"""Amazon EKS: clusters and their managed node groups."""

from __future__ import annotations

from sumptuary.sources.aws.answers import moment, pick, row, rows, tags, text, texts
from sumptuary.sources.aws.ec2 import template_key, templates_used
from sumptuary.sources.aws.live import Identity, Templates, resource, settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.model import Resource
    from sumptuary.sources.aws.answers import Answer
    from sumptuary.sources.aws.client import Api
    from sumptuary.sources.aws.live import Where


def collect_clusters(api: Api, at: Where) -> Iterator[Resource]:
    """Every cluster, and its node groups."""
    for page in api.pages("eks", "ListClusters"):
        for name in texts(page, "clusters"):
            yield from (settled(one) for one in cluster(api.find("eks", "DescribeCluster", name=name), at))
            for listed in api.pages("eks", "ListNodegroups", clusterName=name):
                for pool in texts(listed, "nodegroups"):
                    answer = api.find("eks", "DescribeNodegroup", clusterName=name, nodegroupName=pool)
                    for found in node_group(answer, at):
                        yield settled(found, _template(api, at, found))


def cluster(answer: Answer, at: Where) -> Iterator[Resource]:
    """The cluster of a DescribeCluster answer, without facets."""
    item = row(answer, "cluster")
    if not (name := text(item, "name")):
        return
    attributes = pick(item, name="name", version="version", platform_version="platformVersion")
    arn = text(item, "arn") or at.arn("eks", f"cluster/{name}")
    yield resource(
        Identity("aws_eks_cluster", arn, name, "", moment(item, "createdAt")), at, attributes, tags(item, "tags")
    )


def node_group(answer: Answer, at: Where) -> Iterator[Resource]:
    """The node group of a DescribeNodegroup answer, without facets; its relations name the groups that are its own."""
    item = row(answer, "nodegroup")
    if not (name := text(item, "nodegroupName")):
        return
    of = text(item, "clusterName")
    attributes = pick(
        item,
        cluster_name="clusterName",
        node_group_name="nodegroupName",
        capacity_type="capacityType",
        instance_types="instanceTypes",
        ami_type="amiType",
        disk_size="diskSize",
    )
    scaling = pick(row(item, "scalingConfig"), min_size="minSize", max_size="maxSize", desired_size="desiredSize")
    if scaling:
        attributes["scaling_config"] = [scaling]
    relations: dict[str, tuple[str, ...]] = {"eks_node_group": (f"{of}/{name}",)}
    if template := row(item, "launchTemplate"):
        attributes["launch_template"] = [pick(template, id="id", name="name", version="version")]
        relations["launch_template"] = (template_key(text(template, "id"), text(template, "version")),)
    if groups := tuple(text(one, "name") for one in rows(row(item, "resources"), "autoScalingGroups")):
        relations["autoscaling_group"] = groups
    arn = text(item, "nodegroupArn") or at.arn("eks", f"nodegroup/{of}/{name}")
    identity = Identity("aws_eks_node_group", arn, f"{of}/{name}", "", moment(item, "createdAt"))
    found = resource(identity, at, attributes, tags(item, "tags"))
    found.relations = relations
    yield found


def _template(api: Api, at: Where, pool: Resource) -> Templates:
    """The launch template of a node group, where only that names the instance type."""
    given = pool.attribute("launch_template.id")
    if "instance_types" in pool.attributes or not isinstance(given, str):
        return Templates({})
    version = pool.attribute("launch_template.version")
    return Templates(templates_used(api, at, {(given, version if isinstance(version, str) else "$Default")}))
