"""Parents and children: what is a part of something else is judged and priced there, once."""

from __future__ import annotations

from collections.abc import Iterable

from sumptuary.sources.aws.live import settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.model import Resource

_ROOT = {
    "volume_size": "size",
    "volume_type": "type",
    "iops": "iops",
    "throughput": "throughput",
    "encrypted": "encrypted",
}
"""The attributes of a root block device, and those of the volume that it is."""


class Families:
    """The resources of one account and region, put together: node group over group over instance over root volume.

    A child goes only where its parent was found: what could not be read hides nothing.
    """

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = list(resources)
        self.in_groups = self.in_node_groups = self.roots = self.stray_roots = 0
        self.pools = {name for one in self._of("aws_eks_node_group") for name in _names(one, "eks_node_group")}
        owned = {name for one in self._of("aws_eks_node_group") for name in _names(one, "autoscaling_group")}
        self.owned = owned
        self.instances = {one.address.rpartition(".")[2] for one in self._of("aws_instance")}
        self.groups = {str(one.attributes.get("name")) for one in self._of("aws_autoscaling_group")}

    def joined(self) -> list[Resource]:
        """Those that stand for themselves, in the order given; instances have their root volumes in them."""
        volumes = {one.address.rpartition(".")[2]: one for one in self._of("aws_ebs_volume")}
        gone: set[str] = set()
        for one in self.resources:
            if one.type not in ("aws_instance", "aws_autoscaling_group"):
                continue
            if child := self._is_child(one):
                gone.add(one.id)
            for name in _names(one, "root_volume"):
                if (root := volumes.get(name)) is not None:
                    gone.add(root.id)
                    self.roots += 1
                    if not child:
                        _take_root(one, root)
        return [one for one in self.resources if one.id not in gone and not self._is_stray(one)]

    def _of(self, kind: str) -> list[Resource]:
        return [one for one in self.resources if one.type == kind]

    def _is_stray(self, one: Resource) -> bool:
        """Whether it seems to be the root of an instance that was not found: that would be judged in its place."""
        stray = bool(_names(one, "root_of")) and not self.instances.intersection(_names(one, "root_of"))
        self.stray_roots += stray
        return stray

    def _is_child(self, one: Resource) -> bool:
        """Whether it is a part of a group or node group that was found; it is counted then."""
        groups = _names(one, "autoscaling_group")
        if self.pools.intersection(_names(one, "eks_node_group")) or self.owned.intersection(groups):
            self.in_node_groups += one.type == "aws_instance"
            return True
        if one.type == "aws_autoscaling_group":
            return str(one.attributes.get("name")) in self.owned
        if self.groups.intersection(groups):
            self.in_groups += 1
            return True
        return False


def _names(one: Resource, relation: str) -> tuple[str, ...]:
    return one.relations.get(relation, ())


def _take_root(instance: Resource, volume: Resource) -> None:
    """Make a volume the root block device of its instance, as Terraform has it."""
    given = volume.attributes
    device = {ours: given[theirs] for ours, theirs in _ROOT.items() if theirs in given}
    instance.attributes["root_block_device"] = [device]
    settled(instance)
