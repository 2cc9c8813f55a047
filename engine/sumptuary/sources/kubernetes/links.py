"""Objects that say something of others: owners of pods, autoscalers of workloads, node classes of node pools."""

from __future__ import annotations

from collections.abc import Iterable

from sumptuary.model import Resource
from sumptuary.sources.kubernetes.kinds import KINDS
from sumptuary.sources.kubernetes.objects import Object, text_map, value_at
from sumptuary.sources.kubernetes.quantities import whole
from sumptuary.values import Unknown, is_list, is_map

_SCALERS = {
    "HorizontalPodAutoscaler": ("spec.minReplicas", "spec.maxReplicas", 1),
    "ScaledObject": ("spec.minReplicaCount", "spec.maxReplicaCount", 0),
}
"""The bounds of each autoscaler, and its lower one where it is not given."""
_NODE_CLASSES = ("EC2NodeClass", "AWSNodeTemplate", "AKSNodeClass")

LONGEST_LINE = 16
"""Owners of owners that are looked at."""


class Links:
    """What the objects of a run say of each other."""

    def __init__(self, objects: Iterable[Object]) -> None:
        self._known: dict[tuple[str, str, str, str], Object] = {}
        self._scalers: dict[tuple[str, str, str, str], Object] = {}
        self._node_classes: dict[str, Object] = {}
        for one in objects:
            self._known[one.kind, one.group, one.namespace, one.name] = one
            if one.kind in _SCALERS:
                target = one.at("spec.scaleTargetRef")
                if is_map(target):
                    kind = target.get("kind") or "Deployment"  # KEDA's default
                    self._scalers[_folder(one), one.namespace, str(kind), str(target.get("name"))] = one
            elif one.kind in _NODE_CLASSES:
                self._node_classes[one.name] = one

    def is_owned(self, declared: Object) -> bool:
        """Whether another object of the run made this one and is judged for it (a Deployment's pods), be it by way of
        others. Owners that run no pods answer for nothing, and what leads back to itself has no owner."""
        found = False
        owner = self._owner(declared)
        for _ in range(LONGEST_LINE):
            if owner is None or owner is declared:
                return found and owner is None
            found = found or _runs_pods(owner)
            owner = self._owner(owner)
        return found

    def _owner(self, declared: Object) -> Object | None:
        """The object of the run that controls an object: at most one does."""
        owners = value_at(declared.body, "metadata.ownerReferences")
        for owner in owners if is_list(owners) else ():
            if is_map(owner) and owner.get("controller") is True:
                group = str(owner.get("apiVersion") or "").rpartition("/")[0]
                kind, name = str(owner.get("kind")), str(owner.get("name"))
                found = self._known.get((kind, group, declared.namespace, name))
                return found if found is not None else self._maker(kind, group, declared.namespace, name)
        return None

    def _maker(self, kind: str, group: str, namespace: str, name: str) -> Object | None:
        """What made an owner that was not listed: ReplicaSets bear the name of a Deployment, Jobs of a CronJob."""
        maker = {"ReplicaSet": ("Deployment", "apps"), "Job": ("CronJob", "batch")}.get(kind)
        if maker is None or maker[1] != group:
            return None
        return self._known.get((*maker, namespace, name.rpartition("-")[0]))

    def scale(self, resource: Resource, declared: Object) -> None:
        """Take the bounds of the autoscaler that targets a workload: it, not the manifest, sets the count."""
        scaler = self._scalers.get((_folder(declared), declared.namespace, declared.kind, declared.name))
        if scaler is None or resource.compute is None:
            return
        low, high, default = _SCALERS[scaler.kind]
        minimum = whole(scaler.at(low))
        resource.compute.minimum = default if minimum is None else minimum
        resource.compute.maximum = whole(scaler.at(high))
        if declared.at("spec.replicas") is None:
            resource.compute.desired = None
        resource.relations["autoscaler"] = (scaler.address,)

    def node_class_tags(self, name: str) -> dict[str, str | Unknown] | None:
        """The cloud tags that a node class gives to its machines; None where the class is not in the run."""
        found = self._node_classes.get(name)
        return None if found is None else text_map(found.at("spec.tags"))


def _runs_pods(one: Object) -> bool:
    kind = KINDS.get(f"{one.kind}.{one.group}" if one.group else one.kind)
    return kind is not None and bool(kind.pods)


def _folder(one: Object) -> str:
    """Two overlays may hold the same names: only what stands in one directory belongs together."""
    return one.path.rpartition("/")[0]
